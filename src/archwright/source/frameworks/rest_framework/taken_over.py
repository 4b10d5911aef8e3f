"""A dictionary of `Meta` with what it takes over from elsewhere: `{**Parent.Meta.extra_kwargs, "email": {...}}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_DEPTH: Final = 6


def pairs(
    engine: Engine, module: Module, node: Any, scope: ClassInfo | None = None, depth: int = _DEPTH
) -> dict[str, Any]:
    """The values (facts) of a dictionary by their constant keys, of two with one key the later; what can't be read adds nothing.

    scope: the class that the dictionary stands in, whose own names it may use.
    """
    if depth == 0 or node is None:
        return {}
    kind = node[0]
    if kind == f.DICT:
        held: dict[str, Any] = {}
        for key, value in node[2]:
            if key is None:
                held.update(pairs(engine, module, value, scope, depth - 1))
            elif key[0] == f.CONST and isinstance(key[2], str):
                held[key[2]] = value
        return held
    if kind == f.BINOP and node[2] == "|":
        return {**pairs(engine, module, node[3], scope, depth - 1), **pairs(engine, module, node[4], scope, depth - 1)}
    if kind == f.CALL and last_name(node[2]) in ("dict", "deepcopy"):
        parts = [*node[3], *(value for name, value in node[4] if not name)]
        held = {key: value for part in parts for key, value in pairs(engine, module, part, scope, depth - 1).items()}
        return {**held, **{name: value for name, value in node[4] if name}}
    if kind == f.CALL and node[2][0] == f.ATTR and node[2][3] == "copy":
        return pairs(engine, module, node[2][2], scope, depth - 1)
    if kind in (f.NAME, f.ATTR):
        own = scope.lookup(node[2]) if kind == f.NAME and scope is not None else None
        if own is not None and own[1].kind == "expression":
            return pairs(engine, own[0].module, own[1].value, scope, depth - 1) if own[1].value is not node else {}
        found = engine.project.resolve_expression(module, node)
        if found is not None and found.kind == "expression" and found.value[2] is not node:
            return pairs(engine, found.value[0], found.value[2], found.value[1], depth - 1)
    return {}
