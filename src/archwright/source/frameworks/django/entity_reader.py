"""One model of Django as an entity: fields, keys, uniqueness and indexes as the migrations would make them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.model.base import Place
from archwright.model.entity import Check, Entity, Field, Index, OnDelete, Relation, Type, Unique
from archwright.source import facts as f
from archwright.source.frameworks.django.models import ModelInfo
from archwright.source.frameworks.django.own_fields import judged
from archwright.source.frameworks.shared.declared import (
    Constant,
    Declaration,
    constant,
    docstring,
    elements,
    enum_values,
    last_name,
    texts,
    written,
)
from archwright.source.link.module import Binding, Module
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_TYPES: Final = {
    **dict.fromkeys(
        (
            "AutoField",
            "BigAutoField",
            "SmallAutoField",
            "IntegerField",
            "BigIntegerField",
            "SmallIntegerField",
            "PositiveIntegerField",
            "PositiveBigIntegerField",
            "PositiveSmallIntegerField",
        ),
        Type.INT,
    ),
    **dict.fromkeys(
        ("CharField", "TextField", "SlugField", "FileField", "ImageField", "FilePathField", "GenericIPAddressField"),
        Type.TEXT,
    ),
    "EmailField": Type.EMAIL,
    "URLField": Type.URL,
    "DecimalField": Type.DECIMAL,
    "BooleanField": Type.BOOL,
    "NullBooleanField": Type.BOOL,
    "DateField": Type.DATE,
    "DateTimeField": Type.TIMESTAMP,
    "UUIDField": Type.UUID,
    "JSONField": Type.JSON,
    "BinaryField": Type.BYTES,
    "FloatField": Type.FLOAT,
}
_LENGTHS: Final = {"EmailField": 254, "URLField": 200, "SlugField": 50, "FileField": 100, "ImageField": 100}
"""`max_length` where none is given (Django's field reference)."""
_TO_ONE: Final = frozenset({"ForeignKey", "OneToOneField", "ParentalKey", "TreeForeignKey", "AutoOneToOneField"})
_TO_MANY: Final = frozenset({"ManyToManyField", "ParentalManyToManyField"})
_ON_DELETE: Final = {"CASCADE": OnDelete.CASCADE, "SET_NULL": OnDelete.SET_NULL}
_NOW: Final = frozenset({"now", "utcnow", "today", "Now"})
_SERVER_BASES: Final = (
    ("password", Type.TEXT, 128),
    ("last_login", Type.TIMESTAMP, None),
)
_INHERITED: Final[dict[str, tuple[tuple[str, Type, int | None], ...]]] = {
    "django.contrib.auth.models.AbstractBaseUser": _SERVER_BASES,
    "django.contrib.auth.base_user.AbstractBaseUser": _SERVER_BASES,
    "django.contrib.auth.models.PermissionsMixin": (("is_superuser", Type.BOOL, None),),
    "django.contrib.auth.models.AbstractUser": (
        *_SERVER_BASES,
        ("is_superuser", Type.BOOL, None),
        ("username", Type.TEXT, 150),
        ("first_name", Type.TEXT, 150),
        ("last_name", Type.TEXT, 150),
        ("email", Type.EMAIL, 254),
        ("is_staff", Type.BOOL, None),
        ("is_active", Type.BOOL, None),
        ("date_joined", Type.TIMESTAMP, None),
    ),
}
"""Fields that come from Django's own abstract models."""


class EntityReader:
    """Reads one model."""

    def __init__(self, project: Project, engine: Engine, models: dict[str, ModelInfo], model: ModelInfo) -> None:
        self._project = project
        self._engine = engine
        self._models = models
        self._model = model
        self._info = model.info
        self._meta = self._nearest_meta()
        self._key = ""
        self._uniques: list[Unique] = []
        self._indexes: list[Index] = []
        self._checks: list[Check] = []

    def entity(self) -> Entity:
        """The model with its fields, keys and constraints."""
        fields = list(self._fields())
        self._constraints()
        info = self._info
        description = docstring(info)
        return Entity(
            name=info.short,
            fields=tuple(fields),
            key=(self._key or "id",),
            uniques=tuple(dict.fromkeys(self._uniques)),
            indexes=tuple(dict.fromkeys(self._indexes)),
            checks=tuple(self._checks),
            table=self._table(),
            bases=tuple(base if isinstance(base, str) else base.name for base in info.bases()),
            description=description,
            place=Place(info.module.path, f.line_of(info.facts[2]), f.column_of(info.facts[2])),
        )

    # --- fields --------------------------------------------------------------------------------------------
    def _fields(self) -> Iterator[Field]:
        found: dict[str, Field] = {}
        left_out: set[str] = set()
        for base in self._info.external_bases():
            for name, type_, length in _INHERITED.get(base, ()):
                unique = name == "username"
                found[name] = Field(
                    name=name, type=type_, max_length=length, unique=unique, nullable=name == "last_login"
                )
        for holder in reversed(self._info.mro()):
            if holder is not self._info and self.stored(holder):
                parent = f"{holder.short.lower()}_ptr"
                relation = Relation(target=holder.short, on_delete=OnDelete.CASCADE, reverse=self._info.short.lower())
                found[parent] = Field(name=parent, type=Type.REFERENCE, unique=True, relation=relation)
                self._key = parent
                left_out.update(each.name for each in holder.mro())
        for holder in reversed(self._info.mro()):
            if holder.name in left_out:
                continue
            for name, binding in holder.scope().items():
                field = self._field(holder, name, binding)
                if field is not None:
                    found[name] = field
        if not self._key:
            yield Field(name="id", type=Type.INT)
        yield from found.values()

    def stored(self, info: ClassInfo) -> bool:
        """True for an ancestor that has a table of its own."""
        model = self._models.get(info.name)
        if model is None or not info.external_bases():
            return False  # it only holds fields for those who mix it in
        reader = EntityReader(self._project, self._engine, self._models, model)
        return not reader.is_set("abstract")

    def _field(self, holder: ClassInfo, name: str, binding: Binding) -> Field | None:
        node = (
            binding.value
            if binding.kind == "expression"
            else binding.value[1]
            if binding.kind == "annotation"
            else None
        )
        if node is None or node[0] != f.CALL or name.startswith("__"):
            return None
        kind = self._kind(holder, node)
        if not kind:
            return None
        given = Declaration(self._engine, holder.module, node)
        place = Place(holder.module.path, f.line_of(node[1]), f.column_of(node[1]))
        if kind in _TO_ONE or kind in _TO_MANY:
            return self._related(name, kind, given, place)
        if given.flag("primary_key"):
            self._key = name
        unique = given.flag("unique")
        if not unique and given.flag("db_index", default=kind == "SlugField"):
            self._indexes.append(Index(fields=(name,)))
        values = self._choices(holder, given.keywords.get("choices"))
        type_ = _TYPES.get(kind, Type.UNKNOWN)
        return Field(
            name=name,
            type=Type.ENUM if values and type_ is Type.TEXT else type_,
            nullable=given.flag("null") or kind == "NullBooleanField",
            unique=unique,
            default=self._default(given),
            values=values,
            max_length=given.number("max_length") or _LENGTHS.get(kind),
            checked=kind == "SlugField" or judged(given),
            place=place,
        )

    def _related(self, name: str, kind: str, given: Declaration, place: Place) -> Field:
        known = self._model.relations.get(name)
        target = known.target.rpartition(".")[2] if known is not None and known.target else self._outside_target(given)
        many = kind in _TO_MANY
        single = kind in ("OneToOneField", "AutoOneToOneField")
        if given.flag("primary_key"):
            self._key = name
        unique = single or given.flag("unique")
        if not many and not unique and given.flag("db_index", default=True):
            self._indexes.append(Index(fields=(name,)))
        on_delete = _ON_DELETE.get(last_name(given.argument(1, "on_delete")), OnDelete.RESTRICT)
        return Field(
            name=name,
            type=Type.REFERENCE,
            nullable=given.flag("null"),
            unique=unique,
            relation=Relation(
                target=target,
                many=many,
                on_delete=OnDelete.CASCADE if many else on_delete,
                reverse=self._reverse(given, single=single),
            ),
            place=place,
        )

    def _outside_target(self, given: Declaration) -> str:
        node = given.argument(0, "to")
        if node is None:
            return ""
        if node[0] == f.CONST and isinstance(node[2], str):
            return self._info.short if node[2] == "self" else node[2].rpartition(".")[2]
        if last_name(node) == "AUTH_USER_MODEL" or (node[0] == f.CALL and last_name(node[2]) == "get_user_model"):
            return "User"
        value = constant(self._engine, given.module, node)
        return value.rpartition(".")[2] if isinstance(value, str) else last_name(node)

    def _reverse(self, given: Declaration, *, single: bool) -> str | None:
        short = self._info.short.lower()
        if "related_name" not in given.keywords:
            return short if single else f"{short}_set"
        name = given.text("related_name")
        if name is None or name.endswith("+"):
            return None
        return name.replace("%(class)s", short).replace("%(app_label)s", self._app())

    def _kind(self, holder: ClassInfo, node: tuple[Any, ...]) -> str:
        """The name of Django's field class behind a call; empty for what is no field."""
        found = self._project.resolve_expression(holder.module, node[2])
        if found is not None and found.kind == "class":
            names = [found.value.short, *(base.rpartition(".")[2] for base in found.value.external_bases())]
        else:
            names = [last_name(node[2])]
        known = next((name for name in names if name in _TYPES or name in _TO_ONE or name in _TO_MANY), "")
        if known:
            return known
        is_field = names[-1].endswith("Field") and (found is None or found.kind != "unit")
        return names[-1] if is_field and names[0] != "GenericRelation" else ""

    def _default(self, given: Declaration) -> Constant:
        if given.flag("auto_now") or given.flag("auto_now_add"):
            return "now"
        node = given.keywords.get("default")
        if node is None:
            return None
        return "now" if last_name(node) in _NOW else constant(self._engine, given.module, node)

    def _choices(self, holder: ClassInfo, node: Any) -> tuple[str, ...]:
        """The values of `choices`, where each is a constant."""
        if node is None:
            return ()
        if node[0] == f.ATTR and node[3] == "choices":
            node = node[2]
        module: Module = holder.module
        if node[0] in (f.NAME, f.ATTR):
            own = holder.scope().get(node[2]) if node[0] == f.NAME else None
            found = (
                self._project.resolve_binding(module, holder, own)
                if own is not None
                else self._project.resolve_expression(module, node)
            )
            if found is not None and found.kind == "class":
                return enum_values(found.value)
            if found is None or found.kind != "expression":
                return ()
            module, node = found.value[0], found.value[2]
        values = [
            constant(self._engine, module, part[2][0]) for part in elements(node) if part[0] == f.TUPLE and part[2]
        ]
        whole = len(values) == len(elements(node)) and all(isinstance(value, (str, int)) for value in values)
        return tuple(str(value) for value in values) if whole else ()

    # --- Meta ----------------------------------------------------------------------------------------------
    def _nearest_meta(self) -> ClassInfo | None:
        """The Meta that holds for the class: its own, or that of the nearest ancestor."""
        for holder in self._info.mro():
            binding = holder.scope().get("Meta")
            if binding is not None and binding.kind == "class":
                return self._project.class_at(holder.module, binding.value)
        return None

    def is_set(self, name: str) -> bool:
        """A flag of the class's own Meta, which its heirs do not take over."""
        binding = self._info.scope().get("Meta")
        if binding is None or binding.kind != "class":
            return False
        own = self._project.class_at(self._info.module, binding.value).scope().get(name)
        return own is not None and own.kind == "expression" and own.value[0] == f.CONST and own.value[2] is True

    def _option(self, name: str) -> tuple[Module, Any] | None:
        hit = self._meta.lookup(name) if self._meta is not None else None
        if hit is None or hit[1].kind != "expression":
            return None
        return hit[0].module, hit[1].value

    def _table(self) -> str:
        own = self._info.scope().get("Meta")
        option = self._option("db_table") if own is not None else None
        given = constant(self._engine, *option) if option is not None else None
        return given if isinstance(given, str) else f"{self._app()}_{self._info.short.lower()}"

    def _app(self) -> str:
        option = self._option("app_label")
        given = constant(self._engine, *option) if option is not None else None
        if isinstance(given, str):
            return given
        package = self._info.module.name.partition(".models")[0].rpartition(".models")[0]
        package = package or self._info.module.name.partition(".models")[0]
        apps = self._project.by_name.get(f"{package}.apps")
        for index in range(len(apps.classes)) if apps is not None else ():
            label = self._project.class_at(apps, index).scope().get("label") if apps is not None else None
            if label is not None and label.kind == "expression" and label.value[0] == f.CONST:
                return str(label.value[2])
        return package.rpartition(".")[2]

    def _constraints(self) -> None:
        for name in ("unique_together", "index_together"):
            option = self._option(name)
            if option is None:
                continue
            module, node = option
            parts = elements(node)
            groups = [texts(self._engine, module, part) for part in parts if part[0] in (f.LIST, f.TUPLE)]
            for fields in groups or [texts(self._engine, module, node)]:
                if fields and name == "unique_together":
                    self._uniques.append(Unique(fields=fields))
                elif fields:
                    self._indexes.append(Index(fields=fields))
        for name in ("constraints", "indexes"):
            option = self._option(name)
            for node in elements(option[1]) if option is not None else ():
                if option is not None and node[0] == f.CALL:
                    self._constraint(Declaration(self._engine, option[0], node))

    def _constraint(self, given: Declaration) -> None:
        condition = given.keywords.get("condition")
        where = written(condition) if condition is not None else None
        fields = texts(self._engine, given.module, given.keywords.get("fields"))
        kind = given.callee
        if kind == "CheckConstraint":
            expression = given.argument(-1, "condition") or given.argument(-1, "check")
            if expression is not None:
                self._checks.append(Check(name=given.text("name") or "", expression=written(expression)))
        elif kind == "UniqueConstraint":
            fields = fields or tuple(_key_text(node) for node in given.args)
            if fields:
                self._uniques.append(Unique(fields=fields, where=where))
        elif kind.endswith("Index"):
            fields = fields or tuple(_key_text(node) for node in given.args)
            method = "btree" if kind == "Index" else kind.removesuffix("Index").lower()
            if fields:
                name = given.text("name")
                self._indexes.append(Index(fields=fields, where=where, name=name, method=method or "btree"))


def _key_text(node: Any) -> str:
    """A key of an index: a field's name (`-` before a descending one), or an expression as written."""
    if node[0] == f.CONST and isinstance(node[2], str):
        return str(node[2])
    return written(node)
