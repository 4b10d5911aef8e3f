"""Where a decorator, a hook or a middleware lets requests through unasked because their address holds some text.

    if request.endpoint and "history" in request.endpoint:
        return view(*args, **kwargs)

A text that is anywhere in an address says little of what is asked for: other handlers' names hold it too, and what stands behind
the `?` of an address is the caller's choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.turned_away import refuses
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.nodes import branches, nodes
from archwright.source.packed import body_of
from archwright.source.program import Program

ENDPOINT: Final = "endpoint"
PATH: Final = "path"
ADDRESS: Final = "address"
"""With the query, which is the caller's choice whole."""
_OF: Final = {
    "endpoint": ENDPOINT,
    "path": PATH,
    "path_info": PATH,
    "url": ADDRESS,
    "full_path": ADDRESS,
    "get_full_path": ADDRESS,
    "build_absolute_uri": ADDRESS,
    "uri": ADDRESS,
    "raw_uri": ADDRESS,
}
_REQUESTS: Final = frozenset({"request", "req", "r", "url", "scope", "self"})
_HOOKS: Final = frozenset(
    {
        "before_request",
        "before_app_request",
        "middleware",
        "process_request",
        "process_view",
        "dispatch",
        "__call__",
        "prepare",
    }
)
_HOOK_WORDS: Final = (
    b"before_request",
    b"before_app_request",
    b"iddleware",
    b"process_request",
    b"call_next",
    b"wraps",
)
_ASKS: Final = re.compile(
    r"is_?authenticated|unauthori[sz]ed|forbidden|permission|logged_?in|login|authenticat|authori[sz]ation|current_?user|token",
    re.IGNORECASE,
)
"""Names and texts in code that asks who calls."""
_PASSED: Final = re.compile(r"^(?:call_next|get_response|handler|app|view\w*|func\w*|fn|f|wrapped|endpoint)$")


class Exemption(NamedTuple):
    """A text in an address that spares a request the check of who calls."""

    at: tuple[Module, int]
    text: str
    of: str
    """`ENDPOINT`, `PATH` or `ADDRESS`."""
    start: bool
    """True where the address must begin with it."""
    decorator: str
    """The decorator whose wrapper it stands in; empty: a hook before every request."""
    owner: str
    """The function that holds it."""


def exemptions(program: Program) -> Iterator[Exemption]:
    """The exemptions of a program, by module and place."""
    for module in program.modules_with(_HOOK_WORDS):
        for index, facts in enumerate(module.units):
            body = body_of(facts)
            if not _is_before(facts) or not _asks(body):
                continue
            around = module.units[facts[10]] if facts[10] > 0 else None
            while around is not None and around[10] > 0:
                around = module.units[around[10]]
            for node in branches(body):
                for part in _loose(node):
                    owner = program.project.unit_name(module.index << UNIT_BITS | index)
                    yield Exemption((module, node[1]), *part, str(around[0]) if around is not None else "", owner)


def _is_before(facts: Any) -> bool:
    """True for what runs before a handler: a hook, a method of a middleware, a wrapper that a decorator gives back."""
    names = [last_name(node[2] if node[0] == f.CALL else node) for node in facts[5]]
    if facts[0] in _HOOKS or not _HOOKS.isdisjoint(names) or any(name.startswith("before") for name in names):
        return True
    return facts[10] > 0 and ("wraps" in names or _PASSED.match(str(facts[0])) is not None)


def _asks(body: Any) -> bool:
    return any(node[0] in (f.NAME, f.ATTR, f.CONST) and _ASKS.search(str(node[-1])) for node in nodes(body))


def _loose(node: Any) -> Iterator[tuple[str, str, bool]]:
    """The texts, what they are looked for in, and whether at its start, by which an `if` lets through or turns away nobody."""
    passes, turns = _passes(node[3]), refuses(node[3])
    if (not passes and not turns) or any(part[0] == f.ATTR and part[3] == "method" for part in nodes(node[2])):
        return
    for part in _parts(node[2], ("and", "or") if passes else ("and",)):
        yield from _compared(part, "in" if passes else "not in")
        negated = part[0] == f.UNARY and part[2] == "not"
        if negated is turns:
            yield from _started(part[3] if negated else part)


def _parts(test: Any, operators: tuple[str, ...]) -> Iterator[Any]:
    """What a condition is made of."""
    if test[0] == f.BOOL and test[2] in operators:
        for part in test[3]:
            yield from _parts(part, operators)
    elif test[0] != f.BOOL:
        yield test


def _compared(node: Any, operator: str) -> Iterator[tuple[str, str, bool]]:
    if node[0] != f.COMPARE or len(node[3]) != 1 or node[3][0][0] != operator:
        return
    kind = _address(node[3][0][1])
    if kind and node[2][0] == f.CONST and isinstance(node[2][2], str) and node[2][2]:
        yield node[2][2], kind, False


def _started(node: Any) -> Iterator[tuple[str, str, bool]]:
    if node[0] != f.CALL or node[2][0] != f.ATTR or node[2][3] != "startswith" or len(node[3]) != 1:
        return
    kind = _address(node[2][2])
    given = node[3][0]
    for part in given[2] if given[0] == f.TUPLE else (given,):
        if kind and kind != ADDRESS and part[0] == f.CONST and isinstance(part[2], str) and part[2]:
            yield part[2], kind, True


def _address(node: Any) -> str:
    """`request.endpoint`, `request.url.path`, `request.get_full_path()`, `str(request.url)`: what of an address it is; empty: it is none."""
    if node[0] == f.CALL and last_name(node[2]) == "str" and len(node[3]) == 1:
        node = node[3][0]
    if node[0] == f.CALL and not node[3]:
        node = node[2]
        if last_name(node) in ("lower", "strip") and node[0] == f.ATTR:
            return _address(node[2])
    if node[0] != f.ATTR or last_name(node[2]) not in _REQUESTS:
        return ""
    return _OF.get(node[3], "")


def _passes(body: Any) -> bool:
    """True for statements that hand the request on, or end a hook that would ask."""
    if len(body) != 1 or body[0][0] not in (f.RETURN, f.PASS):
        return False
    value = body[0][2] if body[0][0] == f.RETURN else None
    if value is not None and value[0] == f.AWAIT:
        value = value[2]
    if value is None or (value[0] == f.CONST and value[2] is None):
        return True
    return bool(value[0] == f.CALL and _PASSED.match(last_name(value[2])))
