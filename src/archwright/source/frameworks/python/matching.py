"""Regular expressions: which texts are patterns, and which are matched against a pattern that takes too long for some of them."""

from __future__ import annotations

import re
from typing import Final

from archwright.model.effect import Language
from archwright.model.value import Use
from archwright.source.flow.ambiguous import exponential
from archwright.source.flow.polynomial import polynomial
from archwright.source.flow.values import ALL_USES, NO, Val, clean, constant
from archwright.source.frameworks.base import CallSite, Handler, mask
from archwright.source.frameworks.python import patterns
from archwright.source.frameworks.shared.sinks import interpret

_PATTERN: Final = "re.Pattern"
_SUBJECT: Final = {
    "match": 1,
    "fullmatch": 1,
    "search": 1,
    "findall": 1,
    "finditer": 1,
    "split": 1,
    "sub": 2,
    "subn": 2,
}
"""Where the text stands behind the pattern."""
_FLAGS: Final = {
    **dict.fromkeys(("I", "IGNORECASE"), "i"),
    **dict.fromkeys(("S", "DOTALL"), "s"),
    **dict.fromkeys(("A", "ASCII"), "a"),
    **dict.fromkeys(("X", "VERBOSE"), "x"),
    **dict.fromkeys(("M", "MULTILINE", "U", "UNICODE"), ""),
}
"""Flags as the letters that set them inside of a pattern; those of lines change nothing of the time it takes."""
_UNREAD: Final = "?"
MATCH: Final = "re.Match"
_TAKES: Final = frozenset({"match", "fullmatch", "search", "findall", "finditer"})
_OPEN: Final = re.compile(r"(?:://|(?<!\\)\((?:\?:|\?P<\w+>)?)\(?(?:https\??://)?(?:\.|\[\^|\\S)")
"""Where a pattern takes an address with any host, or a group of it nearly any text from its first letter on."""
_TAKEN: Final = ALL_USES & ~mask(Use.HOST, Use.URL, Use.ROOTED, Use.SINGLE, Use.PASTED, Use.QUOTED)
"""What a piece that a pattern took counts as clean for: it lets through less than was sent, but any host."""


def _compiled(site: CallSite) -> Val:
    """A pattern; its text is the one it was made of, so that what it lets through can be read.

    Making one takes no time: a form that only looks whether a pattern is one does no harm.
    """
    first = site.argument(0, "pattern")
    known = first.const if first is not None and isinstance(first.const, str) and not first.origins else None
    flags = _flags(site.argument(1, "flags"))
    return Val(("object", _PATTERN), site.derived().origins, NO, {"flags": constant(flags)} if flags else None, known)


def _function(name: str) -> Handler:
    replaces = patterns.CALLS.get(f"re.{name}")

    def handler(site: CallSite) -> Val | None:
        pattern = site.argument(0, "pattern")
        _interprets(site, pattern)
        if pattern is not None and isinstance(pattern.const, str) and not pattern.origins:
            flags = _flags(site.argument(3 if "sub" in name else 2, "flags")) if name != "split" else ""
            _matches(site, pattern.const, flags, site.argument(_SUBJECT[name], "string"), name)
            if name in _TAKES:
                return _taken(pattern.const, site.argument(1, "string"))
        return replaces(site) if replaces is not None else None

    return handler


def _method(name: str) -> Handler:
    replaces = patterns.CALLS.get(f"{_PATTERN}.{name}")

    def handler(site: CallSite) -> Val | None:
        pattern = site.receiver
        _interprets(site, pattern)
        if pattern is not None and pattern.text is not None:
            flags = (pattern.items or {}).get("flags")
            given = flags.const if flags is not None else ""
            _matches(site, pattern.text, str(given), site.argument(_SUBJECT[name] - 1, "string"), name)
            if name in _TAKES:
                return _taken(pattern.text, site.argument(0, "string"))
        return replaces(site) if replaces is not None else None

    return handler


def _interprets(site: CallSite, pattern: Val | None) -> None:
    if pattern is not None and pattern.origins:
        interpret(site, Language.REGEX, pattern, api=f"re.{site.name.rpartition('.')[2]}")


def _matches(site: CallSite, pattern: str, flags: str, text: Val | None, name: str) -> None:
    if text is None or not text.origins or flags == _UNREAD:
        return
    flagged = f"(?{flags}){pattern}" if flags else pattern
    whole = name == "fullmatch"
    if exponential(flagged, whole=whole):
        site.emit("Match", pattern=pattern, text=text, api=f"re.{name}")
    elif (attack := polynomial(flagged, searched=name not in ("match", "fullmatch"), whole=whole)) is not None:
        site.emit("Match", pattern=pattern, text=text, api=f"re.{name}", degree="quadratic", attack=tuple(attack))


def _taken(pattern: str, text: Val | None) -> Val | None:
    """What a pattern takes out of a text, where it lets nearly anything through; else nothing is said of it."""
    if text is None or not text.origins or not _OPEN.search(pattern):
        return None
    return Val(("object", MATCH), clean(text.origins, _TAKEN))


def _flags(given: Val | None) -> str:
    if given is None:
        return ""
    names = str(given.type[1]).split("|") if given.type is not None and given.type[0] == "external" else [""]
    letters = [_FLAGS.get(name.rpartition(".")[2], _UNREAD) for name in names]
    return _UNREAD if _UNREAD in letters else "".join(sorted(set(letters)))


CALLS: Final[dict[str, Handler]] = {
    "re.compile": _compiled,
    **{f"re.{name}": _function(name) for name in _SUBJECT},
    **{f"{_PATTERN}.{name}": _method(name) for name in _SUBJECT},
}
