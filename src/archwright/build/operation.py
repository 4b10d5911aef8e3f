"""The module of one operation: what goes in, what comes out, its SQL, its route."""

from __future__ import annotations

from archwright.build.code import Code
from archwright.build.inputs import arguments, body_models
from archwright.build.names import camel
from archwright.build.project_names import Names, Peer
from archwright.build.python import Imports, docstring, module, string
from archwright.build.reads import read_lines
from archwright.build.replies import reply_class, reply_models
from archwright.build.scopes import allowed_roles, reaches
from archwright.build.wrap import wrap
from archwright.build.writes import Writer
from archwright.model.physical import Route
from archwright.model.policy import ANYONE, AUTHENTICATED

ALWAYS = (503,)
WITH_BODY = (400, 413, 415, 422)


def operation_module(names: Names, route: Route) -> str:
    """The text of `operations/<name>.py`."""
    code = Code(names, route, Imports(names.package))
    prefix = camel(names.modules[route.operation])
    code.imports.add("fastapi", "APIRouter", "Response")
    models = (body_models(names, route, prefix, code.imports) if route.body else []) + reply_models(
        names, route, prefix, code.imports
    )
    code.arguments = arguments(names, route, code.imports, frozenset())
    function, helpers = _functions(code, prefix)
    parts: list[list[str]] = [["router = APIRouter()"], *code.constant_lines(), *models, function, *helpers]
    return module(f"{route.operation}: {route.method} {route.path}.", code.imports, parts)


def _functions(code: Code, prefix: str) -> tuple[list[str], list[list[str]]]:
    if code.route.writes:
        return _writing(code, prefix)
    table = code.names.table(code.route)
    if table is not None and code.route.response:
        return [*_head(code, prefix), *read_lines(code, table)], []
    return [*_head(code, prefix), *_calling(code)], []


def _head(code: Code, prefix: str) -> list[str]:
    """The decorator, the signature and the docstring."""
    route, names = code.route, code.names
    code.own("web.problems", "documented")
    options = [string(route.path), f"operation_id={string(route.operation)}"]
    if route.status != 200:
        options.append(f"status_code={route.status}")
    if route.response:
        options.append(f"response_model={reply_class(route, prefix)}")
    if asks_who(code) and not uses_who(code):
        code.imports.add("fastapi", "Depends")
        options.append(f"dependencies=[Depends({_gate(code)})]")
    options.append(f"responses=documented({', '.join(map(str, statuses(names, route)))})")
    lines = wrap(f"@router.{route.method.lower()}({', '.join(options)})")
    return [*lines, *_signature(code, prefix), *docstring(summary(names, route), 4)]


def _signature(code: Code, prefix: str) -> list[str]:
    route, names = code.route, code.names
    required = [argument.text for argument in code.arguments.values() if argument.required]
    optional = [argument.text for argument in code.arguments.values() if not argument.required]
    if route.writes:
        code.imports.add("fastapi", "Request")
        required.insert(0, "request: Request")
    if route.body:
        required.append(f"body: {prefix}Body")
    if names.table(route) is not None or route.writes:
        code.own("database", "Database")
        code.own("web.dependencies", "database")
        required.append("database: Annotated[Database, Depends(database)]")
    if uses_who(code):
        code.own("auth", "Principal")
        required.append(f"principal: Annotated[Principal, Depends({_gate(code)})]")
    for peer in called(code):
        code.own(f"domain.{peer.module}", peer.class_name)
        code.own("web.dependencies", peer.module)
        required.append(f"{peer.module}: Annotated[{peer.class_name}, Depends({peer.module})]")
    if names.takes_key(route):
        code.own("web.idempotency", "IdempotencyKey")
        required.append("idempotency_key: IdempotencyKey")
    if route.pagination:
        code.own("web.paging", "Cursor")
        code.imports.add("fastapi", "Query")
        optional.append("cursor: Cursor = None")
        optional.append(f"limit: Annotated[int, Query(ge=1, le={route.pagination.maximum})] = {route.pagination.size}")
    for text in (*required, *optional):
        if "Annotated[" in text:
            code.imports.add("typing", "Annotated")
        if "Depends(" in text:
            code.imports.add("fastapi", "Depends")
    return wrap(f"async def {function_name(names, route)}({', '.join([*required, *optional])}) -> Response:")


_IMPORTED = frozenset(
    {
        "amounts",
        "anyone",
        "attach",
        "attach_one",
        "call",
        "copied",
        "count_write",
        "database",
        "date",
        "datetime",
        "documented",
        "domain",
        "encode",
        "json_response",
        "keyed",
        "not_found",
        "one",
        "page",
        "refuse_short",
        "refuse_unknown",
        "reply",
        "required",
        "role",
        "router",
        "signed_in",
        "unknown",
        "unpack",
        "uuid7",
        "without",
        "write",
    }
)
"""Names that an operation's module may import or define beside its function."""


def function_name(names: Names, route: Route) -> str:
    """The route's function: called like its operation, but for names that its module has for something else."""
    name = names.modules[route.operation]
    return f"{name}_" if name in _IMPORTED or name in {peer.module for peer in names.peers} else name


def asks_who(code: Code) -> bool:
    """Whether the function has a `principal`: always, unless anyone may do all of it."""
    return code.names.uses_principal(code.route) or len(reaches(code.names, code.route)) > 1


def uses_who(code: Code) -> bool:
    """Whether the function itself looks at the principal; else only the gate does."""
    found = reaches(code.names, code.route)
    own = any(reach.scope.asks_caller for reach in found)
    return asks_who(code) and (own or len(found) > 1 or bool(code.route.writes))


def _gate(code: Code) -> str:
    """The dependency that lets callers in."""
    roles = {grant.role for grant in code.route.grants}
    if ANYONE in roles:
        code.own("auth", "anyone")
        return "anyone"
    if AUTHENTICATED in roles:
        code.own("auth", "signed_in")
        return "signed_in"
    code.own("auth", "role")
    return f"role({', '.join(string(role) for role in allowed_roles(code.route))})"


def called(code: Code) -> tuple[Peer, ...]:
    """The peers that the route calls."""
    wanted = {call.peer for call in code.route.calls}
    return tuple(peer for peer in code.names.peers if peer.name in wanted)


def statuses(names: Names, route: Route) -> tuple[int, ...]:
    """The status codes of the problems that the operation can answer with."""
    found = {*route.errors, *ALWAYS}
    if route.body:
        found |= {*WITH_BODY}
    if route.writes:
        found.add(429)
    if names.takes_key(route):
        found |= {400, 409, 422}
    return tuple(sorted(found))


def summary(names: Names, route: Route) -> str:
    """One sentence on what the operation does."""
    operation = names.operation(route)
    if operation is not None and operation.description:
        return operation.description
    table = names.table(route)
    if table is None:
        return f"Do {route.operation}."
    what = names.entity_name(table)
    if route.writes:
        done: dict[str, list[str]] = {}
        for step in route.writes:
            done.setdefault(step.kind.value, []).append(names.entity_name(names.tables[step.table]))
        shown = "; ".join(f"{kind} {' and '.join(dict.fromkeys(entities))}" for kind, entities in done.items())
        return f"{shown[:1].upper()}{shown[1:]}{', all or nothing' if len(route.writes) > 1 else ''}."
    if route.pagination:
        order = ", ".join(s.field + (" descending" if s.descending else "") for s in route.pagination.order)
        return f"A page of {what}, by {order}."
    return f"Figures of {what}." if route.figures else f"One {what}."


def _calls(code: Code, when: str, key: str, content: str) -> list[str]:
    """The calls to peers: never inside of a transaction, never without a limit of time."""
    lines: list[str] = []
    method = code.names.modules[code.route.operation]
    for step in code.route.calls:
        if (step.when == "before") != (when == "before"):
            continue
        peer = next(peer for peer in called(code) if peer.name == step.peer)
        code.own("web.peers", "call")
        retry = "True" if code.names.takes_key(code.route) and when != "before" else "False"
        lines += wrap(
            f"    await call({string(peer.name)}, {peer.module}.{method}({key}, {content}), "
            f"seconds={step.timeout.value:g}, repeat={retry})"
        )
    return lines


def _calling(code: Code) -> list[str]:
    """An operation that keeps nothing: it only calls peers."""
    code.own("web.wire", "encode")
    body = 'body.model_dump(mode="json")' if code.route.body else "{}"
    lines = [*_calls(code, "before", '""', f"encode({body})"), *_calls(code, "after commit", '""', f"encode({body})")]
    if not lines:
        code.imports.names()
    return [*lines, f"    return Response(status_code={204 if code.route.status == 200 else code.route.status})"]


def _writing(code: Code, prefix: str) -> tuple[list[str], list[list[str]]]:
    """The route function, which frames the transaction, and the function that writes inside of it."""
    names, route = code.names, code.route
    name = names.modules[route.operation]
    head = _head(code, prefix)
    who = asks_who(code)
    code.own("web.limits", "count_write")
    caller = "principal.subject" if who else '""'
    lines = [*head, f"    count_write(request, {caller})"]
    passed = [*(["principal"] if who else []), *(["body"] if route.body else [])]
    passed += [argument.name for argument in code.arguments.values()]
    code.own("web.wire", "encode")
    lines += _calls(code, "before", "idempotency_key" if names.takes_key(route) else '""', "await request.body()")
    shows = bool(route.response)
    if names.takes_key(route):
        code.own("web.idempotency", "Attempt")
        parts = [caller, string(route.operation), "idempotency_key", "body" if route.body else "None"]
        parts += [argument.name for argument in code.arguments.values()]
        lines += wrap(f"    attempt = Attempt.of({', '.join(parts)})")
        lines += [
            "    async with database.transaction() as connection:",
            "        content = await attempt.claim(connection)",
            "        if content is None:",
            *wrap(f"            content = encode(await write({', '.join(['connection', *passed])}))"),
            f"            await attempt.store(connection, {route.status}, content)",
        ]
    else:
        target = "content = encode(" if shows else ""
        lines += [
            "    async with database.transaction() as connection:",
            *wrap(f"        {target}await write({', '.join(['connection', *passed])}){')' if shows else ''}"),
        ]
    content = "content" if shows or names.takes_key(route) else 'b"{}"'
    lines += _calls(code, "after commit", "idempotency_key" if names.takes_key(route) else '""', content)
    if shows:
        code.own("web.wire", "json_response")
        lines.append(f"    return json_response(content, {route.status})")
    else:
        lines.append(f"    return Response(status_code={route.status})")
    if not shows and not names.takes_key(route):
        _drop(code, "web.wire", "encode")
    return lines, [_write_function(code, prefix, name, passed)]


def _drop(code: Code, module_name: str, name: str) -> None:
    code.imports.remove(f"{code.names.package}.{module_name}", name)


def _write_function(code: Code, prefix: str, name: str, passed: list[str]) -> list[str]:
    names, route = code.names, code.route
    writer = Writer(code)
    body, shown = writer.write()
    code.own("database", "Connection")
    code.imports.add("typing", "Any")
    types = {"principal": "Principal", "body": f"{prefix}Body"}
    given = ["connection: Connection"]
    for each in passed:
        argument = next((a for a in code.arguments.values() if a.name == each), None)
        given.append(argument.text.removesuffix(" = None") if argument is not None else f"{each}: {types[each]}")
    lines = wrap(f"async def write({', '.join(given)}) -> dict[str, Any]:")
    lines += docstring("Every statement of the operation, within one transaction.", 4)
    lines += body
    result = f"dict({shown})" if shown else "{}"
    lines.append(f"    written: dict[str, Any] = {result}")
    if writer.hidden() and route.response:
        code.own("web.rows", "without")
        lines += wrap(f"    without([written], {', '.join(string(column) for column in writer.hidden())})")
    code.imports.add(f"{names.package}.domain", f"{name} as domain" if name != "domain" else "domain")
    arguments_ = ["connection", *(["principal"] if "principal" in passed else []), *(["body"] if route.body else [])]
    lines += wrap(f"    await domain.written({', '.join([*arguments_, 'written'])})")
    for channel in route.publishes:
        code.own("web.outbox", "publish")
        lines += wrap(f"    await publish(connection, {string(channel)}, {_payload(names, route, channel)})")
    lines.append("    return written")
    return lines


def _payload(names: Names, route: Route, channel: str) -> str:
    """What a message carries: the columns that the channel names, else all that the operation shows."""
    table = names.table(route)
    known = next((known for known in names.blueprint.system.channels if known.name == channel), None)
    entity = names.entity(table) if table is not None else None
    columns: list[str] = []
    for carried in known.payload if known is not None else ():
        owner, _, field = carried.partition(".")
        if table is not None and entity is not None and owner == entity.name and field:
            columns += [column.name for column in table.columns if field in (column.field, column.name)]
    shown = {field.name for field in route.response}
    found = [column for column in dict.fromkeys(columns) if column in shown]
    pairs = ", ".join(f"{string(column)}: written[{string(column)}]" for column in found)
    return f"{{{pairs}}}" if found else "written"
