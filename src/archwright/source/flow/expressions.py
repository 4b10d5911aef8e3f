"""Expressions to abstract values."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from archwright.source import facts as f
from archwright.source.flow import attributes, calls, operators, transactions, turns
from archwright.source.flow.checks import key_of
from archwright.source.flow.compared import compared
from archwright.source.flow.frame import Frame
from archwright.source.flow.lookups import look_up
from archwright.source.flow.loops import loop_element, named_elements
from archwright.source.flow.refine import emptied, refine
from archwright.source.flow.values import (
    NO,
    NUMBER,
    SEQUENCES,
    UNKNOWN,
    Val,
    constant,
    join,
    join_all,
    origins_of,
)
from archwright.source.link.module import UNIT_BITS

_BUILTINS = frozenset(dir(builtins))
_EQUAL = frozenset({"==", "!="})


def evaluate(frame: Frame, node: tuple[Any, ...] | None) -> Val:
    """The value of an expression; effects on the way are recorded in the frame."""
    if node is None:
        return UNKNOWN
    handler = _HANDLERS.get(node[0])
    return handler(frame, node) if handler is not None else UNKNOWN


def lookup(frame: Frame, name: str) -> Val:
    """The value of a name: local, enclosing function, module, builtin."""
    value = frame.env.get(name)
    if value is not None:
        return value
    if frame.closure is not None and name not in frame.globals:
        value = frame.closure.get(name)
        if value is not None:
            return value
    value = frame.outer.get(name)
    if value is None:
        value = frame.engine.global_value(frame.module, name)
        if value is None:
            value = Val(("external", f"builtins.{name}")) if name in _BUILTINS else UNKNOWN
        frame.outer[name] = value
    return value


def _name(frame: Frame, node: tuple[Any, ...]) -> Val:
    return lookup(frame, node[2])


def _const(frame: Frame, node: tuple[Any, ...]) -> Val:
    return constant(node[2])


def _attr(frame: Frame, node: tuple[Any, ...]) -> Val:
    base = node[2]
    if base[0] == f.NAME:
        narrowed = frame.env.get(f"{base[2]}.{node[3]}")
        if narrowed is not None:
            return narrowed
    elif frame.narrowed and (known := _narrowed(frame, node)) is not None:
        return known
    found = attributes.attribute(frame, evaluate(frame, base), node[3], node[1])
    if found is frame.fetched:
        _keep_fetched(frame, node, found)
    return found


def _keep_fetched(frame: Frame, node: tuple[Any, ...], found: Val) -> None:
    """`self.order.lines`: the row behind `self.order` holds its lines, though no name holds the row."""
    frame.fetched = None
    key = key_of(node)
    if key is not None:
        frame.keep(key, found)
        frame.narrowed = True


def _narrowed(frame: Frame, node: tuple[Any, ...]) -> Val | None:
    """What a check has told of this very expression."""
    key = key_of(node)
    return frame.env.get(key) if key is not None else None


def _call(frame: Frame, node: tuple[Any, ...]) -> Val:
    if frame.narrowed and (known := _narrowed(frame, node)) is not None:
        return known
    return calls.call(frame, node)


def _binop(frame: Frame, node: tuple[Any, ...]) -> Val:
    return operators.binary(frame, node[1], node[2], evaluate(frame, node[3]), evaluate(frame, node[4]))


def _bool(frame: Frame, node: tuple[Any, ...]) -> Val:
    values = []
    saved: dict[str, Val] | None = None
    branches, doubts = frame.branches, frame.doubts
    for index, part in enumerate(node[3]):
        values.append(evaluate(frame, part))
        frame.branches += 1
        frame.doubts += not turns.of_row(frame, part, values[-1])
        if operators.truth(values[-1]) is (node[2] == "or"):
            break  # what stands behind is never looked at
        if index + 1 < len(node[3]):
            operators.tested(frame, values[-1], node[1])
            if saved is None:
                saved = dict(frame.env)
            refine(frame, part, node[2] == "and")
    frame.branches, frame.doubts = branches, doubts
    if saved is not None:
        added = {name: value for name, value in frame.env.items() if name not in saved}
        frame.along[node[1]] = {name: value for name, value in added.items() if "." in name}
        saved.update({name: value for name, value in added.items() if "." not in name})
        frame.env = saved
    if node[2] == "or" and values[0].const is not NO and not values[0].const and not values[0].origins:
        return join_all(values[1:])
    if node[2] == "and":  # what stands before the last part is given where it is empty
        values[:-1] = [emptied(value) for value in values[:-1]]
    return join_all(values)


def _unary(frame: Frame, node: tuple[Any, ...]) -> Val:
    value = evaluate(frame, node[3])
    if node[2] == "not":
        operators.tested(frame, value, node[1])
    return operators.unary(node[2], value)


def _compare(frame: Frame, node: tuple[Any, ...]) -> Val:
    left = evaluate(frame, node[2])
    result = None
    for operator, part in node[3]:
        right = evaluate(frame, part)
        truth = operators.compare(frame, node[1], operator, left, right)
        result = truth if result is None else NUMBER
        if operator in _EQUAL:
            compared(frame, part[1], node[2], left, part, right)
        left = right
    return result if result is not None else NUMBER


def _ifexp(frame: Frame, node: tuple[Any, ...]) -> Val:
    test = evaluate(frame, node[2])
    known = operators.tested(frame, test, node[1])
    saved = dict(frame.env)
    values = []
    doubt = known is None and not turns.of_row(frame, node[2], test)
    frame.branches += known is None
    frame.doubts += doubt
    if known is not False:
        refine(frame, node[2], True)
        values.append(evaluate(frame, node[3]))
        frame.env = dict(saved)
    if known is not True:
        refine(frame, node[2], False)
        values.append(evaluate(frame, node[4]))
        frame.env = saved
    frame.branches -= known is None
    frame.doubts -= doubt
    return join_all(values)


def _subscript(frame: Frame, node: tuple[Any, ...]) -> Val:
    if frame.narrowed and (known := _narrowed(frame, node)) is not None:
        return known
    base = evaluate(frame, node[2])
    index = evaluate(frame, node[3])
    return attributes.subscript(frame, base, index, node[1], is_slice=node[3][0] == f.SLICE)


def _slice(frame: Frame, node: tuple[Any, ...]) -> Val:
    return Val(
        ("slice",), (), NO, {index: evaluate(frame, part) for index, part in enumerate(node[2:]) if part is not None}
    )


def _sequence(kind: str) -> Callable[[Frame, tuple[Any, ...]], Val]:
    def build(frame: Frame, node: tuple[Any, ...]) -> Val:
        items: dict[Any, Val] = {}
        exact = True
        for index, part in enumerate(node[2]):
            if part[0] == f.STARRED:
                value = attributes.element(frame, evaluate(frame, part[2]), part[1])
                exact = False
            else:
                value = evaluate(frame, part)
            key = index if exact else "*"
            items[key] = join(items[key], value) if key in items else value
            if len(items) > 64:
                items = {"*": join_all(list(items.values()))}
                exact = False
        const: Any = NO
        if exact and kind != "set" and all(value.const is not NO for value in items.values()):
            const = tuple(value.const for value in items.values())
        return Val((kind,), (), const, items)

    return build


def _dict(frame: Frame, node: tuple[Any, ...]) -> Val:
    items: dict[Any, Val] = {}
    origins: tuple[Any, ...] = ()
    for key_node, value_node in node[2]:
        value = evaluate(frame, value_node)
        if key_node is None:
            if value.items is not None:
                items.update(value.items)
            origins = origins_of([Val(None, origins), Val(None, value.origins)])
            continue
        key = evaluate(frame, key_node)
        name = key.const if isinstance(key.const, (str, int, bytes)) else "*"
        items[name] = join(items[name], value) if name == "*" and "*" in items else value
        if name == "*":
            origins = origins_of([Val(None, origins), Val(None, key.origins)])
    return Val(("dict",), origins, NO, items)


def _fstring(frame: Frame, node: tuple[Any, ...]) -> Val:
    parts = [evaluate(frame, part) for part in node[2]]
    return operators.concatenate(frame, node[1], parts)


def _formatted(frame: Frame, node: tuple[Any, ...]) -> Val:
    value = evaluate(frame, node[2])
    if node[4] is not None:
        evaluate(frame, node[4])
    if node[3] in ("", "s"):
        value = attributes.as_text(frame, value, node[1])
    return operators.formatted(frame, node[1], value, node[3], node[4])


def _comprehension(frame: Frame, node: tuple[Any, ...]) -> Val:
    entered = turns.enter(frame)
    first = evaluate(frame, node[5][0][1])  # runs whatever it holds, so what it fetches is known behind
    saved_env = dict(frame.env)
    for name in named_elements(node[5][0][0], first, node[3:5]) if len(node[5]) == 1 else ():
        assign(frame, node[5][0][0], name)
        evaluate(frame, node[3])
    for index, (target, iterable, conditions, _) in enumerate(node[5]):
        element = loop_element(frame, iterable, evaluate(frame, iterable) if index else first, iterable[1])
        assign(frame, target, element)
        for condition in conditions:
            frame.branches += 1
            frame.doubts += not turns.of_row(frame, condition, evaluate(frame, condition))
            refine(frame, condition, True)
    value = evaluate(frame, node[3])
    extra = evaluate(frame, node[4]) if node[4] is not None else None
    listed = _listed_keys(frame, node, first) if extra is not None else []
    frame.env = saved_env
    turns.leave(frame, entered)
    shape = {"generator": "list"}.get(node[2], node[2])
    if extra is not None and listed:
        return Val(("dict",), (), NO, dict.fromkeys(listed, extra))
    if extra is not None:
        return Val(("dict",), value.origins, NO, {"*": extra})
    return Val((shape,), (), NO, {"*": value})


def _listed_keys(frame: Frame, node: tuple[Any, ...], first: Val) -> list[str]:
    """The names that alone may be keys of `{k: v for k, v in data.items() if k in NAMES}`, `{k: data[k] for k in NAMES}`; else none."""
    key, (target, _, conditions, _) = node[3], node[5][0]
    if key[0] != f.NAME or len(node[5]) != 1:
        return []
    lists = [first] if target[0] == f.NAME and target[2] == key[2] else []
    lists += [
        evaluate(frame, test[3][0][1])
        for test in conditions
        if test[0] == f.COMPARE and test[2][:1] + test[2][2:] == key[:1] + key[2:] and test[3][0][0] == "in"
    ]
    for given in lists:
        names = [item.const for item in (given.items or {}).values()] if given.type in SEQUENCES else []
        if names and all(isinstance(name, str) for name in names) and not given.origins:
            return names
    return []


def _lambda(frame: Frame, node: tuple[Any, ...]) -> Val:
    unit = frame.module.index << UNIT_BITS | int(node[2])
    if frame.facts[10] >= 0 and (frame.general or unit not in frame.engine.closures):
        frame.engine.closures[unit] = scope_of(frame)
    return Val(("unit", unit, None))


def scope_of(frame: Frame) -> dict[str, Val]:
    """The names a nested function sees: this frame's, over those around it."""
    if frame.closure:
        return {**frame.closure, **frame.env}
    return frame.env


def _await(frame: Frame, node: tuple[Any, ...]) -> Val:
    value = evaluate(frame, node[2])
    if value.type is not None and value.type[0] == "query":
        orm = frame.engine.frameworks_by_name.get(value.type[1].orm)
        awaited = orm.awaited(frame, value, node[1]) if orm is not None else None
        return awaited if awaited is not None else value
    return value


def _yield(frame: Frame, node: tuple[Any, ...]) -> Val:
    frame.traits.add("yield")
    transactions.gave(frame)
    if node[2] is not None:
        frame.returns.append(Val(("generator",), (), NO, {"*": evaluate(frame, node[2])}))
    return UNKNOWN


def _yield_from(frame: Frame, node: tuple[Any, ...]) -> Val:
    frame.traits.add("yield")
    value = evaluate(frame, node[2])
    element = attributes.element(frame, value, node[1])
    frame.returns.append(Val(("generator",), (), NO, {"*": element}))
    return UNKNOWN


def _walrus(frame: Frame, node: tuple[Any, ...]) -> Val:
    value = evaluate(frame, node[3])
    assign(frame, node[2], value)
    return value


def _starred(frame: Frame, node: tuple[Any, ...]) -> Val:
    return evaluate(frame, node[2])


def assign(frame: Frame, target: tuple[Any, ...], value: Val) -> None:
    """Bind a target: a name, a tuple of targets, an attribute or an item."""
    kind = target[0]
    if kind == f.NAME:
        name = target[2]
        if name in frame.dotted:
            prefix = f"{name}."
            for narrowed in [key for key in frame.env if key.startswith(prefix)]:
                del frame.env[narrowed]
        frame.env[name] = value
    elif kind in (f.TUPLE, f.LIST):
        count = len(target[2])
        for index, part in enumerate(target[2]):
            if part[0] == f.STARRED:
                assign(frame, part[2], Val(("list",), value.origins, NO, value.items))
            else:
                assign(frame, part, attributes.item(frame, value, index, part[1], exact=count))
    elif kind == f.ATTR:
        base = evaluate(frame, target[2])
        attributes.set_attribute(frame, base, target[2], target[3], value, target[1])
    elif kind == f.SUBSCRIPT:
        base = evaluate(frame, target[2])
        attributes.set_item(frame, base, target[2], evaluate(frame, target[3]), value, target[1])
    elif kind == f.STARRED:
        assign(frame, target[2], value)


def _lookup(frame: Frame, node: tuple[Any, ...]) -> Val:
    return look_up(frame, evaluate(frame, node[2]), node[3], node[1], called=node[4])


_HANDLERS: dict[int, Callable[[Frame, tuple[Any, ...]], Val]] = {
    f.CONST: _const,
    f.NAME: _name,
    f.ATTR: _attr,
    f.CALL: _call,
    f.BINOP: _binop,
    f.BOOL: _bool,
    f.UNARY: _unary,
    f.COMPARE: _compare,
    f.IFEXP: _ifexp,
    f.SUBSCRIPT: _subscript,
    f.SLICE: _slice,
    f.LIST: _sequence("list"),
    f.TUPLE: _sequence("tuple"),
    f.SET: _sequence("set"),
    f.DICT: _dict,
    f.FSTRING: _fstring,
    f.TEMPLATE: _fstring,
    f.FORMATTED: _formatted,
    f.COMPREHENSION: _comprehension,
    f.LAMBDA_EXPR: _lambda,
    f.AWAIT: _await,
    f.YIELD: _yield,
    f.YIELD_FROM: _yield_from,
    f.STARRED: _starred,
    f.WALRUS: _walrus,
    f.LOOKUP: _lookup,
}
