"""Checks by the one secret that the settings of a service hold: whoever sends it is another service, and no user."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name, written
from archwright.source.nodes import nodes

_SECRET: Final = re.compile(
    r"(?:^|_)(?:tokens?|secrets?|pass(?:word|wd|code)|(?:api|access|auth|secret|shared|service)_?keys?)$", re.IGNORECASE
)
_SETTINGS: Final = re.compile(r"(?:^|[._])(?:settings|config|conf|environ|getenv|env)(?:$|[._(\[])", re.IGNORECASE)
_EQUALS: Final = frozenset({"==", "!=", "is not", "in", "not in"})
_COMPARES: Final = frozenset({"compare_digest", "constant_time_compare"})
_PRESENTED: Final = frozenset({"cookies", "COOKIES", "headers", "META"})


def compares_shared_secret(body: Any) -> bool:
    """True for code that compares something with a secret of the settings: `password != config["BACKEND_PASSWORD"]`."""
    return any(_is_setting(side) for sides in _compared(body) for side in sides)


def _compared(body: Any) -> Iterator[list[Any]]:
    """The sides of every comparison for the same."""
    for node in nodes(body):
        if node[0] == f.COMPARE and any(operator in _EQUALS for operator, _ in node[3]):
            yield [node[2], *(right for _, right in node[3])]
        elif node[0] == f.CALL and last_name(node[2]) in _COMPARES:
            yield list(node[3])


def compares_presented(body: Any) -> bool:
    """True for code that compares a cookie or a header, which is how secrets are presented, with a setting of whatever name."""
    sent = {
        str(target[2])
        for node in nodes(body)
        if node[0] == f.ASSIGN and _is_presented(node[3])
        for target in node[2]
        if target[0] == f.NAME
    }
    for sides in _compared(body):
        presented = any(_is_presented(side) or (side[0] == f.NAME and side[2] in sent) for side in sides)
        if presented and any(side[0] == f.ATTR and _SETTINGS.search(written(side[2])) for side in sides):
            return True
    return False


def _is_presented(node: Any) -> bool:
    """`request.cookies.get(name)`, `request.headers[name]`."""
    if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] == "get":
        node = node[2][2]
    elif node[0] == f.SUBSCRIPT:
        node = node[2]
    else:
        return False
    return bool(node[0] == f.ATTR and node[3] in _PRESENTED and last_name(node[2]) in ("request", "req"))


def _is_setting(node: Any) -> bool:
    """`settings.API_TOKEN`, `config["API_TOKEN"]`, `environ.get("API_TOKEN")`, `API_TOKEN`; of its text, the bytes too."""
    while node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] in ("encode", "strip"):
        node = node[2][2]
    if node[0] == f.NAME:
        return bool(node[2].isupper() and _SECRET.search(node[2]))
    if node[0] == f.ATTR:
        holder, name = node[2], node[3]
    elif node[0] == f.SUBSCRIPT and node[3][0] == f.CONST:
        holder, name = node[2], node[3][2]
    elif node[0] == f.CALL and node[3] and node[3][0][0] == f.CONST:
        holder, name = node[2], node[3][0][2]
    else:
        return False
    return isinstance(name, str) and bool(_SECRET.search(name) and _SETTINGS.search(written(holder)))
