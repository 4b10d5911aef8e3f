"""Settings that a module fixes and another one, which takes all its names, binds anew from elsewhere: defaults of development."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.model.development import of_development
from archwright.source import facts as f
from archwright.source.link.module import Module
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_STARTERS: Final = ("wsgi.py", "asgi.py")
_DEPTH: Final = 4


def replaced(engine: Engine, base: Module, name: str) -> bool:
    """True where a module begins with `from base import *` and then binds the name whatever happens, to no constant.

    Not by a module of developers or of tests: its own key says nothing of production's. Nor where a server's entry names the base:
    then that is what runs.
    """
    modules = engine.project.modules
    if any(each.path.endswith(_STARTERS) and each.mentions(base.name) and _says(each, base.name) for each in modules):
        return False
    return any(
        each is not base
        and each.mentions(name)
        and not of_development(each.path.rpartition("/")[2])
        and _bound(_after(engine, each, base), name)
        for each in modules
        if each.units
    )


def _says(module: Module, text: str) -> bool:
    return any(node[0] == f.CONST and node[2] == text for unit in module.units for node in nodes(body_of(unit)))


def _after(engine: Engine, module: Module, base: Module) -> tuple[Any, ...]:
    """The statements of a module behind the one by which it has all names of the base; none: it has them not."""
    takes = {star for star in module.stars() if _leads(engine, star, base, _DEPTH)}
    body = body_of(module.units[0])
    stars = [
        number
        for number, node in enumerate(body)
        if takes and any(_star(each, module, takes) for each in nodes((node,)))
    ]
    return body[stars[-1] + 1 :] if stars else ()


def _leads(engine: Engine, star: str, base: Module, depth: int) -> bool:
    """True for a module that is the base, or has all its names by stars."""
    if star == base.name:
        return True
    module = engine.project.by_name.get(star) if depth else None
    return module is not None and any(_leads(engine, each, base, depth - 1) for each in module.stars())


def _star(node: tuple[Any, ...], module: Module, names: set[str]) -> bool:
    return node[0] == f.FROM and any(name == "*" for name, _ in node[3]) and module.absolute(node[2], node[4]) in names


def _bound(body: tuple[Any, ...], name: str) -> bool:
    """True where statements bind a name on every way that goes on, and the last of them from elsewhere: not to a text, nor to what it was before."""
    for node in reversed(body):
        if node[0] == f.ASSIGN and any(target[0] == f.NAME and target[2] == name for target in node[2]):
            return _elsewhere(node[3], name)
        if node[0] == f.ANNASSIGN and node[2][0] == f.NAME and node[2][2] == name and node[4] is not None:
            return _elsewhere(node[4], name)
        if node[0] == f.TRY and (_bound(node[2], name) or _bound(node[4], name)):
            return all(_bound(handler[3], name) or _ends(handler[3]) for handler in node[3])
        if node[0] == f.IF and _bound(node[3], name):
            return _bound(node[4], name) or _ends(node[4])
        if node[0] == f.WITH and _bound(node[3], name):
            return True
    return False


def _ends(body: tuple[Any, ...]) -> bool:
    """True for a block at whose end nothing goes on: it raises, or leaves the program."""
    return bool(body) and (
        body[-1][0] == f.RAISE
        or (body[-1][0] == f.EXPR and body[-1][2][0] == f.CALL and body[-1][2][2][-1] in ("exit", "_exit"))
    )


def _elsewhere(value: tuple[Any, ...], name: str) -> bool:
    return value[0] != f.CONST and not any(node[0] == f.NAME and node[2] == name for node in nodes((value,)))
