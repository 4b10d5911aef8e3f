"""What a handler's own code asks of the caller: names in its body, checks in what it calls, hooks that run before it.

Decorators and dependencies are guards (`guards`); a check in a body is looser code. It is told by names alone, broadly:
who reads this wants to know that nothing asks, so a doubt counts as asking.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name, written
from archwright.source.link.module import UNIT_BITS
from archwright.source.packed import body_of
from archwright.source.program import Program

_OWN: Final = re.compile(
    r"current_?user|request_?user|logged_?in|authenti|authori[sz]|permi(?:ssion|tted)|allowed|forbidden|can_access"
    r"|has_perm|user_can(?:_|$)|is_?(?:admin|staff|superuser|owner|member)|check_(?:access|perm|auth|user|owner|password)"
    r"|(?:^|_)(?:login|auth\w*|jwt|credentials?|signature|hmac|api_?key|secret|passwords?|roles?|acl|scopes?|principal"
    r"|identity|account|csrf|token)(?:$|_)",
    re.IGNORECASE,
)
"""Names in a handler's own body that may ask who calls."""
_CALLEE: Final = re.compile(
    r"current_?user|is_?authenticated|unauthori[sz]ed|forbidden|permission_?denied|not_?authenticated"
    r"|authentication_?failed|compare_digest|check_password|has_perm|verify_\w*(?:signature|token|auth)",
    re.IGNORECASE,
)
"""Names that tell a check in code which a handler calls, where other things happen too."""
_REFUSALS: Final = frozenset({401, 403})
_HOLDERS: Final = frozenset(
    {"request", "g", "info", "context", "ctx", "self", "state", "scope", "websocket", "session"}
)
_HOOKS: Final = frozenset({"before_request", "before_app_request", "middleware", "before_websocket"})
_HOOK_WORDS: Final = (b"before_request", b"before_app_request", b"middleware", b"MIDDLEWARE", b"before_websocket")
_MIDDLEWARE: Final = re.compile(r"login_?required|auth\w*required|require\w*(?:login|auth)", re.IGNORECASE)
_MAX_UNITS: Final = 60
_MAX_TEXT: Final = 40


class Asking:
    """What bodies ask of the caller, by unit."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._project = program.project
        self._inner: dict[int, dict[int, list[int]]] = {}
        self._strict: dict[int, str] = {}
        self._everywhere: str | None = None
        self._on_router: dict[str, str] = {}
        """Routers by file and name as written -> the hook that asks who calls before each handler of it."""

    def of(self, unit: int) -> str:
        """The name by which a unit or what it calls asks who calls; empty: nothing does."""
        own = next((name for each in self._whole(unit) for name in self._names(each) if _OWN.search(name)), "")
        return own or self._of_callees(unit) or self._project_wide()

    def before(self, router: str) -> str:
        """The hook that asks who calls before every handler of a router (`path:name`); empty: none does."""
        self._project_wide()
        return self._on_router.get(router, "")

    def _of_callees(self, unit: int) -> str:
        todo, seen = deque([unit]), {unit}
        while todo and len(seen) < _MAX_UNITS:
            for callee in sorted(self._program.called_by(todo.popleft())):
                if callee not in seen:
                    seen.add(callee)
                    todo.append(callee)
                    found = self._refuses(callee)
                    if found:
                        return found
        return ""

    def _refuses(self, unit: int) -> str:
        known = self._strict.get(unit)
        if known is None:
            known = next((name for each in self._whole(unit) for name in self._names(each) if _CALLEE.search(name)), "")
            known = known or next(
                (str(node[2]) for node in self._nodes(unit) if node[0] == f.CONST and node[2] in _REFUSALS), ""
            )
            self._strict[unit] = known
        return known

    def _whole(self, unit: int) -> Iterator[int]:
        """A unit and the functions inside of it."""
        module, _ = self._project.unit(unit)
        inner = self._inner.get(module.index)
        if inner is None:
            inner = self._inner[module.index] = {}
            for index, facts in enumerate(module.units):
                if facts[10] > 0:
                    inner.setdefault(facts[10], []).append(index)
        todo = [unit & (1 << UNIT_BITS) - 1]
        while todo:
            index = todo.pop()
            yield module.index << UNIT_BITS | index
            todo += inner.get(index, ())

    def _nodes(self, unit: int) -> Iterator[tuple[Any, ...]]:
        return nodes(body_of(self._project.unit(unit)[1]))

    def _names(self, unit: int) -> Iterator[str]:
        """Names, attributes, keywords and short texts of a body; the user of a request as `request_user`."""
        for node in self._nodes(unit):
            if node[0] == f.NAME:
                yield node[2]
            elif node[0] == f.ATTR:
                yield node[3]
                if node[3] in ("user", "user_id", "session", "auth", "tenant") and last_name(node[2]) in _HOLDERS:
                    yield "request_user"
            elif node[0] == f.CALL:
                yield from (name for name, _ in node[4] if name)
                yield from (each[2] for each in node[3] if _is_word(each))
            elif node[0] == f.SUBSCRIPT and _is_word(node[3]):
                yield node[3][2]

    # --- hooks -------------------------------------------------------------------------------------------
    def _project_wide(self) -> str:
        """A hook or middleware that asks who calls before every handler of the project."""
        if self._everywhere is None:
            self._everywhere = ""
            for module in self._program.modules_with(_HOOK_WORDS):
                for index, facts in enumerate(module.units):
                    self._hooks(module.index << UNIT_BITS | index, facts)
        return self._everywhere

    def _hooks(self, unit: int, facts: Any) -> None:
        module, _ = self._project.unit(unit)
        for decorator in facts[5]:
            named = decorator[2] if decorator[0] == f.CALL else decorator
            if named[0] == f.ATTR and named[3] in _HOOKS and (self._refuses(unit) or self._of_callees(unit)):
                self._hooked(module.path, named, str(facts[0]))
        for node in nodes(body_of(facts)):
            if node[0] == f.ASSIGN and last_name(node[2][0]) == "MIDDLEWARE":
                texts = [part[2] for part in nodes(node[3]) if part[0] == f.CONST and isinstance(part[2], str)]
                self._everywhere = next((text for text in texts if _MIDDLEWARE.search(text)), self._everywhere)
            elif node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] in _HOOKS and node[3]:
                target = self._project.resolve_expression(module, node[3][0])
                if target is not None and target.kind == "unit" and self._refuses(target.value):
                    self._hooked(module.path, node[2], written(node[3][0]))

    def _hooked(self, path: str, named: Any, hook: str) -> None:
        router = written(named[2])
        if named[3] in ("before_app_request", "middleware") or router.rpartition(".")[2] in ("app", "application"):
            self._everywhere = self._everywhere or hook
        else:
            self._on_router[f"{path}:{router}"] = hook


def nodes(body: Any) -> Iterator[tuple[Any, ...]]:
    """Every expression and statement of a body, in no order. Without recursion: a sum of thousands of texts is nested as deep."""
    todo: list[Any] = [body]
    while todo:
        node = todo.pop()
        if len(node) > 1 and isinstance(node[0], int) and isinstance(node[1], int):
            yield node
        todo.extend(part for part in node if isinstance(part, tuple))


def _is_word(node: Any) -> bool:
    return node[0] == f.CONST and isinstance(node[2], str) and len(node[2]) <= _MAX_TEXT and " " not in node[2]
