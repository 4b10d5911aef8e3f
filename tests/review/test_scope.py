"""What a configuration means for a path."""

from __future__ import annotations

import pytest

from archwright.model.finding import Confidence, Finding, Impact
from archwright.model.settings import PathSettings, Settings
from archwright.review.registry import all_rules
from archwright.review.request import Request, overridden
from archwright.review.scope import Scope

ALL = frozenset(rule.name for rule in all_rules())
SQL = "injection/sql"


def scope(inside: str = "", **settings: object) -> Scope:
    return Scope(Settings(**settings), all_rules(), inside)  # type: ignore[arg-type]


def per_path(pattern: str, **settings: object) -> PathSettings:
    return PathSettings(pattern=pattern, **settings)  # type: ignore[arg-type]


def finding(path: str, impact: Impact = Impact.HIGH) -> Finding:
    return Finding(
        rule=SQL, path=path, line=1, column=1, end_line=1, message="m", why="w", fix="f", impact=impact,
        confidence=Confidence.HIGH, fingerprint="0" * 16,
    )  # fmt: skip


def test_select_and_ignore_take_rules_and_families() -> None:
    assert scope().runs_on("a.py") == ALL
    assert scope(select=("injection",)).runs_on("a.py") == {name for name in ALL if name.startswith("injection/")}
    assert scope(ignore=(SQL, "query")).runs_on("a.py") == {n for n in ALL - {SQL} if not n.startswith("query/")}


def test_paths_have_rules_of_their_own_and_later_patterns_win() -> None:
    made = scope(
        ignore=("error",),
        per_path=(
            per_path("tests/", ignore=("query",)),
            per_path("tests/slow/", select=("error", "query")),
            per_path("*.gen.py", select=()),
        ),
    )
    assert "error/swallowed" not in made.runs_on("app/a.py")
    assert "query/n-plus-one" not in made.runs_on("tests/a.py")
    assert made.runs_on("tests/slow/a.py") == {name for name in ALL if name.startswith("error/")}
    assert made.runs_on("app/x.gen.py") == frozenset()
    assert "error/swallowed" in made.rules


@pytest.mark.parametrize(
    ("inside", "path", "out"),
    [
        ("", "legacy/a.py", True),
        ("", "app/legacy/a.py", False),
        ("app", "../legacy/a.py", True),
        ("legacy", "a.py", True),
        ("app", "a.py", False),
        ("", "../legacy/a.py", False),
        ("../other", "legacy/a.py", False),
    ],
)
def test_patterns_start_from_the_directory_of_the_configuration(inside: str, path: str, out: bool) -> None:
    assert scope(inside, exclude=("/legacy/",)).excludes(path, directory=False) is out


def test_each_path_fails_at_its_own_level() -> None:
    made = scope(fail_on="medium", per_path=(per_path("scripts/", fail_on="never"), per_path("pay/", fail_on="low")))
    assert made.fails([finding("a.py", Impact.MEDIUM)])
    assert not made.fails([finding("a.py", Impact.LOW), finding("scripts/a.py", Impact.CRITICAL)])
    assert made.fails([finding("pay/a.py", Impact.LOW)])


def test_the_command_line_overrides() -> None:
    settings = Settings(
        select=("query",), ignore=("error",), fail_on="low", baseline="b.json",
        per_path=(per_path("a/", select=("error",), ignore=("query",), fail_on="never"),),
    )  # fmt: skip
    made = overridden(settings, Request(select=("injection",), fail_on="high", baseline=""))
    assert (made.select, made.ignore, made.fail_on, made.baseline) == (("injection",), (), "high", None)
    assert made.per_path == (per_path("a/", ignore=("query",)),)
    made = overridden(settings, Request(ignore=("error",)))
    assert (made.select, made.ignore, made.all) == (("query",), ("error",), False)
    assert Scope(made, all_rules()).runs_on("a/x.py") == frozenset()
