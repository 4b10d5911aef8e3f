"""What a serializer asks of a row: each field takes its value from the row, and touches the relations on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.source.flow import attributes, calls, turns
from archwright.source.flow.frame import Frame
from archwright.source.flow.loops import loop_element
from archwright.source.flow.values import NO, UNKNOWN, Row, Val
from archwright.source.frameworks.rest_framework.chosen import ALL, changed
from archwright.source.frameworks.rest_framework.fields import RELATED, Field, Shape
from archwright.source.frameworks.shared import exposed
from archwright.source.frameworks.shared.inherited import call_own, own_place
from archwright.source.link.project import ClassInfo

if TYPE_CHECKING:
    from archwright.source.frameworks.rest_framework.serializers import Serializers

_BY_KEY: Final = frozenset({"PrimaryKeyRelatedField", "HyperlinkedRelatedField"})
"""Related fields that ask a row for the key it holds, not for the row behind it (`use_pk_only_optimization`)."""
_FILES: Final = frozenset({"FileField", "ImageField"})
_STORED: Final = Val(("text",))
"""The address of a stored file, which the storage makes: what was sent chooses the contents."""
_MAX_FIELDS: Final = 120


def represent(serializers: Serializers, frame: Frame, serializer: Val, info: ClassInfo, row: Val, position: int) -> Val:
    """Serializer.to_representation: the values of all readable fields of one row."""
    shape = serializers.shape(info)
    items: dict[Any, Val] = {}
    replaced = changed(info)
    for field in shape.fields[:_MAX_FIELDS]:
        if not field.write_only:
            place = own_place(frame, field.holder, field.node, position)
            items[field.name] = _value(serializers, shape, frame, serializer, field, row, place)
            if _as_it_is(field) and replaced.isdisjoint((field.name, ALL)):
                exposed.column(frame, row, field.name, place, info.short)
    return Val(("dict",), (), NO, items if shape.whole else None)


def _value(
    serializers: Serializers, shape: Shape, frame: Frame, serializer: Val, field: Field, row: Val, place: int
) -> Val:
    if field.kind == "SerializerMethodField":
        given = field.given
        name = (given.text("method_name", 0) if given is not None else None) or f"get_{field.name}"
        return call_own(frame, serializer, name, [row], place)
    if field.kind == "HiddenField" or (row.type is not None and row.type[0] == "dict"):
        return UNKNOWN
    if _of_file(serializers, field, row):
        return _STORED
    if field.kind == "model":
        return _of_model(serializers, shape, frame, field.name, row, place, shape.depth)
    if field.custom is not None and field.custom.method("get_attribute") is not None:
        return UNKNOWN  # it takes its value its own way
    keyed = field.kind in _BY_KEY and not field.many
    path = field.source[:-1] if keyed else field.source
    value = _follow(frame, row, path, place)
    if keyed:
        return UNKNOWN if not path and row.type is None else Val(("key",), value.origins)
    if field.nested is not None:
        return _nested(serializers, frame, serializer, field.nested, value, place)
    if field.kind in RELATED or field.many:
        return _related(frame, field, value, place)
    if field.kind == "ListField" and field.given is not None:
        return _child(serializers, shape, frame, serializer, field, value, place)
    if field.custom is not None:
        return _custom(frame, field.custom, value, place)
    return _called(frame, value, place)


def _of_file(serializers: Serializers, field: Field, row: Val) -> bool:
    """True for a field that shows a column of files, where the project's own code does not show it another way."""
    if field.custom is not None:
        return False
    if field.kind in _FILES:
        return True
    named = field.kind == "model" and row.type is not None and row.type[0] == "row"
    return row.type is not None and named and serializers.is_file(row.type[1].entity, field.name)


def _as_it_is(field: Field) -> bool:
    """True for a field that shows the column itself: no method of the project makes something else of it."""
    return field.kind not in ("SerializerMethodField", "BooleanField") and (
        field.custom is None or field.custom.method("to_representation") is None
    )


def _follow(frame: Frame, row: Val, path: tuple[str, ...], place: int) -> Val:
    """`a.b.c` of a row; what can be called on the way is called (rest_framework.fields.get_attribute)."""
    value = row
    for index, name in enumerate(path):
        if value.type is None:
            return UNKNOWN
        value = attributes.attribute(frame, value, name, place)
        if index + 1 < len(path):
            value = _called(frame, value, place)
    return value


def _called(frame: Frame, value: Val, place: int) -> Val:
    bound = value.type is not None and value.type[0] == "bound"
    counts = value.type is not None and value.type[0] == "member" and value.type[1].type is not None
    counts = counts and value.type is not None and value.type[1].type[0] == "query"
    return calls.call_value(frame, value, [], {}, [], place) if bound or counts else value


def _nested(serializers: Serializers, frame: Frame, serializer: Val, nested: ClassInfo, value: Val, place: int) -> Val:
    items = {key: item for key, item in (serializer.items or {}).items() if key == "context"}
    child = Val(("instance", nested), (), NO, items)
    return serializers.shown(frame, child, nested, _called(frame, value, place), place)


def _child(
    serializers: Serializers, shape: Shape, frame: Frame, serializer: Val, field: Field, value: Val, place: int
) -> Val:
    """`ListField(child=SomeSerializer())`."""
    node = field.given.argument(0, "child") if field.given is not None else None
    found = (
        frame.engine.project.resolve_expression(field.holder.module, node[2])
        if node is not None and len(node) > 2
        else None
    )
    if found is not None and found.kind == "class" and serializers.claims(found.value):
        return _nested(serializers, frame, serializer, found.value, value, place)
    return UNKNOWN


def _related(frame: Frame, field: Field, value: Val, place: int) -> Val:
    """The text of a related row, or one of its columns; of many rows, for each."""
    value = _called(frame, value, place)
    if value.type is not None and value.type[0] in ("query", "list"):
        entered = turns.enter(frame)
        element = loop_element(frame, field.node, value, place)
        shown = _shown(frame, field, element, place)
        turns.leave(frame, entered)
        return Val(("list",), (), NO, {"*": shown})
    return _shown(frame, field, value, place)


def _shown(frame: Frame, field: Field, row: Val, place: int) -> Val:
    if field.custom is not None:
        return _custom(frame, field.custom, row, place)
    if field.kind == "StringRelatedField":
        return attributes.as_text(frame, row, place)
    if field.kind == "SlugRelatedField" and field.given is not None:
        slug = field.given.text("slug_field", 0)
        return _follow(frame, row, tuple(slug.replace("__", ".").split(".")), place) if slug else UNKNOWN
    return UNKNOWN


def _custom(frame: Frame, custom: ClassInfo, value: Val, place: int) -> Val:
    """A field class of the project: its own `to_representation`."""
    unit = custom.method("to_representation")
    if unit is None:
        return UNKNOWN
    return calls.call_unit(frame, unit, [Val(("instance", custom)), value], {}, [], place)


def _of_model(serializers: Serializers, shape: Shape, frame: Frame, name: str, row: Val, place: int, depth: int) -> Val:
    """A field that Meta only names: a column, the key of a relation, the keys of many, a method or a property of the model."""
    model = shape.model
    if row.type is None or row.type[0] != "row" or model is None:
        return UNKNOWN
    entity: Row = row.type[1]
    relation = serializers.relation(entity.entity, name)
    if relation is None:
        return _called(frame, attributes.attribute(frame, row, name, place), place)
    if not relation.many and relation.column and not depth:
        return Val(("key",), ())
    value = attributes.attribute(frame, row, name, place)
    if relation.many:
        entered = turns.enter(frame)
        value = loop_element(frame, _node(place), value, place)
        _deeper(serializers, shape, frame, value, place, depth)
        turns.leave(frame, entered)
    else:
        _deeper(serializers, shape, frame, value, place, depth)
    return UNKNOWN


def _deeper(serializers: Serializers, shape: Shape, frame: Frame, row: Val, place: int, depth: int) -> None:
    """`depth = n`: the columns and relations of related rows, n relations far."""
    if not depth or row.type is None or row.type[0] != "row":
        return
    for name in serializers.forward(row.type[1].entity):
        _of_model(serializers, shape, frame, name, row, place, depth - 1)


def _node(place: int) -> tuple[Any, ...]:
    return (1, place, None)
