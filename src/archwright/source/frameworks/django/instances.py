"""Instances of Django's models: columns, relations that are fetched when touched, what they write."""

from __future__ import annotations

from typing import Final

from archwright.model.value import Use
from archwright.source.flow import attributes, stores
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, NUMBER, UNKNOWN_ORIGIN, Query, Row, Val, clean, join_origins
from archwright.source.frameworks.base import CallSite, mask
from archwright.source.frameworks.django.managers import managed
from archwright.source.frameworks.django.models import ModelInfo, Relation
from archwright.source.frameworks.django.predicates import listed_words
from archwright.source.frameworks.django.rows import ORM, annotated, annotations_below, is_loaded
from archwright.source.frameworks.django.signals import Signals
from archwright.source.frameworks.django.uploads import UPLOADED
from archwright.source.frameworks.shared.held import forget_relations, keep_relation
from archwright.source.frameworks.shared.inherited import call_own
from archwright.source.frameworks.shared.queries import UNREAD, emit_write, kept_origins, path_of, shared
from archwright.source.link.module import UNIT_BITS

_WRITES: Final = {"save": "save", "asave": "save", "save_base": "save", "delete": "delete", "adelete": "delete"}
_STORED: Final = "#stored"
"""Among the items of a row made here: it was written already or may have a key, so the next save can be an update."""
FIELD_FILE: Final = "django.db.models.fields.files.FieldFile"
"""What a row gives for a column of files."""
_OF_EVERY_MODEL: Final = frozenset(
    {"_meta", "_state", "__class__", "__dict__", "adelete", "arefresh_from_db", "asave", "clean", "clean_fields", "delete", "from_db",
     "full_clean", "get_deferred_fields", "id", "pk", "refresh_from_db", "save", "save_base", "serializable_value", "validate_unique"}
)  # fmt: skip
_OF_USERS: Final = frozenset(
    {"check_password", "get_username", "has_module_perms", "has_perm", "has_perms", "is_anonymous", "is_authenticated", "set_password"}
)  # fmt: skip
_NAMED_BY_STORAGE: Final = mask(Use.PATH, Use.SEGMENT, Use.PARENTS, Use.RELATIVE, Use.HOST, Use.URL)
"""What a column of files is clean for: the storage makes the names, whatever an upload was called."""
_PLAIN: Final = frozenset({"clean", "serializable_value", "__str__"})


def has(model: ModelInfo, name: str) -> bool:
    """Whether rows of a model have an attribute: declared, the far side of a relation, or what Django gives to every model."""
    if name in model.columns or name in model.relations or name in _OF_EVERY_MODEL or name in model.managers:
        return True
    if name in _OF_USERS:
        return any(base.startswith("django.contrib.auth.") for base in model.info.external_bases())
    return (name.startswith("get_") and name.endswith("_display")) or model.info.lookup(name) is not None


def attribute(frame: Frame, value: Val, row: Row, name: str, position: int, models: dict[str, ModelInfo]) -> Val | None:
    """`row.name`; unknown for a model of another package."""
    model = models.get(row.entity)
    if value.items is not None and name in value.items:
        held = value.items[name]
        if model is None or name not in model.files or held.type not in (None, ("object", UPLOADED)):
            return held
        return Val(("object", FIELD_FILE), held.origins, NO, {"instance": value})
    if model is None:
        return Val(("member", value, name), join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))
    relation = model.relations.get(name)
    if relation is not None:
        if relation.many:
            return _manager_of(frame, value, row, name, relation, position, models)
        return _touch(frame, value, row, name, relation, position)
    if annotated(row, name):
        return Val(None, kept_origins(value))
    hit = model.info.lookup(name)
    if hit is not None and hit[1].kind == "unit":
        unit = hit[0].module.index << UNIT_BITS | int(hit[1].value)
        return attributes.method_value(frame, value, unit, position)
    if name in ("pk", "id") and row.query is not None:
        return Val(("key",), join_origins(kept_origins(value), (stores.read(frame, row.entity, name, position),)))
    if name in model.files:
        read = clean((stores.read(frame, row.entity, name, position),), _NAMED_BY_STORAGE)
        origins = join_origins(kept_origins(value), read)
        return Val(("object", FIELD_FILE), origins, NO, {"instance": value})
    if name in model.columns:
        return Val(None, join_origins(kept_origins(value), (stores.read(frame, row.entity, name, position),)))
    if hit is not None and hit[1].kind in ("expression", "annotation"):  # a constant of the class, an enumeration in it
        found = frame.engine.class_value(hit[0], name, hit[1])
        if found is not None and found.type is not None:
            return found
    return Val(("member", value, name), join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))


def file_attribute(file: Val, name: str) -> Val | None:
    """`row.file.url`: storages take what is not a letter, a digit or a dot out of names, and quote them in addresses."""
    if name in ("url", "name", "path"):
        return Val(("text",), clean(file.origins, _NAMED_BY_STORAGE | mask(Use.HTML)))
    return (file.items or {}).get(name) if name == "instance" else None


def _manager_of(
    frame: Frame,
    value: Val,
    row: Row,
    name: str,
    relation: Relation,
    position: int,
    models: dict[str, ModelInfo],
) -> Val:
    query = Query(
        ORM,
        relation.target,
        frame.unit,
        position,
        filters=((relation.back, "="),) if relation.back else (UNREAD,),
        loaded=frozenset({relation.back, shared(relation.back)} if relation.back else ()),
        flags=annotations_below(row, name) | {"related"},
        via=(row, name),
        manager=models[relation.target].default_manager if relation.target in models else None,
    )
    return Val(("query", managed(frame, query, position)), value.origins)


def _touch(frame: Frame, value: Val, row: Row, name: str, relation: Relation, position: int) -> Val:
    """A relation to one row is touched: loaded along, or fetched now, and kept by the row from then on."""
    path = path_of(row, name)
    if row.path != "new" and not is_loaded(row, path):
        frame.emit(
            "Load",
            position,
            entity=row.entity,
            relation=path,
            many="one",
            built=(row.query.unit, row.query.position) if row.query is not None else None,
            loaded=tuple(sorted(row.query.loaded)) if row.query is not None else (),
            depends=value,
        )
    if relation.target is None:
        found = Val(None, join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))
    else:
        query = row.query
        if query is not None and relation.back:
            query = query._replace(loaded=query.loaded | {f"{path}.{relation.back}"})
        one_for_all = query is not None and shared(path.partition(".")[0]) in query.loaded
        origins = () if one_for_all else kept_origins(value)  # what all rows share is the same on each turn of a loop
        found = Val(("row", Row(ORM, relation.target, query, path)), origins)
    keep_relation(frame, value, name, found)
    return found


def assigned(frame: Frame, value: Val, row: Row, name: str, models: dict[str, ModelInfo]) -> None:
    """A row drops the relation that it holds when the key of it is assigned."""
    model = models.get(row.entity)
    for relation, known in model.relations.items() if model is not None and name in model.columns else ():
        if known.column == name:
            forget_relations(frame, value, relation)


def stored(value: Val) -> Val:
    """The row made here, now that it is written or may have a key."""
    if value.items is not None:
        value.items[_STORED] = NUMBER
    return value


def _saved(call: CallSite, value: Val, row: Row) -> str:
    """What `save()` does: named columns are updated; a row made here without a key is inserted; else Django tries one, then the other.

    Source: `Model.save_base` and `Model._save_table`.
    """
    insert, update = call.argument(0, "force_insert"), call.argument(1, "force_update")
    columns = call.argument(3, "update_fields")
    named = columns is not None and columns.type is not None and columns.type[0] in ("list", "tuple", "set")
    made = row.path == "new" and value.items is not None and not value.items.keys() & {_STORED, "pk", "id"}
    stored(value)
    if named or (update is not None and update.const is True):
        return "update"
    return "insert" if (insert is not None and insert.const is True) or made else "save"


def method(call: CallSite, value: Val, row: Row, signals: Signals) -> Val | None:
    """`row.name(...)`, where the project has no method of that name."""
    kind = _WRITES.get(call.name)
    if kind is not None:
        fields = listed_words(call.argument(3, "update_fields")) if kind == "save" else ()
        done = _saved(call, value, row) if kind == "save" else kind
        emit_write(call.frame, call.position, row.entity, done, value.origins, fields=fields, row=row)
        signals.send(call.frame, kind, row.entity, value, call.position)
        return Val(None, (), None)
    if call.name in ("refresh_from_db", "arefresh_from_db"):
        forget_relations(call.frame, value)
        call.emit("Read", entity=row.entity, many="one", depends=Val(None, value.origins))
        return Val(None, (), None)
    if call.name.startswith(("get_next_by_", "get_previous_by_")):
        call.emit("Read", entity=row.entity, many="one", depends=Val(None, value.origins))
        return Val(("row", Row(ORM, row.entity, None)), kept_origins(value))
    if call.name in _PLAIN or call.name.startswith("get_"):
        return Val(None, kept_origins(value))
    return None


def file_method(call: CallSite, file: Val) -> Val | None:
    """`row.file.save(name, content)` and `row.file.delete()` save the row, too, unless they are told `save=False`.

    Source: `FieldFile.save` and `FieldFile.delete`.
    """
    row = (file.items or {}).get("instance")
    if row is None or call.name not in ("save", "delete"):
        return None
    told = call.argument(2 if call.name == "save" else 0, "save")
    if told is None or told.const is True:
        call_own(call.frame, row, "save", [], call.position)
    return Val(None, (), None)
