"""`tests/test_pages.py`: each row once, in order, whatever the size of the page."""

from __future__ import annotations

from archwright.build.project_names import Names
from archwright.build.python import Imports, docstring, module, string
from archwright.build.test_calls import WORD, chosen_grant
from archwright.build.types import base_type
from archwright.build.wrap import wrap
from archwright.model.physical import Route, Table
from archwright.model.policy import ANYONE

WALK = '''async def walk(client: httpx.AsyncClient, call: Call) -> list[dict[str, Any]]:
    """All items, page by page of two."""
    seen: list[dict[str, Any]] = []
    query = {**call.query, "limit": "2"}
    while True:
        reply = await call.send(client, params=query)
        assert reply.status_code == 200, reply.text
        body = reply.json()
        assert len(body["items"]) <= 2
        seen.extend(body["items"])
        if body["next"] is None:
            return seen
        query["cursor"] = body["next"]'''


def pages_module(names: Names) -> str:
    """The text of the module; empty where there is no list to test."""
    imports = Imports(names.package)
    imports.add("typing", "Any")
    imports.module("httpx")
    imports.module("pytest")
    imports.add(f"{names.package}.database", "Connection")
    imports.add(".", "calls", "rows")
    imports.add(".calls", "Call")
    tests = [test for route in names.routes for test in _test(names, route)]
    if not tests:
        return ""
    parts = [["pytestmark = pytest.mark.anyio"], WALK.splitlines(), *tests]
    return module("Pages: each row once, in order, whatever the size of the page.", imports, parts)


def _test(names: Names, route: Route) -> list[list[str]]:
    """The test of one list: rows like the one its call finds are added, and all come back."""
    table = names.table(route)
    grant = chosen_grant(route)
    if not route.pagination or table is None or not table.entity or grant is None:
        return []
    shown = {field.name for field in route.response}
    if not set(table.key) <= shown or (grant.role != ANYONE and grant.owner is not None and grant.owner.steps):
        return []
    if any(condition.caller is not None or condition.steps for condition in grant.conditions):
        return []
    fixed = _fixed(route, table)
    if fixed is None:
        return []
    name = names.modules[route.operation]
    function = names.row_functions[table.name]
    key = table.key[0] if len(table.key) == 1 else None
    if key is None:
        return []
    more = wrap(f"        await rows.{function}(connection{', ' if fixed else ''}{', '.join(fixed)})")
    return [
        [
            f"async def test_{name}(client: httpx.AsyncClient, connection: Connection) -> None:",
            *docstring(f"{route.method} {route.path}.", 4),
            f"    call = await calls.{name}(connection)",
            "    first = (await walk(client, call))[0]",
            "    for _ in range(4):",
            *more,
            f'    query = {{**call.query, "limit": "{route.pagination.maximum}"}}',
            '    whole = (await call.send(client, params=query)).json()["items"]',
            "    seen = await walk(client, call)",
            "    assert len(seen) >= 5",
            f"    assert len({{item[{string(key)}] for item in seen}}) == len(seen)",
            f"    assert first[{string(key)}] in {{item[{string(key)}] for item in seen}}",
            "    assert seen[: len(whole)] == whole",
        ]
    ]


def _fixed(route: Route, table: Table) -> list[str] | None:
    """What the added rows share with the first, as arguments; None where that can't be said."""
    shown = {field.name for field in route.response}
    grant = chosen_grant(route)
    columns = [p.column for p in route.parameters if p.column and p.required and p.operator != "match"]
    if grant is not None and grant.owner is not None:
        columns.append(grant.owner.column)
    arguments = []
    for column in dict.fromkeys(columns):
        if column not in shown:
            return None
        of_table = table.column(column)
        assert of_table is not None
        if column in table.key or base_type(of_table.type)[0] in {"date", "timestamptz", "timestamp", "boolean"}:
            return None
        arguments.append(f"{column}=first[{string(column)}]")
    arguments += [
        f"{parameter.column.split(',')[0]}={string(WORD)}"
        for parameter in route.parameters
        if parameter.operator == "match" and parameter.column
    ]
    if grant is not None:
        arguments += [f"{c.column}={c.value!r}" for c in grant.conditions if c.operator == "="]
    return arguments
