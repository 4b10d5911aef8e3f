"""What a file imports, wherever in it."""

from __future__ import annotations

from typing import Any

from archwright.source import facts as f


def imports_of(node: Any) -> set[str]:
    """The top-level packages that the statements of a file import, wherever they stand. `node`: the file's facts."""
    found: set[str] = set()
    todo = [unit[7] for unit in node[0]] + [info[7] for info in node[1]]
    while todo:
        for part in todo.pop():
            if part[0] == f.IMPORT:
                found.update(name.partition(".")[0] for name, _ in part[2])
            elif part[0] == f.FROM and not part[4]:
                found.add(part[2].partition(".")[0])
            elif part[0] in (f.IF, f.FOR, f.WHILE, f.WITH, f.TRY):
                todo.extend(_blocks(part))
    return found


def _blocks(node: tuple[Any, ...]) -> list[Any]:
    """The blocks of a compound statement."""
    if node[0] == f.IF:
        return [node[3], node[4]]
    if node[0] == f.FOR:
        return [node[4], node[5]]
    if node[0] == f.TRY:
        return [node[2], *(handler[3] for handler in node[3]), node[4], node[5]]
    return [node[3]]
