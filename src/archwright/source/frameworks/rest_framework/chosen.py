"""Which fields the code of a serializer looks at itself, as a check of whose row the caller names does, or shows otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archwright.source import facts as f
from archwright.source.link.project import ClassInfo
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

ALL: Final = "*"
"""Stands for every field."""
_SHOWS: Final = ("get_", "to_representation")
"""Methods that show a row, and look at nothing that was sent."""
_CHANGES: Final = frozenset({"queryset", "get_queryset"})
"""What a method names that limits the rows of related fields."""
_WHOLE: Final = frozenset({"to_internal_value", "run_validation", "build_relational_field", "get_fields"})
"""Methods by which a serializer looks at all its fields."""
_VALIDATES: Final = "validate_"


def looked_at(info: ClassInfo) -> frozenset[str]:
    """The names that methods of a class and its parents use, fields among them; with `ALL` where all may be looked at."""
    return frozenset(name for each in info.mro() for name in _named(each))


def changed(info: ClassInfo) -> frozenset[str]:
    """The names that overrides of `to_representation` use, in a class and its parents; with `ALL` where they may change any field."""
    return frozenset(name for each in info.mro() for name in _changed(each))


def _changed(info: ClassInfo) -> Iterator[str]:
    binding = info.scope().get(_SHOWS[1])
    if binding is None or binding.kind != "unit":
        return
    body = body_of(info.module.units[int(binding.value)])
    held = {
        target[2]
        for node in nodes(body)
        if node[0] == f.ASSIGN and node[3][0] == f.CALL and node[3][2][-1] == _SHOWS[1]
        for target in node[2]
        if target[0] == f.NAME
    }
    for node in nodes(body):
        if node[0] == f.CONST and isinstance(node[2], str):
            yield node[2]
        elif node[0] in (f.FOR, f.COMPREHENSION):
            yield ALL
        elif node[0] == f.CALL and any(each[0] == f.NAME and each[2] in held for each in node[3]):
            yield ALL  # handed to code that may do anything with it
        elif node[0] == f.CALL and any(each[0] == f.CALL and each[2][-1] == _SHOWS[1] for each in node[3]):
            yield ALL


def _named(info: ClassInfo) -> Iterator[str]:
    for binding in info.scope().values():
        if binding.kind != "unit":
            continue
        facts = info.module.units[int(binding.value)]
        name = str(facts[0])
        if name in _WHOLE:
            yield ALL
        elif name.startswith(_VALIDATES):
            yield name.removeprefix(_VALIDATES)
        if not name.startswith(_SHOWS):
            for node in nodes(body_of(facts)):
                if node[0] == f.ATTR:
                    yield ALL if node[3] in _CHANGES else node[3]
                elif node[0] == f.CONST and isinstance(node[2], str):
                    yield node[2]
