"""Dotted names of files: by what name other modules import each of them."""

# Paths are strings here: there are thousands, and pathlib costs ten times as much.
# ruff: noqa: PTH119, PTH120, PTH206, PTH208
from __future__ import annotations

import os
from dataclasses import dataclass

MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "manage.py", "Pipfile", "requirements.txt", ".git")
"""A directory that holds one of these is the root of a project, so of its imports."""


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """One Python file and its place among the modules.

    path: relative to the root of the call, with forward slashes. module: the dotted name it is most likely imported by.
    root: the directory that name starts from, written like `path` ("." for the root of the call). aliases: other names it
    may be imported by (a script's neighbours, `src.` written out), most likely first. size: in bytes.

    A template has its path for its name, and the language it is written in (see `parse.templates`).
    """

    path: str
    module: str
    is_package: bool
    root: str
    aliases: tuple[str, ...]
    size: int
    language: str = ""


class ModuleNames:
    """Names of modules for the files below `root` (absolute); what it learns of directories is kept."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._listing: dict[str, frozenset[str]] = {}
        self._roots: dict[str, tuple[str, ...]] = {}

    def of(self, path: str, size: int) -> ModuleFile:
        """The module of one file, by its absolute path."""
        directory, name = os.path.split(path)
        stem = name.removesuffix(".py")
        is_package = stem == "__init__"
        names: list[tuple[str, str]] = []
        for root in self._import_roots(directory):
            parts = _between(root, directory)
            if not is_package:
                parts = [*parts, stem]
            if not parts:
                parts = [os.path.basename(root) or "__init__"]
            dotted = ".".join(parts)
            if all(dotted != known for known, _ in names):
                names.append((dotted, root))
        module, root = names[0]
        aliases = tuple([dotted for dotted, _ in names[1:]])
        return ModuleFile(relative(path, self._root), module, is_package, relative(root, self._root), aliases, size)

    def _import_roots(self, directory: str) -> tuple[str, ...]:
        """Directories that imports of files in `directory` may start from, most likely first; never empty."""
        known = self._roots.get(directory)
        if known is None:
            known = self._roots[directory] = self._find_roots(directory)
        return known

    def _find_roots(self, directory: str) -> tuple[str, ...]:
        packaged = directory
        # a package reaches up as far as there are `__init__.py`: a setup.py or manage.py inside it is one of its modules
        while "__init__.py" in self._names(packaged) and ".git" not in self._names(packaged) and _parent(packaged):
            packaged = _parent(packaged)
        projects: list[str] = []
        at = directory
        while True:
            if self._is_project(at) or at == self._root or self._is_source(at):
                projects.append(at)
            if ".git" in self._names(at) or at == self._root or not _parent(at):
                break
            at = _parent(at)
        own = [packaged] if packaged != directory or "__init__.py" in self._names(directory) else []
        top = packaged  # a package that holds a `setup.py` may be no project: its name may start above it
        while "__init__.py" in self._names(top) and top != self._root and _parent(top):
            top = _parent(top)
        own += [top] if top != packaged else []
        usable = [p for p in projects if all(part.isidentifier() for part in _between(p, directory))]
        return tuple(dict.fromkeys([*own, *usable, packaged]))

    def _is_project(self, directory: str) -> bool:
        names = self._names(directory)
        return any(marker in names for marker in MARKERS)

    def _is_source(self, directory: str) -> bool:
        parent = _parent(directory)
        if os.path.basename(directory) != "src" or not parent:
            return False
        return self._is_project(parent) or parent == self._root

    def _names(self, directory: str) -> frozenset[str]:
        known = self._listing.get(directory)
        if known is None:
            try:
                known = frozenset(os.listdir(directory))
            except OSError:
                known = frozenset()
            self._listing[directory] = known
        return known


def relative(path: str, root: str) -> str:
    """A path relative to a directory, with forward slashes; the path itself where there is no way (another drive)."""
    if path.startswith(root + os.sep):
        return path[len(root) + 1 :].replace(os.sep, "/")
    try:
        return os.path.relpath(path, root).replace(os.sep, "/")
    except ValueError:
        return path.replace(os.sep, "/")


def _parent(directory: str) -> str:
    """The directory above, "" at the top."""
    parent = os.path.dirname(directory)
    return "" if parent == directory else parent


def _between(root: str, directory: str) -> list[str]:
    """Names of the directories from `root`, exclusive, to `directory`, inclusive."""
    rest = directory[len(root) :].strip(os.sep)
    return rest.split(os.sep) if rest else []
