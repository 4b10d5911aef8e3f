"""SQLAlchemy's tables that no class is mapped to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archwright.model.base import Place
from archwright.model.entity import Entity, Field, Index, Type, Unique
from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import Declaration, last_name
from archwright.source.frameworks.sqlalchemy.columns import (
    declared_index,
    declared_type,
    foreign_key,
    is_nullable,
    key_text,
)
from archwright.source.frameworks.sqlalchemy.models import is_revision
from archwright.source.frameworks.sqlalchemy.types import ColumnType
from archwright.source.link.module import Module
from archwright.source.link.project import Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine


def bare_tables(project: Project, engine: Engine, known: dict[str, str], secondary: set[str]) -> Iterator[Entity]:
    """`orders = Table("orders", metadata, Column(...), ...)`; those that only link two classes are relations already."""
    for module in project.modules:
        if is_revision(module):
            continue
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
