"""SQLAlchemy's events: functions that a flush, a session or an attribute calls, wherever the rows change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.transactions import OFF, ON, UNCLEAR
from archwright.source.flow.values import Row, Val
from archwright.source.frameworks.base import Entry
from archwright.source.frameworks.sqlalchemy.names import CONNECTION, SESSION
from archwright.source.frameworks.sqlalchemy.values import ORM
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_FLUSHES: Final = frozenset(f"{when}_{what}" for when in ("before", "after") for what in ("insert", "update", "delete"))
"""Called by a flush with (mapper, connection, target)."""
_SESSIONS: Final = {
    "before_flush": ON,
    "after_flush": ON,
    "after_flush_postexec": ON,
    "before_commit": ON,
    "after_commit": OFF,
    "after_rollback": OFF,
    "after_soft_rollback": UNCLEAR,
    "after_begin": ON,
    "do_orm_execute": UNCLEAR,
}
"""Called with the session first, and whether its transaction is open then."""


def listeners(project: Project, engine: Engine) -> Iterator[tuple[Entry, str]]:
    """The functions that listen, with what they are called with, and the state of the transaction in which they are."""
    for module in project.modules:
        for index, facts in enumerate(module.units):
            for node in facts[5]:
                if node[0] == f.CALL and _last(node[2]) == "listens_for" and len(node[3]) > 1:
                    yield _entry(project, module, module.index << UNIT_BITS | index, node[3])
        for statement in module.units[0][7]:  # `event.listen(Target, "name", function)` as a module is imported
            node = statement[2] if statement[0] == f.EXPR else None
            if node is not None and node[0] == f.CALL and _last(node[2]) == "listen" and len(node[3]) > 2:
                found = project.resolve_expression(module, node[3][2])
                if found is not None and found.kind == "unit":
                    yield _entry(project, module, int(found.value), node[3])


def _entry(project: Project, module: Module, unit: int, args: Any) -> tuple[Entry, str]:
    name = args[1][2] if args[1][0] == f.CONST and isinstance(args[1][2], str) else ""
    parameters = [each[0] for each in project.unit(unit)[1][4]]
    given: dict[str, Val] = {}
    if name in _FLUSHES and len(parameters) > 2:
        given[parameters[1]] = Val(("object", CONNECTION))
        found = project.resolve_expression(module, args[0])
        if found is not None and found.kind == "class":
            given[parameters[2]] = Val(("row", Row(ORM, found.value.name, None)))
        return Entry(unit, given), ON
    if name in _SESSIONS and parameters:
        if name != "do_orm_execute":
            given[parameters[0]] = Val(("object", SESSION))
        return Entry(unit, given), _SESSIONS[name]
    return Entry(unit, given), UNCLEAR


def _last(node: Any) -> str:
    return str(node[-1]) if node[0] in (f.NAME, f.ATTR) else ""
