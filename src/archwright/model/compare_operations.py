"""The drift of operations: endpoints, who may call them and reach which rows, what they read, write, call and publish."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from archwright.model.base import Model
from archwright.model.blueprint import Blueprint
from archwright.model.drift import Drift, DriftKind
from archwright.model.operation import Http, Operation, Reach
from archwright.model.physical import FillBy, Grant, Physical, Route
from archwright.model.policy import ANYONE, AUTHENTICATED

_OPERATIONAL = re.compile(r"^/(?:health|healthz|livez|readyz|ready|live|metrics|docs|redoc|openapi|favicon)(?:[/.]|$)")
"""Endpoints for those who run a service: code may have them without a word in the blueprint."""
Condition = tuple[str, ...]
"""("owner", column) · ("caller", column, operator, table.column) · ("value", column, operator, constant)."""


def compare_operations(blueprint: Blueprint, found: Blueprint) -> Iterator[Drift]:
    """The drift of operations, by path and method."""
    both = _Both(blueprint, found)
    wanted = dict(_endpoints(blueprint))
    there = dict(_endpoints(found))
    for endpoint in sorted(wanted.keys() | there.keys(), key=lambda key: (key[1], key[0])):
        method, path = endpoint
        name = f"{method} {path}"
        there_too = endpoint if endpoint in there else ("ANY", path)
        if endpoint in wanted and there_too in there:
            yield from both.operation(name, wanted[endpoint], there[there_too])
        elif endpoint in wanted:
            yield Drift(kind=DriftKind.MISSING, subject="endpoint", name=name)
        elif not _OPERATIONAL.match(path) and not (method == "ANY" and any(other == path for _, other in wanted)):
            yield Drift(kind=DriftKind.EXTRA, subject="endpoint", name=name, place=there[endpoint].place)


def table_names(blueprint: Blueprint) -> dict[str, str]:
    """The table of each entity, by the entity's name; the entity's name where no table is known."""
    tables = {table.entity: table.name for table in blueprint.physical.tables if table.entity is not None}
    return {entity.name: tables.get(entity.name) or entity.table or entity.name for entity in blueprint.system.entities}


class _Side(Model, frozen=True, kw_only=True):
    """What one side says an operation does, by tables."""

    reads: frozenset[str]
    writes: frozenset[tuple[str, str]]
    fields: dict[str, frozenset[str]]
    """The columns that updates of a table change, where that is known."""


class _Both:
    """The two sides of a comparison."""

    def __init__(self, blueprint: Blueprint, found: Blueprint) -> None:
        self._wanted_names = table_names(blueprint)
        self._found_names = table_names(found)
        self._routes = {route.operation: route for route in blueprint.physical.routes}
        self._kept = set(self._wanted_names.values())
        self._references = {
            self._wanted_names[entity.name]: {
                self._wanted_names.get(field.relation.target, "")
                for field in entity.fields
                if field.relation is not None
            }
            for entity in blueprint.system.entities
        }
        self._callers = {self._wanted_names.get(role.entity or "", "") for role in blueprint.system.roles}

    def operation(self, name: str, wanted: Operation, there: Operation) -> Iterator[Drift]:
        """Everything that differs of one operation."""
        route = self._routes.get(wanted.name)
        found = [*self._access(wanted, there)]
        if not found and route is not None:
            found += self._policies(route, there)
        for detail in found:
            subject = "access" if detail[0] is None else "policy"
            kind = detail[0] or DriftKind.DIFFERENT
            yield Drift(kind=kind, subject=subject, name=name, detail=detail[1], place=there.place)
        for kind, detail_ in self._effects(wanted, route, there):
            yield Drift(kind=kind, subject="effect", name=name, detail=detail_, place=there.place)

    # --- who ---------------------------------------------------------------------------------------------
    def _access(self, wanted: Operation, there: Operation) -> Iterator[tuple[DriftKind | None, str]]:
        roles = {policy.role for policy in wanted.policies}
        found = {policy.role for policy in there.policies}
        said = ", ".join(sorted(roles))
        if not roles:
            return
        asks = bool(found - {ANYONE})
        if ANYONE in roles:
            if asks:
                yield None, f"blueprint: anyone; code: {', '.join(there.guards) or 'signed in'}"
        elif not asks:
            yield None, f"blueprint: {said}; code: nothing that asks who calls was found"
        elif AUTHENTICATED in found:
            # a guard whose code could not be read may ask for the role that it is named after; one that is given
            # the role as a text was read, and turns nobody away for it
            named = re.sub(r"'[^']*'", "", " ".join(there.guards)).lower()
            if AUTHENTICATED not in roles and not any(role.lower() in named for role in roles):
                yield None, f"blueprint: {said}; code: any caller who is signed in"
        elif roles != found:
            yield None, f"blueprint: {said}; code: {', '.join(sorted(found))}"

    def _policies(self, route: Route, there: Operation) -> Iterator[tuple[DriftKind | None, str]]:
        """Which rows each role reaches."""
        if route.table is None:
            return
        for grant in route.grants:
            for table in dict.fromkeys([route.table, *(step.table for step in route.writes)]):
                own = table == route.table
                known = self._reached(there, table, grant.role)
                if known is None:
                    continue
                wanted = _granted(grant) if own else set()
                wanted |= _filled(route, table, grant.role)
                for kind, conditions in (
                    (DriftKind.MISSING, wanted - known),
                    (DriftKind.EXTRA, known - wanted if own else ()),
                ):
                    for condition in sorted(conditions):
                        yield kind, f"{grant.role}: {_said(table, condition)}"

    def _reached(self, there: Operation, table: str, role: str) -> set[Condition] | None:
        """The conditions that hold for a role on a table's rows; None where nothing is known of that."""
        reaches = [
            reach
            for reach in there.access.reach
            if self._found_names.get(reach.entity, reach.entity) == table and (not reach.roles or role in reach.roles)
        ]
        return {condition for reach in reaches for condition in _conditions(reach)} if reaches else None

    # --- what --------------------------------------------------------------------------------------------
    def _effects(self, wanted: Operation, route: Route | None, there: Operation) -> Iterator[tuple[DriftKind, str]]:
        left = self._wanted_side(wanted, route)
        right = self._found_side(there)
        for kind, writes in (
            (DriftKind.MISSING, left.writes - right.writes),
            (DriftKind.EXTRA, right.writes - left.writes),
        ):
            other = right.writes if kind is DriftKind.MISSING else left.writes
            for table, how in sorted(writes):
                if not _alike(table, how, other):
                    yield kind, f"writes {table} ({how})" if how else f"writes {table}"
        for table in sorted(left.fields.keys() & right.fields.keys()):
            if left.fields[table] != right.fields[table]:
                columns = [", ".join(sorted(side.fields[table])) for side in (left, right)]
                yield DriftKind.DIFFERENT, f"updates of {table}: blueprint {columns[0]}; code {columns[1]}"
        for table in sorted(left.reads - right.reads):
            yield DriftKind.MISSING, f"reads {table}"
        written = {table for table, _ in left.writes}
        near = left.reads | written | self._callers
        near |= {target for table in near for target in self._references.get(table, ())}
        for table in sorted(right.reads - near - self._rows_of_route(route)):
            yield DriftKind.EXTRA, f"reads {table}"
        yield from _calls(wanted, there)
        for channel in sorted(set(wanted.access.publishes) ^ set(there.access.publishes)):
            kind = DriftKind.MISSING if channel in wanted.access.publishes else DriftKind.EXTRA
            yield kind, f"publishes {channel}"
        together = (
            wanted.access.together or bool(wanted.access.publishes) or (route is not None and len(route.writes) > 1)
        )
        if together and there.access.reach and not there.access.together:
            yield DriftKind.DIFFERENT, "blueprint: all writes commit or none does; code: no one transaction holds them"
        if wanted.access.idempotent and there.access.reach and not there.access.idempotent:
            yield DriftKind.DIFFERENT, "blueprint: a repeated request has one effect; code: nothing that claims its key"

    def _wanted_side(self, wanted: Operation, route: Route | None) -> _Side:
        names = self._wanted_names
        writes = {(names.get(touch.entity, touch.entity), str(touch.kind or "")) for touch in wanted.access.writes}
        fields: dict[str, set[str]] = {}
        for step in route.writes if route is not None else ():
            if str(step.kind) == "update":
                fields.setdefault(step.table, set()).update(fill.column for fill in step.fills)
        if route is not None and route.writes:
            writes = {(step.table, str(step.kind)) for step in route.writes}
        return _Side(
            reads=frozenset(names.get(touch.entity, touch.entity) for touch in wanted.access.reads),
            writes=frozenset(writes),
            fields={table: frozenset(columns) for table, columns in fields.items()},
        )

    def _found_side(self, there: Operation) -> _Side:
        names = self._found_names
        touched = [(names.get(touch.entity, touch.entity), touch) for touch in there.access.writes]
        return _Side(
            reads=frozenset(names.get(touch.entity, touch.entity) for touch in there.access.reads) & self._kept,
            writes=frozenset((table, str(touch.kind or "")) for table, touch in touched if table in self._kept),
            fields={
                table: frozenset(touch.fields)
                for table, touch in touched
                if touch.fields and str(touch.kind) == "update"
            },
        )

    def _rows_of_route(self, route: Route | None) -> set[str]:
        """Tables that a route looks into beside those that its operation names."""
        if route is None:
            return set()
        found = {embed.table for embed in route.embeds} | {figure.table for figure in route.figures}
        for grant in route.grants:
            paths = [grant.owner, *(condition.caller for condition in grant.conditions)]
            found |= {path.table for path in paths if path is not None}
            steps = [step for path in paths if path is not None for step in path.steps]
            steps += [step for condition in grant.conditions for step in condition.steps]
            found |= {name for step in steps for name in (step.table, step.target)}
        found |= {step.target for parameter in route.parameters for step in parameter.steps}
        return found | {step.target for window in route.windows for step in window.steps}


def _calls(wanted: Operation, there: Operation) -> Iterator[tuple[DriftKind, str]]:
    """Calls by their number and limits: code may take a peer's address from its settings, so names say nothing."""
    left = sorted((call.timeout.value if call.timeout is not None else 0.0, call.peer) for call in wanted.access.calls)
    right = sorted((call.timeout.value if call.timeout is not None else 0.0, call.peer) for call in there.access.calls)
    if len(left) > len(right):
        yield DriftKind.MISSING, f"calls {', '.join(peer for _, peer in left)}"
    elif len(right) > len(left):
        yield DriftKind.EXTRA, f"calls {', '.join(peer for _, peer in right)}"
    else:
        for (limit, peer), (there_limit, _) in zip(left, right, strict=True):
            if limit and limit != there_limit:
                said = f"{there_limit:g}s" if there_limit else "no limit"
                yield DriftKind.DIFFERENT, f"calls {peer}: blueprint {limit:g}s, code {said}"


def _alike(table: str, kind: str, others: Iterable[tuple[str, str]]) -> bool:
    """True where the other side writes the table in a way that it can't tell more closely."""
    vague = ("", "save", "upsert")
    return any(other == table and (kind in vague or how in vague) for other, how in others)


def _granted(grant: Grant) -> set[Condition]:
    found: set[Condition] = set()
    if grant.owner is not None:
        owner = grant.owner
        found.add(("owner", f"{owner.table}.{owner.column}" if owner.steps else owner.column))
    for condition in grant.conditions:
        column = f"{condition.steps[-1].target}.{condition.column}" if condition.steps else condition.column
        if condition.caller is not None:
            found.add(("caller", column, condition.operator, f"{condition.caller.table}.{condition.caller.column}"))
        else:
            found.add(("value", column, condition.operator, _constant(condition.value)))
    return found


def _filled(route: Route, table: str, role: str) -> set[Condition]:
    """Columns that a write takes from who calls, whatever the request says."""
    return {
        ("owner", fill.column)
        for step in route.writes
        if step.table == table
        for fill in (*step.fills, *step.match)
        if fill.by is FillBy.PRINCIPAL and (not fill.roles or role in fill.roles)
    }


def _conditions(reach: Reach) -> Iterator[Condition]:
    for owner in reach.owners:
        yield ("owner", owner)
    for condition in reach.conditions:
        if condition.caller:
            yield ("caller", condition.field, condition.operator, condition.caller)
        else:
            yield ("value", condition.field, condition.operator, _constant(condition.value))


def _constant(value: object) -> str:
    return str(value).lower()


def _said(table: str, condition: Condition) -> str:
    if condition[0] == "owner":
        return f"{table}.{condition[1]} = caller"
    return f"{table}.{condition[1]} {condition[2]} {condition[3]}"


# --- endpoints -----------------------------------------------------------------------------------------------
def _endpoints(blueprint: Blueprint) -> Iterator[tuple[tuple[str, str], Operation]]:
    routes = _routes(blueprint.physical)
    for operation in blueprint.system.operations:
        trigger = routes.get(operation.name)
        if trigger is None and isinstance(operation.trigger, Http):
            trigger = operation.trigger
        if trigger is not None:
            for method in trigger.method.split("|"):
                yield (method, _path(trigger.path)), operation


def _routes(physical: Physical) -> Mapping[str, Http]:
    return {route.operation: Http(method=route.method, path=route.path) for route in physical.routes}


def _path(path: str) -> str:
    """A path without the names of its parameters, which callers do not see."""
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/") or "/"
