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


def _decompressed(site: CallSite) -> Val | None:
    data = site.argument(0, "data")
    if data is not None and data.origins and "max_output_size" not in site.keywords:
        site.emit("Decompress", data=Val(None, deep_origins(data)), api=site.name)
    return site.derived()


CALLS: Final[dict[str, Handler]] = dict.fromkeys(_WHOLE, _decompressed)
