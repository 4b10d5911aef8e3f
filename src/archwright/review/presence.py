"""Whether code looks at more of what is sent than that something is: a value that is only tested for being there opens nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from archwright.review.said import function_around

_LEAVES = re.compile(r"^\s*(?:return|raise|abort)\b")


def only_present(lines: Sequence[str], line: int, call: str, names: Iterable[str]) -> bool:
    """True where one of some names in a call is refused when it is missing, and all else that its function does with it is that call.

    lines: of the module; line: where the call begins (from 1); call: its lines.
    """
    told = {text.strip() for text in call.split("\n")}
    body = [text.partition("#")[0].rstrip() for text in function_around(lines, line)[1:]]
    rest = [text for text in body if text.strip() and text.strip() not in told]
    return any(_only_tested(rest, name) for name in dict.fromkeys(names))


def _only_tested(body: Sequence[str], name: str) -> bool:
    missing = re.compile(rf"^\s*(?:el)?if\s+(?:not\s+{name}|{name}\s+is\s+None|{name}\s*==\s*(?:\"\"|''))\s*:")
    harmless = re.compile(rf"^\s*(?:(?:el)?if\s+{name}\s*:|{name}\s*(?::[^=]+)?=[^=])|{missing.pattern}")
    word = re.compile(rf"\b{name}\b")
    used = all(harmless.match(text) for text in body if word.search(text))
    return used and any(missing.match(text) and _LEAVES.match(after) for text, after in pairwise(body))
