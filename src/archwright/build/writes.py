"""The function of an operation that writes: every statement of its route, in the order that keeps locks short and even."""

from __future__ import annotations

from collections.abc import Sequence

from archwright.build.amounts import Amounts
from archwright.build.code import Code
from archwright.build.error import BuildError
from archwright.build.fills import Rows, choices, source
from archwright.build.names import attribute, variable
from archwright.build.python import string
from archwright.build.scopes import Reach
from archwright.build.wrap import wrap
from archwright.build.write_guards import Guards
from archwright.model.physical import ColumnFill, FillBy, Table, WriteKind, WriteStep
from archwright.sql.statements import Scope
from archwright.sql.write import (
    Setting,
    Total,
    change_rows,
    delete_row,
    given_name,
    insert_row,
    insert_rows,
    match_name,
    update_row,
    used_columns,
)


class Writer:
    """Writes the lines of one function, step by step."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.names = code.names
        self.route = code.route
        self.rows = Rows()
        self.lines: list[str] = []
        self.main = self.names.table(code.route)
        self.amounts = Amounts(code, self.rows)
        self.guards = Guards(code, self.rows)

    def write(self) -> tuple[list[str], str]:
        """The lines, and the variable of the row that the reply shows (empty: none)."""
        for step in self.route.writes:
            for fill in (*step.fills, *step.match):
                if fill.by is FillBy.PRINCIPAL and not step.many:
                    self._choose(step, fill)
        self.lines += self.guards.before()
        self.lines += self.amounts.referred()
        for step in self.route.writes:
            table = self.names.tables[step.table]
            if self.amounts.is_amount(step):
                self.lines += self.amounts.change(step, table)
            elif step.kind is WriteKind.INSERT and step.many:
                self._insert_many(step, table)
            elif step.kind is WriteKind.INSERT:
                self._insert(step, table)
            elif step.table == self.route.table or self._names_one(step, table):
                self._one_row(step, table)
            else:
                self._some_rows(step, table)
        return self.lines, self.rows.inserted.get(self.route.table or "", "")

    def hidden(self) -> tuple[str, ...]:
        """The main table's columns that come back for later steps and are not part of the reply."""
        shown = {field.name for field in self.route.response}
        return tuple(column for column in self._returned(self.main) if column not in shown) if self.main else ()

    def _choose(self, step: WriteStep, fill: ColumnFill) -> None:
        """A value that is the caller's own for some roles, and given by the body for others."""
        found = choices(self.code, step, fill)
        if len(found) == 1 or (step.table, fill.column) in self.rows.chosen:
            return
        name = variable(fill.column, {"body", "principal", "connection", "written"})
        for number, (value, roles) in enumerate(found):
            word = "if" if number == 0 else "elif"
            test = f"{word} principal.has({', '.join(string(role) for role in roles)}):"
            self.lines.append(f"    {test if number < len(found) - 1 else 'else:'}")
            self.lines += wrap(f"        {name} = {value}")
        self.rows.chosen[step.table, fill.column] = name

    def _settings(self, step: WriteStep) -> tuple[list[Setting], dict[str, str]]:
        """What the statement sets, and the Python expressions of the bound values, by column. Raises BuildError for nothing."""
        settings: list[Setting] = []
        values: dict[str, str] = {}
        for fill in step.fills:
            if fill.by is FillBy.SUM:
                continue
            found = source(self.code, step, fill, self.rows)
            if not found.skip:
                settings.append(Setting(fill.column, found.sql))
                values[fill.column] = found.python
        if step.kind is WriteKind.UPDATE and not step.fills:
            what = self.code.names.entity_name(self.code.names.tables[step.table])
            raise BuildError(
                f"{self.code.route.operation} changes no column of {what}: "
                "a reference to many (-> many) can't be written yet; leave it out"
            )
        return settings, values

    def _variable(self, table: Table) -> str:
        taken = {"row", "rows", "body", "item", "principal", "connection", "written", *self.rows.referred.values()}
        return variable(table.name, taken | {argument.name for argument in self.code.arguments.values()})

    def _insert(self, step: WriteStep, table: Table) -> None:
        settings, values = self._settings(step)
        totals = [self._total(fill, values) for fill in step.fills if fill.by is FillBy.SUM]
        name = self._variable(table)
        statement = insert_row(table, settings, self._returned(table), totals)
        self.lines += self.code.one(f"INSERT_{table.name.upper()}", statement, values, indent=4, target=name)
        self.rows.inserted[table.name] = name
        if step.table == self.route.table:
            self.lines += self.guards.after(step, table, name)

    def _total(self, fill: ColumnFill, values: dict[str, str]) -> Total:
        """A sum over the child rows that the request inserts; their values are bound as arrays."""
        pairs = used_columns(fill.source, self.names.tables)
        child = self.names.tables[pairs[0][0]]
        holder = next(step for step in self.route.writes if step.table == child.name)
        for _, column in pairs:
            of_column = next(f for f in holder.fills if f.column == column)
            value = source(self.code, holder, of_column, self.rows).python
            given = f"[{value} for item in body.{attribute(holder.items)}]" if holder.many else f"[{value}]"
            values[f"{child.name}.{column}"] = given
        return Total(fill.column, fill.source, child, tuple(column for _, column in pairs))

    def _insert_many(self, step: WriteStep, table: Table) -> None:
        settings, values = self._settings(step)
        shared = [s for s in settings if s.sql or not _inside(values[s.column])]
        each = [s for s in settings if s not in shared]
        items = f"body.{attribute(step.items)}"
        for setting in each:
            value = values[setting.column]
            if value == "position":
                values[setting.column] = f"list(range(1, len({items}) + 1))"
            elif value == "uuid7()":
                values[setting.column] = f"[uuid7() for _ in {items}]"
            else:
                values[setting.column] = f"[{value} for item in {items}]"
        statement = insert_rows(table, shared, each, ())
        self.lines += self.code.call("execute", f"INSERT_{table.name.upper()}", statement, values, indent=4)

    def _names_one(self, step: WriteStep, table: Table) -> bool:
        """Whether the step says which row it means by its whole key."""
        return not step.many and {fill.column for fill in step.match} >= set(table.key)

    def _one_row(self, step: WriteStep, table: Table) -> None:
        """Update or delete one row; refuse where there is none that the caller may reach."""
        settings, values = self._settings(step)
        partial = [fill.column for fill in step.fills if fill.by is FillBy.BODY and not fill.required]
        settings = [Setting(s.column, s.sql, optional=s.column in partial) for s in settings]
        for fill in step.fills:
            if fill.column in partial:
                values[given_name(fill.column)] = f"{string(attribute(fill.name))} in body.model_fields_set"
        match = tuple(fill.column for fill in step.match)
        for fill in step.match:
            values[match_name(fill.column)] = self._match_value(step, fill)
        name = self._variable(table)
        main = step.table == self.route.table
        returned = self._returned(table) or table.key

        def change(reach: Reach, ending: str, indent: int) -> Sequence[str]:
            scope = reach.scope if main else Scope()
            if step.kind is WriteKind.DELETE:
                statement = delete_row(table, match, scope=scope, tables=self.names.tables)
            else:
                statement = update_row(table, settings, match, returned, scope=scope, tables=self.names.tables)
            own = self.code.owner_value(reach) if main else {}
            constant = f"{step.kind.value}_{table.name}".upper() + ending
            return self.code.call("fetchrow", constant, statement, {**values, **own}, indent=indent, target=name)

        self.lines += self.code.by_reach(4, change) if main else list(change(Reach((), Scope()), "", 4))
        what = string(self.names.entity_name(table))
        self.lines.append(f"    if {name} is None:")
        named = next((fill for fill in step.match if fill.by is FillBy.BODY), None)
        if named is not None:
            self.code.own("web.problems", "unknown")
            self.lines.append(f"        raise unknown({string('/' + named.name)}, {what})")
        else:
            self.code.own("web.problems", "not_found")
            self.lines.append(f"        raise not_found({what})")
        self.rows.inserted[table.name] = name

    def _some_rows(self, step: WriteStep, table: Table) -> None:
        """Update or delete rows beside the main one: those an item names each, or all that refer to a row."""
        settings, values = self._settings(step)
        match = tuple(fill.column for fill in step.match)
        for fill in step.match:
            value = self._match_value(step, fill)
            many = f"[{value} for item in body.{attribute(step.items)}]" if step.many else value
            values[match_name(fill.column)] = many
        statement = change_rows(table, settings, match, lists=step.many, delete=step.kind is WriteKind.DELETE)
        constant = f"{step.kind.value}_{table.name}".upper()
        self.lines += self.code.call("execute", constant, statement, values, indent=4)

    def _match_value(self, step: WriteStep, fill: ColumnFill) -> str:
        """The value that says which row; a copied one comes from a row that the same request wrote."""
        if fill.by is FillBy.COPY:
            origin, _, column = fill.source.partition(".")
            return f"{self.rows.inserted[origin]}[{string(column)}]"
        return source(self.code, step, fill, self.rows).python

    def _returned(self, table: Table) -> tuple[str, ...]:
        """The columns that come back: those of the reply, and those that later steps need."""
        shown = [field.name for field in self.route.response if table.column(field.name)]
        found = [*(shown if table.name == self.route.table else []), *table.key]
        for step in self.route.writes:
            for fill in (*step.fills, *step.match):
                origin, _, column = fill.source.partition(".")
                if fill.by is FillBy.COPY and origin == table.name:
                    found.append(column)
                if fill.by is FillBy.PARENT and fill.source == table.name:
                    keys = (key for key in self.names.tables[step.table].foreign_keys if fill.column in key.columns)
                    found += [
                        key.target_columns[key.columns.index(fill.column)] for key in keys if key.target == table.name
                    ]
        return tuple(dict.fromkeys(found))


def _inside(value: str) -> bool:
    """Whether the value is another for each item."""
    return value in {"position", "uuid7()"} or "item." in value
