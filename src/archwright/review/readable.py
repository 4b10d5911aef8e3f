"""A program with what the review asks of it beside: `program.Program`, made of `source.program.Program`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from archwright.model.base import Place
from archwright.model.effect import Effect, Setting
from archwright.model.entity import Entity
from archwright.review.beside import in_tests, in_tools
from archwright.review.endpoint import Endpoint, Exemption
from archwright.review.endpoints import endpoints_of, exemptions_of
from archwright.source.facts import COLUMNS, LAMBDA, line_of
from archwright.source.link.module import UNIT_BITS
from archwright.source.program import Program
from archwright.source.survey import declared
from archwright.source.survey.masked_logs import masked_logs
from archwright.source.survey.plain_logs import plain_logs
from archwright.source.survey.uploads import Uploads, unit_at


class Readable:
    """A program with what the review asks of it beside."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._units: dict[str, list[tuple[int, int, str]]] | None = None

    @property
    def effects(self) -> Sequence[Effect]:
        return self._program.effects

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return endpoints_of(self._program)

    @cached_property
    def exemptions(self) -> tuple[Exemption, ...]:
        return exemptions_of(self._program)

    @cached_property
    def entities(self) -> Mapping[str, Entity]:
        return declared(self._program)

    def operations_reaching(self, unit: str) -> tuple[str, ...]:
        return self._program.operations_reaching(unit)

    def begun_in(self, unit: str) -> frozenset[Setting]:
        return self._program.begun_in(unit)

    def uncalled(self, unit: str) -> bool:
        return self._program.uncalled(unit)

    def mentions(self, words: Iterable[str], *, beside: str = "") -> bool:
        found = self._program.modules_with(word.encode() for word in words)
        return any(module.path != beside and not in_tests(module.path) for module in found)

    @cached_property
    def plain_log(self) -> Place | None:
        places = (place for place in plain_logs(self._program) if not in_tests(place.path) and not in_tools(place.path))
        return min(places, default=None)

    @cached_property
    def masked_log(self) -> bool:
        return masked_logs(self._program)

    def looks_at_files(self, places: Iterable[Place]) -> bool:
        units = [unit for place in places if (unit := unit_at(self._program, place)) is not None]
        return self._uploads.looks(units)

    def served(self, path: str) -> Place | None:
        return self._uploads.served(path)

    @cached_property
    def _uploads(self) -> Uploads:
        return Uploads(self._program)

    def source(self, path: str) -> str | None:
        return self._program.source(path)

    def unit_at(self, place: Place) -> str | None:
        if self._units is None:
            self._units = self._index()
        implied = self._program.project.implied_at(place.path, place.line * COLUMNS + place.column)
        if implied is not None:
            return implied
        around = [unit for unit in self._units.get(place.path, ()) if unit[0] <= place.line <= unit[1]]
        return max(around)[2] if around else None

    def _index(self) -> dict[str, list[tuple[int, int, str]]]:
        """The functions of each file: first line, last line, name."""
        project = self._program.project
        return {
            module.path: [
                (line_of(unit[2]), unit[3], project.unit_name(module.index << UNIT_BITS | index))
                for index, unit in enumerate(module.units)
                if not unit[8] & LAMBDA
            ]
            for module in project.modules
        }
