""".gitignore as git reads it: nested files, negation, the deepest file wins."""

# Paths are strings here: there are thousands, and pathlib costs ten times as much.
# ruff: noqa: PTH118, PTH123
from __future__ import annotations

import os
from pathlib import Path

from pathspec import GitIgnoreSpec


class Ignore:
    """The ignore files that hold for one directory: those of the directories above it, then its own.

    An immutable chain: a directory below adds its link. Paths are compared relative to the directory of each file.
    """

    __slots__ = ("_base", "_spec", "outer")

    def __init__(self, base: str, above: Ignore | None = None) -> None:
        self._base = base.rstrip(os.sep) + os.sep
        self.outer = above
        self._spec = _read(os.path.join(base, ".gitignore"))

    @classmethod
    def above(cls, directory: str) -> Ignore | None:
        """The chain for the parents of a directory, up to the top of its git repository; None outside of one.

        A file that ignores the directory itself is left out: who names an ignored directory wants it read.
        """
        parents: list[str] = []
        at = Path(directory)
        while not (at / ".git").exists():
            if at.parent == at:
                return None
            at = at.parent
            parents.append(str(at))
        chain: Ignore | None = None
        for parent in reversed(parents):
            link = Ignore(parent, chain)
            chain = chain if link.says(directory, True) else link
        return chain

    def ignored(self, path: str, is_directory: bool) -> bool:
        """Whether git would ignore an absolute path; its parents are not asked."""
        link: Ignore | None = self
        while link is not None:
            said = link.says(path, is_directory)
            if said is not None:
                return said
            link = link.outer
        return False

    def says(self, path: str, is_directory: bool) -> bool | None:
        """What this one file says of a path: ignored, wanted after all, or nothing."""
        if self._spec is None or not path.startswith(self._base):
            return None
        relative = path[len(self._base) :].replace(os.sep, "/")
        return self._spec.check_file(relative + "/" if is_directory else relative).include


def _read(path: str) -> GitIgnoreSpec | None:
    """The patterns of one file; None if it is absent, empty or unreadable. A pattern git rejects is passed over."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = [line.rstrip("\n") for line in file]
    except OSError:
        return None
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if not lines:
        return None
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return _valid_only(lines)


def _valid_only(lines: list[str]) -> GitIgnoreSpec | None:
    kept: list[str] = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        kept.append(line)
    return GitIgnoreSpec.from_lines(kept) if kept else None
