"""Quantities: what people write, the same text back, in JSON too."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.model.blueprint import Blueprint
from archwright.model.quantity import QUANTITIES, Budget, Count, Duration, Quantity, QuantityError, Rate, Share, Size
from archwright.model.serial import from_json, json_schema, to_json
from archwright.model.workload import Goals, Load


@pytest.mark.parametrize(
    ("kind", "text", "value", "shown"),
    [
        (Rate, "300/s", 300, "300/s"),
        (Rate, "2k/s", 2000, "2000/s"),
        (Rate, "20/day", 20 / 86400, "20/day"),
        (Rate, "120/min", 2, "2/s"),
        (Duration, "150ms", 0.15, "150ms"),
        (Duration, "90s", 90, "1.5m"),
        (Duration, "0s", 0, "0s"),
        (Duration, "10y", 315576000, "10y"),
        (Share, "99.95%", 0.9995, "99.95%"),
        (Size, "4 kB", 4000, "4kB"),
        (Count, "1.5M", 1_500_000, "1.5M"),
        (Count, "300", 300, "300"),
        (Budget, "2.5k EUR/month", 2500, "2500 EUR/month"),
    ],
)
def test_text_to_value_and_back(kind: type[Quantity], text: str, value: float, shown: str) -> None:
    quantity = kind.parse(text)
    assert quantity.value == pytest.approx(value)
    assert str(quantity) == shown
    assert kind.parse(shown) == quantity


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Rate, "300"), (Duration, "3"), (Share, "99.9"), (Count, "many"), (Budget, "600 USD"), (Rate, "-1/s")],
)
def test_what_has_no_unit_is_refused_with_what_would_be_right(kind: type[Quantity], text: str) -> None:
    with pytest.raises(QuantityError, match="such as") as caught:
        kind.parse(text)
    assert caught.value.expected == kind.expected


@given(st.sampled_from(QUANTITIES), st.floats(0, 1e12, allow_nan=False))
def test_every_value_prints_a_text_that_parses_back(kind: type[Quantity], value: float) -> None:
    quantity = kind(round(value, 9))
    assert kind.parse(str(quantity)).value == pytest.approx(quantity.value, rel=1e-9, abs=1e-9)


def test_json_holds_the_text_people_write() -> None:
    load = Load(rate=Rate.parse("20/day"), p95=Duration.parse("200ms"), stale=Duration(0))
    text = to_json(load)
    assert '"rate": "20/day"' in text
    assert '"stale": "0s"' in text
    assert from_json(text, Load) == load
    goals = Goals(budget=Budget.parse("600 USD/month"), availability=Share.parse("99.9%"))
    assert from_json(to_json(goals), Goals) == goals
    assert json_schema(Blueprint)["$defs"]["Load"]["properties"]["rate"]["anyOf"][0]["type"] == "string"


def test_quantities_are_immutable_comparable_and_travel() -> None:
    short, long = Duration.parse("1s"), Duration.parse("1m")
    assert short < long
    assert max(short, long) is long
    assert short != Rate(1)
    assert len({Duration(1), short}) == 1
    assert pickle.loads(pickle.dumps(long)) == copy.copy(long) == long
    assert pickle.loads(pickle.dumps(Budget(5, "EUR"))) == Budget(5, "EUR") != Budget(5, "USD")
    with pytest.raises(AttributeError, match="immutable"):
        short.value = 2
