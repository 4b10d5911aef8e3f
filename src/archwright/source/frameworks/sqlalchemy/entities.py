"""SQLAlchemy's and SQLModel's mapped classes as entities, and tables that no class is mapped to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.model.base import Place
from archwright.model.entity import Check, Entity, Field, Index, OnDelete, Relation, Type, Unique
from archwright.source import facts as f
from archwright.source.frameworks.base import Framework
from archwright.source.frameworks.shared.declared import (
    Declaration,
    constant,
    docstring,
    elements,
    last_name,
    written,
)
from archwright.source.frameworks.sqlalchemy.columns import (
    COLUMNS,
    annotated_call,
    declared_default,
    declared_index,
    declared_type,
    foreign_key,
    is_nullable,
    key_text,
)
from archwright.source.frameworks.sqlalchemy.models import ModelInfo, _callee, _declared, _value
from archwright.source.frameworks.sqlalchemy.orm import SqlAlchemy
from archwright.source.frameworks.sqlalchemy.types import ColumnType, annotated_type
from archwright.source.frameworks.sqlalchemy.values import ORM
from archwright.source.link.module import Binding, Module
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_RELATIONS: Final = frozenset({"relationship", "relation", "Relationship", "dynamic_loader"})
_SNAKE: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class SqlAlchemyEntities(Framework):
    """What the mapped classes of the ORM's file keep."""

    name = "sqlalchemy_entities"
    packages = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")

    def entities(self, project: Project, engine: Engine) -> Iterable[Entity]:
        """Every mapped class that has a table, then every `Table(...)` that only stands at the top of a module."""
        orm = engine.frameworks_by_name.get(ORM)
        models = orm.models if isinstance(orm, SqlAlchemy) else {}
        readers = [_Reader(project, engine, models[name]) for name in sorted(models)]
        tables = {reader.table: reader.info.short for reader in readers if reader.table}
        found = [reader.entity(tables) for reader in readers if reader.table]
        yield from found
        yield from _bare_tables(project, engine, tables, {name for reader in readers for name in reader.secondary})


class _Reader:
    """Reads one mapped class."""

    def __init__(self, project: Project, engine: Engine, model: ModelInfo) -> None:
        self._project = project
        self._engine = engine
        self._model = model
        self.info = model.info
        self._declared = _declared(project, model.info)
        self.secondary: set[str] = set()
        self._key: list[str] = []
        self._indexes: list[Index] = []
        self._uniques: list[Unique] = []
        self._checks: list[Check] = []
        self._columns: dict[str, str] = {}
        """Column name -> attribute, where they differ."""
        self.table = self._table()

    def _table(self) -> str:
        """The table's name; empty for a class without one: a base, a mixin, a subclass that shares its parent's table."""
        own = self.info.scope()
        abstract = own.get("__abstract__")
        if abstract is not None and abstract.kind == "expression" and abstract.value[2] is True:
            return ""
        if self._shares():
            return ""
        tablename = next(
            ((binding, holder) for name, binding, holder in self._declared if name == "__tablename__"), None
        )
        if tablename is not None:
            binding, holder = tablename
            given = constant(self._engine, holder.module, _value(binding))
            if isinstance(given, str):
                return given
        is_sqlmodel = any(name == "table" and value[0] == f.CONST and value[2] for name, value in self.info.facts[5])
        if is_sqlmodel:
            return self.info.short.lower()
        keyed = any(
            value is not None and value[0] == f.CALL and "primary_key" in dict(value[4])
            for value in (
                _value(binding) for _, binding, _ in self._declared if binding.kind in ("expression", "annotation")
            )
        )
        if keyed:  # Flask-SQLAlchemy and most `declared_attr` make the name so
            return _SNAKE.sub("_", self.info.short).lower()
        return ""

    def _shares(self) -> bool:
        """True for single-table inheritance: a mapped ancestor has the table, and the class names none of its own."""
        if "__tablename__" in self.info.scope() or "__table__" in self.info.scope():
            return False
        for holder in self.info.mro()[1:]:
            binding = holder.scope().get("__tablename__")
            if binding is not None:
                return binding.kind == "expression"
        return False

    def entity(self, tables: dict[str, str]) -> Entity:
        fields: dict[str, Field] = {}
        for name, binding, holder in self._declared:
            field = self._field(name, binding, holder, tables)
            if field is not None:
                fields[name] = field
        for name, binding, holder in self._declared:
            relation = self._many_to_many(name, binding, holder)
            if relation is not None:
                fields[name] = relation
        self._arguments()
        place = self.info.facts[2]
        return Entity(
            name=self.info.short,
            fields=tuple(sorted(fields.values(), key=self._order)),
            key=tuple(self._key),
            uniques=tuple(dict.fromkeys(self._uniques)),
            indexes=tuple(dict.fromkeys(self._indexes)),
            checks=tuple(self._checks),
            table=self.table,
            bases=tuple(base if isinstance(base, str) else base.name for base in self.info.bases()),
            description=docstring(self.info),
            place=Place(self.info.module.path, f.line_of(place), f.column_of(place)),
        )

    def _order(self, field: Field) -> tuple[bool, bool]:
        return field.name not in self._key, field.relation is not None and field.relation.many

    # --- columns -------------------------------------------------------------------------------------------
    def _field(self, name: str, binding: Binding, holder: ClassInfo, tables: dict[str, str]) -> Field | None:
        if name.startswith("__") or name in self._model.silent or name not in self._model.columns:
            return None
        node = _value(binding)
        annotation = binding.value[0] if binding.kind == "annotation" else None
        callee = _callee(binding)
        if callee in _RELATIONS or (annotation is None and callee not in COLUMNS):
            return None
        if annotation is not None and _is_ours(self._project, holder.module, annotation) and not callee:
            return None  # a relation whose `relationship()` is left out
        call = node if node is not None and node[0] == f.CALL else (f.CALL, 0, (f.NAME, 0, ""), (), ())
        given = Declaration(self._engine, holder.module, call)
        if callee == "deferred" and given.args and given.args[0][0] == f.CALL:
            given = Declaration(self._engine, holder.module, given.args[0])
        inner = given.keywords.get("sa_column")
        if inner is not None and inner[0] == f.CALL:
            given = Declaration(self._engine, holder.module, inner)
        plain = node if node is not None and node[0] == f.CONST else None
        return self._column(name, given, annotation, plain, tables, holder)

    def _column(
        self,
        name: str,
        given: Declaration,
        annotation: Any,
        plain: Any,
        tables: dict[str, str],
        holder: ClassInfo,
    ) -> Field:
        told = annotated_type(self._engine, holder.module, annotation)
        extra = annotated_call(self._engine, holder.module, annotation)
        type_ = declared_type(self._engine, given) or (
            declared_type(self._engine, extra) if extra is not None else None
        )
        type_ = type_._replace(values=type_.values or told.values) if type_ is not None else told
        primary = given.flag("primary_key") or (extra is not None and extra.flag("primary_key"))
        if primary:
            self._key.append(name)
        column = given.constant("name", 0)
        if isinstance(column, str) and given.callee in ("Column", "mapped_column"):
            self._columns[column] = name
        default = declared_default(self._engine, given) if plain is None else plain[2]
        unique = given.flag("unique")
        if given.flag("index"):
            self._indexes.append(Index(fields=(name,), unique=unique))
        relation = foreign_key(self._engine, given, tables)
        position = given.node[1] or self.info.facts[2]
        return Field(
            name=name,
            type=Type.REFERENCE if relation is not None else type_.type,
            nullable=is_nullable(given, told, annotation is not None, primary=primary),
            unique=unique,
            default=default if isinstance(default, (str, int, float, bool)) else None,
            values=type_.values,
            max_length=type_.max_length or given.number("max_length"),
            relation=relation,
            place=Place(holder.module.path, f.line_of(position), f.column_of(position)),
        )

    # --- relations -----------------------------------------------------------------------------------------
    def _many_to_many(self, name: str, binding: Binding, holder: ClassInfo) -> Field | None:
        if _callee(binding) not in _RELATIONS:
            return None
        node = _value(binding)
        given = Declaration(self._engine, holder.module, node)
        link = given.keywords.get("secondary") or given.keywords.get("link_model")
        known = self._model.relations.get(name)
        if link is None or known is None or known.target is None:
            return None
        self.secondary.add(last_name(link) or str(constant(self._engine, holder.module, link)))
        reverse = given.text("back_populates")
        backref = given.keywords.get("backref")
        if backref is not None and backref[0] == f.CALL:
            backref = backref[3][0] if backref[3] else None
        if reverse is None and backref is not None and backref[0] == f.CONST:
            reverse = str(backref[2])
        relation = Relation(
            target=known.target.rpartition(".")[2], many=True, on_delete=OnDelete.CASCADE, reverse=reverse
        )
        place = Place(holder.module.path, f.line_of(node[1]), f.column_of(node[1]))
        return Field(name=name, type=Type.REFERENCE, relation=relation, place=place)

    # --- the table's own arguments -------------------------------------------------------------------------
    def _arguments(self) -> None:
        for name, binding, holder in self._declared:
            node = _value(binding) if binding.kind in ("expression", "annotation") else None
            if node is None:
                continue
            if name == "__table_args__":
                for part in elements(node):
                    self._argument(holder, part)
            elif node[0] == f.CALL and last_name(node[2]) == "Index":
                self._argument(holder, node)

    def _argument(self, holder: ClassInfo, node: Any) -> None:
        if node[0] == f.NAME:
            found = self._project.resolve_name(holder.module, node[2])
            node = found.value[2] if found is not None and found.kind == "expression" else node
        if node[0] != f.CALL:
            return
        given = Declaration(self._engine, holder.module, node)
        kind = given.callee
        if kind == "PrimaryKeyConstraint":
            self._key = list(self._fields(given.args))
        elif kind == "UniqueConstraint":
            self._uniques.append(Unique(fields=self._fields(given.args)))
        elif kind == "CheckConstraint" and given.args:
            text = constant(self._engine, holder.module, given.args[0])
            expression = text if isinstance(text, str) else written(given.args[0])
            self._checks.append(Check(name=given.text("name") or "", expression=expression))
        elif kind == "Index":
            self._indexes.append(declared_index(self._engine, given, self._fields(given.args[1:])))

    def _fields(self, nodes: Iterable[Any]) -> tuple[str, ...]:
        return tuple(self._columns.get(text, text) for text in map(key_text, nodes))


def _is_ours(project: Project, module: Module, node: Any) -> bool:
    """True where an annotation names a mapped class: `list["Item"]`."""
    if node[0] == f.SUBSCRIPT:
        inner = node[3]
        return any(_is_ours(project, module, part) for part in (inner[2] if inner[0] == f.TUPLE else (inner,)))
    found = project.resolve_expression(module, node)
    return found is not None and found.kind == "class" and "__tablename__" in found.value.scope()


# --- tables without a class ----------------------------------------------------------------------------------
def _bare_tables(project: Project, engine: Engine, known: dict[str, str], secondary: set[str]) -> Iterator[Entity]:
    """`orders = Table("orders", metadata, Column(...), ...)`; those that only link two classes are relations already."""
    for module in project.modules:
        for attribute, binding in sorted(module.scope().items()):
            node = binding.value
            if binding.kind != "expression" or node[0] != f.CALL or last_name(node[2]) != "Table":
                continue
            given = Declaration(engine, module, node)
            name = given.text("name", 0)
            if name is None or name in known or name in secondary or attribute in secondary:
                continue
            entity = _bare_table(engine, module, given, name, known)
            if entity.fields:
                yield entity


def _bare_table(engine: Engine, module: Module, given: Declaration, name: str, known: dict[str, str]) -> Entity:
    fields: list[Field] = []
    key: list[str] = []
    uniques: list[Unique] = []
    indexes: list[Index] = []
    for node in given.args[1:]:
        if node[0] != f.CALL:
            continue
        part = Declaration(engine, module, node)
        column = part.text("name", 0)
        if part.callee == "Column" and column is not None:
            relation = foreign_key(engine, part, known)
            type_ = declared_type(engine, part) or ColumnType()
            primary = part.flag("primary_key")
            if primary:
                key.append(column)
            if part.flag("index"):
                indexes.append(Index(fields=(column,)))
            fields.append(
                Field(
                    name=column,
                    type=Type.REFERENCE if relation is not None else type_.type,
                    nullable=is_nullable(part, ColumnType(), annotated=False, primary=primary),
                    unique=part.flag("unique"),
                    max_length=type_.max_length,
                    values=type_.values,
                    relation=relation,
                    place=Place(module.path, f.line_of(node[1]), f.column_of(node[1])),
                )
            )
        elif part.callee == "UniqueConstraint":
            uniques.append(Unique(fields=tuple(map(key_text, part.args))))
        elif part.callee == "PrimaryKeyConstraint":
            key = list(map(key_text, part.args))
        elif part.callee == "Index":
            indexes.append(declared_index(engine, part, tuple(map(key_text, part.args[1:]))))
    place = Place(module.path, f.line_of(given.node[1]), f.column_of(given.node[1]))
    return Entity(
        name=name,
        fields=tuple(fields),
        key=tuple(key),
        uniques=tuple(uniques),
        indexes=tuple(indexes),
        table=name,
        place=place,
    )
