"""Models whose class bodies declare fields by calls, as Peewee's and Tortoise's do: their columns, relations and entities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from archwright.model.base import Place
from archwright.model.entity import Entity, Field, Index, OnDelete, Relation, Type, Unique
from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import Declaration, docstring, elements, enum_values, last_name, texts
from archwright.source.link.module import Binding
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_TYPES: Final = {
    **dict.fromkeys(
        ("AutoField", "BigAutoField", "IdentityField", "IntegerField", "BigIntegerField", "SmallIntegerField"), Type.INT
    ),
    **dict.fromkeys(("IntField", "BigIntField", "SmallIntField", "PrimaryKeyField"), Type.INT),
    **dict.fromkeys(("CharField", "FixedCharField", "TextField", "IPField"), Type.TEXT),
    **dict.fromkeys(("DecimalField",), Type.DECIMAL),
    **dict.fromkeys(("FloatField", "DoubleField"), Type.FLOAT),
    **dict.fromkeys(("BooleanField",), Type.BOOL),
    **dict.fromkeys(("DateField",), Type.DATE),
    **dict.fromkeys(("DateTimeField", "DatetimeField", "TimestampField", "DateTimeTZField"), Type.TIMESTAMP),
    **dict.fromkeys(("UUIDField", "BinaryUUIDField"), Type.UUID),
    **dict.fromkeys(("JSONField", "BinaryJSONField", "HStoreField"), Type.JSON),
    **dict.fromkeys(("BlobField", "BinaryField"), Type.BYTES),
    **dict.fromkeys(("CharEnumField", "IntEnumField"), Type.ENUM),
}
_DELETES: Final = {
    "CASCADE": OnDelete.CASCADE,
    "SET NULL": OnDelete.SET_NULL,
    "SET_NULL": OnDelete.SET_NULL,
}


class Words(NamedTuple):
    """What a library calls its declarations."""

    bases: frozenset[str]
    """Outside classes that models derive from."""
    references: frozenset[str]
    """Fields that hold the key of one row of another model."""
    collections: frozenset[str]
    """Fields for many rows of another model, over a table of their own."""
    back: str
    """The keyword that names the way back."""
    back_default: str
    """The way back where none is named; `{}` is the model's name in small letters. Empty: none."""
    table: tuple[str, ...]
    """Names in `Meta` that give the table."""
    key: tuple[str, ...]
    """Keywords that make a field the primary key."""


class Related(NamedTuple):
    """A relation, from the model that has the attribute."""

    target: str | None
    many: bool
    reverse: bool = False
    """True where the other model holds the key."""


class Record:
    """One model."""

    __slots__ = ("columns", "fields", "info", "relations")

    def __init__(self, info: ClassInfo) -> None:
        self.info = info
        self.fields: dict[str, Declaration] = {}
        self.columns: set[str] = set()
        self.relations: dict[str, Related] = {}


class Records:
    """All models of a project that derive from a library's base classes."""

    def __init__(self, project: Project, engine: Engine, words: Words) -> None:
        self._project = project
        self._engine = engine
        self._words = words
        self._short: dict[str, list[str]] = {}
        self.models: dict[str, Record] = {}
        for info in project.all_classes():
            if words.bases.intersection(info.external_bases()):
                self.models[info.name] = Record(info)
                self._short.setdefault(info.short, []).append(info.name)
        for record in self.models.values():
            self._read(record)
        for record in list(self.models.values()):
            self._lead_back(record)

    def _read(self, record: Record) -> None:
        for holder in record.info.mro():
            for name, binding in holder.scope().items():
                node = _declared(binding)
                if node is None or name in record.fields or name.startswith("__"):
                    continue
                callee = last_name(node[2])
                if not (callee.endswith("Field") or callee in self._words.references | self._words.collections):
                    continue
                declaration = Declaration(self._engine, holder.module, node)
                record.fields[name] = declaration
                if callee in self._words.references:
                    record.relations[name] = Related(self._target(record, declaration), False)
                    record.columns.add(f"{name}_id")
                elif callee in self._words.collections:
                    record.relations[name] = Related(self._target(record, declaration), True)
                else:
                    record.columns.add(name)
        record.columns.add("id")

    def _target(self, record: Record, declaration: Declaration) -> str | None:
        node = declaration.argument(0, "model") or declaration.keywords.get("model_name")
        if node is None:
            return None
        if node[0] == f.CONST and isinstance(node[2], str):
            if node[2] == "self":
                return record.info.name
            known = self._short.get(node[2].rpartition(".")[2], [])
            return known[0] if len(known) == 1 else None
        found = self._project.resolve_expression(declaration.module, node)
        if found is not None and found.kind == "class":
            return str(found.value.name) if found.value.name in self.models else None
        return None

    def _lead_back(self, record: Record) -> None:
        for name, declaration in record.fields.items():
            relation = record.relations.get(name)
            target = self.models.get(relation.target) if relation is not None and relation.target else None
            if target is None or self._abstract(record.info):
                continue
            back = declaration.text(self._words.back)
            if back is None and self._words.back not in declaration.keywords and self._words.back_default:
                back = self._words.back_default.format(record.info.short.lower())
            if back:
                one = declaration.callee.startswith("OneToOne")
                target.relations.setdefault(back, Related(record.info.name, not one, reverse=True))

    def _meta(self, info: ClassInfo, name: str) -> Any:
        """What the `Meta` of a class gives a name, heirs of it included; None where it does not."""
        for holder in info.mro():
            binding = holder.scope().get("Meta")
            if binding is not None and binding.kind == "class":
                meta = self._project.class_at(holder.module, binding.value).scope().get(name)
                if meta is not None and meta.kind == "expression":
                    return meta.value
            if name in ("abstract", *self._words.table):
                break  # these are not handed down
        return None

    def _abstract(self, info: ClassInfo) -> bool:
        node = self._meta(info, "abstract")
        return node is not None and node[0] == f.CONST and bool(node[2])

    # --- entities --------------------------------------------------------------------------------------------------
    def entities(self) -> list[Entity]:
        """The models that have rows: those with a field that are not abstract and not only bases of others."""
        based = {ancestor.name for record in self.models.values() for ancestor in record.info.mro()[1:]}
        found = []
        for name, record in sorted(self.models.items()):
            own = any(_declared(binding) is not None for binding in record.info.scope().values())
            if record.fields and not self._abstract(record.info) and (own or name not in based):
                found.append(self._entity(record))
        return found

    def _entity(self, record: Record) -> Entity:
        keys = [n for n, d in record.fields.items() if any(d.flag(word) for word in self._words.key)]
        keys += [n for n, d in record.fields.items() if d.callee in ("AutoField", "BigAutoField", "PrimaryKeyField")]
        composite = self._meta(record.info, "primary_key")
        if composite is not None and composite[0] == f.CALL:
            keys = [part[2] for part in composite[3] if part[0] == f.CONST]
        fields = [self._field(name, declaration, record) for name, declaration in record.fields.items()]
        if not keys:
            keys = ["id"]
            if "id" not in record.fields:
                fields.insert(0, Field(name="id", type=Type.INT))
        table = next((t for w in self._words.table if (t := self._text(self._meta(record.info, w), record))), None)
        uniques, indexes = self._together(record)
        facts = record.info.facts
        return Entity(
            name=record.info.short,
            fields=tuple(fields),
            key=tuple(dict.fromkeys(keys)),
            uniques=uniques,
            indexes=indexes,
            table=table or record.info.short.lower(),
            description=docstring(record.info),
            place=Place(record.info.module.path, f.line_of(facts[2]), f.column_of(facts[2])),
        )

    def _text(self, node: Any, record: Record) -> str | None:
        found = texts(self._engine, record.info.module, node) if node is not None else ()
        return found[0] if len(found) == 1 else None

    def _together(self, record: Record) -> tuple[tuple[Unique, ...], tuple[Index, ...]]:
        uniques = [
            Unique(fields=names)
            for part in _nested(self._meta(record.info, "unique_together"))
            if (names := texts(self._engine, record.info.module, part))
        ]
        indexes = [Index(fields=(name,)) for name, d in record.fields.items() if d.flag("index") or d.flag("db_index")]
        for part in elements(self._meta(record.info, "indexes")):
            parts = elements(part)
            whole = len(parts) == 2 and parts[0][0] in (f.TUPLE, f.LIST)
            names = texts(self._engine, record.info.module, parts[0] if whole else part)
            if names and whole and parts[1][0] == f.CONST and parts[1][2]:
                uniques.append(Unique(fields=names))
            elif names:
                indexes.append(Index(fields=names))
        return tuple(uniques), tuple(indexes)

    def _field(self, name: str, declaration: Declaration, record: Record) -> Field:
        relation = record.relations.get(name)
        callee = declaration.callee
        known = None
        if relation is not None and relation.target is not None:
            target = self.models[relation.target].info
            back = declaration.text(self._words.back)
            known = Relation(target=target.short, many=relation.many, on_delete=_on_delete(declaration), reverse=back)
        enum = self._project.resolve_expression(declaration.module, declaration.args[0]) if declaration.args else None
        is_enum = callee in ("CharEnumField", "IntEnumField") and enum is not None and enum.kind == "class"
        default = declaration.constant("default")
        position = declaration.node[1]
        return Field(
            name=name,
            type=Type.REFERENCE if relation is not None else _TYPES.get(callee, Type.UNKNOWN),
            nullable=declaration.flag("null"),
            unique=declaration.flag("unique") or callee.startswith("OneToOne"),
            default=default,
            values=enum_values(enum.value) if is_enum and enum is not None else (),
            max_length=(
                declaration.number("max_length") or (255 if "." not in callee and callee == "CharField" else None)
            ),
            relation=known,
            place=Place(declaration.module.path, f.line_of(position), f.column_of(position)),
        )


def _nested(node: Any) -> tuple[Any, ...]:
    parts = elements(node)
    return (node,) if parts and parts[0][0] == f.CONST else parts


def _on_delete(declaration: Declaration) -> OnDelete:
    node = declaration.argument(-1, "on_delete")
    said = declaration.text("on_delete") or (last_name(node) if node is not None else "")
    return _DELETES.get(said.upper(), OnDelete.RESTRICT)


def _declared(binding: Binding) -> Any:
    node = binding.value if binding.kind == "expression" else binding.value[1] if binding.kind == "annotation" else None
    return node if node is not None and node[0] == f.CALL else None


def models_of(records: Records | None) -> Mapping[str, Record]:
    """The models by dotted name; none before the project was read."""
    return records.models if records is not None else {}
