"""Paginators of Django REST framework whose callers say how long a page is.

Sources: `PageNumberPagination.get_page_size` (`page_size_query_param`, `max_page_size`, None by default) and
`LimitOffsetPagination.get_limit` (`limit`, `max_limit`, None by default).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from archwright.model.value import Trust
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val, step
from archwright.source.link.project import ClassInfo

_BY_LIMIT: Final = "rest_framework.pagination.LimitOffsetPagination"
_BY_PAGE: Final = "rest_framework.pagination.PageNumberPagination"
_MOST: Final = ("max_limit", "max_page_size")


def taken(frame: Frame, names: Iterable[str], own: Iterable[ClassInfo], entity: str | None, position: int) -> None:
    """Record that callers say how many rows a page has; names: of the view's paginators; own: those that are the project's."""
    if any(module.mentions(_MOST[0]) for module in frame.engine.project.modules if not module.language):
        unlimited = {}
    else:
        unlimited = {name: "limit" for name in names if name == _BY_LIMIT}
        unlimited |= {info.short: "limit" for info in own if _is(info, _BY_LIMIT) and info.method("get_limit") is None}
    for info in own:
        parameter = _text(info, "page_size_query_param")
        if _is(info, _BY_PAGE) and parameter and info.method("get_page_size") is None and info.lookup(_MOST[1]) is None:
            unlimited[info.short] = parameter
    for name, parameter in unlimited.items():
        said = f"query parameter {parameter!r}"
        origins = step(((("source", said, Trust.ANYONE.value), 0, None),), frame.unit, position, said)
        frame.emit("Take", position, entity=entity, amount=Val(None, origins), by=name.rpartition(".")[2])


def _is(info: ClassInfo, base: str) -> bool:
    return base in info.external_bases() and info.method("paginate_queryset") is None


def _text(info: ClassInfo, name: str) -> str:
    hit = info.lookup(name)
    node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
    return str(node[2]) if node is not None and node[0] == f.CONST and isinstance(node[2], str) else ""
