"""`tests/calls.py`: a valid call of each operation, which the tests vary."""

from __future__ import annotations

from dataclasses import dataclass, field

from archwright.build.inputs import Target, targets
from archwright.build.project_names import Names
from archwright.build.python import Imports, block, docstring, module, string
from archwright.build.samples import as_json, counters, sample
from archwright.build.wrap import wrap
from archwright.model.physical import (
    BodyField,
    Column,
    FillBy,
    ForeignKey,
    Grant,
    OwnerPath,
    ParameterIn,
    Route,
    Table,
    WriteKind,
)
from archwright.model.policy import ANYONE, AUTHENTICATED
from archwright.sql.read import read_owner

WORD = "findable"
"""The word that searches look for."""


@dataclass
class _Lines:
    """The lines of one function, and the rows it has made."""

    names: Names
    imports: Imports
    lines: list[str] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)
    """Table to variable."""
    constants: dict[str, str] = field(default_factory=dict)
    numbered: bool = False

    def forget_unused(self, text: str) -> None:
        """Rows that only have to be there need no variable."""
        for variable in self.made.values():
            rest = " ".join(line for line in self.lines if not line.lstrip().startswith(f"{variable} = "))
            if variable not in text and variable not in rest:
                self.lines = [line.replace(f"{variable} = await", "await") for line in self.lines]

    def row(self, table: str, given: str = "") -> str:
        """The variable of a row of the table, made where there is none yet."""
        if table not in self.made:
            function = self.names.row_functions[table]
            variable = f"{function}_row"
            extra = f", {given}" if given else ""
            self.lines += wrap(f"    {variable} = await rows.{function}(connection{extra})")
            self.made[table] = variable
        return self.made[table]


def chosen_grant(route: Route) -> Grant | None:
    """The grant that the tests use: one that is bound to an owner before one that is not."""
    owned = [grant for grant in route.grants if grant.owner is not None or grant.conditions]
    return next(iter([*owned, *route.grants]), None)


def call_function(names: Names, route: Route, imports: Imports) -> list[str]:
    """The function that makes the rows a call needs, and the call."""
    work = _Lines(names, imports)
    table = names.table(route)
    grant = chosen_grant(route)
    creates = bool(route.writes) and all(
        step.kind is WriteKind.INSERT for step in route.writes if step.table == route.table
    )
    if table is not None and table.entity and not creates:
        work.row(table.name, _conditions(grant, route))
    subject = _subject(work, route, table, grant, creates=creates)
    path, query = _parameters(work, route, table)
    body = _body(work, route)
    roles = () if grant is None or grant.role in {ANYONE, AUTHENTICATED} else (grant.role,)
    options = [string(route.method), path, f"status={route.status}"]
    if grant is None or grant.role != ANYONE:
        options.append(f"roles=({string(roles[0])},)" if roles else "roles=()")
        options.append("guarded=True")
    if subject:
        options.append(f"subject={subject}")
    if query:
        options.append(f"query={{{', '.join(f'{string(name)}: {value}' for name, value in query.items())}}}")
    if body:
        options.append(f"body={body}")
    if names.takes_key(route):
        imports.add("uuid", "uuid4")
        options.append('headers={"Idempotency-Key": str(uuid4())}')
    name = names.modules[route.operation]
    work.forget_unused(" ".join(options))
    used = any("connection" in line for line in work.lines)
    constants = [f"{constant}: Final = {block(sql)}" for constant, sql in work.constants.items()]
    return [
        *(["\n".join(constants), "", ""] if constants else []),
        f"async def {name}({'' if used else '_'}connection: Connection) -> Call:",
        *docstring(f"{route.method} {route.path}.", 4),
        *(["    number = next(_numbers)"] if work.numbered else []),
        *work.lines,
        *wrap(f"    return Call({', '.join(options)})"),
    ]


def _conditions(grant: Grant | None, route: Route) -> str:
    given = {c.column: repr(c.value) for c in grant.conditions if c.operator == "="} if grant is not None else {}
    for parameter in route.parameters:
        if parameter.operator == "match" and parameter.column:
            given[parameter.column.split(",")[0]] = string(WORD)
    shown = {column: string(value[1:-1]) if value.startswith("'") else value for column, value in given.items()}
    return ", ".join(f"{column}={value}" for column, value in shown.items())


def _subject(work: _Lines, route: Route, table: Table | None, grant: Grant | None, *, creates: bool) -> str:
    """The caller: the owner of the row, or the row that the operation writes as the caller's."""
    through = grant is not None and grant.owner is not None and bool(grant.owner.steps)
    for step in () if through else route.writes:
        of_step = work.names.tables[step.table]
        for fill in step.fills:
            if fill.by is FillBy.PRINCIPAL and grant is not None and grant.role in fill.roles:
                key = _key(of_step, fill.column)
                if key is not None:
                    target = key.target_columns[key.columns.index(fill.column)]
                    return f"{work.row(key.target)}[{string(target)}]"
    if grant is None or grant.owner is None or table is None:
        return ""
    owner = grant.owner
    if not owner.steps:
        if not creates:
            return f"{work.row(table.name)}[{string(owner.column)}]"
        key = _key(table, owner.column)
        return f"{work.row(key.target)}[{string(key.target_columns[0])}]" if key is not None else ""
    first, *rest = owner.steps
    variable = work.row(first.target) if creates else work.row(table.name)
    steps = rest if creates else owner.steps
    column = owner.column
    if not steps:
        return f"{variable}[{string(column)}]"
    statement = read_owner(OwnerPath(table=owner.table, column=column, steps=tuple(steps)))
    constant = f"OWNER_OF_{work.names.modules[route.operation].upper()}"
    work.constants[constant] = statement.sql
    values = ", ".join(f"{variable}[{string(source)}]" for source in steps[0].columns)
    work.imports.add("typing", "Final")
    work.imports.add(f"{work.names.package}.web.rows", "one")
    work.lines += wrap(f"    owner = await one(connection, {constant}, {values})")
    return 'owner["owner"]'


def _key(table: Table, column: str) -> ForeignKey | None:
    return next((key for key in table.foreign_keys if column in key.columns), None)


def _parameters(work: _Lines, route: Route, table: Table | None) -> tuple[str, dict[str, str]]:
    """The path and the required part of the query."""
    path, formatted = route.path, False
    query: dict[str, str] = {}
    for parameter in route.parameters:
        if parameter.located is ParameterIn.QUERY and not parameter.required:
            continue
        value = string(WORD)
        if parameter.operator != "match" and parameter.column and table is not None:
            column = table.column(parameter.column)
            key = _key(table, parameter.column)
            if table.name in work.made:
                value = f"{work.made[table.name]}[{string(parameter.column)}]"
            elif key is not None:
                target = key.target_columns[key.columns.index(parameter.column)]
                value = f"{work.row(key.target)}[{string(target)}]"
            elif column is not None:
                value = _sampled(work, table, column)
        if parameter.located is ParameterIn.PATH:
            path = path.replace("{" + parameter.name + "}", "{" + value.replace('"', "'") + "}")
            formatted = True
        else:
            query[parameter.name] = f"[{value}]" if parameter.operator == "in" else value
    return (f'f"{path}"' if formatted else string(path)), query


def _sampled(work: _Lines, table: Table, column: Column) -> str:
    plenty = (table.name, column.name) in counters(work.names.routes)
    found = sample(table, work.names.entity(table), column, plenty=plenty)
    for module_name, name in found.imports:
        work.imports.add(module_name, name)
    work.numbered = work.numbered or "number" in found.text
    return found.text


def _body(work: _Lines, route: Route) -> str:
    """The body, with every required field and every optional one that has a plain value."""
    parts: list[str] = []
    top = targets(work.names, route)
    for item in route.body:
        if item.items:
            inner = targets(work.names, route, item.name)
            fields = ", ".join(f"{string(f.name)}: {_value(work, f, inner)}" for f in item.items if _wanted(f, inner))
            parts.append(f"{string(item.name)}: [{{{fields}}}]")
        elif _wanted(item, top) or (route.writes and route.writes[0].kind is WriteKind.UPDATE):
            parts.append(f"{string(item.name)}: {_value(work, item, top)}")
    return f"{{{', '.join(parts)}}}" if parts else ""


def _wanted(item: BodyField, where: dict[str, Target]) -> bool:
    return item.required and item.name in where


def _value(work: _Lines, item: BodyField, where: dict[str, Target]) -> str:
    target = where[item.name]
    key = _key(target.table, target.column.name)
    if key is not None:
        column = key.target_columns[key.columns.index(target.column.name)]
        of_target = work.names.tables[key.target].column(column)
        assert of_target is not None, column
        return as_json(f"{work.row(key.target)}[{string(column)}]", of_target)
    if target.column.name in target.table.key and target.table.entity:
        return as_json(f"{work.row(target.table.name)}[{string(target.column.name)}]", target.column)
    return as_json(_sampled(work, target.table, target.column), target.column)


def calls_module(names: Names, preamble: str) -> str:
    """The text of `tests/calls.py`; `preamble` defines Call."""
    imports = Imports(names.package)
    imports.add("collections.abc", "Awaitable", "Callable")
    imports.add("dataclasses", "dataclass", "field")
    imports.add("itertools", "count")
    imports.add("typing", "Any")
    imports.add("uuid", "uuid4")
    imports.module("httpx")
    imports.add(f"{names.package}.database", "Connection")
    imports.add(".tokens", "signed")
    functions = [call_function(names, route, imports) for route in names.routes]
    if any("await rows." in line for lines in functions for line in lines):
        imports.add(".", "rows")
    if not any("next(_numbers)" in line for lines in functions for line in lines):
        imports.remove("itertools", "count")
    numbers = (
        [["_numbers = count(1)"]]
        if "itertools" in imports.names() | {"itertools"}
        and any("next(_numbers)" in line for lines in functions for line in lines)
        else []
    )
    tuples = [_tuple(name, about, chosen) for name, about, chosen in _groups(names)]
    parts = [*numbers, preamble.splitlines(), *functions, ["Make = Callable[[Connection], Awaitable[Call]]"]]
    flat = [line for lines in tuples for line in lines]
    return module("A valid call of each operation, which the tests vary.", imports, [*parts, flat])


def _groups(names: Names) -> list[tuple[str, str, list[str]]]:
    every = [(names.modules[route.operation], route) for route in names.routes]
    return [
        ("CALLS", "Every operation.", [name for name, _ in every]),
        ("GUARDED", "Those that need a token.", [name for name, route in every if names.needs_token(route)]),
        ("WITH_ROLE", "Those that need a role.", [name for name, route in every if needs_role(route)]),
        ("WITH_BODY", "Those that take a body.", [name for name, route in every if route.body]),
        ("IDEMPOTENT", "Those that take an Idempotency-Key.", [n for n, route in every if names.takes_key(route)]),
        ("OWNED", "Those that reach the caller's own rows only.", [name for name, route in every if owned(route)]),
    ]


def needs_role(route: Route) -> bool:
    """Whether a token alone is not enough."""
    return not {ANYONE, AUTHENTICATED} & {grant.role for grant in route.grants}


def owned(route: Route) -> bool:
    """Whether the call that the tests make reads, changes or deletes rows of its caller alone."""
    grant = chosen_grant(route)
    inserts = bool(route.writes) and route.writes[0].kind is WriteKind.INSERT
    return grant is not None and grant.owner is not None and not inserts


def _tuple(name: str, about: str, chosen: list[str]) -> list[str]:
    inner = f"{chosen[0]}," if len(chosen) == 1 else ", ".join(chosen)
    return [*wrap(f"{name}: tuple[Make, ...] = ({inner})"), *docstring(about)]
