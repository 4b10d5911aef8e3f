"""From paths to the facts of every file: discovered, parsed by several processes, kept as bytes until asked for."""

from __future__ import annotations

import marshal
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archwright.source import pool
from archwright.source.discover import Discovery, discover
from archwright.source.modules import ModuleFile
from archwright.source.parse import facts_of
from archwright.source.parse.state import Fact
from archwright.source.parse.text import decode

SERIAL_BYTES = 20_000 * 38
"""Under about 20,000 lines a second process costs more than it brings."""

CHUNKS = 16
MAX_BYTES = 16_000_000
"""A bigger file is data, not code; it is named in its errors and not read."""


class LoadedFile:
    """One file's facts: bytes of marshal, decoded when asked and then kept."""

    __slots__ = ("_facts", "_root", "data", "module")

    def __init__(self, module: ModuleFile, data: bytes, root: str) -> None:
        self.module = module
        self.data = data
        self._root = root
        self._facts: Fact | None = None

    @property
    def path(self) -> str:
        """Relative to the root of the call, with forward slashes."""
        return self.module.path

    @property
    def facts(self) -> Fact:
        """The file facts, `(units, classes, line_count, errors)`."""
        if self._facts is None:
            self._facts = marshal.loads(self.data)  # noqa: S302 - made by this run or checked by its checksum
        return self._facts

    @property
    def text(self) -> str:
        """The source as it is on disk now, decoded; "" if it is gone. Read anew at each call: keep it if need be."""
        try:
            return decode(Path(self._root, self.path).read_bytes())[0]
        except OSError:
            return ""

    def mentions(self, name: str) -> bool:
        """Whether the facts hold this ASCII string anywhere, as a name or in a literal; does not decode them."""
        return name.encode() in self.data


@dataclass(frozen=True, slots=True)
class LoadedProject:
    """The files of a project in the order of their paths, and how they were found."""

    discovery: Discovery
    files: tuple[LoadedFile, ...]


def load_project(
    paths: Iterable[str | os.PathLike[str]],
    *,
    root: str | os.PathLike[str] = ".",
    workers: int | None = None,
) -> LoadedProject:
    """Read every Python file of `paths` (relative ones start from `root`) with `workers` processes (None: one a processor)."""
    discovery = discover(paths, root)
    blobs = _read_all(discovery, pool.worker_count() if workers is None else workers)
    files = [LoadedFile(module, data, discovery.root) for module, data in zip(discovery.files, blobs, strict=True)]
    return LoadedProject(discovery, tuple(files))


def _read_all(discovery: Discovery, workers: int) -> list[bytes]:
    paths = [str(Path(discovery.root, module.path)) for module in discovery.files]
    sizes = [module.size for module in discovery.files]
    if sum(sizes) < SERIAL_BYTES:
        workers = 1
    chunks = pool.balanced(sizes, CHUNKS)
    blobs = [b""] * len(paths)
    lost: list[int] = []
    results = pool.map_chunks(_work, [[paths[i] for i in chunk] for chunk in chunks], workers)
    for chunk, result in zip(chunks, results, strict=True):
        if result is None:
            lost.extend(chunk)
        else:
            for index, blob in zip(chunk, _decoded(result), strict=True):
                blobs[index] = blob
    for index, result in zip(lost, pool.map_chunks(_work, [[paths[i]] for i in lost], 2, isolated=True), strict=True):
        blobs[index] = _decoded(result)[0] if result is not None else _unread("reading it ended the process")
    return blobs


def _decoded(result: bytes) -> list[bytes]:
    blobs: list[bytes] = marshal.loads(result)  # noqa: S302 - written by our own worker
    return blobs


def _work(paths: list[str]) -> bytes:
    return marshal.dumps([read_file(path) for path in paths])


def read_file(path: str) -> bytes:
    """The facts of one file as marshal bytes; a file that can't be read has only an entry in its errors."""
    try:
        file = Path(path)
        if file.stat().st_size > MAX_BYTES:
            return _unread(f"larger than {MAX_BYTES // 1_000_000} MB")
        data = file.read_bytes()
    except OSError as error:
        return _unread(error.strerror or "unreadable file")
    return marshal.dumps(facts_of(data))


def _unread(why: str) -> bytes:
    return marshal.dumps((*facts_of(b"")[:3], ((1, f"not read: {why}"),)))
