"""Methods of texts: what they give is made of the text and what is put into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from archwright.model.value import Use
from archwright.source.flow import addresses, attributes, operators, pasted, quoting
from archwright.source.flow.values import (
    NO,
    NUMBER,
    UNKNOWN,
    Origin,
    Val,
    clean,
    constant,
    deep_origins,
    join_origins,
    step,
)
from archwright.source.frameworks.base import CallSite, Handler, mask

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
_CUTS: Final = {
    "split": ((0, 1, 2, -2, -1), (0,)),
    "rsplit": ((0, 1, 2, -2, -1), (-1, 1)),
    "partition": ((0,), (0,)),
    "rpartition": ((2, -1), (2, -1)),
}
"""How a text is cut -> the parts that hold no separator, if it is cut everywhere and if it is cut so many times only.

All together hold them: a loop puts them together again. Of those that are taken one by one, the first and the last few matter.
"""
_CUT_AT: Final = {"/": mask(Use.PATH), "\\": mask(Use.PATH), ".": mask(Use.PARENTS)}
"""A separator -> what a part without it is clean for: without a dot it is no `..`."""
_SAME_SHAPE: Final = frozenset({"strip", "encode", "decode"})
_BREAKS: Final = frozenset({"\n", "\r", "\r\n"})
ONE_LINE: Final = mask(Use.LOG, Use.HEADER)
"""The uses that a text is clean for in which no line ends."""
_UPWARDS: Final = frozenset({"../", "..\\"})
_DOUBLED = frozenset(
    (quote, written) for quote in ("'", '"', "`", "]") for written in (quote * 2, f"\\{quote}") if written != "\\]"
)
"""How SQL and other languages of queries write a quote inside quotes: twice, or behind a backslash."""


_PLACES: Final = re.compile(r"\{\}")
_HOLE: Final = re.compile(r"\{\{|\{(\w*)(?:![rsa])?(?::[^{}]*)?\}")
"""`{}`, `{name}` of a template; `{{` is a letter."""
_DOLLAR: Final = re.compile(r"\$\$|\$\{?(\w+)\}?")
"""`$name`, `${name}` of a `string.Template`; `$$` is a letter."""


def opaque(site: CallSite) -> bool:
    """True where the receiver is something whose methods are not a builtin's."""
    type_ = site.receiver.type if site.receiver is not None else None
    return type_ is not None and type_[0] in ("query", "row", "class", "module", "unit", "instance", "object")


def _truth_method(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or (receiver.type is not None and receiver.type[0] not in ("text", "list", "tuple", "member")):
        return None
    return NUMBER


def _text_method(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or opaque(site):
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
    if site.name == "replace" and len(site.args) == 2 and site.args[0].const is not NO:
        _once(site)
    if site.name == "replace" and len(site.args) == 2 and (site.args[0].const, site.args[1].const) in _DOUBLED:
        return Val(value.type, clean(value.origins, mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER)))
    if site.name == "replace" and len(site.args) == 2 and _takes_out(site.args[0].const, site.args[1].const):
        return Val(value.type, clean(value.origins, quoting.NO_QUOTE))
    if (
        site.name == "replace"
        and len(site.args) == 2
        and (cleaned := _one_name(site.args[0].const, site.args[1].const))
    ):
        return Val(value.type, clean(value.origins, cleaned))
    if site.name == "replace" and len(site.args) == 2 and (site.args[0].const, site.args[1].const) == ("<", "&lt;"):
        return Val(value.type, clean(value.origins, mask(Use.HTML)))
    origins = value.origins
    if site.name in ("strip", "lstrip") and site.args and "/" in str(site.args[0].const):
        origins = clean(origins, operators.RELATIVE)
    return Val(value.type, origins, NO, None, operators.shape(receiver) if site.name in _SAME_SHAPE else None)


def _takes_out(old: object, new: object) -> bool:
    """True where no quote of a kind is left after the replacement."""
    return isinstance(old, str) and isinstance(new, str) and old in ("'", '"') and old not in new


def _once(site: CallSite) -> None:
    """`name.replace("../", "")`: taken out of `....//` once, `../` is left. A loop takes it out until none is left."""
    if (
        site.args[0].const in _UPWARDS
        and site.args[1].const == ""
        and not any(m.over == "while" for m in site.frame.loops)
    ):
        site.emit("Containment", flaw="once", path=site.receiver, api="replace")


def _one_name(old: object, new: object) -> int:
    """The uses for which no separator, no `..`, or no end of a line, being left makes a text clean. Taking out `../` leaves that of `....//`."""
    if not isinstance(new, str):
        return 0
    if old in _BREAKS and _BREAKS.isdisjoint(new):
        return ONE_LINE
    if old == "/":
        return mask(Use.PATH) if "/" not in new else 0
    return mask(Use.PARENTS) if old in (".", "..") and "." not in new else 0


def _split(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or opaque(site):
        return None
    lines = site.name == "splitlines" or (site.name in ("split", "rsplit") and not site.args)
    origins = clean(receiver.origins, ONE_LINE) if lines else receiver.origins
    parts: dict[str | int, Val] = {"*": Val(("text",), origins)}
    at = site.args[0].const if site.args and not site.args[0].origins else NO
    if site.name in _CUTS and isinstance(at, str) and at in _CUT_AT:
        for index in _CUTS[site.name][len(site.args) > 1 or "maxsplit" in site.keywords]:
            parts[index] = Val(("text",), clean(receiver.origins, _CUT_AT[at]))
    return Val(("list",), (), NO, parts)


def _format(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or opaque(site):
        return None
    text = operators.shape(receiver)
    placed = _placed(site, text)
    if placed is not None:
        origins = receiver.origins
        for argument, fixed in placed:
            origins = join_origins(origins, clean(deep_origins(argument), addresses.HOST if fixed else 0))
        value = Val(("text",), origins)
    else:
        fixed = addresses.fixes_host(text.partition("{")[0]) or _elsewhere(receiver)
        value = site.derived(("text",), addresses.HOST if fixed else 0)
    if not text.startswith(("{", "$")) and value.origins:
        value = Val(value.type, clean(value.origins, operators.RELATIVE))
    if value.origins and not site.spread:
        value = Val(value.type, _put_in(site, text, value.origins))
    for argument in site.args:
        text = text.replace("{}", operators.shape(argument), 1) if "{}" not in operators.shape(argument) else text
    return Val(("text",), step(value.origins, site.frame.unit, site.position, "built into a text"), NO, None, text)


def _placed(site: CallSite, template: str) -> list[tuple[Val, bool]] | None:
    """What is put into each hole of a template, and whether the host of an address ends before it. None: that can't be told."""
    pieces, values = [""], []
    order, read = 0, 0
    for hole in (_HOLE if site.name == "format" else _DOLLAR).finditer(template):
        pieces[-1] += template[read : hole.start()]
        read, name = hole.end(), hole[1]
        if name is None:
            pieces[-1] += hole[0][0]
            continue
        if name == "":
            name, order = str(order), order + 1
        given = _given(site, name)
        if given is None:
            return None
        values.append(given)
        pieces.append("")
    pieces[-1] += template[read:]
    if site.spread or not {id(value) for value in values}.issuperset(map(id, site.args)):
        return None
    return list(zip(values, operators.placed(pieces, values), strict=True))


def _given(site: CallSite, name: str) -> Val | None:
    """The argument for a hole: by its order, its name, or its key in a mapping."""
    if name.isdigit():
        index = int(name)
        return site.args[index] if index < len(site.args) else None
    return site.keywords.get(name)


def _elsewhere(template: Val) -> bool:
    """True for a template that no caller gives and that can't be read: where in it the arguments stand is the service's own choice."""
    unread = template.text is None and template.const is NO
    return unread and not any(key[0] in ("source", "parameter", "field") for key, _, _ in template.origins)


def _put_in(site: CallSite, template: str, origins: tuple[Origin, ...]) -> tuple[Origin, ...]:
    """The origins of a formatted text, those of each argument marked by what the template writes before it."""
    put: list[Origin] = []
    order = 0
    for hole in _HOLE.finditer(template):
        name = hole[1]
        if name == "":
            name, order = str(order), order + 1
        given = None if name is None else site.argument(int(name)) if name.isdigit() else site.keywords.get(name)
        if given is not None:
            put.extend(pasted.marked(deep_origins(given), given, template[: hole.start()]))
    return pasted.kept(origins, put)


def _join(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or not site.args or opaque(site):
        return None
    if receiver.type != ("text",):
        return None
    argument = site.args[0]
    element = attributes.element(site.frame, argument, site.position)
    parts = argument.const if isinstance(argument.const, tuple) and not argument.origins else (None,)
    if isinstance(receiver.const, str) and all(isinstance(part, str) for part in parts):
        return constant(receiver.const.join(parts))
    origins = join_origins(receiver.origins, deep_origins(element))
    if isinstance(receiver.const, str) and "<" in receiver.const:
        between = pasted.marked(deep_origins(element), element.with_type(("text",)), receiver.const)
        origins = pasted.kept(origins, between)
    first = (argument.items or {}).get(0)
    if first is not None:
        before = "{}" if deep_origins(first) else operators.shape(first) + str(receiver.const)
        if addresses.anchored(before, [first]):
            origins = clean(origins, addresses.HOST)
    if element.const is not NO and isinstance(element.const, str) and not origins:
        return Val(("text",), (), NO, None, f"{element.const}{operators.shape(receiver)}{element.const}")
    held = argument.items or {}
    if held.keys() >= {0, -1, "*"} and isinstance(receiver.const, str):
        for separators, uses in ((set("/\\"), mask(Use.PATH)), ({"."}, mask(Use.PARENTS))):
            if not separators & set(receiver.const) and all(cleaned & uses for _, cleaned, _ in held[0].origins):
                origins = clean(origins, uses)  # cut at every separator, and put together with none
    return Val(("text",), origins, NO, None, _joined_text(receiver, held))


def _joined_text(between: Val, held: Mapping[Any, Val]) -> str:
    """What is known of a text of clauses, lines or tags, by the parts that are known: so that a query is recognised by its comparisons.

    Only where the separator holds a space or a tag or ends a line: what stands in paths and addresses is told apart by place.
    """
    if not isinstance(between.const, str):
        return "{}"
    parts = [operators.shape(held[key]) for key in sorted(held, key=_place)]
    if "<" in between.const:
        parts = parts if len(parts) > 1 else ["{}", "{}"]
    elif between.const.strip() == between.const:
        return "{}"
    return between.const.join(parts)[: operators.MAX_TEXT] or "{}"


def _place(key: object) -> tuple[int, int]:
    """The order of the parts of a list: those at known places, then any, then those counted from its end."""
    return (0 if key >= 0 else 2, key) if isinstance(key, int) else (1, 0)


METHODS: Final[dict[str, Handler]] = {
    **dict.fromkeys(_TEXT_METHODS, _text_method),
    **dict.fromkeys(_SPLITS, _split),
    **dict.fromkeys(_TESTS, _truth_method),
    "format": _format,
    "substitute": _format,
    "safe_substitute": _format,
    "join": _join,
}
"""By method name, for receivers whose type is not known to be something else."""
