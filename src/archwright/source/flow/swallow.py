"""Handlers that keep nothing of an error: no log, no re-raise, no look at it, no call that could do either."""

from __future__ import annotations

from typing import Any

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val

_PROTECTED = {
    "Write": "write",
    "Read": "read",
    "Load": "read",
    "Interpret": "sql",
    "HttpCall": "http",
    "FileAccess": "file",
    "Publish": "publish",
    "Enqueue": "enqueue",
    "CacheGet": "cache",
    "CacheSet": "cache",
    "Commit": "commit",
}


def caught_types(frame: Frame, node: tuple[Any, ...] | None) -> tuple[str, ...]:
    """The exception types an `except` names; builtin ones without their module."""
    from archwright.source.flow.expressions import evaluate

    if node is None:
        return ("BaseException",)
    if node[0] == f.TUPLE:
        return tuple(name for part in node[2] for name in caught_types(frame, part))
    value = evaluate(frame, node)
    if value.type is not None and value.type[0] == "external":
        return (str(value.type[1]).removeprefix("builtins."),)
    if value.type is not None and value.type[0] == "class":
        return (value.type[1].name,)
    if value.items:
        return tuple(_type_name(item) for item in value.items.values())
    return ("?",)


def _type_name(value: Val) -> str:
    if value.type is not None and value.type[0] == "external":
        return str(value.type[1]).removeprefix("builtins.")
    return value.type[1].name if value.type is not None and value.type[0] == "class" else "?"


def judge_handler(frame: Frame, handler: tuple[Any, ...], traits: set[str]) -> bool:
    """Walk one except clause; record a Swallow where the error leaves no trace. Answers whether control goes on after it."""
    from archwright.source.flow.statements import block

    position, type_node, name, body = handler
    kind = _silent(body, name)
    if kind is not None:
        frame.emit(
            "Swallow",
            position,
            types=caught_types(frame, type_node),
            protects=_protects(traits),
            handler=kind,
        )
    return block(frame, body)


def judge_suppress(frame: Frame, node: tuple[Any, ...], traits: set[str]) -> None:
    """Record a Swallow for `with suppress(...)`."""
    types = suppressed(frame, node)
    if types:
        frame.emit("Swallow", node[1], types=types, protects=_protects(traits), handler="suppress")


def suppressed(frame: Frame, node: tuple[Any, ...]) -> tuple[str, ...]:
    """The types that `contextlib.suppress(...)` takes; empty where the expression is none."""
    from archwright.source.flow.expressions import evaluate

    if node[0] != f.CALL:
        return ()
    function = evaluate(frame, node[2])
    if function.type != ("external", "contextlib.suppress"):
        return ()
    return tuple(name for part in node[3] for name in caught_types(frame, part))


def _protects(traits: set[str]) -> tuple[str, ...]:
    kinds = {_PROTECTED[trait[5:]] for trait in traits if trait.startswith("does:") and trait[5:] in _PROTECTED}
    # something outside that no table knows may do anything; if its result is not used, it does something
    kinds |= traits & {"call", "action"}
    return tuple(sorted(kinds))


def _silent(body: tuple[Any, ...], name: str | None) -> str | None:
    """What a handler does that keeps nothing: `pass`, `continue`, `break`, `return a default`, `assign a default`; None: more."""
    answer = "pass"
    for node in body:
        kind = node[0]
        if kind == f.PASS or (kind == f.EXPR and node[2][0] == f.CONST):
            continue
        if kind == f.CONTINUE:
            answer = "continue"
        elif kind == f.BREAK:
            answer = "break"
        elif kind == f.RETURN and (node[2] is None or (_plain(node[2], name) and not _tells(node[2]))):
            answer = "return a default"
        elif (kind == f.IF and not node[4] and _plain(node[2], name) and _silent(node[3], name) == "pass") or (
            kind == f.ASSIGN and len(node[2]) == 1 and node[2][0][-1] == "_"
        ):
            continue
        elif kind == f.ASSIGN and _plain(node[3], name) and all(target[0] == f.NAME for target in node[2]):
            answer = "assign a default"
        else:
            return None
    return answer


def _tells(node: tuple[Any, ...]) -> bool:
    """True for an answer that says itself that something failed: `{"error": "unreachable"}`, `None, "no answer"`, `{}, 502`."""
    if node[0] == f.DICT:
        return any(_said(value) or (value[0] == f.CONST and value[2] is False) or _tells(value) for _, value in node[2])
    if node[0] in (f.TUPLE, f.LIST):
        return any(_said(part) or _tells(part) for part in node[2])
    return False


def _said(node: tuple[Any, ...]) -> bool:
    """A text, or a status of an HTTP error."""
    if node[0] != f.CONST:
        return False
    return (isinstance(node[2], str) and bool(node[2])) or (type(node[2]) is int and 400 <= node[2] < 600)


def _plain(node: tuple[Any, ...], name: str | None) -> bool:
    """True for literals, names other than the error's, and empty containers: nothing that could tell of the error."""
    kind = node[0]
    if kind == f.CONST:
        return True
    if kind == f.NAME:
        return bool(node[2] != name)
    if kind in (f.LIST, f.TUPLE, f.SET):
        return all(_plain(part, name) for part in node[2])
    if kind == f.DICT:
        return all((key is None or _plain(key, name)) and _plain(value, name) for key, value in node[2])
    if kind == f.UNARY:
        return _plain(node[3], name)
    if kind == f.CALL:
        return (
            node[2][0] == f.NAME
            and node[2][2] in ("dict", "list", "set", "tuple", "str", "int")
            and not node[3]
            and not node[4]
        )
    return False
