"""Views that model admins add to the admin site: `get_urls`.

`self.admin_site.admin_view(view)` lets staff alone through; a view that is named without it is open to anyone
(https://docs.djangoproject.com/en/stable/ref/contrib/admin/#django.contrib.admin.ModelAdmin.get_urls).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.flow.operators import shape
from archwright.source.flow.values import Val
from archwright.source.frameworks.django.paths import read_path
from archwright.source.frameworks.django.urls import Pattern
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.routes import join_paths
from archwright.source.link.project import ClassInfo
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_PATHS: Final = frozenset({"path", "re_path", "url"})


class Added(NamedTuple):
    """A view that a model admin adds."""

    unit: int
    pattern: Pattern
    open: bool
    """True where the view stands there as it is, with nothing around it."""


def added_views(engine: Engine, info: ClassInfo) -> Iterator[Added]:
    """The methods of a model admin that its own `get_urls` names."""
    binding = info.scope().get("get_urls")
    if binding is None or binding.kind != "unit":
        return
    for call in calls_in(body_of(info.module.units[int(binding.value)])):
        if last_name(call[2]) not in _PATHS or len(call[3]) < 2:
            continue
        node, wrapped = call[3][1], False
        while node[0] == f.CALL and node[3]:
            node, wrapped = node[3][0], True
        unit = info.method(node[3]) if _is_own(node) else None
        if unit is not None:
            text = shape(engine.module_expression(info.module, call[3][0])).replace("{}", "")
            piece, names = read_path(text, regex=last_name(call[2]) != "path")
            path = join_paths(f"admin/{info.short}/", piece)
            yield Added(unit, Pattern(path, Val(("unit", unit)), names), open=not wrapped)


def _is_own(node: Any) -> bool:
    return bool(node[0] == f.ATTR and node[2][0] == f.NAME and node[2][2] == "self")
