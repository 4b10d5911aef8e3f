"""One of several: what a name that is computed may stand for, among what the code writes down.

`getattr(handlers, f"on_{kind}")` and `HANDLERS[kind]` give one of the functions or classes that are there. The type
`("choice", values)` keeps them all; calling it calls each, and what any of them does may happen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from archwright.source.flow.values import Val, join_all, origins_of

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

MAX_CHOICES = 8
"""Among more than this nothing is known: each of them would be followed at every such call."""
_KINDS = frozenset({"unit", "bound", "class", "external", "instance", "object", "choice"})


def choose(values: list[Val]) -> Val:
    """One of the values. Those that can be called or looked into stay apart; where there are no two, all are joined."""
    options: list[Val] = []
    for value in values:
        if value.type is not None and value.type[0] in _KINDS:
            options += value.type[1] if value.type[0] == "choice" else (value,)
    if not 1 < len({option.type for option in options}) <= MAX_CHOICES:
        return join_all(values)
    return Val(("choice", tuple(options)), origins_of(values))


def called(frame: Frame, options: tuple[Val, ...], call: Callable[[Val], Val], position: int) -> Val:
    """Call each of them. The call returns where one of them does; a check holds only where all make it, so none is told."""
    given, ends = [], []
    before = position in frame.never
    for option in options:
        frame.never.discard(position)
        given.append(call(option))
        ends.append(position in frame.never)
    if before or all(ends):
        frame.never.add(position)
    else:
        frame.never.discard(position)
    frame.take_checked()
    return choose(given)


def named(frame: Frame, holder: Val, pattern: str) -> Val | None:
    """The members of a module, class or instance of the project of which a name may be meant; None where that can't be told.

    pattern: the name as a text, `{}` for what is not constant. Of a class or an instance a name that may be any tells nothing.
    """
    from archwright.source.flow import attributes

    type_ = holder.type
    if type_ is None:
        return None
    names: list[str] = []
    wanted = re.compile(".*".join(map(re.escape, pattern.split("{}"))))
    if type_[0] == "module" and (module := frame.engine.project.by_name.get(type_[1])) is not None:
        names = [name for name, bound in module.scope().items() if bound.kind in ("unit", "class")]
    elif type_[0] in ("instance", "class") and pattern != "{}":
        scopes: list[dict[str, Any]] = [info.scope() for info in type_[1].mro()]
        names = list(dict.fromkeys(name for scope in scopes for name, bound in scope.items() if bound.kind == "unit"))
    found = [name for name in names if wanted.fullmatch(name)]
    if not 0 < len(found) <= MAX_CHOICES:
        return None
    return choose([attributes.attribute(frame, holder, name, 0) for name in sorted(found)])
