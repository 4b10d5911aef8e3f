"""What was found, kept small until a rule asks for it: an effect record and the summary of a unit."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from archwright.source.flow.transactions import CALLER, UNCLEAR
from archwright.source.flow.values import Key, Val, deep_origins


class LoopMark(NamedTuple):
    """A loop around an effect."""

    unit: int
    position: int
    over: str
    """`rows`, `items` or `while`; `memo`: no loop, but what runs once for each key that was not met before."""
    entity: str | None
    query: tuple[int, int] | None
    """Unit and position of the query whose rows are iterated."""
    constant: bool
    part: bool = False
    """The rows are those of a relation of one row."""
    changes: bool = False
    """The body writes, sends or queues something (see `turns`)."""


def repeated(loops: tuple[LoopMark, ...]) -> tuple[LoopMark, ...]:
    """The loops whose turns count: around what is remembered, they tell nothing of how often it runs."""
    for index in range(len(loops) - 1, -1, -1):
        if loops[index].over == "memo":
            return loops[index + 1 :]
    return loops


class CaughtMark(NamedTuple):
    """A handler around an effect."""

    unit: int
    position: int
    types: tuple[str, ...]


_NOTHING: frozenset[int] = frozenset()


class Found:
    """An effect found. `slots` maps the model effect's slot names to Val or plain data.

    `calls` are (unit, position) of the calls from the judged unit down to the one that holds the effect.
    """

    __slots__ = (
        "calls",
        "caught",
        "deferred",
        "kind",
        "loops",
        "position",
        "slots",
        "sometimes",
        "transaction",
        "unit",
    )

    def __init__(
        self,
        kind: str,
        unit: int,
        position: int,
        slots: dict[str, Any],
        loops: tuple[LoopMark, ...] = (),
        caught: tuple[CaughtMark, ...] = (),
        calls: tuple[tuple[int, int], ...] = (),
        *,
        transaction: str = UNCLEAR,
        deferred: str | None = None,
        sometimes: bool = False,
    ) -> None:
        self.kind = kind
        self.unit = unit
        self.position = position
        self.slots = slots
        self.loops = loops
        self.caught = caught
        self.calls = calls
        self.transaction = transaction
        """A state of `transactions`; that of the caller where nothing between the judged unit and the effect says another."""
        self.deferred = deferred
        self.sometimes = sometimes
        """A condition that is not about a row, within the innermost loop over rows or else the judged unit, decides whether it happens."""

    def outer(self) -> int:
        """The unit under judgement."""
        return self.calls[0][0] if self.calls else self.unit

    def parameter_units(self) -> frozenset[int]:
        """The units whose parameters the slots come from."""
        found: set[int] = set()
        for value in self.slots.values():
            if type(value) is Val:
                for origin in deep_origins(value) if value.items else value.origins:
                    key = origin[0]
                    if key[0] == "parameter":
                        found.add(key[1])
        return frozenset(found) if found else _NOTHING


Checked = dict[tuple[int, tuple[tuple[str, Any], ...]], int]
"""Arguments, and attributes and items below them, that passed a check: (index, the way down) -> the bit set of uses they are clean for."""


class Checks(NamedTuple):
    """What a caller may rely on: after every return, after those with a true answer, after those with a false one."""

    always: Checked
    true: Checked
    false: Checked


class Summary(NamedTuple):
    """What a unit does, in terms of its parameters."""

    returns: Val
    effects: tuple[Found, ...]
    """The effects asked for of the unit itself, and those of callees that depend on what this unit passed."""
    traits: frozenset[str]
    """What a caller does by calling it. `log`: writes a log or a report; `raise`: raises; `call`: calls something unknown;
    `action`: calls something unknown and does not look at the result; `changes`: writes, sends or queues something; `judges`: looks at the network of an address; `does:Kind`: has an effect of that kind."""
    open: tuple[tuple[Found, frozenset[int]], ...] = ()
    """The effects that depend on parameters, each with the units whose parameters they are."""
    touched: int = 0
    """Bit set of the parameters it looks into: their types make it do something else."""
    tested: int = 0
    """Bit set of the parameters it tests: their constants tell which branches can't be taken."""
    never: bool = False
    """It never returns: every way ends in an error."""
    checks: Checks | None = None
    leaves: str = CALLER
    """The state of the transaction in which it leaves its caller; `CALLER`: as it was."""
    yields: str = CALLER
    """Of a generator: the state in which the block over it runs."""
    number: int = -1
    """That of its record."""


EMPTY = Summary(Val(None, ()), (), frozenset())
TRACEBACK: Final[Key] = ("result", "traceback")
"""The key of what `traceback.format_exc()` gives."""
COLUMN: Final = "column "
"""Begins the second part of the key of a column that is sent to who asked, `("result", "column Entity.name")`."""
CHANGING: Final = frozenset({"Write", "HttpCall", "Publish", "Enqueue"})
"""The kinds of effects beside which a query more is little: something outside is changed or asked."""
CHANGES = "changes"
"""The trait of a unit that does one of these, and not only under a condition."""
JUDGES = "judges"
"""The trait of a unit that looks at which network an address belongs to."""
_CARRIED = frozenset({"log", "raise", "call", "action", CHANGES, JUDGES})


def carried(traits: set[str]) -> frozenset[str]:
    """What of the traits of a unit a caller has too."""
    return frozenset([trait for trait in traits if trait in _CARRIED or trait.startswith("does:")])
