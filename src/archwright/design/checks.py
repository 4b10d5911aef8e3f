"""Check constraints: what must hold of every row, held where every writer passes.

Bounds (`>= 0`), the values of an enum, the length of texts, and the brief's rules about one row become CHECKs. A rule over
several rows (`Order.total = sum(...)`) can't be one: it is recorded as held by the transaction of the operations that write
it, and the proof queries for it. Source: PostgreSQL documentation, 5.5.1 (a check must look at its own row only).
"""

from __future__ import annotations

import msgspec

from archwright.brief.expression import Expression, paths
from archwright.design import assumption
from archwright.design.draft import Draft, Stage
from archwright.design.expression import NoCheckError, aggregated, is_condition, owners, parse, render
from archwright.design.keyed_fields import keyed_fields
from archwright.model.base import Place
from archwright.model.decision import Alternative, Decision, Evidence
from archwright.model.entity import Entity, Field, Type
from archwright.model.physical import CheckConstraint
from archwright.sql.identifier import fit_name, quote_identifier
from archwright.sql.literal import quote_literal


def decide(draft: Draft) -> None:
    """Add the checks of fields, then those of rules; record what can't be a check."""
    every: list[CheckConstraint] = []
    for entity in draft.system.entities:
        table = draft.table_of(entity.name)
        checks: list[CheckConstraint] = []
        for field in entity.fields:
            for column in draft.columns_of(entity.name, field.name)[:1]:
                checks += field_checks(draft, entity, field, column)
        every += checks
        draft.put_table(msgspec.structs.replace(table, checks=tuple(checks)))
    if every:
        _record_fields(draft, tuple(every))
    for entity in draft.system.entities:
        for check in entity.checks:
            _rule(draft, check.expression, entity, entity.place)
    for rule in draft.system.rules:
        if rule.prose:
            _record_rule(draft, rule.text, "held by nothing that a machine checks", _source(rule.place), ())
        else:
            _rule(draft, rule.text, None, rule.place)


def field_checks(draft: Draft, entity: Entity, field: Field, column: str) -> list[CheckConstraint]:
    """The checks of one column: its values, its bounds, its length, its case."""
    table = draft.table_names[entity.name]
    quoted = quote_identifier(column)
    found: list[tuple[str, str]] = []
    if field.type is Type.ENUM and field.values:
        found.append(("values", f"{quoted} IN ({', '.join(quote_literal(value) for value in field.values)})"))
    if field.bounds:
        found.append(("bounds", " AND ".join(f"{quoted} {b.operator} {quote_literal(b.value)}" for b in field.bounds)))
    if field.relation is None and field.type in {Type.TEXT, Type.EMAIL, Type.URL, Type.UNKNOWN}:
        found.append(("length", f"char_length({quoted}) <= {text_length(draft, entity, field)}"))
    if field.type is Type.EMAIL:
        found.append(("lower", f"{quoted} = lower({quoted})"))
    if field.type is Type.JSON:
        found.append(
            ("size", f"octet_length({quoted}::text) <= {field.max_length or int(assumption.JSON_BYTES.value)}")
        )
    if field.type is Type.BYTES:
        found.append(("size", f"octet_length({quoted}) <= {field.max_length or int(assumption.BYTES_LENGTH.value)}"))
    return [CheckConstraint(name=fit_name(f"{table}_{column}_{kind}"), expression=text) for kind, text in found]


def text_length(draft: Draft, entity: Entity, field: Field) -> int:
    """The most characters of a text field: as declared, or a default that fits its use."""
    if field.max_length is not None:
        return field.max_length
    if field.type is Type.EMAIL:
        return int(assumption.EMAIL_LENGTH.value)
    keyed = field.name in keyed_fields(draft.system, entity)
    if field.type is Type.URL and not keyed:
        return int(assumption.URL_LENGTH.value)
    return int((assumption.KEYED_TEXT_LENGTH if keyed else assumption.TEXT_LENGTH).value)


def _rule(draft: Draft, text: str, home: Entity | None, place: Place | None) -> None:
    source = _source(place)
    try:
        expression, entity = _one_row(draft, parse(text), home)
        condition = render(expression, draft, entity)
    except NoCheckError as error:
        _record_rule(draft, text, f"held by the transaction that writes it: {error}", source, ())
        return
    table = draft.table_of(entity.name)
    fields = dict.fromkeys(path.parts[-1] for path in paths(expression))
    columns = "_".join(column for field in fields for column in draft.columns_of(entity.name, field))
    if any(check.expression == condition for check in table.checks):
        _record_rule(draft, text, "held by the check of its field", source, (f"table {table.name}",))
        return
    taken = {check.name for check in table.checks}
    name = number = fit_name(f"{table.name}_{columns}_rule")
    count = 1
    while number in taken:
        count += 1
        number = fit_name(f"{name}_{count}")
    check = CheckConstraint(name=number, expression=condition)
    draft.put_table(msgspec.structs.replace(table, checks=(*table.checks, check)))
    _record_rule(draft, text, f"CHECK ({condition})", source, (f"table {table.name}",))


def _source(place: Place | None) -> str:
    return f"given, {place}" if place else "given"


def _one_row(draft: Draft, expression: Expression, home: Entity | None) -> tuple[Expression, Entity]:
    """The expression with the one entity it speaks of. Raises NoCheckError where a check can't hold it."""
    named = owners(expression, draft) | ({home.name} if home is not None else frozenset())
    entity = draft.system.entity(next(iter(named))) if len(named) == 1 else None
    if entity is None or aggregated(expression):
        raise NoCheckError("it looks at more than one row")
    if not is_condition(expression):
        raise NoCheckError("it is no condition")
    return expression, entity


def _record_fields(draft: Draft, checks: tuple[CheckConstraint, ...]) -> None:
    draft.decide(
        Decision(
            id="check",
            title="Checks of fields",
            choice=f"{len(checks)} CHECK constraint{'s' if len(checks) != 1 else ''}: values, bounds, lengths, case",
            because="They hold for every writer: this service, the next one, and a hand at the console.",
            source="PostgreSQL documentation, 5.5.1",
            evidence=tuple(
                Evidence(name=check.name, value=check.expression, source="given, or the default length of its type")
                for check in checks
            ),
            alternatives=(
                Alternative(name="validation in the service only", because="it binds one writer of several"),
            ),
        )
    )


def _record_rule(draft: Draft, text: str, choice: str, source: str, elements: tuple[str, ...]) -> None:
    number = 1 + sum(decision.id.startswith("rule/") for decision in draft.decisions)
    held = choice.startswith(("CHECK", "held by the check"))
    draft.decide(
        Decision(
            id=f"rule/{number}",
            title=f"Rule: {text}",
            choice=choice,
            because="Every writer passes the check." if held else "A CHECK sees one row; the rule needs several.",
            source="PostgreSQL documentation, 5.5.1",
            evidence=(Evidence(name="rule", value=text, source=source),),
            alternatives=(
                Alternative(name="validation in the service only", because="it binds one writer of several")
                if held
                else Alternative(
                    name="trigger", because="it hides a write in another; one transaction already holds the rule"
                ),
            ),
            elements=elements,
        )
    )


STAGE = Stage("check", "Check constraints and rules", __doc__, decide)
