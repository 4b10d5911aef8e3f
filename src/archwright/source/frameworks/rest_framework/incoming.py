"""What a serializer's fields let in: numbers, dates and choices are clean, texts are what the caller sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.model.base import Place
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, UNKNOWN_ORIGIN, Origin, Query, Row, Val
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.django.kinds import of_kind, sent
from archwright.source.frameworks.django.orm import DjangoOrm
from archwright.source.frameworks.django.own_fields import validated
from archwright.source.frameworks.django.rows import ORM
from archwright.source.frameworks.rest_framework.fields import RELATED, Field, Shape, is_model_serializer
from archwright.source.frameworks.shared.declared import Declaration, last_name
from archwright.source.link.project import ClassInfo

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.frameworks.rest_framework.serializers import Serializers

_MAX_DEPTH: Final = 4
_SAID: Final = "request body"


class Incoming:
    """Data that enters through serializers at a place of a unit."""

    def __init__(self, engine: Engine, serializers: Serializers, unit: int, position: int) -> None:
        self._engine = engine
        self._serializers = serializers
        self._unit = unit
        self._position = position

    def origins(self) -> tuple[Origin, ...]:
        """The request body, as sent."""
        return sent(_SAID, self._unit, self._position)

    def data(self, info: ClassInfo, depth: int = _MAX_DEPTH) -> Val:
        """The validated data of a serializer."""
        shape = self._serializers.shape(info)
        own = any(info.method(name) is not None for name in ("to_internal_value", "run_validation"))
        if not depth or own or not shape.whole:
            return Val(("dict",), (UNKNOWN_ORIGIN,))
        items: dict[Any, Val] = {}
        for field in shape.fields:
            if not field.read_only and field.source:
                _put(items, field.source, self.field(shape, field, depth))
        return Val(("dict",), (), NO, items)

    def field(self, shape: Shape, field: Field, depth: int = _MAX_DEPTH) -> Val:
        """The value of one field. What a check of the project's own has seen is unknown."""
        value = self._field(shape, field, depth)
        if field.given is not None and "validators" in field.given.keywords and value.type == ("text",):
            return Val(value.type, (UNKNOWN_ORIGIN,))
        if shape.info.method(f"validate_{field.name}") is not None:
            return Val(value.type, (UNKNOWN_ORIGIN,), NO, value.items)
        return value

    def _field(self, shape: Shape, field: Field, depth: int) -> Val:
        if field.custom is not None and field.custom.method("to_internal_value") is not None:
            return UNKNOWN
        if field.nested is not None:
            inner = self.data(field.nested, depth - 1)
            return Val(("list",), (), NO, {"*": inner}) if field.many else inner
        if field.kind == "model":
            return self._column(shape, field)
        if field.kind in RELATED:
            row = self._row(field)
            return Val(("list",), (), NO, {"*": row}) if field.many else row
        return self._of_kind(field.kind, field.given)

    def _of_kind(self, kind: str, given: Declaration | None) -> Val:
        return of_kind(kind, given, _SAID, self._unit, self._position)

    def _column(self, shape: Shape, field: Field) -> Val:
        """A column of the model, by the field that a ModelSerializer makes of it."""
        model = shape.model
        if model is None:
            return UNKNOWN
        relation = model.relations.get(field.name)
        if relation is not None:
            row = Val(("row", Row(ORM, relation.target, None))) if relation.target is not None else UNKNOWN
            return Val(("list",), (), NO, {"*": row}) if relation.many else row
        hit = model.info.lookup(field.name)
        node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
        if hit is None or node is None or node[0] != f.CALL:
            return UNKNOWN
        given = Declaration(self._engine, hit[0].module, node)
        if "validators" in given.keywords or validated(shape.further(field.name).get("validators")):
            return UNKNOWN
        return self._of_kind(given.callee, given)

    def _row(self, field: Field) -> Val:
        query = self._query(field)
        if query is None or query.entity is None:
            return UNKNOWN
        return Val(("row", Row(ORM, query.entity, None)))

    def _query(self, field: Field) -> Query | None:
        node = field.given.keywords.get("queryset") if field.given is not None else None
        if node is None:
            return None
        value = self._engine.module_expression(field.holder.module, node)
        return value.type[1] if value.type is not None and value.type[0] == "query" else None

    def look_up(self, frame: Frame, shape: Shape, position: int, depth: int = _MAX_DEPTH) -> None:
        """Related fields ask the database for the rows that the caller names, unique ones for a row that has the value."""
        orm = self._engine.frameworks_by_name.get(ORM)
        if isinstance(orm, DjangoOrm) and shape.model is not None and is_model_serializer(shape.info):
            written = [field for field in shape.fields if not field.read_only]
            names = [field.source[0] for field in written if field.source]
            meta = shape.info.inner("Meta")
            own = meta is not None and meta.lookup("validators") is not None
            alone = [field.name for field in written if field.kind == "model"]
            orm.validation.uniques(frame, position, shape.model.info.name, [] if own else names, alone)
            if shape.left_out is not None and meta is not None:
                looked = {name for name in shape.left_out if name}
                looked |= {
                    n
                    for n in orm.validation.of(shape.model.info.name).fields
                    if self._serializers.looks_at(shape.info, n)
                }
                orm.validation.exposed(frame, position, shape.model, meta, looked)
        for field in shape.fields if orm is not None else ():
            if field.read_only:
                continue
            if field.nested is not None and depth > 1:
                self.look_up(frame, self._serializers.shape(field.nested), position, depth - 1)
                continue
            query = self._query(field) if field.kind in RELATED else self._model_query(shape, field)
            if query is not None and orm is not None:
                asked = query._replace(unit=frame.unit, position=position)
                orm.method(CallSite(frame, position, "get", Val(("query", asked)), [], {}, []))
                self._accept(frame, shape, field, query, position)

    def _accept(self, frame: Frame, shape: Shape, field: Field, query: Query, position: int) -> None:
        """The caller names the row; where the serializer's code names the field itself, it may look at which."""
        if field.custom is not None or self._serializers.looks_at(shape.info, field.name):
            return
        if field.given is not None and _gives_none(field.given.keywords.get("queryset")):
            return
        module, at = field.holder.module, field.node[1]
        declared = Place(module.path, f.line_of(at), f.column_of(at))
        relation = shape.model.relations.get(field.name) if shape.model is not None and field.kind == "model" else None
        frame.emit(
            "Accept",
            position,
            entity=query.entity,
            relation=field.name,
            holder=shape.info.short,
            many=field.many or (relation is not None and relation.many),
            declared=declared,
        )

    def _model_query(self, shape: Shape, field: Field) -> Query | None:
        relation = shape.model.relations.get(field.name) if shape.model is not None and field.kind == "model" else None
        if relation is None or relation.target is None or not (relation.column or relation.many):
            return None
        return Query(ORM, relation.target, -1, 0)


def _gives_none(node: Any) -> bool:
    """`Model.objects.none()`: the rows are put in later."""
    return node is not None and node[0] == f.CALL and last_name(node[2]) == "none"


def _put(items: dict[Any, Val], path: tuple[str, ...], value: Val) -> None:
    """`source="note.text"`: what comes in is a dictionary of a dictionary."""
    for name in path[:-1]:
        held = items.get(name)
        inner = held.items if held is not None else None
        if inner is None:
            inner = {}
            items[name] = Val(("dict",), (), NO, inner)
        items = inner
    items[path[-1]] = value
