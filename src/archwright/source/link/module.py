"""One module of the project: its facts, decoded when somebody asks, and what its top level binds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple
from zlib import crc32

from archwright.source import facts as f

UNIT_BITS = 16
"""A unit's global id is `module index << UNIT_BITS | index in the file`."""


@cache
def _number(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass"))


def name_key(module: int, name: str) -> int:
    """A number for a name at the top level of a module, by its index: the same in every run."""
    return module << 32 | _number(name)


class Binding(NamedTuple):
    """What a name stands for at the top level of a module, or in a class body.

    kind: `unit` | `class` (value: index), `module` (value: dotted name), `import` (value: (module, name)),
    `expression` (value: the node assigned), `annotation` (value: (annotation, node | None)).
    """

    kind: str
    value: Any


class Module:
    """A project module. `facts` are loaded on first use. A template is one too, with the language it is written in."""

    __slots__ = (
        "_scope",
        "classes",
        "facts",
        "implied",
        "index",
        "is_package",
        "language",
        "mentions",
        "name",
        "path",
        "star_imports",
        "units",
    )

    def __init__(
        self,
        index: int,
        name: str,
        path: str,
        is_package: bool,
        facts: tuple[Any, ...],
        language: str = "",
        mentions: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self.index = index
        self.name = name
        self.path = path
        self.is_package = is_package
        self.language = language
        self.mentions = mentions
        """False where a word is certain to stand nowhere in the facts; asked before they are walked."""
        self.facts = facts
        """The file's facts, as `source.facts` lays them out."""
        self.units: tuple[Any, ...] = facts[0]
        """The units of the file; the first is the module body."""
        self.classes: tuple[Any, ...] = facts[1]
        """The classes of the file."""
        self._scope: dict[str, Binding] | None = None
        self.star_imports: list[str] = []
        self.implied: dict[int, int] = {}
        """Units that the file does not spell out (see `add_unit`): packed position -> index."""

    def add_unit(self, unit: tuple[Any, ...]) -> int:
        """Append a unit that the file does not spell out, such as a method inherited from a library, and return its index.

        Its position is its own: no two of a module share one, so that what happens in it can be told by place.
        """
        index = len(self.units)
        self.implied[unit[2]] = index
        self.relink((*self.units, unit))
        return index

    def relink(self, units: tuple[Any, ...]) -> None:
        """Put units in the place of those that were loaded: a template's, once it is known what it includes."""
        self.units = units
        self.facts = (units, *self.facts[1:])

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    def scope(self) -> dict[str, Binding]:
        """What the top level binds. Where a name is bound several times the last one holds, as at run time."""
        if self._scope is None:
            self._scope = {}
            self.star_imports = []
            if self.units:
                bind_statements(self.units[0][7], self._scope, self)
        return self._scope

    def stars(self) -> list[str]:
        """Modules imported with a star, last first."""
        self.scope()
        return self.star_imports[::-1]

    def absolute(self, module: str, level: int) -> str:
        """The dotted name that `from <level dots><module> import` means here."""
        if not level:
            return module
        parts = self.package.split(".") if self.package else []
        parts = parts[: len(parts) - (level - 1)] if level > 1 else parts
        return ".".join([*parts, module] if module else parts)


def bind_statements(body: tuple[Any, ...], into: dict[str, Binding], module: Module, *, stars: bool = True) -> None:
    """Record the names that statements bind, looking into if, try, with and for at the same level."""
    for node in body:
        kind = node[0]
        if kind == f.DEF:
            unit = module.units[node[2]]
            if not (unit[5] and _adds_to_property(unit, into)):
                into[unit[0]] = Binding("unit", node[2])
        elif kind == f.CLASS:
            into[module.classes[node[2]][0]] = Binding("class", node[2])
        elif kind == f.ASSIGN:
            for target in node[2]:
                _bind_target(target, node[3], into)
        elif kind == f.ANNASSIGN:
            if node[2][0] == f.NAME:
                into[node[2][2]] = Binding("annotation", (node[3], node[4]))
        elif kind == f.IMPORT:
            for name, alias in node[2]:
                into[alias or name.partition(".")[0]] = Binding("module", name if alias else name.partition(".")[0])
        elif kind == f.FROM:
            origin = module.absolute(node[2], node[4])
            for name, alias in node[3]:
                if name == "*":
                    if stars:
                        module.star_imports.append(origin)
                else:
                    into[alias or name] = Binding("import", (origin, name))
        elif kind == f.IF:
            # `else` first: the usual fall-back branches stand there, and the first branch should win
            bind_statements(node[4], into, module, stars=stars)
            bind_statements(node[3], into, module, stars=stars)
        elif kind == f.TRY:
            for handler in node[3]:
                bind_statements(handler[3], into, module, stars=stars)
            bind_statements(node[2], into, module, stars=stars)
            bind_statements(node[4], into, module, stars=stars)
            bind_statements(node[5], into, module, stars=stars)
        elif kind in (f.WITH, f.FOR, f.WHILE):
            bind_statements(node[4 if kind == f.FOR else 3], into, module, stars=stars)
        elif kind == f.TYPE_ALIAS:
            into[node[2]] = Binding("expression", node[3])


_ADDED = frozenset({"setter", "deleter", "expression", "comparator", "update_expression"})
"""What `property` and SQLAlchemy's `hybrid_property` let a class add to one: the name goes on giving the getter's value."""


def _adds_to_property(unit: tuple[Any, ...], into: dict[str, Binding]) -> bool:
    """True for `@name.setter` and its like over a function of the same name."""
    known = into.get(unit[0])
    return (
        known is not None
        and known.kind == "unit"
        and any(
            node[0] == f.ATTR and node[3] in _ADDED and node[2][0] == f.NAME and node[2][2] == unit[0]
            for node in unit[5]
        )
    )


def _bind_target(target: tuple[Any, ...], value: tuple[Any, ...], into: dict[str, Binding]) -> None:
    if target[0] == f.NAME:
        if value[0] != f.NAME or value[2] != target[2]:  # `models = models` leaves what the name is
            into[target[2]] = Binding("expression", value)
    elif target[0] in (f.TUPLE, f.LIST):
        elements = value[2] if value[0] in (f.TUPLE, f.LIST) and len(value[2]) == len(target[2]) else None
        for index, part in enumerate(target[2]):
            if elements is not None:
                _bind_target(part, elements[index], into)
            elif part[0] == f.NAME:
                subscript = (f.SUBSCRIPT, target[1], value, (f.CONST, target[1], index))
                into[part[2]] = Binding("expression", subscript)
