"""Django's ORM: where models, managers and raw SQL enter the code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.model.finding import Remedy, RemedyKind
from archwright.model.value import Use
from archwright.source.flow import attributes
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, NUMBER, UNKNOWN, Query, Row, Val, join_origins, origins_of
from archwright.source.frameworks.base import CallSite, Entry, Framework, Iteration, mask
from archwright.source.frameworks.databases.dbapi import execute
from archwright.source.frameworks.django import evaluation, instances, querysets
from archwright.source.frameworks.django.managers import managed, manager_method
from archwright.source.frameworks.django.models import USER, ModelInfo, Models
from archwright.source.frameworks.django.predicates import q_added, q_object
from archwright.source.frameworks.django.rows import (
    ORM,
    PAGED,
    paginated,
    prefetch_object,
    prefetched_now,
    raw_sql,
)
from archwright.source.frameworks.django.settings import Settings
from archwright.source.frameworks.django.signals import Signals
from archwright.source.frameworks.django.validation import Validation
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine


_APPS: Final = "django.apps.registry.Apps"


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
        "django.db.models.query_utils.Q": "django.db.models.Q",
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
        **{f"django.utils.encoding.{name}": 0 for name in ("force_str", "force_bytes", "smart_str", "smart_bytes")},
        **{f"django.utils.http.urlsafe_base64_{name}": 0 for name in ("encode", "decode")},
    }
    objects = ("django.db.Connection", "django.db.Connections", _APPS, instances.FIELD_FILE)
    named = ("django.conf.settings", ".objects", "._default_manager")

    def __init__(self) -> None:
        super().__init__()
        self._models: Models | None = None
        self._signals: Signals | None = None
        self._validation: Validation | None = None
        self._settings: Settings | None = None
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
                "django.apps.apps.get_model": self._model_of,
                f"{_APPS}.get_model": self._model_of,
                "django.db.models.Q": q_object,
                "django.db.models.Q.add": q_added,
                "django.db.models.Prefetch": prefetch_object,
                "django.core.paginator.Paginator": paginated,
                "django.db.models.prefetch_related_objects": prefetched_now,
            }
        )

    def prepare(self, project: Project, engine: Engine) -> None:
        self._models = Models(project, engine)
        self._settings = Settings(project, engine)
        self._signals = Signals(project, engine, self._models)
        self._validation = Validation(project, engine, self._models.models)

    @property
    def user_model(self) -> str | None:
        """The model of those who log in; None: it can't be told."""
        return self._models.user_model() if self._models is not None else None

    @property
    def signals(self) -> Signals:
        """Who listens when rows are saved and deleted."""
        assert self._signals is not None
        return self._signals

    @property
    def validation(self) -> Validation:
        """What checking a row asks for."""
        assert self._validation is not None
        return self._validation

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Receivers of signals."""
        return self.signals.entries()

    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        sender = self.signals.sender_of(frame.unit) if name in ("instance", "sender") else ""
        if sender not in self.models:
            return None
        return ("row", Row(ORM, sender, None)) if name == "instance" else ("class", self.models[sender].info)

    def outside(self, frame: Frame | None, parent: str, name: str, position: int) -> Val | None:
        """`settings.NAME`, and the managers of models that other packages declare."""
        if parent == "django.conf.settings":
            return self._settings.value(name) if self._settings is not None else None
        if not parent.rpartition(".")[2][:1].isupper():
            return None
        return Val(("query", Query(ORM, parent, frame.unit if frame is not None else -1, position)))

    @property
    def models(self) -> dict[str, ModelInfo]:
        """The models by dotted name."""
        return self._models.models if self._models is not None else {}

    def row_classes(self) -> Iterable[tuple[ClassInfo, Callable[[str], bool]]]:
        return ((model.info, partial(instances.has, model)) for model in self.models.values())

    def claims(self, info: ClassInfo) -> bool:
        return info.name in self.models or (self._models is not None and self._models.is_query_class(info))

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
            manager = model.default_manager if name == "_default_manager" else model.managers.get(name)
            return Val(
                ("query", managed(frame, Query(ORM, info.name, frame.unit, position, manager=manager), position))
            )
        if name in {"DoesNotExist", "MultipleObjectsReturned"}:
            return Val(("external", f"django.core.exceptions.{name}"))
        return None

    def construct(self, call: CallSite, info: ClassInfo) -> Val | None:
        if info.name in self.models:
            row = Val(("row", Row(ORM, info.name, None, "new")), origins_of(call.spread), NO, dict(call.keywords))
            return instances.stored(row) if call.spread else row
        return Val(self.instance(info))

    # --- rows and queries: attributes ----------------------------------------------------------------------
    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        type_ = value.type
        if type_ is None:
            return None
        if type_[0] == "row":
            return instances.attribute(frame, value, type_[1], name, position, self.models)
        if type_[0] == "query":
            return self._query_attribute(frame, value, type_[1], name, position)
        if type_[1] == instances.FIELD_FILE:
            return instances.file_attribute(value, name)
        return None

    def _query_attribute(self, frame: Frame, value: Val, query: Query, name: str, position: int) -> Val | None:
        unit = manager_method(frame.engine.project, query, name)
        if unit is not None:
            return attributes.method_value(frame, value, unit, position)
        if name == "object_list":
            return value
        if PAGED in query.flags and name in ("count", "num_pages", "page_range"):
            evaluation.count_pages(frame, value, query, position)
            return NUMBER
        if name == "model" and query.entity is not None:
            info = frame.engine.project.class_named(query.entity)
            return Val(("class", info)) if info is not None else None
        return Val(("member", value, name))

    # --- calls -----------------------------------------------------------------------------------------------
    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None:
            return None
        if receiver.type[0] == "query":
            return querysets.method(call, receiver, receiver.type[1], self.models, self.signals)
        if receiver.type[0] == "row":
            found = instances.method(call, receiver, receiver.type[1], self.signals)
            return found if found is not None else self.validation.checked(call, receiver.type[1])
        if receiver.type[1] == instances.FIELD_FILE:
            return instances.file_method(call, receiver)
        return None

    def assigned(self, frame: Frame, value: Val, name: str, held: Val, position: int) -> None:
        if value.type is not None and value.type[0] == "row":
            instances.assigned(frame, value, value.type[1], name, self.models)

    # --- evaluation --------------------------------------------------------------------------------------------
    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        return evaluation.iterate(frame, value, position)

    def evaluate(self, frame: Frame, value: Val, position: int, how: str) -> None:
        evaluation.evaluate(frame, value, position)

    def tested(self, frame: Frame, value: Val, position: int) -> None:
        evaluation.tested(frame, value, position)

    def item(self, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        return evaluation.item(frame, base, index, position, is_slice=is_slice)

    # --- shortcuts ---------------------------------------------------------------------------------------------
    def _queried(self, call: CallSite) -> tuple[Val, Query] | None:
        first = call.argument(0, "klass")
        if first is None or first.type is None:
            return None
        if first.type[0] == "query":
            return first, first.type[1]
        if first.type[0] == "class" and first.type[1].name in self.models:
            rows = self.class_attribute(call.frame, first.type[1], "_default_manager", call.position)
            return (rows, rows.type[1]) if rows is not None and rows.type is not None else None
        if first.type[0] == "external" and first.type[1].rpartition(".")[2][:1].isupper():
            return Val(None), Query(ORM, first.type[1], call.frame.unit, call.position)
        return None

    def _get_object(self, call: CallSite) -> Val | None:
        found = self._queried(call)
        if found is None:
            return UNKNOWN
        value, query = found
        origins = join_origins(value.origins, origins_of([*call.args[1:], *call.keywords.values()]))
        return evaluation.one(call, value, query, origins, self.models)

    def _get_list(self, call: CallSite) -> Val | None:
        found = self._queried(call)
        return Val(("query", found[1]), found[0].origins) if found is not None else UNKNOWN

    def _user_model(self, call: CallSite) -> Val | None:
        name = self.user_model
        info = call.frame.engine.project.class_named(name) if name else None
        return Val(("class", info)) if info is not None else Val(("external", name or USER))

    def _model_of(self, call: CallSite) -> Val | None:
        """`apps.get_model("app", "Model")` and `apps.get_model("app.Model")`."""
        given = [each.const for each in (call.argument(0, "app_label"), call.argument(1, "model_name")) if each]
        if self._models is None or not given or not all(isinstance(each, str) for each in given):
            return UNKNOWN
        name = self._models.by_label(".".join(given), None)
        info = call.frame.engine.project.class_named(name) if name is not None else None
        return Val(("class", info)) if info is not None else UNKNOWN

    def remedy(self, remedy: Remedy) -> str | None:
        if remedy.kind is not RemedyKind.LOAD:
            return None
        path = remedy.subject.replace(".", "__")
        return f'.prefetch_related("{path}")' if remedy.many else f'.select_related("{path}")'
