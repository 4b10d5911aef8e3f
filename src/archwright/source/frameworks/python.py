"""Python itself: builtins, texts and containers, and the parts of the standard library that carry or clean data."""

from __future__ import annotations

from typing import ClassVar

from archwright.model.value import Trust, Use
from archwright.source import facts as f
from archwright.source.flow import attributes, operators
from archwright.source.flow.calls import call_argument
from archwright.source.flow.loops import loop_element
from archwright.source.flow.values import (
    ALL_USES,
    NO,
    NUMBER,
    UNKNOWN,
    Val,
    clean,
    constant,
    deep_origins,
    join,
    join_all,
    join_origins,
    step,
)
from archwright.source.frameworks.base import CallSite, Framework, Source, mask

_TEXT_METHODS = frozenset(
    [
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "capitalize",
        "casefold",
        "swapcase",
        "replace",
        "removeprefix",
        "removesuffix",
        "center",
        "ljust",
        "rjust",
        "zfill",
        "expandtabs",
        "translate",
        "encode",
        "decode",
        "hex",
        "format_map",
    ]
)
_SPLITS = frozenset(["split", "rsplit", "splitlines", "partition", "rpartition"])
_TESTS = frozenset(
    [
        "startswith",
        "endswith",
        "isdigit",
        "isalpha",
        "isalnum",
        "isdecimal",
        "isnumeric",
        "isidentifier",
        "isspace",
        "islower",
        "isupper",
        "find",
        "rfind",
        "index",
        "rindex",
        "count",
    ]
)
_DOUBLED = frozenset((quote, quote * 2) for quote in ("'", '"', "`", "]"))
"""How SQL writes a quote inside quotes."""
_LOG_METHODS = frozenset(["debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log"])


class Python(Framework):
    """Builtins and the standard library."""

    name = "python"

    sources: ClassVar[dict[str, Source]] = {
        "os.environ": Source("environment", Trust.OPERATOR),
        "os.getenv": Source("environment", Trust.OPERATOR),
        "sys.argv": Source("command line", Trust.OPERATOR),
        "builtins.input": Source("standard input", Trust.OPERATOR),
    }
    cleaners: ClassVar[dict[str, int]] = {
        "uuid.UUID": ALL_USES,
        "decimal.Decimal": ALL_USES,
        "datetime.datetime.fromisoformat": ALL_USES,
        "datetime.date.fromisoformat": ALL_USES,
        "datetime.datetime.strptime": ALL_USES,
        "ipaddress.ip_address": ALL_USES,
        "ipaddress.ip_network": ALL_USES,
        "shlex.quote": mask(Use.SHELL),
        "html.escape": mask(Use.HTML),
        "xml.sax.saxutils.escape": mask(Use.HTML, Use.XML),
        "re.escape": mask(Use.REGEX),
        "hashlib.md5": ALL_USES,
        "hashlib.sha1": ALL_USES,
        "hashlib.sha256": ALL_USES,
        "hashlib.sha512": ALL_USES,
        "urllib.parse.quote": mask(Use.HTML, Use.URL, Use.PATH, Use.SQL_TEXT),
        "urllib.parse.quote_plus": mask(Use.HTML, Use.URL, Use.PATH, Use.SQL_TEXT),
        "os.path.basename": mask(Use.PATH),
    }
    never: ClassVar[frozenset[str]] = frozenset(
        {"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit", "typing.assert_never"}
    )
    returns: ClassVar[dict[str, str]] = {
        "logging.getLogger": "logging.Logger",
        "logging.Logger.getChild": "logging.Logger",
    }

    def __init__(self) -> None:
        super().__init__()
        for name in ("int", "float", "len", "hash", "id", "ord", "round", "abs", "sum", "bool", "complex"):
            self.calls[f"builtins.{name}"] = _number
        for name in ("str", "repr", "format", "ascii", "bytes", "bytearray", "chr"):
            self.calls[f"builtins.{name}"] = _text
        for name in ("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"):
            self.calls[f"builtins.{name}"] = _container
        for name in ("isinstance", "issubclass", "callable", "hasattr", "all", "any"):
            self.calls[f"builtins.{name}"] = _truth
        self.calls.update(
            {
                "builtins.dict": _dict,
                "builtins.enumerate": _enumerate,
                "builtins.zip": _zip,
                "builtins.map": _map,
                "builtins.filter": _filter,
                "builtins.next": _next,
                "builtins.min": _element,
                "builtins.max": _element,
                "builtins.range": _range,
                "builtins.getattr": _getattr,
                "builtins.print": _log,
                "functools.partial": _partial,
                "functools.reduce": _derived,
                "string.Template": _derived_text,
                "copy.copy": _same,
                "copy.deepcopy": _same,
                "typing.cast": _cast,
                "re.compile": _compiled,
                "os.path.join": _derived_text,
                "urllib.parse.unquote": _derived_text,
                "urllib.parse.unquote_plus": _derived_text,
                "urllib.parse.urljoin": _derived_text,
                "textwrap.dedent": _derived_text,
                "base64.b64decode": _derived_text,
                "base64.b64encode": _derived_text,
                "base64.urlsafe_b64decode": _derived_text,
                "json.loads": _derived,
                "json.load": _derived,
                "json.dumps": _derived_text,
                "itertools.chain": _zip_flat,
                "itertools.chain.from_iterable": _flatten,
                "collections.defaultdict": _empty_dict,
                "collections.OrderedDict": _dict,
                "asyncio.gather": _gather,
                "warnings.warn": _log,
                "traceback.print_exc": _log,
                "traceback.format_exc": _log,
                "sys.exc_info": _log,
            }
        )
        for level in _LOG_METHODS:
            self.calls[f"logging.{level}"] = _log
            self.calls[f"logging.Logger.{level}"] = _log
            self.methods[level] = _maybe_log
        for name in _TEXT_METHODS:
            self.methods[name] = _text_method
        for name in _SPLITS:
            self.methods[name] = _split
        for name in _TESTS:
            self.methods[name] = _truth_method
        self.methods.update(
            {
                "format": _format,
                "substitute": _format,
                "safe_substitute": _format,
                "join": _join,
                "get": _get,
                "pop": _pop,
                "setdefault": _get,
                "items": _items,
                "values": _values,
                "keys": _keys,
                "copy": _receiver,
                "append": _append,
                "add": _append,
                "insert": _insert,
                "extend": _extend,
                "update": _update,
                "intersection": _intersection,
                "getlist": _receiver,
                "read": _receiver,
                "readlines": _receiver,
                "getvalue": _receiver,
            }
        )


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


def _run_query(site: CallSite, value: Val, how: str) -> None:
    if value.type is not None and value.type[0] == "query":
        orm = site.frame.engine.frameworks_by_name.get(value.type[1].orm)
        if orm is not None:
            orm.evaluate(site.frame, value, site.position, how)


def _text(site: CallSite) -> Val:
    first = site.argument(0)
    if first is None:
        return constant("")
    if first.const is not NO and not first.origins and isinstance(first.const, (str, int)):
        return constant(str(first.const))
    if site.name == "builtins.str":
        first = attributes.as_text(site.frame, first, site.position)
    return Val(("text",), deep_origins(first), NO, None, operators.shape(first))


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


def _truth_method(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or (receiver.type is not None and receiver.type[0] not in ("text", "list", "tuple", "member")):
        return None
    return NUMBER


def _dict(site: CallSite) -> Val:
    items = dict(site.args[0].items or {}) if site.args else {}
    items.update(site.keywords)
    origins = site.args[0].origins if site.args else ()
    for value in site.spread:
        origins = join_origins(origins, deep_origins(value))
    return Val(("dict",), origins, NO, items)


def _empty_dict(site: CallSite) -> Val:
    return Val(("dict",), (), NO, {})


def _element(site: CallSite) -> Val:
    key = site.keywords.get("key")
    if site.args and key is not None:
        _each(site, key, site.args[0])
    if len(site.args) > 1:
        return join_all(site.args)
    return attributes.element(site.frame, site.args[0], site.position) if site.args else UNKNOWN


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


def _map(site: CallSite) -> Val:
    if len(site.args) < 2:
        return UNKNOWN
    _, given = _each(site, site.args[0], site.args[1])
    return Val(("list",), (), NO, {"*": given})


def _each(site: CallSite, function: Val, iterable: Val) -> tuple[Val, Val]:
    """A function called with every element: the element, and what it gave."""
    frame = site.frame
    around = frame.loops
    element = loop_element(frame, (f.CONST, site.position, None), iterable, site.position)
    given = call_argument(frame, function, [element], site.position)
    frame.loops = around
    return element, given


def _filter(site: CallSite) -> Val:
    if len(site.args) < 2:
        return UNKNOWN
    site.frame.take_checked()
    element, _ = _each(site, site.args[0], site.args[1])
    checked = site.frame.take_checked()
    if (
        checked is not None and any(checked[1].get(index) is element for index, path in checked[0].true if not path)
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
    if isinstance(name.const, str) and not name.origins:
        found = attributes.attribute(site.frame, site.args[0], name.const, site.position)
        return join(found, site.args[2]) if len(site.args) > 2 else found
    return UNKNOWN


def _log(site: CallSite) -> Val:
    site.frame.traits.add("log")
    site.emit("Log", level=site.name.rpartition(".")[2], message=site.derived())
    return Val(None, (), None)


def _maybe_log(site: CallSite) -> Val | None:
    """A method named like a log level on something unknown: what it logs cannot be told, that it may log can."""
    receiver = site.receiver
    if receiver is not None and (receiver.type is None or receiver.type[0] in ("object", "member", "external")):
        site.frame.traits.add("log")
    return None


def _partial(site: CallSite) -> Val:
    if not site.args:
        return UNKNOWN
    return Val(("partial", site.args[0], tuple(site.args[1:]), tuple(site.keywords.items())))


def _same(site: CallSite) -> Val:
    return site.args[0] if site.args else UNKNOWN


def _compiled(site: CallSite) -> Val:
    """A pattern; its text is the one it was made of, so that what it lets through can be read."""
    first = site.argument(0, "pattern")
    known = first.const if first is not None and isinstance(first.const, str) and not first.origins else None
    return Val(("object", "re.Pattern"), site.derived().origins, NO, None, known)


def _cast(site: CallSite) -> Val:
    return site.args[1] if len(site.args) > 1 else UNKNOWN


def _derived(site: CallSite) -> Val:
    return site.derived()


def _derived_text(site: CallSite) -> Val:
    return site.derived(("text",))


def _gather(site: CallSite) -> Val:
    if site.spread:
        return join_all(site.spread)
    return Val(("tuple",), (), NO, dict(enumerate(site.args)))


def _opaque(site: CallSite) -> bool:
    """True where the receiver is something whose methods are not a builtin's."""
    type_ = site.receiver.type if site.receiver is not None else None
    return type_ is not None and type_[0] in ("query", "row", "class", "module", "unit", "instance", "object")


def _text_method(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or _opaque(site):
        return None
    if receiver.const is not NO and isinstance(receiver.const, str) and not receiver.origins:
        given = [value.const for value in site.args]
        if all(isinstance(value, (str, int)) for value in given) and site.name in (
            "lower",
            "upper",
            "strip",
            "replace",
        ):
            try:
                return constant(getattr(receiver.const, site.name)(*given))
            except TypeError:
                return UNKNOWN
    value = site.derived(("text",))
    if site.name == "replace" and len(site.args) == 2 and (site.args[0].const, site.args[1].const) in _DOUBLED:
        return Val(value.type, clean(value.origins, mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER)))
    return Val(value.type, value.origins, NO, None, operators.shape(receiver) if site.name == "strip" else None)


def _split(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or _opaque(site):
        return None
    return Val(("list",), (), NO, {"*": Val(("text",), receiver.origins)})


def _format(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or _opaque(site):
        return None
    value = site.derived(("text",))
    text = operators.shape(receiver)
    for argument in site.args:
        text = text.replace("{}", operators.shape(argument), 1) if "{}" not in operators.shape(argument) else text
    return Val(("text",), step(value.origins, site.frame.unit, site.position, "built into a text"), NO, None, text)


def _join(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or not site.args or _opaque(site):
        return None
    if receiver.type != ("text",):
        return None
    argument = site.args[0]
    element = attributes.element(site.frame, argument, site.position)
    parts = argument.const if isinstance(argument.const, tuple) and not argument.origins else (None,)
    if isinstance(receiver.const, str) and all(isinstance(part, str) for part in parts):
        return constant(receiver.const.join(parts))
    origins = join_origins(receiver.origins, deep_origins(element))
    if element.const is not NO and isinstance(element.const, str) and not origins:
        return Val(("text",), (), NO, None, f"{element.const}{operators.shape(receiver)}{element.const}")
    return Val(("text",), origins, NO, None, "{}")


def _get(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or _opaque(site) or not site.args:
        return None
    found = attributes.subscript(site.frame, receiver, site.args[0], site.position, is_slice=False)
    if site.name == "setdefault" and len(site.args) > 1 and receiver.items is not None:
        key = site.args[0].const if isinstance(site.args[0].const, (str, int)) else "*"
        receiver.items.setdefault(key, site.args[1])
        return join(found, site.args[1])
    if "type" in site.keywords:  # `request.args.get("page", 1, type=int)`
        found = call_argument(site.frame, site.keywords["type"], [found], site.position)
    if len(site.args) > 1:
        return join(found, site.args[1])
    return found


def _pop(site: CallSite) -> Val | None:
    """`list.pop` moves what stands behind; outside of loops the places of a list stay known."""
    receiver = site.receiver
    if receiver is None or _opaque(site):
        return None
    items = receiver.items
    if receiver.type == ("list",) and items and "*" not in items:
        index = site.args[0].const if site.args else len(items) - 1
        if isinstance(index, int) and not site.frame.loops and -len(items) <= index < len(items):
            values = [items[key] for key in sorted(items)]
            taken = values.pop(index)
            items.clear()
            items.update(enumerate(values))
            receiver.const = NO
            return taken
        everything = join_all(list(items.values()))
        items.clear()
        items["*"] = everything
        return everything
    if not site.args:
        return attributes.element(site.frame, receiver, site.position)
    return _get(site)


def _items(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or _opaque(site):
        return None
    element = attributes.held(site.frame, receiver, site.position)
    key = Val(("text",), receiver.origins)
    return Val(("list",), (), NO, {"*": Val(("tuple",), (), NO, {0: key, 1: element})})


def _values(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or _opaque(site):
        return None
    return Val(("list",), (), NO, {"*": attributes.held(site.frame, receiver, site.position)})


def _keys(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or _opaque(site):
        return None
    return Val(("list",), receiver.origins, NO, {"*": Val(("text",), receiver.origins)})


def _receiver(site: CallSite) -> Val | None:
    if site.receiver is None or _opaque(site):
        return None
    return site.receiver


def _append(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or receiver.items is None or not site.args:
        return None
    _put(receiver, site.args[-1], many=_repeats(site))
    return Val(None, (), None)


def _repeats(site: CallSite) -> bool:
    """True in a loop whose turns can't be told: what is put into a list there, is put there many times."""
    return any(not mark.constant and mark.over != "memo" for mark in site.frame.loops)


def _insert(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or receiver.items is None or len(site.args) < 2:
        return None
    _put(receiver, site.args[1], many=_repeats(site))
    return Val(None, (), None)


def _put(receiver: Val, value: Val, *, many: bool = True) -> None:
    assert receiver.items is not None
    items = receiver.items
    receiver.const = NO
    if many and "*" not in items and not items:
        items["*"] = value
    elif "*" in items:
        items["*"] = join(items["*"], value)
    elif len(items) < 16 and all(isinstance(key, int) for key in items):
        items[len(items)] = value
    else:
        everything = join_all([*items.values(), value])
        items.clear()
        items["*"] = everything


def _extend(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or receiver.items is None or not site.args:
        return None
    _put(receiver, attributes.element(site.frame, site.args[0], site.position))
    return Val(None, (), None)


def _intersection(site: CallSite) -> Val | None:
    if site.receiver is None or _opaque(site) or len(site.args) != 1:
        return None
    return operators.intersection(site.receiver, site.args[0])


def _update(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or receiver.items is None:
        return None
    for value in [*site.args, *site.spread]:
        if value.items is not None:
            receiver.items.update(value.items)
        if value.origins:
            receiver.items["*"] = Val(
                None, join_origins(receiver.items["*"].origins if "*" in receiver.items else (), value.origins)
            )
    receiver.items.update(site.keywords)
    return Val(None, (), None)
