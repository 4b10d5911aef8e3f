"""Helpers for the tests of the front ends: facts with positions, and facts without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from archwright.source.parse import columns, host, tree
from archwright.source.parse.lower import lower_module
from archwright.source.parse.text import count_lines

Facts = tuple[Any, ...]


def by_host(text: str) -> Facts:
    module = host.parse(text)
    columns.count_characters(module, text)
    return lower_module(module, count_lines(text))


def by_tree(text: str) -> Facts | None:
    read = tree.parse(text)
    if read is None:
        return None
    columns.count_characters(read.module, text)
    return lower_module(read.module, count_lines(text), read.errors)


@pytest.fixture(name="by_host")
def _by_host() -> Callable[[str], Facts]:
    return by_host


@pytest.fixture(name="by_tree")
def _by_tree() -> Callable[[str], Facts | None]:
    return by_tree
