"""Django: requests, views, URL configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.model.operation import Http, Operation
from archwright.model.value import Trust, Use
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, Val, step
from archwright.source.frameworks.base import CallSite, Entry, Framework, Source, mask
from archwright.source.frameworks.django import generic_views
from archwright.source.frameworks.django.generic import handled
from archwright.source.frameworks.django.generic_views import REQUEST
from archwright.source.frameworks.django.uploads import FILES
from archwright.source.frameworks.django.urls import Mounted, Pattern, UrlTable
from archwright.source.frameworks.shared.inherited import own_unit
from archwright.source.frameworks.shared.routes import (
    converter_is_clean,
    outside,
    place_of,
    segment,
    template_path,
)
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_DATA = {
    "GET": "query parameter",
    "POST": "form field",
    "body": "request body",
    "COOKIES": "cookie",
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
_QUOTED = frozenset({"get_full_path", "build_absolute_uri", "get_host"})
"""No tag is left in them: `HttpRequest` refuses a host with other letters than a name has, and quotes the rest of an address."""
_VIEW_BASES = ("django.views.", "django.contrib.auth.views.")


class Django(Framework):
    """Views and requests."""

    name = "django"
    packages = ("django",)
    aliases: ClassVar[dict[str, str]] = {
        "django.http.request.HttpRequest": REQUEST,
        "django.core.handlers.wsgi.WSGIRequest": REQUEST,
        "django.core.handlers.asgi.ASGIRequest": REQUEST,
    }
    sources: ClassVar[dict[str, Source]] = {
        **{
            f"{REQUEST}.{name}": Source(said, cleaned=mask(Use.HTML) if name in _QUOTED else 0)
            for name, said in _DATA.items()
        },
        f"{REQUEST}.FILES": Source("uploaded file", type=FILES),
    }

    def __init__(self) -> None:
        super().__init__()
        self._patterns: list[Pattern] | None = None
        self._mounted: list[Mounted] = []

    def claims(self, info: ClassInfo) -> bool:
        return any(base.startswith(_VIEW_BASES) for base in info.external_bases())

    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        # every tutorial, generic view and decorator of Django calls it so, and hands over nothing else under that name
        return ("object", REQUEST) if name == "request" else None

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        if value.type is None or value.type[0] != "instance":
            return None
        if name == "request":
            return Val(("object", REQUEST))
        if name in ("object", "object_list") and _left_open(value.type[1], name):
            return generic_views.attribute(frame, value, value.type[1], name, position)
        if name == "kwargs":
            origin = (("source", "path parameter", Trust.ANYONE.value), 0, None)
            return Val(("dict",), step((origin,), frame.unit, position, "path parameter"), NO, None)
        return None

    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None or receiver.type[0] != "instance":
            return None
        return generic_views.method(call, receiver, receiver.type[1])

    def patterns(self, project: Project, engine: Engine) -> list[Pattern]:
        """Everything that URL configurations and routers mount."""
        if self._patterns is None:
            table = UrlTable(project, engine)
            self._patterns = list(table.patterns())
            self._mounted = table.mounted
        return self._patterns

    def mounted(self, project: Project, engine: Engine) -> list[Mounted]:
        """What URL configurations mount by its `urls`."""
        self.patterns(project, engine)
        return self._mounted

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Every function and every class-based view of Django's that some URL configuration names."""
        for pattern in self.patterns(project, engine):
            view = pattern.view
            if view.type is None:
                continue
            if view.type[0] == "unit":
                yield view_entry(project, view.type[1], pattern, "ANY" if not pattern.methods else pattern.methods)
            elif view.type[0] == "class" and not self._others(engine, view.type[1]):
                yield from self._class_entries(project, view.type[1], pattern)

    def _others(self, engine: Engine, info: ClassInfo) -> bool:
        """True for a view class of a library on top of Django, which mounts it itself."""
        return any(each.name == "rest_framework" for each in engine.claimants(info))

    def _class_entries(self, project: Project, info: ClassInfo, pattern: Pattern) -> Iterator[Entry]:
        for verb in handled(info):
            unit = own_unit(project, info, verb, ("request",))
            if unit is not None:
                yield view_entry(project, unit, pattern, verb.upper())


def _left_open(info: ClassInfo, name: str) -> bool:
    """True where classes say nothing of an attribute but `name = None`: what it holds is set while a request is answered."""
    hit = info.lookup(name)
    node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
    return hit is None or (node is not None and node[0] == f.CONST and node[2] is None)


def view_entry(
    project: Project, unit_id: int, pattern: Pattern, method: str, given: Mapping[str, Val] | None = None
) -> Entry:
    """The entry of a unit that a URL pattern leads to. `given`: values of parameters that the library hands over beside."""
    module, unit = project.unit(unit_id)
    parameters: dict[str, Val] = {}
    for name, _, _, _ in unit[4]:
        if name == "request":
            parameters[name] = Val(("object", REQUEST))
        elif name in pattern.parameters:
            clean = converter_is_clean(pattern.path, name)
            uses = segment(pattern.path, name) | pattern.parameters[name]
            parameters[name] = outside(f"path parameter {name!r}", unit_id, unit[2], clean=clean, uses=uses)
    parameters.update(given or {})
    name = project.unit_name(unit_id)
    trigger = Http(method=method, path=template_path(pattern.path))
    operation = Operation(name=name, trigger=trigger, entry=name, place=place_of(module, unit))
    return Entry(unit_id, parameters, operation, around=pattern.around)
