"""Decorators and hooks of the project that give each answer another type than a page's: `response.headers["Content-Type"] = "application/json"`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.responses.content import ATTRIBUTES, says_page
from archwright.source.link.module import Module
from archwright.source.link.project import Project
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

Node = tuple[Any, ...]
_PARENT: Final = 10
_UNCONDITIONAL: Final = {f.WITH: 3, f.TRY: 2}
"""Statements whose block runs whatever the request is -> its place in them."""


def by_decorator(project: Project, module: Module, facts: Node) -> bool:
    """True where a decorator of a unit sets the type of what the unit answers, on each way, to something else than a page's."""
    return any(_retypes(project, module, node[2] if node[0] == f.CALL else node) for node in facts[5])


def by_hook(facts: Node) -> bool:
    """True for a hook behind all views that is given their answers, and sets the type of each."""
    given = {facts[4][-1][0]} if facts[4] else set()
    return _sets(body_of(facts), frozenset(), given)


def _retypes(project: Project, module: Module, decorator: Node) -> bool:
    found = project.resolve_expression(module, decorator)
    if found is None or found.kind != "unit":
        return False
    holder, facts = project.unit(found.value)
    around = {
        next((index for index, unit in enumerate(holder.units) if unit is facts), -1): {each[0] for each in facts[4]}
    }
    for index, unit in enumerate(holder.units):  # what stands in a function stands behind it
        if index and unit[_PARENT] in around:
            wrapped = around[unit[_PARENT]]
            around[index] = wrapped | {each[0] for each in unit[4]}
            if _sets(body_of(unit), frozenset(wrapped), set()):
                return True
    return False


def _sets(body: Any, wrapped: frozenset[str], held: set[str]) -> bool:
    """True where the type of an answer is set. wrapped: names of what is called for it; held: names that it is bound to."""
    for statement in _always(body):
        kind = statement[0]
        if kind not in (f.ASSIGN, f.RETURN) or statement[-1] is None:
            continue
        value = statement[-1]
        if kind == f.ASSIGN and any(_is_type(target, held) for target in statement[2]):
            return not says_page(value)
        if not _made_of(value, wrapped, held):
            continue
        told = [given for name, given in value[4] if name in ATTRIBUTES] if value[0] == f.CALL else []
        if told:
            return not says_page(told[0])
        if kind == f.ASSIGN:
            held.update(target[2] for target in statement[2] if target[0] == f.NAME)
    return False


def _always(body: Any) -> Iterator[Node]:
    for statement in body:
        yield statement
        if statement[0] in _UNCONDITIONAL:
            yield from _always(statement[_UNCONDITIONAL[statement[0]]])


def _is_type(target: Node, held: set[str]) -> bool:
    """True for `answer.mimetype`, `answer["Content-Type"]` and `answer.headers["Content-Type"]`."""
    if target[0] == f.ATTR:
        return target[3] in ATTRIBUTES and _is_held(target[2], held)
    if target[0] != f.SUBSCRIPT or target[3][0] != f.CONST or str(target[3][2]).lower() != "content-type":
        return False
    base = target[2]
    return _is_held(base[2] if base[0] == f.ATTR and base[3] == "headers" else base, held)


def _is_held(node: Node, held: set[str]) -> bool:
    return bool(node[0] == f.NAME and node[2] in held)


def _made_of(value: Node, wrapped: frozenset[str], held: set[str]) -> bool:
    """True for what holds an answer, or calls for one."""
    return any(
        _is_held(node, held) or (node[0] == f.CALL and node[2][0] == f.NAME and node[2][2] in wrapped)
        for node in nodes((value,))
    )
