"""The function of an operation that writes: every statement of its route, in the order that keeps locks short and even."""

from __future__ import annotations

from collections.abc import Sequence

from archwright.build.code import Code
from archwright.build.fills import Rows, source, through_value
from archwright.build.inputs import MOST_ITEMS
from archwright.build.names import attribute, variable
from archwright.build.python import string
from archwright.build.scopes import Reach, reaches
from archwright.build.wrap import wrap
from archwright.model.physical import ColumnFill, FillBy, Table, WriteKind, WriteStep
from archwright.sql.statements import Scope
from archwright.sql.write import (
    Setting,
    Total,
    decrease,
    delete_row,
    given_name,
    insert_row,
    insert_rows,
    match_name,
    read_owned,
    read_referred,
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

    def write(self) -> tuple[list[str], str]:
        """The lines, and the variable of the row that the reply shows (empty: none)."""
        self._owned()
        self._referred()
        for step in self.route.writes:
            table = self.names.tables[step.table]
            if any(fill.by is FillBy.DECREASE for fill in step.fills):
                self._decrease(step, table)
            elif step.kind is WriteKind.INSERT:
                self._insert_many(step, table) if step.many else self._insert(step, table)
            elif step.kind is WriteKind.UPDATE:
                self._update(step, table)
            else:
                self._delete(step, table)
        return self.lines, self.rows.inserted.get(self.route.table or "", "")

    def _owned(self) -> None:
        """For new rows: what they will refer to must be the caller's, and nobody writes in another's name."""
        first = next((step for step in self.route.writes if step.table == self.route.table), None)
        if first is None or first.kind is not WriteKind.INSERT:
            return
        found = reaches(self.route)
        lines: list[str] = []
        for number, reach in enumerate(found):
            check = self._ownership(first, reach)
            if not check:
                continue
            earlier = [other for other in found[:number] if not other.everyone]
            indent = 4
            if len(found) > 1:
                tests = [f"not {other.condition()}" for other in earlier]
                if number < len(found) - 1:
                    tests.append(reach.condition())
                lines += wrap(f"    if {' and '.join(tests) or 'True'}:")
                indent = 8
            lines += [f"{' ' * indent}{line}" for line in check]
        self.lines += lines

    def _ownership(self, step: WriteStep, reach: Reach) -> list[str]:
        owner = reach.scope.owner
        if owner is None:
            return []
        if not owner.steps:
            fill = next((fill for fill in step.fills if fill.column == owner.column), None)
            if fill is None or fill.by in {FillBy.PRINCIPAL, FillBy.KEY}:
                return []
            value = source(self.code, step, fill, self.rows).python
            mine = next(iter(self.code.owner_value(owner).values()))
            self.code.own("web.problems", "Problem")
            return [
                f"if {value} != {mine}:",
                f'    raise Problem(403, "forbidden", "{owner.column} must be you.")',
            ]
        statement = read_owned(owner)
        values = dict(self.code.owner_value(owner))
        shown: list[str] = []
        for fill in step.fills:
            if fill.column in owner.steps[0].columns:
                values[fill.column] = source(self.code, step, fill, self.rows).python
                shown.append(fill.name or fill.column)
        self.code.own("web.problems", "not_found")
        what = string(self.names.entity_name(self.names.tables[owner.steps[0].target]))
        lines = self.code.call("fetchrow", "OWNED", statement, values, indent=0, target="owned")
        return [*lines, "if owned is None:", f"    raise not_found({what})"]

    def _referred(self) -> None:
        """Read what is copied, and lock what will fall, first of all and in the order of the keys."""
        wanted: dict[str, tuple[WriteStep, str, dict[str, None]]] = {}
        falling = {s.table for s in self.route.writes if any(f.by is FillBy.DECREASE for f in s.fills)}
        written = {s.table for s in self.route.writes if s.kind is WriteKind.INSERT}
        for step in self.route.writes:
            if step.kind is not WriteKind.INSERT:
                continue
            for fill in step.fills:
                origin, _, column = fill.source.partition(".")
                if fill.by is FillBy.COPY and origin not in written:
                    wanted.setdefault(origin, (step, fill.through, {}))[2][column] = None
        for step in self.route.writes:
            for fill in step.fills:
                if fill.by is FillBy.DECREASE and step.table not in wanted:
                    holder = self._step(fill.source.partition(".")[0])
                    wanted[step.table] = (holder, self._link(holder, step), {})
        for origin, (step, through, columns) in wanted.items():
            table = self.names.tables[origin]
            key = table.key[0]
            statement = read_referred(table, key, tuple(columns), MOST_ITEMS, lock=origin in falling)
            fill = ColumnFill(column="", by=FillBy.COPY, source=f"{origin}.{key}", through=through)
            value = through_value(self.code, step, fill, self.rows)
            name = variable(origin, {"rows", "body", "item", "principal", "connection"})
            self.rows.referred[origin] = name
            self.code.own("web.rows", "keyed", "refuse_unknown")
            given = f"[{value} for item in {self._items(step)}]" if step.many else f"[{value}]"
            verb = "LOCK" if origin in falling else "READ"
            constant = self.code.constant(f"{verb}_{origin.upper()}", statement)
            self.lines += wrap(f"    {name} = keyed(await connection.fetch({constant}, {given}), {string(key)})")
            self.lines += wrap(
                f"    refuse_unknown({name}, {self._where(step, through, value)}, "
                f"{string(self.names.entity_name(table))})"
            )

    def _where(self, step: WriteStep, column: str, value: str) -> str:
        """Pairs of a place in the body and the value that stands there."""
        fill = next(fill for fill in step.fills if fill.column == column)
        if step.many:
            return f'((f"/{step.items}/{{n}}/{fill.name}", {value}) for n, item in enumerate({self._items(step)}))'
        return f"[({string('/' + (fill.name or column))}, {value})]"

    def _items(self, step: WriteStep) -> str:
        return f"body.{attribute(step.items)}"

    def _step(self, table: str) -> WriteStep:
        return next(step for step in self.route.writes if step.table == table)

    def _link(self, holder: WriteStep, step: WriteStep) -> str:
        """The column of `holder` that refers to the row of `step`."""
        keys = self.names.tables[holder.table].foreign_keys
        return next(key.columns[0] for key in keys if key.target == step.table)

    def _decrease(self, step: WriteStep, table: Table) -> None:
        for fill in step.fills:
            origin, _, amount = fill.source.partition(".")
            holder = self._step(origin)
            link = self._link(holder, step)
            of_link = next(f for f in holder.fills if f.column == link)
            of_amount = next(f for f in holder.fills if f.column == amount)
            key = source(self.code, holder, of_link, self.rows).python
            value = source(self.code, holder, of_amount, self.rows).python
            pairs = f"({key}, {value}) for item in {self._items(holder)}" if holder.many else f"[({key}, {value})]"
            self.code.own("web.rows", "amounts", "refuse_short")
            floor = self._floor(table, fill.column)
            statement = decrease(table, table.key[0], fill.column, floor)
            constant = self.code.constant(f"TAKE_{table.name}_{fill.column}".upper(), statement)
            self.lines.append(f"    asked = amounts({pairs})")
            self.lines += wrap(f"    taken = await connection.fetch({constant}, list(asked), list(asked.values()))")
            where = self._where(holder, link, key).replace(f'/{of_link.name}"', f'/{of_amount.name}"')
            self.lines += wrap(
                f"    refuse_short(keyed(taken, {string(table.key[0])}), {where}, {string(fill.column)})"
            )

    def _floor(self, table: Table, column: str) -> str:
        entity = self.names.entity(table)
        of_column = table.column(column)
        field = entity.field(of_column.field or "") if entity is not None and of_column is not None else None
        for bound in field.bounds if field is not None else ():
            if bound.operator == ">=":
                return f"{bound.value:g}"
            if bound.operator == ">":
                return f"{int(bound.value) + 1}"
        return "0"

    def _settings(self, step: WriteStep) -> tuple[list[Setting], dict[str, str]]:
        """What the statement sets, and the Python expressions of the bound values, by column."""
        settings: list[Setting] = []
        values: dict[str, str] = {}
        for fill in step.fills:
            if fill.by is FillBy.SUM:
                continue
            found = source(self.code, step, fill, self.rows)
            if found.skip:
                continue
            settings.append(Setting(fill.column, found.sql))
            values[fill.column] = found.python
        return settings, values

    def _insert(self, step: WriteStep, table: Table) -> None:
        settings, values = self._settings(step)
        totals = [self._total(fill, values) for fill in step.fills if fill.by is FillBy.SUM]
        name = variable(table.name, {"rows", "body", "principal", "connection", *self.rows.referred.values()})
        name = f"{name}_row" if name == "row" else name
        statement = insert_row(table, settings, self._returned(table), totals)
        self.lines += self.code.one(f"INSERT_{table.name.upper()}", statement, values, indent=4, target=name)
        self.rows.inserted[table.name] = name

    def _total(self, fill: ColumnFill, values: dict[str, str]) -> Total:
        pairs = used_columns(fill.source, self.names.tables)
        child = self.names.tables[pairs[0][0]]
        holder = self._step(child.name)
        for _, column in pairs:
            of_column = next(f for f in holder.fills if f.column == column)
            value = source(self.code, holder, of_column, self.rows).python
            given = f"[{value} for item in {self._items(holder)}]" if holder.many else f"[{value}]"
            values[f"{child.name}.{column}"] = given
        return Total(fill.column, fill.source, child, tuple(column for _, column in pairs))

    def _insert_many(self, step: WriteStep, table: Table) -> None:
        settings, values = self._settings(step)
        shared = [s for s in settings if s.sql or not _inside(values[s.column])]
        each = [s for s in settings if s not in shared]
        items = self._items(step)
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

    def _update(self, step: WriteStep, table: Table) -> None:
        settings, values = self._settings(step)
        partial = [fill.column for fill in step.fills if fill.by is FillBy.BODY and not fill.required]
        settings = [Setting(s.column, s.sql, optional=s.column in partial) for s in settings]
        for fill in step.fills:
            if fill.column in partial:
                values[given_name(fill.column)] = f"{string(attribute(fill.name))} in body.model_fields_set"
        self._one_row(step, table, settings, values)

    def _delete(self, step: WriteStep, table: Table) -> None:
        self._one_row(step, table, [], {})

    def _one_row(self, step: WriteStep, table: Table, settings: list[Setting], values: dict[str, str]) -> None:
        """Update or delete one row; refuse where there is none that the caller may reach."""
        match = tuple(fill.column for fill in step.match)
        for fill in step.match:
            values[match_name(fill.column)] = self._match_value(step, fill)
        name = variable(table.name, {"rows", "body", "principal", "connection", *self.rows.referred.values()})
        main = step.table == self.route.table

        def change(reach: Reach, ending: str, indent: int) -> Sequence[str]:
            scope = reach.scope if main else Scope()
            if step.kind is WriteKind.DELETE:
                statement = delete_row(table, match, scope)
            else:
                statement = update_row(table, settings, match, scope, self._returned(table) or table.key)
            own = self.code.owner_value(scope.owner)
            constant = f"{step.kind.value}_{table.name}".upper() + (ending if main else "")
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

    def _match_value(self, step: WriteStep, fill: ColumnFill) -> str:
        """The value that says which row; a copied one comes from a row that the same request wrote."""
        if fill.by is FillBy.COPY:
            origin, _, column = fill.source.partition(".")
            return f"{self.rows.inserted[origin]}[{string(column)}]"
        return source(self.code, step, fill, self.rows).python

    def hidden(self) -> tuple[str, ...]:
        """The main table's columns that come back for later steps and are not part of the reply."""
        shown = {field.name for field in self.route.response}
        return tuple(column for column in self._returned(self.main) if column not in shown) if self.main else ()

    def _returned(self, table: Table) -> tuple[str, ...]:
        """The columns that come back: those of the reply, and those that later steps need."""
        if table.name == self.route.table:
            shown = [field.name for field in self.route.response if table.column(field.name)]
        else:
            shown = []
        shown += list(table.key)
        for step in self.route.writes:
            for fill in (*step.fills, *step.match):
                origin, _, column = fill.source.partition(".")
                if fill.by is FillBy.COPY and origin == table.name:
                    shown.append(column)
        return tuple(dict.fromkeys(shown))


def _inside(value: str) -> bool:
    """Whether the value is another for each item."""
    return value in {"position", "uuid7()"} or "item." in value
