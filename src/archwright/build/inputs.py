"""What goes into an operation: parameters of the path and the query, and the models of the body."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.build.names import attribute, variable
from archwright.build.project_names import Names
from archwright.build.python import Imports, docstring, string
from archwright.build.types import FIELDS, PythonType, base_type, constrained, input_type, kind, optional
from archwright.build.wrap import wrap
from archwright.model.entity import Entity, Field, Type
from archwright.model.physical import BodyField, Column, ParameterIn, Route, RouteParameter, Table

MOST_VALUES = 100
"""Values of an `in` parameter."""
LONGEST_QUERY = 200
"""Characters of a search."""

LOCALS = frozenset(
    {
        "after",
        "attempt",
        "body",
        "connection",
        "content",
        "cursor",
        "database",
        "idempotency_key",
        "items",
        "limit",
        "principal",
        "reply",
        "request",
        "row",
        "rows",
        "written",
    }
)
"""Names that the functions of an operation use themselves."""

_QUERY_TYPES = {
    "smallint": "QuerySmallInteger",
    "integer": "QueryInteger",
    "bigint": "QueryBigInteger",
    "boolean": "QueryTruth",
    "double precision": "QueryReal",
    "real": "QueryReal",
}


@dataclass(frozen=True)
class Argument:
    """A parameter of the route as an argument of the function."""

    parameter: RouteParameter
    name: str
    text: str
    """The argument as it stands in the signature."""
    required: bool


def arguments(names: Names, route: Route, imports: Imports, taken: frozenset[str]) -> dict[str, Argument]:
    """The arguments for the parameters that are bound to columns, by the parameter's name."""
    found: dict[str, Argument] = {}
    for parameter in route.parameters:
        if parameter.name in {"cursor", "limit"} and parameter.column is None:
            continue
        name = variable(parameter.name, {*taken, *LOCALS, *(argument.name for argument in found.values())})
        found[parameter.name] = _argument(names, route, parameter, name, imports)
    return found


def _argument(names: Names, route: Route, parameter: RouteParameter, name: str, imports: Imports) -> Argument:
    table, path = names.table(route), route.path
    if parameter.steps:
        table = names.tables[parameter.steps[-1].target]
    column = table.column(parameter.column) if table is not None and parameter.column else None
    options: list[str] = []
    in_path = parameter.located is ParameterIn.PATH and f"{{{parameter.name}}}" in path
    if parameter.operator == "match" or table is None or column is None:
        type_ = PythonType("Text", ((f".{FIELDS}", "Text"),))
        options += ["min_length=1", f"max_length={LONGEST_QUERY}"]
    else:
        type_ = _parameter_type(table, names.entity(table), column)
        if parameter.operator == "in":
            type_ = PythonType(f"list[{type_.text}]", type_.imports)
            options += ["min_length=1", f"max_length={MOST_VALUES}"]
    where = "Path" if in_path else "Query"
    if name != parameter.name:
        options.append(f"alias={string(parameter.name)}")
    required = parameter.required or in_path
    if not required:
        type_ = optional(type_)
    add(imports, names, type_)
    text = type_.text
    if options or where == "Query":
        imports.add("fastapi", where)
        imports.add("typing", "Annotated")
        text = f"Annotated[{text}, {where}({', '.join(options)})]"
    return Argument(parameter, name, f"{name}: {text}" + ("" if required else " = None"), required)


def _parameter_type(table: Table, entity: Entity | None, column: Column) -> PythonType:
    """As in a body, but read from text: strict numbers would refuse it."""
    loose = _QUERY_TYPES.get(base_type(column.type)[0])
    if loose is None:
        return input_type(table, entity, column)
    return PythonType(loose, ((f".{FIELDS}", loose),))


def add(imports: Imports, names: Names, *types: PythonType) -> None:
    """Import what types need; a module that begins with `.` is the project's own."""
    for type_ in types:
        for module, name in type_.imports:
            imports.add(f"{names.package}{module}" if module.startswith(".") else module, name)


@dataclass(frozen=True)
class Target:
    """Where a field of a body goes."""

    table: Table
    column: Column
    existing: bool = False
    """Whether the value names a row that exists already."""


def targets(names: Names, route: Route, items: str = "") -> dict[str, Target]:
    """The columns that the body's fields (or those of the items of a list) fill, by the field's name."""
    found: dict[str, Target] = {}
    for step in route.writes:
        table = names.tables[step.table]
        for fill in (*step.fills, *step.match):
            inside = step.many and bool(step.items) and fill in step.fills and step.kind.value == "insert"
            if fill.name and (step.items if inside else "") == items and fill.by.value in {"body", "principal"}:
                column = table.column(fill.column)
                assert column is not None, f"{step.table}.{fill.column}"
                found.setdefault(fill.name, Target(table, column, fill in step.match))
    return found


def body_models(names: Names, route: Route, prefix: str, imports: Imports) -> list[list[str]]:
    """The classes of the body: one for each list in it, then the body itself."""
    classes: list[list[str]] = []
    update = route.writes[0].kind.value == "update" if route.writes else False
    lines: list[str] = []
    for field in route.body:
        if field.items:
            name = f"{prefix}{attribute(field.name).title().replace('_', '')}"
            classes.append(
                _model(names, field.items, targets(names, route, field.name), name, imports, items=field.name)
            )
            imports.add("typing", "Annotated")
            imports.add("pydantic", "Field")
            lines += wrap(
                f"    {_declaration(field.name, f'list[{name}]', [f'max_length={MOST_ITEMS}', 'min_length=1'], '', imports)}"
            )
    plain = tuple(field for field in route.body if not field.items)
    own = _model(names, plain, targets(names, route), f"{prefix}Body", imports, update=update)
    classes.append([*own, *lines])
    return classes


MOST_ITEMS = 1000
"""Items of a list in a body (the design's bound for the rows that one request writes)."""


def _model(
    names: Names,
    fields: tuple[BodyField, ...],
    where: dict[str, Target],
    class_name: str,
    imports: Imports,
    *,
    items: str = "",
    update: bool = False,
) -> list[str]:
    optional_fields = update and any(not field.required for field in fields)
    base = "Changes" if optional_fields else "Body"
    imports.add(f"{names.package}.{FIELDS}", base)
    about = f"One of the {items}." if items else "What is asked for."
    lines = [f"class {class_name}({base}):", *docstring(about, 4), ""]
    never_null = []
    for field in fields:
        target = where.get(field.name)
        if target is None:
            type_, default, nullable = PythonType("Text", ((f".{FIELDS}", "Text"),)), "", False
        else:
            entity = names.entity(target.table)
            of_entity = entity.field(target.column.field or "") if entity else None
            nullable = target.column.nullable
            type_ = input_type(target.table, entity, target.column)
            default = "" if field.required else _default(of_entity, imports) if not update else ""
        if not field.required and not default:
            if update and not nullable:
                never_null.append(attribute(field.name))
            default = "None"
        if default == "None" or nullable:
            type_ = optional(type_)
        add(imports, names, type_)
        lines += wrap(f"    {_declaration(field.name, type_.text, [], default, imports)}")
    if never_null:
        imports.add("typing", "ClassVar")
        shown = ", ".join(string(name) for name in never_null)
        lines[2:3] = ["", *wrap(f"    never_null: ClassVar[frozenset[str]] = frozenset({{{shown}}})"), ""]
    return lines


def _default(field: Field | None, imports: Imports) -> str:
    """The default that the brief declares, as Python; empty without one."""
    if field is None or field.default is None:
        return ""
    if field.type in {Type.MONEY, Type.DECIMAL}:
        imports.add("decimal", "Decimal")
        return f"Decimal({string(str(field.default))})"
    return string(field.default) if isinstance(field.default, str) else repr(field.default)


def _declaration(name: str, type_: str, options: list[str], default: str, imports: Imports) -> str:
    """A field of a model; `name` under another attribute where Python has the name for itself."""
    own = attribute(name)
    if own != name:
        options = [*options, f"alias={string(name)}"]
    text = type_
    if options:
        imports.add("typing", "Annotated")
        imports.add("pydantic", "Field")
        text = constrained(PythonType(type_), options).text
    return f"{own}: {text}" + (f" = {default}" if default else "")


def plain_type(column: Column) -> PythonType:
    """The column's type in rows and cursors."""
    found = kind(column).plain
    return optional(found) if column.nullable else found
