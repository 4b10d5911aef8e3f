"""What a library hands to a function that it calls: data from outside, decoded into what the parameters declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from archwright.model.value import Trust
from archwright.source import facts as f
from archwright.source.flow.annotations import annotated_value
from archwright.source.flow.values import ALL_USES, NO, Origin, Val, clean

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_PLAIN: Final = (("number",), ("object", "uuid.UUID"), ("object", "datetime.datetime"), ("object", "datetime.date"))
"""Types whose texts are harmless wherever they are put."""
_CARRIES: Final = frozenset({"text", "dict", "list", "set", "tuple", "instance", "row"})
"""Types that a caller's data can be decoded into."""


def handed(
    engine: Engine, unit: int, said: str, *, trust: Trust = Trust.ANYONE, leading: int = 0, decoded: bool = True
) -> dict[str, Val]:
    """The parameters of a unit by name, each with what a caller sends for it.

    leading: so many first ones are the library's own (a session's id); decoded: the library holds the data to the declared
    types, so that a number is one. A parameter declared as an object of some library is that library's to give.
    """
    module, facts = engine.project.unit(unit)
    first = leading + (1 if facts[9] >= 0 and "static" not in engine.decorations(unit) else 0)
    given: dict[str, Val] = {}
    for index, (name, kind, annotation, _) in enumerate(facts[4]):
        if index < first and kind not in (f.PARAM_VARARGS, f.PARAM_KWARGS):
            continue
        origin: Origin = (("source", f"{said} '{name}'", trust.value), 0, (None, unit, facts[2], f"{said} '{name}'"))
        if kind in (f.PARAM_VARARGS, f.PARAM_KWARGS):
            given[name] = Val(("tuple",) if kind == f.PARAM_VARARGS else ("dict",), (origin,))
            continue
        declared = annotated_value(engine, module, annotation) if annotation is not None else None
        if declared is None or declared.type is None:
            given[name] = Val(None, (origin,))
        elif declared.type in _PLAIN:
            given[name] = Val(declared.type, clean((origin,), ALL_USES)) if decoded else Val(None, (origin,))
        elif declared.type[0] in _CARRIES:
            given[name] = Val(declared.type, (origin,), NO, None)
        else:
            given[name] = Val(declared.type)
    return given
