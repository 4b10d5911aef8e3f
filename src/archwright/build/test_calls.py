"""`tests/calls.py`: a valid call of each operation, which the tests vary."""

from __future__ import annotations

from dataclasses import dataclass, field

from archwright.build.callers import SUBJECT, caller
from archwright.build.inputs import Target, targets
from archwright.build.project_names import Names, fills_principal
from archwright.build.python import Imports, docstring, module, string
from archwright.build.samples import as_json, counters, sample
from archwright.build.wrap import wrap
from archwright.model.physical import (
    BodyField,
    Column,
    FillBy,
    ForeignKey,
    Grant,
    ParameterIn,
    Route,
    Table,
    WriteKind,
)
from archwright.model.policy import ANYONE, AUTHENTICATED

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
    fixed: dict[str, dict[str, str]] = field(default_factory=dict)
    """Table to the values that its rows must have."""
    known: dict[tuple[str, str], str] = field(default_factory=dict)
    """(table, column) to the key of a row that exists without a variable of its own."""
    numbered: bool = False

    def forget_unused(self, text: str) -> None:
        """Rows that only have to be there need no variable."""
        for variable in self.made.values():
            rest = " ".join(line for line in self.lines if not line.lstrip().startswith(f"{variable} = "))
            if variable not in text and variable not in rest:
                self.lines = [line.replace(f"{variable} = await", "await") for line in self.lines]

    def fix(self, table: str, column: str, value: str) -> None:
        """Rows of the table made from now on have this value."""
        self.fixed.setdefault(table, {})[column] = value

    def row(self, table: str) -> str:
        """The variable of a row of the table, made where there is none yet."""
        if table not in self.made:
            function = self.names.row_functions[table]
            variable = f"{function}_row"
            given = {**self._known_keys(table), **self.fixed.get(table, {})}
            extra = "".join(f", {column}={value}" for column, value in given.items())
            self.lines += wrap(f"    {variable} = await rows.{function}(connection{extra})")
            self.made[table] = variable
        return self.made[table]

    def _known_keys(self, table: str) -> dict[str, str]:
        """References to rows that are made already, so that the rows of a call belong together."""
        return {
            column: f"{self.made[key.target]}[{string(target)}]"
            for key in self.names.tables[table].foreign_keys
            if key.target in self.made and key.target != table
            for column, target in zip(key.columns, key.target_columns, strict=True)
        }


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
    subject, claims = _caller(work, route, table, grant, creates=creates)
    if table is not None and table.entity and not creates:
        work.row(table.name)
    path, query = _parameters(work, route, table)
    body = _body(work, route)
    roles = () if grant is None or grant.role in {ANYONE, AUTHENTICATED} else (grant.role,)
    options = [string(route.method), path, f"status={route.status}"]
    if grant is None or grant.role != ANYONE:
        options.append(f"roles=({string(roles[0])},)" if roles else "roles=()")
        options.append("guarded=True")
    if subject:
        options.append(f"subject={subject}")
    if claims:
        options.append(f"claims={claims}")
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
    return [
        f"async def {name}({'' if used else '_'}connection: Connection) -> Call:",
        *docstring(f"{route.method} {route.path}.", 4),
        *(["    number = next(_numbers)"] if work.numbered else []),
        *work.lines,
        *wrap(f"    return Call({', '.join(options)})"),
    ]


def _caller(work: _Lines, route: Route, table: Table | None, grant: Grant | None, *, creates: bool) -> tuple[str, str]:
    """Make the caller's own row and what must belong to him; the subject of his token, and its further claims."""
    if table is None or grant is None:
        return "", ""
    for parameter in route.parameters:
        if parameter.operator == "match" and parameter.column:
            work.fix(table.name, parameter.column.split(",")[0], string(WORD))
    for condition in grant.conditions:
        if condition.operator == "=" and condition.caller is None and not condition.steps:
            work.fix(table.name, condition.column, literal(condition.value))
    who = caller(work.names, grant.role)
    home = who.table or _home(work.names, route, grant)
    if not home or not (grant.owner or any(c.caller for c in grant.conditions) or fills_principal(route)):
        return "", ""
    me = work.row(home)
    key = who.key or work.names.tables[home].key[0]
    _belongs(work, table, grant, f"{me}[{string(key)}]", me, creates=creates)
    for step in route.writes:
        for fill in step.fills:
            if fill.by is FillBy.PRINCIPAL and grant.role in fill.roles:
                work.fix(step.table, fill.column, f"{me}[{string(key)}]")
    if who.looked_up or who.claim != SUBJECT:
        return "", f"{{{string(who.claim)}: str({me}[{string(who.field or key)}])}}"
    return f"{me}[{string(key)}]", ""


def _home(names: Names, route: Route, grant: Grant) -> str:
    """The table that the caller's own key belongs to, where his role names no entity."""
    if grant.owner is not None:
        holder = names.tables[grant.owner.table]
        key = _key(holder, grant.owner.column)
        return key.target if key is not None else holder.name
    for step in route.writes:
        for fill in step.fills:
            key = _key(names.tables[step.table], fill.column)
            if fill.by is FillBy.PRINCIPAL and grant.role in fill.roles and key is not None:
                return key.target
    return ""


def _belongs(work: _Lines, table: Table, grant: Grant, mine: str, me: str, *, creates: bool) -> None:
    """Let the rows from the route's table to the owner's be the caller's, and conditions on his row hold."""
    for condition in grant.conditions:
        if condition.caller is not None and not condition.caller.steps and not condition.steps:
            value = f"{me}[{string(condition.caller.column)}]"
            work.fix(table.name, condition.column, value)
            key = _key(table, condition.column)
            if key is not None:
                work.known[key.target, key.target_columns[0]] = value
    owner = grant.owner
    if owner is None:
        return
    if not owner.steps:
        if _key(table, owner.column) is None and owner.column in table.key:
            work.made.setdefault(table.name, me)
        work.fix(table.name, owner.column, mine)
        return
    work.fix(owner.table, owner.column, mine)
    for number in range(len(owner.steps) - 1, -1, -1):
        step = owner.steps[number]
        variable = work.row(step.target)
        if number > 0 or not creates:
            for column, target in zip(step.columns, step.target_columns, strict=True):
                work.fix(step.table, column, f"{variable}[{string(target)}]")


def literal(value: str | float | bool) -> str:
    """A constant as Python."""
    return string(value) if isinstance(value, str) else repr(value)


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
            if key is not None and (key.target, key.target_columns[0]) in work.known:
                value = work.known[key.target, key.target_columns[0]]
            elif table.name in work.made:
                value = f"{work.made[table.name]}[{string(parameter.column)}]"
            elif key is not None:
                target = key.target_columns[key.columns.index(parameter.column)]
                value = f"{work.row(key.target)}[{string(target)}]"
            elif column is not None:
                value = _sampled(work, table, column)
        if parameter.located is ParameterIn.PATH and "{" + parameter.name + "}" in path:
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
    grant = chosen_grant(route)
    asked = {
        fill.name
        for step in route.writes
        for fill in step.fills
        if fill.by is FillBy.PRINCIPAL and grant is not None and grant.role not in fill.roles
    }
    for item in route.body:
        if item.items:
            inner = targets(work.names, route, item.name)
            fields = ", ".join(f"{string(f.name)}: {_value(work, f, inner)}" for f in item.items if _wanted(f, inner))
            parts.append(f"{string(item.name)}: [{{{fields}}}]")
        elif _wanted(item, top) or item.name in asked or (route.writes and route.writes[0].kind is WriteKind.UPDATE):
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
        if (key.target, column) in work.known:
            return as_json(work.known[key.target, column], of_target)
        if target.column.name in work.fixed.get(target.table.name, {}):
            return as_json(work.fixed[target.table.name][target.column.name], of_target)
        return as_json(f"{work.row(key.target)}[{string(column)}]", of_target)
    if target.existing and target.table.entity:
        return as_json(f"{work.row(target.table.name)}[{string(target.column.name)}]", target.column)
    return as_json(_sampled(work, target.table, target.column), target.column)


def calls_module(names: Names, preamble: str) -> str:
    """The text of `tests/calls.py`; `preamble` defines Call."""
    imports = Imports(names.package)
    imports.add("collections.abc", "Awaitable", "Callable")
    imports.add("dataclasses", "dataclass", "field")
    imports.add("itertools", "count")
    imports.add("typing", "Any")
    imports.module("httpx")
    imports.add(f"{names.package}.database", "Connection")
    if "signed(*self" in preamble:
        imports.add("uuid", "uuid4")
        imports.add(".tokens", "signed")
    functions = [call_function(names, route, imports) for route in names.routes]
    if any("await rows." in line for lines in functions for line in lines):
        imports.add(".", "rows")
    if not any("next(_numbers)" in line for lines in functions for line in lines):
        imports.remove("itertools", "count")
    numbers = (
        [["_numbers = count(2, 2)  # even: those of rows.py are odd, so that short unique texts differ"]]
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
        ("PUBLISHING", "Those that send messages.", [name for name, route in every if route.publishes]),
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
