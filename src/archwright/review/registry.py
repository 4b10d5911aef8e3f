"""Finds the rules: those in `review/rules/`, and those of outside packages through the same checks.

An outside package offers its rules as entry points of the group `archwright.rules`; each loads a subclass of Rule, or
a module that defines some.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator
from types import ModuleType

from archwright.model.finding import Impact
from archwright.review import rules
from archwright.review.needs import needs_of
from archwright.review.rule import Rule, RuleError, documentation

GROUP = "archwright.rules"
"""The entry point group of outside packages."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*/[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CWE = re.compile(r"CWE-[1-9]\d*")


def all_rules() -> tuple[Rule, ...]:
    """Every rule, checked, by name. Raises RuleError where one is declared wrongly or two share a name."""
    found: dict[str, Rule] = {}
    for cls in (*_own(), *_outside()):
        rule = checked(cls)
        if rule.name in found:
            raise RuleError(rule.name, f"is declared twice: {_where(type(found[rule.name]))} and {_where(cls)}")
        found[rule.name] = rule
    return tuple(found[name] for name in sorted(found))


def select(available: Iterable[Rule], wanted: Iterable[str] = (), unwanted: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules named, by rule or by family; none wanted means all. Raises KeyError with a name that matches nothing."""
    available, wanted, unwanted = tuple(available), tuple(wanted), tuple(unwanted)
    for name in (*wanted, *unwanted):
        if not any(name in (rule.name, rule.family) for rule in available):
            raise KeyError(name)
    chosen = (rule for rule in available if not wanted or rule.name in wanted or rule.family in wanted)
    return tuple(rule for rule in chosen if rule.name not in unwanted and rule.family not in unwanted)


def checked(cls: type[Rule]) -> Rule:
    """The rule of a class, once its declaration is seen to be whole. Raises RuleError."""
    name = getattr(cls, "name", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise RuleError(_where(cls), f"is named {name!r}; a name has the form family/what-it-finds")
    for attribute in ("impact", "bad", "good"):
        if not hasattr(cls, attribute):
            raise RuleError(name, f"has no {attribute}")
    if not isinstance(cls.impact, Impact):
        raise RuleError(name, f"impact is {cls.impact!r}; it must be one of Impact")
    if cls.cwe is not None and not _CWE.fullmatch(cls.cwe):
        raise RuleError(name, f"cwe is {cls.cwe!r}; it must have the form CWE-89")
    for kind in ("bad", "good"):
        if not getattr(cls, kind):
            raise RuleError(name, f"has no {kind} example; examples are its tests")
    documentation(cls)
    rule = cls()
    needs_of(rule)
    return rule


def _own() -> Iterator[type[Rule]]:
    for info in pkgutil.walk_packages(rules.__path__, rules.__name__ + "."):
        if info.ispkg:
            continue
        family, _, file = info.name.removeprefix(rules.__name__ + ".").partition(".")
        for cls in _classes(importlib.import_module(info.name)):
            expected = f"{family}/{file.replace('_', '-')}"
            if getattr(cls, "name", expected).replace("_", "-") != expected:
                raise RuleError(cls.name, f"stands in {info.name}; the file of a rule bears its name: {expected}")
            yield cls


def _outside() -> Iterator[type[Rule]]:
    for entry in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda e: (e.name, e.value)):
        try:
            loaded = entry.load()
        except Exception as error:  # whatever another package raises, the user must learn which package
            raise RuleError(entry.name, f"{entry.value} can't be loaded: {type(error).__name__}: {error}") from error
        if isinstance(loaded, ModuleType):
            yield from _classes(loaded)
        elif isinstance(loaded, type) and issubclass(loaded, Rule):
            yield loaded
        else:
            raise RuleError(
                entry.name, f"{entry.value} is {type(loaded).__name__}; it must be a Rule or a module of them"
            )


def _classes(module: ModuleType) -> Iterator[type[Rule]]:
    for _, cls in sorted(vars(module).items()):
        if inspect.isclass(cls) and issubclass(cls, Rule) and cls.__module__ == module.__name__:
            yield cls


def _where(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
