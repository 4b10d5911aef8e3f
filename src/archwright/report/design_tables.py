"""The tables of DESIGN.md: data, API, load and capacity."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.blueprint import Blueprint
from archwright.model.physical import BodyField, Grant, ParameterIn, Route, Table
from archwright.report.design_answer import of_kind
from archwright.report.markdown_table import literal, table, text


def data(blueprint: Blueprint) -> Iterator[str]:
    """Every table with its columns, constraints and indexes."""
    for item in blueprint.physical.tables:
        yield ""
        yield f"### {text(item.name)}"
        yield ""
        yield from table(
            ("column", "type", "null", "default", "notes"), (_column(item, n) for n in range(len(item.columns)))
        )
        rules = [f"key {literal(', '.join(item.key))}"] if item.key else []
        rules += [f"unique {literal(', '.join(unique.columns))}" for unique in item.uniques]
        rules += [
            f"{literal(', '.join(key.columns))} refers to {literal(key.target)}, on delete {key.on_delete.value}"
            for key in item.foreign_keys
        ]
        rules += [f"check {literal(check.expression)}" for check in item.checks]
        for index in item.indexes:
            keys = ", ".join(key.expression + (" DESC" if key.descending else "") for key in index.keys)
            where = f" where {literal(index.where)}" if index.where else ""
            kind = "unique index" if index.unique else "index"
            method = f" {index.method}" if index.method != "btree" else ""
            served = f" for {text(', '.join(index.serves))}" if index.serves else ""
            rules.append(f"{kind}{method} {literal(keys)}{where}{served}")
        yield ""
        yield from (f"- {rule}" for rule in rules)


def _column(item: Table, number: int) -> tuple[str, ...]:
    column = item.columns[number]
    notes = [word for word, said in (("personal data", column.pii), ("secret", column.secret)) if said]
    default = "numbered by the database" if column.identity else literal(column.default or "")
    return literal(column.name), literal(column.type), "yes" if column.nullable else "", default, ", ".join(notes)


def api(blueprint: Blueprint) -> Iterator[str]:
    """Every route: who may call it, what it takes, what it answers."""
    yield from table(
        ("operation", "route", "who", "takes", "answers", "problems"),
        (
            (
                text(route.operation),
                literal(f"{route.method} {route.path}"),
                text("; ".join(_grant(grant) for grant in route.grants) or "nobody yet"),
                text(_takes(route)),
                text(_answers(route)),
                ", ".join(str(code) for code in route.errors),
            )
            for route in blueprint.physical.routes
        ),
    )


def _grant(grant: Grant) -> str:
    return grant.role + (f" (own rows: {grant.owner.table}.{grant.owner.column})" if grant.owner is not None else "")


def _takes(route: Route) -> str:
    query = [p.name + ("" if p.required else "?") for p in route.parameters if p.located is ParameterIn.QUERY]
    parts = [", ".join(query)] if query else []
    if route.body:
        parts.append("body " + _fields(route.body))
    if route.idempotency_key:
        parts.append("Idempotency-Key")
    return "; ".join(parts)


def _answers(route: Route) -> str:
    shown = _fields(route.response) if route.response else ""
    page = (
        f", {route.pagination.size} a page, at most {route.pagination.maximum}" if route.pagination is not None else ""
    )
    return f"{route.status} {shown}{page}".rstrip()


def _fields(fields: tuple[BodyField, ...]) -> str:
    return "{" + ", ".join(f.name + (f" [{_fields(f.items)}]" if f.items else "") for f in fields) + "}"


def load(blueprint: Blueprint) -> Iterator[str]:
    """What the brief asks of every operation."""
    yield from table(
        ("operation", "rate", "peak", "p95", "may be stale"),
        (
            (
                text(o.name),
                *(
                    "" if value is None else text(str(value))
                    for value in (o.load.rate, o.load.peak, o.load.p95, o.load.stale)
                ),
            )
            for o in blueprint.system.operations
        ),
    )


def sizes(blueprint: Blueprint) -> Iterator[str]:
    """The numbers behind the sizes that were chosen."""
    chosen = [d for kind in ("capacity", "pool", "store", "storage", "durability") for d in of_kind(blueprint, kind)]
    yield from table(
        ("what", "choice", "number", "value", "where from"),
        (
            (
                text(d.title) if first else "",
                text(d.choice) if first else "",
                text(e.name),
                text(e.value),
                text(e.source),
            )
            for d in chosen
            for first, e in ((number == 0, e) for number, e in enumerate(d.evidence))
        ),
    )
