"""Which tables a statement names, and what it does to them: read by its words, with no need of a schema."""

from __future__ import annotations

from typing import NamedTuple

from archwright.sql.tokens import Token, statements

_BEGINS = frozenset({"select", "insert", "update", "delete", "with", "merge", "replace", "truncate"})
_ENDS = frozenset({"select", "values", "where", "set", "on", "using", "order", "group", "limit", "returning"})


class NamedTables(NamedTuple):
    """Tables by what is done to them; `kind` of a write: insert, update or delete."""

    reads: frozenset[str]
    writes: frozenset[tuple[str, str]]


def named_tables(text: str) -> NamedTables:
    """The tables in `FROM`, `JOIN`, `INSERT INTO`, `UPDATE` and `DELETE FROM`. A text that is no statement names none.

    Names are as PostgreSQL folds them, without a schema. Common table expressions and functions are left out.
    """
    reads: set[str] = set()
    writes: set[tuple[str, str]] = set()
    for statement in statements(text):
        start = next((token.keyword for token in statement if token.text != "("), "")
        if start in _BEGINS:
            _read(statement, reads, writes)
    return NamedTables(frozenset(reads), frozenset(writes))


def _read(statement: list[Token], reads: set[str], writes: set[tuple[str, str]]) -> None:
    local = {
        statement[index].name
        for index in range(1, len(statement) - 2)
        if statement[index + 1].keyword == "as"
        and statement[index + 2].text == "("
        and (statement[index - 1].keyword in ("with", "recursive") or statement[index - 1].text == ",")
    }
    for index, token in enumerate(statement):
        word = token.keyword
        before = statement[index - 1].keyword if index else ""
        if word == "into" and before in ("insert", "replace", "merge", "ignore"):
            _write(statement, index + 1, "insert", writes)
        elif word == "update" and before not in ("for", "do", "on", "key", "no"):
            _write(statement, index + 1, "update", writes)
        elif word == "from" and before == "delete":
            _write(statement, index + 1, "delete", writes)
        elif word == "truncate":
            after = index + 2 if _keyword(statement, index + 1) == "table" else index + 1
            _write(statement, after, "delete", writes)
        elif word == "from" and before != "distinct" and not _in_function(statement, index):
            reads.update(name for name in _listed(statement, index + 1) if name not in local)
        elif word == "join":
            name, _ = _name(statement, index + 1)
            if name and name not in local:
                reads.add(name)


def _keyword(statement: list[Token], index: int) -> str:
    return statement[index].keyword if index < len(statement) else ""


def _write(statement: list[Token], index: int, kind: str, writes: set[tuple[str, str]]) -> None:
    name, _ = _name(statement, index, columns=True)
    if name:
        writes.add((name, kind))


def _in_function(statement: list[Token], index: int) -> bool:
    """True for the FROM of `extract(epoch from x)`, `trim(both from x)`, `substring(x from 1)`."""
    depth = 0
    for back in range(index - 1, -1, -1):
        token = statement[back]
        if token.text == ")":
            depth += 1
        elif token.text == "(":
            if depth == 0:
                return back > 0 and statement[back - 1].keyword in (
                    "extract",
                    "trim",
                    "substring",
                    "overlay",
                    "position",
                )
            depth -= 1
    return False


def _listed(statement: list[Token], index: int) -> list[str]:
    """The names of `FROM a, b AS x, c`."""
    found: list[str] = []
    while index < len(statement):
        name, index = _name(statement, index)
        if not name:
            break
        found.append(name)
        if _keyword(statement, index) == "as":
            index += 1
        if index < len(statement) and statement[index].kind in ("word", "quoted") and not _ends(statement[index]):
            index += 1
        if index >= len(statement) or statement[index].text != ",":
            break
        index += 1
    return found


def _ends(token: Token) -> bool:
    return token.keyword in _ENDS or token.keyword in (
        "join",
        "left",
        "right",
        "inner",
        "cross",
        "full",
        "natural",
        "for",
    )


def _name(statement: list[Token], index: int, *, columns: bool = False) -> tuple[str, int]:
    """The table's name at an index, its schema left out, and the index after; empty for a subquery or a function.

    columns: a parenthesis right behind the name begins a list of columns, as in `INSERT INTO t(a, b)`.
    """
    while _keyword(statement, index) in ("only", "lateral", "if", "exists"):
        index += 1
    if index >= len(statement) or statement[index].kind not in ("word", "quoted") or _ends(statement[index]):
        return "", index
    name = statement[index].name
    index += 1
    while index + 1 < len(statement) and statement[index].text == "." and statement[index + 1].name:
        name = statement[index + 1].name
        index += 2
    if (
        not columns
        and index < len(statement)
        and statement[index].text == "("
        and statement[index].start == statement[index - 1].end
    ):
        return "", index
    return name, index
