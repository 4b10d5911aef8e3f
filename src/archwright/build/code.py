"""One operation's module while it is written: its imports, its SQL constants, the lines of its functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from archwright.build.callers import SUBJECT, Caller, lookups
from archwright.build.inputs import Argument
from archwright.build.project_names import Names
from archwright.build.python import Imports, block, string
from archwright.build.scopes import Reach, reaches
from archwright.build.types import kind
from archwright.build.wrap import wrap
from archwright.model.physical import Column, Route
from archwright.sql.statements import OWNER, Scope, Statement


@dataclass
class Code:
    """What the writers of reads and writes share."""

    names: Names
    route: Route
    imports: Imports
    arguments: dict[str, Argument] = field(default_factory=dict)
    """By parameter."""
    constants: dict[str, str] = field(default_factory=dict)
    """Name to SQL text."""

    def own(self, module: str, *names: str) -> None:
        """Import from the project."""
        self.imports.add(f"{self.names.package}.{module}", *names)

    def constant(self, name: str, statement: Statement) -> str:
        """A constant for the SQL text; another name where that one holds another text."""
        number, chosen = 2, name
        while self.constants.get(chosen, statement.sql) != statement.sql:
            chosen = f"{name}_{number}"
            number += 1
        self.constants[chosen] = statement.sql
        return chosen

    def constant_lines(self) -> list[list[str]]:
        """The definitions of the constants."""
        if self.constants:
            self.imports.add("typing", "Final")
        return [[f"{name}: Final = {block(sql)}" for name, sql in self.constants.items()]] if self.constants else []

    def call(
        self, method: str, name: str, statement: Statement, values: Mapping[str, str], *, indent: int, target: str = ""
    ) -> list[str]:
        """`target = await connection.method(CONSTANT, values...)`."""
        constant = self.constant(name, statement)
        given = [constant, *(values[parameter] for parameter in statement.parameters)]
        before = f"{target} = " if target else ""
        return wrap(f"{' ' * indent}{before}await connection.{method}({', '.join(given)})")

    def one(self, name: str, statement: Statement, values: Mapping[str, str], *, indent: int, target: str) -> list[str]:
        """Like `call`, for a statement that always gives a row."""
        self.own("web.rows", "one")
        constant = self.constant(name, statement)
        given = ["connection", constant, *(values[parameter] for parameter in statement.parameters)]
        return wrap(f"{' ' * indent}{target} = await one({', '.join(given)})")

    def owner_value(self, reach: Reach) -> dict[str, str]:
        """The caller's own id, where the reach's statements bind it."""
        scope = reach.scope
        if not scope.asks_caller:
            return {}
        if reach.caller.table:
            return {OWNER: self.caller_key(reach.caller)}
        assert scope.owner is not None
        column = self.names.tables[scope.owner.table].column(scope.owner.column)
        assert column is not None, f"{scope.owner.table}.{scope.owner.column}"
        return {OWNER: self.caller_key(reach.caller, column)}

    def caller_key(self, who: Caller, column: Column | None = None) -> str:
        """The key of the row that stands for the caller, as an expression; `column` gives its type where no table does."""
        if who.looked_up:
            function = lookups(self.names)[who]
            self.own("callers", function)
            return f"await {function}(connection, principal)"
        key = self.names.tables[who.table].column(who.key) if who.table else column
        assert key is not None, who
        type_ = kind(key).plain
        for module, name in type_.imports:
            self.imports.add(module, name)
        claim = f", {string(who.claim)}" if who.claim != SUBJECT else ""
        return f"principal.key({type_.text}{claim})"

    def by_reach(self, indent: int, lines: Callable[[Reach, str, int], Sequence[str]]) -> list[str]:
        """The lines for each reach of the route, under a test of the caller where there are several.

        `lines` gets the reach, the ending of its constants' names, and the indentation.
        """
        found = reaches(self.names, self.route) or (Reach((), Scope()),)
        if len(found) == 1:
            return list(lines(found[0], _ending(found[0], 0), indent))
        result: list[str] = []
        for number, reach in enumerate(found):
            word = "if" if number == 0 else "elif"
            head = "else:" if number == len(found) - 1 else f"{word} {reach.condition()}:"
            result += [f"{' ' * indent}{head}", *lines(reach, _ending(reach, number), indent + 4)]
        return result


def _ending(reach: Reach, number: int) -> str:
    if reach.scope.asks_caller:
        return "_OWN" if number < 2 else f"_OWN_{number}"
    return f"_{number}" if reach.scope.conditions and number else ""
