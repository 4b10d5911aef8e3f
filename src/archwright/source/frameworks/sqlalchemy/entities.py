"""SQLAlchemy's and SQLModel's mapped classes as entities, and tables that no class is mapped to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from archwright.model.base import Place
from archwright.model.entity import Check, Entity, Field, Index, OnDelete, Relation, Type, Unique
from archwright.model.words import snake
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
from archwright.source.frameworks.sqlalchemy.bare_tables import bare_tables
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
from archwright.source.frameworks.sqlalchemy.declarations import callee_of, value_of
from archwright.source.frameworks.sqlalchemy.models import (
    ModelInfo,
    _declared,
    is_base,
    is_revision,
)
from archwright.source.frameworks.sqlalchemy.orm import SqlAlchemy
from archwright.source.frameworks.sqlalchemy.own_columns import bindings_of
from archwright.source.frameworks.sqlalchemy.types import annotated_type
from archwright.source.frameworks.sqlalchemy.values import ORM
from archwright.source.link.module import Binding, Module
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_AROUND: Final = frozenset({"deferred", "column_property"})
"""Calls whose first argument may be the column itself."""
_RELATIONS: Final = frozenset({"relationship", "relation", "Relationship", "dynamic_loader"})


class SqlAlchemyEntities(Framework):
    """What the mapped classes of the ORM's file keep."""

    name = "sqlalchemy_entities"
    packages = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")

    def entities(self, project: Project, engine: Engine) -> Iterable[Entity]:
        """Every mapped class that has a table, then every `Table(...)` that only stands at the top of a module."""
        orm = engine.frameworks_by_name.get(ORM)
        models = orm.models if isinstance(orm, SqlAlchemy) else {}
        now = [models[name] for name in sorted(models) if not is_revision(models[name].info.module)]
        readers = [_Reader(project, engine, model, models) for model in now]
        for reader in readers:
            reader.find_heirs(readers)
        tables = {reader.table: reader.info.short for reader in readers if reader.table}
        found = [reader.entity(tables) for reader in readers if reader.table]
        yield from found
        yield from bare_tables(project, engine, tables, {name for reader in readers for name in reader.secondary})


class _Reader:
    """Reads one mapped class."""

    def __init__(self, project: Project, engine: Engine, model: ModelInfo, models: dict[str, ModelInfo]) -> None:
        self._project = project
        self._engine = engine
        self._model = model
        self._models = models
        self.info = model.info
        self.declared = _declared(project, model.info)
        self._heirs: list[_Reader] = []
        """Classes of single-table inheritance, whose columns stand in this table."""
        self.secondary: set[str] = set()
        self._key: list[str] = []
        self.indexes: list[Index] = []
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
        if is_base(self.info) or self._shares():
            return ""
        tablename = next(
            ((binding, holder) for name, binding, holder in self.declared if name == "__tablename__"), None
        )
        parent = self.mapped_parent()
        if tablename is not None and (parent is None or tablename[1] not in parent.mro() or tablename[1] is self.info):
            binding, holder = tablename
            given = constant(self._engine, holder.module, value_of(binding))
            if isinstance(given, str):
                return given
        is_sqlmodel = any(name == "table" and value[0] == f.CONST and value[2] for name, value in self.info.facts[5])
        if is_sqlmodel:
            return self.info.short.lower()
        if _is_keyed(self.declared):  # Flask-SQLAlchemy and most `declared_attr` make the name so
            return snake(self.info.short)
        return ""

    def _shares(self) -> bool:
        """True for single-table inheritance: a mapped ancestor has the table, and the class has no key of its own.

        Without a key of its own a class can't have a table: Flask-SQLAlchemy then drops even a `__tablename__`.
        """
        if "__table__" in self.info.scope() or self.mapped_parent() is None:
            return False
        own = [(name, binding, self.info) for name, binding in bindings_of(self._project, self.info).items()]
        return not _is_keyed(own)

    def mapped_parent(self) -> ClassInfo | None:
        """The nearest ancestor that has a table; mixins, abstract classes and the declarative base have none."""
        for holder in self.info.mro()[1:]:
            scope = holder.scope()
            abstract = scope.get("__abstract__")
            if abstract is not None and abstract.kind == "expression" and abstract.value[2] is True:
                continue
            if holder.name not in self._models or is_base(holder):
                continue
            named = scope.get("__tablename__")
            if (named is not None and named.kind == "expression") or _is_keyed(
                [(name, binding, holder) for name, binding in bindings_of(self._project, holder).items()]
            ):
                return holder
        return None

    def find_heirs(self, readers: list[_Reader]) -> None:
        """Note the classes that keep their columns in this table, and leave out what a parent's table holds."""
        if not self.table:
            return
        self._heirs = [other for other in readers if not other.table and other.top() is self.info]
        parent = self.mapped_parent()
        if parent is not None:  # joined-table inheritance: only what the parent does not have
            above = {holder.name for holder in parent.mro()}
            self.declared = [each for each in self.declared if each[2].name not in above]

    def top(self) -> ClassInfo | None:
        """The class whose table a class of single-table inheritance uses."""
        if not self._shares():
            return None
        parent = self.mapped_parent()
        while parent is not None:
            reader = _Reader(self._project, self._engine, self._models[parent.name], self._models)
            if reader.table:
                return parent
            parent = reader.mapped_parent()
        return None

    def entity(self, tables: dict[str, str]) -> Entity:
        fields: dict[str, Field] = {}
        for name, binding, holder in self.declared:
            field = self.field(name, binding, holder, tables)
            if field is not None:
                fields[name] = field
        for heir in self._heirs:
            own = heir.info.scope()
            for name, binding, holder in heir.declared:
                if name in own and name not in fields and (field := heir.field(name, binding, holder, tables)):
                    fields[name] = field
            self.indexes += heir.indexes
        for name, binding, holder in self.declared:
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
            indexes=tuple(dict.fromkeys(self.indexes)),
            checks=tuple(self._checks),
            table=self.table,
            bases=tuple(base if isinstance(base, str) else base.name for base in self.info.bases()),
            description=docstring(self.info),
            place=Place(self.info.module.path, f.line_of(place), f.column_of(place)),
        )

    def _order(self, field: Field) -> tuple[bool, bool]:
        return field.name not in self._key, field.relation is not None and field.relation.many

    # --- columns -------------------------------------------------------------------------------------------
    def field(self, name: str, binding: Binding, holder: ClassInfo, tables: dict[str, str]) -> Field | None:
        if name.startswith("__") or name in self._model.silent or name not in self._model.columns:
            return None
        node = value_of(binding)
        annotation = binding.value[0] if binding.kind == "annotation" else None
        callee = callee_of(binding)
        if callee in _RELATIONS or (annotation is None and callee not in COLUMNS):
            return None
        if annotation is not None and _is_ours(self._project, holder.module, annotation) and not callee:
            return None  # a relation whose `relationship()` is left out
        call = node if node is not None and node[0] == f.CALL else (f.CALL, 0, (f.NAME, 0, ""), (), ())
        given = Declaration(self._engine, holder.module, call)
        if callee in _AROUND:
            if not given.args or given.args[0][0] != f.CALL or last_name(given.args[0][2]) not in COLUMNS:
                return None  # an expression over other columns
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
            self.indexes.append(Index(fields=(name,), unique=unique))
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
        if callee_of(binding) not in _RELATIONS:
            return None
        node = value_of(binding)
        given = Declaration(self._engine, holder.module, node)
        link = given.argument(1, "secondary") or given.keywords.get("link_model")
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
        for name, binding, holder in self.declared:
            node = value_of(binding) if binding.kind in ("expression", "annotation") else None
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
            self.indexes.append(declared_index(self._engine, given, self._fields(given.args[1:])))

    def _fields(self, nodes: Iterable[Any]) -> tuple[str, ...]:
        return tuple(self._columns.get(text, text) for text in map(key_text, nodes))


def _is_keyed(declared: list[tuple[str, Binding, ClassInfo]]) -> bool:
    """True where a column says that it is (part of) the primary key."""
    values = (value_of(binding) for _, binding, _ in declared if binding.kind in ("expression", "annotation"))
    return any(value is not None and value[0] == f.CALL and "primary_key" in dict(value[4]) for value in values)


def _is_ours(project: Project, module: Module, node: Any) -> bool:
    """True where an annotation names a mapped class: `list["Item"]`."""
    if node[0] == f.SUBSCRIPT:
        inner = node[3]
        return any(_is_ours(project, module, part) for part in (inner[2] if inner[0] == f.TUPLE else (inner,)))
    found = project.resolve_expression(module, node)
    return found is not None and found.kind == "class" and "__tablename__" in found.value.scope()
