"""Who may call a handler: what its decorators, and those of its class, say by their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archwright.model.value import Trust
from archwright.source import facts as f

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import ClassInfo

_GUARD = re.compile(
    r"(?:^|_)(?:login|auth|authentication|permissions?|roles?|jwt|token|user|session|access)_(?:is_)?required$"
    r"|^requires?_(?:login|auth\w*|permissions?|roles?|scopes?|token|user|access|any_of\w*|super_admin|admin\w*)$"
    r"|^(?:authenticated|login_required|auth_required|admin_required|protect|has_access|has_access_api)$"
)
_STAFF = re.compile(r"(?:^|_)(?:super_?)?admin(?:_|$)|superuser|staff")
_HOLDERS = ("decorators", "method_decorators")


def trust_of(engine: Engine, unit: int, holder: ClassInfo | None) -> Trust:
    """Who can reach a view, as far as decorators tell."""
    _, facts = engine.project.unit(unit)
    names = [_name(decorator) for decorator in facts[5]]
    for info in holder.mro() if holder is not None else ():
        names.extend(_name(decorator) for decorator in info.facts[6])
        for attribute in _HOLDERS:
            binding = info.scope().get(attribute)
            if binding is not None and binding.kind == "expression" and binding.value[0] in (f.LIST, f.TUPLE):
                names.extend(_name(part) for part in binding.value[2])
    guards = [name for name in names if _GUARD.search(name)]
    if not guards:
        return Trust.ANYONE
    return Trust.STAFF if any(_STAFF.search(name) for name in guards) else Trust.SIGNED_IN


def _name(node: Any) -> str:
    if node[0] == f.CALL:
        return _name(node[2])
    return str(node[-1]) if node[0] in (f.NAME, f.ATTR) else ""
