"""Rules are found by being there, and a wrong declaration is refused with what would be right."""

import importlib.metadata
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

from archwright.model.effect import Effect, Interpret, Load, Read
from archwright.model.finding import Impact
from archwright.review import registry
from archwright.review.needs import needs_of
from archwright.review.registry import all_rules, checked, select
from archwright.review.rule import Example, Reaching, Rule, RuleError, Verdict, documentation

DOCUMENTED = """Says something.

Why: because.

Instead: the other.

Fine when: never.

Fix safety: none.
"""


def declared(**changes: Any) -> type[Rule]:
    def check(self: Rule, effect: Interpret) -> Iterator[Verdict]:
        return iter(())

    example = Example("t", "flask", {"app.py": ""})
    given = {
        "__doc__": DOCUMENTED,
        "__module__": __name__,
        "name": "family/name",
        "impact": Impact.LOW,
        "bad": (example,),
        "good": (example,),
        "check": check,
    }
    return type("Declared", (Rule,), {k: v for k, v in {**given, **changes}.items() if v is not None})


def test_the_rules_that_are_there() -> None:
    names = [rule.name for rule in all_rules()]
    assert {"injection/sql", "query/n-plus-one", "error/swallowed"} <= set(names)
    assert names == sorted(names)


def test_a_whole_declaration_is_accepted() -> None:
    rule = checked(declared())
    assert needs_of(rule).kinds == (Interpret,)
    assert documentation(rule).instead == "the other."


def takes_nothing(self: Rule) -> None: ...
def takes_anything(self: Rule, effect) -> None: ...  # type: ignore[no-untyped-def]
def takes_every_effect(self: Rule, effect: Effect) -> None: ...
def takes_text(self: Rule, effect: Interpret | str) -> None: ...
def takes_the_weather(self: Rule, effect: Interpret, weather: str) -> None: ...
def takes_a_bag(self: Rule, effect: Interpret, **bag: object) -> None: ...


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "NoFamily"}, "family/what-it-finds"),
        ({"name": None}, "named None"),
        ({"impact": "grave"}, "must be one of Impact"),
        ({"impact": None}, "has no impact"),
        ({"cwe": "89"}, "the form CWE-89"),
        ({"bad": ()}, "no bad example"),
        ({"good": None}, "has no good"),
        ({"__doc__": None}, "no docstring"),
        ({"__doc__": "Says something.\n\nWhy: because."}, '"Instead:", "Fine when:", "Fix safety:"'),
        ({"check": None}, "has no method `check"),
        ({"check": takes_nothing}, "takes no effect"),
        ({"check": takes_anything}, "annotated with nothing"),
        ({"check": takes_every_effect}, "must be a kind of effect"),
        ({"check": takes_text}, "must be a kind of effect"),
        ({"check": takes_the_weather}, "asks for weather; what can be asked for is program, reaching"),
        ({"check": takes_a_bag}, "name each thing it needs"),
    ],
)
def test_a_wrong_declaration_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleError, match=message.replace("(", r"\(")) as caught:
        checked(declared(**changes))
    assert caught.value.rule


def test_a_rule_may_judge_several_kinds() -> None:
    def check(self: Rule, effect: Load | Read, reaching: Reaching) -> Iterator[Verdict]:
        return iter(())

    needs = needs_of(checked(declared(check=check)))
    assert needs.kinds == (Load, Read)
    assert needs.facts == ("reaching",)


def test_select_by_rule_and_by_family() -> None:
    rules = all_rules()
    assert select(rules, ["injection"]) == tuple(rule for rule in rules if rule.name.startswith("injection/"))
    assert [rule.name for rule in select(rules, ["injection/sql"])] == ["injection/sql"]
    assert "injection/sql" not in {rule.name for rule in select(rules, (), ["injection/sql"])}
    with pytest.raises(KeyError, match="query/n-plus-two"):
        select(rules, ["query/n-plus-two"])


def outside(monkeypatch: pytest.MonkeyPatch, value: str, **names: object) -> None:
    module = types.ModuleType("outside_package")
    for name, thing in names.items():
        setattr(module, name, thing)
    monkeypatch.setitem(sys.modules, "outside_package", module)
    entry = importlib.metadata.EntryPoint("outside", value, registry.GROUP)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [entry] if group == registry.GROUP else [])


def test_an_outside_package_brings_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    outside(monkeypatch, "outside_package:Declared", Declared=declared(name="house/style"))
    assert "house/style" in {rule.name for rule in all_rules()}


def test_an_outside_module_brings_its_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    outside(monkeypatch, "outside_package", Declared=declared(name="house/style", __module__="outside_package"))
    assert "house/style" in {rule.name for rule in all_rules()}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("outside_package:Missing", "can't be loaded"),
        ("outside_package:number", "must be a Rule or a module"),
        ("outside_package:Taken", "declared twice"),
        ("no_such_package_at_all:Rule", "can't be loaded"),
    ],
)
def test_a_bad_outside_package_is_named(monkeypatch: pytest.MonkeyPatch, value: str, message: str) -> None:
    outside(monkeypatch, value, number=3, Taken=declared(name="injection/sql"))
    with pytest.raises(RuleError, match=message):
        all_rules()
