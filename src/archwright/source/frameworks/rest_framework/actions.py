"""Which actions and HTTP methods the view classes of Django REST framework bring along (rest_framework.mixins, generics, viewsets, routers)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.frameworks.django.paths import read_path
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo

VERBS: Final = ("get", "post", "put", "patch", "delete", "head", "options")
ROUTED: Final = (
    ("list", "GET", False),
    ("create", "POST", False),
    ("retrieve", "GET", True),
    ("update", "PUT", True),
    ("partial_update", "PATCH", True),
    ("destroy", "DELETE", True),
)
"""Action, HTTP method, and whether it is about one object: what a router makes of a view set (SimpleRouter.routes)."""
_MIXINS: Final = {
    "CreateModelMixin": ("create",),
    "ListModelMixin": ("list",),
    "RetrieveModelMixin": ("retrieve",),
    "UpdateModelMixin": ("update", "partial_update"),
    "DestroyModelMixin": ("destroy",),
    "ReadOnlyModelViewSet": ("list", "retrieve"),
    "ModelViewSet": ("create", "list", "retrieve", "update", "partial_update", "destroy"),
}
_GENERIC: Final = {
    "CreateAPIView": {"post": "create"},
    "ListAPIView": {"get": "list"},
    "RetrieveAPIView": {"get": "retrieve"},
    "DestroyAPIView": {"delete": "destroy"},
    "UpdateAPIView": {"put": "update", "patch": "partial_update"},
    "ListCreateAPIView": {"get": "list", "post": "create"},
    "RetrieveUpdateAPIView": {"get": "retrieve", "put": "update", "patch": "partial_update"},
    "RetrieveDestroyAPIView": {"get": "retrieve", "delete": "destroy"},
    "RetrieveUpdateDestroyAPIView": {
        "get": "retrieve",
        "put": "update",
        "patch": "partial_update",
        "delete": "destroy",
    },
}
_VIEWS: Final = ("rest_framework", "rest_framework_nested", "rest_framework_extensions", "rest_framework_gis")
_VIEW_WORDS: Final = ("View", "ViewSet", "ViewSetMixin", "ModelMixin")


class Extra(NamedTuple):
    """A method that `@action` mounts beside the usual ones."""

    name: str
    unit: int
    methods: tuple[str, ...]
    one: bool
    path: str
    permissions: Any
    """The node of `permission_classes=`, or None."""


def is_view(info: ClassInfo) -> bool:
    """True for a class whose instances Django REST framework runs as views."""
    return any(
        base.partition(".")[0] in _VIEWS and base.rpartition(".")[2].endswith(_VIEW_WORDS)
        for base in info.external_bases()
    )


def inherited_actions(info: ClassInfo) -> set[str]:
    """The actions that library classes give a view set."""
    return {action for base in info.external_bases() for action in _MIXINS.get(base.rpartition(".")[2], ())}


def inherited_verbs(info: ClassInfo) -> dict[str, str]:
    """HTTP method (lower case) -> the action that a generic view of the library runs for it."""
    found: dict[str, str] = {}
    for base in info.external_bases():
        if base.startswith(_VIEWS):
            found = {**_GENERIC.get(base.rpartition(".")[2], {}), **found}
    return found


def allowed(info: ClassInfo) -> frozenset[str]:
    """The HTTP methods (lower case) that `http_method_names` lets through; all where it isn't a list of constants."""
    hit = info.lookup("http_method_names")
    if hit is None or hit[1].kind != "expression" or hit[1].value[0] not in (f.LIST, f.TUPLE):
        return frozenset(VERBS)
    names = [part[2] for part in hit[1].value[2] if part[0] == f.CONST and isinstance(part[2], str)]
    return frozenset(name.lower() for name in names) if len(names) == len(hit[1].value[2]) else frozenset(VERBS)


def lookup_name(info: ClassInfo) -> str:
    """The path parameter that picks one object of a view set: `lookup_url_kwarg`, else `lookup_field`, else `pk`."""
    return _text(info, "lookup_url_kwarg") or lookup_field(info)


def lookup_field(info: ClassInfo) -> str:
    """The field that the path parameter is compared with."""
    return _text(info, "lookup_field") or "pk"


def _text(info: ClassInfo, name: str) -> str:
    hit = info.lookup(name)
    node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
    return node[2] if node is not None and node[0] == f.CONST and isinstance(node[2], str) else ""


def extras(info: ClassInfo) -> Iterator[Extra]:
    """The methods under `@action` of a view set and its ancestors, each name once; `@x.mapping.post` adds a method to `x`."""
    seen: set[str] = set()
    named: dict[str, Extra] = {}
    for holder in info.mro():
        for name, binding in holder.scope().items():
            if binding.kind != "unit" or name in seen:
                continue
            seen.add(name)
            unit = holder.module.index << UNIT_BITS | int(binding.value)
            for decorator in holder.module.units[binding.value][5]:
                found = _extra(name, unit, decorator) or _mapped(name, unit, decorator, named)
                if found is not None:
                    named.setdefault(name, found)
                    yield found


def _extra(name: str, unit: int, decorator: Any) -> Extra | None:
    called = decorator[0] == f.CALL
    marker = last_name(decorator[2] if called else decorator)
    if marker not in ("action", "list_route", "detail_route") or not called:
        return None
    given = dict(decorator[4])
    methods = given.get("methods") or (decorator[3][0] if decorator[3] else None)
    verbs = tuple(part[2].upper() for part in _parts(methods) if part[0] == f.CONST and isinstance(part[2], str))
    detail = given.get("detail")
    one = marker == "detail_route" or (detail is not None and detail[0] == f.CONST and detail[2] is True)
    path = given.get("url_path")
    written = path[2] if path is not None and path[0] == f.CONST and isinstance(path[2], str) else name
    tail, _ = read_path(written, regex=True)
    return Extra(name, unit, verbs or ("GET",), one, tail, given.get("permission_classes"))


def _mapped(name: str, unit: int, decorator: Any, named: dict[str, Extra]) -> Extra | None:
    """`@cancel.mapping.delete`."""
    target = decorator[2] if decorator[0] == f.CALL else decorator
    if target[0] != f.ATTR or target[2][0] != f.ATTR or target[2][3] != "mapping" or target[3] not in VERBS:
        return None
    base = named.get(last_name(target[2][2]))
    return base._replace(name=name, unit=unit, methods=(target[3].upper(),)) if base is not None else None


def _parts(node: Any) -> tuple[Any, ...]:
    return tuple(node[2]) if node is not None and node[0] in (f.LIST, f.TUPLE, f.SET) else ()
