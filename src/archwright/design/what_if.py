"""The same system with one number changed: `browse.rate=10x`, `Order.count=50M`, `goals.rpo=1m`."""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import replace

from archwright.model.base import Model
from archwright.model.entity import Volume
from archwright.model.operation import Operation
from archwright.model.quantity import Count, Duration, Growth, Quantity, QuantityError, Rate, Share, Size
from archwright.model.system import System
from archwright.model.workload import Goals, Load

_LOAD: dict[str, type[Quantity]] = {"rate": Rate, "peak": Rate, "p95": Duration, "stale": Duration}
_VOLUME: dict[str, type[Quantity]] = {"count": Count, "growth": Growth, "keep": Duration, "row_size": Size}
_GOALS: dict[str, type[Quantity]] = {
    "availability": Share,
    "rpo": Duration,
    "rto": Duration,
    "growth": Growth,
    "horizon": Duration,
}


class WhatIfError(ValueError):
    """The text names no number of the system, or gives it no value. The message says what would be right."""


def what_if(system: System, text: str) -> System:
    """The system with `NAME.FIELD=VALUE` in force; `10x` multiplies what is there. Raises WhatIfError."""
    match = re.fullmatch(r"\s*([A-Za-z_][\w-]*)\.([a-z_0-9]+)\s*=\s*(.+?)\s*", text)
    if match is None:
        raise WhatIfError(f'"{text}" is no change; write NAME.FIELD=VALUE, such as browse.rate=10x or Order.count=50M')
    name, field, value = match.groups()
    if name == "goals":
        return replace(system, goals=_goals(system.goals, field, value))
    operation = system.operation(name)
    if operation is not None:
        return _operations(system, operation, field, value)
    entity = system.entity(name)
    if entity is not None:
        volume: Volume = _changed(entity.volume, _VOLUME, name, field, value)
        changed = tuple(replace(e, volume=volume) if e is entity else e for e in system.entities)
        return replace(system, entities=changed)
    known = ", ".join([*(o.name for o in system.operations), *(e.name for e in system.entities), "goals"])
    raise WhatIfError(f'"{name}" is no operation and no entity; there are {known}')


def _operations(system: System, operation: Operation, field: str, value: str) -> System:
    load: Load = _changed(operation.load, _LOAD, operation.name, field, value)
    if (
        field == "rate"
        and operation.load.peak is not None
        and operation.load.rate is not None
        and load.rate is not None
    ):
        factor = load.rate.value / operation.load.rate.value if operation.load.rate.value else 1.0
        load = replace(load, peak=Rate(operation.load.peak.value * factor))
    changed = tuple(replace(o, load=load) if o is operation else o for o in system.operations)
    return replace(system, operations=changed)


def _goals(goals: Goals, field: str, value: str) -> Goals:
    if field in {"team", "tenants"}:
        if not re.fullmatch(r"\d{1,6}", value):
            raise WhatIfError(f'goals.{field}: "{value}" is not right here; write a whole number')
        return replace(goals, **{field: int(value)})
    result: Goals = _changed(goals, _GOALS, "goals", field, value)
    return result


def _changed(holder: Model, fields: dict[str, type[Quantity]], name: str, field: str, value: str) -> Any:
    if field not in fields:
        raise WhatIfError(f"{name}.{field} is no number that can be changed; there are {', '.join(fields)}")
    return replace(holder, **{field: _value(getattr(holder, field), fields[field], f"{name}.{field}", value)})


def _value(current: Quantity | None, type_: type[Quantity], path: str, value: str) -> Quantity:
    factor = re.fullmatch(r"(\d+(?:\.\d+)?)x", value)
    if factor is not None:
        if current is None:
            raise WhatIfError(f"{path} is not given, so it can't be multiplied; write its value")
        return type_(current.value * float(factor[1]))
    try:
        parsed = type_.parse(value)
    except QuantityError as error:
        raise WhatIfError(f"{path}: {error}") from error
    return parsed
