"""The last run over a project, on disk: what was found, from which files, so that the next run follows only what changed."""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import blake2b
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec

from archwright import __version__
from archwright.model.which import Which
from archwright.source.flow.engine import Engine
from archwright.source.flow.values import Val
from archwright.source.following import Followed
from archwright.source.link.project import ClassInfo

_FOLDER = "flows"
_HEADER = f"archwright flows {__version__}\n".encode()


class Kept(msgspec.Struct, array_like=True):
    """One run."""

    key: bytes
    """Of what else than the files decides the outcome: the program itself, the libraries in use, the kinds of effect."""
    tables: bytes
    """Digest of what the libraries' files made of the whole project: see `tables_of`."""
    paths: list[str]
    """Of the modules, in their order."""
    digests: list[bytes]
    """Of the modules' contents."""
    own: list[int]
    """How many units each file spells out."""
    starts: list[int]
    """The first module of each part."""
    parts: list[Followed]


_DECODER = msgspec.msgpack.Decoder(Kept)


class KeptFlows:
    """The file of one project below a cache directory. Whatever is wrong with it, it is as if it were not there."""

    def __init__(self, directory: str | os.PathLike[str], project: str) -> None:
        name = blake2b(project.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
        self._path = Path(directory, _FOLDER, f"{name}.flow")

    def load(self) -> Kept | None:
        """The last run, if there is a whole one of this version."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return None
        start = len(_HEADER) + 4
        if not data.startswith(_HEADER) or data[len(_HEADER) : start] != _checksum(data[start:]):
            return None
        try:
            return _DECODER.decode(data[start:])
        except msgspec.DecodeError:
            return None

    def save(self, kept: Kept) -> None:
        """Put a run in the place of the last one."""
        data = msgspec.msgpack.encode(kept)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix="new-")
            with os.fdopen(handle, "wb") as file:
                file.write(_HEADER + _checksum(data) + data)
            Path(name).replace(self._path)
        except OSError:
            return


def key_of(frameworks: Iterable[str], kinds: Mapping[str, Which]) -> bytes:
    """What decides the outcome beside the files of the project."""
    return _digest((_program(), sorted(frameworks), sorted((kind, which.value) for kind, which in kinds.items())))


def tables_of(engine: Engine) -> bytes:
    """A digest of the units that libraries call, with what they hand over: an edit that changes it can reach anything."""
    told = [
        (
            unit,
            entry.operation.name if entry.operation is not None else "",
            str(entry.operation) if entry.operation is not None else "",
            sorted((name, _stable(value)) for name, value in entry.parameters.items()),
        )
        for unit, entries in sorted(engine.entries.items())
        for entry in entries
    ]
    tables = [(framework.name, framework.tables()) for framework in engine.frameworks]
    return _digest((told, tables, sorted(engine.entry_states().items())))


@cache
def _program() -> str:
    """The sizes and times of the files that read code, and the versions of packages that add to them."""
    root = Path(__file__).parent.parent
    found = [
        (path.relative_to(root).as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
        for room in ("source", "model", "sql")
        for path in sorted((root / room).rglob("*.py"))
    ]
    outside = sorted(
        (point.name, point.value, point.dist.version if point.dist is not None else "")
        for point in entry_points(group="archwright.frameworks")
    )
    return repr((found, outside))


def _stable(value: Any, depth: int = 3) -> Any:
    """A value or type in terms that are the same in every run; places and steps are left out."""
    if isinstance(value, Val):
        inner = {str(key): _stable(item, depth - 1) for key, item in (value.items or {}).items()} if depth else {}
        origins = [(origin[0][0], str(origin[0][1:]), origin[1]) for origin in value.origins]
        return (_stable(value.type, depth), origins, repr(value.const), sorted(inner.items()))
    if isinstance(value, ClassInfo):
        return value.name
    if isinstance(value, tuple):
        return tuple(_stable(part, depth) for part in value)
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    return repr(value) if isinstance(value, (str, int, float, bool, type(None))) else type(value).__name__


def _digest(told: Any) -> bytes:
    return blake2b(repr(told).encode("utf-8", "backslashreplace"), digest_size=16).digest()


def _checksum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big")
