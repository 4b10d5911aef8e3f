"""The rules that a person asked for, by rule or by family; a name that matches nothing is told with the nearest ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from archwright.review.registry import all_rules, select
from archwright.review.rule import Rule


class UnknownRule(ValueError):
    """A name that is no rule and no family; `advice` has the nearest ones, or all there are."""

    def __init__(self, name: str, names: Sequence[str]) -> None:
        super().__init__(f"there is no rule or family {name!r}")
        self.advice = near(name, names)


def choose(wanted: Iterable[str] = (), unwanted: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules named, of all there are; none wanted means all.

    Raises UnknownRule for a name that matches nothing, RuleError where a rule is declared wrongly.
    """
    available = all_rules()
    try:
        return select(available, wanted, unwanted)
    except KeyError as error:
        raise UnknownRule(str(error.args[0]), [rule.name for rule in available]) from None


def near(given: str, names: Sequence[str]) -> str:
    """What the user may have meant: the nearest names (`family/what`) or families, or all of them."""
    known = sorted({*names, *(name.partition("/")[0] for name in names)})
    close = difflib.get_close_matches(given, known, n=2, cutoff=0.5)
    last = [
        name
        for name in names
        if difflib.get_close_matches(given.rpartition("/")[2], [name.rpartition("/")[2]], cutoff=0.6)
    ]
    found = list(dict.fromkeys([*close, *last]))
    return f"did you mean {' or '.join(found[:2])}?" if found else f"there are: {', '.join(known)}"
