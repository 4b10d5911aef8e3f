"""Ambiguity of regular expressions."""

from __future__ import annotations

import pytest

from archwright.source.flow.ambiguous import exponential


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(a+)+$",
        r"(a|aa)*b",
        r"^(\w+\s?)*$",
        r"(.*)*x",
        r"(a*)*b",
        r"(x+x+)+y",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r'(?:\\.|[^"])*"',
        r"^(?:\.\w+\d+)*;",
        r"^([a-z]{1,3}[a-z]?)*;",
        r"(?i)^(?:ab|A[bc])*;",
        r"(a+)+\1x",
        r"<(['\"])(\w+\s?)*\1>",
        r"(\w+\s?)*\bx",
        r"^(\w+\s?)*;(?=x)",
    ],
)
def test_a_loop_with_two_ways_through_a_text_is_exponential(pattern: str) -> None:
    assert exponential(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(a+b)+$",
        r"^(\d{1,3}\.){3}\d{1,3}$",
        r"^(\w+\s)*\w+$",
        r"^[\w.]+(-[\w.]+)*$",
        r"^([a-z]+(-[a-z]+)*,)*$",
        r'(?:\\.|[^\\"])*"',
        r"^(?:[A-Z][a-z]*)+$",
        r"^[a-z](?:[a-z-]{0,20}[a-z])?(?:\.[a-z](?:[a-z-]{0,1})?)*$",
        r"(a+)+",
        r"(a+)+.",
        r"(a+)+b?",
        r"(?:ab|A[bc])*;",
        r"(?:(a)\1)*x",
        r"(?:a+\b)*;",
        r"(?:(?=ab)\w+)*;",
        r"(?=x)(a+)+;",
        r"(\w+\s?)*(?!x)",
        r"(((",
    ],
)
def test_one_way_or_no_failure_is_not(pattern: str) -> None:
    assert not exponential(pattern)


def test_a_whole_match_fails_behind_the_loop() -> None:
    assert exponential(r"(a+)+", whole=True)
