"""Which version of a library a project runs with: pinned by its lock files, narrowed by what it says it needs.

Each file is asked for itself, for a project may hold several: the answer is that of those that tell one, where they agree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from archwright.source.dependencies import declares, dependencies_of, normal, python_of

Number = tuple[int, ...]

_LOCKS: Final = re.compile(r"(?:^|/)(?:(?:poetry|uv|pdm)\.lock|Pipfile\.lock)$")
_CLAUSE: Final = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>|\^|~|)\s*v?([0-9]+(?:\.[0-9]+)*)(\.\*)?[0-9A-Za-z.+-]*\s*")
_LAST: Final = 1 << 30
"""Stands for a part of a version number behind which there is none of the same line."""


class Admitted(NamedTuple):
    """The versions that a file admits: from `least` on, below `below`; None: no end that way."""

    least: Number | None = None
    below: Number | None = None

    def before(self, version: Number) -> bool | None:
        """Whether all of them come before a version; False: none does; None: some do, or it can't be told."""
        version = _plain(version)
        if self.below is not None and _plain(self.below) <= version:
            return True
        return False if self.least is not None and _plain(self.least) >= version else None


class Versions:
    """What the files of a project say of the versions of libraries."""

    def __init__(self, paths: Iterable[str] = (), read: Callable[[str], str] = str) -> None:
        """paths: those of the project's files other than code; read: gives the text of one, read when first asked."""
        self._paths = [path for path in paths if declares(path) or _LOCKS.search(path)]
        self._read = read
        self._texts: dict[str, str] = {}

    def before(self, library: str, *version: int) -> bool | None:
        """Whether the project runs with a version before this one: `before("sqlalchemy", 2)`; None: that can't be known."""
        name = normal(library)
        told = {answer for found in self._admitted(name) if (answer := found.before(version)) is not None}
        return told.pop() if len(told) == 1 else None

    def _admitted(self, name: str) -> Iterator[Admitted]:
        for path in self._paths:
            if path not in self._texts:
                self._texts[path] = self._read(path)
            text = self._texts[path]
            if _LOCKS.search(path):
                yield from map(admitted, _locked(path, text, name))
            elif name == "python":
                if specifier := python_of(path, text):
                    yield admitted(specifier)
            else:
                for each in dependencies_of(path, text):
                    if each.name == name:
                        yield admitted(each.specifier)


def admitted(specifier: str) -> Admitted:
    """The versions that a specifier admits (PEP 440, and the carets and tildes of Poetry). What can't be read limits nothing."""
    least: Number | None = None
    below: Number | None = None
    for part in specifier.split(","):
        match = _CLAUSE.fullmatch(part)
        if match is None:
            continue
        found = _clause(match[1] or "==", tuple(map(int, match[2].split("."))), line=match[3] is not None)
        least = max(filter(None, (least, found.least)), default=None)
        below = min(filter(None, (below, found.below)), default=None)
    return Admitted(least, below)


def _clause(operator: str, version: Number, *, line: bool) -> Admitted:
    if operator in ("==", "==="):
        return Admitted(version, (*version, _LAST) if line else (*version, 1))
    if operator == "~=":
        return Admitted(version, _next(version, len(version) - 1))
    if operator == "^":
        first = next((index for index, part in enumerate(version) if part), len(version) - 1)
        return Admitted(version, _next(version, first + 1))
    if operator == "~":
        return Admitted(version, _next(version, min(len(version), 2)))
    if operator in (">", ">="):
        return Admitted(least=version)
    if operator == "<":
        return Admitted(below=version)
    return Admitted(below=(*version, 1)) if operator == "<=" else Admitted()


def _plain(version: Number) -> Number:
    """2 is 2.0 is 2.0.0."""
    while version and not version[-1]:
        version = version[:-1]
    return version


def _next(version: Number, count: int) -> Number:
    """The version that comes after all that begin with the first `count` parts of this one."""
    count = max(count, 1)
    return (*version[: count - 1], version[count - 1] + 1)


def _locked(path: str, text: str, name: str) -> list[str]:
    """The versions of a library in a lock file, as specifiers."""
    if path.endswith("Pipfile.lock"):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return []
        packages = document.get("default") if isinstance(document, dict) else None
        return [
            str(each.get("version", ""))
            for key, each in (packages.items() if isinstance(packages, dict) else ())
            if normal(key) == name and isinstance(each, dict)
        ]
    spelled = re.escape(name).replace(r"\-", "[-_.]")
    return re.findall(rf'^name = "{spelled}"\s*\nversion = "([^"]+)"', text, re.MULTILINE | re.IGNORECASE)
