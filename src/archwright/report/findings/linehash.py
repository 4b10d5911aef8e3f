"""The hash by which GitHub code scanning recognises a line when the lines above it change.

GitHub's own upload step computes it (github/codeql-action, src/fingerprints.ts) and warns where a file brings another
one, so ours must be equal: a rolling polynomial hash, modulo 2^64, over the 100 characters that follow the start of a
line, white space left out and every line end one LF; `:n` counts lines of equal hash from the top.
"""

from __future__ import annotations

import struct
from collections import Counter

_BLOCK = 100
_BASE = 37
_MASK = (1 << 64) - 1
_TOP = pow(_BASE, _BLOCK, 1 << 64)
_LF, _CR, _END = 10, 13, 65535


def line_hashes(text: str) -> list[str]:
    """The hash of each line, in order; the empty rest after a final line end counts as a line."""
    characters, starts = _reduced(text)
    padded = [*[0] * _BLOCK, *characters, *[0] * _BLOCK]
    wanted = {start + _BLOCK for start in starts}  # the hash of a line is whole when a block has followed its start
    counts: Counter[str] = Counter()
    hashes: list[str] = []
    value = 0
    for index in range(len(characters) + _BLOCK):
        if index in wanted:
            digest = f"{value:x}"
            counts[digest] += 1
            hashes.append(f"{digest}:{counts[digest]}")
        value = (value * _BASE + padded[index + _BLOCK] - _TOP * padded[index]) & _MASK
    return hashes


def _reduced(text: str) -> tuple[list[int], list[int]]:
    """The UTF-16 units of the text without blanks, CR and CRLF as LF, and the index at which each line starts."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    units = struct.unpack(f"<{len(encoded) // 2}H", encoded)
    kept: list[int] = []
    starts: list[int] = []
    fresh, after_cr = True, False
    for unit in (*units, _END):
        skip = unit in (9, 32) or (after_cr and unit == _LF)
        after_cr = unit == _CR and not skip
        if skip:
            continue
        if fresh:
            starts.append(len(kept))
        kept.append(_LF if unit == _CR else unit)
        fresh = kept[-1] == _LF
    return kept, starts
