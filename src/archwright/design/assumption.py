"""Defaults that stand in for what nobody gave or measured. Each says what it is, and every decision that uses it says so.

They are starting points, not facts about the user's machine: `archwright calibrate` replaces the times, the brief
replaces the counts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Assumption:
    """A default value in base units (seconds, bytes, shares, counts), as it is shown, and its reason."""

    value: float
    shown: str
    because: str


ROWS = Assumption(100_000, "100 k rows", "no count given; large enough that a missing index hurts")
RATE = Assumption(1.0, "1/s", "no rate given")
PEAK_FACTOR = Assumption(3.0, "3 * the mean", "no peak given; a working-hours load has about this ratio")
PAGE = Assumption(50, "50 rows", "no page size given")
PAGE_MAXIMUM = Assumption(100, "100 rows", "bounds the work and the bytes of one request")
EMBED_MAXIMUM = Assumption(1000, "1,000 rows", "bounds the work and the bytes of one record")
CHILDREN = Assumption(1000, "1,000 items", "bounds the work of one request")
EQUALITY_SHARE = Assumption(0.001, "0.1 % of the rows", "distinct values of the field are unknown")
MATCH_SHARE = Assumption(0.002, "0.2 % of the rows", "how common the words are is unknown")

TEXT_LENGTH = Assumption(1000, "1,000 characters", "no length given; every input needs a bound")
KEYED_TEXT_LENGTH = Assumption(
    255, "255 characters", "no length given; 255 * 4 bytes stays under the 2,704 bytes a B-tree entry may have"
)
EMAIL_LENGTH = Assumption(254, "254 characters", "RFC 5321 4.5.3.1.3 (path of 256 with its brackets)")
URL_LENGTH = Assumption(2048, "2,048 characters", "what browsers and proxies commonly accept")
JSON_BYTES = Assumption(65_536, "64 KiB", "no size given; larger documents belong in columns or in object storage")
BYTES_LENGTH = Assumption(
    1_048_576, "1 MiB", "above this, object storage (Sears et al. 2006, To BLOB or Not To BLOB, MSR-TR-2006-45)"
)

IDEMPOTENCY_HOURS = Assumption(24, "24 h", "longer than any sane retry schedule; Stripe keeps keys as long")
