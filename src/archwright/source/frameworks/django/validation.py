"""What validating a row of Django asks the database: whether the rows that it names exist, and whether its unique values are taken.

Sources: `Model.full_clean` (`clean_fields` with `ForeignKey.validate`, `validate_unique`, `validate_constraints`), and what
`ModelForm._post_clean` and the validators of a ModelSerializer make of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from archwright.model.base import Place
from archwright.source import facts as f
from archwright.source.facts import column_of, line_of
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Query, Row, Val
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.django.entity_reader import EntityReader
from archwright.source.frameworks.django.models import ModelInfo
from archwright.source.frameworks.django.predicates import listed_words
from archwright.source.frameworks.django.rows import ORM
from archwright.source.frameworks.shared.queries import emit_read
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine


_AUTO: Final = frozenset({"auto_now", "auto_now_add"})
_CHECKS: Final = frozenset({"full_clean", "clean_fields", "validate_unique", "validate_constraints"})


class Unique(NamedTuple):
    """Columns that no two rows of a model may share."""

    entity: str
    fields: tuple[str, ...]


class Checked(NamedTuple):
    """What of a model is checked."""

    fields: tuple[str, ...]
    """Its fields without the key that Django makes: those of a form of the whole model."""
    keys: tuple[tuple[str, str], ...]
    """Relations that hold a key, and the model that each leads to."""
    uniques: tuple[Unique, ...]


class Validation:
    """What is asked of each model; read once, when it is first wanted."""

    def __init__(self, project: Project, engine: Engine, models: dict[str, ModelInfo]) -> None:
        self._project = project
        self._engine = engine
        self._models = models
        self._known: dict[str, Checked] = {}

    def of(self, entity: str) -> Checked:
        """What of a model is checked, those of its parents with tables of their own included; nothing of what is no model."""
        known = self._known.get(entity)
        if known is None:
            model = self._models.get(entity)
            known = self._known[entity] = self._read(model) if model is not None else Checked((), (), ())
        return known

    def keys(self, frame: Frame, position: int, entity: str, names: Collection[str]) -> None:
        """Each row that one of these fields names must exist."""
        for name, target in self.of(entity).keys:
            if name in names:
                _exists(frame, position, target, ("pk",))

    def uniques(
        self, frame: Frame, position: int, entity: str, names: Collection[str], alone: Collection[str] | None = None
    ) -> None:
        """No other row may have the same; a constraint is left out where one of its fields is not among `names`.

        alone: the fields whose own uniqueness is checked, where those are fewer.
        """
        for unique in self.of(entity).uniques:
            wanted = alone if alone is not None and len(unique.fields) == 1 else names
            if all(name in wanted for name in unique.fields):
                _exists(frame, position, unique.entity, unique.fields)

    def checked(self, call: CallSite, row: Row) -> Val | None:
        """`row.full_clean()` and the parts of it; None for another method."""
        name = call.name
        if name not in _CHECKS:
            return None
        left_out = listed_words(call.argument(0, "exclude"))
        names = [each for each in self.of(row.entity).fields if each not in left_out]
        if name in ("full_clean", "clean_fields"):
            self.keys(call.frame, call.position, row.entity, names)
        if name != "clean_fields" and not _is_false(call.argument(1, "validate_unique")):
            self.uniques(call.frame, call.position, row.entity, names)
        return Val(None, (), None)

    def exposed(
        self, frame: Frame, position: int, model: ModelInfo, meta: ClassInfo, looked_at: Collection[str]
    ) -> None:
        """Record that every column of a model is taken from what is sent, as `meta` says; looked_at: but these."""
        fields = [name for name in self.of(model.info.name).fields if name not in looked_at and editable(model, name)]
        declared = Place(meta.module.path, line_of(meta.facts[2]), column_of(meta.facts[2]))
        holder = meta.name.rpartition(".")[0].rpartition(".")[2]
        frame.emit("Expose", position, entity=model.info.name, fields=tuple(fields), holder=holder, declared=declared)

    def _read(self, model: ModelInfo) -> Checked:
        reader = EntityReader(self._project, self._engine, self._models, model)
        entity = reader.entity()
        fields = [each.name for each in entity.fields if each.place is not None or each.relation is None]
        keys = [
            (each.name, relation.target)
            for each in entity.fields
            if (relation := model.relations.get(each.name)) is not None and relation.column and relation.target
        ]
        alone = [(each.name,) for each in entity.fields if each.unique and each.name in fields]
        together = [each.fields for each in entity.uniques]
        uniques = [Unique(model.info.name, each) for each in dict.fromkeys([*alone, *together])]
        for parent in model.info.mro():
            if parent is not model.info and reader.stored(parent):
                above = self.of(parent.name)
                fields += above.fields
                keys += above.keys
                uniques += above.uniques
        return Checked(
            tuple(dict.fromkeys(each for each in fields if each != "id")),
            tuple(dict.fromkeys(keys)),
            tuple(dict.fromkeys(uniques)),
        )


def editable(model: ModelInfo, name: str) -> bool:
    """False for a column that no form has: `editable=False`, or one that the library sets."""
    hit = model.info.lookup(name)
    node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
    given = dict(node[4]) if node is not None and node[0] == f.CALL else {}
    editable = given.get("editable")
    return not (editable is not None and editable[0] == f.CONST and editable[2] is False) and _AUTO.isdisjoint(given)


def _is_false(given: Val | None) -> bool:
    return given is not None and given.const is False


def _exists(frame: Frame, position: int, entity: str, fields: Iterable[str]) -> None:
    query = Query(ORM, entity, frame.unit, position, filters=tuple((name, "=") for name in fields))
    emit_read(frame, position, query, (), "exists")
