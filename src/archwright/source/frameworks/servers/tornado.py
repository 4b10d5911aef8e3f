"""Tornado: handlers by the lists of (pattern, class) that applications are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.model.value import Trust, Use
from archwright.source import facts as f
from archwright.source.flow import operators
from archwright.source.flow.addresses import HOST
from archwright.source.flow.values import BIT, NO, Val, clean, deep_origins, join_origins
from archwright.source.frameworks.base import CallSite, Entry, Framework, Source
from archwright.source.frameworks.python.urls import encoded
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.endpoints import http_entry, text_of, verbs_of
from archwright.source.frameworks.shared.routes import outside
from archwright.source.frameworks.shared.trust import trust_of
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo, Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_HANDLER: Final = "tornado.web.RequestHandler"
_REQUEST: Final = "tornado.httputil.HTTPServerRequest"
_SPECS: Final = frozenset({"url", "URLSpec", "Rule"})
_OF_HANDLER: Final = {
    "get_argument": "request value",
    "get_arguments": "request value",
    "get_query_argument": "query parameter",
    "get_query_arguments": "query parameter",
    "get_body_argument": "form field",
    "get_body_arguments": "form field",
    "get_json_body": "request body",
    "get_cookie": "cookie",
    "path_args": "path parameter",
    "path_kwargs": "path parameter",
}
_OF_REQUEST: Final = {
    "body": "request body",
    "body_arguments": "form field",
    "query_arguments": "query parameter",
    "arguments": "request value",
    "files": "uploaded file",
    "headers": "request header",
    "cookies": "cookie",
    "query": "query string",
    "path": "request path",
    "uri": "request path",
    "host": "request host",
    "host_name": "request host",
    "full_url": "request URL",
}
_NUMERIC: Final = re.compile(r"(?:\\d|\[0-9\])(?:[+*]|\{[\d,]+\})?|\[0-9a-f-\]\+?")


class Tornado(Framework):
    """Request handlers."""

    name = "tornado"
    title = "Tornado"
    packages = ("tornado",)
    aliases: ClassVar[dict[str, str]] = {"tornado.httputil.HTTPRequest": _REQUEST}
    attributes: ClassVar[dict[str, str]] = {
        f"{base}.request": _REQUEST for base in (_HANDLER, "tornado.websocket.WebSocketHandler")
    }
    sources: ClassVar[dict[str, Source]] = {
        **{
            f"{base}.{name}": Source(said)
            for base in (_HANDLER, "tornado.websocket.WebSocketHandler")
            for name, said in _OF_HANDLER.items()
            if name != "get_json_body"
        },
        **{f"{_REQUEST}.{name}": Source(said) for name, said in _OF_REQUEST.items()},
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls["tornado.escape.url_escape"] = _escaped
        self.calls["tornado.httputil.url_concat"] = _with_query

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Every method of a handler that some list names, once a pattern."""
        handlers = {info.name for info in project.all_classes() if _is_handler(info)}
        if not handlers:
            return
        done: set[tuple[int, str, str]] = set()
        shorts = {name.rpartition(".")[2] for name in handlers}
        for module in project.modules:
            if not any(name in shorts or "handler" in name.lower() or "view" in name for name in module.scope()):
                continue
            for unit in module.units:
                for pattern, info in _rules(engine, module, body_of(unit), handlers):
                    for entry in _entries(engine, pattern, info):
                        trigger = str(entry.operation.trigger) if entry.operation is not None else ""
                        key = (entry.unit, trigger, info.name)
                        if key not in done:
                            done.add(key)
                            yield entry


def _escaped(site: CallSite) -> Val | None:
    """`url_escape(text)`: percent-encoded, slashes too."""
    text = site.argument(0, "value")
    return encoded(text, slashes=False) if text is not None else None


def _with_query(site: CallSite) -> Val | None:
    """`url_concat(address, parameters)`: what stands in the query leads to no other host."""
    address, query = site.argument(0, "url"), site.argument(1, "args")
    if address is None or query is None:
        return None
    behind = clean(deep_origins(query), HOST | BIT[Use.HTML])
    return Val(("text",), join_origins(deep_origins(address), behind), NO, None, operators.shape(address))


def _is_handler(info: ClassInfo) -> bool:
    return any(base.startswith("tornado.") and base.endswith("Handler") for base in info.external_bases())


def _rules(engine: Engine, module: Module, body: Any, handlers: set[str]) -> Iterator[tuple[str, ClassInfo]]:
    """`(r"/path", Handler)`, `url(r"/path", Handler)`, wherever they stand."""
    todo: list[Any] = [body]
    while todo:
        node = todo.pop()
        if not isinstance(node, tuple) or not node:
            continue
        parts: Any = ()
        if node[0] == f.TUPLE and len(node) == 3 and isinstance(node[2], tuple):
            parts = node[2]
        elif node[0] == f.CALL and len(node) == 5 and last_name(node[2]) in _SPECS:
            parts = node[3]
        if 2 <= len(parts) <= 4 and parts[1][0] in (f.NAME, f.ATTR, f.CONST):
            info = _class(engine, module, parts[1])
            pattern = _pattern(engine, module, parts[0]) if info is not None and info.name in handlers else None
            if pattern is not None and info is not None:
                yield pattern, info
        todo.extend(part for part in node if isinstance(part, tuple))


def _class(engine: Engine, module: Module, node: Any) -> ClassInfo | None:
    found = engine.project.resolve_expression(module, node) if node[0] != f.CONST else None
    if node[0] == f.CONST and isinstance(node[2], str) and "." in node[2]:
        found = engine.project.resolve_dotted(node[2])
    return found.value if found is not None and found.kind == "class" else None


def _pattern(engine: Engine, module: Module, node: Any) -> str | None:
    """The pattern's text; of a call that joins it to a base that only runs know, the texts it joins."""
    text = text_of(engine, module, node)
    if text is None and node[0] == f.CALL:
        known = [part for each in node[3] if (part := text_of(engine, module, each)) is not None]
        text = "".join(f"/{part.strip('/')}" for part in known) if known else None
    if text is None and node[0] == f.BINOP and node[2] == "%":
        text = _filled(text_of(engine, module, node[3]), engine, module, node[4])
    if text is None and node[0] == f.BINOP and node[2] == "+":
        text = _pattern(engine, module, node[4])
    return text


def _filled(text: str | None, engine: Engine, module: Module, node: Any) -> str | None:
    """`r"/api/%s" % name_regex`; None where a part can't be read."""
    parts = [text_of(engine, module, part) for part in (node[2] if node[0] == f.TUPLE else (node,))]
    if text is None or text.count("%s") != len(parts):
        return None
    for part in parts:
        if part is None:
            return None
        text = text.replace("%s", part.replace("%s", ""), 1)
    return text


def read_pattern(pattern: str) -> tuple[str, list[tuple[str, bool]]]:
    """A regular expression as a path, and its groups: name (empty: by place) and whether only numbers get through."""
    path, groups = "", []
    at = 0
    pattern = pattern.removeprefix("^").removesuffix("$")
    while at < len(pattern):
        char = pattern[at]
        if char == "(":
            end = _closing(pattern, at)
            inside = pattern[at + 1 : end]
            named = re.match(r"\?P<(\w+)>(.*)", inside, re.DOTALL)
            optional = pattern[end + 1 : end + 2] == "?"
            if inside.startswith("?:") or (inside.startswith("?") and named is None):
                inner, more = read_pattern(inside.removeprefix("?:").split("|")[0])
                groups += more
                path += inner if inside.startswith("?:") and (not optional or more) else ""
            else:
                name, body = (named[1], named[2]) if named is not None else ("", inside)
                if named is None and body.startswith("?"):
                    body = ""
                groups.append((name, _NUMERIC.fullmatch(body) is not None))
                path += "{" + (name or f"arg{len(groups)}") + "}"
                if body.replace("(?:", "").replace("(", "").startswith("/") and not path[: path.rindex("{")].endswith(
                    "/"
                ):
                    path = path[: path.rindex("{")] + "/" + path[path.rindex("{") :]
            at = end + 1
        elif char == "\\":
            path += pattern[at + 1 : at + 2]
            at += 2
            continue
        else:
            anything = char == "." and pattern[at + 1 : at + 2] in ("*", "+")
            path += "{rest}" if anything else char if char not in "^$" else ""
            at += 1
        if pattern[at : at + 1] in ("?", "*", "+"):
            if char == "/" and pattern[at] != "+" and pattern[at + 1 : at + 2] != "(":
                path = path[:-1]
            at += 1
    return path or "/", groups


def _closing(pattern: str, start: int) -> int:
    depth = 0
    for at in range(start, len(pattern)):
        if pattern[at] == "(" and pattern[at - 1 : at] != "\\":
            depth += 1
        elif pattern[at] == ")" and pattern[at - 1 : at] != "\\":
            depth -= 1
            if not depth:
                return at
    return len(pattern)


def _entries(engine: Engine, pattern: str, info: ClassInfo) -> Iterator[Entry]:
    path, groups = read_pattern(pattern)
    for verb, unit in verbs_of(info):
        yield http_entry(engine, unit, verb, path, _parameters(engine, unit, info, groups))
    opened = info.method("open") if info.method("on_message") is not None else None
    if opened is not None and not list(verbs_of(info)):
        yield http_entry(engine, opened, "WEBSOCKET", path, _parameters(engine, opened, info, groups))
    message = info.method("on_message")
    if message is not None:
        _, facts = engine.project.unit(message)
        if len(facts[4]) > 1:
            yield Entry(message, {facts[4][1][0]: outside("message", message, facts[2])})


def _parameters(engine: Engine, unit: int, info: ClassInfo, groups: list[tuple[str, bool]]) -> dict[str, Val]:
    _, facts = engine.project.unit(unit)
    trust: Trust = trust_of(engine, unit, info)
    found: dict[str, Val] = {}
    by_name = {name: clean for name, clean in groups if name}
    for place, (name, kind, _, _) in enumerate(facts[4][1:]):
        if kind in (f.PARAM_VARARGS, f.PARAM_KWARGS):
            continue
        if name in by_name:
            found[name] = outside(f"path parameter {name!r}", unit, facts[2], trust=trust, clean=by_name[name])
        elif not by_name and place < len(groups):
            found[name] = outside(f"path parameter {name!r}", unit, facts[2], trust=trust, clean=groups[place][1])
    return found
