"""What a write takes from rows it refers to: values copied from them, and counters that fall or grow."""

from __future__ import annotations

from archwright.build.code import Code
from archwright.build.error import BuildError
from archwright.build.fills import Rows, source, through_value
from archwright.build.inputs import MOST_ITEMS
from archwright.build.names import attribute, variable
from archwright.build.python import string
from archwright.build.wrap import wrap
from archwright.model.physical import ColumnFill, FillBy, Table, WriteKind, WriteStep
from archwright.sql.write import add_amounts, read_referred

_CHANGES = frozenset({FillBy.DECREASE, FillBy.INCREASE})


class Amounts:
    """Reads what is copied and changes counters, for one function."""

    def __init__(self, code: Code, rows: Rows) -> None:
        self.code = code
        self.rows = rows
        self.writes = code.route.writes

    def is_amount(self, step: WriteStep) -> bool:
        """Whether the step changes counters by what other rows of the request say."""
        return any(fill.by in _CHANGES and "." in fill.source and self._holder(fill) is not None for fill in step.fills)

    def referred(self) -> list[str]:
        """Read what is copied, and lock what will change, first of all and in the order of the keys."""
        wanted: dict[str, tuple[WriteStep, ColumnFill, dict[str, None]]] = {}
        changing = {step.table for step in self.writes if self.is_amount(step)}
        inserted = {step.table for step in self.writes if step.kind is WriteKind.INSERT}
        for step in self.writes:
            for fill in step.fills if step.kind is WriteKind.INSERT else ():
                origin, _, column = fill.source.partition(".")
                if fill.by is FillBy.COPY and origin not in inserted:
                    through = next((other for other in step.fills if other.column == fill.through), fill)
                    wanted.setdefault(origin, (step, through, {}))[2][column] = None
        for step in self.writes:
            if step.table in changing and step.table not in wanted:
                wanted[step.table] = (step, step.match[0], {})
        lines: list[str] = []
        for origin, (step, through, columns) in wanted.items():
            lines += self._read(origin, step, through, tuple(columns), lock=origin in changing)
        return lines

    def _read(
        self, origin: str, step: WriteStep, through: ColumnFill, columns: tuple[str, ...], *, lock: bool
    ) -> list[str]:
        table = self.code.names.tables[origin]
        if len(table.key) != 1:
            raise BuildError(
                f"{self.code.route.operation}: {origin} has a key of several columns, so nothing is copied from it"
            )
        key = table.key[0]
        statement = read_referred(table, key, columns, MOST_ITEMS, lock=lock)
        if through in step.match:
            value = source(self.code, step, through, self.rows).python
        else:
            copy = ColumnFill(column="", by=FillBy.COPY, source=f"{origin}.{key}", through=through.column)
            value = through_value(self.code, step, copy, self.rows)
        name = variable(origin, {"rows", "body", "item", "principal", "connection", "written", "asked", "taken"})
        self.rows.referred[origin] = name
        self.code.own("web.rows", "keyed", "refuse_unknown")
        given = f"[{value} for item in {_items(step)}]" if step.many else f"[{value}]"
        constant = self.code.constant(f"{'LOCK' if lock else 'READ'}_{origin.upper()}", statement)
        what = string(self.code.names.entity_name(table))
        return [
            *wrap(f"    {name} = keyed(await connection.fetch({constant}, {given}), {string(key)})"),
            *wrap(f"    refuse_unknown({name}, {_where(step, through, value)}, {what})"),
        ]

    def change(self, step: WriteStep, table: Table) -> list[str]:
        """Change the counters; refuse where there is not enough."""
        lines: list[str] = []
        key = table.key[0]
        for fill in step.fills:
            holder = self._holder(fill)
            if fill.by not in _CHANGES or holder is None:
                raise BuildError(
                    f"{self.code.route.operation}: {step.table}.{fill.column} can't be written along with a counter"
                )
            amount = next(f for f in holder.fills if f.column == fill.source.partition(".")[2])
            named = source(self.code, step, step.match[0], self.rows).python
            value = source(self.code, holder, amount, self.rows).python
            pairs = f"({named}, {value}) for item in {_items(holder)}" if holder.many else f"[({named}, {value})]"
            floor = self._floor(table, fill.column) if fill.by is FillBy.DECREASE else None
            statement = add_amounts(table, key, fill.column, floor=floor)
            verb = "TAKE" if fill.by is FillBy.DECREASE else "ADD"
            constant = self.code.constant(f"{verb}_{table.name}_{fill.column}".upper(), statement)
            self.code.own("web.rows", "amounts", "keyed", "refuse_short")
            where = _where(holder, amount, named)
            lines.append(f"    asked = amounts({pairs})")
            lines += wrap(f"    taken = await connection.fetch({constant}, list(asked), list(asked.values()))")
            lines += wrap(f"    refuse_short(keyed(taken, {string(key)}), {where}, {string(fill.column)})")
        return lines

    def _holder(self, fill: ColumnFill) -> WriteStep | None:
        """The step that writes the rows which say by how much."""
        return next((step for step in self.writes if step.table == fill.source.partition(".")[0]), None)

    def _floor(self, table: Table, column: str) -> str:
        """The least value of the column."""
        entity = self.code.names.entity(table)
        of_column = table.column(column)
        field = entity.field(of_column.field or "") if entity is not None and of_column is not None else None
        for bound in field.bounds if field is not None else ():
            if bound.operator == ">=":
                return str(int(bound.value)) if float(bound.value).is_integer() else repr(bound.value)
            if bound.operator == ">":
                return f"{int(bound.value) + 1}"
        return "0"


def _items(step: WriteStep) -> str:
    return f"body.{attribute(step.items)}"


def _where(step: WriteStep, fill: ColumnFill, value: str) -> str:
    """Pairs of a place in the body and the key that stands there."""
    if step.many:
        return f'((f"/{step.items}/{{n}}/{fill.name}", {value}) for n, item in enumerate({_items(step)}))'
    return f"[({string('/' + (fill.name or fill.column))}, {value})]"
