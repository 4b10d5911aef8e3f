"""Whether an index serves an access path."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.design.access_paths import AccessPath
from archwright.model.operation import Sort
from archwright.model.physical import Table


@dataclass(frozen=True)
class Ordered:
    """The keys of a B-tree: a primary key, a unique constraint or an index."""

    name: str
    keys: tuple[Sort, ...]
    unique: bool = False
    where: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The key's columns, in order."""
        return tuple(key.field for key in self.keys)


def existing(table: Table) -> tuple[Ordered, ...]:
    """The B-trees that a table has: of its key, of its unique constraints, and its indexes on plain columns."""
    found = [Ordered("primary key", tuple(Sort(field=c) for c in table.key), unique=True)] if table.key else []
    found += [Ordered(u.name, tuple(Sort(field=c) for c in u.columns), unique=True) for u in table.uniques]
    for index in table.indexes:
        if index.method == "btree" and all(table.column(key.expression) for key in index.keys):
            keys = tuple(Sort(field=key.expression, descending=key.descending) for key in index.keys)
            found.append(Ordered(index.name, keys, index.unique, index.where))
    return tuple(found)


def serves(index: Ordered, path: AccessPath) -> bool:
    """Whether one range of the index holds exactly the rows with the path's equalities, in its order.

    The equality columns come first, in any order; then the sort, all as stated or all reversed (a B-tree is read both
    ways); without a sort, the range column. A unique index whose columns are all held equal serves any order: one row.
    """
    if path.match or (index.where is not None and index.where != path.where):
        return False
    held = set(path.equality)
    if index.unique and index.where is None and set(index.columns) <= held:
        return True
    if set(index.columns[: len(held)]) != held:
        return False
    rest = index.keys[len(held) :]
    if path.sort:
        wanted = path.sort
        turned = tuple(Sort(field=key.field, descending=not key.descending) for key in wanted)
        return rest[: len(wanted)] in {wanted, turned}
    return not path.ranges or (bool(rest) and rest[0].field == path.ranges[0])


def prefix_of(short: Ordered, long: Ordered) -> bool:
    """Whether everything the short index can do, the long one can: its keys begin the long one's, as they are or reversed."""
    if short.unique or short.where != long.where or short.name == long.name:
        return False
    begin = long.keys[: len(short.keys)]
    turned = tuple(Sort(field=key.field, descending=not key.descending) for key in short.keys)
    return begin in {short.keys, turned}
