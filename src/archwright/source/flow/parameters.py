"""The parameters of a unit, as calls of it need them."""

from __future__ import annotations

from typing import Any, NamedTuple

from archwright.source import facts as f

_LONGEST = 40
"""Letters of a text that code is steered by; longer ones are data."""


class Signature(NamedTuple):
    """Where the arguments of a call go."""

    size: int
    """All parameters."""
    positional: int
    """Those that positional arguments fill: they stand first."""
    names: dict[str, int]
    """Indices by name; those of `*args` and `**kwargs` can't be given by name."""
    varargs: int | None
    """The index of `*args`."""
    keywords: int | None
    """The index of `**kwargs`."""
    flags: tuple[tuple[int, Any], ...]
    """`(index, ("constant", default))` of the parameters whose default may steer the unit."""


def signature_of(parameters: tuple[Any, ...]) -> Signature:
    """The signature of a unit with these parameters, as its facts tell them."""
    kinds = [kind for _, kind, _, _ in parameters]
    return Signature(
        len(parameters),
        sum(kind in (f.PARAM_POSITIONAL_ONLY, f.PARAM_NORMAL) for kind in kinds),
        {
            name: index
            for index, (name, kind, _, _) in enumerate(parameters)
            if kind not in (f.PARAM_VARARGS, f.PARAM_KWARGS)
        },
        kinds.index(f.PARAM_VARARGS) if f.PARAM_VARARGS in kinds else None,
        kinds.index(f.PARAM_KWARGS) if f.PARAM_KWARGS in kinds else None,
        tuple(
            (index, ("constant", default[2]))
            for index, (_, _, _, default) in enumerate(parameters)
            if default is not None and default[0] == f.CONST and is_flag(default[2])
        ),
    )


def is_flag(value: Any) -> bool:
    """True for the constants that code is steered by."""
    return value is None or isinstance(value, bool) or (isinstance(value, str) and len(value) <= _LONGEST)
