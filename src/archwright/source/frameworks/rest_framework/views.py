"""Django REST framework's views: the actions that a class inherits, with the hooks that it puts in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.model.value import Trust
from archwright.source.flow import attributes, calls
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, Query, Row, Val, constant
from archwright.source.frameworks.base import CallSite, Entry, Framework, Guarding
from archwright.source.frameworks.django.generic_views import REQUEST
from archwright.source.frameworks.django.rows import ORM
from archwright.source.frameworks.django.settings import Settings
from archwright.source.frameworks.django.urls import Pattern
from archwright.source.frameworks.django.views import Django, view_entry
from archwright.source.frameworks.rest_framework import actions as known
from archwright.source.frameworks.rest_framework import page_sizes
from archwright.source.frameworks.rest_framework.guards import RestGuards
from archwright.source.frameworks.shared.inherited import call_own, own_unit
from archwright.source.frameworks.shared.queries import emit_read
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

NAME: Final = "rest_framework"
_PARAMETERS: Final = {
    **dict.fromkeys(("list", "create", "retrieve", "update", "partial_update", "destroy"), ("request",)),
    **dict.fromkeys(known.VERBS, ("request",)),
}
_NO_COUNT: Final = frozenset({"CursorPagination"})
"""Paginators that don't count the rows."""


class RestFramework(Framework):
    """Views and view sets."""

    name = NAME
    title = "Django REST framework"
    packages = ("rest_framework",)
    aliases: ClassVar[dict[str, str]] = {"rest_framework.request.Request": REQUEST}

    def __init__(self) -> None:
        super().__init__()
        self._settings: Settings | None = None
        self._guards: RestGuards | None = None
        self._hooks: dict[str, Callable[[Frame, Val, ClassInfo, CallSite], Val | None]] = {
            "list": self._list,
            "create": self._create,
            "retrieve": self._retrieve,
            "update": self._update,
            "partial_update": self._update,
            "destroy": self._destroy,
            "get_queryset": self._get_queryset,
            "filter_queryset": self._filter_queryset,
            "paginate_queryset": self._paginate_queryset,
            "get_paginated_response": self._response,
            "get_object": self._get_object,
            "get_serializer": self._get_serializer,
            "get_serializer_class": self._get_serializer_class,
            "get_serializer_context": self._get_serializer_context,
            "perform_create": self._perform_save,
            "perform_update": self._perform_save,
            "perform_destroy": self._perform_destroy,
            **dict.fromkeys(known.VERBS, self._verb),
        }

    def prepare(self, project: Project, engine: Engine) -> None:
        self._settings = Settings(project, engine)
        self._guards = RestGuards(engine, self._settings)

    def claims(self, info: ClassInfo) -> bool:
        return known.is_view(info)

    def guards(self, engine: Engine, unit: int) -> Iterable[Guarding]:
        return self._guards.of(unit) if self._guards is not None else ()

    # --- entries -----------------------------------------------------------------------------------------
    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """The actions of every view class that a URL configuration or a router mounts."""
        django = engine.frameworks_by_name.get("django")
        if not isinstance(django, Django):
            return
        for pattern in django.patterns(project, engine):
            if pattern.view.type is not None and pattern.view.type[0] == "class":
                info = pattern.view.type[1]
                if known.is_view(info):
                    yield from self._class_entries(project, info, pattern)

    def _class_entries(self, project: Project, info: ClassInfo, pattern: Pattern) -> Iterator[Entry]:
        verbs = known.allowed(info)
        for action, verb, where in _mounted(info, pattern):
            unit = own_unit(project, info, action, _PARAMETERS.get(action, ("request",)))
            if unit is not None and verb.lower() in verbs:
                yield self._entry(project, unit, where, verb, action if pattern.router or pattern.actions else "")
        if pattern.router:
            one = pattern.extended("{" + known.lookup_name(info) + "}")
            for extra in known.extras(info):
                base = (one if extra.one else pattern).extended(extra.path)
                unit = own_unit(project, info, extra.name, ("request",))
                for verb in extra.methods:
                    if unit is not None and verb.lower() in verbs:
                        yield self._entry(project, unit, base, verb, extra.name)

    def _entry(self, project: Project, unit_id: int, pattern: Pattern, method: str, action: str) -> Entry:
        info, parameters = project.class_of_unit(unit_id), project.unit(unit_id)[1][4]
        given: dict[str, Val] = {}
        if action and info is not None and parameters:
            doing = Val(("constant", action), (), action)
            given[parameters[0][0]] = Val(("instance", info), (), NO, {"action": doing})
        return view_entry(project, unit_id, pattern, method, given)

    # --- what views offer --------------------------------------------------------------------------------
    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        if index != 1 or name not in ("serializer", "instance", "queryset") or frame.owner is None:
            return None
        if not known.is_view(frame.owner):
            return None
        if name == "serializer":
            class_ = self._class_of(frame.owner, frame)
            return ("instance", class_) if class_ is not None else None
        query = _type(_declared(frame.engine, frame.owner, "queryset"), "query")
        if query is None:
            return None
        if name == "queryset":
            return ("query", query)
        return ("row", Row(ORM, query.entity, None)) if query.entity is not None else None

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        if value.type is None or value.type[0] != "instance":
            return None
        if name == "request":
            return Val(("object", REQUEST))
        if name == "queryset" and value.type[1].method("queryset") is None:
            found = _declared(frame.engine, value.type[1], "queryset")
            return found if _type(found, "query") is not None else None
        return None

    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None or receiver.type[0] != "instance":
            return None
        hook = self._hooks.get(call.name)
        return hook(call.frame, receiver, receiver.type[1], call) if hook is not None else None

    # --- actions -----------------------------------------------------------------------------------------
    def _verb(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val | None:
        """`get` of a generic view runs `list`, and so on."""
        action = known.inherited_verbs(info).get(call.name)
        return call_own(frame, view, action, call.args, call.position) if action is not None else None

    def _list(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        rows = self._rows(frame, view, call.position)
        page = call_own(frame, view, "paginate_queryset", [rows], call.position)
        shown = page if page.type is not None else rows
        serializer = call_own(frame, view, "get_serializer", [shown], call.position, many=constant(True))
        return self._answer(frame, serializer, call.position)

    def _retrieve(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        row = call_own(frame, view, "get_object", [], call.position)
        serializer = call_own(frame, view, "get_serializer", [row], call.position)
        return self._answer(frame, serializer, call.position)

    def _create(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        data = attributes.attribute(frame, Val(("object", REQUEST)), "data", call.position)
        serializer = call_own(frame, view, "get_serializer", [], call.position, data=data)
        return self._saved(frame, view, serializer, "perform_create", call.position)

    def _update(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        if call.name == "partial_update" and info.method("update") is not None:
            return call_own(frame, view, "update", call.args, call.position, partial=constant(True))
        row = call_own(frame, view, "get_object", [], call.position)
        data = attributes.attribute(frame, Val(("object", REQUEST)), "data", call.position)
        partial = constant(call.name == "partial_update")
        serializer = call_own(frame, view, "get_serializer", [row], call.position, data=data, partial=partial)
        return self._saved(frame, view, serializer, "perform_update", call.position)

    def _destroy(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        row = call_own(frame, view, "get_object", [], call.position)
        call_own(frame, view, "perform_destroy", [row], call.position)
        return _RESPONSE

    def _saved(self, frame: Frame, view: Val, serializer: Val, hook: str, position: int) -> Val:
        call_own(frame, serializer, "is_valid", [], position, raise_exception=constant(True))
        call_own(frame, view, hook, [serializer], position)
        return self._answer(frame, serializer, position)

    @staticmethod
    def _answer(frame: Frame, serializer: Val, position: int) -> Val:
        attributes.attribute(frame, serializer, "data", position)
        return _RESPONSE

    # --- hooks -------------------------------------------------------------------------------------------
    def _rows(self, frame: Frame, view: Val, position: int) -> Val:
        rows = call_own(frame, view, "get_queryset", [], position)
        return call_own(frame, view, "filter_queryset", [rows], position)

    def _get_queryset(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        return attributes.attribute(frame, view, "queryset", call.position)

    def _filter_queryset(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        """Filters narrow the rows; backends of the project may do more, and are asked."""
        rows = call.argument(0, "queryset") or UNKNOWN
        query = _type(rows, "query")
        if query is None:
            return rows
        for backend in self._classes(frame.engine, info, "filter_backends", "DEFAULT_FILTER_BACKENDS"):
            unit = backend.method("filter_queryset")
            if unit is not None:
                made = calls.call_unit(
                    frame,
                    unit,
                    [Val(("instance", backend)), Val(("object", REQUEST)), rows, view],
                    {},
                    [],
                    call.position,
                )
                rows = made if _type(made, "query") is not None else rows
        query = _type(rows, "query") or query
        return _flagged(rows, query, "changed")

    def _paginate_queryset(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        """One page: most paginators count all rows first."""
        rows = call.argument(0, "queryset") or UNKNOWN
        query = _type(rows, "query")
        names = self._names(frame.engine, info, "pagination_class", "DEFAULT_PAGINATION_CLASS")
        if query is None or not names:
            return rows if names else Val(None, (), None)
        for paginator in self._classes(frame.engine, info, "pagination_class", "DEFAULT_PAGINATION_CLASS"):
            unit = paginator.method("paginate_queryset")
            if unit is not None:
                given = [Val(("instance", paginator)), rows, Val(("object", REQUEST)), view]
                made = calls.call_unit(frame, unit, given, {}, [], call.position)
                if made.type is not None:
                    return made
        own = self._classes(frame.engine, info, "pagination_class", "DEFAULT_PAGINATION_CLASS")
        page_sizes.taken(frame, names, own, query.entity, call.position)
        if not any(name.rpartition(".")[2] in _NO_COUNT for name in names):
            emit_read(frame, call.position, query, rows.origins, "aggregate", rows.asked)
        return _flagged(rows, query, "changed", "limited")

    def _get_object(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        rows = self._rows(frame, view, call.position)
        query = _type(rows, "query")
        orm = frame.engine.frameworks_by_name.get(ORM)
        if query is None or orm is None:
            return UNKNOWN
        key = {known.lookup_field(info): Val(("text",), (_PICKED,))}
        return orm.method(CallSite(frame, call.position, "get", rows, [], key, [])) or UNKNOWN

    def _get_serializer(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        class_ = call_own(frame, view, "get_serializer_class", [], call.position)
        if class_.type is None or class_.type[0] != "class":
            return UNKNOWN
        context = call_own(frame, view, "get_serializer_context", [], call.position)
        keywords = {"context": context, **call.keywords}
        return calls.construct(frame, class_.type[1], call.args, keywords, call.spread, call.position)

    def _get_serializer_class(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        return attributes.attribute(frame, view, "serializer_class", call.position)

    def _get_serializer_context(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        return Val(("dict",), (), NO, {"request": Val(("object", REQUEST)), "view": view})

    def _perform_save(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        serializer = call.argument(0, "serializer") or UNKNOWN
        return call_own(frame, serializer, "save", [], call.position)

    def _perform_destroy(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        return call_own(frame, call.argument(0, "instance") or UNKNOWN, "delete", [], call.position)

    def _response(self, frame: Frame, view: Val, info: ClassInfo, call: CallSite) -> Val:
        return _RESPONSE

    # --- declarations ------------------------------------------------------------------------------------
    def _class_of(self, info: ClassInfo, frame: Frame) -> ClassInfo | None:
        found = _declared(frame.engine, info, "serializer_class")
        return found.type[1] if found is not None and found.type is not None and found.type[0] == "class" else None

    def _names(self, engine: Engine, info: ClassInfo, name: str, setting: str) -> list[str]:
        hit = info.lookup(name)
        if hit is not None:
            return self._settings.classes(hit[0].module, hit[1].value) if self._settings is not None else []
        return self._settings.rest(setting) if self._settings is not None else []

    def _classes(self, engine: Engine, info: ClassInfo, name: str, setting: str) -> list[ClassInfo]:
        """The project's own classes under a class attribute, or where it isn't set under a setting."""
        found = [engine.project.class_named(each) for each in self._names(engine, info, name, setting)]
        return [each for each in found if each is not None]


_RESPONSE: Final = Val(("object", "rest_framework.response.Response"))


_PICKED: Final = (("source", "path parameter", Trust.ANYONE.value), 0, None)


def _flagged(rows: Val, query: Query, *flags: str) -> Val:
    return Val(("query", query._replace(flags=query.flags.union(flags))), rows.origins, asked=rows.asked)


def _mounted(info: ClassInfo, pattern: Pattern) -> Iterator[tuple[str, str, Pattern]]:
    """Method of the class, HTTP method and place of each of its actions."""
    if pattern.router:
        given = known.inherited_actions(info)
        one = pattern.extended("{" + known.lookup_name(info) + "}")
        for action, verb, single in known.ROUTED:
            if action in given or info.method(action) is not None:
                yield action, verb, one if single else pattern
    elif pattern.actions:
        for verb, action in pattern.actions:
            yield action, verb, pattern
    else:
        given_verbs = known.inherited_verbs(info)
        for verb in known.VERBS:
            if verb in given_verbs or info.method(verb) is not None:
                yield verb, verb.upper(), pattern


def _declared(engine: Engine, info: ClassInfo, name: str) -> Val | None:
    hit = info.lookup(name)
    return engine.class_value(hit[0], name, hit[1]) if hit is not None and hit[1].kind != "unit" else None


def _type(value: Val | None, kind: str) -> Query | None:
    if value is None or value.type is None or value.type[0] != kind:
        return None
    query: Query = value.type[1]
    return query
