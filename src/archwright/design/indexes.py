"""Indexes, each derived from an access path.

The columns held equal come first, then the order, then a range, and the key last, so that one contiguous part of the index
holds the page in its order (Lahdenmäki & Leach: the first two stars). Equality columns stand in the order that most paths of
the table share, so that one index serves several. What the primary key, a unique constraint or a longer index already gives
is not built twice. Every foreign key has an index on its own side: without it a delete of the parent reads the whole child
table under a lock.

An index pays where calls/s * (pages without - pages with) > row writes/s * 3 pages an index entry (default; calibrate). Where a
window up to now is read rarely and rows arrive in its order, a block-range index (BRIN) gives it at a thousandth of the size.
The decisions stand in the order of what they save. A condition that is the same in every call makes the index partial, where no whole index serves.

Sources: Lahdenmäki & Leach, Relational Database Index Design and the Optimizers (2005), chapter 4; PostgreSQL documentation,
chapters 11 and 71 (BRIN) and 5.5.5 (index on the referencing columns); rules 34, 35 and 36 of the design rules.
"""

from __future__ import annotations

import msgspec

from archwright.design.access_paths import AccessPath, access_paths
from archwright.design.coverage import Ordered, existing, serves
from archwright.design.draft import Draft, Stage
from archwright.design.index_record import judge_index
from archwright.design.search_index import record_search
from archwright.design.uniqueness import condition
from archwright.design.window_index import choose_window, record_window
from archwright.model.decision import Decision
from archwright.model.operation import Sort
from archwright.model.physical import IndexKey, Table, TableIndex
from archwright.sql.identifier import fit_name
from archwright.sql.search import search_vector


def decide(draft: Draft) -> None:
    """Add the indexes that the access paths need, the widest paths first, and say of each what it saves and costs."""
    paths = access_paths(draft)
    for table in tuple(draft.tables.values()):
        own = tuple(path for path in paths if path.table == table.name)
        _declared(draft, table)
        for path in sorted(own, key=lambda p: (p.where is not None, -len(p.equality) - len(p.sort) - len(p.ranges))):
            if not path.match and not _is_window(path):
                _serve(draft, path, own)
        for path in own:
            if path.match:
                _search(draft, path)
            elif _is_window(path):
                _window(draft, path)
    judged: list[tuple[float, Decision]] = []
    for table in tuple(draft.tables.values()):
        users = _users(table, paths)
        for index in table.indexes:
            served = users.get(index.name)
            if served:
                _replace(draft, table.name, msgspec.structs.replace(index, serves=served))
                own = tuple(p for p in paths if p.user in served and p.table == table.name)
                judged += judge_index(draft, table.name, index, own)
    for _, decision in sorted(judged, key=lambda item: -item[0]):
        draft.decide(decision)


def _is_window(path: AccessPath) -> bool:
    return path.window is not None and not path.equality


def _declared(draft: Draft, table: Table) -> None:
    entity = draft.system.entity(table.entity) if table.entity else None
    for index in entity.indexes if entity is not None else ():
        keys: list[IndexKey] = []
        for name in index.fields:
            columns = draft.columns_of(entity.name, name.lstrip("-")) if entity is not None else ()
            keys += [IndexKey(expression=c, descending=name.startswith("-")) for c in columns or table.key]
        made = TableIndex(
            name=index.name or _name(table.name, tuple(k.expression for k in keys)),
            keys=tuple(keys),
            unique=index.unique,
            method=index.method,
            where=condition(draft, entity, index.where) if entity is not None and index.where is not None else None,
            serves=("declared",),
        )
        table = draft.tables[table.name]
        if made.name not in {other.name for other in table.indexes}:
            draft.put_table(msgspec.structs.replace(table, indexes=(*table.indexes, made)))


def _serve(draft: Draft, path: AccessPath, own: tuple[AccessPath, ...]) -> None:
    table = draft.tables[path.table]
    if any(serves(index, path) for index in existing(table)):
        return
    shared = {column: sum(column in other.equality for other in own) for column in path.equality}
    place = {column.name: number for number, column in enumerate(table.columns)}
    equality = sorted(path.equality, key=lambda column: (-shared[column], place[column]))
    keys = [Sort(field=column) for column in equality]
    keys += path.sort or [Sort(field=column) for column in path.ranges[:1]]
    partial = path.where if path.share <= 0.5 else None
    index = TableIndex(
        name=_free(table, _name(table.name, tuple(key.field for key in keys))),
        keys=tuple(IndexKey(expression=key.field, descending=key.descending) for key in keys),
        where=partial,
        serves=(path.user,),
    )
    draft.put_table(msgspec.structs.replace(table, indexes=(*table.indexes, index)))


def _search(draft: Draft, path: AccessPath) -> None:
    table = draft.tables[path.table]
    expression = search_vector(path.match)
    name = _name(table.name, (*path.match, "search"))
    if all(key.expression != expression for index in table.indexes for key in index.keys):
        keys = (IndexKey(expression=expression),)
        index = TableIndex(name=_free(table, name), keys=keys, method="gin", serves=(path.user,))
        if record_search(draft, path, index):
            draft.put_table(msgspec.structs.replace(table, indexes=(*table.indexes, index)))


def _window(draft: Draft, path: AccessPath) -> None:
    """A window up to now: no index, a block-range index or a B-tree, whichever costs the fewest pages a second."""
    table = draft.tables[path.table]
    if any(serves(index, path) for index in existing(table)):
        return
    choice = choose_window(draft, path)
    if choice.method is not None:
        plain = Ordered("", (Sort(field=path.ranges[0]),)).keys if choice.method == "brin" else path.sort
        index = TableIndex(
            name=_free(table, _name(table.name, tuple(key.field for key in plain))),
            keys=tuple(IndexKey(expression=key.field, descending=key.descending) for key in plain),
            method=choice.method,
            serves=(path.user,),
        )
        draft.put_table(msgspec.structs.replace(table, indexes=(*table.indexes, index)))
    record_window(draft, path, choice)


def _users(table: Table, paths: tuple[AccessPath, ...]) -> dict[str, tuple[str, ...]]:
    """Which paths each B-tree index serves, the key and unique constraints first."""
    ordered = existing(table)
    found: dict[str, list[str]] = {}
    for path in paths:
        if path.table == table.name and not _is_window(path):
            first = next((index for index in ordered if serves(index, path)), None)
            if first is not None:
                found.setdefault(first.name, []).append(path.user)
    return {name: tuple(dict.fromkeys(users)) for name, users in found.items()}


def _replace(draft: Draft, table: str, index: TableIndex) -> None:
    current = draft.tables[table]
    indexes = tuple(index if other.name == index.name else other for other in current.indexes)
    draft.put_table(msgspec.structs.replace(current, indexes=indexes))


def _name(table: str, columns: tuple[str, ...]) -> str:
    return fit_name(f"{table}_{'_'.join(columns)}_idx")


def _free(table: Table, name: str) -> str:
    taken = {index.name for index in table.indexes}
    number, chosen = 1, name
    while chosen in taken:
        number += 1
        chosen = fit_name(f"{name}_{number}")
    return chosen


STAGE = Stage("index", "Indexes", __doc__, decide)
