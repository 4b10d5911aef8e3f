"""What the review needs of a program. `project.Readable` makes it of `source.program.Program`; tests fabricate it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from archwright.model.base import Place
from archwright.model.effect import Effect, Setting
from archwright.model.entity import Entity
from archwright.review.endpoint import Endpoint, Exemption


class Program(Protocol):
    """A code base as its effects, resolved over all its files."""

    @property
    def effects(self) -> Sequence[Effect]:
        """The effects of the kinds that were asked for, in the same order on every run."""

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """What callers can ask for, outside of the tests."""

    @property
    def exemptions(self) -> Sequence[Exemption]:
        """What lets requests through unasked because of a text in their address."""

    @property
    def entities(self) -> Mapping[str, Entity]:
        """What the program keeps rows of, by name."""

    def unit_at(self, place: Place) -> str | None:
        """The dotted name of the innermost function around a place; None where there is no file."""

    def operations_reaching(self, unit: str) -> tuple[str, ...]:
        """The operations that reach a unit through calls, as people name them."""

    def begun_in(self, unit: str) -> frozenset[Setting]:
        """The settings in which the ways to a unit begin; none where it isn't known how it is reached."""

    def uncalled(self, unit: str) -> bool:
        """Whether nothing in the program gives a unit its arguments: neither its code, tests aside, nor a library or a command line."""

    def mentions(self, words: Iterable[str], *, beside: str = "") -> bool:
        """True where a file outside of the tests holds one of some words, in a name or a text. beside: a path that is not asked."""

    @property
    def plain_log(self) -> Place | None:
        """Where the code itself writes its logs to a file of plain text; None: it does not, or some log is structured."""

    @property
    def masked_log(self) -> bool:
        """True where every line of a structured log passes a step that replaces what is given under the name of a secret."""

    def looks_at_files(self, places: Iterable[Place]) -> bool:
        """True where one of the functions around some places, or what it calls, may look at the kind of a file."""

    def served(self, path: str) -> Place | None:
        """Where the code says that files below a folder are served to all, for a path as built; None: it does not."""

    def source(self, path: str) -> str | None:
        """The text of a file under review; None where it can't be read."""
