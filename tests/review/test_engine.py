"""One dispatch, one finding a cause, fingerprints that survive moved lines."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from archwright.model.base import Place
from archwright.model.effect import Effect, Interpret, Language, Read, Swallow
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.model.value import Value
from archwright.review.engine import function_of, review, wanted
from archwright.review.rule import Reaching, Rule, Verdict

CODE = "def list_users(name):\n    cursor.execute(\n        text(name),\n    )\n\n\n\ndef other(name):\n    run(name)\n"


class Says(Rule):
    """A rule for these tests: it says what it was made with of every SQL text."""

    name = "family/says"
    impact = Impact.HIGH

    def __init__(self, verdict: Callable[..., Verdict], **changes: Any) -> None:
        self.verdict, self.changes = verdict, changes

    def check(self, effect: Interpret) -> Iterator[Verdict]:
        yield self.verdict(**self.changes)


def sql(line: int, unit: str = "app.list_users", path: str = "app.py", column: int = 5) -> Interpret:
    return Interpret(place=Place(path, line, column), unit=unit, language=Language.SQL, text=Value())


def test_only_the_kinds_asked_for_are_judged(program: Any, verdict: Any) -> None:
    asked: list[Effect] = []

    class Watches(Says):
        def check(self, effect: Interpret) -> Iterator[Verdict]:
            asked.append(effect)
            return iter(())

    effects = [sql(2), Swallow(place=Place("app.py", 3), unit="app.f", types=("Exception",))]
    review(program(effects), [Watches(verdict)])
    assert asked == [effects[0]]
    assert wanted([Watches(verdict)]) == {Interpret}


def test_a_finding_is_filled_in(program: Any, verdict: Any) -> None:
    given = program([sql(2)], {"app.py": CODE}, {"app.py:2": ("GET /users", "GET /people")})
    (finding,) = review(given, [Says(verdict)]).findings
    assert (finding.rule, finding.path, finding.line, finding.column, finding.end_line) == (
        "family/says",
        "app.py",
        2,
        5,
        4,
    )
    assert finding.function == "list_users"
    assert finding.operations == ("GET /people", "GET /users")
    assert len(finding.fingerprint) == 16


def test_one_place_reached_from_several_callers_is_one_finding(program: Any, verdict: Any) -> None:
    found = review(program([sql(2), sql(2), sql(2)], {"app.py": CODE}), [Says(verdict)]).findings
    assert len(found) == 1
    assert found[0].trace == ()


def test_one_cause_at_several_places_names_them(program: Any, verdict: Any) -> None:
    found = review(program([sql(9, "app.other"), sql(2)], {"app.py": CODE}), [Says(verdict, cause="c")]).findings
    assert [(f.line, [(s.line, s.note) for s in f.trace]) for f in found] == [(2, [(9, "here too")])]


def test_the_operations_are_those_that_reach_the_start(program: Any, verdict: Any) -> None:
    operations = {"app.py:2": ("GET /everything",), "views.py:7": ("GET /users",)}
    given = program([sql(2)], {"app.py": CODE}, operations)
    (finding,) = review(given, [Says(verdict, start=Place("views.py", 7))]).findings
    assert finding.operations == ("GET /users",)


def test_the_gravest_and_surest_speaks_for_the_cause(program: Any, verdict: Any) -> None:
    class Wavers(Says):
        def check(self, effect: Interpret) -> Iterator[Verdict]:
            yield verdict(impact=Impact.LOW)
            yield verdict(impact=Impact.CRITICAL, confidence=Confidence.LOW)
            yield verdict(impact=Impact.CRITICAL, confidence=Confidence.HIGH, message="this one")

    (finding,) = review(program([sql(2)], {"app.py": CODE}), [Wavers(verdict)]).findings
    assert finding.message == "this one"


def test_the_fingerprint_survives_moved_lines_and_indentation(program: Any, verdict: Any) -> None:
    before = review(program([sql(2)], {"app.py": CODE}), [Says(verdict)]).findings[0]
    moved = "# a comment\n\n" + CODE.replace("    cursor", "        cursor")
    after = review(program([sql(4, column=9)], {"app.py": moved}), [Says(verdict)]).findings[0]
    assert before.line != after.line
    assert before.fingerprint == after.fingerprint


def test_equal_code_in_one_unit_is_told_apart(program: Any, verdict: Any) -> None:
    code = "def f():\n    run(x)\n    run(x)\n"
    found = review(program([sql(2, "app.f"), sql(3, "app.f")], {"app.py": code}), [Says(verdict)]).findings
    assert len({finding.fingerprint for finding in found}) == 2
    elsewhere = review(program([sql(3, "app.g"), sql(2, "app.f")], {"app.py": code}), [Says(verdict)]).findings
    assert len({finding.fingerprint for finding in (*found, *elsewhere)}) == 3


def test_the_order_is_impact_then_place_whatever_the_order_of_effects(program: Any, verdict: Any) -> None:
    class Ranks(Says):
        def check(self, effect: Interpret) -> Iterator[Verdict]:
            yield verdict(impact=Impact.CRITICAL if effect.place.line == 9 else Impact.LOW)

    effects = [sql(2), sql(9, "app.other"), sql(1, path="a.py")]
    first = review(program(effects, {"app.py": CODE}), [Ranks(verdict)])
    second = review(program(effects[::-1], {"app.py": CODE}), [Ranks(verdict)])
    assert first == second
    assert [(finding.path, finding.line) for finding in first.findings] == [("app.py", 9), ("a.py", 1), ("app.py", 2)]


def test_a_broken_rule_is_a_fault_and_the_others_go_on(program: Any, verdict: Any) -> None:
    class Breaks(Says):
        name = "family/breaks"

        def check(self, effect: Interpret) -> Iterator[Verdict]:
            raise ZeroDivisionError("boom")

    result = review(program([sql(2)], {"app.py": CODE}), [Breaks(verdict), Says(verdict)])
    assert [finding.rule for finding in result.findings] == ["family/says"]
    assert [(fault.rule, fault.error) for fault in result.faults] == [("family/breaks", "ZeroDivisionError: boom")]


def test_a_rule_is_told_what_it_asks_for(program: Any, verdict: Any) -> None:
    told: list[object] = []

    class Asks(Says):
        def check(self, effect: Read, reaching: Reaching, program: object) -> Iterator[Verdict]:  # type: ignore[override]
            told.extend([reaching(effect.place), program])
            return iter(())

    given = program([Read(place=Place("app.py", 2), unit="app.f", entity="User")], {}, {"app.py:2": ("GET /users",)})
    review(given, [Asks(verdict)])
    assert told == [("GET /users",), given]


def test_the_frameworks_words_for_a_remedy_are_added(program: Any, verdict: Any) -> None:
    remedy = Remedy(kind=RemedyKind.LOAD, subject="customer")
    rule = Says(verdict, remedy=remedy, fix="Load it.")
    given = program([sql(2)], {"app.py": CODE})
    words = {RemedyKind.LOAD: '.select_related("customer")'}
    assert review(given, [rule], lambda r: words[r.kind]).findings[0].fix == 'Load it: .select_related("customer")'
    assert review(given, [rule], lambda r: None).findings[0].fix == "Load it."


def test_an_unreadable_file_still_gives_a_finding(program: Any, verdict: Any) -> None:
    (finding,) = review(program([sql(0, column=0)]), [Says(verdict)]).findings
    assert (finding.line, finding.column, finding.end_line) == (1, 1, 1)
    assert finding.fingerprint


@pytest.mark.parametrize(
    ("unit", "path", "function"),
    [
        ("shop.orders.views.OrderView.get", "src/shop/orders/views.py", "OrderView.get"),
        ("shop.orders.find", "shop/orders/__init__.py", "find"),
        ("app", "app.py", ""),
        ("elsewhere.f", "app.py", "elsewhere.f"),
    ],
)
def test_the_function_is_named_inside_its_file(unit: str, path: str, function: str) -> None:
    assert function_of(unit, path) == function
