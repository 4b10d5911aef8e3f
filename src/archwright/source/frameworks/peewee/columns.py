"""Columns of Peewee in expressions: comparisons that become conditions, names in orders and selections, fields that are written."""

from __future__ import annotations

from typing import Any, Final

from archwright.source.flow.stores import keep_all
from archwright.source.flow.values import ALL_USES, Query, Val, clean, deep_origins, join_origins
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.shared.names import assigns
from archwright.source.frameworks.shared.queries import UNREAD, conditioned

ORM: Final = "peewee"
OPERATORS: Final = {
    "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "<<": "in", "%": "like", "**": "ilike", ">>": "is",
}  # fmt: skip
COMPARES: Final = {
    "in_": "in", "not_in": "not in", "is_null": "is null", "contains": "icontains", "startswith": "istartswith",
    "endswith": "iendswith", "between": "between", "regexp": "regex", "like": "like", "ilike": "ilike",
}  # fmt: skip


def expression(entity: str | None, name: str) -> Val:
    """An expression over columns, or a column itself."""
    return Val(("query", Query(ORM, entity, -1, 0, flags=frozenset({"expression"}), via=("column", name))))


def is_expression(value: Val) -> bool:
    """True for a column or what is made of columns."""
    return (
        value.type is not None
        and value.type[0] == "query"
        and value.type[1].orm == ORM
        and "expression" in value.type[1].flags
    )


def named(value: Val) -> str:
    """The column that an expression is, as an order names it."""
    return str(value.type[1].via[1]) if is_expression(value) and value.type is not None and value.type[1].via else "?"


def entity_of(value: Val) -> str | None:
    """The model that a class is, or that an expression is about; None for anything else."""
    if value.type is not None and value.type[0] == "class":
        return str(value.type[1].name)
    return value.type[1].entity if is_expression(value) and value.type is not None else None


def compared(column: Val, others: list[Val], operator: str | None) -> Val:
    """`Tweet.text == x`: a condition; any other call of a column is an expression."""
    query: Query = column.type[1]  # type: ignore[index]
    origins = join_origins(column.origins, clean(tuple(o for v in others for o in deep_origins(v)), ALL_USES))
    if operator is None or query.via is None:
        if query.via is not None and not others:  # `.desc()`, `.asc()`
            return column
        return Val(("query", query._replace(via=None, filters=())), origins)
    told, asked = conditioned(
        query._replace(filters=()), None, [((str(query.via[1]), operator), others[0] if others else None)]
    )
    return Val(("query", told._replace(via=None)), origins, asked=asked)


def conditions(call: CallSite, *, key: bool = False) -> list[tuple[tuple[str, str], Val | None]]:
    """What the arguments of a call ask of a row, with the values; key: its first argument is the key."""
    told: list[tuple[tuple[str, str], Val | None]] = []
    if key:
        return [(("id", "="), call.args[0] if call.args else None)]
    for value in call.args:
        if is_expression(value) and value.type is not None and value.type[1].filters:
            told += [(each, (value.asked or {}).get(each)) for each in value.type[1].filters]
        else:
            told.append((UNREAD, None))
    told += [((name.replace("__", "."), "="), each) for name, each in call.keywords.items() if name != "defaults"]
    return told + ([(UNREAD, None)] if call.spread else [])


def columns_of(query: Query, args: list[Val]) -> tuple[str, ...]:
    """The columns that a selection names; none where it takes more than columns of the one model."""
    names = [named(value) for value in args]
    return (
        tuple(names)
        if all(is_expression(v) and entity_of(v) == query.entity for v in args) and "?" not in names
        else ()
    )


def fields_of(call: CallSite) -> tuple[str, ...]:
    """The fields that a call writes."""
    found = dict.fromkeys(name for name in call.keywords if name != "defaults")
    for value in call.args:
        rows = [value, *(value.items or {}).values()] if value.type == ("list",) else [value]
        found.update(
            dict.fromkeys(key for row in rows for key in row.items or {} if isinstance(key, str) and key != "*")
        )
    defaults = call.keywords.get("defaults")
    found.update(
        dict.fromkeys(str(key) for key in (defaults.items or {} if defaults is not None else {}) if key != "*")
    )
    return tuple(found)


def keep_fields(call: CallSite, entity: str | None) -> None:
    """The values that a call writes, under their fields' names or in mappings, are kept in rows."""
    given = [value for name, value in call.keywords.items() if name == "defaults"]
    named = {name: value for name, value in call.keywords.items() if name != "defaults"}
    for value in call.args:
        given += [*(value.items or {}).values()] if value.type == ("list",) else [value]
    assigns(call, entity, f"{call.name}(…)", (*given, *call.spread))
    keep_all(call.frame, call.position, entity, named, (*given, *call.spread))


def sent(call: CallSite) -> tuple[Any, ...]:
    """What the arguments bring: a driver sends it apart from the text."""
    return tuple(clean(tuple(o for value in call.values() for o in deep_origins(value)), ALL_USES))


def operated(op: str, left: Val, right: Val) -> Val | None:
    """An operator between expressions; None where neither side is one."""
    if is_expression(left) and op in OPERATORS:
        return compared(left, [right], OPERATORS[op])
    if is_expression(right) and op in OPERATORS and not is_expression(left):
        return compared(right, [left], OPERATORS[op])
    if op not in ("&", "|"):
        return expression(None, "") if is_expression(left) or is_expression(right) else None
    sides = [side for side in (left, right) if is_expression(side)]
    if not sides:
        return None
    filters = tuple(each for side in sides for each in (side.type[1].filters if side.type is not None else ()))
    whole = op == "&" and len(sides) == 2
    query = Query(ORM, None, -1, 0, flags=frozenset({"expression"}), filters=filters if whole else (UNREAD,))
    asked = {key: item for side in sides for key, item in (side.asked or {}).items()}
    return Val(("query", query), join_origins(left.origins, right.origins), asked=asked if whole else None)
