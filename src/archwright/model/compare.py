"""The drift between a blueprint and what a survey found: what is missing, extra, or different."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping

from archwright.model.base import Model, Place
from archwright.model.blueprint import Blueprint
from archwright.model.entity import Entity, Type
from archwright.model.operation import Http, Operation
from archwright.model.physical import Physical, Table
from archwright.model.policy import ANYONE
from archwright.model.sql_type import logical_type

_FAMILIES = {
    Type.EMAIL: Type.TEXT,
    Type.URL: Type.TEXT,
    Type.ENUM: Type.TEXT,
    Type.MONEY: Type.DECIMAL,
    Type.REFERENCE: Type.UNKNOWN,
}
"""Types that are stored alike are no drift; a reference has the type of what it refers to."""
_OPERATIONAL = re.compile(r"^/(?:health|healthz|livez|readyz|ready|live|metrics|docs|redoc|openapi|favicon)(?:[/.]|$)")
"""Endpoints for those who run a service: code may have them without a word in the blueprint."""


class DriftKind(enum.StrEnum):
    """How the code departs from the blueprint."""

    MISSING = "missing"
    """The blueprint has it, the code has not."""
    EXTRA = "extra"
    DIFFERENT = "different"


class Drift(Model, frozen=True, kw_only=True):
    """One departure. `subject`: table, column, key, unique, index, reference, endpoint, access or effect."""

    kind: DriftKind
    subject: str
    name: str
    detail: str = ""
    place: Place | None = None
    """Where the code says it; None where the code says nothing."""


class _View(Model, frozen=True, kw_only=True):
    """A table as both sides can tell it."""

    columns: dict[str, tuple[Type, bool]]
    key: tuple[str, ...]
    uniques: frozenset[tuple[str, ...]]
    indexes: frozenset[tuple[str, ...]]
    references: dict[str, str]
    place: Place | None = None


def compare(blueprint: Blueprint, found: Blueprint) -> tuple[Drift, ...]:
    """What differs, in a stable order: tables with their columns first, then endpoints.

    Names of tables, columns and paths decide what is the same thing; names of constraints and of entities do not.
    Machinery endpoints (health, metrics, documentation) may be extra. What one side can't tell is no drift.
    """
    drift = [*_tables(_views(blueprint), _views(found)), *_operations(blueprint, found)]
    return tuple(drift)


# --- tables --------------------------------------------------------------------------------------------------
def _tables(wanted: Mapping[str, _View], found: Mapping[str, _View]) -> Iterator[Drift]:
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield Drift(kind=DriftKind.MISSING, subject="table", name=name)
        elif name not in wanted:
            yield Drift(kind=DriftKind.EXTRA, subject="table", name=name, place=found[name].place)
        else:
            yield from _table(name, wanted[name], found[name])


def _table(name: str, wanted: _View, found: _View) -> Iterator[Drift]:
    for column in sorted(wanted.columns.keys() | found.columns.keys()):
        full = f"{name}.{column}"
        if column not in found.columns:
            yield Drift(kind=DriftKind.MISSING, subject="column", name=full, place=found.place)
        elif column not in wanted.columns:
            yield Drift(kind=DriftKind.EXTRA, subject="column", name=full, place=found.place)
        else:
            detail = _column_difference(wanted.columns[column], found.columns[column])
            if detail:
                yield Drift(kind=DriftKind.DIFFERENT, subject="column", name=full, detail=detail, place=found.place)
    if wanted.key != found.key:
        detail = f"blueprint ({', '.join(wanted.key)}), code ({', '.join(found.key)})"
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
            detail = f"blueprint {wanted.references[column]}, code {found.references[column]}"
            full = f"{name}.{column}"
            yield Drift(kind=DriftKind.DIFFERENT, subject="reference", name=full, detail=detail, place=found.place)


def _column_difference(wanted: tuple[Type, bool], found: tuple[Type, bool]) -> str:
    parts = []
    if wanted[0] is not found[0] and Type.UNKNOWN not in (wanted[0], found[0]):
        parts.append(f"type: blueprint {wanted[0]}, code {found[0]}")
    if wanted[1] != found[1]:
        said = {True: "may be empty", False: "is required"}
        parts.append(f"blueprint {said[wanted[1]]}, code {said[found[1]]}")
    return "; ".join(parts)


def _views(blueprint: Blueprint) -> dict[str, _View]:
    """Tables by name: from the physical part where it has them, else from the entities."""
    places = {table: entity.place for entity in blueprint.system.entities if (table := _name(blueprint, entity))}
    views = {table.name: _of_table(table, places.get(table.name)) for table in blueprint.physical.tables}
    names = {entity.name: _name(blueprint, entity) for entity in blueprint.system.entities}
    for entity in blueprint.system.entities:
        views.setdefault(names[entity.name], _of_entity(entity, names))
    return views


def _name(blueprint: Blueprint, entity: Entity) -> str:
    table = blueprint.physical.table_of(entity.name)
    return table.name if table is not None else entity.table or entity.name


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
        place=place,
    )


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
    return " ".join(expression.split())


# --- endpoints -----------------------------------------------------------------------------------------------
def _operations(blueprint: Blueprint, found: Blueprint) -> Iterator[Drift]:
    wanted = dict(_endpoints(blueprint))
    there = dict(_endpoints(found))
    for endpoint in sorted(wanted.keys() | there.keys(), key=lambda key: (key[1], key[0])):
        method, path = endpoint
        name = f"{method} {path}"
        there_too = endpoint if endpoint in there else ("ANY", path)
        if endpoint in wanted and there_too in there:
            yield from _operation(name, wanted[endpoint], there[there_too], blueprint, found)
        elif endpoint in wanted:
            yield Drift(kind=DriftKind.MISSING, subject="endpoint", name=name)
        elif not _OPERATIONAL.match(path) and not (method == "ANY" and any(other == path for _, other in wanted)):
            yield Drift(kind=DriftKind.EXTRA, subject="endpoint", name=name, place=there[endpoint].place)


def _operation(
    name: str, wanted: Operation, there: Operation, blueprint: Blueprint, found: Blueprint
) -> Iterator[Drift]:
    roles = {policy.role for policy in wanted.policies}
    asks = any(policy.role != ANYONE for policy in there.policies)
    if roles and ANYONE not in roles and not asks:
        detail = f"blueprint: {', '.join(sorted(roles))}; code: nothing that asks who calls was found"
        yield Drift(kind=DriftKind.DIFFERENT, subject="access", name=name, detail=detail, place=there.place)
    elif ANYONE in roles and asks:
        detail = f"blueprint: anyone; code: {', '.join(there.guards) or 'signed in'}"
        yield Drift(kind=DriftKind.DIFFERENT, subject="access", name=name, detail=detail, place=there.place)
    known = {entity.name: _name(blueprint, entity) for entity in blueprint.system.entities}
    named = {entity.name: _name(found, entity) for entity in found.system.entities}
    left = {known.get(touch.entity, touch.entity) for touch in wanted.access.writes}
    right = {named.get(touch.entity, touch.entity) for touch in there.access.writes} & set(known.values())
    for table in sorted(left ^ right):
        kind = DriftKind.MISSING if table in left else DriftKind.EXTRA
        yield Drift(kind=kind, subject="effect", name=name, detail=f"writes {table}", place=there.place)


def _endpoints(blueprint: Blueprint) -> Iterator[tuple[tuple[str, str], Operation]]:
    routes = _routes(blueprint.physical)
    for operation in blueprint.system.operations:
        trigger = routes.get(operation.name)
        if trigger is None and isinstance(operation.trigger, Http):
            trigger = operation.trigger
        if trigger is not None:
            for method in trigger.method.split("|"):
                yield (method, _path(trigger.path)), operation


def _routes(physical: Physical) -> dict[str, Http]:
    return {route.operation: Http(method=route.method, path=route.path) for route in physical.routes}


def _path(path: str) -> str:
    """A path without the names of its parameters, which callers do not see."""
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/") or "/"
