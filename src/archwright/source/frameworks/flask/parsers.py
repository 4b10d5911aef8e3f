"""The request parsers of Flask-RESTful and flask-restx: each argument lets through what its type says."""

from __future__ import annotations

from typing import Final

from archwright.model.value import Trust
from archwright.source.flow.values import ALL_USES, NO, UNKNOWN_ORIGIN, Origin, Val, step
from archwright.source.frameworks.base import CallSite, Handler

PARSERS: Final = tuple(
    f"{package}.reqparse.RequestParser" for package in ("flask_restful", "flask_restx", "flask_restplus")
)
_CLEAN = frozenset({"int", "float", "bool", "boolean", "positive", "natural", "datetime_from_iso8601", "date", "UUID"})


def handlers() -> dict[str, Handler]:
    """The calls of every parser class."""
    found: dict[str, Handler] = {}
    for parser in PARSERS:
        found[parser] = _made
        found[f"{parser}.add_argument"] = found[f"{parser}.replace_argument"] = _add
        found[f"{parser}.copy"] = _copy
        found[f"{parser}.parse_args"] = _parse
    return found


def _made(call: CallSite) -> Val:
    return Val(("object", call.name), (), NO, {})


def _copy(call: CallSite) -> Val | None:
    receiver = call.receiver
    if receiver is None:
        return None
    return Val(receiver.type, (), NO, dict(receiver.items) if receiver.items is not None else None)


def _add(call: CallSite) -> Val | None:
    """`add_argument("sort", type=str, choices=..., dest=...)`: the parser's own record of it."""
    receiver, name = call.receiver, call.argument(0, "name")
    if receiver is None or receiver.items is None or name is None or not isinstance(name.const, str):
        return None
    dest = call.keywords.get("dest")
    key = dest.const if dest is not None and isinstance(dest.const, str) else name.const
    receiver.items[key] = _argument(call, name.const)
    return receiver


def _argument(call: CallSite, name: str) -> Val:
    origin: Origin = (("source", f"request argument {name!r}", Trust.ANYONE.value), 0, None)
    given = call.keywords.get("type")
    kind = ""
    if given is not None and given.type is not None and given.type[0] == "external":
        kind = str(given.type[1]).rpartition(".")[2]
    if "choices" in call.keywords or kind in _CLEAN:
        origin = (origin[0], ALL_USES, None)
    elif given is not None and kind != "str":
        origin = UNKNOWN_ORIGIN  # the project's own check
    value = Val(None, step((origin,), call.frame.unit, call.position, f"request argument {name!r}"))
    action = call.keywords.get("action")
    if action is not None and action.const in ("append", "split"):
        return Val(("list",), (), NO, {"*": value})
    return value


def _parse(call: CallSite) -> Val:
    """What `parse_args` gives; of arguments that were added elsewhere nothing is known."""
    items = call.receiver.items if call.receiver is not None else None
    return Val(("dict",), (UNKNOWN_ORIGIN,), NO, dict(items) if items else None)
