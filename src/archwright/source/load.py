"""From paths to the facts of every file: discovered, parsed by several processes, kept as bytes until asked for.

Templates are read after the Python files: those say which files are templates.
"""

from __future__ import annotations

import gc
import marshal
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from archwright.source import pool
from archwright.source.cache import FactsCache, digest_of
from archwright.source.discover import Discovery, Excludes, discover
from archwright.source.modules import ModuleFile
from archwright.source.packed import pack, unpack
from archwright.source.parse import facts_of
from archwright.source.parse.state import Fact
from archwright.source.parse.templates import facts_of_template
from archwright.source.parse.text import decode
from archwright.source.templates import template_files

SERIAL_BYTES = 20_000 * 38
"""Under about 20,000 lines a second process costs more than it brings."""

CHUNKS = 16
MAX_BYTES = 16_000_000
"""A bigger file is data, not code; it is named in its errors and not read."""

MARK = b"archwright:"
"""What comments that speak to the review begin with, after the `#`."""

Read = tuple[bytes, bytes, bool]
"""Digest of the content, facts as marshal bytes, whether it holds the mark."""


class LoadedFile:
    """One file's facts: bytes of marshal, decoded when asked and then kept.

    digest: of the content they were made from (16 bytes; b"" if it could not be read). marked: the content holds `MARK`.
    made: by this run, not from the cache.
    """

    __slots__ = ("_facts", "_imports", "_root", "data", "digest", "made", "marked", "module")

    def __init__(self, module: ModuleFile, read: Read, root: str, *, made: bool = True) -> None:
        self.module = module
        self.digest, self.data, self.marked = read
        self.made = made
        self._root = root
        self._facts: Fact | None = None
        self._imports: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        """Relative to the root of the call, with forward slashes."""
        return self.module.path

    @property
    def facts(self) -> Fact:
        """The file facts, `(units, classes, line_count, errors)`; of a template, its links too."""
        if self._facts is None:
            self._imports, self._facts = unpack(self.data)
        return self._facts

    @property
    def imports(self) -> frozenset[str]:
        """The top-level packages that the file imports, wherever in it."""
        return self._imports if self.facts else frozenset()

    @property
    def text(self) -> str:
        """The source as it is on disk now, decoded; "" if it is gone. Read anew at each call: keep it if need be."""
        return text_of(self._root, self.path)

    def mentions(self, name: str) -> bool:
        """Whether the facts hold this ASCII string anywhere, as a name or in a literal; does not decode them."""
        return name.encode() in self.data


def text_of(root: str, path: str) -> str:
    """A file's text as it is on disk now, decoded; "" if it is gone."""
    try:
        return decode(Path(root, path).read_bytes())[0]
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class LoadedProject:
    """The files of a project in the order of their paths, and how they were found."""

    discovery: Discovery
    files: tuple[LoadedFile, ...]
    templates: tuple[LoadedFile, ...] = ()
    unread_templates: int = 0
    """Files that lie where templates do, in no language that is read."""
    cache: FactsCache | None = None
    """What is known of contents of earlier runs."""


def load_project(
    paths: Iterable[str | os.PathLike[str]],
    *,
    root: str | os.PathLike[str] = ".",
    cache: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    excludes: Excludes | None = None,
    cached_as: str | None = None,
) -> LoadedProject:
    """Read every Python file of `paths` (relative ones start from `root`), and the templates among the others.

    cache: the directory of the cache (`cache.default_directory()` is the user's); None reads everything anew.
    workers: processes to parse with; None: one a processor. excludes: paths that are left out.
    cached_as: the project whose cached facts are used too, if not those of `root`.
    """
    discovery = discover(paths, root, excludes)
    count = pool.worker_count() if workers is None else workers
    kept = FactsCache(cache, cached_as or discovery.root) if cache is not None else None
    files = _loaded(discovery.root, discovery.files, kept, count)
    found, unread = template_files(discovery, files)
    templates = _loaded(discovery.root, found, kept, count)
    if kept is not None:
        kept.save({file.digest: file.data for file in (*files, *templates) if file.made and file.digest})
    return LoadedProject(discovery, tuple(files), tuple(templates), unread, kept)


def _loaded(root: str, modules: Sequence[ModuleFile], cache: FactsCache | None, workers: int) -> list[LoadedFile]:
    """Facts of files: those that the cache holds of them as they are now, the rest parsed."""
    read: dict[str, Read] = {}
    missing: list[ModuleFile] = list(modules)
    if cache is not None and not cache.empty:
        missing = []
        for module in modules:
            digest, marked = _digest(Path(root, module.path), module.language)
            data = cache.get(digest)
            if data is None:
                missing.append(module)
            else:
                read[module.path] = (digest, data, marked)
    parsed = {module.path: one for module, one in zip(missing, _parsed(root, missing, workers), strict=True)}
    return [
        LoadedFile(module, parsed.get(module.path) or read[module.path], root, made=module.path in parsed)
        for module in modules
    ]


def _digest(path: Path, language: str) -> tuple[bytes, bool]:
    """The digest of a file as it is now, b"" if it can't be read, and whether it holds the mark."""
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError:
        data = None
    return (_digest_of(data, language), MARK in data) if data is not None else (b"", False)


def _digest_of(data: bytes, language: str) -> bytes:
    """What a content is known by: the same text in another language has other facts."""
    return digest_of(language.encode() + b"\0" + data if language else data)


def _parsed(root: str, modules: Sequence[ModuleFile], workers: int) -> list[Read]:
    """Digest and facts of each file, by several processes if that pays."""
    paths = [(str(Path(root, module.path)), module.language) for module in modules]
    sizes = [module.size for module in modules]
    if sum(sizes) < SERIAL_BYTES:
        workers = 1
    chunks = pool.balanced(sizes, CHUNKS)
    found: list[Read] = [(b"", b"", False)] * len(paths)
    lost: list[int] = []
    for chunk, result in zip(chunks, _map(chunks, paths, workers), strict=True):
        if result is None:
            lost.extend(chunk)
        else:
            for index, one in zip(chunk, result, strict=True):
                found[index] = one
    again = _map([[index] for index in lost], paths, 2, isolated=True)
    for index, result in zip(lost, again, strict=True):
        lost_one = (b"", _unread("reading it ended the process", modules[index].language), False)
        found[index] = result[0] if result is not None else lost_one
    return found


def _map(
    chunks: Sequence[Sequence[int]], paths: Sequence[tuple[str, str]], workers: int, *, isolated: bool = False
) -> list[list[Read] | None]:
    collecting = gc.isenabled()
    gc.disable()  # trees are garbage by reference count; looking for cycles in them costs a third
    try:
        results = pool.map_chunks(_work, [[paths[i] for i in chunk] for chunk in chunks], workers, isolated=isolated)
    finally:
        if collecting:
            gc.enable()
    return [None if data is None else marshal.loads(data) for data in results]  # noqa: S302 - of our own workers


def _work(paths: list[tuple[str, str]]) -> bytes:
    return marshal.dumps([read_file(path, language) for path, language in paths])


def read_file(path: str, language: str = "") -> Read:
    """The digest, the facts (marshal bytes), the mark of one file; if it can't be read, b"" and facts that say why.

    language: of a template; empty for Python.
    """
    try:
        file = Path(path)
        if file.stat().st_size > MAX_BYTES:
            return b"", _unread(f"larger than {MAX_BYTES // 1_000_000} MB", language), False
        data = file.read_bytes()
    except OSError as error:
        return b"", _unread(error.strerror or "unreadable file", language), False
    facts = facts_of_template(data, language) if language else facts_of(data)
    return _digest_of(data, language), pack(facts), MARK in data


def _unread(why: str, language: str) -> bytes:
    units, classes, lines, _, *links = facts_of_template(b"", language) if language else facts_of(b"")
    return pack((units, classes, lines, ((1, f"not read: {why}"),), *links))
