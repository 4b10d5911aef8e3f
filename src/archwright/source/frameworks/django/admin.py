"""Django's admin: what a list of rows asks of each, actions, and the rows that hooks are called with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.model.policy import AUTHENTICATED
from archwright.source import facts as f
from archwright.source.flow import attributes, calls, turns
from archwright.source.flow.frame import Frame
from archwright.source.flow.loops import loop_element
from archwright.source.flow.values import UNKNOWN, Query, Row, Val
from archwright.source.frameworks.base import CallSite, Entry, Framework, Guarding
from archwright.source.frameworks.django.admin_urls import added_views
from archwright.source.frameworks.django.generic_views import REQUEST
from archwright.source.frameworks.django.orm import DjangoOrm
from archwright.source.frameworks.django.rows import ORM
from archwright.source.frameworks.django.views import view_entry
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import elements, last_name, texts
from archwright.source.frameworks.shared.inherited import call_own, own_place, own_unit
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_BASES: Final = ("ModelAdmin", "TabularInline", "StackedInline", "InlineModelAdmin", "UserAdmin", "GroupAdmin")
_LISTED: Final = ("list_display", "readonly_fields", "fields")
_ABOUT: Final = frozenset(
    {"save_model", "delete_model", "response_change", "response_add", "log_change", "log_addition"}
)
"""Hooks whose third parameter is the row."""


class Admin(Framework):
    """Model admins. What the library routes is no operation of the project; views that an admin adds are."""

    name = "django_admin"
    packages = ("django",)

    def __init__(self) -> None:
        super().__init__()
        self._models: dict[str, str] = {}
        """Admin class -> the model it is registered for, where that is one."""
        self._guarded: set[int] = set()
        """Views that `get_urls` puts a check around."""

    def claims(self, info: ClassInfo) -> bool:
        return is_admin(info)

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """The list of rows, and actions on the rows that a person picks."""
        orm = engine.frameworks_by_name.get(ORM)
        known = orm.models if isinstance(orm, DjangoOrm) else {}
        for model, info in self._registered(project):
            if model in known:
                self._models.setdefault(info.name, model)
        for name, model in sorted(self._models.items()):
            admin = project.class_named(name)
            if admin is None:
                continue
            unit = own_unit(project, admin, "changelist_view", ("request",))
            if unit is not None:
                yield Entry(unit, {"request": Val(("object", REQUEST))})
            for action in self._actions(project, admin):
                picked = Query(ORM, model, action, 0, flags=frozenset({"few"}))  # by hand, of a page
                yield Entry(action, {"queryset": Val(("query", picked))})

        for info in project.all_classes():
            for added in added_views(engine, info) if info.facts[4] and is_admin(info) else ():
                if not added.open:
                    self._guarded.add(added.unit)
                yield view_entry(project, added.unit, added.pattern, "ANY")

    def guards(self, engine: Engine, unit: int) -> Iterable[Guarding]:
        """What `get_urls` puts around a view."""
        if unit in self._guarded:
            yield Guarding("admin_view", AUTHENTICATED)

    # --- registration --------------------------------------------------------------------------------------
    def _registered(self, project: Project) -> Iterator[tuple[str, ClassInfo]]:
        for module in project.modules:
            if not any(_names_admin(binding.value) for binding in module.scope().values() if binding.kind == "import"):
                continue
            for index, facts in enumerate(module.classes):
                for node in facts[6]:
                    if node[0] == f.CALL and last_name(node[2]) == "register":
                        for part in node[3]:
                            yield from self._pair(project, module, part, project.class_at(module, index))
            for call in calls_in(module.units[0][7]) if module.units else ():
                if last_name(call[2]) == "register" and len(call[3]) > 1:
                    found = project.resolve_expression(module, call[3][1])
                    if found is not None and found.kind == "class" and is_admin(found.value):
                        for part in elements(call[3][0]) or (call[3][0],):
                            yield from self._pair(project, module, part, found.value)

    @staticmethod
    def _pair(project: Project, module: Module, node: Any, info: ClassInfo) -> Iterator[tuple[str, ClassInfo]]:
        found = project.resolve_expression(module, node)
        if found is not None and found.kind == "class" and is_admin(info):
            yield found.value.name, info

    @staticmethod
    def _actions(project: Project, info: ClassInfo) -> Iterator[int]:
        hit = info.lookup("actions")
        for part in elements(hit[1].value) if hit is not None and hit[1].kind == "expression" else ():
            unit = info.method(part[2]) if part[0] == f.CONST and isinstance(part[2], str) else None
            if part[0] == f.NAME and hit is not None:
                unit = info.method(part[2])
                found = project.resolve_expression(hit[0].module, part) if unit is None else None
                unit = int(found.value) if found is not None and found.kind == "unit" else unit
            if unit is not None:
                yield unit

    # --- hooks ---------------------------------------------------------------------------------------------
    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        """The row that a column of the list is about."""
        if index != 1 or frame.owner is None or not is_admin(frame.owner) or name == "request":
            return None
        model = self._model_of(frame.owner)
        return (
            ("row", Row(ORM, model, None)) if model and str(frame.facts[0]) in self._named(frame, frame.owner) else None
        )

    def _named(self, frame: Frame, info: ClassInfo) -> set[str]:
        found: set[str] = set()
        for option in _LISTED:
            hit = info.lookup(option)
            if hit is not None and hit[1].kind == "expression":
                found.update(texts(frame.engine, hit[0].module, hit[1].value))
        return found

    def _model_of(self, info: ClassInfo) -> str:
        return self._models.get(info.name, "")

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        if name != "model" or value.type is None or value.type[0] != "instance":
            return None
        model = frame.engine.project.class_named(self._model_of(value.type[1]) or "?")
        return Val(("class", model)) if model is not None else None

    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None or receiver.type[0] != "instance":
            return None
        info: ClassInfo = receiver.type[1]
        if call.name == "get_queryset":
            return self._rows(call.frame, info, call.position)
        if call.name == "changelist_view":
            return self._list(call, receiver, info)
        if call.name in ("save_model", "delete_model"):
            row = call.argument(1, "obj") or UNKNOWN
            return call_own(call.frame, row, call.name.removesuffix("_model"), [], call.position)
        if call.name == "delete_queryset":
            return call_own(call.frame, call.argument(1, "queryset") or UNKNOWN, "delete", [], call.position)
        return None

    def _rows(self, frame: Frame, info: ClassInfo, position: int) -> Val:
        model = frame.engine.project.class_named(self._model_of(info) or "?")
        return attributes.class_attribute(frame, model, "_default_manager", position) if model is not None else UNKNOWN

    def _list(self, call: CallSite, admin: Val, info: ClassInfo) -> Val:
        """The list: a page of rows, and each column of each (django.contrib.admin.views.main.ChangeList)."""
        frame = call.frame
        rows = call_own(frame, admin, "get_queryset", [Val(("object", REQUEST))], call.position)
        if rows.type is None or rows.type[0] != "query":
            return UNKNOWN
        hit = info.lookup("list_display")
        columns = elements(hit[1].value) if hit is not None and hit[1].kind == "expression" else ()
        query: Query = rows.type[1]
        query = query._replace(loaded=query.loaded | self._loaded(frame, info, columns, query.entity))
        entered = turns.enter(frame)
        row = loop_element(frame, info.facts, Val(("query", query), rows.origins, asked=rows.asked), call.position)
        for node in columns:
            if node[0] == f.CONST and isinstance(node[2], str) and hit is not None:
                self._column(frame, admin, info, node[2], row, own_place(frame, hit[0], node, call.position))
        if not columns:
            attributes.as_text(frame, row, call.position)
        turns.leave(frame, entered)
        return UNKNOWN

    @staticmethod
    def _loaded(frame: Frame, info: ClassInfo, columns: tuple[Any, ...], entity: str | None) -> frozenset[str]:
        """`list_select_related`; without it the relations are joined as soon as one of them is a column."""
        hit = info.lookup("list_select_related")
        node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
        if info.method("get_list_select_related") is not None:
            return frozenset({"?"})
        if hit is not None and node is not None and node[0] in (f.LIST, f.TUPLE):
            parts = [text.split("__") for text in texts(frame.engine, hit[0].module, node)]
            return frozenset(".".join(part[: end + 1]) for part in parts for end in range(len(part)))
        orm = frame.engine.frameworks_by_name.get(ORM)
        model = orm.models.get(entity or "") if isinstance(orm, DjangoOrm) else None
        joined = any(
            node[0] == f.CONST and model is not None and node[2] in model.relations and model.relations[node[2]].column
            for node in columns
        )
        every = node is not None and node[0] == f.CONST and node[2] is True
        return frozenset({"*"}) if every or joined else frozenset()

    @staticmethod
    def _column(frame: Frame, admin: Val, info: ClassInfo, name: str, row: Val, place: int) -> None:
        unit = info.method(name)
        if unit is not None:
            call_own(frame, admin, name, [row], place)
        elif name == "__str__":
            attributes.as_text(frame, row, place)
        elif "__" not in name:
            value = attributes.attribute(frame, row, name, place)
            if value.type is not None and value.type[0] == "bound":
                calls.call_value(frame, value, [], {}, [], place)
            elif value.type is not None and value.type[0] == "row":
                attributes.as_text(frame, value, place)


def is_admin(info: ClassInfo) -> bool:
    """True for a project class that is a model admin, Django's or one derived from it in another package."""
    return any(_is_base(base) for base in info.external_bases())


def _is_base(dotted: str) -> bool:
    """By the convention of packages for Django, `reversion.admin.VersionAdmin` is one, too."""
    where, _, name = dotted.rpartition(".")
    return (name.endswith(_BASES) and "admin" in dotted) or (name.endswith("Admin") and "admin" in where.split("."))


def _names_admin(value: Any) -> bool:
    return isinstance(value, tuple) and ("admin" in str(value[0]) or "admin" in str(value[1]))
