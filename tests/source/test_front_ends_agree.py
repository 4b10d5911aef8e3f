"""Both front ends give the same facts, positions included, for the host's own library."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archwright.source.parse import host
from archwright.source.parse.text import decode

LIBRARY = Path(sysconfig.get_path("stdlib"))
FOLDERS = (".", "asyncio", "email", "unittest", "json", "http", "importlib", "concurrent/futures", "logging", "test")
MAX_BYTES = 60_000


def library_files() -> list[Path]:
    found = [path for folder in FOLDERS for path in sorted((LIBRARY / folder).glob("*.py"))]
    return [path for path in found if path.stat().st_size <= MAX_BYTES and path.name != "badsyntax_3131.py"][:320]


@pytest.mark.parametrize("part", range(8))
def test_on_the_standard_library(part: int, by_host: Callable[[str], Any], by_tree: Callable[[str], Any]) -> None:
    compared = 0
    for path in library_files()[part::8]:
        text, _ = decode(path.read_bytes())
        try:
            expected = by_host(text)
        except host.Refused:
            continue
        assert by_tree(text) == expected, path.name
        compared += 1
    assert compared > 15
