"""In which order tables can be created: what is referred to comes first; a cycle is closed afterwards."""

from __future__ import annotations

from archwright.model.physical import ForeignKey, Table


def creation_order(tables: tuple[Table, ...]) -> tuple[tuple[Table, tuple[ForeignKey, ...]], ...]:
    """The tables with the foreign keys each can declare at once, stable in the given order.

    A foreign key that is missing from its table's tuple closes a cycle and is added when all tables exist
    (see `deferred_keys`). A reference of a table to itself is no cycle.
    """
    names = {table.name for table in tables}
    placed: set[str] = set()
    waiting = list(tables)
    result: list[tuple[Table, tuple[ForeignKey, ...]]] = []
    while waiting:
        ready = next((table for table in waiting if _targets(table, names) <= placed), None)
        table = ready or min(waiting, key=lambda item: len(_targets(item, names) - placed))
        waiting.remove(table)
        placed.add(table.name)
        result.append((table, tuple(key for key in table.foreign_keys if key.target in placed)))
    return tuple(result)


def deferred_keys(tables: tuple[Table, ...]) -> tuple[tuple[Table, ForeignKey], ...]:
    """The foreign keys that `creation_order` could not declare with their table, in its order."""
    return tuple(
        (table, key) for table, declared in creation_order(tables) for key in table.foreign_keys if key not in declared
    )


def _targets(table: Table, names: set[str]) -> set[str]:
    return {key.target for key in table.foreign_keys if key.target in names and key.target != table.name}
