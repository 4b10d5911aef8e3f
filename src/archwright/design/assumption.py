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

SERVICE_READ = Assumption(
    0.5e-3, "0.5 ms", "CPU of the service for a row read by key; FastAPI on asyncpg, one measured machine"
)
SERVICE_LIST = Assumption(
    1.8e-3, "1.8 ms", "CPU of the service for a page of 50 with lines; FastAPI on asyncpg, one measured machine"
)
SERVICE_WRITE = Assumption(
    0.5e-3, "0.5 ms", "CPU of the service for a row written; FastAPI on asyncpg, one measured machine"
)
DATABASE_READ = Assumption(0.2e-3, "0.2 ms", "CPU of PostgreSQL for a row read by key; one measured machine")
DATABASE_LIST = Assumption(0.6e-3, "0.6 ms", "CPU of PostgreSQL for a page of 50 with lines; one measured machine")
DATABASE_WRITE = Assumption(0.4e-3, "0.4 ms", "CPU of PostgreSQL for a row written; one measured machine")
ROUND_TRIP = Assumption(0.5e-3, "0.5 ms", "service to database and back, in one data centre")
COMMIT = Assumption(2e-3, "2 ms", "one flush of the log to a solid-state disk")
SCAN_ROW = Assumption(0.2e-6, "0.2 us a row", "PostgreSQL reads about 5 M cached rows a second on one core")
CACHE_READ = Assumption(0.3e-3, "0.3 ms", "round trip to a cache in the same data centre")
NODE_CORES = Assumption(4, "4 cores", "a common node")
LARGE_NODE_CORES = Assumption(32, "32 cores", "the largest common database node before replicas are simpler")
UTILISATION = Assumption(
    0.7, "70 %", "above it, waiting grows faster than load (M/M/1: 1/(1 - U) is 3.3 at 70 %, 10 at 90 %)"
)
WAITING = Assumption(0.05, "5 %", "share of requests that may wait for a connection")
COMMIT_RATE = Assumption(2000, "2,000 commits/s", "group commit on one solid-state disk")
COMMIT_SHARE = Assumption(0.6, "60 %", "leaves room for checkpoints and bursts")
MAX_CONNECTIONS = Assumption(100, "100", "max_connections of PostgreSQL as delivered")

SERVICE_AVAILABILITY = Assumption(0.999, "99.9 %", "one instance on one machine, deployments included")
DATABASE_AVAILABILITY = Assumption(0.9995, "99.95 %", "one managed PostgreSQL in one zone")
STANDBY_AVAILABILITY = Assumption(0.9999, "99.99 %", "PostgreSQL with a standby in another zone")
PEER_AVAILABILITY = Assumption(0.999, "99.9 %", "nothing is said of the peer")

RESTORE_RATE = Assumption(100e6, "100 MB/s", "reading a base backup back from object storage")
FAILOVER = Assumption(60, "60 s", "detection and promotion of a standby")
TEAM_SIZE = Assumption(7, "7 engineers", "a team that can own a service; two pizzas")
PEER_TIMEOUT = Assumption(2, "2 s", "no timeout given; a call without one can hold a request for ever")
EDGE_ITEMS = Assumption(3, "3 items", "nothing is said of how many parts a request brings")
