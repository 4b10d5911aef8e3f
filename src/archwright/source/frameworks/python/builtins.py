"""Builtin functions, and those of the standard library that make values of values."""

from __future__ import annotations

from typing import Final

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow import attributes, choices, contained, operators, stores, turns
from archwright.source.flow.calls import call_argument
from archwright.source.flow.loops import loop_element
from archwright.source.flow.values import (
    ALL_USES,
    AMOUNT,
    BIT,
    NO,
    NONE,
    NUMBER,
    UNKNOWN,
    Val,
    clean,
    constant,
    deep_origins,
    join,
    join_all,
    join_origins,
    whole_argument,
)
from archwright.source.frameworks.base import CallSite, Handler
from archwright.source.frameworks.shared.held import forget_relations, keep_relation
from archwright.source.frameworks.shared.names import assigns
from archwright.source.frameworks.shared.queries import annotation


def _number(site: CallSite) -> Val:
    first = site.argument(0)
    if first is not None and site.name == "builtins.bool" and operators.truth(first) is not None:
        return constant(operators.truth(first))
    if first is not None:
        _run_query(site, first, "len")
        if first.const is not NO and not first.origins and site.name in ("builtins.int", "builtins.len"):
            try:
                return constant(int(first.const) if site.name.endswith("int") else len(first.const))
            except (TypeError, ValueError):
                return NUMBER
    value = site.derived()
    return Val(("number",), clean(value.origins, ALL_USES))


def _text(site: CallSite) -> Val:
    first = site.argument(0)
    if first is None:
        return constant("")
    if first.const is not NO and not first.origins and isinstance(first.const, (str, int)):
        return constant(repr(first.const) if site.name == "builtins.repr" else str(first.const))
    bare = contained.BARE if first.type == ("object", "pathlib.Path") else None
    if site.name == "builtins.str":
        first = attributes.as_text(site.frame, first, site.position)
    if site.name in ("builtins.repr", "builtins.ascii"):
        return Val(("text",), clean(deep_origins(first), operators.LITERAL), NO, None, "{}")
    return Val(("text",), clean(deep_origins(first), _NO_DOCUMENT), NO, None, operators.shape(first), bare)


def _container(site: CallSite) -> Val:
    first = site.argument(0)
    key = site.keywords.get("key")
    if first is not None and key is not None:
        _each(site, key, first)
    shape = site.name.rpartition(".")[2]
    shape = {"frozenset": "set", "sorted": "list", "reversed": "list", "iter": "list"}.get(shape, shape)
    if first is None:
        return Val((shape,), (), () if shape == "tuple" else NO, {})
    if first.items is not None and first.type != ("dict",):
        return Val((shape,), first.origins, first.const, dict(first.items))
    if first.items is not None:
        return Val((shape,), first.origins, NO, {"*": Val(("text",), first.origins)})
    if first.const is not NO and isinstance(first.const, (str, tuple)):
        return Val((shape,), first.origins, first.const, {"*": Val(("text",), first.origins)})
    return Val((shape,), (), NO, {"*": attributes.element(site.frame, first, site.position)})


def _truth(site: CallSite) -> Val:
    for value in site.args:
        _run_query(site, value, "bool")
    return NUMBER


def _hasattr(site: CallSite) -> Val:
    """A row has the columns that its query computed. Of other names `hasattr` reads the attribute, which fetches a relation."""
    row, name = site.argument(0), site.argument(1)
    if row is not None:
        attributes.touched(site.frame, row)
    if row is not None and row.type is not None and row.type[0] == "row" and name is not None:
        query = row.type[1].query
        if query is not None and annotation(str(name.const)) in query.flags and not row.type[1].path:
            return constant(True)
        if isinstance(name.const, str):
            attributes.attribute(site.frame, row, name.const, site.position)
    return NUMBER


def _type(site: CallSite) -> Val:
    """`type(row)`: the class of the rows; of others it is left open, as heirs come to be read as what they derive from."""
    row = site.args[0] if len(site.args) == 1 else None
    return attributes.attribute(site.frame, row, "__class__", site.position) if row is not None else UNKNOWN


def _run_query(site: CallSite, value: Val, how: str) -> None:
    if value.type is not None and value.type[0] == "query":
        orm = site.frame.engine.frameworks_by_name.get(value.type[1].orm)
        if orm is not None:
            orm.evaluate(site.frame, value, site.position, how)


def _dict(site: CallSite) -> Val:
    items = dict(site.args[0].items or {}) if site.args else {}
    if site.args and site.args[0].type != ("dict",) and items:  # pairs
        pair = attributes.element(site.frame, site.args[0], site.position)
        items = {"*": attributes.item(site.frame, pair, 1, site.position)}
    items.update(site.keywords)
    origins = site.args[0].origins if site.args else ()
    for value in site.spread:
        origins = join_origins(origins, deep_origins(value))
    return Val(("dict",), origins, NO, items)


def _default_dict(site: CallSite) -> Val:
    """`defaultdict(list)`: under whatever key is asked for there is a container."""
    made = site.args[0].type if site.args else None
    held = made[1].removeprefix("builtins.") if made is not None and made[0] == "external" else ""
    return Val(("dict",), (), NO, {"*": Val((held,), (), NO, {})} if held in ("list", "set", "dict") else {})


def _element(site: CallSite) -> Val:
    key = site.keywords.get("key")
    if site.args and key is not None:
        _each(site, key, site.args[0])
    if len(site.args) > 1:
        return join_all(site.args)
    return attributes.element(site.frame, site.args[0], site.position) if site.args else UNKNOWN


def _least(site: CallSite) -> Val:
    """`min(amount, 100)` is bounded by what the service chose."""
    found = _element(site)
    bounds = len(site.args) > 1 and any(
        not any(key[0] in ("source", "parameter", "unknown") for key, _, _ in deep_origins(each)) for each in site.args
    )
    return found.with_origins(clean(found.origins, AMOUNT)) if bounds and found.origins else found


def _enumerate(site: CallSite) -> Val:
    element = _element(CallSite(site.frame, site.position, site.name, None, site.args[:1], {}, []))
    return Val(("list",), (), NO, {"*": Val(("tuple",), (), NO, {0: NUMBER, 1: element})})


def _zip(site: CallSite) -> Val:
    parts = {index: attributes.element(site.frame, value, site.position) for index, value in enumerate(site.args)}
    return Val(("list",), (), NO, {"*": Val(("tuple",), (), NO, dict(parts))})


def _zip_flat(site: CallSite) -> Val:
    elements = [attributes.element(site.frame, value, site.position) for value in site.args]
    return Val(("list",), (), NO, {"*": join_all(elements)})


def _flatten(site: CallSite) -> Val:
    inner = _element(site)
    return Val(("list",), (), NO, {"*": attributes.element(site.frame, inner, site.position)})


def _groups(site: CallSite) -> Val:
    """`groupby(rows, key)`: pairs of a key and the rows that have it."""
    if not site.args:
        return UNKNOWN
    element = attributes.element(site.frame, site.args[0], site.position)
    key = site.argument(1, "key")
    of_each = call_argument(site.frame, key, [element], site.position) if key is not None else element
    rows = Val(("list",), (), NO, {"*": element})
    return Val(("list",), (), NO, {"*": Val(("tuple",), (), NO, {0: of_each, 1: rows})})


def _batches(site: CallSite) -> Val:
    """`batched(rows, n)`: tuples of some."""
    if not site.args:
        return UNKNOWN
    batch = Val(("tuple",), (), NO, {"*": attributes.element(site.frame, site.args[0], site.position)})
    return Val(("list",), (), NO, {"*": batch})


def _some(site: CallSite) -> Val:
    """`islice(rows, n)`, `deque(rows)`: elements of what is given, each at no known place."""
    if not site.args:
        return Val(("list",), (), NO, {})
    return Val(("list",), (), NO, {"*": attributes.element(site.frame, site.args[0], site.position)})


def _map(site: CallSite) -> Val:
    if len(site.args) < 2:
        return UNKNOWN
    _, given = _each(site, site.args[0], site.args[1])
    return Val(("list",), (), NO, {"*": given})


def _each(site: CallSite, function: Val, iterable: Val) -> tuple[Val, Val]:
    """A function called with every element: the element, and what it gave."""
    frame = site.frame
    entered = turns.enter(frame)
    element = loop_element(frame, (f.CONST, site.position, None), iterable, site.position)
    given = call_argument(frame, function, [element], site.position)
    turns.leave(frame, entered)
    return element, given


def _filter(site: CallSite) -> Val:
    if len(site.args) < 2:
        return UNKNOWN
    site.frame.take_checked()
    element, _ = _each(site, site.args[0], site.args[1])
    checked = site.frame.take_checked()
    if (
        checked is not None
        and any(
            checked[1].get(index) is element
            for (index, path), uses in checked[0].true.items()
            if not path and uses & ALL_USES == ALL_USES
        )
    ) or (_is_membership(site.args[0])):
        element = element.with_origins(clean(element.origins, ALL_USES))
    return Val(("list",), (), NO, {"*": element})


def _is_membership(function: Val) -> bool:
    """`ALLOWED.__contains__`."""
    type_ = function.type
    return (
        type_ is not None
        and type_[0] == "member"
        and type_[2] == "__contains__"
        and not any(key[0] == "source" for key, _, _ in deep_origins(type_[1]))
    )


def _next(site: CallSite) -> Val:
    found = _element(CallSite(site.frame, site.position, site.name, None, site.args[:1], {}, []))
    return join(found, site.args[1]) if len(site.args) > 1 else found


def _range(site: CallSite) -> Val:
    return Val(("list",), (), NO, {"*": NUMBER})


def _getattr(site: CallSite) -> Val:
    if len(site.args) < 2:
        return UNKNOWN
    name = site.args[1]
    known = _attribute_name(site, name)
    if known is not None:
        found = attributes.attribute(site.frame, site.args[0], known, site.position)
        return join(found, site.args[2]) if len(site.args) > 2 else found
    attributes.touched(site.frame, site.args[0])
    _steers(site, name)
    member = choices.named(site.frame, site.args[0], operators.shape(name) if name.const is NO else "{}")
    return member if member is not None else UNKNOWN


def _setattr(site: CallSite) -> Val:
    """`setattr(value, name, held)`; of a row that keeps account of its changes one is told even where the name is not known."""
    if len(site.args) < 3:
        return NONE
    base, name, held = site.args[:3]
    known = _attribute_name(site, name)
    if known is not None:
        forget_relations(site.frame, base, known)
        nowhere = (f.CONST, site.position, None)
        attributes.set_attribute(site.frame, base, nowhere, known, held, site.position)
        keep_relation(site.frame, base, known, held)
        return NONE
    attributes.touched(site.frame, base)
    if base.type is not None and base.type[0] == "row":
        assigns(site, base.type[1].entity, "setattr", (name,))
    orm = site.frame.engine.frameworks_by_name.get(base.type[1].orm) if base.type and base.type[0] == "row" else None
    if orm is not None:
        orm.assigned(site.frame, base, "", held, site.position)
        if stores.chosen(name):
            stores.keep(site.frame, site.position, base.type[1].entity if base.type else None, stores.ANY, held)
    _steers(site, name)
    return NONE


def _steers(site: CallSite, name: Val) -> None:
    """The constant that a caller gives tells which attribute it is."""
    for key, _, _ in name.origins:
        if whole_argument(key) and key[1] == site.frame.unit:
            site.frame.tested |= 1 << key[2]


def _attribute_name(site: CallSite, name: Val) -> str | None:
    """The attribute that a value names: a constant, or what the class of `self` says; None where it can't be told."""
    if isinstance(name.const, str) and not name.origins:
        return name.const
    text = name.text
    own = site.frame.owner is not None and all(
        key[0] == "parameter" and key[1] == site.frame.unit and key[2] == 0 and len(key) == 4
        for key, _, _ in name.origins
    )
    return text if own and name.origins and text is not None and text.isidentifier() else None


def _partial(site: CallSite) -> Val:
    if not site.args:
        return UNKNOWN
    return Val(("partial", site.args[0], tuple(site.args[1:]), tuple(site.keywords.items())))


def _same(site: CallSite) -> Val:
    return site.args[0] if site.args else UNKNOWN


def _cast(site: CallSite) -> Val:
    return site.args[1] if len(site.args) > 1 else UNKNOWN


def _system(site: CallSite) -> Val:
    return constant("Linux")


def _derived(site: CallSite) -> Val:
    return site.derived()


def _loaded(site: CallSite) -> Val:
    """What is read of a document: that the document as a whole is no foreign address tells nothing of the addresses in it."""
    value = site.derived()
    known = tuple(
        (key, cleaned if cleaned & ALL_USES == ALL_USES else cleaned & ~BIT[Use.HOST], way)
        for key, cleaned, way in value.origins
    )
    return Val(value.type, known)


def _derived_text(site: CallSite) -> Val:
    return site.derived(("text",))


def _json(site: CallSite) -> Val:
    """A document in which no line ends but by the indentation: JSON escapes the ends of lines in texts."""
    return site.derived(("text",), BIT[Use.LOG] | BIT[Use.HEADER])


def _gather(site: CallSite) -> Val:
    if site.spread:
        return join_all(site.spread)
    return Val(("tuple",), (), NO, dict(enumerate(site.args)))


_NO_DOCUMENT: Final = BIT[Use.FILTER]
"""A text holds no operators, whatever it was made of."""

CALLS: Final[dict[str, Handler]] = {
    **{
        f"builtins.{n}": _number
        for n in ("int", "float", "len", "hash", "id", "ord", "round", "abs", "sum", "bool", "complex")
    },
    **{f"builtins.{n}": _text for n in ("str", "repr", "format", "ascii", "bytes", "bytearray", "chr")},
    **{f"builtins.{n}": _container for n in ("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter")},
    **{f"builtins.{n}": _truth for n in ("isinstance", "issubclass", "callable", "all", "any")},
    "builtins.hasattr": _hasattr,
    "builtins.type": _type,
    "builtins.dict": _dict,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.next": _next,
    "builtins.min": _least,
    "builtins.max": _element,
    "builtins.range": _range,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "functools.partial": _partial,
    "functools.reduce": _derived,
    "string.Template": _same,
    "copy.copy": _same,
    "copy.deepcopy": _same,
    "typing.cast": _cast,
    "urllib.parse.unquote": _derived_text,
    "urllib.parse.unquote_plus": _derived_text,
    "urllib.parse.urljoin": _derived_text,
    "textwrap.dedent": _derived_text,
    "platform.system": _system,
    "json.loads": _loaded,
    "json.load": _loaded,
    "json.dumps": _json,
    "itertools.chain": _zip_flat,
    "itertools.groupby": _groups,
    "itertools.batched": _batches,
    "itertools.islice": _some,
    "collections.deque": _some,
    "itertools.chain.from_iterable": _flatten,
    "collections.defaultdict": _default_dict,
    "collections.OrderedDict": _dict,
    "asyncio.gather": _gather,
}
"""By dotted name."""
