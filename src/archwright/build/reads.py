"""The body of an operation that reads: one row, a page, or totals."""

from __future__ import annotations

from collections.abc import Sequence

from archwright.build.code import Code
from archwright.build.error import BuildError
from archwright.build.inputs import plain_type
from archwright.build.python import string
from archwright.build.replies import Selected, embedded_columns, selected
from archwright.build.scopes import Reach
from archwright.build.wrap import wrap
from archwright.model.physical import Embed, Table
from archwright.sql.read import LIMIT, after_name, read_children, read_figures, read_page, read_referred_row, read_row


def read_lines(code: Code, table: Table) -> list[str]:
    """The lines of the function after its signature and docstring."""
    if code.route.pagination:
        return _page(code, table)
    if code.route.figures:
        return _figures(code, table)
    return _row(code, table)


def cache(code: Code) -> str:
    """The `cache` argument of `reply`, where the reply may be cached."""
    return f", cache={string(code.route.cache_control)}" if code.route.cache_control else ""


def _values(code: Code, reach: Reach) -> dict[str, str]:
    values = {name: argument.name for name, argument in code.arguments.items()}
    return {**values, **code.owner_value(reach)}


def _row(code: Code, table: Table) -> list[str]:
    chosen = selected(code.route, table)
    parameters = [parameter for parameter in code.route.parameters if parameter.column]

    def read(reach: Reach, ending: str, indent: int) -> Sequence[str]:
        statement = read_row(table, chosen.all, parameters, reach.scope, code.names.tables)
        return code.call("fetchrow", f"READ{ending}", statement, _values(code, reach), indent=indent, target="row")

    code.own("web.problems", "not_found")
    code.own("web.wire", "reply")
    what = string(code.names.entity_name(table))
    lines = ["    async with database.connection() as connection:", *code.by_reach(8, read)]
    if not code.route.embeds:
        return [
            *lines,
            "    if row is None:",
            f"        raise not_found({what})",
            f"    return reply(dict(row){cache(code)})",
        ]
    lines += ["        if row is None:", f"            raise not_found({what})", "        item = dict(row)"]
    for embed in code.route.embeds:
        lines += _embed(code, table, embed, "[item]", 8)
    return [*lines, *_without(code, chosen, "[item]", 4), f"    return reply(item{cache(code)})"]


def _page(code: Code, table: Table) -> list[str]:
    assert code.route.pagination is not None
    route, order = code.route, code.route.pagination.order
    chosen = selected(route, table)
    name = string(route.operation)
    types = []
    for sort in order:
        column = table.column(sort.field)
        assert column is not None, sort.field
        type_ = plain_type(column)
        for module, imported in type_.imports:
            code.imports.add(module, imported)
        types.append(type_.text)

    def read(reach: Reach, ending: str, indent: int) -> Sequence[str]:
        values = _values(code, reach) | {LIMIT: "limit + 1"}
        values |= {after_name(sort.field): f"after[{number}]" for number, sort in enumerate(order)}
        tables = code.names.tables
        first = read_page(route, table, chosen.all, reach.scope, tables, first=True)
        later = read_page(route, table, chosen.all, reach.scope, tables, first=False)
        space = " " * indent
        return [
            f"{space}if after is None:",
            *code.call("fetch", f"FIRST{ending}", first, values, indent=indent + 4, target="rows"),
            f"{space}else:",
            *code.call("fetch", f"AFTER{ending}", later, values, indent=indent + 4, target="rows"),
        ]

    code.own("web.paging", "page", "unpack")
    code.own("web.wire", "reply")
    keys = "".join(f"{string(sort.field)}, " for sort in order).rstrip()
    keys = keys.rstrip(",") if len(order) > 1 else keys
    lines = [
        *wrap(f"    after = None if cursor is None else unpack(cursor, {name}, tuple[{', '.join(types)}])"),
        "    async with database.connection() as connection:",
        *code.by_reach(8, read),
    ]
    indent = 8 if route.embeds else 4
    made = wrap(f"{' ' * indent}content = page([dict(row) for row in rows], limit, {name}, ({keys}))")
    lines += made
    for embed in route.embeds:
        lines += _embed(code, table, embed, 'content["items"]', 8)
    return [*lines, *_without(code, chosen, 'content["items"]', 4), f"    return reply(content{cache(code)})"]


def _figures(code: Code, table: Table) -> list[str]:
    grouped = bool(code.route.group)

    def read(reach: Reach, ending: str, indent: int) -> Sequence[str]:
        statement = read_figures(code.route, table, reach.scope, code.names.tables)
        values = _values(code, reach)
        if grouped:
            return code.call("fetch", f"FIGURES{ending}", statement, values, indent=indent, target="rows")
        return code.one(f"FIGURES{ending}", statement, values, indent=indent, target="row")

    code.own("web.wire", "reply")
    content = f"{{{string(code.route.response[0].name)}: [dict(row) for row in rows]}}" if grouped else "dict(row)"
    return [
        "    async with database.connection() as connection:",
        *code.by_reach(8, read),
        f"    return reply({content}{cache(code)})",
    ]


def _embed(code: Code, table: Table, embed: Embed, parents: str, indent: int) -> list[str]:
    """Read the rows of an embedded table for all parents at once, and hand them out. Raises BuildError for a table of pairs."""
    if not embed.columns or not embed.parent_columns:
        what = code.names.entity_name(code.names.tables[embed.table])
        raise BuildError(
            f"{code.route.operation} reads {what} by a reference to many (-> many), which is not built yet; "
            f"leave {what} out of its read"
        )
    child = code.names.tables[embed.table]
    chosen = embedded_columns(code.route, embed)
    variable = f"{embed.name}_rows"
    if embed.many:
        helper, statement = "attach", read_children(embed, table, child, chosen.all)
    else:
        helper, statement = "attach_one", read_referred_row(embed, table, child, chosen.all)
    code.own("web.rows", helper)
    each = "[item[{0}]]" if parents == "[item]" else f"[item[{{0}}] for item in {parents}]"
    values = {column: each.format(string(column)) for column in embed.parent_columns}
    arguments = [
        parents,
        string(embed.name),
        _tuple(embed.parent_columns),
        variable,
        _tuple(embed.columns),
    ]
    if chosen.hidden:
        arguments.append(f"hide={_tuple(chosen.hidden)}")
    return [
        *code.call("fetch", embed.name.upper(), statement, values, indent=indent, target=variable),
        *wrap(f"{' ' * indent}{helper}({', '.join(arguments)})"),
    ]


def _without(code: Code, chosen: Selected, items: str, indent: int) -> list[str]:
    if not chosen.hidden:
        return []
    code.own("web.rows", "without")
    return wrap(f"{' ' * indent}without({items}, {', '.join(string(name) for name in chosen.hidden)})")


def _tuple(names: tuple[str, ...]) -> str:
    inner = ", ".join(string(name) for name in names)
    return f"({inner},)" if len(names) == 1 else f"({inner})"
