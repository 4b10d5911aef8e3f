"""`constraints.py`: what each constraint of the database means, in words for a caller."""

from __future__ import annotations

import re
import textwrap

from archwright.build.project_names import Names
from archwright.build.python import WIDTH, Imports, module, string
from archwright.model.physical import Table


def constraints_module(names: Names) -> str:
    """The text of the project's `constraints.py`."""
    imports = Imports(names.package)
    imports.add("typing", "Final")
    meanings = dict(sorted(meaning for table in names.blueprint.physical.tables for meaning in _of_table(names, table)))
    start = "CONSTRAINTS: Final[dict[str | None, str]] = {"
    items = [line for name, text in meanings.items() for line in _item(name, text)]
    lines = [start, *items, "}"] if items else [f"{start}}}"]
    return module("What each constraint of the database means, in words for a caller.", imports, [lines])


def _item(name: str, text: str) -> list[str]:
    """An entry of the dictionary; a long text in several pieces."""
    line = f"    {string(name)}: {string(text)},"
    if len(line) <= WIDTH:
        return [line]
    whole = len(string(text)) + 8 <= WIDTH
    pieces = [text] if whole else textwrap.wrap(text, WIDTH - 16, break_on_hyphens=False, drop_whitespace=False)
    return [f"    {string(name)}: (", *(f"        {string(piece)}" for piece in pieces), "    ),"]


def _of_table(names: Names, table: Table) -> list[tuple[str, str]]:
    if not table.entity:
        return []
    found = [(f"{table.name}_pkey", f"This {table.entity} exists already.")]
    found += [
        (unique.name, f"{' and '.join(unique.columns)} {_is(unique.columns)} already in use.")
        for unique in table.uniques
    ]
    found += [(index.name, "This combination is already in use.") for index in table.indexes if index.unique]
    for key in table.foreign_keys:
        target = names.tables[key.target].entity or key.target
        shown = " and ".join(key.columns)
        found.append(
            (key.name, f"{shown} must name an existing {target}, and one that is still referred to can't be deleted.")
        )
    found += [(check.name, f"{_plain(check.expression)} must hold.") for check in table.checks]
    return found


def _is(columns: tuple[str, ...]) -> str:
    return "is" if len(columns) == 1 else "are"


def _plain(expression: str) -> str:
    """The condition without what only SQL needs."""
    return re.sub(r"::\w+", "", expression).replace("char_length", "length of ").replace("of (", "of (")
