"""A remedy as edits of the text: only where the code at the place has the shape that the change is safe for.

What is made: another function of the same module with the same arguments (`yaml.safe_load`), a keyword given or changed
(`usedforsecurity=False`, `debug=False`), a comparison in constant time. Anything else has no edits.
"""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache

from archwright.model.base import Place
from archwright.model.finding import Edit, Remedy, RemedyKind

_MADE = frozenset({RemedyKind.CALL, RemedyKind.KEYWORD, RemedyKind.COMPARE})
"""The remedies that edits can be made of."""

Spot = tuple[int, int]
"""Line (from 1) and offset in UTF-8 bytes, as the host's syntax tree counts them."""


def edits_of(remedy: Remedy, place: Place, text: str) -> tuple[Edit, ...]:
    """The edits that carry a remedy out at a place of a file; none where the code there has another shape.

    `text`: the file, its newlines LF.
    """
    tree = parsed(text) if remedy.kind in _MADE else None
    if tree is None:
        return ()
    file = _File(place.path, text)
    spot = file.spot(place.line, place.column)
    if remedy.kind is RemedyKind.COMPARE:
        return _compared(file, tree, spot)
    call = next(
        (
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and _starts(node) == spot and not _chained(node)
        ),
        None,
    )
    if call is None:
        return ()
    if remedy.kind is RemedyKind.KEYWORD:
        return _keyword(file, call, *remedy.subject.split("=", 1))
    if remedy.kind is RemedyKind.CALL:
        return _called(file, call, remedy.subject)
    return ()


@lru_cache(maxsize=4)
def parsed(text: str) -> ast.Module | None:
    """The host's syntax tree; None where it refuses the text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _File:
    """Makes edits of nodes: columns are characters, the tree's offsets are bytes."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self._lines = text.split("\n")

    def spot(self, line: int, column: int) -> Spot:
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        return line, len(text[: column - 1].encode())

    def edit(self, start: Spot, end: Spot, text: str) -> Edit:
        (line, column), (end_line, end_column) = (self._characters(spot) for spot in (start, end))
        return Edit(path=self.path, line=line, column=column, end_line=end_line, end_column=end_column, text=text)

    def text(self, node: ast.expr) -> str:
        (line, start), (end_line, end) = _starts(node), _ends(node)
        lines = [each.encode() for each in self._lines[line - 1 : end_line]]
        lines[-1] = lines[-1][:end]
        lines[0] = lines[0][start:]
        return b"\n".join(lines).decode()

    def _characters(self, spot: Spot) -> Spot:
        line, offset = spot
        return line, len(self._lines[line - 1].encode()[:offset].decode()) + 1


def _starts(node: ast.expr) -> Spot:
    return node.lineno, node.col_offset


def _ends(node: ast.expr | ast.keyword) -> Spot:
    return node.end_lineno or 0, node.end_col_offset or 0


def _chained(call: ast.Call) -> bool:
    """True for `hashlib.md5(x).hexdigest()`: the call that is meant is the one inside."""
    base = call.func
    while isinstance(base, (ast.Attribute, ast.Subscript)):
        base = base.value
    return isinstance(base, ast.Call)


def _keyword(file: _File, call: ast.Call, name: str, value: str) -> tuple[Edit, ...]:
    """`name=value` in place of what is given, or behind the last argument."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return (file.edit(_starts(keyword.value), _ends(keyword.value), value),)
        if keyword.arg is None:
            return ()
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    if not given:
        end = _ends(call)
        last = (end[0], end[1] - 1)
        return (file.edit(last, last, f"{name}={value}"),)
    last = max(_ends(each) for each in given)
    if len(given) == 1 and isinstance(given[0], ast.GeneratorExp):
        return ()
    return (file.edit(last, last, f", {name}={value}"),)


def _called(file: _File, call: ast.Call, subject: str) -> tuple[Edit, ...]:
    """`{base}.safe_load` without `Loader`; `{base}.SystemRandom().{name}`."""
    function = call.func
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return ()
    edits = [file.edit(_ends(function.value), _ends(function), subject.replace("{name}", function.attr))]
    if subject == ".safe_load":
        first = call.args[0] if call.args else None
        extra: list[ast.expr | ast.keyword] = [*call.args[1:], *call.keywords]
        if (
            first is None
            or len(extra) > 1
            or any(isinstance(each, ast.keyword) and each.arg != "Loader" for each in extra)
        ):
            return ()
        if extra:
            edits.append(file.edit(_ends(first), _ends(extra[0]), ""))
    return tuple(edits)


def _compared(file: _File, tree: ast.Module, spot: Spot) -> tuple[Edit, ...]:
    """`hmac.compare_digest` of both sides as bytes: a text that is not ASCII, or None, raises no error then."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or _starts(node.comparators[0]) != spot:
            continue
        left, right = node.left, node.comparators[0]
        plain = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
        if not isinstance(left, plain) or not isinstance(right, plain):
            return ()
        sides = ", ".join(f"str({file.text(side)}).encode()" for side in (left, right))
        negated = "not " if isinstance(node.ops[0], ast.NotEq) else ""
        change = file.edit(_starts(node), _ends(node), f"{negated}hmac.compare_digest({sides})")
        return (*_imported(file, tree, "hmac"), change)
    return ()


def _imported(file: _File, tree: ast.Module, module: str) -> tuple[Edit, ...]:
    """`import module` before the first import that comes after it by name, where no statement has it yet; never before `__future__`."""
    imports = [each for each in tree.body if isinstance(each, (ast.Import, ast.ImportFrom))]
    if any(
        isinstance(each, ast.Import) and any(a.name == module and not a.asname for a in each.names) for each in imports
    ):
        return ()
    ahead = [each for each in imports if getattr(each, "module", "") != "__future__"]
    sorted_ = (each for each in ahead if isinstance(each, ast.Import) and each.names[0].name > module)
    first = next(sorted_, ahead[0] if ahead else None)
    if first is None:
        return ()
    start = (first.lineno, first.col_offset)
    return (file.edit(start, start, f"import {module}\n"),)
