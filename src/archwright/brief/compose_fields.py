"""One field as written to the model's field, with its words checked against each other."""

from __future__ import annotations

from msgspec.structs import replace

from archwright.brief.constants import constant
from archwright.brief.fields import ON_DELETE, Copy
from archwright.brief.kinds import Scope
from archwright.brief.nearest import suggest
from archwright.brief.nodes import quote
from archwright.brief.paths import NUMERIC, TEXTUAL
from archwright.brief.table import Values
from archwright.brief.words import Word
from archwright.model.entity import Bound, Field, OnDelete, Relation, Type

_BOUNDS = (("min", ">="), ("above", ">"), ("max", "<="), ("below", "<"))
LONGEST_TEXT = 10_000_000


def compose_field(name: Word, values: Values, names: set[str], scope: Scope) -> Field:
    """The field; where its type is wrong the type is UNKNOWN, so that no mistake follows from the first."""
    type_ = _type(values, scope)
    relation = _relation(values, names, scope)
    options = _options(values, scope)
    bounds, max_length = _bounds(values, type_, scope)
    copy: Copy | None = values.get("copied")
    field = Field(
        name=name.text,
        type=type_,
        nullable=values.get("optional", False),
        unique=values.get("unique", False),
        pii=values.get("pii", False),
        secret=values.get("secret", False),
        search=values.get("search", False),
        copied=copy is not None,
        copied_from=copy.source.text if copy is not None and copy.source is not None else None,
        values=options,
        bounds=bounds,
        max_length=max_length,
        relation=relation,
        description=values.get("about", ""),
        place=name.place,
    )
    _check_words(field, values, scope)
    default: Word | None = values.get("default")
    if default is None or relation is not None:
        return field
    return replace(field, default=constant(default, field, scope))


def _type(values: Values, scope: Scope) -> Type:
    given = [word for word in ("type", "to", "values") if values.has(word)]
    if len(given) > 1:
        hint = "an enum has values alone, a reference has to alone"
        scope.note(values.at(given[1]), f"{scope.path} says both {given[0]} and {given[1]}", hint)
    if "to" in given:
        return Type.REFERENCE if values.get("to") is not None else Type.UNKNOWN
    if "values" in given:
        return Type.ENUM if values.get("values") else Type.UNKNOWN
    return Type(values.get("type", Type.UNKNOWN))


def _relation(values: Values, names: set[str], scope: Scope) -> Relation | None:
    target: Word | None = values.get("to")
    if target is None:
        if values.get("many"):
            scope.note(values.at("many"), f"{scope.path} is many, but refers to no entity", "write -> many Tag")
        return None
    if target.text not in names:
        hint = suggest(target.text, sorted(names), "entities")
        scope.note(target, f"unknown entity {quote(target.text)} for {scope.path}", hint)
    on_delete = ON_DELETE[values.get("on_delete", "restrict")]
    if on_delete is OnDelete.SET_NULL and not values.get("optional"):
        scope.note(values.at("on_delete"), f"{scope.path} is cleared on delete, but must have a value", "add optional")
    reverse: Word | None = values.get("reverse")
    return Relation(
        target=target.text,
        many=values.get("many", False),
        on_delete=on_delete,
        reverse=reverse.text if reverse is not None else None,
    )


def _options(values: Values, scope: Scope) -> tuple[str, ...]:
    words: tuple[Word, ...] = values.get("values", ())
    seen: dict[str, Word] = {}
    for word in words:
        if word.text in seen:
            scope.note(word, f"{scope.path}: {quote(word.text)} stands twice")
        seen.setdefault(word.text, word)
    return tuple(seen)


def _bounds(values: Values, type_: Type, scope: Scope) -> tuple[tuple[Bound, ...], int | None]:
    bounds: list[Bound] = []
    max_length: int | None = None
    for word, operator in _BOUNDS:
        value = values.get(word)
        if value is None or type_ is Type.UNKNOWN:
            continue
        if type_ in TEXTUAL and word == "max":
            if not isinstance(value, int) or not 1 <= value <= LONGEST_TEXT:
                scope.note(values.at(word), f"{scope.path}: max {value} is no length", f"write 1 to {LONGEST_TEXT}")
            else:
                max_length = value
        elif type_ not in NUMERIC:
            hint = "only numbers have bounds" + ("; a text has max, its longest length" if type_ in TEXTUAL else "")
            scope.note(values.at(word), f"{scope.path} is {type_} and can't have {word}", hint)
        else:
            bounds.append(Bound(operator=operator, value=value))
    _check_range(bounds, values, scope)
    return tuple(bounds), max_length


def _check_range(bounds: list[Bound], values: Values, scope: Scope) -> None:
    lower = [bound for bound in bounds if bound.operator in {">=", ">"}]
    upper = [bound for bound in bounds if bound.operator in {"<=", "<"}]
    for low in lower:
        for high in upper:
            strict = low.operator == ">" or high.operator == "<"
            if low.value > high.value or (strict and low.value == high.value):
                word = "max" if high.operator == "<=" else "below"
                scope.note(
                    values.at(word),
                    f"{scope.path}: no number is {low.operator} {low.value} and {high.operator} {high.value}",
                )


def _check_words(field: Field, values: Values, scope: Scope) -> None:
    """Words that mean nothing for this type."""
    if field.type is Type.UNKNOWN:
        return
    many = field.relation is not None and field.relation.many
    wrong = [
        ("search", field.search and field.type not in TEXTUAL, "only a text is searched"),
        ("unique", field.unique and (many or field.type is Type.JSON), "only a single value is unique"),
        ("optional", field.nullable and many, "many may always be none"),
        ("on_delete", values.has("on_delete") and (field.relation is None or many), "only a single reference has it"),
        ("reverse", values.has("reverse") and field.relation is None, "only a reference has it"),
        ("default", values.has("default") and field.relation is not None, "a reference has no default"),
        ("copied", field.copied and many, "only a single value is copied"),
    ]
    kind = "many references" if many else str(field.type)
    for word, bad, hint in wrong:
        if bad:
            scope.note(values.at(word), f"{scope.path} is {kind} and can't be {word}", hint)
