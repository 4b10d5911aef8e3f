"""What a walk writes down."""

from __future__ import annotations

from typing import NamedTuple

from archwright.source.survey.paths.marks import Mark


class State(NamedTuple):
    """Where a walk stands."""

    asked: tuple[tuple[tuple[str, ...], bool], ...] = ()
    """What was asked of the caller on the way: some roles, and whether he has one of them."""
    transaction: int | None = None
    """Which transaction is open; None: none that the code tells."""
    limit: float | None = None
    """The shortest limit of time around, in seconds."""
    depth: int = 0


class Executed(NamedTuple):
    """A statement that runs, with what is known of its parameters."""

    text: str
    marks: dict[str, Mark]
    state: State
    finds_caller: bool = False
    """True where it gives the one row that stands for the caller."""


class Http(NamedTuple):
    """A call to a peer."""

    path: str
    line: int
    limit: float | None


class Record:
    """What happened on a walk, in order."""

    __slots__ = ("complete", "executed", "http")

    def __init__(self) -> None:
        self.executed: list[Executed] = []
        self.http: list[Http] = []
        self.complete = True
        """False where the walk was cut short."""
