"""Patterns that take quadratic time: found with a text that shows it, which is tried here, and the others left alone."""

from __future__ import annotations

import re
import time

import pytest

from archwright.source.flow.polynomial import Attack, polynomial

SEARCHED = (
    r"\s+$",
    r"(\w+):(\w+|\".+\"|'.+')",
    r"<!--.*?-->",
    r"\[(.*?)\]\((.*?)\)",
    r"\s*=\s*x",
    r"[^/]+/$",
    r"(\d+)px",
    r"(?i)<[a-z][^>]*>",
    r"(\S+)\s+\1",
    r"(\w+)=(?=x)",
    r"(\w+)=\b",
)
MATCHED = (
    r"^\s*\s*$",
    r"(.*)(.*)x",
    r"^[a-z]+[a-z0-9]*$",
    r"(?:a|b)*(?:b|c)*d",
    r"\w+(?:-\w+)?\w*!",
    r"(?s)(?P<f>^~{3,}) *(\w+)? *\n.*?(?P=f)$",
)
LINEAR = (r"^\w+@\w+$", r"^(\d+)(,\d+)*$", r"^[a-z]+\d+$", r"\s", r"^---\n(.*?)\n", r"^(?:\w+\s)*$", r"^[^:]+:[^:]+$")
LINEAR_SEARCHED = (r"\w+", r"\s", r"^\s+", r"(?P<start>^\s+)x", r"\w+\b", r"\d{4}", r"<b>", r"[a-z]+?")


def seconds(pattern: str, attack: Attack, times: int, *, searched: bool) -> float:
    compiled = re.compile(pattern)
    text = attack.prefix + attack.pump * times + attack.suffix
    started = time.process_time()
    assert (compiled.search if searched else compiled.match)(text) is None
    return time.process_time() - started


@pytest.mark.parametrize(
    ("pattern", "searched"), [*((pattern, True) for pattern in SEARCHED), *((pattern, False) for pattern in MATCHED)]
)
def test_the_text_that_is_told_takes_time_that_grows_with_its_square(pattern: str, searched: bool) -> None:
    attack = polynomial(pattern, searched=searched)
    assert attack is not None
    short, long = (seconds(pattern, attack, times, searched=searched) for times in (1500, 6000))
    assert long > 8 * short  # sixteen times, were it exact; four times, were it linear


@pytest.mark.parametrize("pattern", LINEAR)
def test_a_match_with_one_way_through_each_text(pattern: str) -> None:
    assert polynomial(pattern) is None


@pytest.mark.parametrize("pattern", LINEAR_SEARCHED)
def test_a_search_that_finds_something_or_begins_at_few_places(pattern: str) -> None:
    assert polynomial(pattern, searched=True) is None


@pytest.mark.parametrize("pattern", [r"(a+)\1", r"(?=a+)b+c", "(", r"(?:\w{1,40}\s){1,40}x"])
def test_what_is_not_read_is_not_judged(pattern: str) -> None:
    assert polynomial(pattern, searched=True) is None
