"""Calls: to a unit of the project (its summary, instantiated), to a class, or to something outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archwright.source import facts as f
from archwright.source.flow import (
    attributes,
    choices,
    dispatch,
    expressions,
    keepers,
    memo,
    schemas,
    stores,
    surroundings,
    transactions,
)
from archwright.source.flow.checks import below
from archwright.source.flow.declared_names import DECLARED
from archwright.source.flow.effects import CHANGES, JUDGES, TRACEBACK, Checked, Checks, Found, Summary
from archwright.source.flow.frame import Frame
from archwright.source.flow.parameters import is_flag
from archwright.source.flow.turns import repeats
from archwright.source.flow.values import (
    NO,
    SEQUENCES,
    UNKNOWN,
    UNKNOWN_ORIGIN,
    Origin,
    Val,
    append_chain,
    constant,
    deep_origins,
    join,
    join_origins,
    named,
    origins_of,
    type_key,
    whole_argument,
)
from archwright.source.flow.wanted import is_stored
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.shared.names import assigns
from archwright.source.link.project import ClassInfo

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

MAX_DEPTH = 24
"""Calls nested deeper than this while summaries are made give an unknown value."""
MAX_EFFECTS = 160
"""Effects a summary hands to callers; more are cut."""
MAX_PATH = 5
"""The longest key of an argument's attribute: the attribute of an attribute. What lies below comes from there."""
Spec = tuple[tuple[int, Any], ...]

_NAMING = frozenset({"channel", "task", "peer", "key", "algorithm", "names"})
"""Slots that name what an effect goes to: a caller that gives the name is told the effect, whatever else it gives."""
_WHOLE = "whole"
"""The slot of an argument that has to be a text: of an effect that another value has not, as a framework sends a mapping as JSON."""
_GROUNDS = frozenset({"source", "parameter", "loop"})
"""Origins that make an effect worth telling to callers."""
QUEUE = "queue"
"""`Found.deferred` of what a task does with what was queued for it."""
_ON_THE_WAY = frozenset({"source", "parameter", "field"})
"""Origins whose way is told."""
MAX_CALLS = 8
"""The longest way from a judged unit down to an effect."""


def call(frame: Frame, node: tuple[Any, ...]) -> Val:
    """A call expression."""
    evaluate = expressions.evaluate
    function_node = node[2]
    if function_node[0] == f.NAME and function_node[2] == "super" and frame.owner is not None:
        receiver = frame.env.get(frame.self_name or "", UNKNOWN)
        return Val(("super", frame.owner, receiver))
    function = evaluate(frame, function_node)
    args: list[Val] = []
    spread: list[Val] = []
    given: list[tuple[Val, tuple[Any, ...]]] = []
    for argument in node[3]:
        value = evaluate(frame, argument)
        if argument[0] == f.STARRED:
            if value.items is not None and "*" not in value.items and not spread:
                args.extend(value.items.values())
            else:
                spread.append(value)
        else:
            args.append(value)
            given.append((value, argument))
    keywords: dict[str, Val] = {}
    for name, argument in node[4]:
        value = evaluate(frame, argument)
        if name is None:
            if value.items is not None and "*" not in value.items and not value.origins:
                keywords.update({key: item for key, item in value.items.items() if isinstance(key, str)})
            else:
                spread.append(value)
        else:
            keywords[name] = value
            given.append((value, argument))
    frame.take_checked()
    result = call_value(frame, function, args, keywords, spread, node[1])
    checked = frame.take_checked()
    if checked is not None:
        if function.type is not None and function.type[0] == "bound" and function_node[0] == f.ATTR:
            given.append((function.type[2], function_node[2]))
        _checked(frame, *checked, given, node[1])
    keepers.refused(frame, function, given)
    schemas.fulfilled(frame, function, given)
    return result


def _checked(
    frame: Frame,
    checks: Checks,
    bound: dict[int, Val],
    given: list[tuple[Val, tuple[Any, ...]]],
    position: int,
) -> None:
    """What a call has checked, said of the expressions that were handed over."""
    from archwright.source.flow.refine import passed

    def places(checked: Checked) -> list[tuple[tuple[Any, ...], int]]:
        return [
            (below(node, path), uses)
            for (index, path), uses in sorted(checked.items())
            for value, node in given
            if value is bound.get(index)
        ]

    for node, uses in places(checks.always):
        passed(frame, node, uses)
    frame.answers[position] = (places(checks.true), places(checks.false))


def call_value(
    frame: Frame, function: Val, args: list[Val], keywords: dict[str, Val], spread: list[Val], position: int
) -> Val:
    """Call a value."""
    type_ = function.type
    if type_ is None:
        frame.traits.add("call")
        for key, _, _ in function.origins:
            if whole_argument(key):
                frame.touched |= 1 << key[2]
                if frame.closure is not None and key[1] != frame.unit:
                    frame.engine.parameter_called(key[1], transactions.state_of(frame))
            elif key[0] == "source":
                return function  # a method that gives data from outside: request.get_json()
        return UNKNOWN
    kind = type_[0]
    if kind == "unit":
        handler = frame.engine.replaced.get(type_[1])
        if handler is not None:
            return handler(CallSite(frame, position, "__call__", function, args, keywords, spread))
        return call_unit(frame, type_[1], args, keywords, spread, position)
    if kind == "bound":
        return call_unit(frame, type_[1], [type_[2], *args], keywords, spread, position)
    if kind == "class":
        attributes.touched(frame, function)
        return construct(frame, type_[1], args, keywords, spread, position)
    if kind == "external":
        return dispatch.call_external(frame.engine, CallSite(frame, position, type_[1], None, args, keywords, spread))
    if kind == "member":
        return dispatch.call_member(frame.engine, CallSite(frame, position, type_[2], type_[1], args, keywords, spread))
    if kind == "choice":
        return choices.called(
            frame, type_[1], lambda each: call_value(frame, each, args, keywords, spread, position), position
        )
    if kind == "partial":
        return call_value(frame, type_[1], [*type_[2], *args], {**dict(type_[3]), **keywords}, spread, position)
    if kind == "instance":
        unit = type_[1].method("__call__")
        if unit is not None:
            return call_unit(frame, unit, [function, *args], keywords, spread, position)
    if kind in ("query", "row", "object"):
        return dispatch.call_member(
            frame.engine, CallSite(frame, position, "__call__", function, args, keywords, spread)
        )
    frame.traits.add("call")
    return UNKNOWN


def construct(
    frame: Frame, info: ClassInfo, args: list[Val], keywords: dict[str, Val], spread: list[Val], position: int
) -> Val:
    """`Class(...)`."""
    engine = frame.engine
    site = CallSite(frame, position, info.name, None, args, keywords, spread)
    if spread or keywords:
        type_ = engine.instance_type(info)
        if type_[0] == "row":
            assigns(site, type_[1].entity, f"{info.short}(**…)", spread)
            stores.keep_all(frame, position, type_[1].entity, keywords, spread)
    for framework in engine.claimants(info):
        made = framework.construct(site, info)
        if made is not None:
            return made
    items: dict[Any, Val] = {}
    instance = Val(engine.instance_type(info), (), NO, items)
    init = info.method("__init__")
    if init is not None:
        summary, given, spec = _bind(frame, init, [instance, *args], keywords, spread, position)
        if summary is not None:
            _happen(frame, init, summary, given, position)
            transactions.called(frame, init, summary.leaves, summary.yields, position)
            if summary.checks is not None:
                frame.checked = (summary.checks, given)
            for name, value in engine.attributes_set.get((init, spec), {}).items():
                items[name] = _held(frame, init, value, given, position)
    elif info.facts[4] or info.facts[6]:
        # dataclasses, NamedTuples and other declared records: the keywords are the attributes
        fields = [name for name, binding in info.scope().items() if binding.kind == "annotation"]
        items.update(zip(fields, args, strict=False))
        items.update(keywords)
        if spread:
            return Val(instance.type, origins_of(spread), NO, None)
    return instance


def call_unit(
    frame: Frame, unit: int, args: list[Val], keywords: dict[str, Val], spread: list[Val], position: int
) -> Val:
    """Call a unit of the project: bind, fetch its summary for these types, put the arguments in."""
    summary, given, spec = _bind(frame, unit, args, keywords, spread, position)
    if summary is None:
        return UNKNOWN
    _happen(frame, unit, summary, given, position)
    _set_by_parent(frame, unit, spec, given, position)
    receiver = given.get(0)
    if receiver is not None and receiver.type is not None and receiver.type[0] == "instance" and unit != frame.unit:
        _set_on_receiver(frame, unit, spec, receiver, given, position)
    transactions.called(frame, unit, summary.leaves, summary.yields, position)
    overridden = frame.engine.overridden(unit) if summary.never or summary.returns.const is not NO else False
    if summary.never and not overridden:
        frame.never.add(position)
    if summary.checks is not None:
        frame.checked = (summary.checks, given)
    returned = summary.returns
    if overridden and returned.const is not NO:
        return Val(returned.type, join_origins(returned.origins, (UNKNOWN_ORIGIN,)))
    return _held(frame, unit, returned, given, position)


def _set_by_parent(frame: Frame, unit: int, spec: Spec, given: dict[int, Val], position: int) -> None:
    """What `super().__init__(...)` sets on self is set on the heir's self."""
    engine, name = frame.engine, frame.self_name
    if name is None or unit == frame.unit or given.get(0) is not frame.env.get(name) or frame.owner is None:
        return
    if frame.facts[0] != "__init__" or engine.project.unit(unit)[1][0] != "__init__":
        return
    for attribute, value in engine.attributes_set.get((unit, spec), {}).items():
        held = _held(frame, unit, value, given, position)
        frame.keep(f"{name}.{attribute}", held)
        engine.selves.record_by_parent(frame.owner, attribute, held)


def _set_on_receiver(frame: Frame, unit: int, spec: Spec, receiver: Val, given: dict[int, Val], position: int) -> None:
    """What a method sets on its receiver from its arguments is set on the caller's instance, for the methods called next."""
    attributes_set = frame.engine.attributes_set.get((unit, spec))
    if not attributes_set:
        return
    name = frame.self_name
    own = name is not None and receiver is frame.env.get(name)
    if not own and receiver.items is None:
        return
    for attribute, value in attributes_set.items():
        known = f"{name}.{attribute}" in frame.env if own else attribute in (receiver.items or ())
        if not known and not any(key[0] == "source" or _argument(key) for key, _, _ in value.origins):
            continue
        held = _held(frame, unit, value, given, position)
        if own:
            frame.keep(f"{name}.{attribute}", held)
        elif receiver.items is not None:
            mine = receiver.items.get(attribute)
            receiver.items[attribute] = join(mine, held) if mine is not None and frame.loops else held


def _happen(frame: Frame, unit: int, summary: Summary, given: dict[int, Val], position: int) -> None:
    """What a callee does happens here."""
    around = frame.loops
    if "cached" in frame.engine.decorations(unit):
        frame.loops = (*around, memo.mark(frame.unit, position))
    for effect, units in summary.open:
        # what a nested function sees of its surroundings is the caller's own
        if unit in units or frame.unit in units:
            _instantiate(frame, unit, effect, given, position)
    frame.loops = around
    changes = CHANGES in frame.traits
    frame.traits |= summary.traits
    if CHANGES in summary.traits:
        frame.changes += 1
        if frame.branches and not changes:
            frame.traits.discard(CHANGES)
    if JUDGES in summary.traits:
        frame.judged = True


def _bind(
    frame: Frame,
    unit: int,
    args: list[Val],
    keywords: dict[str, Val],
    spread: list[Val],
    position: int,
    *,
    elsewhere: bool = False,
) -> tuple[Summary | None, dict[int, Val], Spec]:
    engine = frame.engine
    if not elsewhere:
        surroundings.note(frame, unit)
    if frame.depth >= MAX_DEPTH:
        return None, {}, ()
    called = engine.signature(unit)
    given = dict(enumerate(args[: called.positional]))
    if called.varargs is not None:
        rest = args[called.positional :]
        one = origins_of([value for value in spread if value.type != ("dict",)])
        given[called.varargs] = Val(("tuple",), one, NO, dict(enumerate(rest)))
    extra: dict[Any, Val] = {}
    for name, value in keywords.items():
        index = called.names.get(name)
        if index is not None:
            given[index] = value
        else:
            extra[name] = value.named_here() if value.origins else value
    if called.keywords is not None:
        given[called.keywords] = _keywords(extra, [value for value in spread if value.type not in SEQUENCES])
    if spread:
        names = {index: name for name, index in called.names.items()}
        for index in range(called.size):
            if index not in given:
                brought = [origin for value in spread for origin in _brought(value, names.get(index))]
                given[index] = Val(None, join_origins(tuple(brought), (UNKNOWN_ORIGIN,)))
    generic = engine.summary(unit, (), frame.depth + 1)
    spec = _spec(engine, unit, generic, given, () if spread else called.flags)
    _look_through(frame, generic, given)
    return (engine.summary(unit, spec, frame.depth + 1) if spec else generic), given, spec


def _brought(value: Val, name: str | None) -> tuple[Origin, ...]:
    """What `*values` or `**mapping` may give the parameter of a name: of a mapping, what stands under that name."""
    if name is None or value.type in SEQUENCES:
        return origins_of([value])
    held = (value.items or {}).get(name)
    if held is not None:
        return deep_origins(held)
    return tuple(
        ((*key, name), cleaned, steps) if key[0] == "parameter" and len(key) < MAX_PATH else (key, cleaned, steps)
        for key, cleaned, steps in named(origins_of([value]), name)
    )


def _keywords(written: dict[Any, Val], mappings: list[Val]) -> Val:
    """The keywords of a call: those written down, and what mappings bring, whose values choose no names."""
    origins: tuple[Origin, ...] = ()
    for mapping in mappings:
        origins = join_origins(origins, mapping.origins)
        for name, value in (mapping.items or {}).items():
            brought = value.named_here() if value.origins else value
            written[name] = join(written[name], brought) if name in written else brought
    return Val(("dict",), origins, NO, written)


def _spec(
    engine: Engine, unit: int, summary: Summary, given: dict[int, Val], flags: tuple[tuple[int, Any], ...]
) -> Spec:
    """What of the arguments makes the unit do something else, as the key of a specialised summary.

    That is the type of an argument it looks into, and the constant for a parameter it tests (`save=False`, or a default,
    of `flags`, that is not overridden). A method's receiver of the class that declares it tells nothing new.
    """
    touched, tested = summary.touched, summary.tested
    if not (touched | tested):
        return ()
    found: list[tuple[int, Any]] = []
    for index, value in given.items():
        key = type_key(value) if touched >> index & 1 else None
        if key is not None and not (index == 0 and key == engine.receiver_type(unit)):
            found.append((index, key))
        elif tested >> index & 1 and not value.origins and is_flag(value.const):
            found.append((index, ("constant", value.const)))
    if tested:
        found += [(index, key) for index, key in flags if tested >> index & 1 and index not in given]
    if len(found) > 1:
        found.sort(key=_first)
    return tuple(found)


def _first(pair: tuple[int, Any]) -> int:
    return pair[0]


def _look_through(frame: Frame, summary: Summary, given: dict[int, Val]) -> None:
    """What a callee looks into or tests, the caller does too where it hands its own argument on."""
    touched, tested, unit = summary.touched, summary.tested, frame.unit
    if not (touched | tested):
        return
    for index, value in given.items():
        if not (touched | tested) >> index & 1:
            continue
        for key, _, _ in value.origins:
            if whole_argument(key) and key[1] == unit:
                frame.touched |= (touched >> index & 1) << key[2]
                frame.tested |= (tested >> index & 1) << key[2]


def _passed_through(returned: Val, unit: int) -> int | None:
    """The parameter that a value is, as it was given: of a class of the project, too, whose instance `return self` hands on."""
    instance = returned.type is not None and returned.type[0] == "instance"
    plain = instance or (returned.type is None and returned.items is None)
    if plain and len(returned.origins) == 1 and returned.text is None:
        key, cleaned, _ = returned.origins[0]
        if whole_argument(key) and key[1] == unit and not cleaned & ~DECLARED:
            return int(key[2])
    return None


def _is_a(value: Val, type_: tuple[Any, ...]) -> bool:
    """True for an instance of the class of a type, or of one of its heirs."""
    return value.type is not None and value.type[0] == "instance" and type_[1] in value.type[1].mro()


def _substitute(frame: Frame, unit: int, value: Val, given: dict[int, Val], position: int, depth: int = 3) -> Val:
    """A value of a summary in terms of the caller."""
    origins = value.origins
    for key, _, _ in origins:
        if key[0] == "parameter" and key[1] == unit:
            origins = _substitute_origins(frame, unit, origins, given, position)
            break
    items = value.items
    if items is not None and depth:  # each caller has a container of its own
        items = {key: _held(frame, unit, item, given, position, depth - 1) for key, item in items.items()}
    type_ = value.type
    if type_ is not None and type_[0] in ("member", "bound", "super", "choice") and origins is not value.origins:
        type_ = None
    asked = value.asked
    if asked and depth:
        passed = {key: _substitute(frame, unit, item, given, position, depth - 1) for key, item in asked.items()}
        asked = passed if any(passed[key] is not item for key, item in asked.items()) else asked
    if origins is value.origins and items is value.items and type_ is value.type and asked is value.asked:
        return value
    return Val(type_, origins, value.const, items, value.text, asked)


def _held(frame: Frame, unit: int, item: Val, given: dict[int, Val], position: int, depth: int = 3) -> Val:
    """What a unit returns, sets or puts into a container, in terms of the caller: an argument handed on is that argument."""
    whole = _passed_through(item, unit)
    if whole is not None and whole in given and (item.type is None or _is_a(given[whole], item.type)):
        return given[whole]
    return _substitute(frame, unit, item, given, position, depth)


def _substitute_origins(
    frame: Frame, unit: int, origins: tuple[Origin, ...], given: dict[int, Val], position: int
) -> tuple[Origin, ...]:
    result: tuple[Origin, ...] = ()
    for origin in origins:
        key, cleaned, steps = origin
        if key[0] != "parameter" or key[1] != unit:
            result = join_origins(result, (origin,)) if result else (origin,)
            continue
        argument = given.get(key[2])
        if argument is None:
            continue  # not given: the default, which is the unit's own
        found = _reached(frame, argument, key[3:]) if len(key) > 3 else _whole(argument)
        if not found:
            continue
        caller, note = frame.unit, frame.engine.passed(unit)
        passed = tuple(
            [
                (inner, mask | cleaned, append_chain((way, caller, position, note), steps))
                if inner[0] in _ON_THE_WAY
                else (inner, mask | cleaned, way)
                for inner, mask, way in found
            ]
        )
        result = join_origins(result, passed) if result else passed
    return result


def _whole(argument: Val) -> tuple[Origin, ...]:
    """The origins of all that an argument holds."""
    return deep_origins(_named_within(argument)) if argument.items else argument.origins


def _named_within(argument: Val) -> Val:
    """An argument; where the code names each key of a mapping, no sender chooses them."""
    items = argument.items
    if argument.type != ("dict",) or not items or "*" in items or argument.origins:
        return argument
    held = {key: item.named_here() for key, item in items.items()}
    return Val(argument.type, (), argument.const, held, argument.text, argument.asked)


def _argument(key: Any) -> bool:
    """True for the key of an argument beside the receiver."""
    return bool(key[0] == "parameter" and key[2] != 0)


def _reached(frame: Frame, value: Val, names: tuple[Any, ...]) -> tuple[Origin, ...]:
    """The origins of an attribute, or an attribute of that, of an argument."""
    for index, name in enumerate(names):
        item = value.items.get(name) if value.items is not None else _of_self(frame, value, name)
        if item is None:
            origins = value.origins
            if isinstance(name, int) and value.items:  # those that are given one by one stand before `*args`
                names = (*names[:index], name - len(value.items), *names[index + 1 :])
            for each in names[index:]:
                origins = _attribute_origins(origins, each)
            return origins
        value = item
    return deep_origins(value)


def _of_self(frame: Frame, argument: Val, name: str) -> Val | None:
    """What the unit itself has set on its self until here."""
    mine = frame.self_name
    return frame.env.get(f"{mine}.{name}") if mine is not None and argument is frame.env.get(mine) else None


def _attribute_origins(origins: tuple[Origin, ...], name: str) -> tuple[Origin, ...]:
    """The origins of an attribute of a value that keeps none by name."""
    return tuple(
        ((*key, name), cleaned, steps) if key[0] == "parameter" and len(key) < MAX_PATH else (key, cleaned, steps)
        for key, cleaned, steps in origins
    )


def _instantiate(frame: Frame, unit: int, effect: Found, given: dict[int, Val], position: int) -> None:
    """Bring an effect of a callee that depends on its arguments into the caller's summary."""
    if len(effect.calls) >= MAX_CALLS or len(frame.effects) >= MAX_EFFECTS:
        return
    told = effect.slots.get("relation") or effect.slots.get("field")
    key: tuple[Any, ...] = (effect.kind, effect.unit, effect.position, told, position, len(frame.loops))
    if key in frame.seen:
        return
    slots: dict[str, Any] = {}
    matters = False
    stored = frame.engine.wanted.stored(effect.kind)
    for name, value in effect.slots.items():
        if type(value) is not Val:
            slots[name] = value
            continue
        if name == _WHOLE:
            mine = _named(frame, unit, value, given, position)
            if mine.type != ("text",) and not _handed_on(frame, mine):
                return
        elif name in _NAMING:
            mine = _named(frame, unit, value, given, position)
            matters = matters or (mine.const is not NO and value.const is NO)
        else:
            mine = _substitute(frame, unit, value, given, position)
        slots[name] = mine
        if not matters:
            for origin in deep_origins(mine) if mine.items else mine.origins:
                if origin[0][0] in _GROUNDS or origin[0] == TRACEBACK or (stored and is_stored(origin)):
                    matters = True
                    break
    if not matters:
        return
    if frame.judged and effect.kind == "HttpCall":
        slots["judged"] = True
    calls = ((frame.unit, position), *effect.calls)
    frame.seen.add(key)
    queued = effect.deferred == QUEUE  # no loop and no handler of whoever queued it is around it
    frame.effects.append(
        Found(
            effect.kind,
            effect.unit,
            effect.position,
            slots,
            effect.loops if queued else frame.loops + effect.loops,
            effect.caught if queued else frame.caught + effect.caught,
            calls,
            transaction=effect.transaction or transactions.state_of(frame),
            deferred=effect.deferred or frame.deferred,
            sometimes=effect.sometimes or (frame.doubts > 0 and not repeats(effect.loops)),
        )
    )


def _handed_on(frame: Frame, value: Val) -> bool:
    """True for an argument of the unit itself, as it was given: whoever calls it knows what it is."""
    return value.type is None and _passed_through(value, frame.unit) is not None


def _named(frame: Frame, unit: int, value: Val, given: dict[int, Val], position: int) -> Val:
    """A name (of a channel, a task) in terms of the caller: what is handed over whole keeps its text."""
    whole = _passed_through(value, unit)
    if whole is None:
        return _substitute(frame, unit, value, given, position)
    if whole in given:
        return _named_within(given[whole])
    default = frame.engine.project.unit(unit)[1][4][whole][3]
    return constant(default[2]) if default is not None and default[0] == f.CONST else UNKNOWN


def call_argument(frame: Frame, value: Val, args: list[Val], position: int) -> Val:
    """Call a function that was handed over as an argument (`map`, `sorted(key=...)`)."""
    if value.type is not None and value.type[0] in ("unit", "bound", "class", "external", "partial", "member"):
        return call_value(frame, value, args, {}, [], position)
    return UNKNOWN


def call_later(frame: Frame, value: Val, args: list[Val], position: int, when: str) -> Val:
    """Call a function that was handed over to run later: `commit` after the transaction, `thread` in another thread.

    Gives what the function gives, for those who wait for it.
    """
    state, deferred = transactions.state_of(frame), frame.deferred
    transactions.set_state(frame, transactions.OFF)
    frame.deferred = when
    given = UNKNOWN
    if value.type is not None:
        given = call_value(frame, value, args, {}, [], position)
    transactions.set_state(frame, state)
    frame.deferred = deferred
    return given


def call_elsewhere(
    frame: Frame, unit: int, args: list[Val], keywords: dict[str, Val], spread: list[Val], position: int
) -> None:
    """What a task will do with these arguments, in another process: it is told here where it depends on data from here.

    Nothing of this place is around it: no loop, no handler, no transaction; and its result comes to nobody here.
    """
    summary, given, _ = _bind(frame, unit, args, keywords, spread, position, elsewhere=True)
    if summary is None:
        return
    around, state = (frame.loops, frame.caught, frame.deferred), transactions.state_of(frame)
    frame.loops, frame.caught, frame.deferred = (), (), QUEUE
    transactions.set_state(frame, transactions.OFF)
    for effect, units in summary.open:
        if unit in units:
            _instantiate(frame, unit, effect, given, position)
    frame.loops, frame.caught, frame.deferred = around
    transactions.set_state(frame, state)
