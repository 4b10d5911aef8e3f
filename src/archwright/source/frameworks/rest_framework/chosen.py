"""Which fields the code of a serializer looks at itself, as a check of whose row the caller names does."""

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
