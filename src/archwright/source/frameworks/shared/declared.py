"""Declarations read as constants: the arguments of a field, a column, a constraint, as models write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archwright.source import facts as f
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

Constant = str | int | float | bool | None
_MAX_TEXT = 200
_MAX_DEPTH = 40


class Declaration:
    """A call in a class body: its arguments, and what their constants are."""

    def __init__(self, engine: Engine, module: Module, node: tuple[Any, ...]) -> None:
        self.engine = engine
        self.module = module
        self.node = node
        self.args: tuple[Any, ...] = node[3]
        self.keywords: dict[str, Any] = {name: value for name, value in node[4] if name is not None}

    @property
    def callee(self) -> str:
        """The last name of what is called."""
        return last_name(self.node[2])

    @property
    def own(self) -> ClassInfo | None:
        """The project's own class that is called."""
        if self.node[2][0] not in (f.NAME, f.ATTR):
            return None
        found = self.engine.project.resolve_expression(self.module, self.node[2])
        return found.value if found is not None and found.kind == "class" else None

    def argument(self, index: int, name: str) -> Any:
        """The node given by position or by name; None if it is not given."""
        return self.args[index] if 0 <= index < len(self.args) else self.keywords.get(name)

    def constant(self, name: str, index: int = -1) -> Constant:
        """The constant given; None where none is given or it can't be told."""
        return constant(self.engine, self.module, self.argument(index, name))

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A constant True or False."""
        value = self.constant(name)
        return value if isinstance(value, bool) else default

    def number(self, name: str, index: int = -1) -> int | None:
        """A constant whole number."""
        value = self.constant(name, index)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def text(self, name: str, index: int = -1) -> str | None:
        """A constant text."""
        value = self.constant(name, index)
        return value if isinstance(value, str) else None


def constant(engine: Engine, module: Module, node: Any) -> Constant:
    """The constant an expression gives; None for anything else."""
    if node is None:
        return None
    value = node[2] if node[0] == f.CONST else engine.module_expression(module, node).const
    return value if isinstance(value, (str, int, float, bool)) else None


def texts(engine: Engine, module: Module, node: Any) -> tuple[str, ...]:
    """The constant texts in a list, a tuple, or a single text."""
    if node is None:
        return ()
    if node[0] in (f.LIST, f.TUPLE, f.SET):
        found = [constant(engine, module, part) for part in node[2]]
        return tuple(each for each in found if isinstance(each, str))
    value = constant(engine, module, node)
    return (value,) if isinstance(value, str) else ()


def elements(node: Any) -> tuple[Any, ...]:
    """The parts of a list or tuple; sums of lists are looked through."""
    if node is None:
        return ()
    if node[0] in (f.LIST, f.TUPLE, f.SET):
        return tuple(node[2])
    if node[0] == f.BINOP and node[2] == "+":
        return (*elements(node[3]), *elements(node[4]))
    return ()


def aliased(engine: Engine, module: Module, node: Any) -> tuple[Module, Any]:
    """What stands behind a name that another expression is assigned to: `intpk` of `intpk = Annotated[int, ...]`."""
    for _ in range(4):
        if node is None or node[0] not in (f.NAME, f.ATTR):
            break
        name = node[0] == f.NAME
        found = (engine.project.resolve_name if name else engine.project.resolve_expression)(
            module, node[2] if name else node
        )
        if found is None or found.kind != "expression" or found.value[2] is node:
            break
        module, node = found.value[0], found.value[2]
    return module, node


def last_name(node: Any) -> str:
    """`Column` of `sa.Column`; empty for what is no name."""
    return str(node[-1]) if node is not None and node[0] in (f.NAME, f.ATTR) else ""


def written(node: Any) -> str:
    """An expression about as it is written, cut where it is long; for people, not for machines."""
    text = _written(node, _MAX_DEPTH)
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"


def enum_values(info: ClassInfo) -> tuple[str, ...]:
    """The constant values of an enumeration, in the order written; empty where one can't be told."""
    found: list[str] = []
    for name, binding in info.scope().items():
        if name.startswith("_") or binding.kind not in ("expression", "annotation"):
            continue
        node = binding.value if binding.kind == "expression" else binding.value[1]
        if node is not None and node[0] == f.TUPLE and node[2]:
            node = node[2][0]  # Django: value, label
        if node is None or node[0] != f.CONST or not isinstance(node[2], (str, int)):
            return ()
        found.append(str(node[2]))
    return tuple(found)


def docstring(info: ClassInfo) -> str:
    """The first line of a class's docstring; empty where it has none."""
    body = info.facts[7]
    if body and body[0][0] == f.EXPR and body[0][2][0] == f.CONST and isinstance(body[0][2][2], str):
        return body[0][2][2].strip().partition("\n")[0].strip()
    return ""


def _written(node: Any, depth: int) -> str:
    if depth == 0:
        return "…"
    depth -= 1
    kind = node[0]
    if kind == f.NAME:
        return str(node[2])
    if kind == f.ATTR:
        return f"{_written(node[2], depth)}.{node[3]}"
    if kind == f.CONST:
        return repr(node[2])
    if kind == f.CALL:
        given = [_written(part, depth) for part in node[3]]
        given += [
            f"{name}={_written(value, depth)}" if name else f"**{_written(value, depth)}" for name, value in node[4]
        ]
        return f"{_written(node[2], depth)}({', '.join(given)})"
    if kind == f.UNARY:
        sign = "not " if node[2] == "not" else node[2]
        return f"{sign}{_written(node[3], depth)}"
    if kind == f.BINOP:
        return f"{_written(node[3], depth)} {node[2]} {_written(node[4], depth)}"
    if kind == f.COMPARE:
        return _written(node[2], depth) + "".join(
            f" {operator} {_written(right, depth)}" for operator, right in node[3]
        )
    if kind == f.BOOL:
        return f" {node[2]} ".join(_written(part, depth) for part in node[3])
    if kind in (f.LIST, f.TUPLE, f.SET):
        opening, closing = {f.LIST: ("[", "]"), f.TUPLE: ("(", ")"), f.SET: ("{", "}")}[kind]
        return opening + ", ".join(_written(part, depth) for part in node[2]) + closing
    if kind == f.SUBSCRIPT:
        return f"{_written(node[2], depth)}[{_written(node[3], depth)}]"
    return "…"
