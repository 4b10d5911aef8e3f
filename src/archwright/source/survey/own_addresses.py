"""Handlers that look a row up only to send callers on to its own page: the page says who may see it, and nothing else of the row is told or changed."""

from __future__ import annotations

from typing import Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.nodes import nodes
from archwright.source.survey.same_answers import REDIRECTS

_LOOKS_UP: Final = frozenset({"get_object_or_404", "get_or_404", "get"})
_ADDRESSES: Final = frozenset({"reverse", "reverse_lazy", "url_for", "str", "get_absolute_url"})
"""Calls that make an address."""
_KEYS: Final = frozenset({"id", "pk", "uuid", "slug", "get_absolute_url"})
"""What an address may say of a row; the key of something else may be a secret."""


def sends_on(body: Any) -> bool:
    """True for a body that binds rows to names, and then does nothing but send callers on to an address made of their keys."""
    rows: set[str] = set()
    for statement in body:
        kind: int = statement[0]
        value: Any = statement[2] if len(statement) > 2 else None
        if kind == f.EXPR and value[0] == f.CONST:
            continue
        if kind == f.ASSIGN and all(target[0] == f.NAME for target in value) and _looks_up(statement[3]):
            rows |= {target[2] for target in value}
            continue
        return bool(kind == f.RETURN and rows and value is not None and _is_address(value, rows))
    return False


def _looks_up(node: Any) -> bool:
    return node[0] == f.CALL and last_name(node[2]) in _LOOKS_UP


def _is_address(answer: Any, rows: set[str]) -> bool:
    """`redirect(row)`, `redirect("page", pk=row.pk)`, `HttpResponseRedirect(row.get_absolute_url())`."""
    if answer[0] != f.CALL or last_name(answer[2]) not in REDIRECTS:
        return False
    found = list(nodes((*answer[3], *(value for _, value in answer[4]))))
    whole = {id(node) for node in answer[3] if last_name(answer[2]) == "redirect" and node[0] == f.NAME}
    keyed = {id(node[2]) for node in found if node[0] == f.ATTR and node[3] in _KEYS}
    if any(node[0] == f.NAME and node[2] in rows and id(node) not in whole | keyed for node in found):
        return False
    return all(last_name(node[2]) in _ADDRESSES for node in found if node[0] == f.CALL)
