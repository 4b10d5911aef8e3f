"""Closed forms of queueing theory. Times in seconds, rates per second."""

from __future__ import annotations

import math


def erlang_c(offered: float, servers: int) -> float:
    """The probability that an arrival waits in M/M/c, for `offered` = rate * holding time in erlangs; 1 where it is overloaded.

    By the recurrence of Erlang B, which neither overflows nor cancels (Erlang 1917; Gross & Harris, chapter 2).
    """
    if offered <= 0:
        return 0.0
    if servers <= offered:
        return 1.0
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = offered * blocked / (number + offered * blocked)
    return blocked / (1 - (offered / servers) * (1 - blocked))


def servers_needed(offered: float, waiting: float = 0.05) -> int:
    """The fewest servers with which at most the share `waiting` of arrivals waits."""
    servers = max(1, math.floor(offered) + 1)
    while erlang_c(offered, servers) > waiting:
        servers += 1
    return servers


def ttl_hit_ratio(rate: float, lifetime: float, objects: float, zipf: float) -> float:
    """The share of requests that find an entry not older than `lifetime`, over objects with Zipf popularity.

    Each object is asked for with its own Poisson rate r; of 1 + r * lifetime requests, one misses (Jung, Berger and
    Balakrishnan, "Modeling TTL-based Internet Caches", INFOCOM 2003). Ranks beyond the first 1,000 are taken in bands.
    """
    if rate <= 0 or lifetime <= 0:
        return 0.0
    bands = _bands(max(1, round(objects)))
    total = sum(count * _weight(middle, zipf) for middle, count in bands)
    hits = 0.0
    for middle, count in bands:
        share = _weight(middle, zipf) / total
        seen = rate * share * lifetime
        hits += count * share * seen / (1 + seen)
    return hits


def hottest_share(objects: float, zipf: float) -> float:
    """The share of requests that the most popular of the objects gets."""
    return 1 / sum(count * _weight(middle, zipf) for middle, count in _bands(max(1, round(objects))))


def _weight(rank: float, zipf: float) -> float:
    return math.pow(rank, -zipf)


def _bands(objects: int) -> list[tuple[float, float]]:
    """The ranks 1..objects as (rank, how many): one by one to 1,000, then in bands that grow by 5 %."""
    bands = [(float(rank), 1.0) for rank in range(1, min(objects, 1000) + 1)]
    start = 1001
    while start <= objects:
        end = min(objects, math.floor(start * 1.05))
        bands.append((math.sqrt(start * end), float(end - start + 1)))
        start = end + 1
    return bands
