"""Operators and texts: constants are folded, texts remember their shape, everything else joins its origins."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow import addresses, pasted
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import (
    BIT,
    NO,
    NUMBER,
    TEXT,
    UNKNOWN,
    Origin,
    Val,
    clean,
    constant,
    deep_origins,
    join,
    join_origins,
    step,
)

_OPEN = frozenset({"source", "parameter"})
_OF_OBJECTS = frozenset({"|", "+", "%", "/"})
"""Operators that objects of libraries have: conditions of ORMs, texts that are safe HTML, paths."""
LITERAL = BIT[Use.PYTHON] | BIT[Use.LOG] | BIT[Use.HEADER]
"""What `repr` makes of a text is one literal of Python, whatever the text holds."""
RELATIVE = BIT[Use.RELATIVE]
"""A text that stands behind another is no absolute path."""
_PLACES = re.compile(r"%[sdr]")
_PERCENT = re.compile(r"%%|%(?:\((\w+)\))?[-+ #0]*[\d.*]*([a-zA-Z])")
_OF_NUMBERS = frozenset("bcdeEfFgGnoxX%")
"""The last letters of formats for numbers: any other value fails there, but for dates, whose formats end with letters too."""
MAX_TEXT = 4000
"""Longer folded texts are cut: they only serve recognition and display."""
_ORDERED = (("list",), ("tuple",))
MAX_ITEMS = 32
"""Lists put together that are longer are not known item by item."""

_FOLD: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": lambda left, right: left << right if right < 64 else NO,
    ">>": operator.rshift,
    "**": lambda left, right: left**right if abs(left) < 1000 and 0 <= right < 16 else NO,
}


def truth(value: Val) -> bool | None:
    """Whether a constant is true; None where it is not constant."""
    if value.type == ("key",):
        return True  # the key of a row that was fetched is set
    if value.const is NO or value.origins:
        return None
    return bool(value.const)


def tested(frame: Frame, value: Val, position: int) -> bool | None:
    """The truth of a value that is asked for it: a query may have to run."""
    if _is_query(value) and value.type is not None:
        orm = frame.engine.frameworks_by_name.get(value.type[1].orm)
        if orm is not None:
            orm.tested(frame, value, position)
    return truth(value)


def binary(frame: Frame, position: int, op: str, left: Val, right: Val) -> Val:
    """`left op right`."""
    if _is_query(left) or _is_query(right):
        made = _operate(frame, op, left, right, position)
        if made is not None:
            return made
    if op in _OF_OBJECTS:
        for side in (left, right) if op == "+" else (left,):
            if side.type is not None and side.type[0] == "object":
                owner = frame.engine.registry.owner(side.type[1])
                made = owner.operate(frame, op, left, right, position) if owner is not None else None
                if made is not None:
                    return made
    if op == "+" and (_texty(left) or _texty(right)):
        return concatenate(frame, position, [_as_text(left), _as_text(right)])
    if op == "%" and _texty(left):
        return percent_format(frame, position, left, right)
    if op == "*" and left.const is NO and left.type in _ORDERED:
        return Val(left.type, (), NO, {"*": item} if (item := _any_item(left)) is not None else None)
    folded = _fold(op, left, right)
    if op == "+" and (appended := _appended(left, right)) is not None:
        return Val(
            left.type,
            join_origins(left.origins, right.origins),
            folded.const if folded is not None else NO,
            appended,
        )
    if folded is not None:
        return folded
    if op == "&" and (common := intersection(left, right)) is not None:
        return common
    if op == "|" and (flags := _flags(left, right)) is not None:
        return flags
    if (
        op in ("|", "+", "-", "&")
        and left.type is not None
        and left.type[0] in ("query", "list", "tuple", "dict", "set")
    ):
        if left.items is not None or right.items is not None:
            items = dict(left.items or {})
            if left.type[0] != "dict":
                of_both = (left,) if op == "-" else (left, right)
                items = {"*": joined} if (joined := _any_item(*of_both)) is not None else {}
            else:
                items.update(right.items or {})
            return Val(left.type, join_origins(left.origins, right.origins), NO, items)
        return Val(_either(left, right) if op == "|" else left.type, join_origins(left.origins, right.origins))
    if left.type == right.type == ("number",):
        return Val(("number",), join_origins(left.origins, right.origins))
    behind = deep_origins(right)
    if op == "+" and addresses.anchored("{}", (left,)):
        behind = clean(behind, addresses.HOST)  # `self.base + path`, whatever both hold
    return Val(None, join_origins(deep_origins(left), behind))


def _either(left: Val, right: Val) -> Any:
    """The type of what is in one of two: of queries, those few rows alone that both give."""
    if left.type is None or left.type[0] != "query" or "few" not in left.type[1].flags:
        return left.type
    few = right.type is not None and right.type[0] == "query" and "few" in right.type[1].flags
    return left.type if few else ("query", left.type[1]._replace(flags=left.type[1].flags - {"few"}))


def intersection(left: Val, right: Val) -> Val | None:
    """What two sets have in common is in the one that the code wrote down; None where neither is."""
    for value in (right, left):
        if value.type == ("set",) and value.items and not any(k[0] in _OPEN for k, _, _ in deep_origins(value)):
            return value
    return None


def _flags(left: Val, right: Val) -> Val | None:
    """Flags of a library that are set together: `re.I | re.S`."""
    names = [side.type[1] if side.type is not None and side.type[0] == "external" else "" for side in (left, right)]
    if not all(each.rpartition(".")[2].isupper() for name in names for each in name.split("|")):
        return None
    return Val(("external", "|".join(names)))


def _is_query(value: Val) -> bool:
    return value.type is not None and value.type[0] == "query"


def _operate(frame: Frame, op: str, left: Val, right: Val, position: int) -> Val | None:
    """What an operator makes of queries and their columns, where their framework file knows."""
    for value in (left, right):
        if value.type is not None and value.type[0] == "query":
            orm = frame.engine.frameworks_by_name.get(value.type[1].orm)
            made = orm.operate(frame, op, left, right, position) if orm is not None else None
            if made is not None:
                return made
    return None


def _appended(left: Val, right: Val) -> dict[Any, Val] | None:
    """The items of one list behind those of another, `*` for those of which it isn't known where they stand.

    None where nothing is known of the first ones, or where there are many.
    """
    mine, theirs = left.items, right.items
    if (
        left.type not in _ORDERED
        or not mine
        or 0 not in mine
        or theirs is None
        or left.type != right.type
        or len(mine) + len(theirs) > MAX_ITEMS
    ):
        return None
    if "*" not in mine and "*" not in theirs:
        return {**mine, **{len(mine) + index: item for index, item in enumerate(theirs.values())}}
    rest = Val(None, (), NO, {index: item for index, item in enumerate((mine.get("*"), *theirs.values())) if item})
    behind = _any_item(rest)
    kept = {index: item for index, item in mine.items() if index != "*"}
    return kept if behind is None else {**kept, "*": behind}


def _any_item(*containers: Val) -> Val | None:
    """One of the items: rows of one kind stay such, constants do not stay constants."""
    result: Val | None = None
    for container in containers:
        for item in (container.items or {}).values():
            if result is None:
                result = item
            else:
                result = Val(join(result, item).type, join_origins(result.origins, item.origins))
    return result


def _fold(op: str, left: Val, right: Val) -> Val | None:
    if left.const is NO or right.const is NO or left.origins or right.origins:
        return None
    fold = _FOLD.get(op)
    if fold is None:
        return None
    if op == "*" and (_long(left.const, right.const) or _long(right.const, left.const)):
        return None
    try:
        result = fold(left.const, right.const)
    except (
        ArithmeticError,
        TypeError,
        ValueError,
        IndexError,
        KeyError,
        AttributeError,
    ):  # a constant expression that would fail at run time has no value here
        return None
    return None if result is NO else constant(result)


def _long(repeated: Any, times: Any) -> bool:
    return isinstance(repeated, (str, bytes, tuple)) and (
        not isinstance(times, int) or times * len(repeated) > MAX_TEXT
    )


def _texty(value: Val) -> bool:
    return value.text is not None or value.type == ("text",) or isinstance(value.const, (str, bytes))


def _as_text(value: Val) -> Val:
    """An attribute that is added to a text is a text itself."""
    return value.with_type(("text",)) if value.type is not None and value.type[0] == "member" else value


def shape(value: Val) -> str:
    """The text of a value, `{}` where it is not constant."""
    if value.text is not None:
        return value.text
    if value.const is not NO and not value.origins and isinstance(value.const, (str, int, float, bool)):
        return str(value.const)
    return "{}"


def concatenate(frame: Frame, position: int, parts: list[Val]) -> Val:
    """Texts one after the other."""
    if all(part.const is not NO and isinstance(part.const, (str, int, float)) and not part.origins for part in parts):
        return constant("".join(str(part.const) for part in parts)[:MAX_TEXT])
    origins: tuple[Any, ...] = ()
    put: list[Origin] = []
    for index, part in enumerate(parts):
        held = deep_origins(part)
        before = "".join(map(shape, parts[:index]))
        if held and index and before == "/":
            held = addresses.below_root(held)
        if held and before:
            held = pasted.marked(clean(held, RELATIVE), part, before)
            put.extend(held)
        if held and index and addresses.anchored(before, parts[:index]):
            held = clean(held, addresses.HOST)
        origins = join_origins(origins, held)
    text = "".join(shape(part) for part in parts)[:MAX_TEXT]
    origins = pasted.kept(origins, put)
    return Val(("text",), step(origins, frame.unit, position, "built into a text"), NO, None, text)


def formatted(frame: Frame, position: int, value: Val, conversion: str, spec: Any) -> Val:
    """One `{value!conversion:spec}` of an f-string."""
    if spec is not None and isinstance(value.const, (int, float)) and not value.origins:
        return TEXT
    if value.const is not NO and not value.origins and not conversion and isinstance(value.const, (str, int, float)):
        return constant(str(value.const))
    if spec is not None and not conversion and _is_number(spec):
        return TEXT
    origins = deep_origins(value)
    if conversion in ("r", "a"):
        return Val(("text",), pasted.represented(clean(origins, LITERAL), value), NO, None, "{}")
    built = shape(value) if spec is None and not conversion else "{}"
    return Val(("text",) if pasted.free(value) else value.type, origins, NO, None, built)


def _is_number(spec: Any) -> bool:
    """True for a format that no text takes (`:04d`, `:.2f`)."""
    last = spec[2][-1] if spec[0] == f.FSTRING and spec[2] else spec
    return bool(last[0] == f.CONST and isinstance(last[2], str) and last[2][-1:] in _OF_NUMBERS)


def placed(pieces: Sequence[str], values: Sequence[Val]) -> list[bool]:
    """Of each value put into a template, which its places cut into pieces: whether what stands before it fixes the host of an address."""
    found = []
    before = pieces[0]
    for index, value in enumerate(values):
        found.append(addresses.anchored(before, values[:index]))
        before += shape(value) + pieces[index + 1]
    return found


def percent_format(frame: Frame, position: int, left: Val, right: Val) -> Val:
    """`text % values`."""
    if (right.type == ("tuple",) and right.items is not None) or (right.type == ("dict",) and right.items is not None):
        values = list(right.items.values())
    else:
        values = [right]
    template = shape(left)
    text = template
    if values and all("{}" not in shape(value) for value in values) and right.type != ("dict",):
        for value in values:
            text = text.replace("%s", shape(value), 1)
    else:
        text = text.replace("%s", "{}").replace("%d", "{}")
    numeric = template.count("%d") + template.count("%i") == template.count("%") and "%" in template
    origins = left.origins
    pieces = _PLACES.split(template)
    fixes = placed(pieces, values) if len(pieces) == len(values) + 1 and right.type != ("dict",) else None
    if not numeric:
        holes = _holes(template, list(right.items) if right.type == ("dict",) and right.items else None)
        for index, value in enumerate(values):
            fixed = fixes[index] if fixes is not None else addresses.fixes_host(template.partition("%")[0])
            behind = RELATIVE if index or not template.startswith("%") else 0
            held = clean(deep_origins(value), (addresses.HOST if fixed else 0) | behind)
            held = pasted.marked(held, value, holes.get(index, ""))
            origins = pasted.kept(join_origins(origins, held), held)
    return Val(("text",), step(origins, frame.unit, position, "built into a text"), NO, None, text[:MAX_TEXT])


def _holes(template: str, names: list[Any] | None) -> dict[int, str]:
    """What stands before each `%s` of a template, by the value that it takes; names: those of the values, where they have some."""
    found: dict[int, str] = {}
    for hole in _PERCENT.finditer(template):
        if hole[2] in ("s", "r"):
            index = names.index(hole[1]) if names is not None and hole[1] in names else len(found)
            found.setdefault(index, template[: hole.start()])
        elif hole[2]:
            found.setdefault(len(found), "")
    return found


def unary(op: str, value: Val) -> Val:
    """`op value`."""
    if op == "not" and value.type == ("key",):
        return constant(False)
    if value.const is not NO and not value.origins:
        try:
            if op == "not":
                return constant(not value.const)
            if op == "-":
                return constant(-value.const)
        except TypeError:
            return UNKNOWN
    if op == "~" and value.items:  # conditions turned round: what holds then is not read
        return Val(None, deep_origins(value))
    return NUMBER if op == "not" else value


def compare(frame: Frame, position: int, op: str, left: Val, right: Val) -> Val:
    """`left op right`: a truth, folded where both are constant."""
    if op in ("in", "not in") and right.type is not None and right.type[0] == "query":
        orm = frame.engine.frameworks_by_name.get(right.type[1].orm)
        if orm is not None:
            orm.evaluate(frame, right, position, "in")
    elif _is_query(left) or _is_query(right):
        made = _operate(frame, op, left, right, position)
        if made is not None:
            return made
    if left.type == ("key",) and right.const is None and op in ("is", "is not", "==", "!="):
        return constant(op in ("is not", "!="))
    if op in ("in", "not in") and (held := _among(left, right)) is not None:
        return constant(held is (op == "in"))
    folded = _fold(op, left, right)
    return folded if folded is not None else NUMBER


def _among(left: Val, right: Val) -> bool | None:
    """Whether a constant is among the constants of a list; None where that can't be told."""
    if left.const is NO or left.origins or right.items is None or right.origins or right.type == ("dict",):
        return None
    if any(item.const is NO or item.origins for item in right.items.values()):
        return None
    return any(item.const == left.const for item in right.items.values())
