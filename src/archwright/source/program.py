"""A code base as its effects: read, linked and followed without running it."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from archwright.model.base import Model
from archwright.model.effect import AnyEffect, Effect, Setting, Transaction
from archwright.model.operation import Operation
from archwright.model.which import Which
from archwright.source import called_by_name, pool
from archwright.source import facts as f
from archwright.source.begun import begun
from archwright.source.called_in_classes import CalledInClasses
from archwright.source.command_lines import given_by_command_lines
from archwright.source.discover import Discovery, Excludes
from archwright.source.flow import surroundings
from archwright.source.flow.engine import Engine
from archwright.source.flow.render import Renderer
from archwright.source.flow.surroundings import Called, Surroundings
from archwright.source.flows import Flows
from archwright.source.following import Followed
from archwright.source.foreign import NO_CODE
from archwright.source.frameworks import in_use
from archwright.source.kept import KeptFlows
from archwright.source.link.module import Module
from archwright.source.link.project import Project
from archwright.source.load import LoadedProject, load_project, text_of
from archwright.source.stack import roomy
from archwright.source.versions import Versions

_EXAMPLES = re.compile(r"(?:^|/)(?:examples?|samples?|cookbooks?|tutorials?|demos?|docs)/")
"""Folders of code that shows how a library is called."""
_EFFECT = msgspec.msgpack.Decoder(AnyEffect)


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
    templates: tuple[tuple[str, int], ...]
    """Template files that were reviewed, by their language; `files` and `lines` count Python alone."""
    not_reviewed: tuple[tuple[str, int], ...]
    """Files by language or reason that were seen and not reviewed."""


def versions_of(loaded: LoadedProject) -> Versions:
    """What the files of a project say of the versions of its libraries; they are read when somebody asks."""
    others = sorted(path for _, paths in loaded.discovery.others for path in paths)
    return Versions(others, lambda path: text_of(loaded.discovery.root, path))


@contextmanager
def uncollected() -> Iterator[None]:
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

    def __init__(
        self,
        loaded: LoadedProject,
        kinds: Mapping[str, Which],
        workers: int | None = None,
        keeper: KeptFlows | None = None,
        *,
        presume: bool = False,
    ) -> None:
        """kinds: which effects to make, by the name of their kind. keeper: where what was found is kept for the next run."""
        self._loaded = loaded
        read = (*loaded.files, *loaded.templates)
        self._files = {file.path: file for file in read}
        self._texts: dict[str, str | None] = {}
        modules = [
            Module(
                index,
                file.module.module,
                file.path,
                file.module.is_package,
                file.facts,
                file.facts[4][3] if file.module.language else "",
                file.mentions,
            )
            for index, file in enumerate(read)
        ]
        frameworks = in_use(loaded)
        aliases = {old: new for framework in frameworks for old, new in framework.aliases.items()}
        self.project = Project(modules, aliases)
        for index, file in enumerate(loaded.files):
            for alias in file.module.aliases:
                if alias not in sys.stdlib_module_names:  # `api/json.py` is no `json` for the others
                    self.project.by_name.setdefault(alias, modules[index])
        self._frameworks = tuple(sorted(each.title for each in frameworks if each.title))
        self._edges: dict[int, set[int]] = {}
        self._called: Called = {}
        self._by_name: dict[str, bool] = {}
        self._faults: list[tuple[int, str]] = []
        self.engine = Engine(self.project, frameworks, kinds, versions_of(loaded), presume=presume)
        self.renderer = Renderer(self.project, self.engine.entries)
        surroundings.merge(self._called, [(*key, bits) for key, bits in sorted(self.engine.recorder.calls.items())])
        count = pool.worker_count() if workers is None else workers
        flows = Flows(loaded, self.engine, self.renderer, kinds, count)
        self.effects: Sequence[Effect] = self._told(flows.followed(keeper))
        self._lost = flows.lost

    def _told(self, followed: Iterable[Followed]) -> tuple[Effect, ...]:
        """The effects of all parts, each once, with what surrounds the calls of the unit under judgement."""
        for part in followed:
            self._faults.extend(part.faults)
            for record in part.records:
                surroundings.merge(self._called, record.calls)
        for callee, callers in self._called.items():
            for caller in callers:
                self._edges.setdefault(caller, set()).add(callee)
        self.surroundings = Surroundings(self._called, self.engine.entry_states(), self._is_test)
        around: dict[int, tuple[Transaction | None, str | None]] = {}
        made: dict[tuple[bytes, Transaction | None, str | None], Effect] = {}
        for part in followed:
            for number, outer in dict.fromkeys(held for record in part.records for held in record.effects):
                known = around.get(outer)
                if known is None:
                    known = around[outer] = self._around(outer)
                key = (part.effects[number], *known)
                if key not in made:
                    made[key] = _surrounded(_EFFECT.decode(key[0]), *known)
        ordered = sorted(
            (effect.place, data, state or "", later or "") for (data, state, later), effect in made.items()
        )
        return tuple(
            made[data, Transaction(state) if state else None, later or None] for _, data, state, later in ordered
        )

    def _around(self, outer: int) -> tuple[Transaction | None, str | None]:
        """What the calls of a unit tell of the effects under it: the transaction where it is the caller's, and when it runs."""
        unit, open_ = outer >> 1, outer & 1
        state = Transaction(self.surroundings.transaction(unit)) if open_ else Transaction.UNKNOWN
        return state if state is not Transaction.UNKNOWN else None, self.surroundings.deferred(unit)

    def _is_test(self, unit: int) -> bool:
        return self.renderer.setting(unit) is Setting.TEST

    def _is_template(self, unit: int) -> bool:
        """True for a template: what it gives to filters and tags is most often a name of its context."""
        return bool(self.project.unit(unit)[0].language)

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

    @cached_property
    def _begun(self) -> dict[str, frozenset[Setting]]:
        found = begun(self._edges, self.engine.entries, self.renderer.setting)
        return {self.project.unit_name(unit): settings for unit, settings in found.items()}

    def begun_in(self, unit: str) -> frozenset[Setting]:
        """The settings in which the ways to a unit begin; none where it isn't known how it is reached."""
        return self._begun.get(unit, frozenset())

    def uncalled(self, unit: str) -> bool:
        """Whether nothing in the program gives a unit its arguments: neither its code, tests and templates aside, nor a library or a command line.

        Neither does the body of a class, nor code that calls a method of its name on something that can't be followed, and gives it constants alone.
        """
        name = unit.rpartition(".")[2]
        return not (unit in self._given_here or self._in_classes.calls(unit) or self._given_constants(name))

    @cached_property
    def _in_classes(self) -> CalledInClasses:
        return CalledInClasses(self.project, self._shows)

    def _given_constants(self, name: str) -> bool:
        known = self._by_name.get(name)
        if known is None:
            known = self._by_name[name] = called_by_name.with_constants(self.project, name, self._shows)
        return known

    @cached_property
    def _given_here(self) -> frozenset[str]:
        found = {
            unit
            for unit, callers in self._called.items()
            if not all(c == unit or self._shows(c) or self._is_template(c) for c in callers)
        }
        found.update(self.engine.entries)
        found.update(given_by_command_lines(self.project, lambda module: self._files[module.path].imports))
        return frozenset(self.project.unit_name(unit) for unit in found)

    def _shows(self, unit: int) -> bool:
        """True for tests and examples: what they give says nothing of what other callers do."""
        return self._is_test(unit) or _EXAMPLES.search(self.project.unit(unit)[0].path) is not None

    @property
    def marked(self) -> tuple[str, ...]:
        """The paths of the files that hold a comment for the review, or a text like one."""
        return tuple(file.path for file in self._files.values() if file.marked)

    @property
    def discovery(self) -> Discovery:
        """Which files were found, and which others were seen."""
        return self._loaded.discovery

    def called_by(self, unit: int) -> Collection[int]:
        """The units that a unit calls."""
        return self._edges.get(unit, ())

    def modules_with(self, words: Iterable[bytes]) -> list[Module]:
        """The modules whose facts hold one of some words: names or texts. Quick, as nothing is unpacked."""
        asked = tuple(words)
        return [
            module
            for module, file in zip(self.project.modules, self._loaded.files, strict=False)  # templates come after
            if any(word in file.data for word in asked)
        ]

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
            for file in self._files.values()
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
        if self._loaded.unread_templates:
            left_out.append(("templates in no language known here", self._loaded.unread_templates))
        templates = Counter(file.facts[4][3] for file in self._loaded.templates)
        return Stats(
            files=len(self._loaded.files),
            lines=sum(file.facts[2] for file in self._loaded.files),
            frameworks=self._frameworks,
            endpoints=len(self.operations),
            templates=tuple(sorted(templates.items())),
            not_reviewed=(*discovery.languages(), *left_out),
        )


def _surrounded(effect: Effect, state: Transaction | None, later: str | None) -> Effect:
    """An effect with what the calls of the unit under judgement add to its context."""
    context = effect.context
    state = state or context.transaction
    later = context.deferred or later
    if state is context.transaction and later == context.deferred:
        return effect
    return replace(effect, context=replace(context, transaction=state, deferred=later))


@roomy
@uncollected()
def analyse(
    paths: Iterable[str | os.PathLike[str]],
    *,
    wanted: Iterable[type[Effect]],
    only: Mapping[type[Effect], Which] = MappingProxyType({}),
    cache: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    root: str | os.PathLike[str] = ".",
    excludes: Excludes | None = None,
    cached_as: str | None = None,
    presume: bool = False,
) -> Program:
    """Read and follow the Python files of `paths`.

    wanted: the kinds of effect to make model objects of; only: which of a kind, where not all are asked for. cache: the directory where facts of files are kept; None: nowhere.
    presume: take parameters that nothing tells of for rows of what they are named after: for surveys, never for findings.
    excludes: paths that are left out. cached_as: the project whose cached facts are used, if not those of `root`.
    """
    loaded = load_project(paths, root=root, cache=cache, workers=workers, excludes=excludes, cached_as=cached_as)
    kinds = {kind.__name__: only.get(kind, Which.ALL) for kind in wanted}
    own = cached_as is None or Path(cached_as) == Path(root).absolute()
    keeper = (
        KeptFlows(cache, f"{loaded.discovery.root}\0{','.join(sorted(kinds))}\0{presume}")
        if cache is not None and own
        else None
    )
    return Program(loaded, kinds, workers, keeper, presume=presume)
