"""Django's settings as the project's settings module writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from archwright.model.development import of_development
from archwright.source import facts as f
from archwright.source.flow.values import UNKNOWN, Val
from archwright.source.frameworks.shared.declared import constant, elements
from archwright.source.link.module import Module
from archwright.source.link.project import Found, Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_STARTERS: Final = re.compile(r"(?:^|/)(?:wsgi|asgi|manage)\.py$")
_SETTINGS: Final = re.compile(r"(?:^|/)settings(?:/|\.py$)|(?:^|/)settings_?\w*\.py$|(?:^|/)\w+_settings\.py$")


class Settings:
    """What settings modules bind, the one that the project starts with first."""

    def __init__(self, project: Project, engine: Engine) -> None:
        self._project = project
        self._engine = engine
        self._modules: list[Module] | None = None
        self._asked: set[str] = set()
        """Settings whose value is being read: `SIZES = getattr(settings, "SIZES", {})` asks for itself."""

    def modules(self) -> list[Module]:
        """The modules that DJANGO_SETTINGS_MODULE names where the project starts, then all that are called so."""
        if self._modules is None:
            called = [module for module in self._project.modules if _SETTINGS.search(module.path)]
            self._modules = list({module.index: module for module in (*self._started, *called)}.values())
        return self._modules

    @cached_property
    def _started(self) -> list[Module]:
        """The modules that DJANGO_SETTINGS_MODULE names where the project starts."""
        return [
            self._project.by_name[name]
            for module in self._project.modules
            if _STARTERS.search(module.path)
            for name in _named(module)
            if name in self._project.by_name
        ]

    def node(self, name: str) -> tuple[Module, Any] | None:
        """The expression that a setting is bound to, and the module that binds it."""
        for module in self.modules():
            found = self._project.resolve_name(module, name)
            if found is not None and found.kind in ("expression", "annotation"):
                return found.value[0], found.value[-1]
        return None

    def value(self, name: str) -> Val | None:
        """The value of a setting; None where no settings module binds it.

        A flag is never a constant: it is what one installation sets, and another sets otherwise. Nor is a text that one
        settings module fixes (that of developers, of tests) and another takes from elsewhere, or that none but a module of
        developers fixes which the project does not start with: what it starts with has it from outside.
        """
        found = self.node(name)
        if found is None or found[1] is None or name in self._asked:
            return None
        self._asked.add(name)
        try:
            value = self._engine.module_expression(*found)
        finally:
            self._asked.discard(name)
        if isinstance(value.const, bool) or value.const is None:
            return Val(value.type, UNKNOWN.origins)
        if isinstance(value.const, str):
            others = tuple(self._others(name, found))
            if not all(map(self._fixed, others)) or all(self._for_developers(module) for module, _ in (found, *others)):
                return Val(value.type, UNKNOWN.origins)
        return value

    def _for_developers(self, module: Module) -> bool:
        """True for a module of developers' settings, by its file's name, that is not the one that the project starts with."""
        return of_development(module.path.rpartition("/")[2]) and module not in self._started

    def _others(self, name: str, first: tuple[Module, Any]) -> Iterator[tuple[Module, Any]]:
        """What other settings modules bind a setting to."""
        for module in self.modules():
            found = self._project.resolve_name(module, name)
            if found is not None and found.kind in ("expression", "annotation") and found.value[-1] is not first[1]:
                yield found.value[0], found.value[-1]

    def _fixed(self, found: tuple[Module, Any]) -> bool:
        text = constant(self._engine, *found)
        return isinstance(text, str) and bool(text)

    def text(self, name: str) -> str | None:
        """A setting that is a constant text."""
        found = self.node(name)
        value = constant(self._engine, *found) if found is not None else None
        return value if isinstance(value, str) else None

    def rest(self, name: str) -> list[str]:
        """The dotted names under a key of REST_FRAMEWORK."""
        found = self.node("REST_FRAMEWORK")
        if found is None or found[1] is None or found[1][0] != f.DICT:
            return []
        module, node = found
        for key, value in node[2]:
            if key is not None and key[0] == f.CONST and key[2] == name:
                return self.classes(module, value)
        return []

    def classes(self, module: Module, node: Any) -> list[str]:
        """The dotted names of the classes in a list, or of the one class, each by name or as a dotted text."""
        if node is None or not isinstance(node, tuple) or (node[0] == f.CONST and node[2] is None):
            return []
        found = self._project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
        if found is not None and found.kind == "expression" and found.value[2] is not node:
            return self.classes(found.value[0], found.value[2])
        listed = node[0] in (f.LIST, f.TUPLE, f.SET, f.BINOP)
        return [name for part in (elements(node) if listed else (node,)) if (name := self._class(module, part))]

    def _class(self, module: Module, node: Any) -> str:
        if node[0] == f.CONST:
            return str(node[2]) if isinstance(node[2], str) else ""
        if node[0] == f.CALL:
            return self._class(module, node[2])
        return _dotted(self._project.resolve_expression(module, node))


def _dotted(found: Found | None) -> str:
    if found is None:
        return ""
    return str(found.value.name) if found.kind == "class" else str(found.value) if found.kind == "external" else ""


def _named(module: Module) -> list[str]:
    """Texts beside DJANGO_SETTINGS_MODULE, wherever in a file they stand."""
    found: list[str] = []
    for unit in module.units:
        _search(body_of(unit), found)
    return found


def _search(node: Any, found: list[str]) -> None:
    if not isinstance(node, tuple):
        return
    if len(node) == 5 and node[0] == f.CALL and isinstance(node[3], tuple):
        texts = [part[2] for part in node[3] if part[0] == f.CONST and isinstance(part[2], str)]
        if "DJANGO_SETTINGS_MODULE" in texts:
            found.extend(text for text in texts if text != "DJANGO_SETTINGS_MODULE")
    for part in node:
        _search(part, found)
