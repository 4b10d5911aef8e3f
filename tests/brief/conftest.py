"""Small briefs for tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.brief import BriefError, Problem, parse_brief
from archwright.model.system import System

Read = Callable[[str], System]
Wrong = Callable[[str], tuple[Problem, ...]]

BASE = """\
system: shop
roles: {shopper: oidc, staff: oidc}
entities:
  Customer: {email: email unique, name: text}
  Product: {sku: text unique, name: text, price: money, stock: int}
  Order: {customer: -> Customer, status: open|paid, total: money, placed: timestamp}
  OrderLine: {part_of: Order, product: -> Product, qty: int}
"""


@pytest.fixture
def root() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture
def base() -> str:
    """The entities of a shop, with no operation."""
    return BASE


@pytest.fixture
def read() -> Read:
    """Read a brief that is right."""
    return parse_brief


@pytest.fixture
def wrong() -> Wrong:
    """The mistakes of a brief."""

    def problems(text: str) -> tuple[Problem, ...]:
        with pytest.raises(BriefError) as caught:
            parse_brief(text, "b.yaml")
        return caught.value.problems

    return problems


@pytest.fixture
def operation(read: Read) -> Callable[[str], System]:
    """Read the shop's entities with one operation `it`."""
    return lambda text: read(f"{BASE}operations:\n  it: {text}\n")


@pytest.fixture
def mistake(wrong: Wrong) -> Callable[[str], tuple[str, str]]:
    """The only mistake of one operation `it`: its message and hint; the word it points at is checked to be there."""

    def only(text: str) -> tuple[str, str]:
        problems = wrong(f"{BASE}operations:\n  it: {text}\n")
        assert len(problems) == 1, problems
        return problems[0].message, problems[0].hint

    return only
