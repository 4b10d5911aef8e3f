"""Access paths: how statements reach the rows of a table. Every index is derived from these, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.design.demand import mean_rate, peak_rate
from archwright.design.draft import Draft
from archwright.design.soundness import main_entity
from archwright.design.subject import Shape, shape
from archwright.model.operation import Operation, Sort
from archwright.model.physical import Grant, Route
from archwright.sql.identifier import quote_identifier
from archwright.sql.literal import quote_literal


@dataclass(frozen=True)
class AccessPath:
    """One way to reach rows: the columns held equal, then the order, then the columns compared with a range."""

    user: str
    """The operation, or the delete or read that follows a reference."""
    table: str
    equality: tuple[str, ...] = ()
    sort: tuple[Sort, ...] = ()
    ranges: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    page: int | None = None
    operation: str | None = None
    window: float | None = None
    """Seconds up to now that the range covers, where that is fixed."""
    where: str | None = None
    """A condition that is the same in every call, as SQL."""
    share: float = 1.0
    """The part of the rows that satisfies `where`."""
    following: bool = False
    """True where a reference is followed backwards: by a delete of the parent, or to embed children."""


def access_paths(draft: Draft) -> tuple[AccessPath, ...]:
    """All access paths: of the operations first, then of the references."""
    paths: list[AccessPath] = []
    for operation in draft.system.operations:
        route = draft.routes.get(operation.name)
        if route is not None and route.table is not None:
            paths += _of_route(draft, operation, route)
    for table in draft.tables.values():
        for key in table.foreign_keys:
            paths.append(
                AccessPath(user=f"a delete in {key.target}", table=table.name, equality=key.columns, following=True)
            )
    return tuple(dict.fromkeys(paths))


def calls(draft: Draft, path: AccessPath) -> float:
    """How often per second the path is taken, on average; 0 for the deletes that no operation asks for."""
    operation = draft.system.operation(path.operation) if path.operation else None
    return mean_rate(operation).value if operation is not None else 0.0


def peak_calls(draft: Draft, path: AccessPath) -> float:
    """How often per second the path is taken at the peak."""
    operation = draft.system.operation(path.operation) if path.operation else None
    return peak_rate(operation).value if operation is not None else 0.0


def _of_route(draft: Draft, operation: Operation, route: Route) -> list[AccessPath]:
    assert route.table is not None
    kind = shape(draft, operation)
    paths: list[AccessPath] = []
    required = [p for p in route.parameters if p.required and p.column is not None and not p.steps]
    equality = tuple(p.column for p in required if p.operator == "=" and p.column is not None)
    ranges = tuple(p.column for p in required if p.operator not in {"=", "match"} and p.column is not None)
    ranges += tuple(window.column for window in route.windows if not window.steps)
    own = [p for p in route.parameters if not p.steps]
    match = tuple(c for p in own if p.operator == "match" and p.column for c in p.column.split(","))
    if kind in {Shape.READ, Shape.AGGREGATE, Shape.UPDATE, Shape.DELETE}:
        for owned, where, share in _variants(draft, operation, route):
            held = tuple(dict.fromkeys((*owned, *equality)))
            sort = route.pagination.order if route.pagination is not None else ()
            path = AccessPath(
                user=operation.name,
                table=route.table,
                equality=held,
                sort=tuple(s for s in sort if s.field not in held),
                ranges=tuple(r for r in ranges if r not in held),
                match=match,
                page=route.pagination.size if route.pagination is not None else None,
                operation=operation.name,
                window=min((w.length.value for w in route.windows), default=None),
                where=where,
                share=share,
            )
            if path.equality or path.sort or path.ranges or path.match:
                paths.append(path)
    if route.pagination is not None:
        paths += _joined(operation, route.grants)
        paths += _filtered(operation, route)
    for figure in route.figures:
        if figure.columns:
            user = f"{figure.name} of {operation.name}"
            paths.append(
                AccessPath(
                    user=user, table=figure.table, equality=figure.columns, operation=operation.name, following=True
                )
            )
    for embed in route.embeds:
        if embed.many:
            paths.append(
                AccessPath(
                    user=f"{embed.name} of {operation.name}",
                    table=embed.table,
                    equality=embed.columns,
                    operation=operation.name,
                    following=True,
                )
            )
    for step in route.writes:
        located = tuple(f.column for f in step.match)
        if located and step.table != route.table:
            paths.append(AccessPath(user=operation.name, table=step.table, equality=located, operation=operation.name))
    return paths


def _variants(draft: Draft, operation: Operation, route: Route) -> list[tuple[tuple[str, ...], str | None, float]]:
    """For each distinct grant: the owner's column it holds equal, and the constant condition it adds."""
    found: list[tuple[tuple[str, ...], str | None, float]] = []
    for grant in route.grants or (Grant(role=""),):
        direct = grant.owner is not None and not grant.owner.steps
        owned: tuple[str, ...] = (grant.owner.column,) if grant.owner is not None and direct else ()
        owned += tuple(c.column for c in grant.conditions if c.operator == "=" and c.caller is not None and not c.steps)
        where, share = _constant(draft, operation, grant)
        if (owned, where, share) not in found:
            found.append((owned, where, share))
    return found


def _constant(draft: Draft, operation: Operation, grant: Grant) -> tuple[str | None, float]:
    main = main_entity(draft.system, operation)
    equal = [c for c in grant.conditions if c.operator == "=" and not c.steps and c.caller is None]
    if main is None or not equal:
        return None, 1.0
    share = 1.0
    for condition in equal:
        field = next((f for f in main.fields if condition.column in draft.columns_of(main.name, f.name)), None)
        kinds = len(field.values) if field is not None and field.values else 2
        share /= max(1, kinds)
    text = " AND ".join(f"{quote_identifier(c.column)} = {quote_literal(c.value)}" for c in equal)
    return text, share


def _filtered(operation: Operation, route: Route) -> list[AccessPath]:
    """The ways to the rows of a list from a row that it refers to, where that row is chosen by the caller."""
    paths: list[AccessPath] = []
    for parameter in route.parameters:
        if parameter.steps and parameter.required and parameter.column is not None:
            user = f"{parameter.name} of {operation.name}"
            end = parameter.steps[-1].target
            if parameter.operator == "=":
                paths.append(AccessPath(user=user, table=end, equality=(parameter.column,), operation=operation.name))
            elif parameter.operator == "match":
                match = tuple(parameter.column.split(","))
                paths.append(AccessPath(user=user, table=end, match=match, operation=operation.name))
            paths += [
                AccessPath(user=user, table=step.table, equality=step.columns, operation=operation.name)
                for step in parameter.steps
            ]
    return paths


def _joined(operation: Operation, grants: tuple[Grant, ...]) -> list[AccessPath]:
    """The way from an owner to the rows of a list, where it takes joins."""
    paths: list[AccessPath] = []
    for grant in grants:
        if grant.owner is None or not grant.owner.steps:
            continue
        user = f"the owner's rows for {operation.name}"
        paths.append(
            AccessPath(user=user, table=grant.owner.table, equality=(grant.owner.column,), operation=operation.name)
        )
        paths += [
            AccessPath(user=user, table=step.table, equality=step.columns, operation=operation.name)
            for step in grant.owner.steps
        ]
    return paths
