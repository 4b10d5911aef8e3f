"""Fields of forms whose rows the code limits by something that it is given, as by who calls: `self.fields["order"].queryset = mine`.

A field that takes a row finds it among these alone, so what passes is none of the others. Rows that are limited by constants are the same for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo
from archwright.source.nodes import nodes
from archwright.source.packed import body_of, holds

ALL: Final = "*"
"""Stands for every field: the name of the one that is limited can't be told."""
_ROWS: Final = "queryset"
_FIELDS: Final = frozenset({"fields", "base_fields"})
_CHECKS: Final = "clean"
"""What the names of methods begin with that look at what was found already."""


def limited(frame: Frame, form: ClassInfo) -> frozenset[str]:
    """The fields of a form that its methods limit, or the function that makes it, or the `get_form` of a view."""
    found = [_limited(frame.facts)]
    make = frame.owner.method("get_form") if frame.owner is not None else None
    if make is not None:
        found.append(_limited(frame.engine.project.unit(make)[1]))
    for each in form.mro():
        for name, binding in each.scope().items():
            if binding.kind == "unit" and not name.startswith(_CHECKS):
                frame.engine.summary(
                    each.module.index << UNIT_BITS | int(binding.value)
                )  # the records: it was looked at
                found.append(_limited(each.module.units[int(binding.value)]))
    return frozenset().union(*found)


def _limited(facts: Any) -> frozenset[str]:
    """The fields of forms that a function limits."""
    if not holds(facts, _ROWS):
        return frozenset()
    found = [node for node in nodes(body_of(facts)) if node[0] == f.ASSIGN]
    set_ = [(name, value) for node in found for target in node[2] for name, value in _field(target, node[3])]
    given = _given(facts, found) if set_ else set()
    return frozenset(name for name, value in set_ if _names(value) & given)


def _field(target: Any, value: Any) -> Iterator[tuple[str, Any]]:
    """`form.fields["order"].queryset = rows`, `form.fields["order"] = ModelChoiceField(queryset=rows)`."""
    if target[0] == f.ATTR and target[3] == _ROWS:
        held, rows = target[2], value
    else:
        held, rows = target, dict(value[4]).get(_ROWS) if value[0] == f.CALL else None
    if rows is not None and held[0] == f.SUBSCRIPT and held[2][0] == f.ATTR and held[2][3] in _FIELDS:
        key = held[3]
        yield (key[2] if key[0] == f.CONST and isinstance(key[2], str) else ALL), rows


def _given(facts: Any, assigned: list[Any]) -> set[str]:
    """The names of a function that stand for what it is given, or for what is made of it; not the form and its fields."""
    given = {str(parameter[0]) for parameter in facts[4]} | {"self"}
    more = True
    while more:
        more = False
        for node in assigned:
            new = {target[2] for target in node[2] if target[0] == f.NAME} - given
            if new and _names(node[3]) & given:
                given |= new
                more = True
    return given


def _names(value: Any) -> set[str]:
    """The names in an expression, without those of what is only looked at for its fields: `self.fields["order"].queryset.filter(open=True)`."""
    found = list(nodes(value))
    fields = {id(node[2]) for node in found if node[0] == f.ATTR and node[3] in _FIELDS}
    return {node[2] for node in found if node[0] == f.NAME and id(node) not in fields}
