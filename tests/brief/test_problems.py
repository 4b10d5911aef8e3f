"""Mistakes: all in one run, each where it stands, with what was given and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.brief import BriefError, Problem, parse_brief, read_brief
from archwright.brief.nearest import nearest
from archwright.model.base import Place
from archwright.model.problems import Notes, render

TWELVE = """\
system: shop
goals: {availability: 99.9}
roles:
  shopper: {frm: oidc}
entities:
  Customer: {email: email unique pii, count: lots}
  Product: {name: text serch, price: mony >=0}
  Order: {customer: -> Custmer, status: open|paid default payed, placed: timestamp}
operations:
  browse: {read: Prodct, page: 24, rate: 40, who: anyone}
  mine: {read: Order, by: custmer, sort: -placd, who: shoper}
"""


def test_twelve_mistakes_give_twelve_messages_in_one_run() -> None:
    with pytest.raises(BriefError) as caught:
        parse_brief(TWELVE, "shop.yaml")
    lines = TWELVE.splitlines()
    seen = [(p.message, p.hint, lines[p.line - 1][p.column - 1 :]) for p in caught.value.problems]
    expected = [
        ('goals.availability: "99.9" has no unit', "write 99.9%", "99.9"),
        ('unknown word "frm" in shopper', "did you mean from?", "frm"),
        ('Customer.count: "lots" is not a count', "write a count such as 300, 200k or 1M", "lots"),
        ('unknown word "serch" for Product.name', "did you mean search?", "serch"),
        ('unknown type "mony" for Product.price', "did you mean money?", "mony"),
        ('unknown entity "Custmer" for Order.customer', "did you mean Customer?", "Custmer"),
        ('Order.status: "payed" is no value of status', "did you mean paid?", "payed"),
        ('unknown entity "Prodct" in browse.read', "did you mean Product?", "Prodct"),
        ('browse.rate: "40" has no unit', "write 40/s, 40/min or 40/day", "40"),
        ('mine reads by "custmer", Order has no such field', "did you mean customer?", "custmer"),
        ('mine sorts by "placd", Order has no such field', "did you mean placed?", "placd"),
        ('unknown role "shoper" in mine', "did you mean shopper?", "shoper"),
    ]
    assert len(seen) == len(expected) == 12
    for (message, hint, source), (wanted, mend, word) in zip(seen, expected, strict=True):
        assert (message, hint) == (wanted, mend)
        assert source.startswith(word)
    assert str(caught.value).startswith("shop.yaml has 12 mistakes\n  shop.yaml:2:23   goals.availability")


def test_one_mistake_does_not_bring_others_in_its_train() -> None:
    text = """\
system: shop
roles: {shopper: {entity: Customer}}
entities:
  Customer: {email: email}
  Order: {customer: -> Customer, total: mony, note: [a, b], count: int}
operations:
  mine: {read: Order, by: [customer, total from], match: note, sort: total, who: shopper owns customer when total > 5}
"""
    with pytest.raises(BriefError) as caught:
        parse_brief(text, "b.yaml")
    assert [problem.message for problem in caught.value.problems] == [
        'unknown type "mony" for Order.total',
        "Order.note is a list",
        "count in Order is a word of the brief, not a field",
    ]


def test_rendering_lines_up_and_keeps_long_messages_whole() -> None:
    problems = (
        Problem("a.yaml", 1, 2, "short", "mend it"),
        Problem("a.yaml", 10, 12, "a little longer", "mend that"),
        Problem("a.yaml", 11, 1, "x" * 90, "and this"),
        Problem("a.yaml", 0, 0, "of the whole file"),
    )
    assert render("a.yaml", problems).splitlines() == [
        "a.yaml has 4 mistakes",
        "  a.yaml:1:2    short                mend it",
        "  a.yaml:10:12  a little longer      mend that",
        "  a.yaml:11:1   " + "x" * 90 + "    and this",
        "  a.yaml        of the whole file",
    ]
    assert render("a.yaml", problems[:1]).startswith("a.yaml has 1 mistake\n")


def test_notes_are_kept_once_and_on_one_line() -> None:
    notes = Notes("dir/a.yaml")
    for _ in range(2):
        notes.add(Place("a.yaml", 3, 4), "line\nend" + "x" * 1000)
    (problem,) = notes.problems
    assert problem.place == "dir/a.yaml:3:4"
    assert problem.message.startswith("line\\u000aend")
    assert len(problem.message) < 500


@pytest.mark.parametrize(
    ("given", "meant"),
    [("Unit-Price", "unit_price"), ("varchar", "text"), ("description", "about"), ("totl", "total"), ("zzzzz", None)],
)
def test_did_you_mean(given: str, meant: str | None) -> None:
    assert nearest(given, ["unit_price", "text", "about", "total"]) == meant


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(BriefError, match="no such file"):
        read_brief(tmp_path / "none.yaml")
    with pytest.raises(BriefError, match="can't be read"):
        read_brief(tmp_path)
    with pytest.raises(BriefError, match="can't be read"):
        read_brief("nul\0.yaml")


@pytest.mark.parametrize("text", ["~", "- a", "hello", "{}", "system:", "entities: {}", "system: [a]", "operations: 5"])
def test_texts_that_are_no_brief(text: str) -> None:
    with pytest.raises(BriefError) as caught:
        parse_brief(text)
    assert all(problem.line for problem in caught.value.problems)
