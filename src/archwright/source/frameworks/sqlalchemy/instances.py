"""Rows of SQLAlchemy's models: columns, relations that are fetched when touched, association proxies, what is assigned."""

from __future__ import annotations

from collections.abc import Mapping

from archwright.source.flow import attributes, stores
from archwright.source.flow.frame import Frame
from archwright.source.flow.transactions import implied
from archwright.source.flow.values import NO, UNKNOWN_ORIGIN, Row, Val, join_origins
from archwright.source.frameworks.shared.held import keep_relation
from archwright.source.frameworks.shared.queries import came_along, emit_write, identity, loaded_along
from archwright.source.frameworks.sqlalchemy import cascades, collections, statements
from archwright.source.frameworks.sqlalchemy.models import ModelInfo, Proxy, Relation
from archwright.source.frameworks.sqlalchemy.values import ORM, kept, row_of
from archwright.source.link.module import UNIT_BITS


def has(model: ModelInfo, name: str) -> bool:
    """Whether rows of a mapped class have an attribute."""
    declared = name in model.columns or name in model.relations or name in model.proxies or name in model.silent
    return declared or name in ("__class__", "__dict__", "__table__", "query") or model.info.lookup(name) is not None


def attribute(
    frame: Frame, value: Val, row: Row, name: str, position: int, models: Mapping[str, ModelInfo]
) -> Val | None:
    """`row.name`; None for a model that isn't known."""
    if value.items is not None and name in value.items:
        return value.items[name]
    model = models.get(row.entity)
    if model is None:
        return None
    if name == "awaitable_attrs":
        return value
    relation = model.relations.get(name)
    if relation is not None:
        return _touch(frame, value, row, name, relation, position, models)
    field = Val(None, join_origins(kept(value), (stores.read(frame, row.entity, name, position),)))
    if name in model.columns:
        return field
    proxy = model.proxies.get(name)
    if proxy is not None and proxy.relation in model.relations:
        return _through(frame, value, row, name, proxy, model.relations[proxy.relation], position, models)
    hit = model.info.lookup(name)
    if hit is not None and hit[1].kind == "unit":
        unit = hit[0].module.index << UNIT_BITS | int(hit[1].value)
        return attributes.method_value(frame, value, unit, position)
    if hit is not None and name not in model.silent:
        return frame.engine.class_value(hit[0], name, hit[1])
    assigned = frame.engine.selves.assigned(model.info, name)
    if assigned is not None:
        return assigned
    return Val(("member", value, name), join_origins(kept(value), (UNKNOWN_ORIGIN,)))


def _through(
    frame: Frame,
    value: Val,
    row: Row,
    name: str,
    proxy: Proxy,
    relation: Relation,
    position: int,
    models: Mapping[str, ModelInfo],
) -> Val:
    """An association proxy is touched, and with it the relation that it reads."""
    held = _touch(frame, value, row, proxy.relation, relation, position, models)
    near = row_of((held.items or {}).get("*") if relation.many else held)
    model = models.get(near.entity) if near is not None else None
    found = Val(None, join_origins(kept(value), (UNKNOWN_ORIGIN,)))
    if near is not None and model is not None:
        far = model.relations.get(proxy.attribute)
        if proxy.attribute in model.columns:
            found = Val(None, join_origins(kept(value), (stores.read(frame, near.entity, proxy.attribute, position),)))
        elif far is not None and far.target is not None and not far.many:
            found = Val(("row", Row(ORM, far.target, near.query, f"{near.path}.{proxy.attribute}")), kept(value))
    if held.type != ("list",) or row.path == "new":
        return found if held.type != ("list",) else Val(held.type, found.origins)
    return collections.proxy(value, row, name, relation, found)


def assigned(
    frame: Frame,
    value: Val,
    name: str,
    held: Val,
    position: int,
    models: Mapping[str, ModelInfo],
    *,
    cascades_back: bool,
) -> None:
    """The session writes what changed of a row that it fetched, with the next flush."""
    row = row_of(value)
    model = models.get(row.entity) if row is not None else None
    if row is None or model is None:
        return
    if row.path == "new":
        if cascades_back:
            cascades.taken_in(frame, position, value, name, held, models)
        return
    if row.query is None:
        return
    proxy = model.proxies.get(name)
    if proxy is not None and (through := model.relations.get(proxy.relation)) is not None:
        near = collections.Related({}, value, row, proxy.relation, through)
        near.proxied = True
        if through.many:
            collections.assigned(frame, position, near, held)
        else:
            collections.assigned_far(frame, position, near, proxy.attribute)
        return
    relation = model.relations.get(name)
    if relation is not None:
        collections.assigned(frame, position, collections.Related({}, value, row, name, relation), held)
    elif name in model.columns or not name:
        implied(frame)
        fields = (name,) if name else ()
        emit_write(frame, position, row.entity, "update", kept(value), fields=fields, row=row)


def _touch(
    frame: Frame,
    value: Val,
    row: Row,
    name: str,
    relation: Relation,
    position: int,
    models: Mapping[str, ModelInfo],
) -> Val:
    """A relation is touched: fetched along with the row, by default or by an option, or fetched now."""
    new = row.path == "new"
    path = f"{row.path}.{name}" if row.path and not new else name
    target = relation.target
    if relation.lazy in ("dynamic", "write_only") and target is not None:
        query = statements.of_model(target, frame.unit, position, flag="session")
        if relation.lazy == "write_only":
            query = query._replace(flags=query.flags | {"write_only"})
        known = None if new else collections.Related({}, value, row, name, relation)
        return Val(("query", query), value.origins, NO, known)
    loaded = loaded_along(row)
    if not new and relation.lazy == "select" and not came_along(loaded, path):
        implied(frame)
        frame.emit(
            "Load",
            position,
            entity=row.entity,
            relation=path,
            many="many" if relation.many else "one",
            by_key=not relation.many,
            built=identity(row.query),
            loaded=tuple(sorted(loaded)),
            depends=value,
        )
    if target is None:
        return Val(None, join_origins(kept(value), (UNKNOWN_ORIGIN,)))
    if new:
        return Val(("list",), (), NO, {}) if relation.many else Val(("row", Row(ORM, target, None, "new")))
    fetched = row.query
    if relation.many and fetched is not None and (back := _back(row, target, models)):
        fetched = fetched._replace(loaded=fetched.loaded | {f"{path}.{back}"})
    found = Val(("row", Row(ORM, target, fetched, path)), kept(value))
    if relation.many:
        found = collections.collection(value, row, name, relation, found)
    keep_relation(frame, value, name, found)
    return found


def _back(row: Row, target: str, models: Mapping[str, ModelInfo]) -> str:
    """The relation by which the rows of a collection lead back: the session holds that row. Empty: none, or not sure."""
    other = models.get(target)
    relations = other.relations.items() if other is not None else ()
    back = [name for name, found in relations if found.target == row.entity and not found.many]
    return back[0] if len(back) == 1 and target != row.entity else ""
