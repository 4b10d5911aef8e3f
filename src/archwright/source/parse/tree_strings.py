"""Conversion of string literals, f-strings and t-strings from tree-sitter's tree to `ast` nodes."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from archwright.source.parse import nodes
from archwright.source.parse.tree_base import Context, Unconvertible, field, has_token, parts, placed, text_of

_TOKEN = re.compile(r"\\N\{[^}]*\}|\\.|\{\{|\}\}|\"|[^\\{}\"]+|.", re.DOTALL)

_CONVERSIONS = {letter: ord(letter) for letter in "rsa"}

Convert = Callable[[Node, Context], Any]


def string(node: Node, c: Context, convert: Convert) -> Any:
    """A literal, or several side by side: one Constant, JoinedStr or TemplateStr at the place of the whole."""
    pieces: list[Any] = []
    kinds: set[str] = set()
    for one in parts(node) if node.type == "concatenated_string" else [node]:
        kinds.add(_add(one, pieces, c, convert))
    if "b" in kinds and len(kinds) > 1:
        raise Unconvertible("bytes beside text")
    if "b" in kinds:
        return placed(ast.Constant(value=b"".join(pieces)), node)
    if not kinds & {"f", "t"}:
        return placed(ast.Constant(value="".join(pieces)), node)
    values = _merged(pieces, node)
    if "t" in kinds:
        c.need(14)
        return placed(nodes.TemplateStr(values=values), node)
    return placed(ast.JoinedStr(values=values), node)


def _add(node: Node, pieces: list[Any], c: Context, convert: Convert) -> str:
    """Append the text and the fields of one literal; returns its kind: "" or "b", "f", "t"."""
    start, end = node.children[0], node.children[-1]
    if start.type != "string_start" or end.type != "string_end":
        raise Unconvertible(node.type)
    opening = text_of(start)
    quotes = opening.lstrip("rRbBuUfFtT")
    prefix = opening[: len(opening) - len(quotes)].lower()
    raw = "r" in prefix
    stop = end.end_byte - len(quotes)  # the end of a raw string may swallow backslashes before it
    if "f" not in prefix and "t" not in prefix:
        text = c.between(start.end_byte, stop)
        pieces.append(_bytes(text, raw) if "b" in prefix else _text(text, raw))
        return "b" if "b" in prefix else ""
    at = start.end_byte
    for item in node.children[1:-1]:
        if item.type == "interpolation":
            pieces.append(_text(c.between(at, item.start_byte), raw, braces=True))
            pieces.extend(_field(item, raw, "t" in prefix, c, convert))
            _note_nesting(item, quotes, c)
            at = item.end_byte
    pieces.append(_text(c.between(at, stop), raw, braces=True))
    return "t" if "t" in prefix else "f"


def _note_nesting(item: Node, quotes: str, c: Context) -> None:
    """What only Python 3.12 and later accept inside a field (PEP 701)."""
    text = text_of(item)
    if quotes in text or "\\" in text or "#" in text or (len(quotes) == 1 and "\n" in text):
        c.need(12)


def _field(item: Node, raw: bool, template: bool, c: Context, convert: Convert) -> list[Any]:
    """One `{...}`: the text before it that `=` asks for, and the field."""
    inner = field(item, "expression")
    if inner.type == "named_expression":
        return [_aligned(item, inner, c, convert)]
    value = convert(inner, c)
    conversion = item.child_by_field_name("type_conversion")
    specifier = item.child_by_field_name("format_specifier")
    found: list[Any] = []
    code = -1
    if conversion is not None:
        code = _CONVERSIONS[text_of(conversion).lstrip("!").strip()]
    if has_token(item, "="):
        stop = conversion or specifier or item.children[-1]
        found.append(c.between(item.start_byte + 1, stop.start_byte))
        if conversion is None and specifier is None:
            code = ord("r")
    spec = None if specifier is None else _specifier(specifier, raw, c, convert)
    if template:
        text = text_of(inner)
        found.append(placed(nodes.Interpolation(value=value, str=text, conversion=code, format_spec=spec), item))
    else:
        found.append(placed(ast.FormattedValue(value=value, conversion=code, format_spec=spec), item))
    return found


def _aligned(item: Node, inner: Node, c: Context, convert: Convert) -> Any:
    """`{x:=10}` is a format that begins with `=`, not a walrus, which needs parentheses here."""
    name = field(inner, "name")
    spec = text_of(item)[text_of(item).index(":") + 1 : -1]
    if "{" in spec:
        raise Unconvertible(inner.type)
    text = placed(ast.JoinedStr(values=[placed(ast.Constant(value=spec), item)]), item)
    return placed(ast.FormattedValue(value=convert(name, c), conversion=-1, format_spec=text), item)


def _specifier(node: Node, raw: bool, c: Context, convert: Convert) -> ast.JoinedStr:
    pieces: list[Any] = []
    at = node.start_byte + 1
    for item in node.children:
        if item.type in ("format_expression", "interpolation"):
            pieces.append(_text(c.between(at, item.start_byte), raw))
            pieces.extend(_field(item, raw, False, c, convert))
            at = item.end_byte
    pieces.append(_text(c.between(at, node.end_byte), raw))
    return placed(ast.JoinedStr(values=_merged(pieces, node)), node)


def _merged(pieces: list[Any], node: Node) -> list[Any]:
    """Neighbouring texts joined into one Constant, empty ones dropped."""
    values: list[Any] = []
    text = ""
    for piece in [*pieces, None]:
        if isinstance(piece, str):
            text += piece
            continue
        if text:
            values.append(placed(ast.Constant(value=text), node))
            text = ""
        if piece is not None:
            values.append(piece)
    return values


def _text(body: str, raw: bool, braces: bool = False) -> str:
    """The value of the text of a literal; `braces`: doubled braces stand for one."""
    if raw:
        return body.replace("{{", "{").replace("}}", "}") if braces else body
    if "\\" not in body:
        return body.replace("{{", "{").replace("}}", "}") if braces else body
    value = _evaluated("", _quotable(body, braces))
    assert isinstance(value, str)
    return value


def _bytes(body: str, raw: bool) -> bytes:
    if not body.isascii():
        raise Unconvertible("bytes can only contain ASCII literal characters")
    if raw or "\\" not in body:
        return body.encode("ascii")
    value = _evaluated("b", _quotable(body, False))
    assert isinstance(value, bytes)
    return value


def _quotable(body: str, braces: bool) -> str:
    """The same text, safe between triple quotes."""
    out: list[str] = []
    for piece in _TOKEN.findall(body):
        if piece == '"':
            out.append('\\"')
        elif piece == "\\":
            out.append("\\\\")
        elif braces and piece in ("{{", "}}"):
            out.append(piece[0])
        else:
            out.append(piece)
    return "".join(out)


def _evaluated(prefix: str, body: str) -> str | bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value: str | bytes = ast.literal_eval(f'{prefix}"""{body}"""')
    return value
