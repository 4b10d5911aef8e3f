"""One unit under interpretation: its names, the loops and handlers around the current place, what it did so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archwright.source.flow.effects import CHANGES, CHANGING, CaughtMark, Checked, Checks, Found, LoopMark
from archwright.source.flow.transactions import UNCLEAR, Entered, state_of
from archwright.source.flow.values import Val, join

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import ClassInfo

_TELLING = ("entity", "relation", "many", "language", "field")
"""The slots by which effects of one kind at one place are told apart."""


class Frame:
    """The state of one interpretation of one unit."""

    __slots__ = (
        "along",
        "answers",
        "blocks",
        "branches",
        "breaks",
        "caught",
        "changed",
        "changes",
        "checked",
        "closure",
        "continues",
        "deferred",
        "depth",
        "dotted",
        "doubts",
        "effects",
        "engine",
        "env",
        "exact",
        "exits",
        "facts",
        "fetched",
        "gave",
        "general",
        "globals",
        "judged",
        "left",
        "loops",
        "module",
        "narrowed",
        "never",
        "outer",
        "owner",
        "returns",
        "seen",
        "self_name",
        "tested",
        "touched",
        "traits",
        "unit",
        "yielded",
    )

    def __init__(
        self,
        engine: Engine,
        module: Module,
        unit: int,
        facts: tuple[Any, ...],
        owner: ClassInfo | None,
        closure: dict[str, Val] | None,
        depth: int,
        *,
        general: bool = False,
    ) -> None:
        self.engine = engine
        self.module = module
        self.unit = unit
        self.facts = facts
        self.owner = owner
        self.closure = closure
        self.depth = depth
        self.general = general
        """The unit is read for whatever arguments: what it tells of itself holds for all of its calls."""
        self.env: dict[str, Val] = {}
        self.dotted: set[str] = set()
        """Names of which something more is known than their value: see `keep`."""
        self.globals: set[str] = set()
        self.outer: dict[str, Val] = {}
        """Names of the module and of Python that were looked up."""
        self.loops: tuple[LoopMark, ...] = ()
        self.breaks: list[dict[str, Val]] = []
        """The names at each `break` of the innermost loop."""
        self.continues: list[dict[str, Val]] = []
        """The names at each `continue` of this turn of it."""
        self.branches = self.doubts = self.changes = 0
        """Of the innermost loop over rows, else of the unit: the conditions around the current place; those, around it or before it
        (`if not wanted: return`), that are not about a row. And how often something was written, sent or queued until here."""
        self.caught: tuple[CaughtMark, ...] = ()
        self.changed: list[tuple[Val, dict[Any, Val], Any]] = []
        """Containers that were changed, one after the other, with what each held before (see `ways`)."""
        self.effects: list[Found] = []
        self.seen: set[tuple[Any, ...]] = set()
        self.returns: list[Val] = []
        self.traits: set[str] = set()
        self.touched = 0
        self.tested = 0
        self.self_name: str | None = None
        self.exits: list[tuple[bool, Checked]] = []
        """Each return: its truth, and what was checked until then."""
        self.checked: tuple[Checks, dict[int, Val]] | None = None
        """What the last call of a unit checked, and its arguments."""
        self.answers: dict[int, tuple[list[tuple[tuple[Any, ...], int]], list[tuple[tuple[Any, ...], int]]]] = {}
        """Calls by their place: the expressions that are checked where the answer is true, and where it is false, with the uses they are clean for."""
        self.exact: set[int] = set()
        """Places of calls that look for rows, and have checked what they look by before the database is asked."""
        self.along: dict[int, dict[str, Val]] = {}
        """What rows fetched in the later parts of `a and b`, by its place: known where the whole holds."""
        self.never: set[int] = set()
        """Places of calls that do not return."""
        self.blocks: list[Entered] = []
        """The blocks around the current place that say something of transactions, outermost first."""
        self.left: list[str] = []
        """The state of the transaction at each return."""
        self.gave: str | None = None
        """The state of the transaction where a generator gives a value."""
        self.yielded: dict[int, tuple[str, str]] = {}
        """Calls that made a generator, by their place: the states in the block over it, and after."""
        self.deferred: str | None = None
        """`commit` or `thread` while something is read that runs later; None: as the unit itself."""
        self.judged = False
        """The network of an address was looked at, here or in a callee: whether in vain can't be told."""
        self.narrowed = False
        """Some attribute or item is known better than its owner tells."""
        self.fetched: Val | None = None
        """What a row without a name of its own has fetched: the place where it was asked for is to hold it."""

    def emit(self, effect: str, position: int, /, **slots: Any) -> None:
        """Record an effect at a place of this unit, once however often the place is walked."""
        if effect in CHANGING:
            self.changes += 1
            if not self.branches:
                self.traits.add(CHANGES)
        if self.engine.kinds is not None and effect not in self.engine.kinds:
            self.traits.add(f"does:{effect}")
            return
        told = tuple(map(slots.get, _TELLING))
        key = (effect, position, *told, len(self.loops))
        if key in self.seen:
            self._widen(effect, position, slots)
            return
        self.seen.add(key)
        self.traits.add(f"does:{effect}")
        self.effects.append(
            Found(
                effect,
                self.unit,
                position,
                slots,
                self.loops,
                self.caught,
                transaction=state_of(self),
                deferred=self.deferred,
                sometimes=self.doubts > 0,
            )
        )

    def keep(self, key: str, value: Val) -> None:
        """Remember what is known of a part of a name, `name.part`, until the name is bound again."""
        self.env[key] = value
        self.dotted.add(key.partition(".")[0])

    def take_checked(self) -> tuple[Checks, dict[int, Val]] | None:
        """What the last call of a unit checked; told once."""
        checked, self.checked = self.checked, None
        return checked

    def _widen(self, kind: str, position: int, slots: dict[str, Any]) -> None:
        """A second walk of a place (the other branch before it, the next turn of a loop) may bring more origins."""
        for found in self.effects:
            mine = found.kind == kind and found.position == position and found.unit == self.unit and not found.calls
            if mine and all(found.slots.get(name) == slots.get(name) for name in _TELLING):
                if found.transaction != state_of(self):
                    found.transaction = UNCLEAR
                for name, value in slots.items():
                    known = found.slots.get(name)
                    if isinstance(value, Val) and isinstance(known, Val):
                        found.slots[name] = join(known, value)
