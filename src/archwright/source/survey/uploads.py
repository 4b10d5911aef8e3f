"""What becomes of uploaded files: which folders are served to all, and whether code looks at the kind of a file.

The second is told by names, broadly: who reads this wants to know that nothing looks, so a doubt counts as looking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Final, NamedTuple

from archwright.model.base import Place
from archwright.source import facts as f
from archwright.source.flow.operators import shape
from archwright.source.frameworks.shared.calls import given_at
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.nodes import nodes
from archwright.source.packed import body_of
from archwright.source.program import Program

_SERVES: Final = {
    "StaticFiles": (0, "directory"),
    "add_static": (1, "path"),
    "static": (1, "file_or_directory"),
    "send_from_directory": (0, "directory"),
    "create_static_files_router": (1, "directories"),
}
"""Call -> the place and the name of the folder whose files it serves, with the type that their ending tells."""
_APPS: Final = frozenset({"Flask", "Quart", "Blueprint"})
_STATIC: Final = "static"
"""The folder beside a Flask application that it serves unless it is told another."""
_LOOKS: Final = re.compile(
    r"allow|valid|ext(?:ension)?s?(?:$|_)|suffix|mime|content_?type|image|endswith|match|supported|accept|verif|check|safe|magic|filetype"
    r"|imghdr|guess|detect|sniff|(?:^|_)(?:types?|formats?|kinds?)(?:$|_)",
    re.IGNORECASE,
)
"""Names in conditions that may ask for the kind of a file."""
_CHECKS: Final = re.compile(
    r"^(?:validate|check|verify|ensure|assert|scan|sniff|detect)|imghdr|magic|filetype|^Image$|^thumbnail|^guess_type|^is_valid",
    re.IGNORECASE,
)
"""Names of what is called to look at a file, or can't work with any other kind."""
_PRESENT: Final = frozenset({"isinstance", "len", "hasattr", "getattr", "bool", "get", "exists", "isdir", "isfile"})
_CLEANS: Final = frozenset({"secure_filename"})


class _Served(NamedTuple):
    place: Place
    end: re.Pattern[str]


class Uploads:
    """Of a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._looking: dict[int, bool] = {}

    def served(self, path: str) -> Place | None:
        """Where a folder is served, for a path below it as built, `{}` for what is not constant; None: none known."""
        return next((served.place for served in self._served if served.end.search(path)), None)

    def looks(self, units: Iterable[int]) -> bool:
        """True where one of some units, or of those that they call, may look at the kind of a file."""
        return any(self._looks(each) for unit in units for each in (unit, *self._program.called_by(unit)))

    @cached_property
    def _served(self) -> tuple[_Served, ...]:
        words = [name.encode() for name in (*_SERVES, *_APPS)]
        return tuple(each for module in self._program.modules_with(words) for each in self._of(module))

    def _of(self, module: Module) -> Iterator[_Served]:
        for unit in module.units:
            for node in nodes(body_of(unit)):
                if node[0] != f.CALL:
                    continue
                name = last_name(node[2])
                if name in _APPS:
                    given = given_at(node, 2, "static_folder")
                    folder = self._text(module, given) if given is not None else _STATIC
                    if given is None and name == "Blueprint":
                        continue
                elif name in _SERVES:
                    folder = self._text(module, given_at(node, *_SERVES[name]))
                else:
                    continue
                end = folder.rpartition("{}")[2].strip("/").removeprefix("./")
                if end:
                    place = Place(module.path, f.line_of(node[1]), f.column_of(node[1]))
                    yield _Served(place, re.compile(rf"(?:^|[/}}]){re.escape(end)}/"))

    def _text(self, module: Module, node: Any) -> str:
        return shape(self._program.engine.module_expression(module, node)) if node is not None else "{}"

    def _looks(self, unit: int) -> bool:
        known = self._looking.get(unit)
        if known is None:
            known = self._looking[unit] = any(map(_asks, nodes(body_of(self._program.project.unit(unit)[1]))))
        return known


def _asks(node: tuple[Any, ...]) -> bool:
    """True for a statement or expression by which the kind of a file may be asked for."""
    kind = node[0]
    if kind == f.CALL:
        return _CHECKS.search(last_name(node[2])) is not None
    if kind == f.NAME:
        return _CHECKS.search(node[2]) is not None
    if kind == f.COMPARE:
        return any(_compared(node[2], operator, right) for operator, right in node[3])
    if kind in (f.IF, f.IFEXP, f.WHILE, f.ASSERT, f.RETURN) and node[2] is not None:
        return any(each[0] == f.CALL and _judges(each) for each in nodes((node[2],)))
    if kind == f.SUBSCRIPT:
        table = node[2][0] == f.NAME and node[2][2].isupper()  # of what is let through
        return bool(table and node[3][0] != f.CONST)
    return bool(kind == f.MATCH)


def _compared(left: Any, operator: str, right: Any) -> bool:
    if operator in ("in", "not in"):
        return bool(left[0] != f.CONST or left[2] == ".")
    names = [str(each[-1]) for each in nodes((left, right)) if each[0] in (f.NAME, f.ATTR)]
    texts = [each[2] for each in nodes((left, right)) if each[0] == f.CONST and isinstance(each[2], str) and each[2]]
    return operator in ("==", "!=") and bool(texts) and any(_LOOKS.search(name) for name in names)


def _judges(call: tuple[Any, ...]) -> bool:
    name = last_name(call[2])
    return name not in _PRESENT and name not in _CLEANS and _LOOKS.search(name) is not None


def unit_at(program: Program, place: Place) -> int | None:
    """The innermost function around a place; the module's own body where there is none; None: no such file."""
    for module in program.project.modules:
        if module.path == place.path:
            around = [
                (f.line_of(unit[2]), index)
                for index, unit in enumerate(module.units)
                if index and not unit[8] & f.LAMBDA and f.line_of(unit[2]) <= place.line <= unit[3]
            ]
            return module.index << UNIT_BITS | (max(around)[1] if around else 0)
    return None
