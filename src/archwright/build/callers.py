"""The row that stands for the caller: by the token's subject, or by a name that another claim gives."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.build.names import snake
from archwright.build.project_names import Names
from archwright.build.python import Imports, block, docstring, module, string
from archwright.build.types import kind
from archwright.model.physical import Column, Table
from archwright.sql.read import read_by

SUBJECT = "sub"


@dataclass(frozen=True)
class Caller:
    """How the row of a role's caller is found."""

    table: str = ""
    """The table of the row; empty: the role stands for no entity."""
    key: str = ""
    """Its key column."""
    field: str = ""
    """The column that holds the caller's name; empty: the key."""
    claim: str = SUBJECT
    """The claim that names the caller."""

    @property
    def looked_up(self) -> bool:
        """Whether the row's key must be read from the database."""
        return bool(self.field) and self.field != self.key


def caller(names: Names, role: str) -> Caller:
    """How the caller of a role is found."""
    declared = next((known for known in names.blueprint.system.roles if known.name == role), None)
    if declared is None or declared.entity is None:
        return Caller(claim=declared.subject if declared is not None else SUBJECT)
    table = names.blueprint.physical.table_of(declared.entity)
    if table is None:
        return Caller(claim=declared.subject)
    column = next((c.name for c in table.columns if declared.entity_field and c.field == declared.entity_field), "")
    return Caller(table.name, table.key[0], column, declared.subject)


def lookups(names: Names) -> dict[Caller, str]:
    """The callers that are looked up, with the functions that do it."""
    found: dict[Caller, str] = {}
    for role in names.blueprint.system.roles:
        who = caller(names, role.name)
        if who.looked_up and who not in found:
            base = f"{snake(names.tables[who.table].entity or who.table)}_of_caller"
            taken = sum(name.startswith(base) for name in found.values())
            found[who] = base if not taken else f"{base}_{taken + 1}"
    return found


def callers_module(names: Names) -> str:
    """The text of `callers.py`; empty where nobody is looked up."""
    imports = Imports(names.package)
    imports.add("typing", "Final")
    imports.add(f"{names.package}.auth", "Principal")
    imports.add(f"{names.package}.database", "Connection")
    imports.add(f"{names.package}.web.problems", "Problem")
    constants: list[str] = []
    functions: list[list[str]] = []
    for who, function in lookups(names).items():
        table = names.tables[who.table]
        key, field = _column(table, who.key), _column(table, who.field)
        for type_ in (kind(key).plain, kind(field).plain):
            for origin, name in type_.imports:
                imports.add(origin, name)
        constants.append(f"{function.upper()}: Final = {block(read_by(table, who.key, who.field).sql)}")
        entity = names.entity_name(table)
        functions.append(
            [
                f"async def {function}(connection: Connection, principal: Principal) -> {kind(key).plain.text}:",
                *docstring(f"The key of the {entity} that the caller is; problem 403 where there is none.", 4),
                f"    name = principal.key({kind(field).plain.text}, {string(who.claim)})",
                f"    row = await connection.fetchrow({function.upper()}, name)",
                "    if row is None:",
                f'        raise Problem(403, "forbidden", "This account stands for no {entity}.")',
                f"    key: {kind(key).plain.text} = row[{string(who.key)}]",
                "    return key",
            ]
        )
    if not functions:
        return ""
    return module("The rows that stand for callers.", imports, [constants, *functions])


def _column(table: Table, name: str) -> Column:
    column = table.column(name)
    assert column is not None, f"{table.name}.{name}"
    return column
