"""What an unpickler of the project's own lets through: whether its `find_class` asks for names, or for packages alone.

A pickle names the functions that are called while it is loaded. Every package of some size holds one that runs what it is given
(`builtins.eval`, `numpy.testing._private.utils.runstring`), so only a list of names keeps anything out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

Node = tuple[Any, ...]
_LEAVES: Final = frozenset({f.RAISE, f.RETURN})
_OF_PACKAGES: Final = frozenset({"startswith", "split", "partition"})
_DANGEROUS: Final = frozenset({"builtins", "__builtin__", "os", "posix", "subprocess", "importlib", "sys", "runpy"})
"""Modules of which some name runs what it is given."""


def flaw(frame: Frame) -> str:
    """`packages` (whatever a package holds), `builtins` (whatever such a module holds) or empty: nothing is wrong, or it can't be told."""
    parameters = frame.facts[4]
    if frame.facts[0] != "find_class" or len(parameters) < 3:
        return ""
    module, name = parameters[1][0], parameters[2][0]
    found = [_admits(frame, test, module, name) for test in _ways(body_of(frame.facts))]
    return next((each for each in ("packages", "builtins") if each in found), "")


def _ways(body: Any) -> Iterator[Node]:
    """The conditions under which a class is looked up: those around a return that looks it up, and the contrary of those that refuse."""
    for node in nodes(body):
        if node[0] != f.IF:
            continue
        if any(each[0] == f.RETURN and _looks_up(each) for each in node[3]):
            yield from _alternatives(node[2], "or")
        elif node[3] and node[3][-1][0] == f.RAISE and node[2][0] == f.UNARY and node[2][2] == "not":
            yield from _alternatives(node[2][3], "or")


def _looks_up(node: Node) -> bool:
    return any(each[0] == f.CALL and each[2][-1] in ("find_class", "getattr") for each in nodes(node))


def _alternatives(test: Node, operator: str) -> Iterator[Node]:
    if test[0] == f.BOOL and test[2] == operator:
        for part in test[3]:
            yield from _alternatives(part, operator)
    else:
        yield test


def _admits(frame: Frame, test: Node, module: str, name: str) -> str:
    """What a condition lets through that says nothing of the name."""
    inner = list(nodes(test))
    if any(node[0] == f.NAME and node[2] == name for node in inner):
        return ""
    if not any(node[0] == f.NAME and node[2] == module for node in inner):
        return ""
    if any(node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] in _OF_PACKAGES for node in inner):
        return "packages"
    named = {node[2] for node in inner if node[0] == f.CONST and isinstance(node[2], str)}
    for node in inner:
        listed = frame.engine.global_value(frame.module, node[2]) if node[0] == f.NAME and node[2] != module else None
        if listed is not None:
            named.update(str(item.const) for item in (listed.items or {}).values() if not item.origins)
    return "builtins" if named & _DANGEROUS else ""
