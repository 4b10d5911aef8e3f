"""Paths as route declarations write them: constants, through names and settings, and through functions that build them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.wrappers import bound, called_unit, returned_by, substituted
from archwright.source.link.module import Module
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_MAX_DEPTH: Final = 3


def written_path(engine: Engine, module: Module, node: Any, depth: int = _MAX_DEPTH) -> str | None:
    """The text that a path is; None where it can't be read.

    Where a function hands its argument back with something before it or as it is, by a condition that code does not tell (a
    setting), the path is told as it is: one operation, not two.
    """
    if node[0] == f.CONST:
        return node[2] if isinstance(node[2], str) else None
    value = engine.module_expression(module, node).const
    if isinstance(value, str):
        return value
    unit = called_unit(engine, module, node[2]) if node[0] == f.CALL and depth else None
    if unit is None:
        return None
    where, facts = engine.project.unit(unit)
    names = {
        name: (f.CONST, node[1], text)
        for name, given in bound(facts, node).names.items()
        if (text := written_path(engine, module, given, depth - 1)) is not None
    }
    returned = [substituted(part, names) for part in returned_by(body_of(facts))]
    texts = {written_path(engine, where, part, depth - 1) for part in returned}
    if len(texts) == 1:
        return texts.pop()
    as_given = {part[2] for part in returned if part[0] == f.CONST} & {given[2] for given in names.values()}
    return as_given.pop() if len(as_given) == 1 else None
