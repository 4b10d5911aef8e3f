"""`injection/sql` on effects made by hand: who sends it decides the impact, what can't be known silences it."""

from collections.abc import Callable
from typing import Any

import pytest

from archwright.model.base import Place
from archwright.model.effect import Context, Interpret, Language, Setting
from archwright.model.finding import Confidence, Finding, Impact
from archwright.model.value import Origin, OriginKind, Step, Trust, Use, Value
from archwright.review.engine import review
from archwright.review.rules.injection.sql import SqlInjection

STEP = Step(place=Place("views.py", 3, 9), note="query parameter 'q'")
Review = Callable[..., tuple[Finding, ...]]


@pytest.fixture
def found(program: Any) -> Review:
    def run(*origins: Origin, operations: tuple[str, ...] = (), **changes: Any) -> tuple[Finding, ...]:
        given: dict[str, Any] = {
            "place": Place("db.py", 8, 5),
            "unit": "db.run",
            "language": Language.SQL,
            "text": Value(origins=origins, text="SELECT * FROM t WHERE a = '{}'"),
            "api": "cursor.execute",
        }
        effect = Interpret(**{**given, **changes})
        return review(program([effect], {}, {"views.py:3": operations}), [SqlInjection()]).findings

    return run


def source(trust: Trust = Trust.ANYONE, name: str = "query parameter 'q'", **changes: Any) -> Origin:
    given: dict[str, Any] = {"kind": OriginKind.SOURCE, "name": name, "trust": trust, "steps": (STEP,)}
    return Origin(**{**given, **changes})


def test_the_trace_runs_from_the_source_to_the_sink(found: Review) -> None:
    between = Step(place=Place("services.py", 20, 1), note="passed to run()")
    (finding,) = found(source(steps=(STEP, between)), operations=("GET /search",))
    assert [(step.path, step.line) for step in finding.trace] == [("views.py", 3), ("services.py", 20), ("db.py", 8)]
    assert finding.trace[-1].note == "cursor.execute runs the text"
    assert finding.message == "The query parameter 'q' becomes part of the SQL text that cursor.execute runs."
    assert finding.why.startswith("Anyone who can reach the service can rewrite the statement through GET /search")
    assert (finding.impact, finding.confidence, finding.cwe) == (Impact.CRITICAL, Confidence.HIGH, "CWE-89")


@pytest.mark.parametrize(
    ("trust", "impact"),
    [
        (Trust.ANYONE, Impact.CRITICAL),
        (Trust.SIGNED_IN, Impact.HIGH),
        (Trust.UNKNOWN, Impact.HIGH),
        (Trust.STAFF, Impact.MEDIUM),
    ],
)
def test_who_sends_it_decides_the_impact(found: Review, trust: Trust, impact: Impact) -> None:
    assert found(source(trust))[0].impact is impact


def test_the_most_dangerous_source_speaks(found: Review) -> None:
    (finding,) = found(source(Trust.STAFF, "form field"), source(Trust.ANYONE, "header 'X'"), source(Trust.SIGNED_IN))
    assert "header 'X'" in finding.message


@pytest.mark.parametrize(
    "origins",
    [
        (),
        (source(Trust.OPERATOR),),
        (source(clean_for=frozenset({Use.SQL_TEXT})),),
        (Origin(kind=OriginKind.UNKNOWN), Origin(kind=OriginKind.PARAMETER, name="sql")),
        (Origin(kind=OriginKind.CONSTANT),),
        (Origin(kind=OriginKind.FIELD, name="User.name"),),
    ],
)
def test_what_is_clean_or_unknown_is_silent(found: Review, origins: tuple[Origin, ...]) -> None:
    assert found(*origins) == ()


def test_tests_and_other_languages_are_silent(found: Review) -> None:
    assert found(source(), context=Context(setting=Setting.TEST)) == ()
    assert found(source(), language=Language.SHELL) == ()


def test_an_unknown_origin_beside_does_not_hide_a_known_one(found: Review) -> None:
    assert found(source(), Origin(kind=OriginKind.UNKNOWN))


@pytest.mark.parametrize(
    ("text", "bind", "choose"),
    [
        ("SELECT * FROM t WHERE a = '{}'", True, False),
        ("SELECT * FROM t ORDER BY {}", False, True),
        ("SELECT * FROM t ORDER BY a, {} LIMIT 3", False, True),
        ("SELECT * FROM {} WHERE a = {}", True, True),
        ('SELECT * FROM "{}"', False, True),
        ("{}", True, False),
        (None, True, False),
    ],
)
def test_values_are_bound_and_names_are_chosen(found: Review, text: str | None, bind: bool, choose: bool) -> None:
    (finding,) = found(source(), text=Value(origins=(source(),), text=text))
    assert ("placeholder" in finding.fix) is bind
    assert ("fixed" in finding.fix) is choose
