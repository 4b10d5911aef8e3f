"""Functions of a project around a library's call: what they hand on, in terms of what they are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import aliased, last_name
from archwright.source.link.module import UNIT_BITS, Module

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_NORMAL: Final = (f.PARAM_POSITIONAL_ONLY, f.PARAM_NORMAL)


class Bound(NamedTuple):
    """What the parameters of a function stand for in one call of it."""

    names: dict[str, Any]
    """Parameter -> the expression given, or its default."""
    keywords: str
    """The name of `**keywords`; empty where there is none."""
    rest: tuple[tuple[str | None, Any], ...]
    """What `**keywords` holds."""
    positions: str
    """The name of `*positions`; empty where there is none."""
    others: tuple[Any, ...]
    """What `*positions` holds."""


def bound(facts: tuple[Any, ...], call: tuple[Any, ...], *, skipped: int = 0) -> Bound:
    """What a call binds. skipped: parameters that it does not give, such as `self`."""
    names = {name: default for name, _, _, default in facts[4] if default is not None}
    order = [name for name, kind, _, _ in facts[4] if kind in _NORMAL][skipped:]
    names.update(zip(order, call[3], strict=False))
    known = {name for name, kind, _, _ in facts[4] if kind not in (f.PARAM_VARARGS, f.PARAM_KWARGS)}
    names.update({name: value for name, value in call[4] if name in known})
    rest = tuple((name, value) for name, value in call[4] if name not in known)
    keywords = next((name for name, kind, _, _ in facts[4] if kind == f.PARAM_KWARGS), "")
    positions = next((name for name, kind, _, _ in facts[4] if kind == f.PARAM_VARARGS), "")
    return Bound(names, keywords, rest, positions, call[3][len(order) :])


def spelled_out(engine: Engine, module: Module, keywords: tuple[Any, ...]) -> tuple[tuple[str | None, Any], ...]:
    """The keywords of a call, with those of `**SHARED` where that is a dictionary that is written out; a later one wins."""
    found: dict[str | None, Any] = {}
    for name, value in keywords:
        _, held = aliased(engine, module, value) if name is None else (module, value)
        if name is None and held[0] == f.DICT and all(key is not None and key[0] == f.CONST for key, _ in held[2]):
            found.update({key[2]: node for key, node in held[2]})
        elif name is None and held[0] == f.CALL and last_name(held[2]) == "dict" and not held[3]:
            found.update(held[4])
        else:
            found[name] = value
    return tuple(found.items())


def substituted(node: Any, names: Mapping[str, Any]) -> Any:
    """An expression or statements with what some names stand for put in their places."""
    if not isinstance(node, tuple) or not node:
        return node
    if node[0] == f.NAME and len(node) == 3 and node[2] in names:
        return names[node[2]]
    return tuple(substituted(part, names) if isinstance(part, tuple) else part for part in node)


def handed_on(given: Bound, inner: tuple[Any, ...]) -> tuple[Any, ...]:
    """A call inside of a function with what the function was given put in, `*positions` and `**keywords` among it."""
    arguments = tuple(
        each
        for value in inner[3]
        for each in (
            given.others
            if value[0] == f.STARRED and value[2][0] == f.NAME and value[2][2] == given.positions
            else (substituted(value, given.names),)
        )
    )
    keywords: dict[str | None, Any] = {}
    for name, value in inner[4]:
        if name is None and value[0] == f.NAME and value[2] == given.keywords:
            keywords.update(given.rest)
        else:
            keywords[name] = substituted(value, given.names)
    return (*inner[:3], arguments, tuple(keywords.items()))


def returned_by(body: tuple[Any, ...]) -> Iterator[Any]:
    """What the statements of a function return, on whichever way; a bare `return` is left out."""
    for node in body:
        if node[0] == f.RETURN and node[2] is not None:
            yield node[2]
        elif node[0] in (f.IF, f.TRY, f.FOR, f.WHILE, f.WITH):
            for part in node[2:]:
                if isinstance(part, tuple) and part and isinstance(part[0], tuple):
                    yield from returned_by(part)


def called_unit(engine: Engine, module: Module, node: Any) -> int | None:
    """The function of the project that an expression names."""
    found = engine.project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    return int(found.value) if found is not None and found.kind == "unit" else None


def with_nested(module: Module, index: int) -> Iterator[int]:
    """A unit of a module and those defined in it, which see its names."""
    yield index
    for other, unit in enumerate(module.units):
        around = unit[10]
        while around > 0 and around != index:
            around = module.units[around][10]
        if index and around == index:
            yield other


def index_of(unit: int) -> int:
    """The index of a unit in its module."""
    return unit & ((1 << UNIT_BITS) - 1)
