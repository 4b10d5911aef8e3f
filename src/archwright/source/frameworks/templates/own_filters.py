"""Filters of a project's own for templates of Jinja2: decorated for an app, or put into the table of an environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import Project
from archwright.source.nodes import nodes
from archwright.source.packed import body_of, holds

Node = tuple[Any, ...]
_DECORATORS: Final = frozenset({"template_filter", "app_template_filter"})
_ADDS: Final = frozenset({"add_template_filter", "add_app_template_filter"})
_TABLE: Final = "filters"
_ADDED: Final = "template_filter"


def own_filters(project: Project) -> dict[str, int]:
    """The unit behind each filter's name; none where several have the name."""
    found: dict[str, int | None] = {}
    for module in project.modules:
        if not module.language:
            for name, unit in _of_module(project, module):
                found[name] = unit if found.get(name, unit) == unit else None
    return {name: unit for name, unit in found.items() if unit is not None}


def _of_module(project: Project, module: Module) -> Iterator[tuple[str, int]]:
    for index, unit in enumerate(module.units):
        for decorator in unit[5]:
            name = _decorated(decorator)
            if name is not None:
                yield name or unit[0], module.index << UNIT_BITS | index
        if holds(unit, _TABLE) or holds(unit, _ADDED):
            for node in nodes(body_of(unit)):
                for name, value in _put(node):
                    target = project.resolve_expression(module, value)
                    if target is not None and target.kind == "unit":
                        yield name or project.unit(target.value)[1][0], target.value


def _decorated(decorator: Node) -> str | None:
    """The name that a decorator gives its function; empty: the function's own; None: it makes no filter."""
    target = decorator[2] if decorator[0] == f.CALL else decorator
    if target[0] != f.ATTR or target[3] not in _DECORATORS:
        return None
    return _named(decorator, 0) if decorator[0] == f.CALL else ""


def _named(call: Node, place: int) -> str:
    given = call[3][place] if len(call[3]) > place else dict(call[4]).get("name")
    return str(given[2]) if given is not None and given[0] == f.CONST else ""


def _put(node: Node) -> Iterator[tuple[str, Node]]:
    """`env.filters["name"] = function`, `env.filters.update({...})`, `app.add_template_filter(function, "name")`."""
    if node[0] == f.ASSIGN:
        for target in node[2]:
            if target[0] == f.SUBSCRIPT and _is_table(target[2]) and target[3][0] == f.CONST:
                yield str(target[3][2]), node[3]
    elif node[0] == f.CALL and node[2][0] == f.ATTR:
        if node[2][3] in _ADDS and node[3]:
            yield _named(node, 1), node[3][0]
        elif node[2][3] == "update" and _is_table(node[2][2]):
            yield from ((key, value) for key, value in node[4] if key)
            for given in node[3]:
                if given[0] == f.DICT:
                    yield from ((str(key[2]), value) for key, value in given[2] if key and key[0] == f.CONST)


def _is_table(node: Node) -> bool:
    return bool(node[0] == f.ATTR and node[3] == _TABLE)
