"""What route declarations of several web frameworks have in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archwright.model.base import Place
from archwright.model.value import Trust, Use
from archwright.source import facts as f
from archwright.source.flow.values import ALL_USES, BIT, Val
from archwright.source.frameworks.shared.confined import PART, WORD

if TYPE_CHECKING:
    from archwright.source.link.module import Module

_CONVERTER = re.compile(r"<(?:(?P<kind>[a-zA-Z_][\w.]*)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_SEGMENT = BIT[Use.SEGMENT] | BIT[Use.RELATIVE]
_CLEAN = frozenset({"int", "float", "uuid", "any"})


def join_paths(*parts: str) -> str:
    """Path pieces with exactly one slash between them."""
    joined = ""
    for part in parts:
        if part:
            joined = f"{joined.rstrip('/')}/{part.lstrip('/')}" if joined else part
    return joined or "/"


def template_path(path: str) -> str:
    """`/x/<int:id>` as `/x/{id}`, with a leading slash."""
    templated = _CONVERTER.sub(lambda match: "{" + match["name"] + "}", path)
    return templated if templated.startswith("/") else f"/{templated}"


def converter_is_clean(path: str, name: str) -> bool:
    """True where the path's converter lets only numbers, UUIDs or words of a list through."""
    return any(match["name"] == name and match["kind"] in _CLEAN for match in _CONVERTER.finditer(path))


def segment(path: str, name: str) -> int:
    """The uses that a parameter is clean for by being one part of the path, `<name>` or `{name}`, of a router that unquotes first; a slug for more."""
    if f"<slug:{name}>" in path:
        return WORD | PART
    words = (f"{{{name}}}", f"<string:{name}>", f"<str:{name}>")
    plain = f"<{name}>" in path and f"(?P<{name}>" not in path
    return _SEGMENT if plain or any(word in path for word in words) else 0


def methods_of(call: tuple[Any, ...]) -> list[str]:
    """The constant `methods=[...]` of a call, upper case; empty where there is none."""
    for name, value in call[4]:
        if name == "methods" and value[0] in (f.LIST, f.TUPLE, f.SET):
            return [part[2].upper() for part in value[2] if part[0] == f.CONST and isinstance(part[2], str)]
    return []


def outside(
    name: str, unit: int, position: int, *, trust: Trust = Trust.ANYONE, clean: bool = False, uses: int = 0
) -> Val:
    """Text that a caller sends, as an entry unit receives it; `clean` where only numbers or UUIDs get through, else clean for `uses`."""
    steps = (None, unit, position, name)
    return Val(("text",), ((("source", name, trust.value), ALL_USES if clean else uses, steps),))


def place_of(module: Module, unit: tuple[Any, ...]) -> Place:
    """Where a unit or class stands."""
    return Place(module.path, f.line_of(unit[2]), f.column_of(unit[2]))
