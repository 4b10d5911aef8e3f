"""Where a project's own code writes its logs to a file of plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from archwright.model.base import Place
from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.nodes import nodes
from archwright.source.packed import body_of
from archwright.source.program import Program

_FILES: Final = frozenset(
    {
        "FileHandler",
        "RotatingFileHandler",
        "TimedRotatingFileHandler",
        "WatchedFileHandler",
        "ConcurrentRotatingFileHandler",
    }
)
_STRUCTURED: Final = (
    *(b"pythonjsonlogger", b"JsonFormatter", b"JSONFormatter", b"json_log", b"jsonlog", b"structlog", b"ecs_logging"),
    *(b"google.cloud.logging", b"logstash", b"logfire", b"serialize"),
)
"""Words of projects whose logs are, somewhere, more than lines."""


def plain_logs(program: Program) -> Iterator[Place]:
    """Each call, or name in a dictionary of settings, that sets such a file up; none where any log of the project is structured."""
    words = tuple(name.encode() for name in (*_FILES, "basicConfig"))
    if program.modules_with(_STRUCTURED):
        return
    for module in program.modules_with(words):
        for unit in module.units:
            for node in nodes(body_of(unit)):
                if _sets_up(node):
                    yield Place(module.path, f.line_of(node[1]), f.column_of(node[1]))


def _sets_up(node: tuple[Any, ...]) -> bool:
    if node[0] == f.CALL:
        name = last_name(node[2])
        return name in _FILES or (name == "basicConfig" and any(given == "filename" for given, _ in node[4]))
    return node[0] == f.CONST and isinstance(node[2], str) and node[2].rpartition(".")[2] in _FILES and "." in node[2]
