"""What the class of a row does to a field itself before the row is kept: a validator, `clean`, what `save` hands to a check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo
from archwright.source.nodes import nodes
from archwright.source.packed import body_of, holds

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_VALIDATORS: Final = frozenset({"validates", "field_validator", "validator"})
_CLEANS: Final = frozenset({"clean", "full_clean", "clean_fields", "validate", "is_valid"})
_SAVES: Final = frozenset({"save", "asave", "pre_save", "before_save"})
_JUDGES: Final = frozenset({f.IF, f.ASSERT})


def looks_at(engine: Engine, entity: str, field: str) -> bool:
    """True where code of the model's own may check or clean the field: what is kept is then not what was sent."""
    info = engine.project.class_named(entity)
    if info is None:
        return False
    found = False
    for unit in _looking(info):
        engine.summary(unit)  # whoever asks depends on what is written there
        found = found or _checks(engine.project.unit(unit)[1], field)
    return found


def mentions(engine: Engine, unit: int, word: str) -> bool:
    """True where a function writes a word down as a text (`data["url"]`, `data.get("url")`), or goes through names in a loop."""
    engine.summary(unit)
    facts = engine.project.unit(unit)[1]
    written = nodes(body_of(facts))
    return any((holds(facts, word) and node[0] == f.CONST and node[2] == word) or _by_name(node) for node in written)


def _by_name(node: Any) -> bool:
    """`data[name]`."""
    return bool(node[0] == f.SUBSCRIPT and node[2][0] == f.NAME and node[3][0] == f.NAME)


def _looking(info: ClassInfo) -> Iterator[int]:
    """The methods, inherited ones too, that may look at fields before a row is kept."""
    for holder in info.mro():
        for name, binding in holder.scope().items():
            if binding.kind == "unit":
                facts = holder.module.units[int(binding.value)]
                if name in _CLEANS or name in _SAVES or any(map(_validates, facts[5])):
                    yield holder.module.index << UNIT_BITS | int(binding.value)


def _checks(facts: Any, field: str) -> bool:
    for decorator in filter(_validates, facts[5]):
        named = [part[2] for part in decorator[3] if part[0] == f.CONST]
        if field in named or "*" in named:
            return True
    if not holds(facts, field):
        return False
    body = body_of(facts)
    if facts[0] in _CLEANS:
        return any(map(_is(field), nodes(body)))
    return facts[0] in _SAVES and any(_settles(node, field) for node in nodes(body))


def _settles(node: Any, field: str) -> bool:
    """A statement that hands the field to a function for its own sake, or judges it by one."""
    if node[0] == f.EXPR:
        return _handed(node[2], field)
    if node[0] in _JUDGES:
        return _handed(node[2], field)
    if node[0] == f.ASSIGN:
        return any(map(_is(field), node[2])) and _handed(node[3], field)
    return False


def _handed(node: Any, field: str) -> bool:
    return any(
        each[0] == f.CALL and any(map(_is(field), (*each[3], *(value for _, value in each[4])))) for each in nodes(node)
    )


def _is(field: str) -> Any:
    """A test for `self.field`."""
    return lambda node: node[0] == f.ATTR and node[3] == field and node[2][0] == f.NAME


def _validates(decorator: Any) -> bool:
    target = decorator[2] if decorator[0] == f.CALL else None
    return target is not None and target[0] in (f.NAME, f.ATTR) and target[-1] in _VALIDATORS
