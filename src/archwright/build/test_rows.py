"""`tests/rows.py`: for each table a function that inserts a row, with the rows it refers to."""

from __future__ import annotations

from archwright.build.project_names import Names
from archwright.build.python import Imports, block, docstring, module, string
from archwright.build.samples import counters, sample
from archwright.build.wrap import wrap
from archwright.model.physical import Column, ForeignKey, Table
from archwright.sql.creation_order import creation_order
from archwright.sql.write import insert_any


def rows_module(names: Names) -> str:
    """The text of `tests/rows.py`."""
    imports = Imports(names.package)
    imports.add("collections.abc", "Awaitable", "Callable")
    imports.add("itertools", "count")
    imports.add("typing", "Any", "Final")
    imports.add(f"{names.package}.database", "Connection", "Row")
    imports.add(f"{names.package}.web.rows", "one")
    ordered = [(table, keys) for table, keys in creation_order(names.blueprint.physical.tables) if table.entity]
    plenty = counters(names.routes)
    functions = [_function(names, table, keys, plenty, imports) for table, keys in ordered]
    every = ", ".join(names.row_functions[table.name] for table, _ in ordered)
    tail = wrap(f"ALL: tuple[Callable[..., Awaitable[Row]], ...] = ({every}{',' if len(ordered) == 1 else ''})")
    text = "Rows for tests: each function inserts one, with the rows it refers to, and gives it back."
    return module(text, imports, [["_numbers = count(1, 2)"], *functions, tail])


def _function(
    names: Names,
    table: Table,
    keys: tuple[ForeignKey, ...],
    plenty: frozenset[tuple[str, str]],
    imports: Imports,
) -> list[str]:
    """One function. A foreign key that the table's creation has to wait for stays NULL."""
    entity = names.entity(table)
    known = [key for key in keys if key.target != table.name and names.tables[key.target].entity]
    referring = {column for key in known for column in key.columns}
    own = [column for column in table.columns if not column.identity]
    written = [column for column in own if _written(table, column, referring)]
    lines = [
        f"async def {names.row_functions[table.name]}(connection: Connection, **given: Any) -> Row:",
        *docstring(f"One {names.entity_name(table)}.", 4),
    ]
    body: list[str] = []
    for column in written:
        if column.name in referring:
            continue
        made = sample(table, entity, column, plenty=(table.name, column.name) in plenty)
        for module_name, name in made.imports:
            imports.add(module_name, name)
        body.append(f"{string(column.name)}: {made.text}")
    if any("number" in text.partition(": ")[2] for text in body):
        lines.append("    number = next(_numbers)")
    lines += wrap(f"    values: dict[str, Any] = {{{', '.join([*body, '**given'])}}}")
    for key in known:
        function = names.row_functions[key.target]
        tests = " and ".join(f"{string(column)} not in values" for column in key.columns[-1:])
        lines.append(f"    if {tests}:")
        lines.append(f"        parent = await {function}(connection)")
        lines += [
            f"        values.setdefault({string(name)}, parent[{string(target)}])"
            for name, target in zip(key.columns, key.target_columns, strict=True)
        ]
    statement = insert_any(table)
    constant = f"INSERT_{table.name.upper()}"
    given = ", ".join(
        f"values[{string(name)}]" if name in {c.name for c in written} else f"values.get({string(name)})"
        for name in statement.parameters
    )
    lines += wrap(f"    return await one(connection, {constant}{', ' if given else ''}{given})")
    return [f"{constant}: Final = {block(statement.sql)}", "", "", *lines]


def _written(table: Table, column: Column, referring: set[str]) -> bool:
    """Whether the row needs a value: no default, and not a reference that must stay empty."""
    if column.name in referring:
        return True
    refers = any(column.name in key.columns for key in table.foreign_keys)
    return column.default is None and not (refers and column.nullable)
