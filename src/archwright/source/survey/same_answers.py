"""Handlers that only show a page, or send callers on to another address, and the same to everybody: there is nothing to keep from anyone.

Told by the body alone, and narrowly: every statement makes or gives an answer of a library, from constants. What is said of the request in an address
(its scheme, its host) belongs to the address; a setting does as well, but not to a page, which would show it.
"""

from __future__ import annotations

import re
from typing import Any, Final

from archwright.model.policy import Shows
from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name

_PAGES: Final = frozenset({"render", "render_template", "render_to_response", "TemplateResponse"})
REDIRECTS: Final = frozenset(
    {"redirect", "HttpResponseRedirect", "HttpResponsePermanentRedirect", "RedirectResponse", "HTTPFound"}
)
_ADDRESSES: Final = frozenset({"reverse", "reverse_lazy", "url_for", "build_absolute_uri", "get_host", "format"})
"""Calls of libraries that make an address."""
_OWN_ADDRESS: Final = re.compile(r"(?:^|_)ur[il]$", re.IGNORECASE)
"""Functions of the project that make one, by their names: what they do for it is not told."""
_OF_REQUEST: Final = frozenset({"scheme", "get_host", "build_absolute_uri", "url_for"})
_PARTS: Final = {
    f.FSTRING: 2,
    f.FORMATTED: 2,
    f.BINOP: 3,
    f.BOOL: 3,
    f.LIST: 2,
    f.TUPLE: 2,
    f.DICT: 2,
    f.AWAIT: 2,
}
"""Expressions that say no more than their parts do, and where these begin."""
_OF_CALLER: Final = frozenset({"session", "g", "current_user"})
"""Names of modules that stand for something of each request."""


def shows(facts: Any, body: Any, *, calls_own: bool) -> Shows:
    """What a handler shows; calls_own: it calls functions of the project."""
    answer = _Answer(facts)
    if not all(map(answer.takes, body)) or not answer.given or (calls_own and not answer.own):
        return Shows.OTHER
    return Shows.ADDRESS if answer.own else Shows.SAME


class _Answer:
    """Goes through the statements of a handler in their order."""

    def __init__(self, facts: Any) -> None:
        self._given = {str(parameter[0]) for parameter in facts[4]}
        self._constants: set[str] = set()
        self._addresses: set[str] = set()
        self._answers: set[str] = set()
        self.given = False
        self.own = False
        """A function of the project makes an address, from nothing but the request."""

    def takes(self, statement: Any) -> bool:
        """True for a statement that does nothing but make or give an answer that is the same to everybody."""
        kind = statement[0]
        if kind == f.EXPR:
            return bool(statement[2][0] == f.CONST)
        if kind in (f.ASSIGN, f.ANNASSIGN):
            targets = statement[2] if kind == f.ASSIGN else (statement[2],)
            value = statement[3] if kind == f.ASSIGN else statement[4]
            return (
                value is not None
                and len(targets) == 1
                and targets[0][0] == f.NAME
                and self._bound(targets[0][2], value)
            )
        if kind == f.RETURN:
            self.given = statement[2] is not None and self._is_answer(statement[2])
            return self.given
        return kind in (f.PASS, f.IMPORT, f.FROM)

    def _bound(self, name: str, value: Any) -> bool:
        if self._is_answer(value):
            self._answers.add(name)
        elif self._is_constant(value):
            self._constants.add(name)
        elif self._is_address(value):
            self._addresses.add(name)
        else:
            return False
        return True

    def _is_answer(self, node: Any) -> bool:
        if node[0] == f.AWAIT:
            return self._is_answer(node[2])
        if node[0] == f.NAME:
            return node[2] in self._answers
        if node[0] != f.CALL or node[2][0] not in (f.NAME, f.ATTR):
            return False
        name = last_name(node[2])
        given = [*node[3], *(value for _, value in node[4])]
        if name in _PAGES:
            return all(map(self._is_constant, given))
        return name in REDIRECTS and all(map(self._is_address, given))

    def _is_constant(self, node: Any) -> bool:
        """True for what a page is made from: constants, the request itself, addresses of other pages."""
        if node[0] == f.NAME:
            return node[2] in self._constants or node[2] == "request"
        if node[0] == f.ATTR:
            return node[3] == "template_name" or _is_request(node) or (node[3] in _OF_REQUEST and _is_request(node[2]))
        if node[0] == f.CALL:
            return self._makes_address(node, self._is_constant)
        return node[0] == f.CONST or (node[0] in _PARTS and all(map(self._is_constant, _parts(node))))

    def _is_address(self, node: Any) -> bool:
        """As a constant, or what the settings and names of the module say."""
        if self._is_constant(node):
            return True
        if node[0] == f.NAME:
            elsewhere = self._given | self._answers | _OF_CALLER
            return node[2] in self._addresses or node[2] not in elsewhere
        if node[0] == f.ATTR:
            return self._is_address(node[2]) and not _is_request(node[2])
        if node[0] == f.SUBSCRIPT:
            return self._is_address(node[2]) and self._is_address(node[3])
        if node[0] == f.CALL:
            return self._makes_address(node, self._is_address) or self._is_own(node)
        return node[0] in _PARTS and all(map(self._is_address, _parts(node)))

    def _makes_address(self, node: Any, allowed: Any) -> bool:
        if last_name(node[2]) not in _ADDRESSES:
            return False
        holder = node[2][2] if node[2][0] == f.ATTR else None
        held = holder is None or _is_request(holder) or self._is_address(holder)
        return held and all(map(allowed, (*node[3], *(value for _, value in node[4]))))

    def _is_own(self, node: Any) -> bool:
        given = (*node[3], *(value for _, value in node[4]))
        if node[2][0] != f.NAME or not _OWN_ADDRESS.search(node[2][2]) or not all(map(_is_request, given)):
            return False
        self.own = True
        return True


def _is_request(node: Any) -> bool:
    """`request`, `self.request`."""
    if node[0] == f.NAME:
        return bool(node[2] == "request")
    return bool(node[0] == f.ATTR and node[3] == "request" and node[2][0] == f.NAME and node[2][2] == "self")


def _parts(node: Any) -> list[Any]:
    if node[0] == f.DICT:
        return [part for pair in node[2] for part in pair if part is not None]
    parts = node[_PARTS[node[0]] :]
    if node[0] == f.FORMATTED:
        return [parts[0]]
    return [each for part in parts for each in (part if part and isinstance(part[0], tuple) else (part,)) if each]
