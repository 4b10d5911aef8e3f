"""A code base as its effects: read, linked and followed without running it."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from functools import cached_property

from archwright.model.base import Model
from archwright.model.effect import Effect
from archwright.model.operation import Operation
from archwright.source.flow.engine import Engine, all_effects
from archwright.source.flow.render import Renderer
from archwright.source.frameworks import in_use
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import Project
from archwright.source.load import LoadedProject, load_project

_RECURSION = 20_000


class Note(Model, frozen=True, kw_only=True):
    """Something a reader must know: a file that was not read, or not whole."""

    path: str
    line: int
    message: str


class Stats(Model, frozen=True, kw_only=True):
    """What was reviewed, and what was not."""

    files: int
    lines: int
    frameworks: tuple[str, ...]
    endpoints: int
    not_reviewed: tuple[tuple[str, int], ...]
    """Files by language or reason that were seen and not reviewed."""


class Program:
    """The effects of a code base, with what rules and reports ask about it."""

    def __init__(self, loaded: LoadedProject, wanted: frozenset[type[Effect]]) -> None:
        self._loaded = loaded
        self._files = {file.path: file for file in loaded.files}
        self._texts: dict[str, str | None] = {}
        modules = [
            Module(index, file.module.module, file.path, file.module.is_package, lambda file=file: file.facts)  # type: ignore[misc]
            for index, file in enumerate(loaded.files)
        ]
        frameworks = in_use(loaded)
        aliases = {old: new for framework in frameworks for old, new in framework.aliases.items()}
        self.project = Project(modules, aliases)
        for index, file in enumerate(loaded.files):
            for alias in file.module.aliases:
                self.project.by_name.setdefault(alias, modules[index])
        self.engine = Engine(self.project, frameworks)
        self._frameworks = tuple(sorted(each.title for each in frameworks if each.title))
        self.effects: Sequence[Effect] = self._analyse(wanted)

    def _analyse(self, wanted: frozenset[type[Effect]]) -> tuple[Effect, ...]:
        kinds = {kind.__name__ for kind in wanted}
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _RECURSION))
        try:
            for module in self.project.modules:
                for index in range(len(module.units)):
                    self.engine.summary(module.index << UNIT_BITS | index)
        finally:
            sys.setrecursionlimit(limit)
        renderer = Renderer(self.project)
        made: dict[bytes, Effect] = {}
        for found in all_effects(self.engine):
            if found.kind in kinds:
                effect = renderer.effect(found)
                if effect is not None:
                    made.setdefault(repr(effect).encode(errors="surrogatepass"), effect)
        return tuple(effect for _, effect in sorted(made.items(), key=lambda item: (item[1].place, item[0])))

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """The operations found, by name."""
        found = [e.operation for entries in self.engine.entries.values() for e in entries if e.operation is not None]
        return tuple(sorted(found, key=lambda operation: (str(operation), operation.name)))

    @cached_property
    def _reached(self) -> dict[str, tuple[str, ...]]:
        reached: dict[int, set[str]] = {}
        for unit, entries in sorted(self.engine.entries.items()):
            names = {str(entry.operation) for entry in entries if entry.operation is not None}
            if not names:
                continue
            todo, seen = deque([unit]), {unit}
            while todo:
                current = todo.popleft()
                reached.setdefault(current, set()).update(names)
                for callee in self.engine.edges.get(current, ()):
                    if callee not in seen:
                        seen.add(callee)
                        todo.append(callee)
        return {self.project.unit_name(unit): tuple(sorted(names)) for unit, names in reached.items()}

    def operations_reaching(self, unit: str) -> tuple[str, ...]:
        """The operations that reach a unit through calls."""
        return self._reached.get(unit, ())

    def source(self, path: str) -> str | None:
        """The text of a file under review; None where it can't be read."""
        if path not in self._texts:
            file = self._files.get(path)
            self._texts[path] = file.text if file is not None else None
        return self._texts[path]

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Files that were not read, or not whole."""
        found = [
            Note(path=file.path, line=line, message=message)
            for file in self._loaded.files
            for line, message in file.facts[3]
        ]
        found += [Note(path=path, line=0, message=message) for path, message in self._loaded.discovery.unreadable]
        return tuple(sorted(found, key=lambda note: (note.path, note.line, note.message)))

    @cached_property
    def stats(self) -> Stats:
        """What was reviewed, and what was not."""
        discovery = self._loaded.discovery
        left_out = [(skipped.reason, max(skipped.files, skipped.directories)) for skipped in discovery.skipped]
        return Stats(
            files=len(self._loaded.files),
            lines=sum(file.facts[2] for file in self._loaded.files),
            frameworks=self._frameworks,
            endpoints=len(self.operations),
            not_reviewed=(*discovery.languages(), *left_out),
        )


def analyse(
    paths: Iterable[str | os.PathLike[str]],
    *,
    wanted: frozenset[type[Effect]],
    workers: int | None = None,
    root: str | os.PathLike[str] = ".",
) -> Program:
    """Read and follow the Python files of `paths`; `wanted` are the kinds of effect to make model objects of."""
    return Program(load_project(paths, root=root, workers=workers), wanted)
