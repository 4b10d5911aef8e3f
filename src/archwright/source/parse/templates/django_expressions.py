"""Django's filter expressions (`order.items.all|length`) and the conditions of `{% if %}`, as facts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archwright.source import facts as f
from archwright.source.parse.state import Fact
from archwright.source.parse.templates.building import Builder
from archwright.source.parse.templates.django_tokens import Bit

_STRING = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_VALUE = rf"""(?:_\(\s*(?P<said>{_STRING})\s*\)|(?P<text>{_STRING})|(?P<name>[\w.+-]+))"""
_START = re.compile(_VALUE)
_FILTER = re.compile(rf"\s*\|\s*(?P<filter>\w+)(?:\s*:\s*{_VALUE})?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
_CONSTANTS = {"True": True, "False": False, "None": None}
_ALWAYS = frozenset({"forloop", "block"})
"""Names that Django itself sets where they mean something."""

KEEPS_SAFE = frozenset(
    [
        "add",
        "addslashes",
        "capfirst",
        "center",
        "cut",
        "escape",
        "escapeseq",
        "filesizeformat",
        "floatformat",
        "force_escape",
        "iriencode",
        "join",
        "last",
        "linebreaks",
        "linebreaksbr",
        "linenumbers",
        "ljust",
        "lower",
        "pprint",
        "random",
        "rjust",
        "safe",
        "safeseq",
        "slice",
        "slugify",
        "stringformat",
        "striptags",
        "title",
        "truncatechars",
        "truncatechars_html",
        "truncatewords",
        "truncatewords_html",
        "unordered_list",
        "urlize",
        "urlizetrunc",
        "wordcount",
        "wordwrap",
    ]
)
"""Built-in filters with `is_safe=True` or a safe result: what was safe before is written as it is after them."""


class Unreadable(Exception):
    """A text that is no filter expression."""


def expression(b: Builder, text: str, position: int) -> tuple[Fact, bool]:
    """The value of a filter expression, and whether a filter marks it safe, so that it is written as it is.

    Raises Unreadable.
    """
    match = _START.match(text)
    if match is None:
        raise Unreadable(text)
    value = _value(b, match, position)
    safe = False
    at = match.end()
    while at < len(text):
        match = _FILTER.match(text, at)
        if match is None:
            raise Unreadable(text)
        name = match["filter"]
        args = [(f.CONST, position, name), value]
        if match.lastgroup != "filter":
            args.append(_value(b, match, position + match.start()))
        value = b.operation("filter", position, args)
        safe = name in ("safe", "safeseq") or (safe and name in KEEPS_SAFE)
        at = match.end()
    return value, safe


def _value(b: Builder, match: re.Match[str], position: int) -> Fact:
    if match["said"] is not None:
        return (f.CONST, position, _unquoted(match["said"]))
    if match["text"] is not None:
        return (f.CONST, position, _unquoted(match["text"]))
    return variable(b, match["name"], position)


def _unquoted(text: str) -> str:
    quote = text[0]
    return text[1:-1].replace(f"\\{quote}", quote).replace("\\\\", "\\")


def variable(b: Builder, name: str, position: int) -> Fact:
    """A variable with its look-ups: each is an item, an attribute or an index, and is called if it can be.

    Raises Unreadable.
    """
    if _NUMBER.match(name):
        number = float(name) if "." in name or "e" in name.lower() else int(name)
        return (f.CONST, position, number)
    if name in _CONSTANTS:
        return (f.CONST, position, _CONSTANTS[name])
    base, *rest = name.split(".")
    if not base.replace("_", "a").isalnum() or not all(rest):
        raise Unreadable(name)
    if base == "block" and rest == ["super"]:
        b.super()
        return (f.CONST, position, "")
    value: Fact = (f.NAME, position, base) if base in _ALWAYS else b.name(base, position)
    for part in rest:
        value = (f.LOOKUP, position, value, part, True)
    return value


# --- conditions --------------------------------------------------------------------------------------------
_POWERS = {
    "or": 6, "and": 7, "not": 8, "in": 9, "not in": 9,
    "is": 10, "is not": 10, "==": 10, "!=": 10, ">": 10, ">=": 10, "<": 10, "<=": 10, "=": 10,
}  # fmt: skip
"""How tightly the operators of `{% if %}` bind (`django.template.smartif`)."""


def condition(b: Builder, bits: Sequence[Bit], position: int) -> Fact:
    """The test of `{% if %}`. Raises Unreadable."""
    words: list[Bit] = []
    for bit in bits:
        if words and ((bit.text == "in" and words[-1].text == "not") or (bit.text == "not" and words[-1].text == "is")):
            words[-1] = Bit(f"{words[-1].text} {bit.text}", words[-1].position)
        else:
            words.append(bit)
    reader = _Condition(b, words, position)
    test = reader.read(0)
    if reader.left:
        raise Unreadable(reader.left[0].text)
    return test


class _Condition:
    def __init__(self, b: Builder, words: Sequence[Bit], position: int) -> None:
        self._b = b
        self._position = position
        self.left = list(words)

    def read(self, power: int) -> Fact:
        if not self.left:
            raise Unreadable("")
        word = self.left.pop(0)
        if word.text == "not":
            value: Fact = (f.UNARY, word.position, "not", self.read(_POWERS["not"]))
        elif word.text in _POWERS:
            raise Unreadable(word.text)
        else:
            value = expression(self._b, word.text, word.position)[0]
        while self.left and power < _POWERS.get(self.left[0].text, -1):
            operator = self.left.pop(0).text
            right = self.read(_POWERS[operator])
            if operator in ("and", "or"):
                value = (f.BOOL, value[1], operator, (value, right))
            else:
                value = (f.COMPARE, value[1], value, (("==" if operator == "=" else operator, right),))
        return value
