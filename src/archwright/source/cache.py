"""Facts on disk, by content: what was read once is not parsed again.

One file a project, because thousands of small files cost more than parsing them. It grows at its end: a header line that
names the format, then records of `digest, length, checksum, bytes`. What does not check out is passed over and, at the next
write, gone; a file of another version or Python is replaced. Whatever goes wrong with the disk, the facts are made anew.
"""

from __future__ import annotations

import os
import struct
import sys
import tempfile
import zlib
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

FACTS_VERSION = 3
"""Raise it whenever the same text would give other facts; a test watches over that."""

MAX_BYTES = 512 * 1024 * 1024
"""Of all projects together; the projects not read for longest go first."""

_RECORD = struct.Struct("<16sII")
_HEADER = f"archwright facts {FACTS_VERSION} {sys.implementation.cache_tag}\n".encode()
_FOLDER = "facts"


def default_directory() -> Path:
    """The user's cache directory: ARCHWRIGHT_CACHE_DIR, or where the system keeps caches (XDG_CACHE_HOME on Unix)."""
    named = os.environ.get("ARCHWRIGHT_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "archwright" / "Cache"
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(xdg):  # noqa: PTH117 - the standard says to ignore relative ones
        return Path(xdg) / "archwright"
    caches = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return caches / "archwright"


def digest_of(data: bytes) -> bytes:
    """What a file's content is known by: 16 bytes."""
    return blake2b(data, digest_size=16).digest()


class FactsCache:
    """The records of one project below a cache directory.

    `get` answers from what was on disk when the object was made; `save` adds to it.
    """

    def __init__(self, directory: str | os.PathLike[str], project: str, max_bytes: int = MAX_BYTES) -> None:
        name = blake2b(project.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
        self._path = Path(directory, _FOLDER, f"{name}.pack")
        self._max_bytes = max_bytes
        self._data = b""
        self._whole = False
        self._index: dict[bytes, tuple[int, int, int]] = {}
        self._used: set[bytes] = set()
        self._load()

    def _load(self) -> None:
        try:
            self._data = self._path.read_bytes()
        except OSError:
            return
        at = len(_HEADER)
        if not self._data.startswith(_HEADER):
            return
        size = len(self._data)
        while at + _RECORD.size <= size:
            digest, length, checksum = _RECORD.unpack_from(self._data, at)
            at += _RECORD.size
            if at + length > size:
                return
            self._index[digest] = (at, length, checksum)
            at += length
        self._whole = at == size

    @property
    def empty(self) -> bool:
        """Nothing of the project is known: no content need be asked for."""
        return not self._index

    def get(self, digest: bytes) -> bytes | None:
        """The facts of a content as marshal bytes; None if they are not there or damaged."""
        found = self._index.get(digest)
        if found is None:
            return None
        at, length, checksum = found
        blob = self._data[at : at + length]
        if _checksum(digest, blob) != checksum:
            self._whole = False
            return None
        self._used.add(digest)
        return blob

    def save(self, made: Mapping[bytes, bytes]) -> None:
        """Add facts by digest. Records that were not asked for are dropped once they are most of the file."""
        live = sum(self._index[digest][1] for digest in self._used)
        try:
            if self._whole and live * 2 >= len(self._data) - len(_HEADER) - _RECORD.size * len(self._index):
                self._append(made)
            else:
                self._rewrite(made)
            self._evict()
        except OSError:
            return

    def _append(self, made: Mapping[bytes, bytes]) -> None:
        if made:
            with self._path.open("ab") as file:
                file.write(b"".join(_record(digest, blob) for digest, blob in made.items()))
        else:
            os.utime(self._path)

    def _rewrite(self, made: Mapping[bytes, bytes]) -> None:
        kept = {
            digest: self._data[at : at + length] for digest in self._used for at, length, _ in [self._index[digest]]
        }
        kept.update(made)
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix="new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_HEADER)
                for digest in sorted(kept):
                    file.write(_record(digest, kept[digest]))
            Path(name).replace(self._path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _evict(self) -> None:
        """Remove the files not read for longest, never our own, until all fit."""
        found = [(path.stat(), path) for path in self._path.parent.glob("*.pack")]
        total = sum(stat.st_size for stat, _ in found)
        for stat, path in sorted(found, key=lambda item: (item[0].st_mtime_ns, item[1].name)):
            if total <= self._max_bytes:
                return
            if path != self._path:
                path.unlink(missing_ok=True)
                total -= stat.st_size


def _checksum(digest: bytes, blob: bytes) -> int:
    return zlib.crc32(blob, zlib.crc32(digest))


def _record(digest: bytes, blob: bytes) -> bytes:
    return _RECORD.pack(digest, len(blob), _checksum(digest, blob)) + blob
