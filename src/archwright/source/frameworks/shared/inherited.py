"""Methods that a class inherits, as units of its own: what a view does with its own query and serializer is its own doing.

A class that a library calls by a method it doesn't spell out gets one, as if it had written

    def list(self, request, *args, **kwargs):
        return super().list(request, *args, **kwargs)

It stands on the line of the class, each method in a column of its own.
"""

from __future__ import annotations

from typing import Any

from archwright.source import facts as f
from archwright.source.flow import attributes, calls
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo, Project


def own_unit(project: Project, info: ClassInfo, name: str, parameters: tuple[str, ...]) -> int | None:
    """The unit that `name` calls on instances of exactly this class: the one in its body, or an implied one.

    parameters: those of the library's method after `self`; an ancestor of the project that has the method says its own.
    None where neither the class nor an ancestor is able to say (there is no free place on the class's line).
    """
    binding = info.scope().get(name)
    if binding is not None:
        return info.module.index << UNIT_BITS | int(binding.value) if binding.kind == "unit" else None
    inherited = info.method(name)
    if inherited is not None:
        facts = project.unit(inherited)[1]
        parameters = tuple(param[0] for param in facts[4][1:] if param[1] in (f.PARAM_POSITIONAL_ONLY, f.PARAM_NORMAL))
    return _implied(project, info, name, parameters)


def _implied(project: Project, info: ClassInfo, name: str, parameters: tuple[str, ...]) -> int | None:
    module = info.module
    known = project.implied.get(f"{info.name}.{name}")
    if known is not None:
        return known
    place = info.facts[2]
    while place in module.implied or place == info.facts[2]:
        place += 1
    if f.line_of(place) != f.line_of(info.facts[2]):
        return None
    return project.add_unit(module, _delegation(info, name, parameters, place))


def _delegation(info: ClassInfo, name: str, parameters: tuple[str, ...], place: int) -> tuple[Any, ...]:
    """The facts of `def name(self, ...): return super().name(...)`."""
    heir = (f.CALL, place, (f.NAME, place, "super"), (), ())
    given = tuple((f.NAME, place, each) for each in parameters)
    call = (f.CALL, place, (f.ATTR, place, heir, name), given, ())
    params = tuple((each, f.PARAM_NORMAL, None, None) for each in ("self", *parameters))
    body = ((f.RETURN, place, call),)
    return (name, f"{info.facts[1]}.{name}", place, info.facts[3], params, (), None, body, 0, info.index, -1)


def call_own(frame: Frame, receiver: Val, name: str, args: list[Val], position: int, /, **keywords: Val) -> Val:
    """`receiver.name(*args)` as the library calls it: what the project puts in its place, or the library's own."""
    function = attributes.attribute(frame, receiver, name, position)
    return calls.call_value(frame, function, args, keywords, [], position)


def own_place(frame: Frame, holder: ClassInfo, node: tuple[Any, ...], position: int) -> int:
    """Where an implied unit does something because of a declaration in a class body: there, if that is in the same file."""
    return node[1] if holder.module is frame.module and frame.engine.project.is_implied(frame.unit) else position
