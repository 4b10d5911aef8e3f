"""Field classes of the project's own, of forms, serializers and models: whether one judges what it lets in by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import Declaration, elements, last_name
from archwright.source.link.module import UNIT_BITS
from archwright.source.nodes import nodes
from archwright.source.packed import body_of, holds

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import ClassInfo

_LET_THROUGH: Final = frozenset(
    {"MaxLengthValidator", "MinLengthValidator", "ProhibitNullCharactersValidator", "URLValidator"}
    | {"EmailValidator", "validate_email", "FileExtensionValidator", "UniqueValidator"}
)
"""Validators of the libraries that say nothing of the letters of a text, or no more than the type of its field."""
_JUDGES: Final = ("clean", "validate", "run_validators", "run_validation", "get_validators")
_SOMETIMES: Final = ("__init__", "to_python", "to_internal_value", "get_prep_value", "pre_save")
_VALIDATORS: Final = ("validators", "default_validators")


def is_field(holder: ClassInfo, node: tuple[Any, ...]) -> bool:
    """True for a call of a field's class: by its name, or by the name of what a class of the project's own comes from."""
    if last_name(node[2]).endswith("Field"):
        return True
    known = node[2][0] in (f.NAME, f.ATTR)
    found = holder.project.resolve_expression(holder.module, node[2]) if known else None
    own = found is not None and found.kind == "class"
    return found is not None and own and any(base.endswith("Field") for base in found.value.external_bases())


def changes(info: ClassInfo) -> bool:
    """True for a field class of the project that cleans its own way."""
    return any(info.method(name) is not None for name in ("clean", "to_python", "validate", "run_validators"))


def validated(listed: Any) -> bool:
    """True where one of the validators may look at the letters of a text."""
    parts = () if listed is None else elements(listed) if listed[0] in (f.LIST, f.TUPLE) else (listed,)
    return any(last_name(part[2] if part[0] == f.CALL else part) not in _LET_THROUGH for part in parts)


def judged(given: Declaration) -> bool:
    """True where a field is given validators that may look at the letters of a text, or its class has some, or a check of its own.

    Such a check is a method that judges, or a conversion that may refuse.
    """
    own = given.own
    return validated(given.keywords.get("validators")) or (own is not None and _judges(given.engine, own))


def _judges(engine: Engine, info: ClassInfo) -> bool:
    for holder in info.mro():
        for name, binding in holder.scope().items():
            if name in _JUDGES and binding.kind == "unit":
                return True
            if name in _VALIDATORS and (binding.kind != "expression" or validated(binding.value)):
                return True
            asked = binding.kind == "unit" and name in _SOMETIMES
            if asked and _checks(engine, holder.module.index << UNIT_BITS | int(binding.value)):
                return True
    return False


def _checks(engine: Engine, unit: int) -> bool:
    """Whether a conversion refuses something, or a constructor puts validators in."""
    engine.summary(unit)  # whoever asks depends on what is written there
    facts = engine.project.unit(unit)[1]
    if facts[0] != "__init__":
        return any(node[0] == f.RAISE for node in nodes(body_of(facts)))
    return holds(facts, "validators") and any(map(_brings_along, nodes(body_of(facts))))


def _brings_along(node: Any) -> bool:
    """`super().__init__(validators=[check])`, `self.validators.append(check)`, `kwargs["validators"] = [check]`."""
    if node[0] == f.CALL:
        return any(name == "validators" and validated(value) for name, value in node[4])
    if node[0] == f.ATTR:
        return bool(node[3] == "validators")
    return bool(node[0] == f.CONST and node[2] == "validators")
