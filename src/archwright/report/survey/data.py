"""What the page's script shows: entities and operations as JSON that can't end its element."""

from __future__ import annotations

import json
from collections.abc import Iterator

from archwright.model.blueprint import Blueprint
from archwright.model.entity import Entity, Field
from archwright.model.operation import Access, Command, GraphqlField, Http, Operation, Schedule, Touch
from archwright.model.policy import ANYONE, AUTHENTICATED, AttributeCondition, Policy
from archwright.report.survey.figures import is_apart, is_open
from archwright.report.terminal import visible

KINDS = ("endpoint", "GraphQL", "task", "schedule", "command")
"""The kinds of operation, in the order of the page."""


def page_data(blueprint: Blueprint) -> str:
    """The same blueprint gives the same text; `<`, `>` and `&` are escaped."""
    operations = sorted(blueprint.system.operations, key=_order)
    numbers = {entity.name: index for index, entity in enumerate(blueprint.system.entities)}
    writers: list[list[int]] = [[] for _ in numbers]
    readers: list[list[int]] = [[] for _ in numbers]
    for index, operation in enumerate(operations):
        for touches, users in ((operation.access.writes, writers), (operation.access.reads, readers)):
            for name in dict.fromkeys(touch.entity for touch in touches):
                if name in numbers:
                    users[numbers[name]].append(index)
    listed = [
        {**_entity(entity), "writers": writers[index], "readers": readers[index]}
        for index, entity in enumerate(blueprint.system.entities)
    ]
    data = {"entities": listed, "operations": [_operation(operation) for operation in operations]}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _order(operation: Operation) -> tuple[int, str, str]:
    """Endpoints by path first: what belongs together stands together."""
    method, path = trigger_of(operation)
    return KINDS.index(kind_of(operation)), path, method


# --- operations ----------------------------------------------------------------------------------------------
def _operation(operation: Operation) -> dict[str, object]:
    """`kind`, `method`, `path`, `who`, `open`, `where`; then only what is there."""
    access = operation.access
    method, path = trigger_of(operation)
    found: dict[str, object] = {
        "kind": kind_of(operation),
        "method": method,
        "path": visible(path),
        "who": visible(
            ", ".join(dict.fromkeys(_who(policy) for policy in operation.policies)) or ", ".join(operation.guards)
        ),
        "open": is_open(operation),
        "where": visible(f"{operation.place.path}:{operation.place.line}") if operation.place is not None else "",
    }
    more: dict[str, list[str] | str] = {
        "entry": operation.entry or "",
        "text": operation.description,
        "guards": list(operation.guards),
        "reads": list(dict.fromkeys(touch.entity for touch in access.reads)),
        "writes": list(dict.fromkeys(touch.entity for touch in access.writes)),
        "effects": [_written(touch) for touch in access.writes],
        "calls": [
            f"{call.peer} ({f'at most {call.timeout}' if call.timeout else 'no limit found'})" for call in access.calls
        ],
        "publishes": list(access.publishes),
        "rows": list(_rows(access)),
        "notes": list(_notes(operation)),
    }
    for name, value in more.items():
        if value:
            found[name] = visible(value) if isinstance(value, str) else [visible(each) for each in value]
    return found


def trigger_of(operation: Operation) -> tuple[str, str]:
    """The method and path of an operation, or the words that stand for them."""
    trigger = operation.trigger
    if isinstance(trigger, Http):
        return trigger.method.replace("|", " "), trigger.path
    if isinstance(trigger, GraphqlField):
        return trigger.type, trigger.field
    if isinstance(trigger, Command):
        return "command", trigger.name
    kind, _, rest = str(operation).partition(" ")
    return ("task" if kind == "message" else kind), rest


def kind_of(operation: Operation) -> str:
    """`endpoint`, `GraphQL`, `schedule`, `command` or `task`."""
    trigger = operation.trigger
    if isinstance(trigger, Http):
        return "endpoint"
    if isinstance(trigger, GraphqlField):
        return "GraphQL"
    return "command" if isinstance(trigger, Command) else "schedule" if isinstance(trigger, Schedule) else "task"


def _who(policy: Policy) -> str:
    name = {ANYONE: "anyone", AUTHENTICATED: "signed in"}.get(policy.role, policy.role)
    said = [f"own {policy.owns.path}"] if policy.owns is not None else []
    said += [_condition(condition) for condition in policy.conditions]
    return f"{name} ({', '.join(said)})" if said else name


def _condition(condition: AttributeCondition) -> str:
    other = f"caller's {condition.caller}" if condition.caller else str(condition.value)
    return f"{condition.field} {condition.operator} {other}"


def _written(touch: Touch) -> str:
    how = str(touch.kind) if touch.kind is not None else "write"
    return f"{how} {touch.entity}" + (f" ({', '.join(touch.fields)})" if touch.fields else "")


def _rows(access: Access) -> Iterator[str]:
    """Which rows of an entity somebody reaches, where the code restricts them."""
    for reach in access.reach:
        said = [f"{owner} is the caller's" for owner in reach.owners] + [_condition(each) for each in reach.conditions]
        if said:
            whose = f" for {', '.join(reach.roles)}" if reach.roles else ""
            yield f"{reach.entity}: {' and '.join(said)}{whose}"


def _notes(operation: Operation) -> Iterator[str]:
    if operation.access.together:
        yield "all writes commit together"
    outside = dict.fromkeys(touch.entity for touch in operation.access.writes if touch.outside)
    if outside:
        yield f"written outside of a transaction: {', '.join(outside)}"
    if is_apart(operation):
        yield "writes are not in one transaction"
    if operation.access.idempotent:
        yield "a repeated request has one effect"


# --- entities ------------------------------------------------------------------------------------------------
def _entity(entity: Entity) -> dict[str, object]:
    return {
        "name": visible(entity.name),
        "table": visible(entity.table or ""),
        "place": visible(f"{entity.place.path}:{entity.place.line}") if entity.place is not None else "",
        "text": visible(entity.description),
        "fields": [
            [visible(field.name), visible(_type(field)), visible(_rules(entity, field))] for field in entity.fields
        ],
        "indexes": [
            visible(
                f"({', '.join(index.fields)})"
                + " unique" * index.unique
                + (f" where {index.where}" if index.where else "")
            )
            for index in entity.indexes
        ],
        "uniques": [
            visible(f"({', '.join(unique.fields)})" + (f" where {unique.where}" if unique.where else ""))
            for unique in entity.uniques
        ],
        "checks": [visible(check.expression) for check in entity.checks],
    }


def _type(field: Field) -> str:
    if field.relation is not None:
        return f"{'many ' if field.relation.many else ''}{field.relation.target}"
    return f"{field.type}({field.max_length})" if field.max_length is not None else str(field.type)


def _rules(entity: Entity, field: Field) -> str:
    said = []
    if field.name in entity.key:
        said.append("key")
    if field.unique:
        said.append("unique")
    if field.nullable:
        said.append("may be empty")
    if field.default is not None:
        said.append(f"default {field.default}")
    if field.values:
        said.append(f"one of {', '.join(field.values)}")
    if field.relation is not None and not field.relation.many:
        said.append(f"on delete {field.relation.on_delete}")
    return ", ".join(said)
