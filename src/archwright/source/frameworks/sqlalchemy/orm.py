"""SQLAlchemy 1.4 and 2 (ORM, Core, asyncio), SQLModel and Flask-SQLAlchemy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.model.finding import Remedy, RemedyKind
from archwright.model.value import Use
from archwright.source.flow import attributes
from archwright.source.flow.calls import call_unit
from archwright.source.flow.frame import Frame
from archwright.source.flow.transactions import UNCLEAR, Scope
from archwright.source.flow.values import NUMBER, UNKNOWN, Query, Row, Val, join_origins
from archwright.source.frameworks.base import CallSite, Entry, Framework, Handler, Iteration, mask
from archwright.source.frameworks.shared.queries import counted, identity
from archwright.source.frameworks.sqlalchemy import (
    alembic,
    bases,
    cascades,
    collections,
    events,
    instances,
    names,
    pages,
    sessions,
    statements,
    transactions,
)
from archwright.source.frameworks.sqlalchemy.models import BASE, ModelInfo, Models
from archwright.source.frameworks.sqlalchemy.names import CONNECTION, ENGINE, FLASK, FUNCTIONS, PAGE, SESSION
from archwright.source.frameworks.sqlalchemy.options import FETCHES, KEEPS, loader, loader_method
from archwright.source.frameworks.sqlalchemy.runners import only_statements, runners
from archwright.source.frameworks.sqlalchemy.values import (
    ORM,
    bound,
    element_of,
    expression,
    kept,
    listed,
    query_of,
    read,
    row_of,
)
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine


class SqlAlchemy(Framework):
    """Mapped classes, statements, sessions and results."""

    name = ORM
    title = "SQLAlchemy"
    packages = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy", "alembic")
    aliases: ClassVar[dict[str, str]] = names.SYNONYMS
    attributes: ClassVar[dict[str, str]] = names.ATTRIBUTES
    returns: ClassVar[dict[str, str]] = names.RETURNS
    cleaners: ClassVar[dict[str, int]] = {
        "sqlalchemy.sql.quoted_name": mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER),
        "sqlalchemy.sql.elements.quoted_name": mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER),
    }
    scopes: ClassVar[dict[str, Scope]] = transactions.SCOPES
    objects = (FLASK, PAGE, FUNCTIONS, SESSION)

    def __init__(self) -> None:
        super().__init__()
        self._models: Models | None = None
        self._listening: dict[int, str] = {}
        self._cascades = False
        """A new row that refers to a row of a session joins it."""
        functions: dict[str, Handler] = {
            "select": statements.select,
            "text": statements.text,
            "literal_column": statements.text,
            "DDL": statements.text,
            "insert": self._change("insert"),
            "update": self._change("update"),
            "delete": self._change("delete"),
            "exists": statements.exists,
            "Column": alembic.column,
            "Table": statements.table,
            "table": statements.table,
            "aliased": _first_argument,
            "with_polymorphic": _first_argument,
            "with_parent": statements.any_expression,
            **dict.fromkeys(("union", "union_all", "intersect", "except_"), statements.set_operation),
            **dict.fromkeys(sorted(names.EXPRESSIONS), statements.any_expression),
            **dict.fromkeys(sorted(FETCHES | KEEPS), loader),
        }
        for home in names.HOMES:
            self.calls.update({f"{home}.{name}": handler for name, handler in functions.items()})
        self.calls.update(
            {
                "sqlalchemy.orm.query.Query": statements.session_query,
                "alembic.op.execute": sessions.exec_driver_sql,
                f"{SESSION}.run_sync": sessions.run_sync,
                f"{CONNECTION}.run_sync": sessions.run_sync,
                f"{CONNECTION}.exec_driver_sql": sessions.exec_driver_sql,
                f"{SESSION}.query_property": self._query_property,
                "sqlalchemy.orm.declarative_base": bases.given(BASE, "cls"),
                "sqlalchemy.ext.declarative.declarative_base": bases.given(BASE, "cls"),
                FLASK: bases.given(FLASK, "model_class"),
            }
        )
        for holder in (SESSION, CONNECTION, ENGINE):
            for verb, handler in runners().items():
                self.calls[f"{holder}.{verb}"] = handler
        for verb in (
            "add",
            "add_all",
            "merge",
            "delete",
            "bulk_save_objects",
            "bulk_insert_mappings",
            "bulk_update_mappings",
        ):
            self.calls[f"{SESSION}.{verb}"] = sessions.write
        self.calls.update(transactions.handlers())
        for home in ("sqlalchemy.orm.attributes", "sqlalchemy.orm"):
            self.calls[f"{home}.flag_modified"] = self._flagged
        for verb in ("flush", "expunge", "expunge_all"):
            self.calls[f"{SESSION}.{verb}"] = sessions.silent
        self.calls[f"{SESSION}.expire"] = sessions.expire
        self.calls[f"{SESSION}.expire_all"] = sessions.expire_all
        self.calls[f"{SESSION}.query"] = statements.session_query
        self.calls[f"{SESSION}.get"] = self.calls[f"{SESSION}.get_one"] = sessions.get
        self.calls[f"{SESSION}.refresh"] = sessions.refresh
        self.calls[f"{FLASK}.paginate"] = pages.paginate
        for verb in ("first_or_404", "one_or_404"):
            self.calls[f"{FLASK}.{verb}"] = pages.one_or_404
        self.methods.update(
            {
                "query": self._maybe_query,
                "commit": transactions.maybe("Commit"),
                "rollback": transactions.maybe("Rollback"),
                "get": sessions.get,
                "refresh": sessions.refresh,
                **dict.fromkeys(("delete", "merge"), sessions.maybe_write),
                **dict.fromkeys(sorted(collections.METHODS), collections.changing(_silent)),
                **dict.fromkeys(("add", "add_all"), collections.changing(sessions.maybe_write)),
                **{verb: only_statements(handler) for verb, handler in runners().items()},
                "fetch_all": sessions.fetch("many"),
                "fetch_one": sessions.fetch("one"),
                "fetch_val": sessions.fetch("one"),
                "iterate": sessions.fetch("many"),
                "get_or_404": sessions.get,
            }
        )

    def prepare(self, project: Project, engine: Engine) -> None:
        self._models = Models(project, engine)
        self._models.collect()
        self._cascades = cascades.cascade_back(engine)

    def tables(self) -> Any:
        return self._cascades

    @property
    def models(self) -> dict[str, ModelInfo]:
        """The mapped classes by dotted name."""
        return self._models.models if self._models is not None else {}

    def claims(self, info: ClassInfo) -> bool:
        return self._models is not None and self._models.is_model(info)

    def instance(self, info: ClassInfo) -> tuple[Any, ...] | None:
        return ("row", Row(ORM, info.name, None))

    def row_classes(self) -> Iterable[tuple[ClassInfo, Callable[[str], bool]]]:
        return ((model.info, partial(instances.has, model)) for model in self.models.values())

    def construct(self, call: CallSite, info: ClassInfo) -> Val | None:
        made = sessions.new_row(info.name, call.keywords, call.spread)
        if self._cascades:
            for name, held in call.keywords.items():
                cascades.taken_in(call.frame, call.position, made, name, held, self.models)
        return made

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """What listens to events."""
        for entry, state in events.listeners(project, engine):
            self._listening[entry.unit] = state
            yield entry

    def surrounds(self, engine: Engine, entry: Entry) -> str:
        """What runs before a handler (guards, dependencies) may have used the session, and so begun its transaction."""
        return UNCLEAR if entry.operation is not None else self._listening.get(entry.unit, "")

    # --- classes -----------------------------------------------------------------------------------------
    def class_attribute(self, frame: Frame, info: ClassInfo, name: str, position: int) -> Val | None:
        model = self.models.get(info.name)
        if model is None:
            return None
        relation = model.relations.get(name)
        if relation is not None:
            return expression(info.name, via=("relation", name))
        if name in model.columns:
            return expression(info.name, via=("column", name))
        hit = info.lookup(name)
        if name == "query" and (hit is None or hit[1].kind in ("expression", "annotation")):
            query = statements.of_model(info.name, frame.unit, position, flag="session")
            return Val(("query", query._replace(manager=bases.query_class(frame.engine, info, hit))))
        if hit is not None:
            if hit[1].kind != "unit":
                return None
            unit = hit[0].module.index << UNIT_BITS | int(hit[1].value)
            if "property" not in frame.engine.decorations(unit):
                return None
            return expression(info.name, via=("column", name))  # a hybrid property
        if name == "__table__":
            return Val(("query", Query(ORM, info.name, -1, 0, flags=frozenset({"table"}))))
        if name in ("metadata", "registry") or name.startswith(("__", "model_", "parse_", "from_orm")):
            return None
        return expression(info.name, via=("column", name))

    # --- attributes --------------------------------------------------------------------------------------
    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        row = row_of(value)
        if row is not None:
            return instances.attribute(frame, value, row, name, position, self.models)
        query = query_of(value)
        if query is not None:
            return self._query_attribute(frame, value, query, name)
        type_ = value.type
        if type_ == ("object", PAGE):
            return value.items.get(name) if value.items is not None else None
        if type_ is not None and _is_flask(type_) and name[:1] != "_":
            dotted = f"{FLASK}.{name}"
            if dotted not in names.RETURNS and dotted not in self.calls:
                return _offered(frame, name, position)
        return None

    def assigned(self, frame: Frame, value: Val, name: str, held: Val, position: int) -> None:
        instances.assigned(frame, value, name, held, position, self.models, cascades_back=self._cascades)

    def _query_attribute(self, frame: Frame, value: Val, query: Query, name: str) -> Val | None:
        flags = query.flags
        if "table" in flags or "columns" in flags:
            if name in ("c", "columns"):
                return Val(("query", query._replace(flags=flags | {"columns"})), value.origins)
            if "columns" in flags:
                return expression(query.entity, value.origins, via=("column", name))
        if "statement" in flags and name in ("c", "columns", "selected_columns", "exported_columns"):
            return Val(("query", query._replace(flags=frozenset({"table", "columns"}))), value.origins)
        if name == "session" and "session" in flags:
            return Val(("object", SESSION))
        if name == "statement":
            return Val(("query", query._replace(flags=flags - {"session"} | {"statement"})), value.origins)
        if name == "rowcount":
            if query.unit == frame.unit:
                counted(frame, query.position, used=True)
            return NUMBER
        if "expression" in flags and query.via is not None and query.via[0] == "column" and name in ("c", "comparator"):
            return value
        return None

    # --- calls -------------------------------------------------------------------------------------------
    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        query = query_of(receiver)
        if receiver is None:
            return None
        if query is None:
            return statements.function(call) if receiver.type == ("object", FUNCTIONS) else None
        flags = query.flags
        if "loader" in flags:
            return loader_method(call, query)
        if "text" in flags and call.name == "execute":
            return sessions.executed(call, receiver)
        if "expression" in flags:
            return statements.column_method(call, receiver, query)
        if "result" in flags:
            return sessions.result_method(call, receiver, query)
        if "session" in flags:
            own = bases.own_method(call, query)
            if own is not None:
                return call_unit(call.frame, own, [receiver, *call.args], call.keywords, call.spread, call.position)
            return sessions.query_method(call, receiver, query)
        if "table" in flags:
            return statements.table_method(call, receiver, query)
        return statements.build(call, receiver, query)

    def operate(self, frame: Frame, op: str, left: Val, right: Val, position: int) -> Val | None:
        for value in (left, right):
            query = query_of(value)
            if query is not None and not query.flags.isdisjoint(("expression", "statement", "table")):
                return statements.compared(op, left, right)
        return None

    def _flagged(self, call: CallSite) -> Val | None:
        """`flag_modified(row, "name")`: what a column holds has changed in itself, and is written with the next flush."""
        row, name = call.argument(0, "instance"), call.argument(1, "key")
        if row is not None and name is not None and row_of(row) is not None:
            self.assigned(call.frame, row, name.const if isinstance(name.const, str) else "", UNKNOWN, call.position)
        return None

    def _change(self, kind: str) -> Handler:
        def handler(call: CallSite) -> Val | None:
            return statements.changing(kind, statements.entity_of(call.argument(0, "table")), call)

        return handler

    def _maybe_query(self, call: CallSite) -> Val | None:
        """`x.query(Model, ...)` on something unknown."""
        first = call.args[0] if call.args else None
        if first is None:
            return None
        attributes.touched(call.frame, first)
        known = first.type is not None and first.type[0] == "class" and self.claims(first.type[1])
        query = query_of(first)
        if known or (query is not None and "expression" in query.flags):
            return statements.session_query(call)
        return None

    def _query_property(self, call: CallSite) -> Val:
        return Val(("object", "sqlalchemy.orm.QueryProperty"))

    # --- evaluation --------------------------------------------------------------------------------------
    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        query = query_of(value)
        if query is None:
            row = row_of(value)
            if row is not None:
                return Iteration(value.with_origins(kept(value)), "rows", row.entity, identity(row.query))
            if value.type == ("object", PAGE) and value.items is not None:
                return self._page(frame, value, position)
            return None
        if "session" in query.flags:
            read(frame, position, query, value.origins, "many", value.asked)
        elif "result" not in query.flags:
            return None
        return Iteration(element_of(query, value), "rows", query.entity, identity(query))

    @staticmethod
    def _page(frame: Frame, value: Val, position: int) -> Iteration | None:
        rows = (value.items or {}).get("items", UNKNOWN)
        element = attributes.element(frame, rows, position)
        row = row_of(element)
        return Iteration(element, "rows", row.entity, identity(row.query)) if row is not None else None

    def evaluate(self, frame: Frame, value: Val, position: int, how: str) -> None:
        query = query_of(value)
        if query is not None and "session" in query.flags:
            read(frame, position, query, value.origins, "many", value.asked)

    def item(self, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        query = query_of(base)
        if query is None:
            return None if row_of(base) is None else UNKNOWN
        if "columns" in query.flags:
            name = index.const if isinstance(index.const, str) else ""
            return expression(query.entity, base.origins, via=("column", name))
        if "session" in query.flags:
            origins = join_origins(base.origins, bound([index]))
            read(frame, position, query, origins, "many" if is_slice else "one")
            return listed(query, base) if is_slice else element_of(query, base)
        if "expression" in query.flags:
            return base
        return element_of(query, base) if "result" in query.flags else None

    def remedy(self, remedy: Remedy) -> str | None:
        if remedy.kind is not RemedyKind.LOAD:
            return None
        return f".options(selectinload({remedy.subject})), or joinedload for a relation to one row"


def _silent(call: CallSite) -> Val | None:
    return None


def _first_argument(call: CallSite) -> Val | None:
    return call.args[0] if call.args else None


def _is_flask(type_: tuple[Any, ...]) -> bool:
    if type_[0] == "object":
        return bool(type_[1] == FLASK)
    return type_[0] == "instance" and FLASK in type_[1].external_bases()


def _offered(frame: Frame, name: str, position: int) -> Val:
    """`db.select`, `db.relationship`: the extension offers what SQLAlchemy and its ORM offer."""
    return frame.engine.external_value(frame, f"sqlalchemy.{name}", position)
