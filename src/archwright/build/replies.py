"""What comes out of an operation: the columns read, and the models that describe the reply."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.build.inputs import add
from archwright.build.names import attribute, camel
from archwright.build.project_names import Names
from archwright.build.python import Imports, docstring, string
from archwright.build.types import PythonType, optional, reply_type
from archwright.build.wrap import wrap
from archwright.model.physical import BodyField, Embed, Route, Table

_DECIMAL = PythonType("Decimal", (("decimal", "Decimal"),))
FIGURES = {
    "int": PythonType("int"),
    "float": PythonType("float"),
    "timestamp": PythonType("datetime", (("datetime", "datetime"),)),
    "date": PythonType("date", (("datetime", "date"),)),
    "text": PythonType("str"),
}
"""What a figure of a logical type is in a reply; all others are decimals."""


@dataclass(frozen=True)
class Selected:
    """The columns a statement reads: those shown, and those only needed on the way."""

    shown: tuple[str, ...]
    hidden: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Shown, then hidden."""
        return (*self.shown, *self.hidden)


def selected(route: Route, table: Table) -> Selected:
    """The columns of the route's own table: what the reply shows, what the cursor and the embedded rows need."""
    embedded = {embed.name for embed in route.embeds}
    shown = tuple(field.name for field in route.response if field.name not in embedded and table.column(field.name))
    needed = [sort.field for sort in route.pagination.order] if route.pagination else []
    needed += [column for embed in route.embeds for column in embed.parent_columns]
    return Selected(shown, tuple(dict.fromkeys(column for column in needed if column not in shown)))


def embedded_columns(route: Route, embed: Embed) -> Selected:
    """The columns of an embedded table."""
    shown = tuple(field.name for field in _field(route, embed).items)
    return Selected(shown, tuple(column for column in embed.columns if column not in shown))


def reply_models(names: Names, route: Route, prefix: str, imports: Imports) -> list[list[str]]:
    """The classes of the reply: one for each embedded table, the record, and the page where it is a list."""
    table = names.table(route)
    if not route.response:
        return []
    imports.add(f"{names.package}.web.fields", "Reply")
    classes: list[list[str]] = []
    record = f"{prefix}Item" if route.pagination else f"{prefix}Reply"
    lines = [f"class {record}(Reply):", *docstring(_about(names, table), 4), ""]
    for field in route.response:
        embed = next((embed for embed in route.embeds if embed.name == field.name), None)
        if route.figures and field.items:
            inner = f"{prefix}Group"
            classes.append(_record(names, inner, table, field.items, imports))
            type_ = PythonType(f"list[{inner}]")
        elif embed is not None:
            inner = f"{prefix}{camel(embed.name)}"
            classes.append(_record(names, inner, names.tables[embed.table], field.items, imports))
            type_ = PythonType(f"list[{inner}]" if embed.many else f"{inner} | None")
        else:
            type_ = _type(names, table, field)
        lines += _line(field.name, type_, names, imports)
    classes.append(lines)
    if route.pagination:
        classes.append(
            [
                f"class {prefix}Page(Reply):",
                *docstring("A page; `next` is the cursor of the one after.", 4),
                "",
                f"    items: list[{record}]",
                "    next: str | None",
            ]
        )
    return classes


def reply_class(route: Route, prefix: str) -> str:
    """The class of the whole reply."""
    return f"{prefix}Page" if route.pagination else f"{prefix}Reply"


def _record(names: Names, name: str, table: Table | None, fields: tuple[BodyField, ...], imports: Imports) -> list[str]:
    lines = [f"class {name}(Reply):", *docstring(_about(names, table), 4), ""]
    for field in fields:
        lines += _line(field.name, _type(names, table, field), names, imports)
    return lines


def _type(names: Names, table: Table | None, field: BodyField) -> PythonType:
    column = table.column(field.name) if table is not None else None
    if table is not None and column is not None:
        return reply_type(names.entity(table), column)
    total = FIGURES.get(field.type, _DECIMAL)
    return total if field.required else optional(total)


def _line(name: str, type_: PythonType, names: Names, imports: Imports) -> list[str]:
    add(imports, names, type_)
    own = attribute(name)
    if own == name:
        return wrap(f"    {name}: {type_.text}")
    imports.add("pydantic", "Field")
    return wrap(f"    {own}: {type_.text} = Field(alias={string(name)})")


def _about(names: Names, table: Table | None) -> str:
    return f"{names.entity_name(table)}, as this operation shows it." if table is not None else "The reply."


def _field(route: Route, embed: Embed) -> BodyField:
    return next(field for field in route.response if field.name == embed.name)
