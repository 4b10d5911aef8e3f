"""Which rules of ruff a project selects for a file, from its ruff configuration: read, never run.

As ruff does (docs.astral.sh/ruff, "Configuration"): the nearest directory upwards that holds .ruff.toml, ruff.toml or a
pyproject.toml with [tool.ruff] decides alone; `extend` names a file it builds on. A longer selector wins over a shorter one, and
at equal length what is ignored. Without `select`, ruff's own default holds. A project without such a file does not use ruff.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pathspec import GitIgnoreSpec

from archwright.source.load import MAX_BYTES

DEFAULT: Final = ("E4", "E7", "E9", "F")
"""What ruff selects where nothing is selected."""

_FILES: Final = (".ruff.toml", "ruff.toml", "pyproject.toml")
_EXTENDED: Final = 8
"""Files that build on one another."""
_CODE: Final = re.compile(r"([A-Z]+)(\d*)")
_GROUPS: Final = {"PL": ("PLC", "PLE", "PLR", "PLW"), "C": ("C",)}
"""Selectors of letters that stand for several families."""


class RuffSettings:
    """A ruff configuration, as far as it says which rules are on and how long a line may be."""

    def __init__(self, tables: Sequence[tuple[Path, Mapping[str, Any]]]) -> None:
        """tables: the file that decides first, then those it extends, each with its [tool.ruff] or top level."""
        self.path, own = tables[0]
        merged: dict[str, Any] = {}
        selected: list[str] = []
        ignored: list[str] = []
        self._per_file: list[tuple[Path, str, tuple[str, ...]]] = []
        self._excluded: list[tuple[Path, tuple[str, ...]]] = []
        for path, table in reversed(tables):
            lint = {**_lint(table), **_dict(table.get("lint"))}
            merged.update(table)
            selected = [*_texts(lint.get("select", selected or DEFAULT)), *_texts(lint.get("extend-select"))]
            ignored = [*_texts(lint.get("ignore", ignored)), *_texts(lint.get("extend-ignore"))]
            for key in ("per-file-ignores", "extend-per-file-ignores"):
                self._per_file += [(path.parent, glob, _texts(codes)) for glob, codes in _dict(lint.get(key)).items()]
            for holder in (table, _dict(table.get("lint"))):
                self._excluded += [(path.parent, _texts(holder.get(k))) for k in ("exclude", "extend-exclude")]
        self.selected = tuple(dict.fromkeys(selected))
        self.ignored = tuple(dict.fromkeys(ignored))
        length = merged.get("line-length")
        self.line_length = length if isinstance(length, int) else None
        self.own = own

    def selects(self, code: str, file: Path) -> bool:
        """Whether ruff reports a rule in a file (absolute path)."""
        on = max((_length(each) for each in self.selected if _covers(each, code)), default=-1)
        off = max((_length(each) for each in self.ignored if _covers(each, code)), default=-1)
        if on < 0 or off >= on:
            return False
        if any(
            _matches(base, glob, file) and any(_covers(each, code) for each in codes)
            for base, glob, codes in self._per_file
        ):
            return False
        return not any(_matches(base, glob, file) for base, globs in self._excluded for glob in globs)


class Ruff:
    """The ruff configurations of a project, each read once."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._root = Path(root).absolute()
        self._of: dict[Path, RuffSettings | None] = {}

    def reports(self, path: str, codes: Iterable[str]) -> bool:
        """Whether ruff reports one of the rules in a file, whose path starts from the root."""
        file = Path(os.path.normpath(self._root / path))
        settings = self.settings(file.parent)
        return settings is not None and any(settings.selects(code, file) for code in codes)

    def settings(self, directory: Path) -> RuffSettings | None:
        """What holds for the files of a directory (absolute); None where ruff is not configured."""
        if directory not in self._of:
            here = next((found for name in _FILES if (found := _read(directory / name, _EXTENDED))), None)
            if here is not None:
                self._of[directory] = RuffSettings(here)
            elif (directory / ".git").exists() or directory.parent == directory:
                self._of[directory] = None
            else:
                self._of[directory] = self.settings(directory.parent)
        return self._of[directory]


def _read(path: Path, more: int) -> list[tuple[Path, Mapping[str, Any]]] | None:
    """A file's table for ruff and those of the files it extends; None where it has none."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        document: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    table = document if path.name != "pyproject.toml" else _dict(document.get("tool")).get("ruff")
    if not isinstance(table, dict):
        return None
    extended = table.get("extend")
    below = (
        _read(path.parent / extended, more - 1) if isinstance(extended, str) and more and "\0" not in extended else None
    )
    return [(path, table), *(below or [])]


def _lint(table: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of linting that older configurations have at the top."""
    names = ("select", "extend-select", "ignore", "extend-ignore", "per-file-ignores", "extend-per-file-ignores")
    return {name: table[name] for name in names if name in table}


def _length(selector: str) -> int:
    return 0 if selector == "ALL" else len(selector)


def _covers(selector: str, code: str) -> bool:
    """Whether `S`, `S1`, `S110` or `ALL` stands for the rule `S110`; not `S` for `SIM105`."""
    if selector == "ALL":
        return True
    one, two = _CODE.fullmatch(selector), _CODE.fullmatch(code)
    if one is None or two is None:
        return False
    return two[1] in _GROUPS.get(one[1], (one[1],)) and two[2].startswith(one[2])


def _matches(base: Path, glob: str, file: Path) -> bool:
    """Whether a pattern of a configuration in `base` names a file, by its whole path or by its last part."""
    negated = glob.startswith("!")
    pattern = glob.removeprefix("!")
    try:
        name = file.relative_to(base).as_posix()
        found = GitIgnoreSpec.from_lines([pattern]).match_file(name) or PurePosixPath(name).match(pattern)
    except ValueError:
        return False
    return bool(found) != negated


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, (list, tuple)) else ()
