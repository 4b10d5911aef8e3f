"""One number changed, and what that turns."""

from __future__ import annotations

import pytest

from archwright.design import design
from archwright.design.difference import differences
from archwright.design.what_if import WhatIfError, what_if
from archwright.model.system import System


def changed(system: System, text: str) -> dict[str, tuple[str, str]]:
    pairs = differences(design(system), design(what_if(system, text)))
    return {
        (after or before).id: (before.choice if before else "", after.choice if after else "")  # type: ignore[union-attr]
        for before, after in pairs
    }


def test_ten_times_the_rate_needs_more_and_nothing_else(shop: System) -> None:
    found = changed(shop, "browse.rate=10x")
    assert {"capacity/service", "capacity/database"} <= set(found) <= {"capacity/service", "capacity/database", "pool"}


def test_a_cache_pays_at_the_flip_point_and_not_before(shop: System) -> None:
    flip = next(d for d in design(shop).decisions if d.id == "cache").flips[0]
    factor = float(flip.at.split()[0])
    assert flip.input == "rate of browse"
    below = design(what_if(shop, f"browse.rate={factor * 0.98:.3f}x"))
    above = design(what_if(shop, f"browse.rate={factor * 1.02:.3f}x"))
    assert next(d for d in below.decisions if d.id == "cache").choice == "none"
    assert "browse" in next(d for d in above.decisions if d.id == "cache").choice


def test_a_split_counter_pays_at_the_flip_point_and_not_before(shop: System) -> None:
    name = "contention/products/stock"
    factor = float(next(d for d in design(shop).decisions if d.id == name).flips[0].at.split()[0])
    for share, expected in ((0.98, "one row"), (1.02, "the counter split")):
        blueprint = design(what_if(shop, f"checkout.peak={factor * share:.3f}x"))
        assert next(d for d in blueprint.decisions if d.id == name).choice.startswith(expected)


def test_losing_a_minute_saves_the_synchronous_standby(shop: System) -> None:
    before, after = changed(shop, "goals.rpo=1m")["durability"]
    assert before.startswith("a synchronous standby")
    assert after.startswith("a daily base backup")


def test_a_frequent_window_gets_an_index(shop: System) -> None:
    assert "window/orders/placed" in changed(shop, "sales_day.rate=40/s")


def test_the_peak_follows_the_rate(shop: System) -> None:
    checkout = what_if(shop, "checkout.rate=2x").operation("checkout")
    assert checkout is not None
    assert str(checkout.load.peak) == "300/s"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("browse.rate", "write NAME.FIELD=VALUE"),
        ("brwse.rate=2x", "there are browse"),
        ("browse.color=2x", "there are rate, peak, p95, stale"),
        ("browse.rate=40", "a rate such as"),
        ("browse.peak=2x", "is not given"),
        ("Order.count=-1", "a count such as"),
        ("goals.team=many", "a whole number"),
        ("goals.money=3", "there are availability"),
    ],
)
def test_mistakes_are_told(shop: System, text: str, told: str) -> None:
    with pytest.raises(WhatIfError, match=told):
        what_if(shop, text)
