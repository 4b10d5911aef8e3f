"""The parameters of django-ninja's operations: by their place in the request, clean where their types say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.model.value import Trust
from archwright.source import facts as f
from archwright.source.flow.values import ALL_USES, UNKNOWN, Val, clean
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.typed import Outside, bounds, typed
from archwright.source.link.module import Module

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_KINDS: Final = {
    "Query": "query parameter",
    "Path": "path parameter",
    "Header": "request header",
    "Cookie": "cookie",
    "Body": "request body",
    "Form": "form field",
    "File": "uploaded file",
}
_EXTENDED: Final = {f"{name}Ex": said for name, said in _KINDS.items()}
_BODIES: Final = frozenset({"instance", "row", "dict", "list"})


def parameter(engine: Engine, module: Module, unit: int, name: str, annotation: Any, default: Any, path: str) -> Val:
    """The value of one parameter (ninja.signature.details): its marker says where it comes from, else its name and type do."""
    kind, node = _marked(annotation)
    marker = default if default is not None and default[0] == f.CALL and last_name(default[2]) in _KINDS else None
    if marker is not None:
        kind = _KINDS[last_name(marker[2])]
    if "UploadedFile" in (last_name(node), *(last_name(part) for part in _parts(node))):
        return Val(
            ("object", "django.core.files.uploadedfile.UploadedFile"), _outside("uploaded file", name, unit, engine)
        )
    if not kind and f"{{{name}}}" in path:
        kind = "path parameter"
    place = engine.project.unit(unit)[1][2]
    if node is None:
        return Val(("text",), (Outside(f"{kind or 'query parameter'} {name!r}", Trust.ANYONE, unit, place).origin(),))
    said = f"{kind or 'query parameter'} {name!r}" if kind != "request body" else kind
    value = typed(engine, module, node, Outside(said, Trust.ANYONE, unit, place))
    if limit := bounds(annotation, default):
        value = Val(value.type, clean(value.origins, limit), value.const, value.items, value.text)
    if not kind and value.type is not None and value.type[0] in _BODIES:
        value = typed(engine, module, node, Outside("request body", Trust.ANYONE, unit, place))
    if marker is not None and any(key in ("pattern", "regex") for key, _ in marker[4]):
        return Val(value.type, clean(value.origins, ALL_USES))
    return value if value.type is not None or value.origins else UNKNOWN


def _marked(annotation: Any) -> tuple[str, Any]:
    """`Query[Filters]`, `Annotated[int, Path()]`: the place in the request, and the type."""
    if annotation is None or annotation[0] != f.SUBSCRIPT:
        return "", annotation
    head = last_name(annotation[2])
    if head in _KINDS:
        return _KINDS[head], annotation[3]
    parts = _parts(annotation)
    if (head == "Annotated" or head in _EXTENDED) and parts:
        names = [last_name(part[2]) for part in parts[1:] if part[0] == f.CALL]
        said = _EXTENDED.get(head) or next((_KINDS[each] for each in names if each in _KINDS), "")
        return said, parts[0] if said else annotation
    return "", annotation


def _parts(node: Any) -> tuple[Any, ...]:
    if node is None or node[0] != f.SUBSCRIPT:
        return ()
    return tuple(node[3][2]) if node[3][0] == f.TUPLE else (node[3],)


def _outside(said: str, name: str, unit: int, engine: Engine) -> tuple[Any, ...]:
    return (Outside(f"{said} {name!r}", Trust.ANYONE, unit, engine.project.unit(unit)[1][2]).origin(),)
