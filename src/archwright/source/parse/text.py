"""From the bytes of a source file to its text, as CPython reads it; any bytes are accepted."""

from __future__ import annotations

import codecs
import re

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?\r?$")
_NOT_FOR_SOURCE = {"idna", "punycode", "undefined"}
"""Codecs that decode text but not source: names of hosts, and one that always fails."""

Errors = list[tuple[int, str]]


def decode(data: bytes) -> tuple[str, Errors]:
    """The text of a Python file with newlines as LF, and what was wrong with its bytes as `(line, message)`.

    The encoding is the one CPython takes: a byte order mark, a declaration in the first two lines (PEP 263), or UTF-8.
    What does not decode is replaced, so that the rest of the file is still read.
    """
    errors: Errors = []
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "", [(1, "encoded as UTF-16, which Python does not read; save the file as UTF-8")]
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    text = _decoded(data, _declared(data), errors)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        errors.append((text.count("\n", 0, text.index("\0")) + 1, "a NUL byte, read as a space"))
        text = text.replace("\0", " ")
    return text, errors


def _declared(data: bytes) -> str:
    """The encoding that the first two lines declare, or UTF-8."""
    if b"coding" not in data[:1000]:
        return "utf-8"
    for line in data[:1000].split(b"\n", 2)[:2]:
        found = _COOKIE.match(line)
        if found:
            return found[1].decode("ascii", "replace")
        if not _BLANK.match(line):
            break
    return "utf-8"


def _decoded(data: bytes, encoding: str, errors: Errors) -> str:
    try:
        text = data.decode("utf-8" if encoding.lower() in _NOT_FOR_SOURCE else encoding)
        text.encode("utf-8")  # lone surrogates, which some codecs let through, are no source text
    except LookupError:
        errors.append((1, f"unknown encoding {encoding!r}, read as UTF-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        errors.append((line, f"not valid {encoding}: byte 0x{data[error.start]:02x} was replaced"))
    except UnicodeError:
        errors.append((1, f"not valid {encoding}, read as UTF-8"))
    else:
        return text
    return data.decode("utf-8", "replace")


def count_lines(text: str) -> int:
    """Lines of a text; a last line without a newline counts."""
    return text.count("\n") + (1 if text and not text.endswith("\n") else 0)
