"""Checks around an insert: what a new row refers to is the caller's, and the new row is one that the caller may reach."""

from __future__ import annotations

from archwright.build.code import Code
from archwright.build.fills import Rows, source
from archwright.build.python import string
from archwright.build.scopes import Reach, reaches
from archwright.build.wrap import wrap
from archwright.model.physical import FillBy, Table, WriteKind, WriteStep
from archwright.sql.statements import OWNER
from archwright.sql.write import match_name, read_owned, read_reached


class Guards:
    """The checks of one function."""

    def __init__(self, code: Code, rows: Rows) -> None:
        self.code = code
        self.rows = rows

    def before(self) -> list[str]:
        """For a new row below something of an owner: that something must be the caller's, or it is not found."""
        first = next((step for step in self.code.route.writes if step.table == self.code.route.table), None)
        if first is None or first.kind is not WriteKind.INSERT:
            return []
        found = reaches(self.code.names, self.code.route)
        checks = [self._owned(first, reach, number) for number, reach in enumerate(found)]
        return self._branches(found, checks)

    def after(self, step: WriteStep, table: Table, name: str) -> list[str]:
        """For a new row with conditions on it: the caller must be able to reach it, or nothing is written."""
        found = reaches(self.code.names, self.code.route)
        checks = [self._reached(step, reach, table, name, number) for number, reach in enumerate(found)]
        return self._branches(found, checks)

    def _branches(self, found: tuple[Reach, ...], checks: list[list[str]]) -> list[str]:
        """Each check under a test of the caller: he is held to the first reach that one of his roles has."""
        lines: list[str] = []
        for number, (reach, check) in enumerate(zip(found, checks, strict=True)):
            if not check:
                continue
            tests = [f"not {other.condition()}" for other in found[:number] if not other.everyone]
            if number < len(found) - 1:
                tests.append(reach.condition())
            if tests:
                lines += wrap(f"    if {' and '.join(tests)}:")
            indent = 8 if tests else 4
            lines += [part for line in check for part in wrap(f"{' ' * indent}{line}")]
        return lines

    def _owned(self, step: WriteStep, reach: Reach, number: int) -> list[str]:
        owner = reach.scope.owner
        if owner is None or not owner.steps:
            return []
        values = self.code.owner_value(reach)
        for fill in step.fills:
            if fill.column in owner.steps[0].columns:
                values[fill.column] = source(self.code, step, fill, self.rows).python
        self.code.own("web.problems", "not_found")
        what = string(self.code.names.entity_name(self.code.names.tables[owner.steps[0].target]))
        constant = "OWNED" if number == 0 else f"OWNED_{number + 1}"
        lines = self.code.call("fetchrow", constant, read_owned(owner), values, indent=0, target="owned")
        return [*lines, "if owned is None:", f"    raise not_found({what})"]

    def _reached(self, step: WriteStep, reach: Reach, table: Table, name: str, number: int) -> list[str]:
        owner = reach.scope.owner
        direct = owner is not None and not owner.steps
        set_to_caller = direct and any(
            fill.column == owner.column and fill.by is FillBy.PRINCIPAL and set(reach.roles) <= set(fill.roles)
            for fill in step.fills
            if owner is not None
        )
        if not reach.scope.conditions and (not direct or set_to_caller):
            return []
        statement = read_reached(table, reach.scope, self.code.names.tables)
        values = {match_name(column): f"{name}[{string(column)}]" for column in table.key}
        if OWNER in statement.parameters:
            values |= self.code.owner_value(reach)
        constant = "REACHED" if number == 0 else f"REACHED_{number + 1}"
        self.code.own("web.problems", "Problem")
        lines = self.code.call("fetchrow", constant, statement, values, indent=0, target="reached")
        return [
            *lines,
            "if reached is None:",
            '    raise Problem(403, "forbidden", "You may not write this row.")',
        ]
