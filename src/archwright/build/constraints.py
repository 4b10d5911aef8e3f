"""`constraints.py`: what each constraint of the database means, in words for a caller."""

from __future__ import annotations

import re

from archwright.build.project_names import Names
from archwright.build.python import Imports, explode, module, string
from archwright.model.physical import Table


def constraints_module(names: Names) -> str:
    """The text of the project's `constraints.py`."""
    imports = Imports(names.package)
    imports.add("typing", "Final")
    meanings = dict(sorted(meaning for table in names.blueprint.physical.tables for meaning in _of_table(names, table)))
    items = [f"{string(name)}: {string(text)}" for name, text in meanings.items()]
    start = "CONSTRAINTS: Final[dict[str | None, str]] = {"
    lines = explode(start, items, "}") if items else [f"{start}}}"]
    return module("What each constraint of the database means, in words for a caller.", imports, [lines])


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
        found.append((key.name, f"{shown} must name a {target} that exists, and one that is referred to can't go."))
    found += [(check.name, f"{_plain(check.expression)} must hold.") for check in table.checks]
    return found


def _is(columns: tuple[str, ...]) -> str:
    return "is" if len(columns) == 1 else "are"


def _plain(expression: str) -> str:
    """The condition without what only SQL needs."""
    return re.sub(r"::\w+", "", expression).replace("char_length", "length of ").replace("of (", "of (")
