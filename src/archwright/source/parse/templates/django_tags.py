"""The tags of Django that bind names, repeat, choose, or render other templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from archwright.source import facts as f
from archwright.source.parse.state import Fact
from archwright.source.parse.templates.django_expressions import Unreadable, condition
from archwright.source.parse.templates.django_tokens import Bit, Token

if TYPE_CHECKING:
    from archwright.source.parse.templates.django import Handler, Parser


def _for(parser: Parser, token: Token) -> list[Fact]:
    bits = token.bits()
    if bits and bits[-1].text == "reversed":
        bits.pop()
    places = [index for index, bit in enumerate(bits) if bit.text == "in"]
    if not places or places[-1] + 1 >= len(bits):
        parser.wrong(token, "not read: {% for %} without `in`")
        return []
    names = [name for bit in bits[: places[-1]] for name in bit.text.split(",") if name]
    position = token.opening
    iterable = parser.value(bits[places[-1] + 1]) or (f.CONST, position, None)
    statements: list[Fact] = []
    empty: list[Fact] = []
    with parser.b.scope():
        bound = [parser.b.bind(name, position) for name in names]
        stop = parser.statements(("empty", "endfor"), statements)
    if stop is not None and stop.tag == "empty":
        empty, stop = parser.body("endfor")
    target = bound[0] if len(bound) == 1 else (f.TUPLE, position, tuple(bound))
    return [(f.FOR, position, target, iterable, tuple(statements), tuple(empty), False)]


def _if(parser: Parser, token: Token) -> list[Fact]:
    try:
        test = condition(parser.b, token.bits(), token.position)
    except Unreadable:
        parser.wrong(token, f"not read: {{% {token.content[:60]} %}} is no condition")
        test = (f.NAME, token.position, "%unknown")
    then, stop = parser.body("elif", "else", "endif")
    orelse: list[Fact] = []
    if stop is not None and stop.tag == "elif":
        orelse = _if(parser, stop)
    elif stop is not None and stop.tag == "else":
        orelse, stop = parser.body("endif")
    return [(f.IF, token.position, test, tuple(then), tuple(orelse))]


def _ifequal(parser: Parser, token: Token) -> list[Fact]:
    """Up to Django 3.2."""
    args, _ = parser.arguments(token.bits())
    then, stop = parser.body("else", f"end{token.tag}")
    orelse = parser.body(f"end{token.tag}")[0] if stop is not None and stop.tag == "else" else []
    operator = "==" if token.tag == "ifequal" else "!="
    test: Fact = (f.NAME, token.position, "%unknown")
    if len(args) == 2:
        test = (f.COMPARE, token.position, args[0], ((operator, args[1]),))
    return [(f.IF, token.position, test, tuple(then), tuple(orelse))]


def _ifchanged(parser: Parser, token: Token) -> list[Fact]:
    args, _ = parser.arguments(token.bits())
    then, stop = parser.body("else", "endifchanged")
    orelse = parser.body("endifchanged")[0] if stop is not None and stop.tag == "else" else []
    looked = [(f.EXPR, token.position, value) for value in args]
    unknown: Fact = (f.NAME, token.position, "%unknown")
    return [*looked, (f.IF, token.position, unknown, tuple(then), tuple(orelse))]


def _bindings(parser: Parser, bits: list[Bit]) -> list[tuple[Bit, Fact]]:
    """`name=value` and `value as name`, in the order they are written."""
    found: list[tuple[Bit, Fact]] = []
    index = 0
    while index < len(bits):
        bit = bits[index]
        name, equals, rest = bit.text.partition("=")
        if equals and name.isidentifier():
            value = parser.value(Bit(rest, bit.position + len(name) + 1))
            if value is not None:
                found.append((Bit(name, bit.position), value))
        elif index + 2 < len(bits) and bits[index + 1].text == "as":
            value = parser.value(bit)
            if value is not None:
                found.append((bits[index + 2], value))
            index += 2
        index += 1
    return found


def _assigned(parser: Parser, bindings: list[tuple[Bit, Fact]]) -> list[Fact]:
    return [(f.ASSIGN, name.position, (parser.b.bind(name.text, name.position),), value) for name, value in bindings]


def _with(parser: Parser, token: Token) -> list[Fact]:
    bindings = _bindings(parser, token.bits())
    with parser.b.scope():
        statements = _assigned(parser, bindings)
        parser.statements(("endwith",), statements)
    return statements


def _include(parser: Parser, token: Token) -> list[Fact]:
    bits = token.bits()
    name = parser.value(bits[0]) if bits else None
    if name is None:
        parser.wrong(token, "not read: {% include %} without a template")
        return []
    rest = bits[1:]
    only = any(bit.text == "only" for bit in rest)
    given = [(bit.text, value) for bit, value in _bindings(parser, rest)]
    return [parser.b.include(name, token.position, given, only=only)]


def _extends(parser: Parser, token: Token) -> list[Fact]:
    bits = token.bits()
    name = parser.value(bits[0]) if bits else None
    parser.b.extends = name[2] if name is not None and name[0] == f.CONST and isinstance(name[2], str) else ""
    return []


def _block(parser: Parser, token: Token) -> list[Fact]:
    bits = token.bits()
    name = bits[0].text if bits else ""
    end = [f.line_of(token.position)]
    with parser.b.block(name, token.opening, end) as statements:
        parser.statements(("endblock",), statements)
        end[0] = parser.line
    call = parser.b.block_call(token.position)
    return [call] if call is not None else []


def _nothing(_parser: Parser, _token: Token) -> list[Fact]:
    return []


def _looked(parser: Parser, token: Token) -> list[Fact]:
    """A tag that looks at its arguments and may keep what it gives under a name."""
    bits = token.bits()
    target = None
    if len(bits) >= 2 and bits[-2].text == "as":
        target, bits = bits[-1], bits[:-2]
    args, keywords = parser.arguments(bits)
    statements: list[Fact] = [(f.EXPR, value[1], value) for value in [*args, *(value for _, value in keywords)]]
    if target is not None:
        unknown: Fact = (f.NAME, token.position, "%unknown")
        statements.append((f.ASSIGN, token.position, (parser.b.bind(target.text, target.position),), unknown))
    return statements


def _written(parser: Parser, token: Token) -> list[Fact]:
    """A tag that writes its arguments, escaped as everything."""
    bits = token.bits()
    if len(bits) >= 2 and bits[-2].text == "as":
        return _looked(parser, token)
    args, _ = parser.arguments(bits)
    return [parser.b.output(value, escaped=parser.escaped) for value in args if value[0] != f.CONST]


def _regroup(parser: Parser, token: Token) -> list[Fact]:
    bits = token.bits()
    if len(bits) != 5 or bits[1].text != "by" or bits[3].text != "as":
        parser.wrong(token, "not read: {% regroup %} is `regroup LIST by ATTRIBUTE as NAME`")
        return []
    rows = parser.value(bits[0]) or (f.CONST, token.position, None)
    by = (f.CONST, bits[2].position, bits[2].text.partition("|")[0])
    call = parser.b.operation("regroup", token.position, (rows, by))
    return [(f.ASSIGN, token.position, (parser.b.bind(bits[4].text, bits[4].position),), call)]


def _autoescape(parser: Parser, token: Token) -> list[Fact]:
    before = parser.escaped
    parser.escaped = [bit.text for bit in token.bits()] != ["off"]
    statements: list[Fact] = []
    parser.statements(("endautoescape",), statements)
    parser.escaped = before
    return statements


def _blocktrans(parser: Parser, token: Token) -> list[Fact]:
    """`{% blocktranslate count n=rows|length with a=b %}...{% plural %}...{% endblocktranslate %}`."""
    bindings = _bindings(parser, [bit for bit in token.bits() if bit.text not in ("with", "and", "count", "trimmed")])
    with parser.b.scope():
        statements = _assigned(parser, bindings)
        stop = parser.statements(("plural", f"end{token.tag}"), statements)
        if stop is not None and stop.tag == "plural":
            parser.statements((f"end{token.tag}",), statements)
    return statements


def _body(parser: Parser, token: Token) -> list[Fact]:
    """A tag whose arguments are values and whose body is rendered in place."""
    args, _ = parser.arguments(token.bits())
    statements: list[Fact] = [(f.EXPR, value[1], value) for value in args]
    parser.statements((f"end{token.tag}",), statements)
    return statements


def _plain_body(parser: Parser, token: Token) -> list[Fact]:
    """A tag whose body is rendered in place, and whose words are no values."""
    statements: list[Fact] = []
    parser.statements((f"end{token.tag}",), statements)
    return statements


TAGS: Final[dict[str, Handler]] = {
    "for": _for,
    "if": _if,
    "ifequal": _ifequal,
    "ifnotequal": _ifequal,
    "ifchanged": _ifchanged,
    "with": _with,
    "include": _include,
    "extends": _extends,
    "block": _block,
    "regroup": _regroup,
    "autoescape": _autoescape,
    "blocktrans": _blocktrans,
    "blocktranslate": _blocktrans,
    "cache": _body,
    "filter": _plain_body,
    "spaceless": _plain_body,
    "language": _body,
    "load": _nothing,
    "csrf_token": _nothing,
    "templatetag": _nothing,
    "now": _nothing,
    "lorem": _nothing,
    "debug": _nothing,
    "get_current_language": _looked,
    "get_available_languages": _looked,
    "url": _looked,
    "trans": _looked,
    "translate": _looked,
    "static": _looked,
    "cycle": _written,
    "firstof": _written,
    "resetcycle": _nothing,
    "widthratio": _looked,
}
"""By the name of the tag."""
