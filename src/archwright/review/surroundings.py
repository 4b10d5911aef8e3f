"""What stands around a place in the text of a file: the try body that a handler protects, the blocks, the way out of a loop."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archwright.report.lines import indent_of

_TRY = re.compile(r"try\s*:")
_WITH = re.compile(r"(?:async )?with\b")
_WAY_OUT = re.compile(r"(?:return|raise|break)\b")
_HEADER = re.compile(
    r"(?:finally|except|else|while|for|async for|with|async with|if|elif|def|async def|class|match|case)\b"
)


def protected(lines: Sequence[str], handler: int) -> list[str]:
    """The lines of the try body before the `except` at line `handler`, or in the `with` there, without indentation.

    Empty if it can't be found.
    """
    opening = _opening(lines, handler)
    if not opening:
        return []
    indent = indent_of(lines[opening - 1])
    body = []
    for number in range(opening + 1, handler if handler > opening else len(lines) + 1):
        text = lines[number - 1]
        if text.strip() and indent_of(text) <= indent:
            break  # an earlier handler of the same try, or what follows the `with`
        body.append(text.strip())
    return [text for text in body if text and not text.startswith("#")]


def said_before(lines: Sequence[str], handler: int) -> str:
    """The comment right above the `try` that the `except` at line `handler` belongs to; empty where there is none."""
    said: list[str] = []
    for text in map(str.strip, reversed(lines[: max(_opening(lines, handler) - 1, 0)])):
        if not text.startswith("#"):
            break
        said.append(text.lstrip("# "))
    return " ".join(reversed(said))


def around(lines: Sequence[str], handler: int) -> tuple[str, ...]:
    """The kinds of the blocks that hold the try or `with` statement, innermost first, up to the function: `finally`, `while`."""
    opening = _opening(lines, handler)
    kinds = []
    indent = indent_of(lines[opening - 1]) if opening else 0
    for number in range(opening - 1, 0, -1):
        text = lines[number - 1]
        if not text.strip() or indent_of(text) >= indent:
            continue
        indent = indent_of(text)
        match = _HEADER.match(text.strip())
        if match is not None:
            kinds.append(match[0])
            if match[0].endswith(("def", "class")):
                break
    return tuple(kinds)


def leaves(lines: Sequence[str], loop: int, line: int) -> bool:
    """True if the code at `line`, inside the loop that starts at line `loop`, runs at most once.

    That is so where a `return`, `raise` or `break` ends one of the blocks that hold it.
    """
    if not 1 <= loop < line <= len(lines):
        return False
    indent = indent_of(lines[line - 1])
    outer = indent_of(lines[loop - 1])
    for number in range(line, loop, -1):
        text = lines[number - 1]
        if not text.strip() or indent_of(text) > indent:
            continue
        indent = indent_of(text)
        if indent <= outer:
            return False
        if _WAY_OUT.match(_last(lines, number, indent)):
            return True
        indent -= 1  # from here on, only blocks further out
    return False


def _last(lines: Sequence[str], number: int, indent: int) -> str:
    """The last statement of the block that the line at `indent` belongs to."""
    last = ""
    for text in lines[number - 1 :]:
        if text.strip() and indent_of(text) < indent and not text.strip().startswith(("#", ")", "]", "}")):
            break
        if text.strip() and indent_of(text) == indent and not text.strip().startswith(("#", ")", "]", "}")):
            last = text.strip()
    return last


def _opening(lines: Sequence[str], handler: int) -> int:
    """The line of the `try` that the `except` at line `handler` belongs to, that of a `with` itself; 0 if there is none."""
    if not 1 <= handler <= len(lines):
        return 0
    if _WITH.match(lines[handler - 1].strip()):
        return handler
    indent = indent_of(lines[handler - 1])
    for number in range(handler - 1, 0, -1):
        text = lines[number - 1]
        if indent_of(text) == indent and _TRY.match(text.strip()):
            return number
        if text.strip() and indent_of(text) < indent and not text.strip().startswith("#"):
            return 0
    return 0
