"""Type definitions in GraphQL's schema language, as far as they tell which fields are lists and what arguments let through."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_BLOCK: Final = re.compile(r"\b(?:extend\s+)?(type|interface|input|enum|scalar)\s+(\w+)[^{}\n]*(?:\{([^{}]*)\})?")
_NOISE: Final = re.compile(r'"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*')
_FIELD: Final = re.compile(r"(\w+)\s*(?:\(([^()]*)\))?\s*:\s*([\[\]!\w]+)")
_ARGUMENT: Final = re.compile(r"(\w+)\s*:\s*([\[\]!\w]+)")


class SdlField(NamedTuple):
    """A field as the schema language declares it."""

    type: str
    """The named type inside lists and non-null marks."""
    many: bool
    arguments: dict[str, str]
    """Argument -> its named type."""


class Sdl(NamedTuple):
    """What type definitions say."""

    types: dict[str, dict[str, SdlField]]
    """Object types, interfaces and inputs -> their fields."""
    enums: frozenset[str]


def read(texts: list[str]) -> Sdl:
    """All definitions of some texts; what can't be read is left out."""
    types: dict[str, dict[str, SdlField]] = {}
    enums: set[str] = set()
    for text in texts:
        for kind, name, body in _BLOCK.findall(_NOISE.sub(" ", text)):
            if kind == "enum":
                enums.add(name)
            elif kind != "scalar":
                fields = types.setdefault(name, {})
                for field, arguments, shape in _FIELD.findall(body):
                    given = {each: _bare(type_) for each, type_ in _ARGUMENT.findall(arguments)}
                    fields[field] = SdlField(_bare(shape), shape.startswith("["), given)
    return Sdl(types, frozenset(enums))


def _bare(shape: str) -> str:
    return shape.strip("[]!")
