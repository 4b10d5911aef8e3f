"""Django and Django REST framework: requests, views, URL configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.model.operation import Http, Operation
from archwright.model.value import Trust
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, Val, step
from archwright.source.frameworks.base import Entry, Framework, Source
from archwright.source.frameworks.django.urls import Pattern, UrlTable, read_path
from archwright.source.frameworks.shared.routes import converter_is_clean, outside, place_of, template_path
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_REQUEST = "django.http.HttpRequest"
_DATA = {
    "GET": "query parameter",
    "POST": "form field",
    "body": "request body",
    "COOKIES": "cookie",
    "FILES": "uploaded file",
    "META": "request header",
    "headers": "request header",
    "path": "request path",
    "path_info": "request path",
    "get_full_path": "request path",
    "build_absolute_uri": "request URL",
    "get_host": "request host",
    "get_signed_cookie": "cookie",
    "data": "request body",
    "query_params": "query parameter",
}
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_ACTIONS = {
    "list": "GET",
    "retrieve": "GET",
    "create": "POST",
    "update": "PUT",
    "partial_update": "PATCH",
    "destroy": "DELETE",
}
_VIEW_BASES = ("django.views.", "rest_framework.", "django.contrib.admin.")


class Django(Framework):
    """Views and requests."""

    name = "django"
    packages = ("django", "rest_framework")
    aliases: ClassVar[dict[str, str]] = {
        "django.http.request.HttpRequest": _REQUEST,
        "django.core.handlers.wsgi.WSGIRequest": _REQUEST,
        "django.core.handlers.asgi.ASGIRequest": _REQUEST,
        "rest_framework.request.Request": _REQUEST,
    }
    sources: ClassVar[dict[str, Source]] = {f"{_REQUEST}.{name}": Source(said) for name, said in _DATA.items()}

    def claims(self, info: ClassInfo) -> bool:
        return any(base.startswith(_VIEW_BASES) for base in info.external_bases())

    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        # every tutorial, generic view and decorator of Django calls it so, and hands over nothing else under that name
        return ("object", _REQUEST) if name == "request" else None

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        if value.type is None or value.type[0] != "instance":
            return None
        if name == "request":
            return Val(("object", _REQUEST))
        if name == "kwargs":
            origin = (("source", "path parameter", Trust.ANYONE.value), 0, None)
            return Val(("dict",), step((origin,), frame.unit, position, "path parameter"), NO, None)
        return None

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Every view that some URL configuration names."""
        for pattern in UrlTable(project, engine).patterns():
            yield from self._entries_of(project, engine, pattern)

    def _entries_of(self, project: Project, engine: Engine, pattern: Pattern) -> Iterator[Entry]:
        view = pattern.view
        if view.type is None:
            return
        if view.type[0] == "unit":
            yield self._entry(project, view.type[1], pattern, "ANY" if not pattern.methods else pattern.methods)
        elif view.type[0] == "class":
            yield from self._class_entries(project, view.type[1], pattern)

    def _class_entries(self, project: Project, info: ClassInfo, pattern: Pattern) -> Iterator[Entry]:
        if pattern.router:
            for name, verb in _ACTIONS.items():
                unit = info.method(name)
                if unit is not None:
                    one = name not in ("list", "create")
                    yield self._entry(project, unit, pattern.extended("{pk}") if one else pattern, verb)
            yield from self._extra_actions(project, info, pattern)
            return
        for verb in _VERBS:
            unit = info.method(verb)
            if unit is not None:
                yield self._entry(project, unit, pattern, verb.upper())

    def _extra_actions(self, project: Project, info: ClassInfo, pattern: Pattern) -> Iterator[Entry]:
        for holder in info.mro():
            for binding in holder.scope().values():
                if binding.kind != "unit":
                    continue
                unit_id = holder.module.index << UNIT_BITS | int(binding.value)
                facts = holder.module.units[binding.value]
                for decorator in facts[5]:
                    if decorator[0] == f.CALL and decorator[2][0] == f.NAME and decorator[2][2] == "action":
                        given = dict(decorator[4])
                        detail = given.get("detail")
                        one = detail is not None and detail[0] == f.CONST and detail[2] is True
                        path = given.get("url_path")
                        tail = (
                            read_path(path[2], regex=True)[0] if path is not None and path[0] == f.CONST else facts[0]
                        )
                        methods = given.get("methods")
                        verb = (
                            methods[2][0][2]
                            if methods is not None
                            and methods[0] in (f.LIST, f.TUPLE)
                            and methods[2]
                            and methods[2][0][0] == f.CONST
                            else "GET"
                        )
                        base = pattern.extended("{pk}") if one else pattern
                        yield self._entry(project, unit_id, base.extended(str(tail)), str(verb).upper())

    @staticmethod
    def _entry(project: Project, unit_id: int, pattern: Pattern, method: str) -> Entry:
        module, unit = project.unit(unit_id)
        parameters = {}
        for name, _, _, _ in unit[4]:
            if name == "request":
                parameters[name] = Val(("object", _REQUEST))
            elif name in pattern.parameters:
                clean = pattern.parameters[name] or converter_is_clean(pattern.path, name)
                parameters[name] = outside(f"path parameter {name!r}", unit_id, unit[2], clean=clean)
        name = project.unit_name(unit_id)
        trigger = Http(method=method, path=template_path(pattern.path))
        return Entry(
            unit_id, parameters, Operation(name=name, trigger=trigger, entry=name, place=place_of(module, unit))
        )
