"""Guards: what a condition that held tells of the names in it."""

from __future__ import annotations

import re
from typing import Any

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow import addresses, contained, divided, hosts, regexes, rewritten
from archwright.source.flow.checks import TEST, item_of, key_of, mark, subject, unset
from archwright.source.flow.frame import Frame
from archwright.source.flow.quoting import quoted, without
from archwright.source.flow.signatures import COMPARES, signed
from archwright.source.flow.values import (
    ALL_USES,
    AMOUNT,
    BIT,
    NO,
    Val,
    clean,
    constant,
    deep_origins,
    sent,
    step,
    whole_argument,
)

_SAFE_TESTS = frozenset({"isdigit", "isdecimal", "isnumeric", "isalnum", "isalpha", "isidentifier"})
_SAFE_TYPES = frozenset({"int", "float", "bool", "UUID", "Decimal", "date", "datetime", "complex"})
_TEXT_TYPES = frozenset({"str", "bytes"})
_MAY_BE_TEXT = (None, ("text",))
_MAY_BE_DICT = (None, ("dict",))
_NO_STRUCTURE = BIT[Use.FILTER]
"""A text holds no operators, whatever else it holds."""
_ORDERS = frozenset({"<", "<=", ">", ">="})
_SENT = frozenset({"source", "parameter"})
_TEXTS = ("query parameter", "form field", "request header", "cookie", "path parameter")
"""Sources that give one text each."""
_ORDERED = frozenset({"<", "<=", ">", ">="})
_MATCHES = frozenset({"match", "fullmatch", "search"})
_CHECKER = re.compile(r"(?:^|_)(?:is_)?(?:valid\w*|allowed|safe|permitted|supported|known|whitelisted)(?:_|$)")
"""Names of functions that say yes to what may pass. What one outside of the project lets through can't be known."""
_LETS = "looked at here, where other hosts get through"


def refine(frame: Frame, test: tuple[Any, ...], holds: bool) -> None:
    """Narrow the names of the frame by a test that held (or did not)."""
    if holds:
        _steered(frame, test)
    kind = test[0]
    if kind == f.UNARY and test[2] == "not":
        refine(frame, test[3], not holds)
    elif kind == f.BOOL:
        if (test[2] == "and") == holds:
            for part in test[3]:
                refine(frame, part, holds)
            quoted(frame, test[3], holds)
            frame.env = {**frame.along.get(test[1], {}), **frame.env}
        else:
            _one_of(frame, test[3], holds)
    elif kind == f.COMPARE and len(test[3]) == 1:
        _compare(frame, test[2], test[3][0][0], test[3][0][1], holds)
    elif kind == f.COMPARE and holds and all(operator in _ORDERS for operator, _ in test[3]):
        left = test[2]
        for operator, right in test[3]:
            _compare(frame, left, operator, right, holds)
            left = right
    elif kind == f.CALL:
        _called(frame, test, holds)
    elif kind == f.WALRUS:
        refine(frame, test[3], holds)
        if not holds:
            _empty(frame, test[2])
    elif kind == f.AWAIT:
        refine(frame, test[2], holds)
    elif kind == f.NAME:
        _answer(frame, test, holds)
        if not holds:
            _empty(frame, test)
            unset(frame, test)
    elif kind == f.ATTR and not holds:
        if hosts.is_host(test):
            _no_host(frame, test)
        unset(frame, test)
    elif kind == f.BINOP and test[2] == "-" and not holds and _fixed(frame, test[4]):
        passed(frame, test[3])  # nothing is left of the names but those in the list


def _steered(frame: Frame, test: tuple[Any, ...]) -> None:
    """Remember which arguments steer the unit: given as constants, they tell which branches can't be taken."""
    kind = test[0]
    if kind == f.NAME:
        value = frame.env.get(test[2])
        for key, _, _ in value.origins if value is not None else ():
            if whole_argument(key) and key[1] == frame.unit:
                frame.tested |= 1 << key[2]
    elif kind == f.UNARY:
        _steered(frame, test[3])
    elif kind == f.BOOL:
        for part in test[3]:
            _steered(frame, part)
    elif kind == f.COMPARE:
        _steered(frame, test[2])
        for _, part in test[3]:
            _steered(frame, part)


def is_test(frame: Frame, node: tuple[Any, ...]) -> bool:
    """True for an expression whose answer may be kept in a name and looked at later."""
    if node[0] == f.CALL:
        function = node[2]
        return node[1] in frame.answers or (
            function[-1] in _MATCHES
            or function[-1] in _SAFE_TESTS
            or function[-1] in ("all", "any", "issubset", "bool", "next")
            or (function[0] in (f.NAME, f.ATTR) and _CHECKER.search(function[-1]) is not None)
        )
    return (
        node[0] in (f.COMPARE, f.BOOL)
        or (node[0] == f.UNARY and node[2] == "not")
        or (node[0] == f.BINOP and node[2] == "-")
    )


def passed(frame: Frame, node: tuple[Any, ...], uses: int = ALL_USES) -> None:
    """What stands at a place has passed a check: it is clean for `uses` from here on."""
    node = subject(node)
    for address in hosts.addresses_of(frame, node):
        passed(frame, address, uses)
    key = key_of(node)
    if key is None:
        return
    value = frame.env.get(key)
    if value is None:
        from archwright.source.flow.expressions import evaluate

        value = evaluate(frame, node)
    frame.env[key] = _cleaned(value, uses)
    mark(frame, key, uses)
    text = rewritten.original(frame, key)
    if text is not None:
        passed(frame, text, uses)
    whole = divided.whole_of(frame, key)
    if whole is not None:
        passed(frame, *whole)


def _cleaned(value: Val, uses: int, depth: int = 2) -> Val:
    items = value.items
    if items and depth and value.type != ("dict",):
        items = {name: _cleaned(item, uses, depth - 1) for name, item in items.items()}
    return Val(value.type, clean(value.origins, uses), value.const, items, value.text)


def _one_of(frame: Frame, parts: tuple[Any, ...], holds: bool) -> None:
    """One of the parts held (or failed), and those before it did not: what every such way tells alike."""
    from archwright.source.flow.statements import merge

    before = frame.env
    ways = []
    for index, part in enumerate(parts):
        frame.env = dict(before)
        for earlier in parts[:index]:
            refine(frame, earlier, not holds)
        refine(frame, part, holds)
        ways.append(frame.env)
    frame.env = ways[0]
    for way in ways[1:]:
        merge(frame, frame.env, way)


def _answer(frame: Frame, test: tuple[Any, ...], holds: bool) -> None:
    """A name that holds the answer of an earlier test."""
    key = f"{test[2]}{TEST}"
    kept = frame.env.pop(key, None)
    if kept is not None and isinstance(kept.const, tuple):
        refine(frame, kept.const, holds)
        frame.env[key] = kept


def emptied(value: Val) -> Val:
    """A value that is known to be empty: an empty text harms nothing where it is put."""
    sent = value.type in _MAY_BE_TEXT and any(key[0] in _SENT for key, _, _ in value.origins)
    return _cleaned(value, ALL_USES) if sent else value


def _empty(frame: Frame, name: tuple[Any, ...]) -> None:
    """`if not text`, which no caller has to know."""
    value = frame.env.get(name[2])
    if value is not None:
        frame.env[name[2]] = emptied(value)


def _fixed(frame: Frame, node: tuple[Any, ...]) -> bool:
    """True for a list that the sender does not choose."""
    from archwright.source.flow.expressions import evaluate

    return not any(map(sent, deep_origins(evaluate(frame, node))))


def _limited(frame: Frame, left: tuple[Any, ...], operator: str, holds: bool) -> None:
    """`len(text) <= 1000`, `len(text) > LIMIT` that failed."""
    below = operator in ("<", "<=") if holds else operator in (">", ">=")
    if below and left[0] == f.CALL and left[2][0] == f.NAME and left[2][2] == "len" and len(left[3]) == 1:
        passed(frame, left[3][0], BIT[Use.LENGTH])


def _compare(frame: Frame, left: tuple[Any, ...], operator: str, right: tuple[Any, ...], holds: bool) -> None:
    if operator in _ORDERED:
        _limited(frame, left, operator, holds)
    if operator in ("in", "not in"):
        if (operator == "in") == holds and right[0] == f.ATTR and right[3] == "parents":
            contained.tested(frame, right)
        elif (operator == "in") == holds and (
            hosts.allows(frame, right) if hosts.host_of(frame, left) is not None else _fixed(frame, right)
        ):
            passed(frame, left, ALL_USES | AMOUNT)
        elif (operator == "in") != holds and left[0] in (f.CONST, f.ATTR):
            if left[0] == f.CONST:
                _absent(frame, left[2], right)
                without(frame, left[2], right)
                contained.without_parents(frame, left[2], right)
                if left[2] == "//":
                    passed(frame, right, addresses.SINGLE)
            contained.one_part(frame, left, right)
    elif operator in ("==", "!=") and (operator == "==") == holds:
        contained.compared(frame, left, right)
        for one, other in ((left, right), (right, left)):
            if (hosts.host_of(frame, one) is not None and hosts.own(frame, other)) or _own(frame, one, other):
                passed(frame, one)
            if other[0] == f.CONST:
                if not other[2] and hosts.host_of(frame, one) is not None:
                    _no_host(frame, one)
                _replace(frame, one, constant(other[2]))
            elif other[0] in (f.NAME, f.ATTR):
                value = frame.env.get(key_of(other) or "")
                if value is not None and value.const is not NO and not value.origins:
                    _replace(frame, one, value)
    elif operator in ("is", "is not") and right[0] == f.CONST and right[2] is None:
        if left[0] in (f.CALL, f.NAME, f.WALRUS, f.AWAIT):
            refine(frame, left, (operator == "is not") == holds)
        if (operator == "is") == holds:
            _replace(frame, left, constant(None))
    elif operator in _ORDERS:
        below, above = (left, right) if (operator in ("<=", "<")) == holds else (right, left)
        if holds and _fixed(frame, above):
            _subset(frame, below, above)
        _bounded(frame, below, above)


def _absent(frame: Frame, key: object, node: tuple[Any, ...]) -> None:
    """`"name" not in data`: nothing stands there that a check could miss."""
    value = frame.env.get(node[2]) if node[0] == f.NAME else None
    if value is not None and value.type in _MAY_BE_DICT and isinstance(key, str) and key.isidentifier():
        passed(frame, item_of(node, key))


def _bounded(frame: Frame, amount: tuple[Any, ...], most: tuple[Any, ...]) -> None:
    """`amount <= most`: what a sender chose goes up to what the service chose."""
    while amount[0] == f.CALL and amount[2][0] == f.NAME and len(amount[3]) == 1:  # int(amount)
        amount = amount[3][0]
    key = key_of(amount)
    value = frame.env.get(key) if key is not None else None
    if value is not None and any(each[0][0] in _SENT for each in value.origins) and _fixed(frame, most):
        passed(frame, amount, AMOUNT)


def _no_host(frame: Frame, host: tuple[Any, ...]) -> None:
    """`not parts.netloc`: it tells that the address stays here only beside a look at the slashes that hide a host."""
    if hosts.looked_behind(frame):
        passed(frame, host, addresses.HOST)


def _own(frame: Frame, one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """True where a value from outside is compared with one that is surely the service's own: a field of a row, of one in a loop too."""
    from archwright.source.flow.expressions import evaluate

    held = frame.env.get(key_of(one) or "")
    if held is None or other[0] not in (f.NAME, f.ATTR) or not any(o[0][0] in _SENT for o in deep_origins(held)):
        return False
    found = deep_origins(evaluate(frame, other))
    stored = [key[0] == "field" for key, cleaned, _ in found if key[0] != "loop" and cleaned & ALL_USES != ALL_USES]
    return bool(stored) and all(stored)


def _subset(frame: Frame, inner: tuple[Any, ...], outer: tuple[Any, ...]) -> None:
    """`set(names) <= ALLOWED`."""
    from archwright.source.flow.expressions import evaluate

    if evaluate(frame, outer).type == ("set",):
        passed(frame, inner)


def _called(frame: Frame, test: tuple[Any, ...], holds: bool) -> None:
    for node, uses in frame.answers.get(test[1], ((), ()))[0 if holds else 1]:
        passed(frame, node, uses)
    function, args = test[2], test[3]
    if function[0] == f.NAME:
        _builtin(frame, function[2], args, holds)
    name = function[-1] if function[0] in (f.NAME, f.ATTR) else ""
    if function[0] == f.ATTR:
        _method(frame, function[2], name, args, holds, test[1])
    if name == COMPARES and holds:
        signed(frame, args)
    asked = args[:1] or tuple(value for name, value in test[4][:1] if name)
    if holds and asked and hosts.judges(frame, function):
        passed(frame, asked[0])
    elif holds and asked:
        _overlooked(frame, function, asked[0])
    allowed = args[1] if len(args) > 1 else next((value for key, value in test[4] if key == "allowed_hosts"), None)
    if hosts.lets_any(frame, name, asked, allowed):
        return
    if holds and asked and _CHECKER.search(name) and test[1] not in frame.answers and _outside(frame, function):
        passed(frame, asked[0])


def _overlooked(frame: Frame, function: tuple[Any, ...], node: tuple[Any, ...]) -> None:
    """A check that takes an address apart and lets other hosts through: the way of the address leads by it."""
    key = key_of(subject(node))
    value = frame.env.get(key) if key is not None else None
    if key is None or value is None or not any(o[0][0] in _SENT and not addresses.fixed(o[1]) for o in value.origins):
        return
    unit = hosts.overlooks(frame, function)
    if unit is not None:
        origins = step(value.origins, unit, frame.engine.project.unit(unit)[1][2], _LETS)
        frame.env[key] = Val(value.type, origins, value.const, value.items, value.text)


def _outside(frame: Frame, function: tuple[Any, ...]) -> bool:
    from archwright.source.flow.expressions import evaluate

    type_ = evaluate(frame, function).type
    return type_ is None or type_[0] in ("external", "member")


def _builtin(frame: Frame, name: str, args: tuple[Any, ...], holds: bool) -> None:
    if name == "isinstance" and len(args) == 2 and holds:
        types = args[1][2] if args[1][0] == f.TUPLE else _united(args[1])
        names = [node[2] if node[0] == f.NAME else node[3] if node[0] == f.ATTR else "" for node in types]
        if names and all(each in _SAFE_TYPES for each in names):
            passed(frame, args[0])
        elif names and all(each in _SAFE_TYPES or each in _TEXT_TYPES for each in names):
            passed(frame, args[0], _NO_STRUCTURE)
        elif len(types) == 1:
            narrow(frame, args[0], types[0])
    elif name == "isinstance" and len(args) == 2 and args[1][0] == f.NAME and args[1][2] == "str":
        _no_text(frame, args[0])
    elif name == "bool" and len(args) == 1:
        refine(frame, args[0], holds)
    elif name == "next" and holds and args and args[0][0] == f.COMPREHENSION:
        _found(frame, args[0])
    elif name in ("all", "any") and len(args) == 1:
        (_each if (name == "all") == holds else _some)(frame, args[0], holds)


def _united(node: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    """The types of `int | float`."""
    return (*_united(node[3]), *_united(node[4])) if node[0] == f.BINOP and node[2] == "|" else (node,)


def _no_text(frame: Frame, node: tuple[Any, ...]) -> None:
    """`not isinstance(x, str)`: what can only have been sent as a text was not, and what a caller gives then holds no letters."""
    key = key_of(node)
    value = frame.env.get(key) if key is not None else None
    if value is None or value.type not in _MAY_BE_TEXT or not value.origins:
        return
    if all(_one_text(each[0]) for each in value.origins):
        passed(frame, node)


def _one_text(key: tuple[Any, ...]) -> bool:
    return key[0] == "parameter" or (key[0] == "source" and str(key[1]).startswith(_TEXTS))


def _found(frame: Frame, node: tuple[Any, ...]) -> None:
    """`next((r for r in releases if r.link == link), None)` found one: the service has something by that name."""
    target, iterable, conditions, _ = node[5][0]
    if target[0] != f.NAME or len(node[5]) != 1 or not _fixed(frame, iterable):
        return
    for test in conditions:
        if test[0] != f.COMPARE or len(test[3]) != 1 or test[3][0][0] != "==":
            continue
        sides = (test[2], test[3][0][1])
        for one, other in (sides, sides[::-1]):
            if (
                one[0] in (f.ATTR, f.SUBSCRIPT)
                and one[2][0] == f.NAME
                and one[2][2] == target[2]
                and other[0] == f.NAME
            ):
                passed(frame, other)


def narrow(frame: Frame, node: tuple[Any, ...], class_node: tuple[Any, ...]) -> Val | None:
    """What stands at a place is an instance of a class: of something unknown, and of a row of an ancestor. None: nothing new."""
    from archwright.source.flow.expressions import evaluate

    key = key_of(node)
    old = frame.env.get(key) if key is not None else None
    if key is None or (old is None and "." not in key):
        return None
    known = old.type if old is not None else None
    if known is not None and known[0] not in ("member", "row"):
        return None
    class_ = evaluate(frame, class_node).type
    if class_ is None or class_[0] != "class":
        return None
    type_ = frame.engine.instance_type(class_[1])
    if known is not None and known[0] == "row":
        row, ancestors = known[1], [info.name for info in class_[1].mro()[1:]]
        if type_[0] != "row" or row.entity not in ancestors:
            return None
        type_ = ("row", row._replace(entity=type_[1].entity))
    value = old if old is not None else evaluate(frame, node)
    frame.env[key] = narrowed = Val(type_, value.origins, NO, value.items, value.text)
    if "." in key:
        mark(frame, key)
    return narrowed


def _each(frame: Frame, node: tuple[Any, ...], holds: bool) -> None:
    """`all(name in ALLOWED for name in names)`: what holds of every element holds of the whole.

    So does that `any(name for name in names if name not in ALLOWED)` finds none: an empty name harms nothing.
    """
    if node[0] != f.COMPREHENSION or len(node[5]) != 1 or node[5][0][0][0] != f.NAME:
        return
    name, conditions = node[5][0][0][2], node[5][0][2]
    if conditions and (holds or len(conditions) != 1 or node[3][0] != f.NAME or node[3][2] != name):
        return
    saved = frame.env
    frame.env = {**saved, name: Val(None, ((("unknown",), 0, None),))}
    for key in [key for key in frame.env if key.startswith(f"{name}.")]:
        del frame.env[key]
    refine(frame, conditions[0] if conditions else node[3], holds)
    sure = key_marked(frame, name)
    frame.env = saved
    if sure:
        passed(frame, node[5][0][1])


def _some(frame: Frame, node: tuple[Any, ...], holds: bool) -> None:
    """`any(re.match(pattern, url) for pattern in ALLOWED)`: what holds for one of the patterns, holds of the address."""
    from archwright.source.flow.expressions import evaluate

    if node[0] != f.COMPREHENSION or len(node[5]) != 1 or node[5][0][2] or node[5][0][0][0] != f.NAME:
        return
    (_, _, name), listed, _, _ = node[5][0]
    if not _fixed(frame, listed):
        return
    outer = frame.env.get(name)
    given = evaluate(frame, listed)
    frame.env[name] = Val(None, given.origins or ((("unknown",), 0, None),))
    refine(frame, node[3], holds)
    for key in [key for key in frame.env if key == name or key.startswith(f"{name}.")]:
        del frame.env[key]
    if outer is not None:
        frame.env[name] = outer


def key_marked(frame: Frame, name: str) -> bool:
    """True where a name has passed a check."""
    value = frame.env.get(name)
    return (
        value is not None and bool(value.origins) and all(mask & ALL_USES == ALL_USES for _, mask, _ in value.origins)
    )


def _method(frame: Frame, base: tuple[Any, ...], name: str, args: tuple[Any, ...], holds: bool, position: int) -> None:
    if name in contained.METHODS:
        if len(args) == 1:
            contained.judged(frame, base, name, args[0], position)
        if holds and args:
            contained.tested(frame, base)
        elif args and evaluated(frame, args[0]) in contained.ROOTS:
            contained.relative(frame, base)
        if name == "startswith" and args and (uses := hosts.begins(frame, args[0], holds)):
            passed(frame, base, uses)
        if name == "startswith" and holds and base[0] == f.NAME and evaluated(frame, args[0]) == ".":
            frame.keep(base[2] + hosts.DOTTED, constant(True))
    elif name == "is_absolute" and not holds:
        contained.relative(frame, base)
    elif name == "isabs" and args and not holds:
        contained.relative(frame, args[0])
    elif name == "endswith" and args:
        if holds and hosts.below(frame, args[0]) and hosts.host_of(frame, base) is not None:
            passed(frame, base)
    elif name in _SAFE_TESTS and not args:
        if holds:
            passed(frame, base)
    elif name in _MATCHES and args:
        _matched(frame, base, name, args, holds)
    elif name == "issubset" and holds and len(args) == 1 and _fixed(frame, args[0]):
        passed(frame, base)
    elif name == "issuperset" and holds and len(args) == 1 and _fixed(frame, base):
        passed(frame, args[0])


def evaluated(frame: Frame, node: tuple[Any, ...]) -> object:
    """The constant that an expression is; NO where it is none. Only of texts written down."""
    if node[0] == f.TUPLE:
        return next((part[2] for part in node[2] if part[0] == f.CONST and part[2] in contained.ROOTS), NO)
    return node[2] if node[0] == f.CONST else NO


def _matched(frame: Frame, base: tuple[Any, ...], name: str, args: tuple[Any, ...], holds: bool) -> None:
    """`re.fullmatch(pattern, x)`, `PATTERN.match(x)`. What a pattern lets through that can't be read, is not known."""
    from archwright.source.flow.expressions import evaluate

    value = evaluate(frame, base)
    if value.type is not None and value.type[0] in ("external", "module"):
        if len(args) < 2:
            return
        pattern, about = evaluate(frame, args[0]).const, args[1]
    else:
        pattern, about = value.text, args[0]
    if not isinstance(pattern, str):
        if holds:
            passed(frame, about)
    elif regexes.limits(pattern, name) if holds else name == "search" and regexes.forbids(pattern):
        passed(frame, about)
    elif holds and regexes.roots(pattern, name):
        passed(frame, about, addresses.HOST)


def _replace(frame: Frame, node: tuple[Any, ...], value: Val) -> None:
    key = key_of(node)
    if key is None:
        return
    old = frame.env.get(key)
    if (old is None and "." in key) or (old is not None and (old.type is None or old.type[0] in ("text", "number"))):
        frame.env[key] = value
        mark(frame, key)
