"""Statements that turn a caller away."""

from __future__ import annotations

import re
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.nodes import nodes

_CODES: Final = frozenset({401, 403})
_NAMED: Final = re.compile(
    r"forbid|permission_?denied|unauthori[sz]ed|not_?(?:authori[sz]ed|authenticated|permitted|allowed)|access_?denied"
    r"|no_?permission|auth\w*_?(?:error|failed)",
    re.IGNORECASE,
)
"""Names of errors and answers that turn a caller away."""
_SAID: Final = re.compile(
    r"\b(?:not|n't) (?:allowed|permitted|authori[sz]ed)|\bno (?:authori[sz]ation|permission|access)\b|(?:permission|access) denied"
    r"|forbidden|unauthori[sz]ed|not have (?:the )?(?:permission|access|right)",
    re.IGNORECASE,
)
"""What such an answer says."""
_OTHERWISE: Final = re.compile(r"already|yourself|your own|cannot be|can't be", re.IGNORECASE)
"""What an answer says that turns a caller away because of what it has, and not of what it lacks."""


def refuses(body: Any) -> bool:
    """True for statements that end by turning the caller away: an error, an answer of 401 or 403, words to that effect."""
    if not body:
        return False
    last = body[-1]
    if last[0] not in (f.RAISE, f.RETURN) and not (last[0] == f.EXPR and last[2][0] == f.CALL):
        return False
    said = list(nodes(last))
    texts = [node[2] for node in said if node[0] == f.CONST and isinstance(node[2], str)]
    if any(_OTHERWISE.search(text) for text in texts):
        return False
    if any(node[0] == f.CONST and type(node[2]) is int and node[2] in _CODES for node in said):
        return True
    names = [str(node[-1]) for node in said if node[0] in (f.NAME, f.ATTR)]
    return any(map(_NAMED.search, names)) or any(map(_SAID.search, texts))
