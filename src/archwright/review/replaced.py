"""Settings of a package that another of its modules replaces: defaults that hold nowhere but on a developer's machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import takewhile

from archwright.report.lines import indent_of, lines_of

_ALL = re.compile(r"^(\s*)from\s+\.(\w+)\s+import\s+\*")
_TRY = re.compile(r"^\s*try\s*:")
_HANDLER = re.compile(r"^\s*except\b")

Read = Callable[[str], str | None]


def replaced(path: str, read: Read) -> bool:
    """True for a module whose names its package takes, and after them those of a module that must be there and is not in the repository.

    `from .defaults import *` and then `from .local import *` in `__init__.py`: who runs the service writes `local`. Where the package
    goes on without it (`except ImportError: pass`), the defaults hold. read: gives the text of a file by its path; None: there is none.
    """
    folder, _, name = path.rpartition("/")
    if not folder or name == "__init__.py":
        return False
    lines = lines_of(read(f"{folder}/__init__.py") or "")
    taken = [(number, found[2]) for number, text in enumerate(lines) if (found := _ALL.match(text)) is not None]
    first = next((number for number, module in taken if f"{module}.py" == name), None)
    if first is None:
        return False
    later = [(number, module) for number, module in taken if number > first]
    return any(read(f"{folder}/{module}.py") is None and _needed(lines, number) for number, module in later)


def _needed(lines: list[str], number: int) -> bool:
    """True where an import (an index) stands in no branch, or in a `try` whose handler raises."""
    indent = indent_of(lines[number])
    if not indent:
        return True
    above = next((text for text in reversed(lines[:number]) if text.strip() and indent_of(text) < indent), "")
    rest = lines[number + 1 :]
    handler = next((each for each, text in enumerate(rest) if text.strip() and indent_of(text) < indent), None)
    if not _TRY.match(above) or handler is None or not _HANDLER.match(rest[handler]):
        return False
    body = takewhile(lambda text: not text.strip() or indent_of(text) > indent_of(rest[handler]), rest[handler + 1 :])
    return any(text.strip().startswith("raise") for text in body)
