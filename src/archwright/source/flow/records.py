"""What each summary was made from: the other summaries, the names of modules, the calls it noted.

A record is begun when a unit, or a value at the top level of a module, starts to be interpreted; what it asks for until
its end is its own. So a later run can tell what an edit makes wrong, and follow only that anew (see `source.kept`).
"""

from __future__ import annotations

from archwright.source.link.project import Project

Need = int | frozenset[int]
"""What something was made from: the number of a record, or no more than names at the top level of modules."""


class Record:
    """One summary in the making, or made."""

    __slots__ = ("calls", "general", "names", "needs", "unit")

    def __init__(self, unit: int, general: bool) -> None:
        self.unit = unit
        """-1: a value at the top level of a module."""
        self.general = general
        """Of a unit for whatever arguments, not for those of particular types."""
        self.needs: set[int] = set()
        """Numbers of the records it was made from."""
        self.names: set[int] = set()
        """Keys of the names that it looked up at the top level of modules."""
        self.calls: dict[tuple[int, int], int] = {}
        """(Caller, unit called) -> bit set of the surroundings of the calls."""


class Recorder:
    """The records of one part of a project, numbered in the order in which they were begun."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.forget()

    def forget(self) -> None:
        """Start anew. What is asked before the first record belongs to the project as a whole."""
        self.records: list[Record] = []
        self._open = Record(-1, general=False)
        self._project.consulted = self._open.names

    @property
    def calls(self) -> dict[tuple[int, int], int]:
        """The calls that the open record noted."""
        return self._open.calls

    def begin(self, unit: int, *, general: bool) -> tuple[int, Record]:
        """A new record, needed by the one that is open, and that one, for `end`."""
        outer, number = self._open, len(self.records)
        outer.needs.add(number)
        self._open = Record(unit, general)
        self.records.append(self._open)
        self._project.consulted = self._open.names
        return number, outer

    def end(self, outer: Record) -> None:
        """Go on with the record that was open before."""
        self._open = outer
        self._project.consulted = outer.names

    def settle(self, number: int, outer: Record) -> Need:
        """As `end`; a record that needs no other is none: its names are those of who uses it."""
        record = self._open
        self.end(outer)
        if record.needs or record.calls or number != len(self.records) - 1:
            return number
        self.records.pop()
        outer.needs.discard(number)
        outer.names |= record.names
        return frozenset(record.names)

    def need(self, need: Need) -> None:
        """The open record uses another, or what was made of nothing but names."""
        if type(need) is int:
            self._open.needs.add(need)
        else:
            self._open.names |= need  # type: ignore[arg-type]  # a union of two: the other one

    def called(self, caller: int, unit: int, surroundings: int) -> None:
        """A call that belongs to the open record; `surroundings`: a bit set."""
        calls = self._open.calls
        key = (caller, unit)
        calls[key] = calls.get(key, 0) | surroundings
