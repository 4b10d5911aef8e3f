"""Python text as `ruff format` leaves it: imports sorted, lines of at most 120, what is too long one item a line."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 120


def fit(before: str, items: Sequence[str], after: str, indent: int = 0) -> list[str]:
    """`before` + items with commas + `after` on one line if it fits, else one item a line with a trailing comma."""
    space = " " * indent
    line = f"{space}{before}{', '.join(items)}{after}"
    if len(line) <= WIDTH or not items:
        return [line]
    return [f"{space}{before}", *(f"{space}    {item}," for item in items), f"{space}{after}"]


def explode(before: str, items: Sequence[str], after: str, indent: int = 0) -> list[str]:
    """One item a line with a trailing comma, which the formatter keeps."""
    space = " " * indent
    return [f"{space}{before}", *(f"{space}    {item}," for item in items), f"{space}{after}"]


def string(text: str) -> str:
    """A Python literal with double quotes where the formatter would have them."""
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\x00")
    if '"' in escaped and "'" not in escaped:
        return f"'{escaped}'"
    return '"' + escaped.replace('"', '\\"') + '"'


def block(text: str) -> str:
    """Several lines as a triple-quoted literal that begins and ends with a line end."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""\n{escaped}\n"""'


def docstring(text: str, indent: int = 0) -> list[str]:
    """A docstring: one line where it fits."""
    plain = " ".join(text.replace("\\", "/").replace('"""', "'''").split())
    if plain.endswith('"'):
        plain += " "
    space = " " * indent
    line = f'{space}"""{plain}"""'
    if len(line) <= WIDTH:
        return [line]
    summary, rest = _summary(plain, WIDTH - indent - 3)
    wrapped = textwrap.wrap(rest, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return [f'{space}"""{summary}', "", *(space + line for line in wrapped), f'{space}"""']


def _summary(text: str, room: int) -> tuple[str, str]:
    """The first sentence if it fits, else the first words, and what comes after."""
    end = text.find(". ") + 1
    if 0 < end <= room:
        return text[:end], text[end + 1 :]
    cut = text.rfind(" ", 0, room - 4)
    cut = cut if cut > 0 else room - 4
    return f"{text[:cut]} ...", f"... {text[cut:].strip()}"


def keyword_string(name: str, text: str, indent: int) -> list[str]:
    """`name="text",` as an argument on lines of its own; long texts in several pieces."""
    space = " " * indent
    line = f"{space}{name}={string(text)},"
    if len(line) <= WIDTH:
        return [line]
    pieces = textwrap.wrap(
        text, WIDTH - indent - 16, break_long_words=False, break_on_hyphens=False, drop_whitespace=False
    )
    return [f"{space}{name}=(", *(f"{space}    {string(piece)}" for piece in pieces), f"{space}),"]


_DEFINITIONS = ("def ", "async def ", "class ", "@")


class Imports:
    """The imports of one module."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._names: dict[str, set[str]] = {}
        self._modules: set[str] = set()

    def add(self, module: str, *names: str) -> None:
        """`from module import names`."""
        self._names.setdefault(module, set()).update(names)

    def remove(self, module: str, name: str) -> None:
        """Take an import back."""
        self._names[module].discard(name)
        if not self._names[module]:
            del self._names[module]

    def module(self, name: str) -> None:
        """`import name`."""
        self._modules.add(name)

    def names(self) -> frozenset[str]:
        """Every name bound by these imports."""
        bound = {name.rpartition(" as ")[2] or name for names in self._names.values() for name in names}
        return frozenset(bound | {module.partition(".")[0] for module in self._modules})

    def lines(self) -> list[str]:
        """The import statements, in groups, as isort orders them."""
        groups: dict[int, tuple[list[str], list[str]]] = {n: ([], []) for n in range(4)}
        for module in sorted(self._modules):
            groups[self._group(module)][0].append(f"import {module}")
        for module in sorted(self._names):
            names = sorted(self._names[module], key=_isort)
            plain = [name for name in names if " as " not in name]
            into = groups[self._group(module)][1]
            for name in names:
                if " as " in name:
                    into.append(f"from {module} import {name}")
            if plain:
                flat = f"from {module} import {', '.join(plain)}"
                into += [flat] if len(flat) <= WIDTH else explode(f"from {module} import (", plain, ")")
        result = ["from __future__ import annotations"]
        for modules, names in groups.values():
            if modules or names:
                result += ["", *modules, *names]
        return result

    def _group(self, module: str) -> int:
        if module.startswith("."):
            return 3
        top = module.partition(".")[0]
        return 2 if top in {self._package, "tests"} else 0 if top in sys.stdlib_module_names else 1


def _isort(name: str) -> tuple[int, str, str]:
    """Constants, then classes, then the rest, each by name without regard to case."""
    base = name.partition(" as ")[0]
    kind = 0 if base.isupper() and len(base) > 1 else 1 if base[:1].isupper() else 2
    return kind, base.lower(), base


def module(docstring_text: str, imports: Imports, parts: Iterable[Sequence[str]]) -> str:
    """A whole module: docstring, imports, and its parts with two empty lines before functions and classes."""
    lines = [*docstring(docstring_text), "", *imports.lines(), ""]
    heavy_before = False
    for part in parts:
        heavy = part[0].startswith(_DEFINITIONS)
        if heavy or heavy_before:
            lines.append("")
        lines += part
        lines.append("")
        heavy_before = heavy or any(line.startswith(_DEFINITIONS) for line in part)
    return "\n".join(lines).rstrip("\n") + "\n"
