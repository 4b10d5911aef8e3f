"""Who writes the fields of rows: so a rule can tell whether what a row holds was chosen by somebody outside.

Known are the writes of requests whose value was followed into a field. A field that nobody outside was seen to write, or
whose column holds only numbers, dates, keys, slugs, words of a list, or what a validator has looked at, tells nothing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final, NamedTuple

from archwright.model.base import Place
from archwright.model.effect import Store
from archwright.model.entity import Entity, Type
from archwright.model.field_part import UNTOLD, column_of, is_part, name_in
from archwright.model.value import Clean, Origin, OriginKind, Trust, Use
from archwright.review.beside import UNSERVED, beside, in_tests
from archwright.review.program import Program
from archwright.review.reaching import LEAST_FIRST, MANY
from archwright.review.rule import Reaching

_HARMLESS: Final = frozenset(
    {Type.INT, Type.DECIMAL, Type.MONEY, Type.BOOL, Type.DATE, Type.TIMESTAMP, Type.UUID, Type.FLOAT, Type.ENUM}
    | {Type.REFERENCE}
)
_TEXTS: Final = frozenset({Type.TEXT, Type.URL, Type.EMAIL, Type.JSON, Type.BYTES})
_KEYS: Final = frozenset({"id", "pk"})
_ANY: Final = "*"
_VALUES: Final = frozenset({"value", "val", "value_json", "json_value"})
_NAMES: Final = ("key", "name", "option", "setting")
_LOCATES: Final = frozenset({Use.PATH, Use.SEGMENT, Use.HOST})


class Writer(NamedTuple):
    """One write of a field with data from outside."""

    origin: Origin
    """What is written, with the way it came and who can send it."""
    place: Place
    """Where it is put into the field."""
    sure: bool
    """True where the code names the field, the column's type is known, and it is known which operations write it."""
    told: bool
    """True where it is known which operations write it."""


class Stored:
    """Gives the writers of a field, `Entity.field`, the most dangerous first."""

    def __init__(self, program: Program, reaching: Reaching) -> None:
        self._program = program
        self._reaching = reaching
        self._stores: dict[str, list[Store]] | None = None
        self._known: dict[str, tuple[Writer, ...]] = {}

    def __call__(self, field: str) -> tuple[Writer, ...]:
        """The writers of `Entity.field`; none where nobody outside was seen to choose it."""
        known = self._known.get(field)
        if known is None:
            known = self._known[field] = tuple(self._writers(*field.rsplit(".", 1)))
        return known

    def dirty(self, read: Origin, use: Use, apart: tuple[str, ...] = ()) -> Writer | None:
        """The most dangerous writer of the field that `read` stands for, where neither way cleans it for `use`.

        apart: the beginnings of the names of sources that don't count.
        """
        entity, _, field = read.name.rpartition(".")
        if use in _LOCATES and self._type(entity, column_of(field)) is Type.BYTES:
            return None  # the contents of a file, not its name
        for writer in self(read.name):
            if apart and writer.origin.name.startswith(apart):
                continue
            both = Origin(
                kind=OriginKind.SOURCE,
                trust=writer.origin.trust,
                clean_for=writer.origin.clean_for | read.clean_for,
            )
            if both.state(use) is Clean.DIRTY:
                return writer
        return None

    def _writers(self, entity: str, field: str) -> list[Writer]:
        column = column_of(field)
        type_ = self._type(entity, column)
        if not entity or column in (_ANY, *_KEYS) or type_ in _HARMLESS or self._by_key(entity, column):
            return []
        if self._checked(entity, column):
            return []
        found = []
        wanted = dict.fromkeys((field, column if column != field else f"{column}[]"))
        for name in self._family(entity):
            for named in (*wanted, _ANY) if type_ in _TEXTS else wanted:
                for store in self._all().get(f"{name}.{named}", ()):
                    if named == column != field and not _holds(store, field):
                        continue
                    for origin in store.value.origins:
                        if _reaches(store, origin, column):
                            told = named != _ANY or column in store.names
                            writer = self._writer(store, origin, sure=told and type_ in _TEXTS)
                            found += [writer] if writer is not None else []
        return sorted(found, key=_danger)

    def _writer(self, store: Store, origin: Origin, *, sure: bool) -> Writer | None:
        start = origin.steps[0].place if origin.steps else store.place
        if in_tests(start.path):
            return None
        operations = self._reaching(start)
        trust, asked = origin.trust, self._reaching.trust(start)
        if asked is not None and (trust is Trust.ANYONE or (trust is Trust.SIGNED_IN and asked is Trust.STAFF)):
            trust = asked
        way = Origin(
            kind=OriginKind.SOURCE, name=origin.name, trust=trust, steps=origin.steps, clean_for=origin.clean_for
        )
        known = bool(origin.steps) and 0 < len(operations) <= MANY
        return Writer(way, store.place, sure and known, known)

    def _family(self, entity: str) -> tuple[str, ...]:
        """The entity, its ancestors and its heirs: a column that one declares is a column of the others."""
        entities = self._program.entities
        own = entities.get(entity)
        above = [base.rpartition(".")[2] for base in own.bases] if own is not None else []
        below = [name for name, each in entities.items() if entity in [base.rpartition(".")[2] for base in each.bases]]
        return tuple(dict.fromkeys((entity, *above, *below)))

    def _type(self, entity: str, field: str) -> Type:
        known: Entity | None = self._program.entities.get(entity)
        declared = known.field(field) if known is not None else None
        if known is not None and declared is None and field.endswith("_id") and known.field(field[:-3]) is not None:
            return Type.REFERENCE
        return declared.type if declared is not None else Type.UNKNOWN

    def _checked(self, entity: str, field: str) -> bool:
        """True for a column whose declaration holds what is written to a form: slugs, validators of the project's own."""
        known = self._program.entities.get(entity)
        declared = known.field(field) if known is not None else None
        return declared is not None and declared.checked

    def _by_key(self, entity: str, field: str) -> bool:
        """True for the values of a table of settings: what is written under one key is not what is read under another."""
        known = self._program.entities.get(entity)
        return field in _VALUES and known is not None and any(known.field(name) is not None for name in _NAMES)

    def _all(self) -> dict[str, list[Store]]:
        if self._stores is None:
            self._stores = defaultdict(list)
            for effect in self._program.effects:
                if (
                    isinstance(effect, Store)
                    and effect.context.setting not in UNSERVED
                    and not beside(effect.place.path)
                ):
                    self._stores[f"{effect.entity}.{effect.field}"].append(effect)
                    if is_part(effect.field):
                        self._stores[f"{effect.entity}.{column_of(effect.field)}[]"].append(effect)
        return self._stores


def _holds(store: Store, part: str) -> bool:
    """False where the names in the document that is kept are known, and that of the part is none of them."""
    return not store.names or UNTOLD in store.names or name_in(part) in store.names


def _reaches(store: Store, origin: Origin, field: str) -> bool:
    """True for data of somebody outside that the write puts into the field: of a field that is not named, where its names may be this."""
    if origin.kind is not OriginKind.SOURCE or origin.trust not in LEAST_FIRST:
        return False
    if store.field != _ANY:
        return True
    return field in store.names if store.names else Use.FIELDS not in origin.clean_for


def _danger(writer: Writer) -> tuple[int, bool, int, Place, str]:
    origin = writer.origin
    return (LEAST_FIRST.index(origin.trust), not writer.sure, len(origin.steps), writer.place, origin.name)
