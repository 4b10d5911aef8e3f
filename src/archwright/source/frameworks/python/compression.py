"""Compressed bytes that are made whole at once: how much comes out is the sender's to say."""

from __future__ import annotations

from typing import Final

from archwright.source.flow.values import Val, deep_origins
from archwright.source.frameworks.base import CallSite, Handler

_WHOLE: Final = (
    "zlib.decompress",
    "gzip.decompress",
    "bz2.decompress",
    "lzma.decompress",
    "brotli.decompress",
    "zstandard.decompress",
    "snappy.decompress",
    "lz4.frame.decompress",
)
"""Functions that give all that comes out, however much it is."""
_GZIP: Final = "gzip.GzipFile"
_INFLATES: Final = "zlib.Decompress"


def _decompressed(site: CallSite) -> Val | None:
    data = site.argument(0, "data")
    if data is not None and data.origins and "max_output_size" not in site.keywords:
        site.emit("Decompress", data=Val(None, deep_origins(data)), api=site.name)
    return site.derived()


def _read(site: CallSite) -> Val | None:
    """`gzip.GzipFile(fileobj=...).read()`: all of it, where no size is given."""
    file = site.receiver
    if file is not None and not site.args and not site.keywords:
        site.emit("Decompress", data=Val(None, file.origins), api="GzipFile.read")
    return Val(None, file.origins) if file is not None else None


def _file(site: CallSite) -> Val:
    """`gzip.GzipFile(fileobj=stream)`: data that is in memory already; a file at a path is the service's."""
    stream = site.argument(3, "fileobj")
    return Val(("object", _GZIP), deep_origins(stream) if stream is not None else ())


def _object(site: CallSite) -> Val | None:
    """`zlib.decompressobj().decompress(data)` without the most that may come out; in a loop the code may count."""
    data = site.argument(0, "data")
    if data is None or site.argument(1, "max_length") is not None or site.frame.loops:
        return site.derived()
    site.emit("Decompress", data=Val(None, deep_origins(data)), api="decompressobj().decompress")
    return site.derived()


CALLS: Final[dict[str, Handler]] = {
    **dict.fromkeys(_WHOLE, _decompressed),
    _GZIP: _file,
    f"{_GZIP}.read": _read,
    "zlib.decompressobj": lambda site: Val(("object", _INFLATES)),  # noqa: ARG005 - handlers are given the call
    f"{_INFLATES}.decompress": _object,
}
