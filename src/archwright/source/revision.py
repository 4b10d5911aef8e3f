"""The files of a git revision, read from git's objects into a directory of our own.

Only plumbing that reads objects is used (rev-parse, merge-base, ls-tree, cat-file): no index is refreshed, nothing is checked
out, no filter, hook or external program that a repository's configuration names is run, nothing is fetched.

RevisionError (Exception)
└── there is no git, no repository, or no such revision; `advice` says what would be right
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from archwright.source.discover import read_by_reviews
from archwright.source.load import MAX_BYTES
from archwright.source.modules import MARKERS

_SECONDS: Final = 120
_FILE, _EXECUTABLE, _SUBMODULE = "100644", "100755", "160000"
_NAMES: Final = frozenset({*MARKERS, ".gitignore"} - {".git"})
"""Files without an extension of ours that say what a directory is."""


class RevisionError(Exception):
    """A revision can't be read; `advice` says what would be right."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class Repository:
    """A git repository, by a directory in it."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        """Raises RevisionError where git is missing or the directory is in no repository."""
        self._directory = Path(directory).absolute()
        top = self._git("rev-parse", "--show-toplevel").decode(errors="surrogateescape").rstrip("\n")
        self.top = Path(top)
        """The directory that paths in its trees start from."""

    def base_of(self, revision: str, head: str = "HEAD") -> str:
        """The commit where `head` left `revision`: their merge base. Raises RevisionError."""
        one, two = self.commit(revision), self.commit(head)
        found = self._run("merge-base", one, two)
        if found.returncode:
            raise RevisionError(
                f"{revision} and {head} have no commit in common" + (", as far as this clone goes" * self._shallow),
                self._deepen() if self._shallow else "name a branch or commit that this one grew from",
            )
        return found.stdout.decode().split()[0]

    def commit(self, revision: str) -> str:
        """The full name of a commit. Raises RevisionError."""
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found.returncode or not revision:
            raise RevisionError(
                f"git knows no commit {revision!r}" + (" in this shallow clone" if self._shallow else ""),
                self._deepen() if self._shallow else "name a branch, tag or commit: main, origin/main, HEAD~3, v1.2",
            )
        return found.stdout.decode().strip()

    def submodules(self, commit: str) -> tuple[str, ...]:
        """The paths of other repositories that a commit holds by reference."""
        return tuple(path for mode, _, _, path in self._tree(commit) if mode == _SUBMODULE)

    @contextmanager
    def files_of(self, commit: str) -> Iterator[Path]:
        """A temporary directory with the files of a commit that a review may read; links and big files are left out."""
        wanted = [
            (name, path)
            for mode, name, size, path in self._tree(commit)
            if mode in (_FILE, _EXECUTABLE) and size <= MAX_BYTES and _safe(path) and _wanted(path)
        ]
        with tempfile.TemporaryDirectory(prefix="archwright-") as directory:
            top = Path(directory).resolve()
            (top / ".git").mkdir()  # what is above is no part of the project
            for (_, path), data in zip(wanted, self._contents([name for name, _ in wanted]), strict=True):
                file = top / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            yield top

    def _tree(self, commit: str) -> list[tuple[str, str, int, str]]:
        """Mode, object, size and path of every entry."""
        listed = self._git("ls-tree", "-r", "-z", "-l", "--full-tree", commit)
        entries = []
        for line in listed.split(b"\0")[:-1]:
            head, _, path = line.partition(b"\t")
            mode, _, name, size = head.decode().split()
            entries.append((mode, name, int(size) if size.isdecimal() else 0, os.fsdecode(path)))
        return entries

    def _contents(self, names: list[str]) -> Iterator[bytes]:
        """The objects, in their order."""
        if not names:
            return
        data = self._git("cat-file", "--batch", given="".join(f"{name}\n" for name in names).encode())
        at = 0
        for name in names:
            end = data.index(b"\n", at)
            head = data[at:end].split()
            if len(head) != 3:
                raise RevisionError(f"git can't read the object {name}", self._deepen())
            at = end + 1 + int(head[2])
            yield data[end + 1 : at]
            at += 1

    @property
    def _shallow(self) -> bool:
        return self._run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    @staticmethod
    def _deepen() -> str:
        return "fetch the history first: git fetch --unshallow (actions/checkout: fetch-depth: 0)"

    def _git(self, *arguments: str, given: bytes = b"") -> bytes:
        done = self._run(*arguments, given=given)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ").split("\n")[0]
            if "not a git repository" in said:
                raise RevisionError("the current directory is in no git repository", "--diff compares with a commit")
            raise RevisionError(f"git {arguments[0]} failed: {said}", "see what git itself says")
        return done.stdout

    def _run(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        command = ["git", "--no-pager", "--no-replace-objects", "-C", str(self._directory), *arguments]
        try:
            return subprocess.run(
                command, input=given, capture_output=True, timeout=_SECONDS, check=False, env={**os.environ, **quiet}
            )
        except FileNotFoundError as error:
            raise RevisionError("git is not installed", "--diff reads the older state of the code from git") from error
        except (OSError, subprocess.TimeoutExpired, ValueError) as error:
            raise RevisionError(f"git can't be run: {error}", "see what git itself says") from error


def _wanted(path: str) -> bool:
    return read_by_reviews(path) or path.rpartition("/")[2] in _NAMES


def _safe(path: str) -> bool:
    """Whether a path stays below its directory: a tree can be made by hand to say otherwise."""
    parts = path.split("/")
    bad = os.name == "nt" and any(char in path for char in "\\:")
    return not bad and all(part not in ("", ".", "..") and part.lower() != ".git" for part in parts)
