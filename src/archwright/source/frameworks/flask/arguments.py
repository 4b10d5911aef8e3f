"""What decorators put into a view's parameters: flask-smorest's `arguments`, webargs' `use_args`, APIFlask's `input`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from archwright.model.value import Trust
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN_ORIGIN, Origin, Val
from archwright.source.frameworks.schemas import marshmallow
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.typed import Outside
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_PUTS: Final = frozenset({"arguments", "use_args", "use_kwargs", "input"})
_SAID: Final = {
    "query": "query parameter",
    "querystring": "query parameter",
    "json": "request body",
    "json_or_form": "request body",
    "form": "form field",
    "headers": "request header",
    "cookies": "cookie",
    "files": "uploaded file",
    "path": "path parameter",
    "view_args": "path parameter",
}


def parsed(engine: Engine, module: Module, facts: tuple[Any, ...], unit: int, trust: Trust) -> dict[str, Val]:
    """The parameters that hold what decorators parsed: each takes the next place, or keywords."""
    found: dict[str, Val] = {}
    names = [name for name, kind, _, _ in facts[4] if kind in (f.PARAM_POSITIONAL_ONLY, f.PARAM_NORMAL)]
    place = 1 if facts[9] >= 0 and "static" not in engine.decorations(unit) else 0
    for node in facts[5]:
        name = last_name(node[2]) if node[0] == f.CALL else ""
        if name not in _PUTS or not node[3] or (name == "input" and node[2][0] != f.ATTR):
            continue
        given = dict(node[4])
        where = given.get("location") or (node[3][1] if name == "input" and len(node[3]) > 1 else None)
        location = where[2] if where is not None and where[0] == f.CONST else "json"
        outside = Outside(_SAID.get(str(location), "request body"), trust, unit, facts[2])
        value = _schema(engine, module, node[3][0], (outside.origin(),))
        as_keywords = given.get("as_kwargs")
        if name == "use_kwargs" or (as_keywords is not None and as_keywords[0] == f.CONST and as_keywords[2]):
            found.update({key: item for key, item in (value.items or {}).items() if isinstance(key, str)})
        elif name == "input":
            found[f"{location}_data"] = value
        elif place < len(names):
            found[names[place]] = value
            place += 1
    return found


def _schema(engine: Engine, module: Module, node: Any, origins: tuple[Origin, ...]) -> Val:
    """What a schema class, an instance of one, or a dictionary of fields lets through."""
    if node[0] == f.DICT:
        items: dict[Any, Val] = {}
        for key, field in node[2]:
            if key is not None and key[0] == f.CONST and field[0] == f.CALL:
                items[key[2]] = marshmallow.field(engine, module, field, origins)
        return Val(("dict",), (), NO, items)
    info, many = _class(engine, module, node)
    if info is None:
        return Val(None, (*origins, UNKNOWN_ORIGIN))
    loaded = marshmallow.loads(engine, info, origins)
    return Val(("list",), (), NO, {"*": loaded}) if many else loaded


def _class(engine: Engine, module: Module, node: Any) -> tuple[ClassInfo | None, bool]:
    many = False
    if node[0] == f.CALL:
        given = dict(node[4]).get("many")
        many = given is not None and given[0] == f.CONST and given[2] is True
        if any(name in ("only", "exclude") for name, _ in node[4]):
            return None, many
        node = node[2]
    found = engine.project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    if found is not None and found.kind == "expression" and found.value[2][0] == f.CALL:
        return _class(engine, found.value[0], found.value[2])
    known = found is not None and found.kind == "class" and marshmallow.is_schema(found.value)
    return (found.value if known and found is not None else None), many


def answer(engine: Engine, module: Module, facts: tuple[Any, ...]) -> Callable[[Frame, Val], None] | None:
    """What `@blp.response(200, Schema(many=True))`, or APIFlask's `output`, reads of the rows that a view returns."""
    for node in facts[5]:
        name = last_name(node[2]) if node[0] == f.CALL and node[2][0] == f.ATTR else ""
        if name not in ("response", "output") or not node[3]:
            continue
        given = dict(node[4]).get("schema") or (node[3][1] if name == "response" and len(node[3]) > 1 else None)
        given = node[3][0] if name == "output" else given
        info, many = _class(engine, module, given) if given is not None else (None, False)
        if info is None:
            continue
        position = next((int(each[1]) for each in reversed(body_of(facts)) if each[0] == f.RETURN), int(facts[2]))

        def shown(frame: Frame, value: Val, info: ClassInfo = info, many: bool = many, at: int = position) -> None:
            marshmallow.show(frame, value, info, many, at)

        return shown
    return None
