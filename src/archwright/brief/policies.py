"""Who may call an operation: roles, ownership, conditions on the row and on the caller."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.brief.kinds import Either, Listed, Scope, Short
from archwright.brief.lexicon import FIELD_PATH, LABEL, LABEL_NAME, PATH, QUOTED, scalar
from archwright.brief.nodes import quote
from archwright.brief.table import Built, Entry, Table, Values
from archwright.brief.words import Stream, Word

OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
CALLER = "caller"


@dataclass(frozen=True, slots=True)
class WhenDraft:
    """A condition as written: a field path, an operator, and a constant or `caller.path`."""

    field: Word
    operator: str
    value: Word


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """One way to be allowed."""

    role: Word
    owns: Word | None = None
    when: tuple[WhenDraft, ...] = ()


def _condition(stream: Stream, scope: Scope) -> WhenDraft | None:
    first = stream.take_name()
    operator = stream.accept(*OPERATORS) if first is not None else None
    value = stream.take_name() if operator is not None else None
    if first is None or operator is None or value is None:
        at = stream.peek()
        scope.note(at or stream.end, f"{scope.path}: a condition is not complete", "write when status = open")
        return None
    field = FIELD_PATH.read(scalar(first), scope)
    return None if field is None else WhenDraft(field, operator.text, value)


def _conditions(stream: Stream, scope: Scope) -> tuple[WhenDraft, ...] | None:
    found = []
    while True:
        condition = _condition(stream, scope)
        if condition is None:
            return None
        found.append(condition)
        if not stream.accept("and"):
            return tuple(found)


def _policy(stream: Stream, scope: Scope) -> PolicyDraft | None:
    first = stream.take()
    assert first is not None
    role = LABEL_NAME.read(scalar(first), scope)
    owns: Word | None = None
    when: tuple[WhenDraft, ...] | None = ()
    if stream.accept("owns"):
        path = stream.take_name()
        if path is None:
            scope.note(stream.end, f"{scope.path}: nothing stands after owns", "write shopper owns customer")
            return None
        owns = FIELD_PATH.read(scalar(path), scope)
        if owns is None:
            return None
    if stream.accept("when"):
        when = _conditions(stream, scope)
    following = stream.peek()
    if following is not None and when is not None:
        hint = (
            "write each role as an item of a list"
            if following.text in {"or", "|"}
            else "write shopper owns customer when status = open"
        )
        scope.note(following, f"{quote(following.text)} is not understood in {scope.path}", hint)
        return None
    return None if role is None or when is None else PolicyDraft(role, owns, when)


def _long(values: Values, _scope: Scope) -> PolicyDraft | None:
    role = values.get("role")
    return None if role is None else PolicyDraft(role, values.get("owns"), values.get("when", ()))


_TERM = rf"{PATH}\s*(=|!=|<|<=|>|>=)\s*({QUOTED}|[^\s<>=|!\"']+)"
_WHEN = rf"{_TERM}(\s+and\s+{_TERM})*"
WHEN = Short(_conditions, rf"\s*{_WHEN}\s*", "a condition such as status = open, or clinic = caller.clinic")
_TABLE = Table(
    "policy_long",
    "One way to be allowed, in full",
    (
        Entry("role", LABEL_NAME, "A role of `roles`, `anyone` or `authenticated`.", "shopper", required=True),
        Entry("owns", FIELD_PATH, "The path from the row to the caller: the caller's own rows only.", "customer"),
        Entry("when", WHEN, "Conditions on the row, joined by `and`.", "status = open"),
    ),
)
WHO = Listed(
    Either(
        "policy",
        Short(
            _policy,
            rf"\s*{LABEL}(\s+owns\s+{PATH})?(\s+when\s+{_WHEN})?\s*",
            "a role, such as staff, or shopper owns customer",
        ),
        Built(_TABLE, _long),
    )
)
