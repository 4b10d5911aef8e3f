"""REST routes: method and path of every operation, and where its inputs stand.

- A trigger that the brief states is kept.
- A read of one row is `GET /v1/orders/{id}`, or `GET /v1/products/by-sku/{sku}` for a unique field; a list is
  `GET /v1/orders`; a list under a required reference is `GET /v1/categories/{category_id}/products`.
- A read of the caller's own row (`owns id`) is named after the operation, such as `GET /v1/me`: the token names the row.
- A list that every caller gets for himself only (`owns customer`) has no customer in its path: it comes from the token.
- A create is POST on the collection (201), under the parent for a part on its own; an update is PATCH on the row (200), a
  delete DELETE (204).
- Two operations with one method and path: the later one gets its own name as last segment. No path shadows another: where
  a fixed segment meets a parameter, the fixed one is listed first and is no legal value of the parameter.
- The version stands in the path, so that a gateway can route by it, and an incompatible change gets a new one.

Source: RFC 9110 (methods, status codes); RFC 9457 (problems); Zalando RESTful API Guidelines (plural nouns, kebab case).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from archwright.design.draft import Draft, Stage
from archwright.design.logical import logical_type
from archwright.design.owners import joined
from archwright.design.soundness import is_key, main_entity
from archwright.design.subject import Shape, is_list, is_own_row, shape
from archwright.design.words import kebab, snake
from archwright.model.decision import Alternative, Decision, Evidence
from archwright.model.entity import Entity
from archwright.model.operation import Filter, Http, Operation
from archwright.model.physical import ParameterIn, Route, RouteParameter, Window

PREFIX = "/v1"
_METHODS = {
    Shape.READ: "GET",
    Shape.AGGREGATE: "GET",
    Shape.CREATE: "POST",
    Shape.UPDATE: "PATCH",
    Shape.DELETE: "DELETE",
    Shape.CALL: "POST",
}
_STATUS = {Shape.CREATE: 201, Shape.DELETE: 204}


@dataclass(frozen=True)
class _Sketch:
    path: str
    parameters: tuple[RouteParameter, ...]
    because: str


def decide(draft: Draft) -> None:
    """Give every operation that HTTP serves its route, without body, response and grants, which later stages add."""
    taken: set[tuple[str, str]] = set()
    for operation in draft.system.operations:
        if isinstance(operation.trigger, Http):
            taken.add((operation.trigger.method.upper(), _shape_of_path(operation.trigger.path)))
    for operation in draft.system.operations:
        if operation.trigger is not None and not isinstance(operation.trigger, Http):
            continue
        _route(draft, operation, taken)
    ordered = sorted(
        draft.routes.values(), key=lambda route: [segment.startswith("{") for segment in route.path.split("/")]
    )
    draft.routes = {route.operation: route for route in ordered}


def _route(draft: Draft, operation: Operation, taken: set[tuple[str, str]]) -> None:
    kind = shape(draft, operation)
    method = _METHODS[kind]
    main = main_entity(draft.system, operation)
    if isinstance(operation.trigger, Http):
        method = operation.trigger.method.upper()
        sketch = _as_stated(draft, operation, main, operation.trigger.path)
    else:
        sketch = _sketch(draft, operation, main, kind)
        if (method, _shape_of_path(sketch.path)) in taken:
            sketch = _apart(draft, operation, main, sketch)
            method = "POST" if kind == Shape.UPDATE else method
        number = 1
        plain = sketch
        while (method, _shape_of_path(sketch.path)) in taken:
            number += 1
            sketch = _Sketch(f"{plain.path}-{number}", plain.parameters, plain.because)
    taken.add((method, _shape_of_path(sketch.path)))
    status = _STATUS.get(kind, 200)
    draft.put_route(
        Route(
            operation=operation.name,
            method=method,
            path=sketch.path,
            parameters=sketch.parameters,
            status=status,
            table=draft.table_names[main.name] if main is not None else None,
            windows=_windows(draft, operation, main),
        )
    )
    draft.decide(
        Decision(
            id=f"route/{operation.name}",
            title=f"Route of {operation.name}",
            choice=f"{method} {sketch.path} → {status}",
            because=sketch.because,
            source="RFC 9110; Zalando RESTful API Guidelines",
            evidence=tuple(
                Evidence(name=p.name, value=f"{p.located.value} parameter, {p.type}", source="derived: the access path")
                for p in sketch.parameters
            ),
            alternatives=(Alternative(name=f"POST {PREFIX}/{kebab(operation.name)}", because=_rpc(method)),),
            elements=(f"route {method} {sketch.path}",),
        )
    )


def _rpc(method: str) -> str:
    if method == "GET":
        return "a call by POST can't be cached, linked or safely repeated"
    return "a path for each verb hides which row is changed"


def _sketch(draft: Draft, operation: Operation, main: Entity | None, kind: str) -> _Sketch:
    if main is None:
        return _Sketch(
            f"{PREFIX}/{kebab(operation.name)}", (), "The operation keeps nothing, so it is named by itself."
        )
    collection = f"{PREFIX}/{draft.table_names[main.name].replace('_', '-')}"
    if kind in {Shape.UPDATE, Shape.DELETE}:
        parameters = _row_parameters(draft, operation, main)
        return _Sketch(
            _row_path(collection, parameters, draft, main), parameters, "It changes one row, named by the path."
        )
    if kind == Shape.CREATE:
        return _create(draft, operation, main, collection)
    if kind == Shape.READ and is_own_row(operation):
        because = "It reads the caller's own row, which the token names, so that no key stands in the path."
        return _Sketch(f"{PREFIX}/{kebab(operation.name)}", (), because)
    if kind == Shape.READ and not is_list(draft, operation):
        parameters = _row_parameters(draft, operation, main)
        return _Sketch(
            _row_path(collection, parameters, draft, main), parameters, "It reads one row, named by the path."
        )
    return _list(draft, operation, main, collection)


def _create(draft: Draft, operation: Operation, main: Entity, collection: str) -> _Sketch:
    parent = main.parent
    if (
        parent is None
        or parent.relation is None
        or any(t.entity == parent.relation.target for t in operation.access.writes)
    ):
        return _Sketch(collection, (), f"It adds a row to the collection of {main.name}.")
    columns = draft.columns_of(main.name, parent.name)
    parameters = _parameters(draft, main, parent.name, ParameterIn.PATH, Filter(field=parent.name))
    above = f"{PREFIX}/{draft.table_names[parent.relation.target].replace('_', '-')}"
    own = part_name(draft, main).replace("_", "-")
    path = f"{above}/{'/'.join('{' + column + '}' for column in columns)}/{own}"
    return _Sketch(path, parameters, f"{main.name} is a part of {parent.relation.target}, so it is added under it.")


def _list(draft: Draft, operation: Operation, main: Entity, collection: str) -> _Sketch:
    parameters: list[RouteParameter] = []
    above = ""
    because = f"It lists {main.name}."
    own = _owned_fields(operation, main)
    searched: list[str] = []
    for filter_ in operation.access.filters:
        field = main.field(filter_.field)
        if filter_.operator == "within":
            continue
        if filter_.operator == "match":
            searched.append(filter_.field)
            continue
        if filter_.field in own:
            because = f"Every caller lists his own: {filter_.field} comes from the token, not from the request."
            if own[filter_.field] < len(operation.policies):
                optional = Filter(field=filter_.field, operator="=", optional=True)
                parameters += _parameters(draft, main, filter_.field, ParameterIn.QUERY, optional)
            continue
        nests = field is not None and field.relation is not None and filter_.operator == "=" and not filter_.optional
        if nests and not above and field is not None and field.relation is not None:
            columns = draft.columns_of(main.name, filter_.field)
            parent = draft.table_names[field.relation.target].replace("_", "-")
            above = f"{PREFIX}/{parent}/{'/'.join('{' + column + '}' for column in columns)}"
            parameters += _parameters(draft, main, filter_.field, ParameterIn.PATH, filter_)
            because = f"It lists the {main.name} rows of one {field.relation.target}, so it stands under it."
        else:
            parameters += _parameters(draft, main, filter_.field, ParameterIn.QUERY, filter_)
    if searched:
        ways = [joined(draft, main, path) for path in searched]
        columns = tuple(c for way in ways for c in way[1])
        parameters.append(
            RouteParameter(
                name="q",
                located=ParameterIn.QUERY,
                type="text",
                column=",".join(columns),
                operator="match",
                steps=ways[0][0],
            )
        )
        because = f"It searches {main.name} by words in {', '.join(searched)}."
    last = part_name(draft, main) if above else draft.table_names[main.name]
    path = f"{above}/{last.replace('_', '-')}" if above else collection
    return _Sketch(path, tuple(parameters), because)


def part_name(draft: Draft, entity: Entity) -> str:
    """What an entity's rows are called inside their parent: `order_lines` of an order are its `lines`."""
    table = draft.table_names[entity.name]
    parent = entity.parent
    prefix = snake(parent.relation.target) + "_" if parent is not None and parent.relation is not None else ""
    rest = table.removeprefix(prefix) if prefix else table
    return rest or table


def _owned_fields(operation: Operation, main: Entity) -> dict[str, int]:
    """The main entity's own fields that name the owner, with the number of policies they bind."""
    found: dict[str, int] = {}
    for policy in operation.policies:
        if policy.owns is not None and main.field(policy.owns.path) is not None:
            found[policy.owns.path] = found.get(policy.owns.path, 0) + 1
    return found


def _row_parameters(draft: Draft, operation: Operation, main: Entity) -> tuple[RouteParameter, ...]:
    fixed = [f for f in operation.access.filters if f.operator == "=" and not f.optional]
    if not fixed or any(is_key(main, f.field) for f in fixed):
        return _key_parameters(draft, main)
    return tuple(p for f in fixed for p in _parameters(draft, main, f.field, ParameterIn.PATH, f))


def _key_parameters(draft: Draft, main: Entity) -> tuple[RouteParameter, ...]:
    table = draft.table_of(main.name)
    types = {column.name: column.type for column in table.columns}
    return tuple(
        RouteParameter(name=name, located=ParameterIn.PATH, type=logical_type(types[name]), column=name)
        for name in draft.keys[main.name]
    )


def _row_path(collection: str, parameters: tuple[RouteParameter, ...], draft: Draft, main: Entity) -> str:
    key = draft.keys[main.name]
    if tuple(p.column for p in parameters) == key:
        return f"{collection}/{'/'.join('{' + p.name + '}' for p in parameters)}"
    by = "-".join(p.name for p in parameters).replace("_", "-")
    return f"{collection}/by-{by}/{'/'.join('{' + p.name + '}' for p in parameters)}"


def _parameters(
    draft: Draft, entity: Entity, path: str, located: ParameterIn, filter_: Filter
) -> tuple[RouteParameter, ...]:
    """The parameters for a field at the end of a path: one, or one for each column of the key it holds."""
    steps, columns, table = joined(draft, entity, path)
    suffix = {">=": "_from", ">": "_after", "<=": "_to", "<": "_before"}.get(filter_.operator, "")
    held = {column.name: column for column in draft.tables[table].columns}
    owner = draft.tables[table].entity
    found = []
    for name in columns:
        field = draft.entity(owner).field(held[name].field or "") if owner is not None else None
        type_ = field.type.value if field is not None and field.relation is None else logical_type(held[name].type)
        lead = snake(path.rpartition(".")[0].replace(".", "_")) + "_" if steps else ""
        found.append(
            RouteParameter(
                name=lead + name + suffix,
                located=located,
                type=type_,
                required=not filter_.optional,
                column=name,
                operator=filter_.operator,
                steps=steps,
            )
        )
    return tuple(found)


def _windows(draft: Draft, operation: Operation, main: Entity | None) -> tuple[Window, ...]:
    if main is None:
        return ()
    return tuple(
        Window(column=columns[0], length=f.window, steps=steps)
        for f in operation.access.filters
        if f.operator == "within" and f.window is not None
        for steps, columns, _ in (joined(draft, main, f.field),)
    )


def _apart(draft: Draft, operation: Operation, main: Entity | None, sketch: _Sketch) -> _Sketch:
    """A path of its own for an operation whose plain path is taken."""
    last = kebab(operation.name)
    ends_open = not sketch.path.endswith("}") and main is not None
    types = {c.name: c.type for c in draft.table_of(main.name).columns} if main is not None else {}
    closed = ends_open and main is not None and all(types.get(n) in {"uuid", "bigint"} for n in draft.keys[main.name])
    path = f"{sketch.path}/{last}" if closed or sketch.path.endswith("}") else f"{PREFIX}/{last}"
    return _Sketch(
        path, sketch.parameters, sketch.because + f" {sketch.path} is taken, so its own name tells it apart."
    )


def _as_stated(draft: Draft, operation: Operation, main: Entity | None, path: str) -> _Sketch:
    found: list[RouteParameter] = []
    named = re.findall(r"\{([^{}]+)\}", path)
    if main is not None:
        plain = _sketch(draft, operation, main, shape(draft, operation)).parameters
        types = {column.name: logical_type(column.type) for column in draft.table_of(main.name).columns}
        by_field = {field.name: draft.columns_of(main.name, field.name) for field in main.fields}
        for name in named:
            column = name if name in types else next(iter(by_field.get(name, ())), None)
            fallback = next((p.column for p in plain if p.located is ParameterIn.PATH and len(named) == 1), None)
            column = column or fallback
            found.append(
                RouteParameter(name=name, located=ParameterIn.PATH, type=types.get(column or "", "text"), column=column)
            )
        bound = {parameter.column for parameter in found}
        for parameter in plain:
            if parameter.column not in bound:
                located = ParameterIn.QUERY
                found.append(
                    RouteParameter(
                        name=parameter.name,
                        located=located,
                        type=parameter.type,
                        required=parameter.required,
                        column=parameter.column,
                        operator=parameter.operator,
                    )
                )
    else:
        found = [RouteParameter(name=name, located=ParameterIn.PATH, type="text") for name in named]
    return _Sketch(path, tuple(found), "The brief states it.")


def _shape_of_path(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", path)


STAGE = Stage("route", "REST routes", __doc__, decide)
