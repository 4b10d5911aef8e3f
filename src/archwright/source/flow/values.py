"""Abstract values: what is known of a piece of data while code is read.

A value knows its type, its constant if it is one, its origins, and for containers the values under known keys.
Types are small tuples whose first item tells them apart:

    ("module", dotted)          a module of the project
    ("class", ClassInfo)        a class of the project
    ("unit", unit id, closure)  a function of the project; closure: the names around it, or None
    ("bound", unit id, Val)     a method of the project with its receiver
    ("external", dotted)        anything from outside of the project, by its canonical dotted name
    ("instance", ClassInfo)     an instance of a project class
    ("object", dotted)          an instance of an outside class
    ("member", Val, name)       an attribute of a value that only its framework knows, until it is called
    ("partial", Val, args, keywords)  a callable with arguments already given
    ("choice", values)          one of several values, each of which can be called or looked into
    ("query", Query)            a query that may not have run yet
    ("row", Row)                a stored row
    ("constant", value)         a constant that tells summaries apart wherever it is held: the action of a view
    ("list" | "tuple" | "dict" | "set" | "text" | "number" | "generator",)   builtin shapes

An origin is `(key, cleaned, steps)`. Keys:

    ("source", name, trust)     data from outside
    ("parameter", unit, index)  an argument of the unit being summarised
    ("field", entity, field)    a field of a stored row
    ("loop", unit, position)    the element of a loop: ties what happens in a body to the loop's turns
    ("unknown",)                something that could not be read: it silences rules

`cleaned` is a bit set over `USES`; `steps` a linked list `(previous, unit, position, note)`; see `append_chain`.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from archwright.model.field_part import part_of
from archwright.model.value import Trust, Use
from archwright.source.facts import line_of

USES: Final = tuple(Use)
BIT: Final = {use: 1 << index for index, use in enumerate(USES)}
AMOUNT: Final = BIT[Use.AMOUNT]
_MARKS: Final = ((BIT[Use.QUOTED], BIT[Use.SQL_TEXT]), (BIT[Use.PASTED], BIT[Use.SHELL]))
"""What tells how data was put into a text, each with the use for which it says nothing once the data was cleaned."""
ALL_USES: Final = (1 << len(USES)) - 1 & ~AMOUNT
"""What is clean whatever it is put into: a number, one of a list. An amount is clean only where it is bounded."""

Key = tuple[Any, ...]
Steps = tuple[Any, ...] | None
Origin = tuple[Key, int, Steps]

MAX_ORIGINS: Final = 8
"""More origins than this on one value are cut: the first found are kept, and `unknown` is added."""
MAX_STEPS: Final = 24
_TWO_WAYS: Final = 2
"""Parts of `(steps, tail)`, which stands where one way was put behind another."""


class _NoConstant:
    __slots__ = ()

    def __repr__(self) -> str:
        return "NO"


NO: Final = _NoConstant()
"""Stands for "not a constant", because None is one."""


class Val:
    """An abstract value. Never changed after it is made, except `items` of a container under construction."""

    __slots__ = ("asked", "const", "items", "origins", "text", "type")

    def __init__(
        self,
        type: tuple[Any, ...] | None = None,  # noqa: A002 - the word that every reader of types expects
        origins: tuple[Origin, ...] = (),
        const: Any = NO,
        items: dict[Any, Val] | None = None,
        text: str | None = None,
        asked: dict[Any, Val] | None = None,
    ) -> None:
        self.type = type
        self.origins = origins
        self.const = const
        self.items = items
        self.text = text
        self.asked = asked
        """Of a query: the values that its conditions compare with, and its limit (see `frameworks.shared.queries`)."""

    def __repr__(self) -> str:
        return f"Val({self.type}, {[o[0] for o in self.origins]}, {self.const!r})"

    def with_type(self, type: tuple[Any, ...] | None) -> Val:  # noqa: A002
        """The same data under another type."""
        return Val(type, self.origins, self.const, self.items, self.text, self.asked)

    def with_origins(self, origins: tuple[Origin, ...]) -> Val:
        """The same shape with other origins; a constant it no longer is."""
        return Val(self.type, origins, NO, None, self.text)

    def named_here(self) -> Val:
        """The same data under a name that the code gives it: it chooses no names of fields."""
        origins = clean(self.origins, BIT[Use.FIELDS])
        return Val(self.type, origins, self.const, self.items, self.text, self.asked)


class Query(NamedTuple):
    """A query as built so far. Hashable, so that summaries can be specialised by it."""

    orm: str
    """The framework file that built it."""
    entity: str | None
    """Dotted name of the class whose rows it gives; None: unknown or plain tuples."""
    unit: int
    position: int
    loaded: frozenset[str] = frozenset()
    """Relation paths fetched along, dotted."""
    flags: frozenset[str] = frozenset()
    """`values` rows are not instances, `one` at most one row, `locked`, `limited`, `ordered`, `related`, `evaluated`, ..."""
    filters: tuple[tuple[str, str], ...] = ()
    """(field path, operator) of each condition."""
    order: tuple[str, ...] = ()
    via: tuple[Any, ...] | None = None
    """For the query behind a relation of a row: (Row, relation name)."""
    manager: str | None = None
    """Dotted name of the project's manager or query class whose methods it has."""
    columns: tuple[str, ...] = ()
    """The columns fetched; empty: all."""


class Row(NamedTuple):
    """A stored row: its entity, the query that fetched it, and the relation path from that query's rows."""

    orm: str
    entity: str
    query: Query | None
    path: str = ""


UNKNOWN_ORIGIN: Final[Origin] = (("unknown",), 0, None)
UNKNOWN: Final = Val(None, (UNKNOWN_ORIGIN,))
NONE: Final = Val(None, (), None)
SEQUENCES: Final = (("list",), ("tuple",), ("set",))
"""The types of what holds values by their order, or none: what may stand behind one `*`."""
NUMBER: Final = Val(("number",))
TEXT: Final = Val(("text",))


def constant(value: Any) -> Val:
    """The value of a literal."""
    if isinstance(value, str):
        return Val(("text",), (), value, None, value)
    if isinstance(value, bytes):
        return Val(("text",), (), value)
    if value is None:
        return NONE
    if isinstance(value, (bool, int, float, complex)):
        return Val(("number",), (), value)
    return Val(None, (), value)


def join_origins(left: tuple[Origin, ...], right: tuple[Origin, ...]) -> tuple[Origin, ...]:
    """All origins of both, each key once; what is cleaned on both ways only stays cleaned."""
    if not right or left is right:
        return left
    if not left:
        return right
    if len(left) == 1 and len(right) == 1:
        mine, other = left[0], right[0]
        if mine[0] == other[0]:
            return left if mine[1] == other[1] else (_dirtier(mine, other),)
        return mine, other
    merged: dict[Key, Origin] = {origin[0]: origin for origin in left}
    changed = len(merged) != len(left) and any(merged[origin[0]] is not origin for origin in left)
    for origin in right:
        known = merged.get(origin[0])
        if known is None:
            merged[origin[0]] = origin
        elif known[1] != origin[1]:
            merged[origin[0]] = _dirtier(known, origin)
            changed = True
    if len(merged) == len(left):
        return tuple(merged.values()) if changed else left
    found = tuple(merged.values())
    if len(found) > MAX_ORIGINS:
        found = (*found[:MAX_ORIGINS], UNKNOWN_ORIGIN)
    return found


def _dirtier(mine: Origin, other: Origin) -> Origin:
    """One origin on two ways: cleaned for what it is on both, by the way on which it is cleaned for less.

    What one way alone put into a text by hand stands there by hand: its mark stays, and its way is told.
    """
    cleaned = mine[1] & other[1]
    worse, better = (other, mine) if cleaned == other[1] else (mine, other)
    for mark, harmless in _MARKS:
        if (worse[1] ^ better[1]) & mark:
            marked = worse if worse[1] & mark else better
            if not marked[1] & harmless:
                cleaned |= mark
                worse = marked
    return (other[0], cleaned, worse[2])


def join(left: Val, right: Val, depth: int = 6) -> Val:
    """What a value may be where two ways of control meet. Below `depth` containers, what is inside is unknown."""
    if left is right:
        return left
    const = left.const if left.const is right.const or _same_constant(left.const, right.const) else NO
    if left.type == right.type:
        type_ = left.type
    elif left.const is None:
        type_ = right.type
    elif right.const is None:
        type_ = left.type
    else:
        type_ = (
            _join_types(left.type, right.type)
            or _only_row(left, right)
            or _only_query(left, right)
            or _one_method(left, right)
        )
    items = left.items
    if left.items is not right.items:
        if left.items is None or right.items is None:
            items = None if left.items is None and right.items is None else (left.items or right.items)
        elif not depth:
            items = None
        else:
            items = dict(left.items)
            for key, value in right.items.items():
                items[key] = join(items[key], value, depth - 1) if key in items else value
    text = left.text if left.text == right.text else (left.text or right.text)
    asked = left.asked
    if asked is not right.asked:
        mine, theirs = left.asked or {}, right.asked or {}
        asked = {**mine, **theirs}
        if left.type is not None and right.type is not None and ("limit" in mine) != ("limit" in theirs):
            del asked["limit"]  # on one of the ways all rows are asked for
        for key in mine:
            if key in theirs and depth:
                asked[key] = join(mine[key], theirs[key], depth - 1)
    return Val(type_, join_origins(left.origins, right.origins), const, items, text, asked)


def _join_types(left: tuple[Any, ...] | None, right: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """Queries and rows of one entity stay such: a condition that one way adds does not change what is fetched."""
    if left is None or right is None or left[0] != right[0]:
        return None
    if left[0] == "query":
        query = _join_queries(left[1], right[1])
        return ("query", query) if query is not None else None
    if left[0] == "row":
        row = _join_rows(left[1], right[1])
        return ("row", row) if row is not None else None
    return None


_FEW: Final = 5
"""Methods of one thing that may be chosen from: one for each level of a log."""


def _one_method(left: Val, right: Val) -> tuple[Any, ...] | None:
    """`tell = log.info if fine else log.error`: one of the methods of one thing."""
    found: dict[str, Val] = {}
    holders = set()
    for side in (left, right):
        for option in side.type[1] if side.type is not None and side.type[0] == "choice" else (side,):
            if option.type is None or option.type[0] != "member":
                return None
            holders.add(id(option.type[1]))
            found[option.type[2]] = option
    return ("choice", tuple(found.values())) if len(holders) == 1 and len(found) <= _FEW else None


_OPEN: Final = frozenset({"unknown", "parameter", "loop"})


def _only_row(left: Val, right: Val) -> tuple[Any, ...] | None:
    """A row on one way and something that can't be read on the other: what is done to it, is done to that row at least."""
    for one, other in ((left, right), (right, left)):
        if one.type is not None and one.type[0] == "row" and other.const is NO and other.origins:
            unread = other.type is None or other.type[0] == "member"
            return one.type if unread and all(origin[0][0] in _OPEN for origin in other.origins) else None
    return None


def _only_query(left: Val, right: Val) -> tuple[Any, ...] | None:
    """A query on one way and an empty list on the other: what is done with it is done with the query.

    What is not known on the other way stays so: often it is the same rows, kept from an earlier call.
    """
    for one, other in ((left, right), (right, left)):
        if one.type is not None and one.type[0] == "query":
            return one.type if other.type in SEQUENCES and not other.items and not other.origins else None
    return None


def _join_queries(left: Query, right: Query) -> Query | None:
    """What one way loads along counts as loaded: only what no way loads is missing. Rows are few where they are on both."""
    if (left.orm, left.entity) != (right.orm, right.entity):
        return None
    same = left.via == right.via
    flags = (left.flags | right.flags) - ({"few"} - (left.flags & right.flags))
    return left._replace(
        loaded=left.loaded | right.loaded,
        flags=flags if same else flags | {"changed"},
        via=left.via if same else None,
        manager=left.manager if left.manager == right.manager else None,
        filters=tuple(dict.fromkeys((*left.filters, *right.filters)))[:12],
        order=left.order or right.order,
        columns=left.columns if left.columns == right.columns else (),
    )


def _join_rows(left: Row, right: Row) -> Row | None:
    """A row that was fetched on one way and made on the other is a fetched one; of an unknown query it stays unknown."""
    if (left.orm, left.entity) != (right.orm, right.entity):
        return None
    if "new" in (left.path, right.path):
        return right if left.path == "new" else left
    if left.path != right.path:  # who fetched it on which way can't be told of the join
        return left._replace(query=None, path="")
    query = _join_queries(left.query, right.query) if left.query is not None and right.query is not None else None
    return left._replace(query=query)


def _same_constant(left: Any, right: Any) -> bool:
    return type(left) is type(right) and bool(left == right)


def inside(value: Val, container: Val) -> Val:
    """What a container holds of a value put into it. One that holds the container itself keeps no items: no value is a circle."""
    return Val(value.type, deep_origins(value)) if value is container or _holds(value, container, 4) else value


def _holds(value: Val, container: Val, depth: int) -> bool:
    if not value.items:
        return False
    return any(
        item is container or item.items is container.items or (depth > 0 and _holds(item, container, depth - 1))
        for item in value.items.values()
    )


def join_all(values: list[Val]) -> Val:
    """The join of several values; no value at all is unknown."""
    if not values:
        return UNKNOWN
    result = values[0]
    for value in values[1:]:
        result = join(result, value)
    return result


def sent(origin: Origin) -> bool:
    """True for data that somebody outside sends: what the operators set is not sent."""
    return bool(origin[0][0] == "source" and origin[0][2] != Trust.OPERATOR.value)


def origins_of(values: list[Val]) -> tuple[Origin, ...]:
    """The origins of several values together, their known items included."""
    result: tuple[Origin, ...] = ()
    for value in values:
        result = join_origins(result, deep_origins(value))
    return result


def deep_origins(value: Val, depth: int = 3) -> tuple[Origin, ...]:
    """The origins of a value and, for a container, of everything known to be in it."""
    result = value.origins
    if value.items and depth:
        for item in value.items.values():
            inner = deep_origins(item, depth - 1) if item.items else item.origins
            if inner:
                result = join_origins(result, inner) if result else inner
    return result


_ON_A_WAY = frozenset({"source", "parameter", "field"})


def step(origins: tuple[Origin, ...], unit: int, position: int, note: str) -> tuple[Origin, ...]:
    """The origins after one more place on their way. Loops and unknowns keep no way; what repeats on a line is told once."""
    if not origins:
        return origins
    return tuple(
        [
            (origin[0], origin[1], (origin[2], unit, position, note))
            if origin[0][0] in _ON_A_WAY and not _told(origin[2], unit, position, note)
            else origin
            for origin in origins
        ]
    )


def _told(steps: Steps, unit: int, position: int, note: str) -> bool:
    return steps is not None and steps[1] == unit and steps[3] == note and line_of(steps[2]) == line_of(position)


_NAMED = frozenset(
    {"query parameter", "form field", "request header", "cookie", "path parameter", "uploaded file", "request value"}
)
"""Sources that hold many values, each under a name of the sender's."""


def named(origins: tuple[Origin, ...], name: str) -> tuple[Origin, ...]:
    """The origins of one value picked by a constant name: `query parameter` becomes `query parameter 'page'`, some column a named one, a document in a column its part."""
    return tuple(
        (("source", f"{key[1]} {name!r}", key[2]), cleaned, _renamed(steps, key[1], f"{key[1]} {name!r}"))
        if key[0] == "source" and key[1] in _NAMED
        else (_part(key, name) if key[0] == "field" else key, cleaned, steps)
        for key, cleaned, steps in origins
    )


def _part(field: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    """A column of a row of which nothing more was known, or what a document in a column holds under a name: `settings[url]`."""
    if field[2] == "*":
        return ("field", field[1], name)
    return ("field", field[1], part_of(field[2], name))


def _renamed(steps: Steps, old: str, new: str) -> Steps:
    return (*steps[:3], new) if steps is not None and steps[3] == old else steps


def whole_argument(key: tuple[Any, ...]) -> bool:
    """True for the key of an argument as it was given, not of a part of it."""
    return bool(key[0] == "parameter" and len(key) == 3)


def clean(origins: tuple[Origin, ...], mask: int) -> tuple[Origin, ...]:
    """The origins once the data is cleaned for the uses in `mask`."""
    if not mask:
        return origins
    return tuple((key, cleaned | mask, steps) for key, cleaned, steps in origins)


def clean_within(value: Val, mask: int) -> Val:
    """The same value, cleaned for the uses in `mask` with all that it holds."""
    items = {key: clean_within(item, mask) for key, item in value.items.items()} if value.items is not None else None
    return Val(value.type, clean(value.origins, mask), value.const, items, value.text, value.asked)


def chain(steps: Steps) -> list[tuple[int, int, str]]:
    """The linked steps as a list of (unit, position, note), first first: the last `MAX_STEPS` of them."""
    listed: list[tuple[int, int, str]] = []
    before: list[Steps] = []
    while len(listed) < MAX_STEPS:
        if steps is None:
            if not before:
                break
            steps = before.pop()
        elif len(steps) == _TWO_WAYS:
            before.append(steps[0])
            steps = steps[1]
        else:
            steps, unit, position, note = steps
            listed.append((unit, position, note))
    listed.reverse()
    return listed


def append_chain(steps: Steps, tail: Steps) -> Steps:
    """`steps` followed by the steps of `tail`, which are not copied: the last of them leads to both."""
    if tail is None or steps is None:
        return steps if tail is None else tail
    previous, unit, position, note = tail
    return (steps if previous is None else (steps, previous), unit, position, note)


_HELD = frozenset({"row", "query", "instance", "class", "object", "built", "constant"})
MAX_HELD: Final = 8
"""Of so many attributes of an instance the types tell summaries apart."""


def type_key(value: Val, depth: int = 2) -> Any:
    """What of a value's type a summary may be specialised by; None where the type says nothing of interest.

    Of an instance that is `("built", type, ((attribute, key), ...))` where it was made with something that matters.
    """
    type_ = value.type
    if type_ is not None and type_[0] == "instance" and value.items and depth:
        found = {str(name): type_key(item, depth - 1) for name, item in value.items.items()}
        telling = sorted(name for name, key in found.items() if key is not None and key[0] in _HELD)[:MAX_HELD]
        return ("built", type_, tuple((name, found[name]) for name in telling)) if telling else type_
    if value.items and type_ in (("list",), ("set",), ("generator",)):
        kinds = {item.type for item in value.items.values()}
        held = kinds.pop() if len(kinds) == 1 else None
        return ("rows", type_[0], held) if held is not None and held[0] == "row" else None
    if type_ is None or type_[0] in (
        "text",
        "number",
        "list",
        "tuple",
        "dict",
        "set",
        "generator",
        "member",
        "partial",
        "choice",
    ):
        return None
    if type_[0] == "bound":
        return ("unit", type_[1])
    if type_[0] == "unit":
        return ("unit", type_[1])
    return type_
