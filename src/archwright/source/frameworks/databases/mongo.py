"""MongoDB by PyMongo and Motor: collections are read and written; what they hold is declared nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from archwright.source.flow import stores
from archwright.source.flow.frame import Frame
from archwright.source.flow.transactions import BEFORE, ON, Scope
from archwright.source.flow.values import (
    NO,
    NUMBER,
    UNKNOWN_ORIGIN,
    Origin,
    Query,
    Row,
    Val,
    constant,
    deep_origins,
    join_origins,
    origins_of,
)
from archwright.source.frameworks.base import CallSite, Framework, Iteration
from archwright.source.frameworks.shared.documents import filtered
from archwright.source.frameworks.shared.queries import (
    UNREAD,
    conditioned,
    emit_read,
    emit_take,
    emit_write,
    kept_origins,
)

_CLIENT, _DATABASE, _COLLECTION = "pymongo.Client", "pymongo.Database", "pymongo.Collection"
_CURSOR, _SESSION = "pymongo.Cursor", "pymongo.Session"
_CLIENTS = (
    "pymongo.MongoClient",
    "pymongo.AsyncMongoClient",
    "pymongo.mongo_client.MongoClient",
    "motor.motor_asyncio.AsyncIOMotorClient",
    "motor.motor_tornado.MotorClient",
    "motor.MotorClient",
)
_READS: Final = {
    "find_one": "one",
    "aggregate": "many",
    "count_documents": "aggregate",
    "estimated_document_count": "aggregate",
    "distinct": "many",
    "aggregate_raw_batches": "many",
    "find_raw_batches": "many",
}
_WRITES: Final = {
    "insert_one": "insert",
    "insert_many": "insert",
    "update_one": "update",
    "update_many": "update",
    "replace_one": "update",
    "delete_one": "delete",
    "delete_many": "delete",
    "find_one_and_update": "update",
    "find_one_and_replace": "update",
    "find_one_and_delete": "delete",
    "bulk_write": "save",
}
_OPERATORS: Final = {
    "$eq": "=", "$ne": "!=", "$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<=", "$in": "in", "$nin": "not in", "$regex": "regex",
}  # fmt: skip
_NAME: Final = "name"
"""The item of a collection that holds its name."""
_PLAIN: Final = frozenset({"name", "client", "database", "options", "codec_options"})


class Mongo(Framework):
    """Clients, databases, collections, cursors and sessions."""

    name = "mongo"
    title = "MongoDB"
    packages = ("pymongo", "motor", "flask_pymongo")
    aliases: ClassVar[dict[str, str]] = {
        **dict.fromkeys(_CLIENTS, _CLIENT),
        "pymongo.database.Database": _DATABASE,
        "pymongo.asynchronous.database.AsyncDatabase": _DATABASE,
        "motor.motor_asyncio.AsyncIOMotorDatabase": _DATABASE,
        "pymongo.collection.Collection": _COLLECTION,
        "pymongo.asynchronous.collection.AsyncCollection": _COLLECTION,
        "motor.motor_asyncio.AsyncIOMotorCollection": _COLLECTION,
        "pymongo.client_session.ClientSession": _SESSION,
        "motor.motor_asyncio.AsyncIOMotorClientSession": _SESSION,
    }
    returns: ClassVar[dict[str, str]] = {
        f"{_CLIENT}.get_database": _DATABASE,
        f"{_CLIENT}.get_default_database": _DATABASE,
        f"{_DATABASE}.get_collection": _COLLECTION,
        f"{_CLIENT}.start_session": _SESSION,
        f"{_SESSION}.start_transaction": "pymongo.Transaction",
        **{f"{_CURSOR}.{verb}": _CURSOR for verb in ("sort", "skip", "batch_size", "hint", "max_time_ms")},
    }
    attributes: ClassVar[dict[str, str]] = {"flask_pymongo.PyMongo.db": _DATABASE, "flask_pymongo.PyMongo.cx": _CLIENT}
    scopes: ClassVar[dict[str, Scope]] = {"pymongo.Transaction": Scope(ON, BEFORE)}
    objects = (_CLIENT, _DATABASE, _COLLECTION, _CURSOR)

    def __init__(self) -> None:
        super().__init__()
        self.calls.update({f"{_COLLECTION}.{name}": _read for name in _READS})
        self.calls.update({f"{_COLLECTION}.{name}": _write for name in _WRITES})
        self.calls[f"{_COLLECTION}.find"] = _find
        self.calls[f"{_CURSOR}.limit"] = _limited
        self.calls[f"{_CURSOR}.to_list"] = _listed

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        type_ = value.type
        if type_ is None or type_[0] != "object" or name.startswith("_"):
            return None
        offered = (
            f"{type_[1]}.{name}" in frame.engine.registry.returns or f"{type_[1]}.{name}" in frame.engine.registry.calls
        )
        return None if offered or name in _PLAIN else _below(type_[1], name)

    def item(self, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        name = index.const if isinstance(index.const, str) else ""
        return _below(base.type[1], name) if base.type is not None else None

    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        if value.type != ("object", _CURSOR):
            return None
        return Iteration(_document(value), "rows", None, None)


def _below(dotted: str, name: str) -> Val | None:
    """`client.shop` is a database, `client.shop.orders` a collection; the dots of a collection's name make others."""
    below = {_CLIENT: _DATABASE, _DATABASE: _COLLECTION, _COLLECTION: _COLLECTION}.get(dotted)
    named = below == _COLLECTION and name != ""
    return Val(("object", below), (), NO, {_NAME: constant(name)} if named else None) if below is not None else None


def _kept_as(call: CallSite) -> str | None:
    """What the documents of a collection are an entity of, by the collection's name; None: it isn't known."""
    named = (call.receiver.items or {}).get(_NAME) if call.receiver is not None else None
    return f"mongo.{named.const}" if named is not None else None


def _held(call: CallSite) -> tuple[Origin, ...]:
    """What the documents that are read hold."""
    entity = _kept_as(call)
    return (stores.read(call.frame, entity, stores.ANY, call.position),) if entity is not None else ()


def _query(call: CallSite) -> Query:
    return Query("mongo", None, call.frame.unit, call.position)


def _find(call: CallSite) -> Val:
    """`find(filter)`: the cursor runs when it is read; it is recorded where it is made."""
    _read(call)
    _take(call, call.keywords.get("limit"))
    return Val(("object", _CURSOR), join_origins(origins_of(call.values()), _held(call)))


def _read(call: CallSite) -> Val:
    name = call.name.rpartition(".")[2]
    many = _READS.get(name, "many")
    filtered(call, call.argument(0, "pipeline" if name.startswith("aggregate") else "filter"), name)
    query, asked = conditioned(_query(call), None, _conditions(call.argument(0, "filter")))
    emit_read(call.frame, call.position, query, origins_of(call.values()), many, asked)
    return NUMBER if many == "aggregate" else _document(Val(None, _held(call)))


def _write(call: CallSite) -> Val:
    kind = _WRITES[call.name.rpartition(".")[2]]
    first = call.argument(0, "filter")
    made = kind in ("insert", "save")
    if not made:
        filtered(call, first, call.name.rpartition(".")[2])
    fields = _texts(first) if kind == "insert" else ()
    if kind == "update":
        fields = tuple(name for part in (_changes(call).items or {}).values() for name in _texts(part))
    _keep(call, [first] if made else list((_changes(call).items or {}).values()))
    query, asked = conditioned(_query(call), None, () if made else _conditions(first))
    emit_write(
        call.frame,
        call.position,
        None,
        "upsert" if kind == "update" and _true(call.keywords.get("upsert")) else kind,
        origins_of(call.values()),
        fields=fields,
        row=Row("mongo", "", None) if made else None,
        query=None if made else query,
        asked=asked,
    )
    return Val(("object", "pymongo.Result"))


def _changes(call: CallSite) -> Val:
    """What an update says: operators, each with the fields that it changes."""
    return call.argument(1, "update") or Val(None, ())


def _keep(call: CallSite, documents: list[Val | None]) -> None:
    """The fields of documents, or of a list of them, are given their values."""
    for each in documents:
        inner = list((each.items or {}).values()) if each is not None and each.type == ("list",) else [each]
        stores.keep_all(call.frame, call.position, _kept_as(call), {}, [one for one in inner if one is not None])


def _limited(call: CallSite) -> Val | None:
    """`cursor.limit(number)`."""
    _take(call, call.argument(0, "limit"))
    return call.receiver


def _take(call: CallSite, amount: Val | None) -> None:
    """Record how many documents are fetched; what they are is declared nowhere."""
    if amount is not None:
        emit_take(call.frame, call.position, None, Val(None, deep_origins(amount)))


def _listed(call: CallSite) -> Val:
    _take(call, call.argument(0, "length"))
    return Val(("list",), (), NO, {"*": _document(call.receiver or Val(None, ()))})


def _document(value: Val) -> Val:
    held = tuple(origin for origin in value.origins if origin[0][0] == "field")
    return Val(None, (*kept_origins(value), *held, (("result", "document"), 0, None), UNKNOWN_ORIGIN))


def _conditions(value: Val | None) -> Iterator[tuple[tuple[str, str], Val | None]]:
    """A filter that is written out; anything else is unread."""
    if value is None:
        return
    if value.type != ("dict",) or value.items is None or "*" in value.items:
        yield UNREAD, None
        return
    for name, item in value.items.items():
        operators = [key for key in item.items or {} if isinstance(key, str) and key.startswith("$")]
        if str(name).startswith("$"):
            yield UNREAD, None
        elif operators:
            yield from ((((str(name), _OPERATORS.get(key, key))), (item.items or {})[key]) for key in operators)
        else:
            yield (str(name), "="), item


def _texts(value: Val | None) -> tuple[str, ...]:
    items: dict[Any, Val] = (value.items or {}) if value is not None else {}
    return tuple(key for key in items if isinstance(key, str) and key != "*")


def _true(value: Val | None) -> bool:
    return value is not None and value.const is True
