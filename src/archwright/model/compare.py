"""The drift between a blueprint and what a survey found: what is missing, extra, or different."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from archwright.model.base import Model, Place
from archwright.model.blueprint import Blueprint
from archwright.model.compare_operations import compare_operations, table_names
from archwright.model.drift import Drift, DriftKind
from archwright.model.entity import Entity, Type
from archwright.model.physical import Table
from archwright.model.sql_type import logical_type

_FAMILIES = {
    Type.EMAIL: Type.TEXT,
    Type.URL: Type.TEXT,
    Type.ENUM: Type.TEXT,
    Type.MONEY: Type.DECIMAL,
    Type.REFERENCE: Type.UNKNOWN,
}
"""Types that are stored alike are no drift; a reference has the type of what it refers to."""

_OTHERS = re.compile(
    r"^(?:alembic_version|django_(?:migrations|content_type|session|site|admin_log)|auth_(?:user|group|permission)\w*|flyway_\w+|spatial_ref_sys"
    r"|databasechangelog\w*|schema_migrations|aerich|sqlite_\w+)$"
)
"""Tables of migration tools, of Django's own applications and of database extensions: no code of the project declares them."""

_CAST = re.compile(
    r"::(?:character varying|double precision|timestamp with(?:out)? time zone|[a-z_]\w*)(?:\(\d+(?:, *\d+)?\))?(?:\[\])?"
)

__all__ = ["Drift", "DriftKind", "compare", "compare_schema"]


class _View(Model, frozen=True, kw_only=True):
    """A table as both sides can tell it."""

    columns: dict[str, tuple[Type, bool]]
    key: tuple[str, ...]
    uniques: frozenset[tuple[str, ...]]
    indexes: frozenset[tuple[str, ...]]
    references: dict[str, str]
    details: dict[tuple[str, str], str] | None = None
    """What only a table's definition tells, by subject and name; None where this side has none."""
    checks: frozenset[str] = frozenset()
    place: Place | None = None


def compare_schema(database: Iterable[Table], found: Blueprint) -> tuple[Drift, ...]:
    """What differs between the tables of a database and those that code declares.

    Tables of migration tools and of Django's own applications, and those of many-to-many relations, may be there alone.
    """
    names = table_names(found)
    joins = {
        f"{names[entity.name]}_{field.name}"
        for entity in found.system.entities
        for field in entity.fields
        if field.relation is not None and field.relation.many
    }
    views = {table.name: _of_table(table, None) for table in database}
    declared = {name: msgspec.structs.replace(view, details=None) for name, view in _views(found).items()}
    left = {
        name: view for name, view in views.items() if name in declared or not (name in joins or _OTHERS.match(name))
    }
    return tuple(_tables(left, declared, "database"))


def compare(blueprint: Blueprint, found: Blueprint) -> tuple[Drift, ...]:
    """What differs, in a stable order: tables with their columns first, then endpoints.

    Names of tables, columns and paths decide what is the same thing; names of constraints and of entities do not.
    Machinery endpoints (health, metrics, documentation) may be extra. What one side can't tell is no drift.
    """
    drift = [*_tables(_views(blueprint), _views(found)), *compare_operations(blueprint, found)]
    return tuple(drift)


# --- tables --------------------------------------------------------------------------------------------------
def _tables(wanted: Mapping[str, _View], found: Mapping[str, _View], word: str = "blueprint") -> Iterator[Drift]:
    """word: what the wanted side is called."""
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield Drift(kind=DriftKind.MISSING, subject="table", name=name)
        elif name not in wanted:
            yield Drift(kind=DriftKind.EXTRA, subject="table", name=name, place=found[name].place)
        else:
            yield from _table(name, wanted[name], found[name], word)


def _table(name: str, wanted: _View, found: _View, word: str) -> Iterator[Drift]:
    for column in sorted(wanted.columns.keys() | found.columns.keys()):
        full = f"{name}.{column}"
        if column not in found.columns:
            yield Drift(kind=DriftKind.MISSING, subject="column", name=full, place=found.place)
        elif column not in wanted.columns:
            yield Drift(kind=DriftKind.EXTRA, subject="column", name=full, place=found.place)
        else:
            detail = _column_difference(wanted.columns[column], found.columns[column], word)
            if detail:
                yield Drift(kind=DriftKind.DIFFERENT, subject="column", name=full, detail=detail, place=found.place)
    if wanted.key != found.key:
        detail = f"{word} ({', '.join(wanted.key)}), code ({', '.join(found.key)})"
        yield Drift(kind=DriftKind.DIFFERENT, subject="key", name=name, detail=detail, place=found.place)
    for subject, left, right in (
        ("unique", wanted.uniques, found.uniques),
        ("index", wanted.indexes, found.indexes),
    ):
        for columns in sorted(left ^ right):
            kind = DriftKind.MISSING if columns in left else DriftKind.EXTRA
            yield Drift(kind=kind, subject=subject, name=f"{name} ({', '.join(columns)})", place=found.place)
    for column in sorted(wanted.references.keys() & found.references.keys()):
        if wanted.references[column] != found.references[column]:
            detail = f"{word} {wanted.references[column]}, code {found.references[column]}"
            full = f"{name}.{column}"
            yield Drift(kind=DriftKind.DIFFERENT, subject="reference", name=full, detail=detail, place=found.place)
    if wanted.details is not None and found.details is not None:
        yield from _details(name, wanted, found)


def _details(name: str, wanted: _View, found: _View) -> Iterator[Drift]:
    """Checks, defaults, and how indexes and references are made: told by tables alone."""
    assert wanted.details is not None
    assert found.details is not None
    for expression in sorted(wanted.checks ^ found.checks):
        kind = DriftKind.MISSING if expression in wanted.checks else DriftKind.EXTRA
        yield Drift(kind=kind, subject="check", name=f"{name}: {expression}", place=found.place)
    for subject, what in sorted(wanted.details.keys() & found.details.keys()):
        left, right = wanted.details[subject, what], found.details[subject, what]
        if left != right:
            detail = f"blueprint {left or 'none'}, code {right or 'none'}"
            full = f"{name} ({what})" if subject == "index" else f"{name}.{what}"
            yield Drift(kind=DriftKind.DIFFERENT, subject=subject, name=full, detail=detail, place=found.place)


def _column_difference(wanted: tuple[Type, bool], found: tuple[Type, bool], word: str) -> str:
    parts = []
    if wanted[0] is not found[0] and Type.UNKNOWN not in (wanted[0], found[0]):
        parts.append(f"type: {word} {wanted[0]}, code {found[0]}")
    if wanted[1] != found[1]:
        said = {True: "may be empty", False: "is required"}
        parts.append(f"{word} {said[wanted[1]]}, code {said[found[1]]}")
    return "; ".join(parts)


def _views(blueprint: Blueprint) -> dict[str, _View]:
    """Tables by name: from the physical part where it has them, else from the entities."""
    names = table_names(blueprint)
    places = {names[entity.name]: entity.place for entity in blueprint.system.entities}
    views = {table.name: _of_table(table, places.get(table.name)) for table in blueprint.physical.tables}
    for entity in blueprint.system.entities:
        views.setdefault(names[entity.name], _of_entity(entity, names))
    return views


def _of_table(table: Table, place: Place | None) -> _View:
    references = {key.columns[0]: key.target for key in table.foreign_keys if len(key.columns) == 1}
    uniques = [unique.columns for unique in table.uniques]
    uniques += [tuple(key.expression for key in index.keys) for index in table.indexes if index.unique]
    canonical = _canonical(references)
    return _View(
        columns={
            canonical.get(column.name, column.name): (
                Type.UNKNOWN if column.name in references else _family(logical_type(column.type)),
                column.nullable,
            )
            for column in table.columns
        },
        key=tuple(canonical.get(name, name) for name in table.key),
        uniques=_sorted(uniques, canonical),
        indexes=frozenset(
            tuple(
                ("-" if key.descending else "") + canonical.get(key.expression, _plain(key.expression))
                for key in index.keys
            )
            for index in table.indexes
            if not index.unique
        ),
        references={canonical[column]: target for column, target in references.items()},
        details=_details_of(table, canonical),
        checks=frozenset(_plain(check.expression) for check in table.checks),
        place=place,
    )


def _details_of(table: Table, canonical: Mapping[str, str]) -> dict[tuple[str, str], str]:
    found = {
        ("column", canonical.get(column.name, column.name)): _default(column.default, column.type)
        for column in table.columns
    }
    for key in table.foreign_keys:
        if len(key.columns) == 1:
            found["reference", canonical.get(key.columns[0], key.columns[0])] = f"on delete {key.on_delete}"
    for index in table.indexes:
        if not index.unique:
            keys = ", ".join(("-" if key.descending else "") + _plain(key.expression) for key in index.keys)
            where = f" where {_plain(index.where)}" if index.where else ""
            found["index", keys] = f"{index.method}{where}"
    return found


def _default(text: str | None, type_: str) -> str:
    """A default as it is compared: a literal without the cast to its own type."""
    if text is None:
        return ""
    return "default " + _plain(text).lower().removesuffix(f"::{type_}")


def _of_entity(entity: Entity, names: Mapping[str, str]) -> _View:
    stored = [field for field in entity.fields if field.relation is None or not field.relation.many]
    references = {field.name: field.relation.target for field in stored if field.relation is not None}
    canonical = _canonical(references)
    uniques = [unique.fields for unique in entity.uniques if unique.where is None]
    uniques += [index.fields for index in entity.indexes if index.unique]
    uniques += [(field.name,) for field in stored if field.unique and (field.name,) != entity.key]
    return _View(
        columns={
            canonical.get(field.name, field.name): (
                _family(field.type),
                field.nullable,
            )
            for field in stored
        },
        key=tuple(canonical.get(name, name) for name in entity.key),
        uniques=_sorted(uniques, canonical),
        indexes=frozenset(
            tuple(
                ("-" if key.startswith("-") else "") + canonical.get(key.lstrip("-"), _plain(key.lstrip("-")))
                for key in index.fields
            )
            for index in entity.indexes
            if not index.unique
        ),
        references={canonical[name]: names.get(target, target) for name, target in references.items()},
        place=entity.place,
    )


def _canonical(references: Iterable[str]) -> dict[str, str]:
    """One name for `customer` (an ORM's field) and `customer_id` (its column)."""
    found: dict[str, str] = {}
    for name in references:
        column = name if name.endswith("_id") else f"{name}_id"
        found[name] = found[column] = found[column.removesuffix("_id")] = column
    return found


def _sorted(uniques: Iterable[tuple[str, ...]], canonical: Mapping[str, str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(sorted(canonical.get(name, name) for name in unique)) for unique in uniques)


def _family(type_: Type) -> Type:
    return _FAMILIES.get(type_, type_)


def _plain(expression: str) -> str:
    """An expression as it is compared: blanks, the case of words and casts of its constants say nothing; texts stay as they are."""
    parts = re.split(r"('(?:[^']|'')*')", expression)
    plain = [part if index % 2 else _CAST.sub("", part.lower()) for index, part in enumerate(parts)]
    return " ".join("".join(plain).split())
