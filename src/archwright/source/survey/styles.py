"""How a project's own code injects dependencies and writes tests: counted in its facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.link.module import Module
from archwright.source.packed import body_of
from archwright.source.tests_left_out import is_test

CONTAINERS: Final = (
    "dependency-injector", "dishka", "injector", "lagom", "punq", "svcs", "that-depends", "wireup",
)  # fmt: skip
"""Libraries whose one purpose is to inject."""

_PROVIDERS: Final = ("Depends", "Security")


def injection(modules: tuple[Module, ...], *, fastapi: bool) -> Iterator[str]:
    """How dependencies come in: functions that ask FastAPI for them, classes whose constructors keep the project's objects."""
    own = {cls[0] for module in modules if not is_test(module.path) for cls in module.classes}
    asking = keeping = 0
    for module in modules:
        if is_test(module.path):
            continue
        for unit in module.units:
            params = unit[4]
            asking += fastapi and any(_provided(param[2]) or _provided(param[3]) for param in params)
            if unit[0] == "__init__" and unit[9] >= 0:
                given = {
                    name for name, _, annotation, _ in params if annotation is not None and _last(annotation) in own
                }
                keeping += any(_kept(node, given) for node in body_of(unit))
    if asking:
        yield f"FastAPI Depends ({asking} functions)"
    if keeping:
        yield f"constructors ({keeping} classes)"


def test_style(modules: tuple[Module, ...]) -> Iterator[str]:
    """Test functions, methods of TestCase classes, fixtures: how many there are."""
    functions = methods = fixtures = 0
    for module in modules:
        if not is_test(module.path):
            continue
        cases = {
            index
            for index, cls in enumerate(module.classes)
            if any(_last(base).endswith("TestCase") for base in cls[4])
        }
        for unit in module.units:
            fixtures += any(_last(decorator) == "fixture" for decorator in unit[5])
            if unit[0].startswith("test"):
                methods += unit[9] in cases
                functions += unit[9] not in cases
    for number, what in ((functions, "functions"), (methods, "methods of TestCase classes"), (fixtures, "fixtures")):
        if number:
            yield f"{what} ({number})"


def _provided(node: Any) -> bool:
    """`Depends(...)`, alone or inside of `Annotated[..., Depends(...)]`."""
    if node is None:
        return False
    if node[0] == f.CALL:
        return _last(node[2]) in _PROVIDERS
    if node[0] == f.SUBSCRIPT and node[3][0] == f.TUPLE:
        return any(_provided(part) for part in node[3][2])
    return False


def _kept(node: Any, given: set[str]) -> bool:
    """`self.name = parameter`."""
    if node[0] != f.ASSIGN or node[3][0] != f.NAME or node[3][2] not in given:
        return False
    return any(target[0] == f.ATTR for target in node[2])


def _last(node: Any) -> str:
    """The last part of a dotted name, of what is called or subscripted; "" for anything else."""
    while node[0] in (f.CALL, f.SUBSCRIPT):
        node = node[2]
    if node[0] == f.NAME:
        return str(node[2])
    return str(node[3]) if node[0] == f.ATTR else ""
