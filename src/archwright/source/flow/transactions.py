"""Transactions: whether one is open at a place, followed through blocks, calls, and ways of control that meet again.

The state is kept among the frame's names, so that it is joined wherever names are. A unit is read once for all of its
callers: until it begins or ends a transaction itself its state is "as it is where the unit is called" (`CALLER`), and
`surroundings` finds out from all calls what that is. A block's effect on the state is a `Scope`, which libraries list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from archwright.source import facts as f
from archwright.source.flow.values import NO, Val

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.flow.frame import Frame
    from archwright.source.link.project import ClassInfo

CALLER, ON, OFF, UNCLEAR = "", "on", "off", "unknown"
"""The states; `CALLER` is that of whoever calls the unit."""
BEFORE = "before"
"""A block that leaves the state as it was before it."""
STATE = "<transaction>"
"""The state's key among a frame's names; no name of Python can be the same."""
_STATES = {state: Val(None, (), state) for state in (CALLER, ON, OFF, UNCLEAR)}
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})


class Scope(NamedTuple):
    """What a block does to the transaction."""

    within: str
    """The state in the block; `CALLER`: as it was."""
    after: str = BEFORE
    """The state after the block: one of the states, `BEFORE`, or `CALLER` for the one at its end."""
    begins: bool = True
    """True where entering the block begins a transaction, or a savepoint in one that is open."""


class Entered(NamedTuple):
    """A block that is being read."""

    after: str | None
    """The state after it; None: the one at its end."""


def start(frame: Frame, state: str = CALLER) -> None:
    """The state at the first statement of a unit."""
    frame.env[STATE] = _STATES[state]


def state_of(frame: Frame) -> str:
    """The state at the current place of a frame."""
    known = frame.env.get(STATE)
    return known.const if known is not None and known.const is not NO else UNCLEAR


def set_state(frame: Frame, state: str) -> None:
    """The state from here on."""
    frame.env[STATE] = _STATES[state]


def differ(before: dict[str, Val], after: dict[str, Val]) -> bool:
    """True where a loop's turn leaves the transaction in another state than the known one it found it in."""
    old, new = before.get(STATE), after.get(STATE)
    return old is not new and old is not None and old.const is not NO and (new is None or old.const != new.const)


def opened(frame: Frame, state: str, position: int) -> None:
    """The unit's decorators run it in a transaction of their own, or out of any."""
    if state == ON:
        frame.emit("TransactionBegin", position, savepoint=False)
    set_state(frame, state)
    frame.blocks.append(Entered(CALLER))


def begin(frame: Frame, position: int) -> None:
    """A transaction is begun by a call."""
    frame.emit("TransactionBegin", position, savepoint=state_of(frame) == ON)
    set_state(frame, ON)


def implied(frame: Frame) -> None:
    """A statement runs on a connection that opens a transaction by itself."""
    if state_of(frame) != ON:
        set_state(frame, ON)


def end(frame: Frame, position: int, effect: str) -> None:
    """`Commit` or `Rollback`: no transaction is open after it, unless a block around says otherwise."""
    frame.emit(effect, position)
    set_state(frame, OFF)


# --- blocks --------------------------------------------------------------------------------------------------------
def scope_of(frame: Frame, value: Val, position: int) -> Scope | None:
    """What a block over a value does to the transaction; None: nothing is known of it, or nothing."""
    known = frame.yielded.get(position)
    if known is not None:  # a generator of the project that is entered as a context manager
        within, after = known
        return Scope(within, after if after != CALLER else BEFORE if within != CALLER else CALLER, begins=False)
    type_ = value.type
    if type_ is None or type_[0] not in ("object", "instance", "external"):
        return None
    scopes = frame.engine.registry.scopes
    if type_[0] == "instance":
        return next((scopes[base] for base in type_[1].external_bases() if base in scopes), None)
    scope = scopes.get(type_[1])
    if scope is not None and value.items and "autocommit" in value.items:
        return scope._replace(within=CALLER, begins=False)
    return scope


def enter(frame: Frame, value: Val, position: int) -> Entered | None:
    """A block over a value begins; what it returns ends it. None: the block says nothing of transactions."""
    scope = scope_of(frame, value, position)
    if scope is None:
        return None
    before = state_of(frame)
    if scope.begins:
        nested = before == ON
        savepoint = (value.items or {}).get("savepoint")
        if not (nested and savepoint is not None and savepoint.const is False):
            frame.emit("TransactionBegin", position, savepoint=nested)
    if scope.within != CALLER:
        set_state(frame, scope.within)
    entered = Entered(before if scope.after == BEFORE else None if scope.after == CALLER else scope.after)
    frame.blocks.append(entered)
    return entered


def leave_block(frame: Frame, entered: Entered | None) -> None:
    """The end of a block."""
    if entered is not None:
        frame.blocks.pop()
        if entered.after is not None:
            set_state(frame, entered.after)


# --- units ---------------------------------------------------------------------------------------------------------
def left(frame: Frame) -> None:
    """The unit returns here: blocks around the place end."""
    outermost = next((block.after for block in frame.blocks if block.after is not None), None)
    frame.left.append(state_of(frame) if outermost is None else outermost)


def finished(frame: Frame, since: int, before: str) -> None:
    """A `finally` has run: what it does to the state holds for the returns before it, too."""
    after = state_of(frame)
    if after != before:
        frame.left[since:] = [after] * (len(frame.left) - since)


def gave(frame: Frame) -> None:
    """A generator gives a value: who entered it as a context manager goes on here."""
    state = state_of(frame)
    frame.gave = state if frame.gave in (None, state) else UNCLEAR


def outcome(frame: Frame) -> tuple[str, str]:
    """The state in which the unit leaves its caller, and the one in which a generator has the body of its block run."""
    states = set(frame.left)
    leaves = states.pop() if len(states) == 1 else UNCLEAR if states else CALLER
    return leaves, frame.gave or CALLER


def called(frame: Frame, unit: int, leaves: str, yields: str, position: int) -> None:
    """A unit of the project has run, or was made a generator."""
    if leaves == CALLER and yields == CALLER:
        return
    if frame.engine.project.unit(unit)[1][8] & f.GENERATOR:
        frame.yielded[position] = (yields, leaves)
    elif leaves != CALLER:
        set_state(frame, UNCLEAR if frame.engine.overridden(unit) else leaves)


# --- decorators ----------------------------------------------------------------------------------------------------
def decorated(engine: Engine, unit: int) -> tuple[str, int] | None:
    """The state a unit's decorators run it in, and the place of the decorator; None: they say nothing of it."""
    module, facts = engine.project.unit(unit)
    for node in facts[5]:
        state = _decorator(engine, module, node)
        if state is not None:
            return state, node[1]
    owner = engine.project.class_of_unit(unit)
    if owner is not None:
        for node in owner.facts[6]:
            if _for_method(node, facts[0]):
                state = _decorator(engine, owner.module, node)
                if state is not None:
                    return state, facts[2]
    return None


def _for_method(node: Any, name: str) -> bool:
    """True for Django's `@method_decorator(decorator, name="post")` over a class that has the method."""
    if node[0] != f.CALL or not _named(node[2], "method_decorator"):
        return False
    given = dict(node[4]).get("name")
    return (
        given is not None and given[0] == f.CONST and (given[2] == name or (given[2] == "dispatch" and name in _VERBS))
    )


def _decorator(engine: Engine, module: Any, node: Any) -> str | None:
    if node[0] == f.CALL and _named(node[2], "method_decorator") and node[3]:
        node = node[3][0]
    target = node[2] if node[0] == f.CALL else node
    word = target[2] if target[0] == f.NAME else target[3] if target[0] == f.ATTR else ""
    if word in engine.registry.scope_words:
        type_ = engine.module_expression(module, node).type
        scope = (
            engine.registry.scopes.get(type_[1]) if type_ is not None and type_[0] in ("object", "external") else None
        )
        if scope is not None:
            return scope.within
    found = engine.project.resolve_expression(module, target)
    if found is not None and found.kind == "unit":
        return engine.state_given(found.value)
    return None


def _named(node: Any, name: str) -> bool:
    return bool(node[-1] == name) if node[0] in (f.NAME, f.ATTR) else False


def of_class(info: ClassInfo, name: str) -> int | None:
    """The unit of a context manager's method, plain or asynchronous."""
    unit = info.method(f"__{name}__")
    return unit if unit is not None else info.method(f"__a{name}__")
