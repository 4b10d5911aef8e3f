"""Pyramid's routes by name and pattern, with the prefixes that `include` and `with` put before them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import aliased, elements, last_name
from archwright.source.frameworks.shared.endpoints import text_of
from archwright.source.frameworks.shared.routes import join_paths
from archwright.source.frameworks.shared.wrappers import substituted
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.packed import body_of
from archwright.source.tests_left_out import is_test

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_VARIABLE: Final = re.compile(r"\{(\w+)(?::(?:[^{}]|\{[^{}]*\})*)?\}")
_OLD: Final = re.compile(r"(?<![\w}]):(\w+)")
_REST: Final = re.compile(r"\*(\w+)")
_CONFIGS: Final = frozenset({"config", "configurator", "cfg"})
_MAX_DEPTH: Final = 6
_MAX_WAYS: Final = 4


class Route(NamedTuple):
    """A named route: its pattern, with the prefixes that its includes put before it."""

    pattern: str
    method: str


class Routes:
    """Every `add_route`, and every `add_view`, with the prefixes that lead to the function that calls it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._project = engine.project
        self._found: dict[str, list[tuple[int, str, str, str]]] = {}
        """Route name -> (unit, prefix of the `with` around it, pattern, method)."""
        self._includes: dict[int, list[tuple[int, str]]] = {}
        """Unit -> the units that include it, with their prefix."""
        self.views: list[tuple[Module, int, tuple[Any, ...]]] = []
        for module in self._project.modules:
            ours = any(_from_pyramid(binding) for binding in module.scope().values())
            for index, unit in enumerate(module.units):
                if ours or any(name in _CONFIGS for name, _, _, _ in unit[4]):
                    self._read(module, index, body_of(unit), "")

    def named(self, name: str) -> list[Route]:
        """The routes of a name."""
        found = [
            Route(join_paths(prefix, inner, pattern) if prefix or inner else pattern, method)
            for unit, inner, pattern, method in self._written(name)
            for prefix in self._prefixes(unit, ())
        ]
        return list(dict.fromkeys(found))[:_MAX_WAYS]

    def _written(self, name: str) -> list[tuple[int, str, str, str]]:
        """The routes of a name as added; those that tests add for themselves only where there are no others."""
        found = self._found.get(name, [])
        return [each for each in found if not is_test(self._project.unit(each[0])[0].path)] or found

    def _prefixes(self, unit: int, seen: tuple[int, ...]) -> list[str]:
        if unit not in self._includes or unit in seen or len(seen) > _MAX_DEPTH:
            return [""]
        found = [
            join_paths(above, prefix) if above or prefix else ""
            for outer, prefix in self._includes[unit]
            for above in self._prefixes(outer, (*seen, unit))
        ]
        return list(dict.fromkeys(found))[:_MAX_WAYS]

    def _read(self, module: Module, index: int, body: tuple[Any, ...], inner: str) -> None:
        for node in body:
            if node[0] == f.WITH:
                prefix = inner
                for expression, _ in node[2]:
                    if expression[0] == f.CALL and last_name(expression[2]) == "route_prefix_context" and expression[3]:
                        prefix = join_paths(inner, text_of(self._engine, module, expression[3][0]) or "")
                self._read(module, index, node[3], prefix)
                continue
            rounds = self._rounds(module, node) if node[0] == f.FOR else []
            if rounds:
                for names in rounds:
                    self._read(module, index, substituted(node[4], names), inner)
                continue
            for call in calls_in(node):
                if call[2][0] == f.ATTR:
                    self._call(module, index, call, inner)

    def _rounds(self, module: Module, node: tuple[Any, ...]) -> list[dict[str, Any]]:
        """What the names of a loop over a list that is written out stand for, round by round."""
        _, source = aliased(self._engine, module, node[3])
        found = []
        for part in elements(source):
            names = [node[2]] if node[2][0] == f.NAME else elements(node[2])
            values = [part] if node[2][0] == f.NAME else elements(part)
            if len(names) != len(values) or any(name[0] != f.NAME for name in names):
                return []
            found.append({name[2]: value for name, value in zip(names, values, strict=True)})
        return found

    def _call(self, module: Module, index: int, call: tuple[Any, ...], inner: str) -> None:
        name, given = call[2][3], dict(call[4])
        if name == "add_route":
            key = text_of(self._engine, module, call[3][0] if call[3] else given.get("name"))
            node = call[3][1] if len(call[3]) > 1 else given.get("pattern") or given.get("path")
            pattern = text_of(self._engine, module, node)
            if key is not None and pattern is not None:
                method = text_of(self._engine, module, given.get("request_method")) or ""
                unit = module.index << UNIT_BITS | index
                self._found.setdefault(key, []).append((unit, inner, pattern, method))
        elif name == "add_view" and (call[3] or "view" in given):
            self.views.append((module, index, call))
        elif name == "include" and call[3]:
            target = self._included(module, index, call[3][0])
            if target is not None:
                prefix = text_of(self._engine, module, given.get("route_prefix")) or ""
                whole = join_paths(inner, prefix) if inner or prefix else ""
                self._includes.setdefault(target, []).append((module.index << UNIT_BITS | index, whole))

    def _included(self, module: Module, index: int, node: Any) -> int | None:
        """The function that `config.include` runs: itself, or the `includeme` of the module that it names."""
        text = text_of(self._engine, module, node) if node[0] == f.CONST else None
        if text is not None:
            level = len(text) - len(text.lstrip("."))
            dotted = module.absolute(text[level:], level) if level else text
            found = self._project.resolve_dotted(dotted)
        else:
            found = self._project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
        if found is not None and found.kind == "module":
            found = self._project.resolve_member(found.value, "includeme")
        return int(found.value) if found is not None and found.kind == "unit" else None


def _from_pyramid(binding: Any) -> bool:
    origin = binding.value[0] if binding.kind == "import" else binding.value if binding.kind == "module" else ""
    return str(origin).partition(".")[0] in ("pyramid", "cornice")


def plain(pattern: str) -> str:
    r"""`/users/{id:\d+}/*rest` as `/users/{id}/{rest}`."""
    return _REST.sub(r"{\1}", _OLD.sub(r"{\1}", _VARIABLE.sub(r"{\1}", pattern)))
