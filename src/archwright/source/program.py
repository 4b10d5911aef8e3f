"""A code base as its effects: read, linked and followed without running it."""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

import msgspec
from msgspec.structs import replace

from archwright.model.base import Model
from archwright.model.effect import AnyEffect, Effect, Setting, Transaction
from archwright.model.operation import Operation
from archwright.source import facts as f
from archwright.source import pool
from archwright.source.discover import Discovery, Excludes
from archwright.source.flow import surroundings
from archwright.source.flow.engine import Engine, all_effects
from archwright.source.flow.render import Renderer
from archwright.source.flow.surroundings import Called, Surroundings
from archwright.source.flow.transactions import CALLER
from archwright.source.foreign import NO_CODE
from archwright.source.frameworks import in_use
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import Project
from archwright.source.load import LoadedProject, load_project

_RECURSION = 20_000
_PART_BYTES = 2_500_000
"""Facts of about so many bytes (some 50,000 lines) are followed together, by one process."""
_MAX_PARTS = 16

_work: tuple[Program, set[str]] | None = None
_ENCODER = msgspec.msgpack.Encoder()
Followed = tuple[list[Effect], list[int], dict[int, dict[int, int]], list[tuple[int, str]]]
_DECODER = msgspec.msgpack.Decoder(tuple[list[AnyEffect], list[int], dict[int, dict[int, int]], list[tuple[int, str]]])


def _follow(part: list[int]) -> bytes:
    assert _work is not None
    program, kinds = _work
    return _ENCODER.encode(program.follow(part, kinds))


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


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection: facts are millions of tuples without cycles, and looking through them takes a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class Program:
    """The effects of a code base, with what rules and reports ask about it."""

    def __init__(self, loaded: LoadedProject, wanted: frozenset[type[Effect]], workers: int | None = None) -> None:
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
        self._renderer = Renderer(self.project)
        self._frameworks = tuple(sorted(each.title for each in frameworks if each.title))
        self._edges: dict[int, set[int]] = {}
        self._called: Called = {}
        self._lost: list[str] = []
        self._faults: list[tuple[int, str]] = []
        with _uncollected():
            self.engine = Engine(self.project, frameworks)
            surroundings.merge(self._called, self.engine.called)
            self.effects: Sequence[Effect] = self._analyse(wanted, pool.worker_count() if workers is None else workers)

    def _analyse(self, wanted: frozenset[type[Effect]], workers: int) -> tuple[Effect, ...]:
        global _work  # noqa: PLW0603 - what forked workers read of their parent
        kinds = {kind.__name__ for kind in wanted}
        parts = self._parts()
        _work = (self, kinds)
        try:
            results = pool.map_chunks(_follow, parts, workers if pool.forks() else 1)
        finally:
            _work = None
        found: list[tuple[Effect, int]] = []
        for part, result in zip(parts, results, strict=True):
            if result is None:
                self._lost.extend(self.project.modules[index].path for index in part)
                continue
            effects, outer, calls, faults = _DECODER.decode(result)
            self._faults.extend(faults)
            found.extend(zip(effects, outer, strict=True))
            surroundings.merge(self._called, calls)
        for callee, callers in self._called.items():
            for caller in callers:
                self._edges.setdefault(caller, set()).add(callee)
        self.surroundings = Surroundings(self._called, self.engine.entry_states(), self._is_test)
        made: dict[str, Effect] = {}
        for effect, unit in found:
            effect = self._surrounded(effect, unit)  # noqa: PLW2901 - the same effect, told in full
            made.setdefault(repr(effect), effect)
        return tuple(effect for _, effect in sorted(made.items(), key=lambda item: (item[1].place, item[0])))

    def _surrounded(self, effect: Effect, outer: int) -> Effect:
        """The effect with what the calls of the unit under judgement add to its context."""
        unit, open_ = outer >> 1, outer & 1
        context = effect.context
        state = Transaction(self.surroundings.transaction(unit)) if open_ else context.transaction
        later = context.deferred or self.surroundings.deferred(unit)
        if state is context.transaction and later == context.deferred:
            return effect
        return replace(effect, context=replace(context, transaction=state, deferred=later))

    def _is_test(self, unit: int) -> bool:
        return self._renderer.setting(unit) is Setting.TEST

    def _parts(self) -> list[list[int]]:
        """Neighbouring modules in parts of about equal size. The same project gives the same parts on any machine."""
        sizes = [len(file.data) for file in self._loaded.files]
        count = max(1, min(_MAX_PARTS, sum(sizes) // _PART_BYTES))
        limit = sum(sizes) / count
        parts: list[list[int]] = [[]]
        filled = 0
        for index, size in enumerate(sizes):
            if filled >= limit and len(parts) < count:
                parts.append([])
                filled = 0
            parts[-1].append(index)
            filled += size
        return parts

    def follow(self, part: list[int], kinds: set[str]) -> Followed:
        """The effects of the units of some modules, which units call which, and the units that could not be followed."""
        faults: list[tuple[int, str]] = []
        self.engine.forget()
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _RECURSION))
        try:
            for index in part:
                for unit in range(len(self.project.modules[index].units)):
                    try:
                        self.engine.summary(index << UNIT_BITS | unit)
                    except Exception as problem:  # noqa: BLE001 - one unit that can't be followed must not hide the others
                        faults.append((index << UNIT_BITS | unit, type(problem).__name__))
        finally:
            sys.setrecursionlimit(limit)
        effects: list[Effect] = []
        outer: list[int] = []
        for found in all_effects(self.engine):
            effect = self._renderer.effect(found) if found.kind in kinds else None
            if effect is not None:
                effects.append(effect)
                outer.append(found.outer() << 1 | (found.transaction == CALLER))
        return effects, outer, self.engine.called, faults

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
                for callee in self._edges.get(current, ()):
                    if callee not in seen:
                        seen.add(callee)
                        todo.append(callee)
        return {self.project.unit_name(unit): tuple(sorted(names)) for unit, names in reached.items()}

    def operations_reaching(self, unit: str) -> tuple[str, ...]:
        """The operations that reach a unit through calls."""
        return self._reached.get(unit, ())

    @property
    def marked(self) -> tuple[str, ...]:
        """The paths of the files that hold a comment for the review, or a text like one."""
        return tuple(file.path for file in self._loaded.files if file.marked)

    @property
    def discovery(self) -> Discovery:
        """Which files were found, and which others were seen."""
        return self._loaded.discovery

    def called_by(self, unit: int) -> Collection[int]:
        """The units that a unit calls."""
        return self._edges.get(unit, ())

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
        found += [
            Note(path=path, line=0, message="not reviewed: following it ended the process") for path in self._lost
        ]
        for unit, problem in self._faults:
            module, facts = self.project.unit(unit)
            message = (
                f"{facts[1]} was not followed: {problem}, a fault of archwright; please report it with this function"
            )
            found.append(Note(path=module.path, line=f.line_of(facts[2]), message=message))
        return tuple(sorted(found, key=lambda note: (note.path, note.line, note.message)))

    @cached_property
    def stats(self) -> Stats:
        """What was reviewed, and what was not."""
        discovery = self._loaded.discovery
        left_out = [
            (skipped.reason, max(skipped.files, skipped.directories))
            for skipped in discovery.skipped
            if skipped.reason not in NO_CODE
        ]
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
    cache: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    root: str | os.PathLike[str] = ".",
    excludes: Excludes | None = None,
    cached_as: str | None = None,
) -> Program:
    """Read and follow the Python files of `paths`.

    wanted: the kinds of effect to make model objects of. cache: the directory where facts of files are kept; None: nowhere.
    excludes: paths that are left out. cached_as: the project whose cached facts are used, if not those of `root`.
    """
    loaded = load_project(paths, root=root, cache=cache, workers=workers, excludes=excludes, cached_as=cached_as)
    return Program(loaded, wanted, workers)
