"""Django's ORM: query sets, rows, relations, raw SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from archwright.model.finding import Remedy, RemedyKind
from archwright.model.value import Use
from archwright.source.flow import attributes
from archwright.source.flow.calls import call_unit
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import (
    NO,
    NUMBER,
    UNKNOWN,
    UNKNOWN_ORIGIN,
    Query,
    Row,
    Val,
    join_origins,
    origins_of,
)
from archwright.source.frameworks.base import CallSite, Framework, Iteration, few, mask
from archwright.source.frameworks.databases.dbapi import execute
from archwright.source.frameworks.django.models import ModelInfo, Models, Relation
from archwright.source.frameworks.django.predicates import (
    conditions,
    limited,
    listed_words,
    q_object,
    words,
    written_row,
    written_rows,
)
from archwright.source.frameworks.django.rows import (
    ORM,
    interpret_text,
    is_loaded,
    kept_origins,
    loop_origins,
    paginated,
    prefetch_object,
    prefetched_now,
    raw_sql,
    relation_paths,
)
from archwright.source.frameworks.shared.queries import conditioned, emit_read, emit_write, identity
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine


_SAME = frozenset(
    [
        "all",
        "filter",
        "exclude",
        "order_by",
        "distinct",
        "reverse",
        "annotate",
        "alias",
        "using",
        "select_for_update",
        "complex_filter",
        "get_queryset",
        "union",
        "intersection",
        "difference",
        "iterator",
        "none",
        "only",
        "defer",
        "aiterator",
        "visible_to",
    ]
)
_ONE = frozenset(["get", "first", "last", "latest", "earliest", "aget", "afirst", "alast"])
_NUMBERS = frozenset(["count", "acount", "exists", "aexists", "aggregate", "aaggregate", "contains", "acontains"])
_CREATES = frozenset(["create", "acreate", "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"])
_UPDATES = {"update": "update", "aupdate": "update", "delete": "delete", "adelete": "delete", "bulk_update": "update"}
_INSTANCE_WRITES = {"save": "save", "asave": "save", "delete": "delete", "adelete": "delete"}
_LINKS = frozenset(["add", "set", "remove", "clear", "aadd", "aset", "aremove", "aclear"])


class DjangoOrm(Framework):
    """Managers, query sets and model instances."""

    name = ORM
    title = "Django"
    packages = ("django",)
    aliases: ClassVar[dict[str, str]] = {
        "django.db.models.base.Model": "django.db.models.Model",
        "django.db.models.query.QuerySet": "django.db.models.QuerySet",
        "django.db.models.manager.Manager": "django.db.models.Manager",
        "django.db.models.fields.related.ForeignKey": "django.db.models.ForeignKey",
        "django.db.models.query.Prefetch": "django.db.models.Prefetch",
        "django.db.models.expressions.RawSQL": "django.db.models.RawSQL",
    }
    attributes: ClassVar[dict[str, str]] = {"django.db.connection": "django.db.Connection"}
    returns: ClassVar[dict[str, str]] = {
        "django.db.Connection.cursor": "django.db.Cursor",
        "django.db.Cursor.__enter__": "django.db.Cursor",
    }
    cleaners: ClassVar[dict[str, int]] = {
        "django.db.Connection.ops.quote_name": mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER),
    }
    objects = ("django.db.Connection", "django.db.Connections")

    def __init__(self) -> None:
        super().__init__()
        self._models: Models | None = None
        self.calls.update(
            {
                "django.db.Cursor.execute": execute,
                "django.db.Cursor.executemany": execute,
                "django.db.models.RawSQL": raw_sql,
                "django.shortcuts.get_object_or_404": self._get_object,
                "django.shortcuts.aget_object_or_404": self._get_object,
                "rest_framework.generics.get_object_or_404": self._get_object,
                "django.shortcuts.get_list_or_404": self._get_list,
                "django.contrib.auth.get_user_model": self._user_model,
                "django.db.models.Prefetch": prefetch_object,
                "django.db.models.Q": q_object,
                "django.core.paginator.Paginator": paginated,
                "django.db.models.prefetch_related_objects": prefetched_now,
            }
        )

    def prepare(self, project: Project, engine: Engine) -> None:
        self._models = Models(project, engine)

    @property
    def models(self) -> dict[str, ModelInfo]:
        """The models by dotted name."""
        return self._models.models if self._models is not None else {}

    def claims(self, info: ClassInfo) -> bool:
        return info.name in self.models or Models.is_query_class(info)

    def instance(self, info: ClassInfo) -> tuple[Any, ...] | None:
        if info.name in self.models:
            return ("row", Row(ORM, info.name, None))
        return ("query", Query(ORM, None, -1, 0, manager=info.name))

    # --- classes -----------------------------------------------------------------------------------------
    def class_attribute(self, frame: Frame, info: ClassInfo, name: str, position: int) -> Val | None:
        model = self.models.get(info.name)
        if model is None:
            return None
        if name in model.managers or name in ("objects", "_default_manager", "_base_manager"):
            return self._managed(frame, Query(ORM, info.name, frame.unit, position, manager=model.managers.get(name)))
        if name in {"DoesNotExist", "MultipleObjectsReturned"}:
            return Val(("external", f"django.core.exceptions.{name}"))
        return None

    @staticmethod
    def _managed(frame: Frame, query: Query) -> Val:
        """A manager's own `get_queryset` says what every query of it loads along."""
        value = Val(("query", query))
        holder = frame.engine.project.class_named(query.manager) if query.manager else None
        unit = holder.method("get_queryset") if holder is not None else None
        if unit is None:
            return value
        made = call_unit(frame, unit, [value], {}, [], query.position).type
        known = made is not None and made[0] == "query" and made[1].orm == ORM
        return Val(("query", query._replace(loaded=made[1].loaded if made is not None and known else frozenset({"?"}))))

    def construct(self, call: CallSite, info: ClassInfo) -> Val | None:
        if info.name in self.models:
            return Val(("row", Row(ORM, info.name, None, "new")), origins_of(call.spread), NO, dict(call.keywords))
        return Val(self.instance(info))

    # --- rows and queries: attributes ----------------------------------------------------------------------
    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        type_ = value.type
        if type_ is None:
            return None
        if type_[0] == "row":
            return self._row_attribute(frame, value, type_[1], name, position)
        if type_[0] == "query":
            return self._query_attribute(frame, value, type_[1], name)
        return None

    def _query_attribute(self, frame: Frame, value: Val, query: Query, name: str) -> Val | None:
        holder = frame.engine.project.class_named(query.manager) if query.manager else None
        unit = holder.method(name) if holder is not None else None
        if unit is not None:
            return Val(("bound", unit, value))
        if name == "object_list":
            return value
        if name == "model" and query.entity is not None:
            info = frame.engine.project.class_named(query.entity)
            return Val(("class", info)) if info is not None else None
        return Val(("member", value, name))

    def _row_attribute(self, frame: Frame, value: Val, row: Row, name: str, position: int) -> Val | None:
        if value.items is not None and name in value.items:
            return value.items[name]
        model = self.models.get(row.entity)
        if model is None:
            return None
        relation = model.relations.get(name)
        if relation is not None:
            if relation.many:
                return self._manager_of(frame, value, row, name, relation, position)
            return self._touch(frame, value, row, name, relation, position)
        hit = model.info.lookup(name)
        if hit is not None and hit[1].kind == "unit":
            unit = hit[0].module.index << UNIT_BITS | int(hit[1].value)
            return attributes.method_value(frame, value, unit, position)
        if name in ("pk", "id") and row.query is not None:
            return Val(("key",), join_origins(loop_origins(value), ((("field", row.entity, name), 0, None),)))
        if name in model.columns:
            return Val(None, join_origins(loop_origins(value), ((("field", row.entity, name), 0, None),)))
        return Val(("member", value, name), join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))

    def _manager_of(self, frame: Frame, value: Val, row: Row, name: str, relation: Relation, position: int) -> Val:
        managers = self.models[relation.target].managers if relation.target in self.models else {}
        query = Query(
            ORM,
            relation.target,
            frame.unit,
            position,
            loaded=frozenset({relation.back} if relation.back else ()),
            flags=frozenset({"related"}),
            via=(row, name),
            manager=managers.get("objects"),
        )
        return Val(("query", query), value.origins)

    def _touch(self, frame: Frame, value: Val, row: Row, name: str, relation: Relation, position: int) -> Val:
        """A relation to one row is touched: loaded along, or fetched now."""
        path = f"{row.path}.{name}" if row.path and row.path != "new" else name
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
            return Val(None, join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))
        query = row.query
        if query is not None and relation.back:
            query = query._replace(loaded=query.loaded | {f"{path}.{relation.back}"})
        return Val(("row", Row(ORM, relation.target, query, path)), kept_origins(value))

    # --- calls -----------------------------------------------------------------------------------------------
    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None:
            return None
        if receiver.type[0] == "query":
            return self._query_method(call, receiver, receiver.type[1])
        if receiver.type[0] == "row":
            return self._row_method(call, receiver, receiver.type[1])
        return None

    def _query_method(self, call: CallSite, value: Val, query: Query) -> Val | None:
        name = call.name
        origins = join_origins(value.origins, origins_of(call.values()))
        if name in ("select_related", "prefetch_related"):
            return Val(
                ("query", query._replace(loaded=query.loaded | relation_paths(call, name == "select_related"))),
                value.origins,
                asked=value.asked,
            )
        if name in ("page", "get_page"):
            flags = query.flags | {"changed", "limited"}
            return Val(("query", query._replace(flags=flags)), value.origins, asked=value.asked)
        if name in _SAME:
            flags = query.flags
            if name in (
                "filter",
                "exclude",
                "order_by",
                "annotate",
                "distinct",
                "complex_filter",
                "union",
                "reverse",
                "using",
            ):
                flags |= {"changed"}
            if name == "select_for_update":
                flags |= {"locked"}
            if name == "order_by":
                flags |= {"ordered"}
            asked = value.asked
            if name in ("filter", "exclude"):
                query, asked = conditioned(query, asked, conditions(call, denied=name == "exclude"))
            elif name == "order_by":
                query = query._replace(order=words(call.args))
            elif name == "only":
                query = query._replace(columns=words(call.args))
            kept = origins if name not in ("only", "defer") else value.origins
            return Val(("query", query._replace(flags=flags)), kept, asked=asked)
        if name in ("values", "values_list", "dates", "datetimes"):
            columns = words(call.args) if name.startswith("values") and not call.keywords.keys() - {"flat"} else ()
            query = query._replace(flags=query.flags | {"values"}, columns=columns)
            return Val(("query", query), origins, asked=value.asked)
        if name in _ONE:
            return self._one(call, value, query, origins)
        if name in _NUMBERS:
            if not (
                "related" in query.flags
                and "changed" not in query.flags
                and self._prefetched(query)
                and name in ("count", "exists")
            ):
                many = "exists" if "exists" in name else "aggregate"
                emit_read(call.frame, call.position, query, origins, many, value.asked)
            return Val(("number",) if "aggregate" not in name else None, ())
        if name in _CREATES:
            kind = "insert" if name in ("create", "acreate") else "upsert"
            written_row(call, query, kind, origins)
            made = Val(
                ("row", Row(ORM, query.entity, None, "new")) if query.entity else None, (), NO, dict(call.keywords)
            )
            return made if kind == "insert" else Val(("tuple",), (), NO, {0: made, 1: NUMBER})
        if name in _UPDATES:
            written_rows(call, value, query, _UPDATES[name], origins)
            return NUMBER
        if name in ("bulk_create", "abulk_create"):
            call.emit("Write", entity=query.entity, kind="insert", depends=Val(None, origins))
            return call.args[0] if call.args else UNKNOWN
        if name in _LINKS:
            call.emit("Write", entity=query.entity, kind="update", depends=Val(None, origins))
            return Val(None, (), None)
        if name == "in_bulk":
            emit_read(call.frame, call.position, query, origins, "many")
            return Val(("dict",), (), NO, {"*": self._row(query, value)})
        if name == "raw":
            interpret_text(
                call,
                call.argument(0, "raw_query"),
                "Manager.raw",
                parameters=len(call.args) > 1 or "params" in call.keywords,
            )
            return Val(("query", query._replace(flags=query.flags | {"raw"})), ())
        if name == "extra":
            for key in ("where", "select", "tables", "order_by"):
                interpret_text(call, call.argument(-1, key), "QuerySet.extra", parameters="params" in call.keywords)
            return Val(("query", query._replace(flags=query.flags | {"changed"})), value.origins)
        if name in ("as_manager", "from_queryset", "db_manager", "__call__", "_clone", "_chain"):
            return value
        return None

    def _one(self, call: CallSite, value: Val, query: Query, origins: tuple[Any, ...]) -> Val:
        cached = (
            "related" in query.flags
            and "changed" not in query.flags
            and call.name in ("first", "last", "afirst", "alast")
            and self._prefetched(query)
            and query.entity in self.models
            and self.models[query.entity].ordered
        )
        if not cached:
            narrowed, asked = conditioned(query, value.asked, conditions(call))
            emit_read(call.frame, call.position, narrowed, origins, "one", asked)
        if "values" in query.flags or query.entity is None:
            return Val(None, join_origins(origins, (UNKNOWN_ORIGIN,)))
        # a row looked up by an element of a loop belongs to that turn of the loop
        fetched = query._replace(unit=call.frame.unit, position=call.position, via=None)
        return Val(
            ("row", Row(ORM, query.entity, fetched)), tuple(o for o in origins if o[0][0] in ("loop", "parameter"))
        )

    def _row_method(self, call: CallSite, value: Val, row: Row) -> Val | None:
        kind = _INSTANCE_WRITES.get(call.name)
        if kind is not None:
            fields = listed_words(call.argument(3, "update_fields")) if kind == "save" else ()
            emit_write(call.frame, call.position, row.entity, kind, value.origins, fields=fields, row=row)
            return Val(None, (), None)
        if call.name in ("refresh_from_db", "arefresh_from_db"):
            call.emit("Read", entity=row.entity, many="one", depends=Val(None, value.origins))
            return Val(None, (), None)
        if call.name in (
            "full_clean",
            "clean",
            "get_deferred_fields",
            "serializable_value",
            "__str__",
        ) or call.name.startswith("get_"):
            return Val(None, kept_origins(value))
        return None

    # --- evaluation --------------------------------------------------------------------------------------------
    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        if value.type is None or value.type[0] != "query":
            return None
        query: Query = value.type[1]
        via: tuple[Row, str] | None = query.via
        if via is not None and "changed" not in query.flags and self._prefetched(query):
            row, name = via
            path = f"{row.path}.{name}" if row.path and row.path != "new" else name
            fetched = row.query
            if fetched is not None:  # what the related rows know of themselves lies below the path
                fetched = fetched._replace(loaded=fetched.loaded | {f"{path}.{below}" for below in query.loaded})
            element = Val(("row", Row(ORM, query.entity or "", fetched, path)), kept_origins(value))
            return Iteration(element, "rows", query.entity, identity(row.query))
        if via is not None and "changed" not in query.flags and via[0].query is None and query.entity is not None:
            # who fetched the row may have fetched this relation too, and what lies below it: that can't be known here
            self._evaluated(frame, value, query, position)
            return Iteration(
                Val(("row", Row(ORM, query.entity, None)), kept_origins(value)), "rows", query.entity, None
            )
        self._evaluated(frame, value, query, position)
        return Iteration(self._row(query, value), "rows", query.entity, identity(query))

    def evaluate(self, frame: Frame, value: Val, position: int, how: str) -> None:
        if value.type is not None and value.type[0] == "query":
            query = value.type[1]
            if not (query.via is not None and "changed" not in query.flags and self._prefetched(query)):
                self._evaluated(frame, value, query, position)

    def item(self, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        if base.type is None or base.type[0] != "query":
            return UNKNOWN
        query = base.type[1]
        if is_slice:
            flags = query.flags | {"limited"} | ({"few"} if few(index) else set())
            if query.via is None or "changed" in flags:
                flags |= {"changed"}  # the rows of a relation that is loaded are sliced where they are
            return Val(("query", query._replace(flags=flags)), base.origins, asked=limited(base.asked, index))
        emit_read(frame, position, query, base.origins, "one", base.asked)
        return self._row(query, base)

    def _row(self, query: Query, value: Val) -> Val:
        if "values" in query.flags or query.entity is None:
            return Val(None, (*kept_origins(value), (("field", query.entity or "", "*"), 0, None)))
        return Val(("row", Row(ORM, query.entity, query._replace(via=None, filters=(), order=()))), kept_origins(value))

    def _evaluated(self, frame: Frame, value: Val, query: Query, position: int) -> None:
        """All rows of a query are fetched: a relation's own rows count as loading that relation."""
        via: tuple[Row, str] | None = query.via
        if via is not None and "changed" not in query.flags:
            row, name = via
            if row.path == "new":
                return
            frame.emit(
                "Load",
                position,
                entity=row.entity,
                relation=f"{row.path}.{name}" if row.path else name,
                many="many",
                built=identity(row.query),
                loaded=tuple(sorted(row.query.loaded)) if row.query is not None else (),
                depends=value,
            )
            return
        emit_read(frame, position, query, value.origins, "many", value.asked)

    def _prefetched(self, query: Query) -> bool:
        if query.via is None:
            return False
        row, name = query.via
        path = f"{row.path}.{name}" if row.path and row.path != "new" else name
        return is_loaded(row, path)

    # --- shortcuts ---------------------------------------------------------------------------------------------
    def _queried(self, call: CallSite) -> tuple[Val, Query] | None:
        first = call.argument(0, "klass")
        if first is None or first.type is None:
            return None
        if first.type[0] == "query":
            return first, first.type[1]
        if first.type[0] == "class" and first.type[1].name in self.models:
            return Val(None), Query(ORM, first.type[1].name, call.frame.unit, call.position)
        return None

    def _get_object(self, call: CallSite) -> Val | None:
        found = self._queried(call)
        if found is None:
            return UNKNOWN
        value, query = found
        return self._one(
            call, value, query, join_origins(value.origins, origins_of([*call.args[1:], *call.keywords.values()]))
        )

    def _get_list(self, call: CallSite) -> Val | None:
        found = self._queried(call)
        return Val(("query", found[1]), found[0].origins) if found is not None else UNKNOWN

    def _user_model(self, call: CallSite) -> Val | None:
        name = self._models.user_model() if self._models is not None else None
        info = call.frame.engine.project.class_named(name) if name else None
        return Val(("class", info)) if info is not None else UNKNOWN

    def remedy(self, remedy: Remedy) -> str | None:
        if remedy.kind is not RemedyKind.LOAD:
            return None
        path = remedy.subject.replace(".", "__")
        return f'.prefetch_related("{path}")' if remedy.many else f'.select_related("{path}")'
