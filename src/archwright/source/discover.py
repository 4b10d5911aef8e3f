"""From paths to the Python files of a project, and what else was seen and not read."""

# Paths are strings here: there are thousands, and pathlib costs ten times as much.
# ruff: noqa: PTH100, PTH112, PTH113, PTH118, PTH119, PTH122, PTH123
from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from archwright.source.foreign import GENERATED, HEAD_BYTES, VENDORED, directory_reason, generated
from archwright.source.ignore import Ignore
from archwright.source.modules import ModuleFile, ModuleNames, relative

_EXAMPLES = 3
IGNORED = "ignored by .gitignore"
LINKS = "symbolic links"
EXCLUDED = "excluded by the configuration"

Excludes = Callable[[str, bool], bool]
"""Whether a path (relative to the root, with forward slashes) is left out; the second argument: it is a directory."""

LANGUAGES = {
    ".c": "C", ".cc": "C++", ".cpp": "C++", ".cs": "C#", ".clj": "Clojure", ".dart": "Dart", ".ex": "Elixir",
    ".exs": "Elixir", ".erl": "Erlang", ".fs": "F#", ".go": "Go", ".groovy": "Groovy", ".hs": "Haskell",
    ".ipynb": "Jupyter", ".java": "Java", ".js": "JavaScript", ".jsx": "JavaScript", ".mjs": "JavaScript",
    ".cjs": "JavaScript", ".jl": "Julia", ".kt": "Kotlin", ".kts": "Kotlin", ".lua": "Lua", ".php": "PHP", ".pl": "Perl",
    ".pyx": "Cython", ".rb": "Ruby", ".rs": "Rust", ".scala": "Scala", ".sh": "shell", ".sql": "SQL", ".svelte": "Svelte",
    ".swift": "Swift", ".ts": "TypeScript", ".tsx": "TypeScript", ".vue": "Vue",
}  # fmt: skip
"""Other source languages by extension, so that a review can say what it did not read."""

_COMPANIONS = {
    ".html", ".htm", ".jinja", ".jinja2", ".j2", ".mako", ".graphql", ".graphqls", ".gql", ".proto", ".toml", ".cfg",
    ".ini", ".yaml", ".yml", ".json", ".env", ".txt", ".xml", ".lock",
}  # fmt: skip
"""Files of other kinds that readers of settings, templates and contracts ask for."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Files and directories left out for one reason, with the first paths as examples.

    `files` counts Python files; below a directory that was left out only where looking is cheap (vendored code).
    """

    reason: str
    files: int
    directories: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found, relative to `root` and sorted.

    others: `(extension, paths)` of files in other languages (`LANGUAGES`) and of templates, settings and contracts.
    unreadable: `(path, message)`.
    """

    root: str
    files: tuple[ModuleFile, ...]
    skipped: tuple[Skipped, ...]
    others: tuple[tuple[str, tuple[str, ...]], ...]
    unreadable: tuple[tuple[str, str], ...]

    def languages(self) -> tuple[tuple[str, int], ...]:
        """Other source languages seen and the number of their files, sorted by name."""
        counts: dict[str, int] = {}
        for extension, paths in self.others:
            language = LANGUAGES.get(extension)
            if language is not None:
                counts[language] = counts.get(language, 0) + len(paths)
        return tuple(sorted(counts.items()))


def discover(
    paths: Iterable[str | os.PathLike[str]], root: str | os.PathLike[str] = ".", excludes: Excludes | None = None
) -> Discovery:
    """Find the Python files in `paths` (files, or directories read whole); relative ones start from `root`.

    A path named outright is taken whatever ignores it, unless it is excluded. Symbolic links met on the way are not followed.
    """
    base = os.path.abspath(root)
    walk = _Walk(base, excludes)
    for path in paths:
        walk.start(os.path.normpath(os.path.join(base, path)))
    return walk.result()


def read_by_reviews(path: str) -> bool:
    """Whether a file is of a kind that the readers of code, settings, templates and contracts may open."""
    extension = os.path.splitext(path)[1].lower()
    return extension == ".py" or extension in _COMPANIONS or extension in LANGUAGES


class _Walk:
    def __init__(self, root: str, excludes: Excludes | None) -> None:
        self._root = root
        self._excludes = excludes
        self._found: dict[str, int] = {}
        self._others: dict[str, set[str]] = {}
        self._unreadable: dict[str, str] = {}
        self._skipped: dict[str, tuple[list[int], set[str]]] = {}
        self._seen: set[str] = set()

    def start(self, path: str) -> None:
        if os.path.isdir(path):
            if not self._excluded(path, True):
                self._directories(path)
        elif os.path.isfile(path):
            self._file(path, os.path.basename(path), named=True)
        else:
            self._note(path, "no such file or directory")

    def _directories(self, top: str) -> None:
        todo: list[tuple[str, Ignore | None]] = [(top, Ignore.above(top))]
        while todo:
            directory, ignore = todo.pop()
            if directory in self._seen:
                continue
            self._seen.add(directory)
            try:
                with os.scandir(directory) as scan:
                    entries = sorted(scan, key=lambda e: e.name)
            except OSError as error:
                self._note(directory, error.strerror or "unreadable directory")
                continue
            names = {e.name for e in entries}
            if directory != top and self._foreign(directory, names):
                continue
            if ".gitignore" in names:
                ignore = Ignore(directory, ignore)
            todo.extend([(path, ignore) for path in self._read(entries, ignore)][::-1])

    def _foreign(self, directory: str, names: set[str]) -> bool:
        """Whether a directory is not the project's own; if so, it is counted."""
        reason = directory_reason(os.path.basename(directory), names)
        if reason is None:
            return False
        files = _count_python(directory) if reason == VENDORED else 0
        if files or reason != VENDORED:
            self._skip(reason, directory, files, 1)
        return True

    def _read(self, entries: list[os.DirEntry[str]], ignore: Ignore | None) -> list[str]:
        """Take the files of one directory; returns the directories to go on with."""
        below: list[str] = []
        for entry in entries:
            if entry.is_symlink():
                if entry.is_dir() or entry.name.endswith(".py"):
                    self._skip(LINKS, entry.path, 1, 0)
            elif entry.is_dir():
                if ignore is not None and ignore.ignored(entry.path, True):
                    self._skip(IGNORED, entry.path, 0, 1)
                elif not self._excluded(entry.path, True):
                    below.append(entry.path)
            elif entry.is_file():
                self._entry(entry, ignore)
        return below

    def _entry(self, entry: os.DirEntry[str], ignore: Ignore | None) -> None:
        if not read_by_reviews(entry.name):
            return
        extension = os.path.splitext(entry.name)[1].lower()
        if ignore is not None and ignore.ignored(entry.path, False):
            if extension == ".py":
                self._skip(IGNORED, entry.path, 1, 0)
        elif extension == ".py":
            self._file(entry.path, entry.name, named=False)
        elif not self._excluded(entry.path, False):
            self._others.setdefault(extension, set()).add(relative(entry.path, self._root))

    def _file(self, path: str, name: str, *, named: bool) -> None:
        if path in self._found or self._excluded(path, False):
            return
        try:
            with open(path, "rb", buffering=0) as file:
                head = b"" if named else file.read(HEAD_BYTES)
                size = os.fstat(file.fileno()).st_size
        except OSError as error:
            self._note(path, error.strerror or "unreadable file")
            return
        if not named and generated(name, head):
            self._skip(GENERATED, path, 1, 0)
        else:
            self._found[path] = size

    def _excluded(self, path: str, directory: bool) -> bool:
        """Whether the configuration leaves a path out; if so, its Python files are counted."""
        if self._excludes is None or not self._excludes(relative(path, self._root), directory):
            return False
        if directory:
            self._skip(EXCLUDED, path, _count_python(path), 0)
        elif path.endswith(".py"):
            self._skip(EXCLUDED, path, 1, 0)
        return True

    def _skip(self, reason: str, path: str, files: int, directories: int) -> None:
        counts, paths = self._skipped.setdefault(reason, ([0, 0], set()))
        shown = relative(path, self._root)
        if shown not in paths:
            counts[0] += files
            counts[1] += directories
            paths.add(shown)

    def _note(self, path: str, message: str) -> None:
        self._unreadable[relative(path, self._root)] = message

    def result(self) -> Discovery:
        names = ModuleNames(self._root)
        files = sorted((names.of(path, size) for path, size in self._found.items()), key=lambda m: m.path)
        skipped = [
            Skipped(reason, files, directories, tuple(sorted(paths)[:_EXAMPLES]))
            for reason, ((files, directories), paths) in sorted(self._skipped.items())
        ]
        others = [(extension, tuple(sorted(paths))) for extension, paths in sorted(self._others.items())]
        unreadable = tuple(sorted(self._unreadable.items()))
        return Discovery(self._root, tuple(files), tuple(skipped), tuple(others), unreadable)


def _count_python(directory: str) -> int:
    """Python files in a directory and below; links are not followed."""
    return sum(name.endswith(".py") for _, _, names in os.walk(directory) for name in names)
