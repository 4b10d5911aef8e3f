"""Collections of SQLAlchemy relations: what is put in or taken out of one is a change that the session writes.

`order.lines.append(Line())` inserts, for new rows come into the session by the cascade from the row that holds the
collection (`save-update`, which every relation has unless it is told otherwise). Taking a row out deletes it where the
relation says `delete-orphan`; else its foreign key is emptied, or a row of the table between the two goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from archwright.source.flow import attributes
from archwright.source.flow.frame import Frame
from archwright.source.flow.transactions import implied
from archwright.source.flow.values import NO, Row, Val, deep_origins, join_origins
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.shared.queries import emit_write
from archwright.source.frameworks.sqlalchemy.models import Relation
from archwright.source.frameworks.sqlalchemy.values import ORM, kept, row_of

_PUTS: Final = frozenset({"append", "add", "insert"})
_PUTS_MANY: Final = frozenset({"extend", "update", "add_all"})
_TAKES: Final = frozenset({"remove", "discard", "pop", "clear"})
METHODS: Final = _PUTS | _PUTS_MANY | _TAKES


class Related(dict[str, Val]):
    """What is known of the elements of a stored row's collection, with the collection it is."""

    def __init__(self, elements: dict[str, Val], owner: Val, row: Row, name: str, relation: Relation) -> None:
        super().__init__(elements)
        self.owner = owner
        self.row = row
        self.name = name
        self.relation = relation
        self.proxied = False
        """The elements are not the relation's rows but an attribute of them: what is put in makes such a row."""


def changed(call: CallSite) -> bool:
    """Record what a method of a collection changes; False: the receiver is no collection of a stored row."""
    items = call.receiver.items if call.receiver is not None else None
    if not isinstance(items, Related) or call.name not in METHODS:
        return False
    if call.name in _TAKES:
        _taken(call, items)
    elif call.args:
        value = call.args[-1]
        attributes.touched(call.frame, value)
        _put(call, items, attributes.element(call.frame, value, call.position) if call.name in _PUTS_MANY else value)
    return True


def assigned(frame: Frame, position: int, items: Related, held: Val) -> None:
    """`row.relation = held`: a new row comes into the session by the cascade; of a collection, the rows' own keys are what changes."""
    relation, row = items.relation, row_of(held)
    implied(frame)
    if items.proxied and relation.many:
        _proxied(frame, position, items, held, "insert")
        return
    if row is not None and row.path == "new" and relation.takes:
        fields = [key for key in held.items or {} if isinstance(key, str)]
        emit_write(frame, position, row.entity, "insert", deep_origins(held), fields=fields, row=row)
    if relation.many and relation.between is False:
        left = Row(ORM, relation.target or "", None)
        kind = "delete" if relation.orphans else "update"
        emit_write(frame, position, relation.target, kind, kept(items.owner), row=left)
    else:
        emit_write(frame, position, items.row.entity, "update", kept(items.owner), fields=(items.name,), row=items.row)


def changing(then: Callable[[CallSite], Val | None]) -> Callable[[CallSite], Val | None]:
    """A method's handler for other receivers than collections."""

    def handler(call: CallSite) -> Val | None:
        return None if changed(call) else then(call)

    return handler


def assigned_far(frame: Frame, position: int, items: Related, attribute: str) -> None:
    """`row.proxy = held` over a relation to one row: an attribute of that row changes."""
    implied(frame)
    far = Row(ORM, items.relation.target or "", None)
    emit_write(frame, position, items.relation.target, "update", kept(items.owner), fields=(attribute,), row=far)


def _proxied(frame: Frame, position: int, items: Related, value: Val, kind: str) -> None:
    """What a change of a proxy does to the rows of the relation behind it; new rows that are put in come along."""
    row = row_of(value)
    if kind == "insert" and row is not None and row.path == "new":
        emit_write(frame, position, row.entity, "insert", deep_origins(value), fields=value.items or (), row=row)
    between = Row(ORM, items.relation.target or "", None, "new" if kind == "insert" else "")
    emit_write(frame, position, items.relation.target, kind, kept(items.owner), row=between)


def _put(call: CallSite, items: Related, value: Val) -> None:
    if items.proxied:
        implied(call.frame)
        _proxied(call.frame, call.position, items, value, "insert")
        return
    row = row_of(value)
    new = row is not None and row.path == "new" and items.relation.takes
    if new or items.relation.between is False:
        entity = row.entity if row is not None else items.relation.target
        fields = [key for key in value.items or {} if isinstance(key, str)] if new else ()
        kind = "insert" if new else "update" if row is not None else "save"
        _write(call, entity, kind, fields, value, row or Row(ORM, entity or "", None))
    else:
        _write(call, items.row.entity, "update", (items.name,), items.owner, items.row)


def _taken(call: CallSite, items: Related) -> None:
    relation = items.relation
    if items.proxied:
        implied(call.frame)
        _proxied(call.frame, call.position, items, items.owner, "delete" if relation.orphans else "update")
    elif relation.orphans or relation.between is False:
        row = row_of(call.args[0]) if call.args else None
        entity = row.entity if row is not None else relation.target
        kind = "delete" if relation.orphans else "update"
        _write(call, entity, kind, (), call.args[0] if call.args else items.owner, row or Row(ORM, entity or "", None))
    else:
        _write(call, items.row.entity, "update", (items.name,), items.owner, items.row)


def _write(call: CallSite, entity: str | None, kind: str, fields: Iterable[str], value: Val, row: Row) -> None:
    implied(call.frame)
    origins = join_origins(kept(value), deep_origins(value))
    emit_write(call.frame, call.position, entity, kind, origins, fields=fields, row=row)


def proxy(owner: Val, row: Row, name: str, relation: Relation, element: Val) -> Val:
    """The collection that an association proxy gives: `element` is the far attribute of one of the relation's rows."""
    items = Related({"*": element}, owner, row, name, relation)
    items.proxied = True
    return Val(("list",), (), NO, items)


def collection(owner: Val, row: Row, name: str, relation: Relation, element: Val) -> Val:
    """The collection that a relation of a stored row gives."""
    return Val(("list",), (), NO, Related({"*": element}, owner, row, name, relation))
