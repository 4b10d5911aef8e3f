"""The fields of a serializer: as declared, and as a ModelSerializer makes them of a model's columns and relations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.frameworks.django.validation import editable
from archwright.source.frameworks.rest_framework.taken_over import pairs
from archwright.source.frameworks.shared.declared import Declaration, last_name
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.frameworks.django.models import ModelInfo

_SERIALIZERS: Final = (
    "rest_framework.serializers.",
    "rest_framework_gis.serializers.",
    "rest_flex_fields.",
    "drf_writable_nested.",
    "rest_framework_extensions.",
    "rest_framework_simplejwt.serializers.",
    "dj_rest_auth.",
    "rest_polymorphic.serializers.",
    "django_restql.",
    "taggit.serializers.",
)
RELATED: Final = frozenset(
    {"PrimaryKeyRelatedField", "SlugRelatedField", "StringRelatedField", "HyperlinkedRelatedField", "RelatedField"}
)


class Field(NamedTuple):
    """One field of a serializer."""

    name: str
    kind: str
    """The library's class: `CharField`, `serializer` for a nested one, `model` for what Meta.fields names of the model."""
    holder: ClassInfo
    node: tuple[Any, ...]
    source: tuple[str, ...]
    many: bool = False
    nested: ClassInfo | None = None
    read_only: bool = False
    write_only: bool = False
    given: Declaration | None = None
    custom: ClassInfo | None = None
    """The project's own field class."""


def is_serializer(info: ClassInfo) -> bool:
    """True for a class whose instances are serializers."""
    return any(
        base.startswith(_SERIALIZERS) and base.endswith(("Serializer", "SerializerMixin"))
        for base in info.external_bases()
    )


def is_model_serializer(info: ClassInfo) -> bool:
    """True for a class that makes its fields of a model."""
    return any(
        base.startswith(_SERIALIZERS) and ("Model" in base or "Geo" in base) for base in info.external_bases()
    ) or any(base.endswith("HyperlinkedModelSerializer") for base in info.external_bases())


class Shape:
    """What a serializer's fields are."""

    def __init__(self, engine: Engine, info: ClassInfo, models: dict[str, ModelInfo]) -> None:
        self._engine = engine
        self._project = engine.project
        self.info = info
        self._meta = info.inner("Meta")
        self.model = self._model(models)
        self.whole = True
        """False where the list of fields can't be read."""
        self.depth = self._depth()
        declared = {field.name: field for field in self._declared()}
        self.left_out: frozenset[str] | None = None
        """Where Meta takes all columns of the model: those that it does not take from what is sent. None: it names its fields."""
        self.fields: tuple[Field, ...] = tuple(self._chosen(declared))

    # --- declared ----------------------------------------------------------------------------------------
    def _declared(self) -> Iterator[Field]:
        for holder in reversed(self.info.mro()):
            for name, binding in holder.scope().items():
                if binding.kind == "expression" and binding.value[0] == f.CALL:
                    field = self._field(holder, name, binding.value)
                    if field is not None:
                        yield field

    def _field(self, holder: ClassInfo, name: str, node: tuple[Any, ...]) -> Field | None:
        found = self._project.resolve_expression(holder.module, node[2])
        given = Declaration(self._engine, holder.module, node)
        nested: ClassInfo | None = None
        custom: ClassInfo | None = None
        if found is not None and found.kind == "class":
            if is_serializer(found.value):
                kind, nested = "serializer", found.value
            else:
                bases = [base.rpartition(".")[2] for base in found.value.external_bases()]
                kind = next((base for base in bases if base.endswith("Field")), "")
                custom = found.value
        elif found is not None and found.kind == "external":
            kind = last_name(node[2])
        else:
            return None
        if not kind or (nested is None and not kind.endswith("Field")):
            return None
        source = given.text("source")
        return Field(
            name=name,
            kind=kind,
            holder=holder,
            node=node,
            source=() if source == "*" else tuple((source or name).split(".")),
            many=given.flag("many"),
            nested=nested,
            read_only=given.flag("read_only")
            or kind in ("SerializerMethodField", "ReadOnlyField", "StringRelatedField"),
            write_only=given.flag("write_only"),
            given=given,
            custom=custom,
        )

    # --- Meta --------------------------------------------------------------------------------------------
    def _model(self, models: dict[str, ModelInfo]) -> ModelInfo | None:
        option = self._option("model")
        if option is None:
            return None
        module, node = option
        found = self._project.resolve_expression(module, node)
        if found is not None and found.kind == "class":
            return models.get(found.value.name)
        value = self._engine.module_expression(module, node)
        return models.get(value.type[1].name) if value.type is not None and value.type[0] == "class" else None

    def _option(self, name: str) -> tuple[Module, Any] | None:
        hit = self._meta.lookup(name) if self._meta is not None else None
        return (hit[0].module, hit[1].value) if hit is not None and hit[1].kind == "expression" else None

    def _depth(self) -> int:
        option = self._option("depth")
        return option[1][2] if option is not None and option[1][0] == f.CONST and isinstance(option[1][2], int) else 0

    def _chosen(self, declared: dict[str, Field]) -> Iterator[Field]:
        if not is_model_serializer(self.info) or self._meta is None:
            yield from declared.values()
            return
        names = self._names(declared)
        if names is None:
            self.whole = False
            yield from declared.values()
            return
        read_only = {*(self._texts("read_only_fields") or ()), *self._said_true("read_only")}
        write_only = self._said_true("write_only")
        for name in names:
            field = declared.get(name)
            if field is None and self._meta is not None:
                holder, place = self._place(name)
                field = Field(
                    name,
                    "model",
                    holder,
                    (f.CONST, place, name),
                    (name,),
                    read_only=name in read_only or not self._is_editable(name),
                    write_only=name in write_only,
                )
            if field is not None:
                yield field

    def further(self, field: str) -> dict[str, Any]:
        """What `extra_kwargs` gives the field that is made of a column, by name; where it can't be read, nothing is known."""
        return self._extra.get(field, {})

    @cached_property
    def _extra(self) -> dict[str, dict[str, Any]]:
        """`Meta.extra_kwargs`, with those of other serializers that it takes over."""
        option = self._option("extra_kwargs")
        found = pairs(self._engine, *option, self._meta) if option is not None else {}
        return {
            field: {name[2]: value for name, value in given[2] if name is not None and name[0] == f.CONST}
            if given[0] == f.DICT
            else {}
            for field, given in found.items()
        }

    def _said_true(self, option: str) -> set[str]:
        """The fields for which `extra_kwargs` sets an option to True."""
        given = {name: self.further(name).get(option) for name in self._extra}
        return {name for name, value in given.items() if value is not None and value[-1] is True}

    def _is_editable(self, name: str) -> bool:
        """False for a column of which the library makes a field to be read, unless `extra_kwargs` may say otherwise.

        Source: `rest_framework.utils.field_mapping.get_field_kwargs`.
        """
        return self.model is None or "read_only" in self.further(name) or editable(self.model, name)

    def _names(self, declared: dict[str, Field]) -> list[str] | None:
        option = self._option("fields")
        left_out = self._option("exclude")
        every = option is not None and option[1][0] == f.CONST and option[1][2] == "__all__"
        if every or left_out is not None or _is_all(option):
            if self.model is None:
                return None
            hidden = set(self._texts("exclude") or ())
            self.left_out = frozenset((*hidden, *declared, *(self._texts("read_only_fields") or ()), *self._extra))
            names = [*declared, *(name for name in self._columns() if name not in declared)]
            return [name for name in names if name not in hidden]
        return self._texts("fields") if option is not None else None

    def _columns(self) -> list[str]:
        """The model's own columns and relations: what `__all__` stands for."""
        assert self.model is not None
        info = self.model.info
        keys = {relation.column for relation in self.model.relations.values() if relation.column}
        columns = [name for name in sorted(self.model.columns) if name != "pk" and name not in keys]
        forward = [
            name
            for name, relation in sorted(self.model.relations.items())
            if info.lookup(name) is not None and (relation.column or _many_to_many(info, name))
        ]
        return list(dict.fromkeys([*columns, *forward]))

    def _texts(self, name: str) -> list[str] | None:
        """The constant names of an option; None where it isn't a list of constants."""
        option = self._option(name)
        return _texts(self._engine, *option, self._meta) if option is not None else None

    def _place(self, name: str) -> tuple[ClassInfo, int]:
        """Where Meta names a field, and the class it stands in."""
        hit = self._meta.lookup("fields") if self._meta is not None else None
        if hit is None or hit[1].kind != "expression":
            return self.info, int(self.info.facts[2])
        node = hit[1].value
        for part in node[2] if node[0] in (f.LIST, f.TUPLE) else ():
            if part[0] == f.CONST and part[2] == name:
                return hit[0], int(part[1])
        return hit[0], int(node[1])


def _is_all(option: tuple[Module, Any] | None) -> bool:
    return option is not None and option[1][0] in (f.NAME, f.ATTR) and last_name(option[1]) == "ALL_FIELDS"


def _many_to_many(info: ClassInfo, name: str) -> bool:
    hit = info.lookup(name)
    node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
    return node is not None and node[0] == f.CALL and last_name(node[2]).endswith("ManyToManyField")


def _texts(
    engine: Engine, module: Module, node: Any, scope: ClassInfo | None = None, depth: int = 6
) -> list[str] | None:
    """The constant texts of a list, through sums, spreads and names; None where something else is in it."""
    if depth == 0 or node is None:
        return None
    kind = node[0]
    if kind == f.CONST:
        return [node[2]] if isinstance(node[2], str) else None
    if kind in (f.LIST, f.TUPLE, f.SET):
        found: list[str] = []
        for part in node[2]:
            inner = _texts(engine, module, part, scope, depth - 1)
            if inner is None:
                return None
            found += inner
        return found
    if kind == f.BINOP and node[2] == "+":
        left, right = (_texts(engine, module, part, scope, depth - 1) for part in (node[3], node[4]))
        return [*left, *right] if left is not None and right is not None else None
    if kind == f.STARRED:
        return _texts(engine, module, node[2], scope, depth - 1)
    if kind == f.CALL and last_name(node[2]) in ("list", "tuple", "set", "sorted") and node[3]:
        return _texts(engine, module, node[3][0], scope, depth - 1)
    if kind in (f.NAME, f.ATTR):
        own = scope.lookup(node[2]) if kind == f.NAME and scope is not None else None
        if own is not None and own[1].kind == "expression":
            return _texts(engine, own[0].module, own[1].value, scope, depth - 1)
        resolved = engine.project.resolve_expression(module, node)
        if resolved is not None and resolved.kind == "expression" and resolved.value[2] is not node:
            return _texts(engine, resolved.value[0], resolved.value[2], resolved.value[1], depth - 1)
    return None
