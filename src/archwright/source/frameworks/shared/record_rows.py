"""What ORMs whose models are records (`shared.records`) have in common: rows, their attributes, the loads of their relations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.model.entity import Entity
from archwright.source.flow import attributes, stores
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN_ORIGIN, Query, Row, Val, join_origins
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.queries import identity, kept_origins, loaded_along
from archwright.source.frameworks.shared.records import Record, Records, Related, Words, models_of
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine


class RecordFramework(Framework):
    """An ORM whose classes of models are records and whose objects are rows."""

    words: ClassVar[Words]
    """What the library calls the parts of a model."""
    key_names: ClassVar[frozenset[str]] = frozenset()
    """Attributes that stand for the key, whatever its name."""

    def __init__(self) -> None:
        super().__init__()
        self._records: Records | None = None

    def prepare(self, project: Project, engine: Engine) -> None:
        self._records = Records(project, engine, self.words)

    @property
    def models(self) -> Mapping[str, Record]:
        """The models by dotted name."""
        return models_of(self._records)

    def claims(self, info: ClassInfo) -> bool:
        return info.name in self.models

    def instance(self, info: ClassInfo) -> tuple[Any, ...] | None:
        return ("row", Row(self.name, info.name, None))

    def construct(self, call: CallSite, info: ClassInfo) -> Val | None:
        return Val(("row", Row(self.name, info.name, None, "new")), (), NO, dict(call.keywords))

    def entities(self, project: Project, engine: Engine) -> Iterable[Entity]:
        return self._records.entities() if self._records is not None else ()

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        type_ = value.type
        if type_ is None or type_[0] != "row":
            return None
        row: Row = type_[1]
        if value.items is not None and name in value.items:
            return value.items[name]
        record = self.models.get(row.entity)
        if record is None:
            return None
        relation = record.relations.get(name)
        if relation is not None:
            return self.related(frame, value, name, relation, position)
        hit = record.info.lookup(name)
        if hit is not None and hit[1].kind == "unit":
            return attributes.method_value(frame, value, hit[0].module.index << UNIT_BITS | int(hit[1].value), position)
        if name in record.columns or name in self.key_names:
            return Val(None, join_origins(kept_origins(value), (stores.read(frame, row.entity, name, position),)))
        return Val(("member", value, name), join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))

    def related(self, frame: Frame, value: Val, name: str, relation: Related, position: int) -> Val:
        """What a relation of a row gives where it is touched."""
        raise NotImplementedError


def is_there(row: Row, path: str) -> bool:
    """True where the rows of a relation came along with the row, may have come along, or the row is a new one."""
    loaded = loaded_along(row)
    return row.path == "new" or path in loaded or "?" in loaded


def through(row: Row, target: str, path: str) -> Row:
    """The row at the other end of a relation to one."""
    return Row(row.orm, target, row.query, path if row.path != "new" else "new")


def emit_load(frame: Frame, value: Val, row: Row, path: str, position: int, many: str) -> None:
    """A relation is fetched for one row."""
    frame.emit(
        "Load",
        position,
        entity=row.entity,
        relation=path,
        many=many,
        built=identity(row.query),
        loaded=tuple(sorted(loaded_along(row))),
        depends=value,
    )


def element(query: Query, value: Val) -> Val:
    """One row of a query; a dictionary or a tuple of columns where it asks for values."""
    if query.entity is None or "values" in query.flags:
        return Val(None, (*kept_origins(value), stores.columns_read(query)))
    fetched = query._replace(via=None, filters=(), order=(), flags=frozenset())
    return Val(("row", Row(query.orm, query.entity, fetched)), kept_origins(value))
