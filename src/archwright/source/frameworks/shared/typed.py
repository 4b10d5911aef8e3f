"""Data from outside whose declared type says what gets through: pydantic models, parameters of FastAPI handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from archwright.model.secret_name import secret as names_secret
from archwright.model.value import Trust, Use
from archwright.source import facts as f
from archwright.source.flow.values import ALL_USES, AMOUNT, BIT, NO, UNKNOWN_ORIGIN, Origin, Val, join_all
from archwright.source.nodes import nodes

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import ClassInfo

NUMBERS = frozenset(
    {"int", "float", "bool", "PositiveInt", "NegativeInt", "NonNegativeInt", "NonPositiveInt", "PositiveFloat"}
    | {"NonNegativeFloat", "StrictInt", "StrictFloat", "StrictBool", "conint", "confloat", "FiniteFloat"}
)
SPELT = frozenset(
    {"UUID", "UUID1", "UUID3", "UUID4", "UUID5", "UUID6", "UUID7", "Decimal", "condecimal", "datetime", "date", "time"}
    | {"timedelta", "Literal", "AwareDatetime", "NaiveDatetime", "PastDate", "PastDatetime", "FutureDate"}
    | {"FutureDatetime", "IPv4Address", "IPv6Address", "IPvAnyAddress", "ULID", "ObjectId", "PydanticObjectId"}
)
"""Types whose texts their own class spells."""
_TEXTS = frozenset(
    {"str", "bytes", "Any", "object", "EmailStr", "AnyUrl", "HttpUrl", "AnyHttpUrl", "SecretStr", "StrictStr", "constr"}
    | {"NameEmail", "FilePath", "Path", "JsonValue", "ID", "JSON"}
)
_ANYTHING = frozenset({"Any", "object", "JsonValue", "JSON"})
"""Those of the above that may hold a structure as well."""
_MANY = frozenset(
    {
        "list",
        "List",
        "set",
        "Set",
        "frozenset",
        "FrozenSet",
        "Sequence",
        "Iterable",
        "Collection",
        "conlist",
        "tuple",
        "Tuple",
    }
)
_DICTS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict"})
_TRANSPARENT = frozenset({"Optional", "Union", "Required", "NotRequired", "Final"})
_VALIDATORS = frozenset({"AfterValidator", "BeforeValidator", "PlainValidator", "WrapValidator"})
_FIELD_VALIDATORS = frozenset({"field_validator", "validator"})
_MOST = frozenset({"le", "lt"})
_MAX_DEPTH = 4
_MAX_FIELDS = 60


class Outside(NamedTuple):
    """Where data enters: what a person calls it, who chooses it, and the place."""

    name: str
    trust: Trust
    unit: int
    position: int

    def origin(self, *, clean: bool = False) -> Origin:
        """The origin of a value that enters here; `clean` where its type lets nothing dangerous through."""
        steps = (None, self.unit, self.position, self.name)
        return (("source", self.name, self.trust.value), ALL_USES if clean else 0, steps)


class Field(NamedTuple):
    """A declared field of a class."""

    module: Module
    annotation: Any
    default: Any
    checked: bool
    """True where the project's own code checks it before anybody sees it."""


def fields_of(info: ClassInfo) -> dict[str, Field]:
    """The annotated fields of a class and its ancestors."""
    found: dict[str, Field] = {}
    checked = {name for holder in info.mro() for name in _checked(holder)}
    for holder in info.mro():
        for name, binding in holder.scope().items():
            if binding.kind == "annotation" and name not in found and not name.startswith("_"):
                annotation, default = binding.value
                if _last(annotation[2] if annotation[0] == f.SUBSCRIPT else annotation) == "ClassVar":
                    continue
                found[name] = Field(holder.module, annotation, default, name in checked or "*" in checked)
    return found


def _checked(info: ClassInfo) -> set[str]:
    """The fields that the validators of a class name, functions in its body and others."""
    names: set[str] = set()
    for binding in info.scope().values():
        decorators: tuple[Any, ...] = ()
        if binding.kind == "unit":
            decorators = info.module.units[binding.value][5]
        elif binding.kind == "expression" and binding.value[0] == f.CALL:  # `_check = field_validator("url")(check)`
            decorators = (binding.value[2],)
        for decorator in decorators:
            if decorator[0] == f.CALL and _last(decorator[2]) in _FIELD_VALIDATORS:
                names.update(part[2] for part in decorator[3] if part[0] == f.CONST and isinstance(part[2], str))
    return names


def typed(engine: Engine, module: Module, node: Any, outside: Outside, depth: int = _MAX_DEPTH) -> Val:
    """A value of an annotated type that comes from outside."""
    if node is None:
        return Val(("text",), (outside.origin(),))
    if depth == 0:
        return Val(None, (outside.origin(), UNKNOWN_ORIGIN))
    kind = node[0]
    if kind == f.CONST:
        return _quoted(engine, module, node, outside, depth)
    if kind == f.BINOP and node[2] == "|":
        parts = [part for part in (node[3], node[4]) if not (part[0] == f.CONST and part[2] is None)]
        return join_all([typed(engine, module, part, outside, depth - 1) for part in parts])
    if kind == f.SUBSCRIPT:
        return _generic(engine, module, node, outside, depth)
    if kind == f.CALL:
        if any(name in ("pattern", "regex") for name, _ in node[4]):
            return Val(("text",), (outside.origin(clean=True),))
        return typed(engine, module, node[2], outside, depth - 1)
    if kind in (f.NAME, f.ATTR):
        return _named(engine, module, node, outside, depth)
    return Val(None, (UNKNOWN_ORIGIN,))


def _quoted(engine: Engine, module: Module, node: Any, outside: Outside, depth: int) -> Val:
    if isinstance(node[2], str):
        found = engine.project.resolve_text(module, node[2].removesuffix("| None").strip())
        if found is not None and found.kind == "class":
            return instance(engine, found.value, outside, depth - 1)
        if node[2] in _TEXTS:
            return Val(("text",), (_text(node[2], outside),))
    return Val(None, (UNKNOWN_ORIGIN,))


def _text(name: str, outside: Outside) -> Origin:
    """A text is dangerous as such, but is no dictionary of operators."""
    key, mask, steps = outside.origin()
    return key, mask if name in _ANYTHING else mask | BIT[Use.FILTER], steps


def _generic(engine: Engine, module: Module, node: Any, outside: Outside, depth: int) -> Val:
    head, inner = _last(node[2]), node[3]
    parts = list(inner[2]) if inner[0] == f.TUPLE else [inner]
    if head in SPELT:
        return Val(("text",), (outside.origin(clean=True),))
    if head == "Annotated":
        markers = parts[1:]
        if any(_last(m[2]) in _VALIDATORS for m in markers if m[0] == f.CALL):
            return Val(None, (UNKNOWN_ORIGIN,))
        if any(name in ("pattern", "regex") for m in markers if m[0] == f.CALL for name, _ in m[4]):
            return Val(("text",), (outside.origin(clean=True),))
        return typed(engine, module, parts[0], outside, depth)
    if head in _TRANSPARENT:
        kept = [part for part in parts if not (part[0] == f.CONST and part[2] is None)]
        return join_all([typed(engine, module, part, outside, depth - 1) for part in kept])
    if head in _MANY:
        element = join_all(
            [typed(engine, module, p, outside, depth - 1) for p in parts if p[0] != f.CONST or p[2] is not ...]
        )
        return Val(("list",), (), NO, {"*": element})
    if head in _DICTS and len(parts) == 2:
        key = typed(engine, module, parts[0], outside, depth - 1)
        return Val(("dict",), key.origins, NO, {"*": typed(engine, module, parts[1], outside, depth - 1)})
    if head in ("type", "Type", "Callable"):
        return Val(None, (UNKNOWN_ORIGIN,))
    return typed(engine, module, node[2], outside, depth - 1)


def _named(engine: Engine, module: Module, node: Any, outside: Outside, depth: int) -> Val:
    project = engine.project
    found = project.resolve_name(module, node[2]) if node[0] == f.NAME else project.resolve_expression(module, node)
    if found is not None and found.kind == "class":
        return instance(engine, found.value, outside, depth - 1)
    if found is not None and found.kind == "expression" and found.value[2] is not node:
        target = found.value[2]
        if target[0] == f.CALL and _last(target[2]) == "TypeVar":
            return Val(None, (UNKNOWN_ORIGIN,))
        return typed(engine, found.value[0], target, outside, depth - 1)
    name = _last(node)
    if name in NUMBERS:
        return Val(("number",), (outside.origin(clean=True),))
    if name in SPELT:
        return Val(("text",), (outside.origin(clean=True),))
    if name in _TEXTS:
        return Val(("text",) if name != "Any" else None, (_text(name, outside),))
    if name in _MANY:
        return Val(("list",), (), NO, {"*": Val(None, (outside.origin(),))})
    if name in _DICTS:
        return Val(("dict",), (outside.origin(),))
    return Val(("object", found.value) if found is not None and found.kind == "external" else None, (UNKNOWN_ORIGIN,))


def instance(engine: Engine, info: ClassInfo, outside: Outside, depth: int = _MAX_DEPTH) -> Val:
    """An instance of a project class whose fields come from outside."""
    if info.is_enum:
        return Val(("text",), (outside.origin(clean=True),))
    items: dict[Any, Val] = {}
    if depth > 0:
        for name, field in list(fields_of(info).items())[:_MAX_FIELDS]:
            if field.checked:
                items[name] = typed(engine, field.module, field.annotation, outside, depth).with_origins(
                    (UNKNOWN_ORIGIN,)
                )
            elif field.default is not None and field.default[0] == f.CALL and _patterned(field.default):
                items[name] = Val(("text",), (outside.origin(clean=True),))
            else:
                items[name] = _of_field(name, typed(engine, field.module, field.annotation, outside, depth))
    type_ = engine.instance_type(info)
    if type_[0] == "row":
        return Val((type_[0], type_[1]._replace(path="new")), (), NO, items)
    return Val(type_, () if items else (UNKNOWN_ORIGIN,), NO, items or None)


def _of_field(name: str, value: Val) -> Val:
    """What is in a declared field: a whole object is made of such has the names of the declaration."""
    if value.type == ("dict",) or not value.origins:
        return value
    told = BIT[Use.FIELDS] if names_secret(name) else BIT[Use.FIELDS] | BIT[Use.REVEAL]
    origins = tuple((key, mask | told, steps) for key, mask, steps in value.origins)
    return Val(value.type, origins, value.const, value.items, value.text)


def bounds(*nodes_: Any) -> int:
    """The uses that a declared number is clean for by what its annotation and its default say: `Query(100, le=500)`."""
    given = (key for node in nodes(nodes_) if node[0] == f.CALL for key, _ in node[4])
    return AMOUNT if any(key in _MOST for key in given) else 0


def is_clean(engine: Engine, module: Module, annotation: Any) -> bool:
    """True for a type that lets only numbers, UUIDs, dates and members of a fixed list through."""
    probe = Outside("", Trust.UNKNOWN, 0, 0)
    value = typed(engine, module, annotation, probe, 3)
    return bool(value.origins) and all(
        key[0] == "source" and mask & ALL_USES == ALL_USES for key, mask, _ in value.origins
    )


def _patterned(node: Any) -> bool:
    return any(name in ("pattern", "regex") for name, _ in node[4])


def _last(node: Any) -> str:
    """The last name of a dotted name; empty for anything else."""
    return str(node[-1]) if node[0] in (f.NAME, f.ATTR) else ""
