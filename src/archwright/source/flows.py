"""A whole project, followed in parts by several processes; what the last run found is brought up to date where that is less work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from archwright.model.which import Which
from archwright.source import pool
from archwright.source.edits import Edit, compare
from archwright.source.flow.engine import Engine
from archwright.source.flow.render import Renderer
from archwright.source.following import Followed, follow
from archwright.source.kept import Kept, KeptFlows, key_of, tables_of
from archwright.source.link.module import UNIT_BITS
from archwright.source.load import LoadedFile, LoadedProject
from archwright.source.packed import unpack
from archwright.source.renewal import Edited, renewed

_PART_BYTES = 5_000_000
"""Facts of about so many bytes (some 100,000 lines) are followed together, by one process."""
_ALONE_BYTES = 750_000
"""Below, a second process costs more than it brings."""
_MAX_PARTS = 16
_MAX_EDITED = 12
"""After edits of more files everything is followed anew."""
_FEW = 400
"""So few units are followed sooner than processes are started."""

_work: Flows | None = None
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Followed)


def _follow(units: list[int]) -> bytes:
    assert _work is not None
    return _ENCODER.encode(follow(_work.engine, _work.renderer, units))


class Flows:
    """What following the units of a project gives. `lost`: paths of files that ended the process that followed them."""

    def __init__(
        self, loaded: LoadedProject, engine: Engine, renderer: Renderer, kinds: Mapping[str, Which], workers: int
    ) -> None:
        self.engine = engine
        self.renderer = renderer
        self.kinds = kinds
        self.lost: list[str] = []
        self._loaded = loaded
        self._files: Sequence[LoadedFile] = (*loaded.files, *loaded.templates)
        self._units = [len(module.units) for module in engine.project.modules]
        self._workers = workers

    def followed(self, keeper: KeptFlows | None) -> list[Followed]:
        """The parts of the project. The same project gives the same parts on any machine."""
        if keeper is None:
            return self._anew(self._starts())
        key = key_of((framework.name for framework in self.engine.frameworks), self.kinds)
        kept, tables, paths = keeper.load(), tables_of(self.engine), [file.path for file in self._files]
        digests = [file.digest for file in self._files]
        parts: list[Followed] | None = None
        starts: list[int] = []
        if kept is not None and (kept.key, kept.tables, kept.paths) == (key, tables, paths):
            if kept.digests == digests:
                return kept.parts
            parts, starts = self._renewed(kept, digests), kept.starts
        if parts is None:
            starts = self._starts()
            parts = self._anew(starts)
        if not self.lost:
            own = [len(file.facts[0]) for file in self._files]
            keeper.save(Kept(key, tables, paths, digests, own, starts, parts))
        return parts

    def _renewed(self, kept: Kept, digests: list[bytes]) -> list[Followed] | None:
        """The parts of the last run, brought up to date; None where an edit may have changed anything."""
        edits: dict[int, Edit] = {}
        for index, (before, after) in enumerate(zip(kept.digests, digests, strict=True)):
            if before != after:
                edit = self._edit(index, before) if len(edits) < _MAX_EDITED else None
                if edit is None:
                    return None
                edits[index] = edit
        edited = Edited(edits, kept.own, self._units, kept.paths)
        return renewed(kept.parts, self._ranges(kept.starts), edited, self._units, self._follow)

    def _edit(self, index: int, before: bytes) -> Edit | None:
        cache = self._loaded.cache
        data = cache.get(before) if cache is not None else None
        if data is None or self._files[index].module.language:
            return None
        return compare(unpack(data)[1], self._files[index].facts)

    def _anew(self, starts: list[int]) -> list[Followed]:
        return self._follow(
            [
                [index << UNIT_BITS | unit for index in modules for unit in range(self._units[index])]
                for modules in self._ranges(starts)
            ]
        )

    def _follow(self, parts: list[list[int]]) -> list[Followed]:
        global _work  # noqa: PLW0603 - what forked workers read of their parent
        _work = self
        few = sum(map(len, parts)) < _FEW
        try:
            results = pool.map_chunks(_follow, parts, self._workers if pool.forks() and not few else 1)
        finally:
            _work = None
        followed: list[Followed] = []
        for part, result in zip(parts, results, strict=True):
            if result is None:
                lost = sorted({unit >> UNIT_BITS for unit in part})
                self.lost.extend(self._files[index].path for index in lost)
                followed.append(Followed([], [], ()))
            else:
                followed.append(_DECODER.decode(result))
        return followed

    def _starts(self) -> list[int]:
        """The first modules of parts of about equal size: neighbours stay together."""
        sizes = [len(file.data) for file in self._files]
        count = min(_MAX_PARTS, max(2 if sum(sizes) >= _ALONE_BYTES else 1, sum(sizes) // _PART_BYTES))
        limit = sum(sizes) / count
        starts, filled = [0], 0
        for index, size in enumerate(sizes):
            if filled >= limit and len(starts) < count:
                starts.append(index)
                filled = 0
            filled += size
        return starts

    def _ranges(self, starts: list[int]) -> list[range]:
        return [range(start, end) for start, end in zip(starts, [*starts[1:], len(self._files)], strict=True)]
