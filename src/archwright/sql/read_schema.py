"""A schema written as SQL, read back: CREATE TABLE, CREATE INDEX and ALTER TABLE ... ADD, of any common dialect.

What is not understood is left out, never guessed; the reader asks for no database and no parser of a whole dialect.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from archwright.model.entity import OnDelete
from archwright.model.physical import (
    CheckConstraint,
    Column,
    ForeignKey,
    IndexKey,
    Table,
    TableIndex,
    UniqueConstraint,
)
from archwright.sql.tokens import Token, enclosed, split, statements

_ENDS = frozenset({
    "not", "null", "default", "primary", "unique", "references", "check", "constraint", "generated", "collate",
    "auto_increment", "autoincrement", "comment", "on", "identity", "as", "storage", "compression",
})  # fmt: skip
"""Words that end a column's type."""
_TABLE_PARTS = frozenset({"constraint", "primary", "unique", "foreign", "check", "key", "index", "exclude", "like"})
_SERIAL = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}


class _Draft:
    def __init__(self, name: str) -> None:
        self.name = name
        self.columns: dict[str, Column] = {}
        self.key: tuple[str, ...] = ()
        self.foreign_keys: list[ForeignKey] = []
        self.uniques: list[UniqueConstraint] = []
        self.checks: list[CheckConstraint] = []
        self.indexes: list[TableIndex] = []

    def table(self) -> Table:
        columns = [
            msgspec.structs.replace(column, nullable=False) if column.name in self.key else column
            for column in self.columns.values()
        ]
        return Table(
            name=self.name,
            columns=tuple(columns),
            key=self.key,
            foreign_keys=tuple(self.foreign_keys),
            uniques=tuple(self.uniques),
            checks=tuple(self.checks),
            indexes=tuple(self.indexes),
        )


def read_schema(text: str) -> tuple[Table, ...]:
    """The tables that the statements create, in the order of the text, with the keys and indexes added later."""
    tables: dict[str, _Draft] = {}
    for statement in statements(text):
        words = [token.keyword for token in statement[:8]]
        if words[:1] == ["create"] and "table" in words[:5]:
            _create(text, statement, words.index("table") + 1, tables)
        elif words[:1] == ["create"] and "index" in words[:3]:
            _index(text, statement, words.index("index") + 1, tables)
        elif words[:2] == ["alter", "table"]:
            _alter(text, statement, tables)
    return tuple(draft.table() for draft in tables.values())


def _create(text: str, statement: list[Token], index: int, tables: dict[str, _Draft]) -> None:
    name, index = _name(statement, index)
    if not name or index >= len(statement) or statement[index].text != "(":
        return  # CREATE TABLE ... AS, PARTITION OF
    draft = tables.setdefault(name, _Draft(name))
    inside, _ = enclosed(statement, index)
    for part in split(inside):
        if part[0].keyword in _TABLE_PARTS and not _is_column(part):
            _constraint(text, part, draft)
        else:
            _column(text, part, draft)


def _is_column(part: list[Token]) -> bool:
    """`key text`, `index integer`: a word of constraints that is a column's name here."""
    return (
        part[0].keyword in ("key", "index", "like")
        and len(part) > 1
        and part[1].kind == "word"
        and not any(token.text == "(" for token in part[1:3])
    )


def _alter(text: str, statement: list[Token], tables: dict[str, _Draft]) -> None:
    name, index = _name(statement, 2)
    draft = tables.get(name)
    if draft is None:
        return
    for part in split(statement[index:]):
        words = [token.keyword for token in part]
        if words[:1] != ["add"]:
            continue
        rest = part[1:]
        if words[1:2] == ["column"]:
            _, start = _name(part, 2)
            _column(text, part[start - 1 :], draft)
        elif words[1:2] and words[1] in _TABLE_PARTS:
            _constraint(text, rest, draft)


def _column(text: str, part: list[Token], draft: _Draft) -> None:
    name = part[0].name
    if not name:
        return
    end = next((i for i, token in enumerate(part) if i and token.keyword in _ENDS), len(part))
    type_ = _between(text, part[1:end]).lower()
    words = [token.keyword for token in part]
    nullable = not ("not" in words and words[words.index("not") + 1 : words.index("not") + 2] == ["null"])
    identity = type_ in _SERIAL or "auto_increment" in words or "autoincrement" in words or "identity" in words
    default = _default(text, part, words)
    draft.columns[name] = Column(
        name=name,
        type=_SERIAL.get(type_, type_),
        nullable=nullable and type_ not in _SERIAL,
        default=default,
        identity=identity,
    )
    if "primary" in words:
        draft.key = (name,)
    if "unique" in words:
        draft.uniques.append(UniqueConstraint(name=f"{draft.name}_{name}_key", columns=(name,)))
    if "references" in words:
        at = words.index("references")
        draft.foreign_keys.append(_foreign(part, at, (name,), f"{draft.name}_{name}_fkey"))
    if "check" in words:
        at = words.index("check") + 1
        inside, _ = enclosed(part, at)
        draft.checks.append(CheckConstraint(name=f"{draft.name}_{name}_check", expression=_between(text, inside)))


def _default(text: str, part: list[Token], words: list[str]) -> str | None:
    if "default" not in words:
        return None
    start = words.index("default") + 1
    depth, end = 0, start
    while end < len(part):
        token = part[end]
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and end > start and token.keyword in _ENDS and token.keyword != "null":
            break
        end += 1
    return _between(text, part[start:end]) or None


def _constraint(text: str, part: list[Token], draft: _Draft) -> None:
    name = ""
    if part[0].keyword == "constraint" and len(part) > 2:
        name, part = part[1].name, part[2:]
    words = [token.keyword for token in part]
    opening = next((i for i, token in enumerate(part) if token.text == "("), None)
    if opening is None:
        return
    inside, after = enclosed(part, opening)
    columns = tuple(piece[0].name for piece in split(inside))
    kind = words[0]
    if kind == "primary":
        draft.key = columns
    elif kind == "unique":
        made = f"{draft.name}_{'_'.join(columns)}_key"
        draft.uniques.append(UniqueConstraint(name=name or made, columns=columns))
    elif kind == "foreign" and "references" in words[after:]:
        made = f"{draft.name}_{'_'.join(columns)}_fkey"
        draft.foreign_keys.append(_foreign(part, words.index("references", after), columns, name or made))
    elif kind == "check":
        number = len(draft.checks) + 1
        draft.checks.append(
            CheckConstraint(name=name or f"{draft.name}_check{number}", expression=_between(text, inside))
        )
    elif kind in ("key", "index"):
        keys = tuple(IndexKey(expression=column) for column in columns)
        named = part[1].name if opening > 1 else f"{draft.name}_{'_'.join(columns)}_idx"
        draft.indexes.append(TableIndex(name=named, keys=keys))


def _foreign(part: list[Token], at: int, columns: tuple[str, ...], name: str) -> ForeignKey:
    target, index = _name(part, at + 1)
    targets: tuple[str, ...] = ()
    if index < len(part) and part[index].text == "(":
        inside, index = enclosed(part, index)
        targets = tuple(piece[0].name for piece in split(inside))
    words = [token.keyword for token in part[index:]]
    on_delete = OnDelete.RESTRICT
    for place in range(len(words) - 2):
        if words[place : place + 2] == ["on", "delete"]:
            on_delete = {"cascade": OnDelete.CASCADE, "set": OnDelete.SET_NULL}.get(words[place + 2], on_delete)
    return ForeignKey(name=name, columns=columns, target=target, target_columns=targets, on_delete=on_delete)


def _index(text: str, statement: list[Token], index: int, tables: dict[str, _Draft]) -> None:
    unique = any(token.keyword == "unique" for token in statement[:index])
    while index < len(statement) and statement[index].keyword in ("concurrently", "if", "not", "exists"):
        index += 1
    name = ""
    if index < len(statement) and statement[index].keyword != "on":
        name, index = _name(statement, index)
    if index >= len(statement) or statement[index].keyword != "on":
        return
    table, index = _name(statement, index + 1)
    draft = tables.get(table)
    if draft is None:
        return
    method = "btree"
    if index + 1 < len(statement) and statement[index].keyword == "using":
        method, index = statement[index + 1].name, index + 2
    if index >= len(statement) or statement[index].text != "(":
        return
    inside, index = enclosed(statement, index)
    rest = [token.keyword for token in statement[index:]]
    include: tuple[str, ...] = ()
    if "include" in rest:
        columns, _ = enclosed(statement, index + rest.index("include") + 1)
        include = tuple(piece[0].name for piece in split(columns))
    where = _between(text, statement[index + rest.index("where") + 1 :]) if "where" in rest else None
    keys = tuple(_index_key(text, piece) for piece in split(inside))
    made = name or f"{table}_{'_'.join(key.expression for key in keys)}_idx"
    draft.indexes.append(TableIndex(name=made, keys=keys, unique=unique, include=include, where=where, method=method))


def _index_key(text: str, piece: list[Token]) -> IndexKey:
    descending = any(token.keyword == "desc" for token in piece[1:])
    if piece[0].name and (len(piece) == 1 or piece[1].text != "("):
        return IndexKey(expression=piece[0].name, descending=descending)
    end = next((i for i, token in enumerate(piece) if token.keyword in ("asc", "desc", "nulls")), len(piece))
    inner = piece[:end]
    if inner[0].text == "(":
        inside, after = enclosed(inner, 0)
        inner = inside if after == len(inner) else inner
    return IndexKey(expression=_between(text, inner), descending=descending)


def _name(listed: list[Token], index: int) -> tuple[str, int]:
    """The name at an index, its schema left out, and the index after it."""
    while index < len(listed) and listed[index].keyword in ("if", "not", "exists", "only"):
        index += 1
    if index >= len(listed) or not listed[index].name:
        return "", index
    name = listed[index].name
    index += 1
    while index + 1 < len(listed) and listed[index].text == "." and listed[index + 1].name:
        name, index = listed[index + 1].name, index + 2
    return name, index


def _between(text: str, listed: Iterable[Token]) -> str:
    """The text that some neighbouring tokens cover, blanks made single."""
    found = list(listed)
    return " ".join(text[found[0].start : found[-1].end].split()) if found else ""
