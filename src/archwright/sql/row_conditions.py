"""Which rows of which tables a statement concerns, as far as its text tells by comparisons joined with AND."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from archwright.sql.tokens import Token, enclosed, split, statements

_OPERATORS = frozenset({"=", "<>", "!=", "<", "<=", ">", ">="})
_NOW = frozenset({"now", "current_timestamp", "current_date", "localtimestamp"})
_CLAUSES = frozenset(
    {
        "where",
        "group",
        "order",
        "limit",
        "offset",
        "having",
        "for",
        "returning",
        "union",
        "intersect",
        "except",
        "window",
        "fetch",
    }
)
_JOINS = frozenset({"join", "left", "right", "inner", "cross", "full", "natural", "outer", "lateral", "on", "using"})


class Through(NamedTuple):
    """`column OP (SELECT table.column FROM table WHERE table.key = ...)`."""

    table: str
    column: str
    key: str


class Compared(NamedTuple):
    """One comparison that every row concerned satisfies.

    column: of the table itself, or `table.column` of a table that is joined with it. One of the other fields is set:
    parameter (`1` for $1, the first %s or the first ?; a name for :name and %(name)s), literal or through.
    """

    column: str
    operator: str
    parameter: str = ""
    literal: str | None = None
    """A constant as written without its quotes; `now` for the present time."""
    through: Through | None = None


class Rows(NamedTuple):
    """The rows of one table that a statement reads or writes; `kind`: read, insert, update or delete."""

    table: str
    kind: str
    compared: tuple[Compared, ...] = ()
    values: tuple[Compared, ...] = ()
    """What an INSERT gives its columns, where that is a parameter or a constant."""
    fields: tuple[str, ...] = ()
    """The columns that an INSERT or UPDATE names."""
    skips_locked: bool = False
    """True for a SELECT that takes rows which nobody else has: the consumer of a queue."""
    ignores_conflict: bool = False
    """True for an INSERT that does nothing where the row exists."""


def rows_of(text: str) -> tuple[Rows, ...]:
    """The rows that each statement of a text concerns, the main table first; those of sub-selects in FROM follow."""
    found: list[Rows] = []
    for statement in statements(text):
        _statement(_numbered(statement), found)
    return tuple(found)


def _numbered(listed: list[Token]) -> list[Token]:
    """The tokens with each parameter as one token of the kind `parameter`, its text the parameter's key."""
    made: list[Token] = []
    count = 0
    index = 0
    while index < len(listed):
        token = listed[index]
        after = listed[index + 1] if index + 1 < len(listed) else None
        key, length = "", 1
        if token.kind == "sign" and after is not None and after.start == token.end:
            if (token.text == "$" and after.kind == "number") or (token.text == ":" and after.kind == "word"):
                key, length = after.text, 2
            elif token.text == "%" and after.text == "s":
                count += 1
                key, length = str(count), 2
            elif token.text == "%" and after.text == "(" and index + 4 < len(listed) and listed[index + 4].text == "s":
                key, length = listed[index + 2].text, 5
        if token.text == "?" and token.kind == "sign":
            count += 1
            key = str(count)
        made.append(Token("parameter", key, token.start, listed[index + length - 1].end) if key else token)
        index += length
    return made


def _statement(listed: list[Token], found: list[Rows]) -> None:
    while listed and listed[0].text == "(" and enclosed(listed, 0)[1] == len(listed):
        listed = enclosed(listed, 0)[0]
    word = listed[0].keyword if listed else ""
    if word == "with":
        rest = _common(listed, found)
        if rest and rest[0].keyword != "with":
            _statement(rest, found)
    elif word == "select":
        _select(listed, found)
    elif word == "insert":
        _insert(listed, found)
    elif word == "update" and len(listed) > 1:
        table, alias, index = _table(listed, 1)
        set_at = _clause(listed, index, ("set",))
        end = _clause(listed, set_at + 1, ("from", "where", "returning", "order", "limit"))
        fields = tuple(part[0].name for part in split(listed[set_at + 1 : end]) if part[0].name)
        _changed((table, alias), "update", listed, set_at, found, fields)
    elif word == "delete" and len(listed) > 2:
        table, alias, index = _table(listed, 2)
        _changed((table, alias), "delete", listed, index, found)


def _common(listed: list[Token], found: list[Rows]) -> list[Token]:
    """Reads the parts of WITH; the statement after them."""
    index = 1
    while index < len(listed):
        if listed[index].text == "(":
            inner, index = enclosed(listed, index)
            if inner and inner[0].keyword in ("select", "insert", "update", "delete", "with"):
                _statement(inner, found)
        elif listed[index].keyword in ("select", "insert", "update", "delete"):
            return listed[index:]
        else:
            index += 1
    return []


def _changed(
    target: tuple[str, str], kind: str, listed: list[Token], start: int, found: list[Rows], fields: tuple[str, ...] = ()
) -> None:
    table, alias = target
    tables = {table: table, alias: table} if table else {}
    from_at = _clause(listed, start, ("from", "using", "where"))
    if from_at < len(listed) and listed[from_at].keyword != "where":
        tables.update({alias: name for alias, name in _sources(listed, from_at + 1, found) if name})
    compared = list(_where(listed, start, tables, table, found))
    if table:
        found.append(Rows(table, kind, _own(table, compared), fields=fields))


def _select(listed: list[Token], found: list[Rows]) -> None:
    from_at = _clause(listed, 1, ("from",))
    if from_at == len(listed):
        return
    place = len(found)
    sources = list(_sources(listed, from_at + 1, found))
    tables = {alias: name for alias, name in sources if name}
    first = next((name for _, name in sources if name), "")
    compared = list(_where(listed, from_at, tables, first, found))
    skips = any(a.keyword == "skip" and b.keyword == "locked" for a, b in pairwise(listed))
    names = list(dict.fromkeys(name for _, name in sources if name))
    found[place:place] = [Rows(name, "read", _own(name, compared), skips_locked=skips) for name in names]


def _own(table: str, compared: Sequence[tuple[str, Compared]]) -> tuple[Compared, ...]:
    return tuple(
        each if holder == table or "." in each.column else each._replace(column=f"{holder}.{each.column}")
        for holder, each in compared
    )


def _insert(listed: list[Token], found: list[Rows]) -> None:
    into = _clause(listed, 1, ("into",))
    if into + 1 >= len(listed):
        return
    table, _, index = _table(listed, into + 1)
    names: list[str] = []
    if index < len(listed) and listed[index].text == "(":
        inner, index = enclosed(listed, index)
        names = [part[0].name for part in split(inner)]
    given: list[list[Token]] = []
    if index < len(listed) and listed[index].keyword == "values" and index + 1 < len(listed):
        given = split(enclosed(listed, index + 1)[0])
    elif index < len(listed) and listed[index].keyword == "select":
        given = split(listed[index + 1 : _clause(listed, index + 1, ("from",))])
        _select(listed[index:], found)
    values = []
    for name, tokens in zip(names, given, strict=False):
        value = _value(tokens)
        if value is not None:
            values.append(value._replace(column=name, operator="="))
    words = [token.keyword for token in listed]
    ignores = any(words[n : n + 2] == ["do", "nothing"] for n in range(len(words))) or words[1:2] == ["ignore"]
    found.append(Rows(table, "insert", values=tuple(values), fields=tuple(names), ignores_conflict=ignores))


# --- FROM -------------------------------------------------------------------------------------------------
def _sources(listed: list[Token], start: int, found: list[Rows]) -> Iterator[tuple[str, str]]:
    """(alias, table) of what FROM names; the table is empty for a sub-select or a function."""
    index = start
    while index < len(listed) and listed[index].keyword not in _CLAUSES:
        token = listed[index]
        before = listed[index - 1]
        if token.text == "(":
            inner, after = enclosed(listed, index)
            if inner and inner[0].keyword == "select":
                _select(inner, found)
            index = after
        elif token.kind in ("word", "quoted") and (
            before.keyword in ("from", "join", "lateral", "using", "only") or before.text == ","
        ):
            if token.keyword in _JOINS or token.keyword in ("only", "select"):
                index += 1
                continue
            name, alias, index = _table(listed, index)
            yield alias, name
        else:
            index += 1


def _table(listed: list[Token], index: int) -> tuple[str, str, int]:
    """(table, alias, index after): the table is empty for a function."""
    while index < len(listed) and listed[index].keyword in ("only", "lateral"):
        index += 1
    if index >= len(listed):
        return "", "", index
    name = listed[index].name
    index += 1
    while index + 1 < len(listed) and listed[index].text == "." and listed[index + 1].name:
        name = listed[index + 1].name
        index += 2
    function = index < len(listed) and listed[index].text == "(" and listed[index].start == listed[index - 1].end
    if function and index >= 2 and listed[index - 2].keyword != "into":
        _, index = enclosed(listed, index)
        name = ""
    alias = name
    if index < len(listed) and listed[index].keyword == "as":
        index += 1
    if (
        index < len(listed)
        and listed[index].kind in ("word", "quoted")
        and listed[index].keyword not in _CLAUSES | _JOINS | {"set", "values", "select", "default", "on"}
    ):
        alias = listed[index].name
        index += 1
    return name, alias, index


def _clause(listed: list[Token], start: int, words: tuple[str, ...]) -> int:
    """The index of a keyword outside of parentheses; the length where there is none."""
    index = start
    while index < len(listed):
        if listed[index].text == "(":
            _, index = enclosed(listed, index)
            continue
        if listed[index].keyword in words:
            return index
        index += 1
    return len(listed)


# --- WHERE ------------------------------------------------------------------------------------------------
def _where(
    listed: list[Token], start: int, tables: dict[str, str], first: str, found: list[Rows]
) -> Iterator[tuple[str, Compared]]:
    """(table, comparison) for each conjunct; the names of the columns of `first` stand without a table."""
    at = _clause(listed, start, ("where",))
    if at == len(listed):
        return
    end = _clause(listed, at + 1, ("group", "order", "limit", "offset", "for", "returning", "union", "having", "fetch"))
    yield from _conjuncts(listed[at + 1 : end], tables, first, found)


def _conjuncts(
    listed: list[Token], tables: dict[str, str], first: str, found: list[Rows]
) -> Iterator[tuple[str, Compared]]:
    parts: list[list[Token]] = [[]]
    depth = 0
    between = False
    for token in listed:
        depth += (token.text == "(") - (token.text == ")") if token.kind == "sign" else 0
        if depth == 0 and token.keyword == "or":
            return
        if depth == 0 and token.keyword == "between":
            between = True
        if depth == 0 and token.keyword == "and" and not between:
            parts.append([])
            continue
        if depth == 0 and token.keyword == "and":
            between = False
        parts[-1].append(token)
    for part in parts:
        yield from _conjunct(part, tables, first, found)


def _conjunct(
    part: list[Token], tables: dict[str, str], first: str, found: list[Rows]
) -> Iterator[tuple[str, Compared]]:
    if part and part[0].text == "(" and enclosed(part, 0)[1] == len(part):
        yield from _conjuncts(enclosed(part, 0)[0], tables, first, found)
        return
    if part and part[0].keyword == "exists" and len(part) > 1:
        yield from _exists(enclosed(part, 1)[0], tables, found)
        return
    left = _column(part, tables, first)
    if left is None:
        if len(part) > 2 and part[0].kind == "parameter" and part[1].text == "=":
            right = _column(part[2:], tables, first)
            if right is not None and right[2] == len(part) - 2:
                yield right[0], Compared(right[1], "=", parameter=part[0].text)
        return
    holder, name, index = left
    if index >= len(part):
        return
    operator = "=" if part[index].keyword == "in" else part[index].text
    if operator not in _OPERATORS:
        return
    if part[index].keyword == "in" and not (index + 2 < len(part) and part[index + 2].keyword == "select"):
        return
    value = _value(part[index + 1 :], found)
    if value is not None:
        yield holder, value._replace(column=name, operator="!=" if operator == "<>" else operator)


def _exists(inner: list[Token], tables: dict[str, str], found: list[Rows]) -> Iterator[tuple[str, Compared]]:
    """The comparisons of a correlated sub-select: conditions on the row that this row leads to."""
    if not inner or inner[0].keyword != "select":
        return
    from_at = _clause(inner, 1, ("from",))
    sources = list(_sources(inner, from_at + 1, found))
    below = {alias: name for alias, name in sources if name}
    if not below:
        return
    correlated = any(
        inner[n].name in tables and inner[n + 1].text == "." and inner[n - 1].text == "="
        for n in range(from_at, len(inner) - 1)
    )
    if correlated:
        first = next(iter(below.values()))
        found.extend(Rows(name, "lookup") for name in below.values())
        for holder, each in _where(inner, from_at, {**tables, **below}, first, found):
            yield holder, each if "." in each.column else each._replace(column=f"{holder}.{each.column}")


def _column(part: list[Token], tables: dict[str, str], first: str) -> tuple[str, str, int] | None:
    """(table, column, length) of the column at the start; None where there is none."""
    if not part or part[0].kind not in ("word", "quoted"):
        return None
    if len(part) > 2 and part[1].text == "." and part[2].name:
        return tables.get(part[0].name, part[0].name), part[2].name, 3
    if len(part) > 1 and part[1].text == "(":
        return None
    return first, part[0].name, 1


def _value(tokens: list[Token], found: list[Rows] | None = None) -> Compared | None:
    """The right side of a comparison, where it is one parameter, one constant, or a look-up of one row."""
    while len(tokens) >= 3 and tokens[-2].text == "::":
        tokens = tokens[:-2]
    if len(tokens) >= 4 and tokens[-2].text == "[" and tokens[-4].text == "::":
        tokens = tokens[:-4]
    if not tokens:
        return None
    head = tokens[0]
    if head.keyword == "any" and len(tokens) > 2:
        return _value(enclosed(tokens, 1)[0])
    if head.text == "(" and enclosed(tokens, 0)[1] == len(tokens):
        inner = enclosed(tokens, 0)[0]
        if inner and inner[0].keyword == "select":
            return _looked_up(inner, found)
        return _value(inner, found)
    if head.kind == "parameter" and (len(tokens) == 1 or tokens[1].text == "::"):
        return Compared("", "", parameter=head.text)
    if head.keyword in _NOW and (len(tokens) == 1 or [t.text for t in tokens[1:]] == ["(", ")"]):
        return Compared("", "", literal="now")
    if len(tokens) == 1 and head.kind == "text":
        return Compared("", "", literal=head.text.partition("'")[2][:-1].replace("''", "'"))
    if len(tokens) == 1 and (head.kind == "number" or head.keyword in ("true", "false")):
        return Compared("", "", literal=head.text.lower())
    return None


def _looked_up(inner: list[Token], found: list[Rows] | None) -> Compared | None:
    from_at = _clause(inner, 1, ("from",))
    chosen = inner[1:from_at]
    below: list[Rows] = []
    sources = list(_sources(inner, from_at + 1, below))
    tables = {alias: name for alias, name in sources if name}
    if not tables:
        return None
    first = next(iter(tables.values()))
    column = _column(chosen, tables, first)
    if found is not None:
        found.extend(Rows(name, "lookup") for name in tables.values())
    if column is None or column[2] != len(chosen):
        return None
    for holder, each in _where(inner, from_at, tables, first, below):
        if each.parameter and each.operator == "=":
            return Compared(
                "", "", parameter=each.parameter, through=Through(column[0], column[1], f"{holder}.{each.column}")
            )
    return None
