"""Statements: control over effects. A block answers whether execution goes on after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, reduce
from operator import and_
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.flow import (
    configured,
    contained,
    divided,
    hosts,
    looked_up,
    memo,
    operators,
    pasted,
    rewritten,
    transactions,
    turns,
    ways,
)
from archwright.source.flow.checks import MARK, TEST, key_of, leave, never_returns
from archwright.source.flow.effects import CaughtMark, LoopMark
from archwright.source.flow.expressions import assign, evaluate, scope_of
from archwright.source.flow.frame import Frame
from archwright.source.flow.loops import loop_element, named_elements
from archwright.source.flow.managers import managed
from archwright.source.flow.masks import taken_out
from archwright.source.flow.patterns import bind_pattern
from archwright.source.flow.refine import is_test, passed, refine
from archwright.source.flow.swallow import caught_types, judge_handler
from archwright.source.flow.values import ALL_USES, NONE, Val, join, step
from archwright.source.link.module import UNIT_BITS
from archwright.source.nodes import blocks, nodes

_NOT_FOUND: Final = "DoesNotExist"
"""Ends the names of the errors that tell that no row was found."""


def block(frame: Frame, body: tuple[Any, ...]) -> bool:
    """Interpret statements. False where the end is never reached (return, raise, break, continue)."""
    around, doubts = frame.loops, frame.doubts
    alive = True
    for index, node in enumerate(body):
        handler = _HANDLERS.get(node[0])
        if handler is not None and not handler(frame, node):
            alive = False
            break
        if node[0] == f.IF and memo.finds(node, body[index + 1 :]):
            frame.loops = (*frame.loops, memo.mark(frame.unit, node[1]))
    frame.loops, frame.doubts = around, doubts
    return alive


def _expr(frame: Frame, node: tuple[Any, ...]) -> bool:
    known, frame.traits = frame.traits, set()
    expression = node[2]
    evaluate(frame, expression)
    if "does:Write" in frame.traits:
        _not_counted(frame, expression)
    if "call" in frame.traits:  # nobody looks at what it gives, so it is called for what it does
        frame.traits.add("action")
    frame.traits |= known
    taken_out(frame.facts, node, frame.env)
    if expression[0] == f.BOOL and never_returns(frame, expression[3][-1]):  # `x in ALLOWED or abort(400)`
        for part in expression[3][:-1] if len(expression[3]) == 2 or expression[2] == "and" else ():
            refine(frame, part, expression[2] == "or")
        return True
    return not never_returns(frame, expression)


def _not_counted(frame: Frame, node: tuple[Any, ...]) -> None:
    """Nobody looks at what a statement gives: the number of rows changed, where it changes some."""
    while node[0] == f.AWAIT:
        node = node[2]
    if node[0] == f.CALL:
        for found in reversed(frame.effects):
            if found.kind == "Write" and found.position == node[1]:
                found.slots["count_used"] = False


def _assign(frame: Frame, node: tuple[Any, ...]) -> bool:
    value = evaluate(frame, node[3])
    looked_up.found(frame, node[3])
    of_address = hosts.told(frame, node[3])
    for target in node[2]:
        assign(frame, target, value)
        if target[0] == f.NAME and is_test(frame, node[3]):
            frame.keep(target[2] + TEST, Val(None, (), node[3]))
        if target[0] == f.NAME and of_address is not None:
            frame.keep(target[2] + of_address[0], Val(None, (), of_address[1]))
        if target[0] == f.NAME and node[3][0] in (f.CALL, f.BINOP):
            contained.keep(frame, target[2], node[3])
        if target[0] == f.NAME and node[3][0] in (f.CALL, f.BOOL):
            rewritten.keep(frame, target[2], node[3])
        divided.keep(frame, target, node[3])
    taken_out(frame.facts, node, frame.env)
    configured.bound(frame, node[2], node[3], value)
    return not never_returns(frame, node[3])


def _augassign(frame: Frame, node: tuple[Any, ...]) -> bool:
    old = evaluate(frame, node[2])
    value = operators.binary(frame, node[1], node[3], old, evaluate(frame, node[4]))
    if value.type is None and old.type is not None and old.type[0] != "number":
        value = value.with_type(old.type)
    assign(frame, node[2], value)
    return True


def _annassign(frame: Frame, node: tuple[Any, ...]) -> bool:
    declared = frame.engine.annotated(frame.module, node[3])
    if node[4] is not None:
        value = evaluate(frame, node[4])
        if value.type is None and declared is not None:
            value = value.with_type(declared)
        assign(frame, node[2], value)
        configured.bound(frame, (node[2],), node[4], value)
    return True


def _return(frame: Frame, node: tuple[Any, ...]) -> bool:
    value = evaluate(frame, node[2]) if node[2] is not None else NONE
    if never_returns(frame, node[2]):
        return False
    leave(frame, node[2], operators.truth(value))
    transactions.left(frame)
    frame.returns.append(
        Val(
            value.type,
            step(value.origins, frame.unit, node[1], "returned"),
            value.const,
            value.items,
            value.text,
            value.asked,
        )
    )
    return False


def _raise(frame: Frame, node: tuple[Any, ...]) -> bool:
    if node[2] is not None:
        raised = evaluate(frame, node[2])
        if raised.type is not None and raised.type[-1] == "builtins.NotImplementedError":
            frame.traits.add("unmade")  # heirs put something else in its place
    frame.traits.add("raise")
    return False


def _delete(frame: Frame, node: tuple[Any, ...]) -> bool:
    for target in node[2]:
        if target[0] == f.NAME:
            frame.env.pop(target[2], None)
        else:
            evaluate(frame, target)
    taken_out(frame.facts, node, frame.env)
    return True


def _assert(frame: Frame, node: tuple[Any, ...]) -> bool:
    evaluate(frame, node[2])
    refine(frame, node[2], True)
    return True


def _global(frame: Frame, node: tuple[Any, ...]) -> bool:
    frame.globals.update(node[2])
    return True


def _break(frame: Frame, node: tuple[Any, ...]) -> bool:
    frame.breaks.append(dict(frame.env))
    return False


def _continue(frame: Frame, node: tuple[Any, ...]) -> bool:
    frame.continues.append(dict(frame.env))
    return False


def _go_on(frame: Frame, node: tuple[Any, ...]) -> bool:
    return True


def merge(frame: Frame, left: dict[str, Val] | None, right: dict[str, Val] | None) -> None:
    """Set the frame's names to what they may be where two ways meet; None: that way never gets here."""
    if left is None or right is None:
        frame.env = left if left is not None else right if right is not None else frame.env
        return
    if left is right:
        frame.env = left
        return
    merged = dict(left)
    for name, value in right.items():
        mine = left.get(name)
        if mine is None:
            if "." not in name:
                merged[name] = value
        elif mine is not value:
            merged[name] = join(mine, value)
    if frame.dotted:
        for name in left:
            if "." in name and name not in right:
                del merged[name]
    frame.env = merged


def _if(frame: Frame, node: tuple[Any, ...]) -> bool:
    test = evaluate(frame, node[2])
    known = operators.tested(frame, test, node[1])
    doubt = known is None and not turns.of_row(frame, node[2], test)
    before = frame.env
    then_env: dict[str, Val] | None = None
    else_env: dict[str, Val] | None = None
    start = len(frame.changed)
    copies: ways.Copies = []
    frame.branches += known is None
    frame.doubts += doubt
    if known is not False:
        frame.env = dict(before)
        refine(frame, node[2], True)
        saved = frame.loops
        if memo.fills(node[2], node[3]):
            frame.loops = (*saved, memo.mark(frame.unit, node[1]))
        if block(frame, node[3]):
            then_env = frame.env
        frame.loops = saved
    if known is not True:
        frame.env = dict(before)
        copies = ways.apart(frame, start, frame.env)
        refine(frame, node[2], False)
        if block(frame, node[4]):
            else_env = frame.env
    frame.branches -= known is None
    if doubt and not turns.passes_by(node):
        frame.doubts -= 1
    if then_env is None and else_env is None:
        return False
    ways.meet(frame, copies, then_env, else_env)
    merge(frame, then_env, else_env)
    return True


def _for(frame: Frame, node: tuple[Any, ...]) -> bool:
    iterable = evaluate(frame, node[3])
    entered = turns.enter(frame)
    element = loop_element(frame, node[3], iterable, node[1])
    left: list[dict[str, Val]] = []
    for each in named_elements(node[2], iterable, node[4]) or (element,):
        before = dict(frame.env)
        assign(frame, node[2], each)
        left += _turns(frame, node[4], before, partial(assign, frame, node[2], each))
    turns.leave(frame, entered)
    _checked_each(frame, node, element)
    if node[5]:
        block(frame, node[5])
    _arrive(frame, left)
    return True


def _checked_each(frame: Frame, node: tuple[Any, ...], element: Val) -> None:
    """`for name in names: if name not in ALLOWED: abort(400)`: after the loop all names passed the check."""
    target, over = node[2], node[3]
    if target[0] == f.TUPLE and over[0] == f.CALL and over[2][0] == f.ATTR and over[2][3] == "items" and target[2]:
        target, over = target[2][0], over[2][2]
    if target[0] != f.NAME or _breaks(node[4], (f.BREAK, f.CONTINUE)):
        return
    after = frame.env.get(target[2])
    if after is None or after is element or not after.origins or (over[0] == f.CALL and key_of(over) is None):
        return
    first = (element.items or {}).get(0, element)
    before = _common(mask for key, mask, _ in first.origins if key[0] in ("source", "parameter", "field"))
    told = _common(mask for _, mask, _ in after.origins)
    if told != ALL_USES and _binds(node[4], target[2]):
        return  # what became of a name says nothing of the others
    if told & ~before:
        passed(frame, over, told)


def _common(masks: Iterable[int]) -> int:
    """The uses for which all are clean."""
    return reduce(and_, masks, ALL_USES)


def _binds(body: tuple[Any, ...], name: str) -> bool:
    """True where statements bind a name anew."""
    return any(
        target[0] == f.NAME and target[2] == name
        for node in nodes(body)
        if node[0] in (f.ASSIGN, f.AUGASSIGN)
        for target in (node[2] if node[0] == f.ASSIGN else (node[2],))
    )


def _while(frame: Frame, node: tuple[Any, ...]) -> bool:
    saved = frame.loops
    test = evaluate(frame, node[2])
    if operators.tested(frame, test, node[1]) is False:
        return block(frame, node[4])
    frame.loops = (*saved, LoopMark(frame.unit, node[1], "while", None, None, False))
    before = dict(frame.env)
    refine(frame, node[2], True)
    left = _turns(frame, node[3], before, lambda: refine(frame, node[2], True))
    frame.loops = saved
    refine(frame, node[2], False)
    if node[4]:
        block(frame, node[4])
    _arrive(frame, left)
    # what a name holds may be another on a later turn
    endless = node[2][0] == f.CONST and operators.truth(test) is True
    return not (endless and not _breaks(node[3]))


def _breaks(body: tuple[Any, ...], kinds: tuple[int, ...] = (f.BREAK,)) -> bool:
    for node in body:
        if node[0] in kinds:
            return True
        if node[0] in (f.IF, f.TRY, f.WITH, f.MATCH) and any(_breaks(part, kinds) for part in blocks(node)):
            return True
    return False


def _turns(
    frame: Frame, body: tuple[Any, ...], before: dict[str, Val], start: Callable[[], None]
) -> list[dict[str, Val]]:
    """Walk a loop's body, and once more if a name that lives across turns came to hold other origins.

    Returns the names as they are at each `break`: what follows the loop, behind its `else`, begins with these too.
    """
    outer = frame.breaks, frame.continues
    frame.breaks, frame.continues = [], []
    _turn(frame, body)
    after = frame.env
    changed = any(
        name in after and {o[0] for o in after[name].origins} - {o[0] for o in value.origins}
        for name, value in before.items()
    ) or transactions.differ(before, after)
    merge(frame, before, after)
    if changed:
        start()
        entered = dict(frame.env)
        _turn(frame, body)
        merge(frame, entered, frame.env)
    left = frame.breaks
    frame.breaks, frame.continues = outer
    return left


def _turn(frame: Frame, body: tuple[Any, ...]) -> None:
    """One turn: its end is reached by walking through, and by each `continue`."""
    frame.continues = []
    entered = dict(frame.env)
    alive = block(frame, body)
    ways = [frame.env, *frame.continues] if alive else frame.continues
    frame.env = ways[0] if ways else entered
    for env in ways[1:]:
        merge(frame, frame.env, env)


def _arrive(frame: Frame, ways: list[dict[str, Val]]) -> None:
    for env in ways:
        merge(frame, frame.env, env)


def _with(frame: Frame, node: tuple[Any, ...]) -> bool:
    return managed(frame, node, block)


def _try(frame: Frame, node: tuple[Any, ...]) -> bool:
    saved, saved_traits = frame.caught, frame.traits
    returned = len(frame.left)
    before = dict(frame.env)
    if node[3]:
        types = tuple(name for handler in node[3] for name in caught_types(frame, handler[1]))
        frame.caught = (*saved, CaughtMark(frame.unit, node[1], types))
    frame.traits = set()
    alive = block(frame, node[2])
    frame.caught = saved
    tried, frame.traits = frame.traits, saved_traits | frame.traits
    body_env = frame.env
    if alive and node[4]:
        alive = block(frame, node[4])
    ways = [frame.env] if alive else []
    for handler in node[3]:
        merge(frame, _looked_up(frame, node[2], handler, before, body_env), dict(body_env))
        if handler[2]:
            frame.env[handler[2]] = Val(("error",), ((pasted.ERROR, 0, None),))
        around = frame.loops
        if memo.missing(node[2], handler):
            frame.loops = (*around, memo.mark(frame.unit, handler[0]))
        frame.branches, frame.doubts = frame.branches + 1, frame.doubts + 1
        if judge_handler(frame, handler, tried):
            ways.append(frame.env)
        frame.branches, frame.doubts = frame.branches - 1, frame.doubts - 1
        frame.loops = around
    frame.env = ways[0] if ways else body_env
    for env in ways[1:]:
        merge(frame, frame.env, env)
    if not node[5]:
        return bool(ways)
    state = transactions.state_of(frame)
    ends = not block(frame, node[5])
    transactions.finished(frame, returned, state)
    return not ends and bool(ways)


def _looked_up(
    frame: Frame, body: tuple[Any, ...], handler: tuple[Any, ...], before: dict[str, Val], after: dict[str, Val]
) -> dict[str, Val]:
    """The names before a body as its handler knows them: that no row was found is told after what it was looked for by was checked.

    That holds where the body is the look-up alone.
    """
    names = dict(before)
    types = caught_types(frame, handler[1])
    alone = len(body) == 1 and body[0][0] in (f.EXPR, f.ASSIGN, f.RETURN)
    if not alone or not types or not all(name.endswith(_NOT_FOUND) for name in types):
        return names
    if any(node[0] == f.CALL and node[1] in frame.exact for node in nodes(body)):
        for mark in [key for key in after if key.endswith(MARK) and after[key] is not before.get(key)]:
            for key in (mark, mark.removesuffix(MARK)):
                if key in after:
                    names[key] = after[key]
    return names


def _match(frame: Frame, node: tuple[Any, ...]) -> bool:
    subject = evaluate(frame, node[2])
    before = frame.env
    ways: list[dict[str, Val]] = []
    exhaustive = False
    for pattern, guard, body in node[3]:
        frame.env = dict(before)
        answer = bind_pattern(frame, pattern, subject, node[2])
        if answer is False:
            continue
        if guard is not None:
            known = operators.truth(evaluate(frame, guard))
            refine(frame, guard, True)
            if known is False:
                continue
            answer = None if known is None else answer
        if block(frame, body):
            ways.append(frame.env)
        if answer is True:
            exhaustive = True
            break
    if not exhaustive:
        ways.append(dict(before))
    if not ways:
        return False
    frame.env = ways[0]
    for env in ways[1:]:
        merge(frame, frame.env, env)
    return True


def _import(frame: Frame, node: tuple[Any, ...]) -> bool:
    for name, alias in node[2]:
        dotted = name if alias else name.partition(".")[0]
        frame.env[alias or dotted] = frame.engine.dotted_value(dotted)
    return True


def _from(frame: Frame, node: tuple[Any, ...]) -> bool:
    origin = frame.module.absolute(node[2], node[4])
    for name, alias in node[3]:
        if name != "*":
            frame.env[alias or name] = frame.engine.imported_value(origin, name)
    return True


def _def(frame: Frame, node: tuple[Any, ...]) -> bool:
    unit_id = frame.module.index << UNIT_BITS | int(node[2])
    unit = frame.module.units[node[2]]
    for _, _, _, default in unit[4]:
        if default is not None:
            evaluate(frame, default)
    frame.env[unit[0]] = Val(("unit", unit_id, None))
    _enclose(frame, unit_id)
    for decorator in unit[5]:
        evaluate(frame, decorator)
    return True


def _enclose(frame: Frame, unit: int) -> None:
    """A function sees the names of those around it. Names of the module are looked up where they are used."""
    if frame.general and frame.facts[10] >= 0:
        frame.engine.closures[unit] = frame.env if frame.closure is None else scope_of(frame)


def _class(frame: Frame, node: tuple[Any, ...]) -> bool:
    info = frame.engine.project.class_at(frame.module, node[2])
    frame.env[info.short] = Val(("class", info))
    for unit in frame.engine.units_of_class(info):
        _enclose(frame, unit)
    for part in info.facts[7]:
        if part[0] == f.ASSIGN:
            configured.bound(frame, part[2], part[3], None)
        elif part[0] == f.ANNASSIGN and part[4] is not None:
            configured.bound(frame, (part[2],), part[4], None)
    return True


_HANDLERS: dict[int, Callable[[Frame, tuple[Any, ...]], bool]] = {
    f.EXPR: _expr,
    f.ASSIGN: _assign,
    f.AUGASSIGN: _augassign,
    f.ANNASSIGN: _annassign,
    f.RETURN: _return,
    f.RAISE: _raise,
    f.DELETE: _delete,
    f.ASSERT: _assert,
    f.GLOBAL: _global,
    f.NONLOCAL: _go_on,
    f.PASS: _go_on,
    f.BREAK: _break,
    f.CONTINUE: _continue,
    f.IF: _if,
    f.FOR: _for,
    f.WHILE: _while,
    f.WITH: _with,
    f.TRY: _try,
    f.MATCH: _match,
    f.IMPORT: _import,
    f.FROM: _from,
    f.DEF: _def,
    f.CLASS: _class,
    f.TYPE_ALIAS: _go_on,
}
