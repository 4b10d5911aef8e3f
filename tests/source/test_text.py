from __future__ import annotations

import codecs

import pytest

from archwright.source.parse import facts_of
from archwright.source.parse.text import count_lines, decode


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        (codecs.BOM_UTF8 + "é".encode(), "é"),
        (b"# -*- coding: latin-1 -*-\n# \xe9\n", "# -*- coding: latin-1 -*-\n# é\n"),
        (b"#!/bin/sh\n# vim: set fileencoding=cp1252 :\n'\x80'", "#!/bin/sh\n# vim: set fileencoding=cp1252 :\n'€'"),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"x = 1\n\n# coding: latin-1\n'\xc3\xa9'", "x = 1\n\n# coding: latin-1\n'é'"),
        (b"", ""),
    ],
    ids=["plain", "mark", "declared", "second line", "line ends", "declared too late", "empty"],
)
def test_reads_as_python_does(data: bytes, text: str) -> None:
    assert decode(data) == (text, [])


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"x = 1\n# \xe9\n", 2, "not valid utf-8: byte 0xe9 was replaced"),
        (b"# coding: nonsense\n", 1, "unknown encoding 'nonsense', read as UTF-8"),
        (b"# coding: rot13\n", 1, "unknown encoding 'rot13', read as UTF-8"),
        (b"x = 1\ny\0 = 2\n", 2, "a NUL byte, read as a space"),
        ("x = 1\n".encode("utf-16"), 1, "encoded as UTF-16, which Python does not read; save the file as UTF-8"),
    ],
)
def test_says_what_is_wrong_with_the_bytes(data: bytes, line: int, message: str) -> None:
    assert facts_of(data)[3] == ((line, message),)


def test_what_surrounds_a_bad_byte_is_still_read() -> None:
    units, _, lines, errors = facts_of(b"x = '\xff'\ndef f(): pass\n")
    assert [unit[0] for unit in units] == ["<module>", "f"]
    assert (lines, len(errors)) == (2, 1)


def test_counts_lines() -> None:
    assert [count_lines(text) for text in ("", "a", "a\n", "a\n\n", "a\fb\n\x0bc")] == [0, 1, 1, 2, 2]
