"""What one unit does by itself: entities, peers, channels, caches."""

from __future__ import annotations

from archwright.model.effect import CacheGet, CacheSet, WriteKind
from archwright.model.operation import CacheUse
from archwright.model.quantity import Duration
from archwright.model.value import Value


class Touched:
    """What one unit does by itself."""

    __slots__ = ("asked", "calls", "filled", "outside", "publishes", "reads", "writes")

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.writes: set[tuple[str, WriteKind]] = set()
        self.outside: set[tuple[str, WriteKind]] = set()
        """The writes among `writes` that are known to happen outside of a transaction."""
        self.calls: set[tuple[str, float | None]] = set()
        self.publishes: set[str] = set()
        self.asked: set[str] = set()
        self.filled: set[tuple[str, float | None]] = set()

    def cached(self, effect: CacheGet | CacheSet) -> None:
        """A cache is asked or filled."""
        if isinstance(effect, CacheSet) and not effect.removes:
            self.filled.add((_key(effect.key), _seconds(effect.ttl)))
        else:
            self.asked.add(_key(effect.key))

    def caches(self) -> tuple[CacheUse, ...]:
        """Caches by key; the longest time where a key is filled several times."""
        limits = slowest(self.filled)
        return tuple(
            CacheUse(
                key=key, filled=key in limits, ttl=Duration(limit) if (limit := limits.get(key)) is not None else None
            )
            for key in sorted(self.asked | limits.keys())
            if key.strip("{}")
        )

    def add(self, other: Touched) -> None:
        """Take over what another unit does."""
        self.reads |= other.reads
        self.writes |= other.writes
        self.outside |= other.outside
        self.calls |= other.calls
        self.publishes |= other.publishes
        self.asked |= other.asked
        self.filled |= other.filled


def slowest(calls: set[tuple[str, float | None]]) -> dict[str, float | None]:
    """Peer -> the longest limit of its calls; None where a call has none that the code tells."""
    found: dict[str, float | None] = {}
    for peer, limit in sorted(calls, key=repr):
        known = found.get(peer, limit)
        found[peer] = None if known is None or limit is None else max(known, limit)
    return found


def _key(key: Value) -> str:
    """The shape of a key; empty where nothing of it is told."""
    return key.constant if isinstance(key.constant, str) else key.text or ""


def _seconds(ttl: Value | None) -> float | None:
    told = ttl.constant if ttl is not None else None
    return told if isinstance(told, (int, float)) and not isinstance(told, bool) and told > 0 else None
