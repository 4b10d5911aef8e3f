"""What the lines around a place say of it."""

import pytest

from archwright.review.said import for_developers, said_to_be_none

TABLE = [
    "# An example of an answer, as the documentation has it.",
    "ANSWER = {",
    '    "user": {',
    '        "token": "xoxb-1",',
    "    },",
    "}",
    'KEY = "xoxb-2"',
]


@pytest.mark.parametrize(("line", "expected"), [(2, True), (4, True), (7, False), (0, False), (99, False)])
def test_a_comment_on_what_a_line_is_a_part_of(line: int, expected: bool) -> None:
    assert said_to_be_none(TABLE, line) is expected


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("  # not a real key", True),
        ("  # only for tests", True),
        ("  # fake", True),
        ("  # the key of the shop", False),
        ("  # keep it secret in production", False),
    ],
)
def test_a_comment_on_the_line_itself(comment: str, expected: bool) -> None:
    assert said_to_be_none([f'KEY = "k3Yw8pQ2zL5v"{comment}'], 1) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("class DevelopmentConfig(Config):", True),
        ("class TestingConfig:", True),
        ("class Config:", False),
        ("class Production(Config):", False),
        ("if DEBUG:", True),
        ('if ENVIRONMENT == "development":', True),
        ('if ENVIRONMENT != "development":', False),
        ("if not DEBUG:", False),
        ("if SECRET is None:", False),
    ],
)
def test_machines_of_developers(header: str, expected: bool) -> None:
    assert for_developers([header, '    KEY = "k3Yw8pQ2zL5v"'], 2) is expected
    assert not for_developers([header, "    pass", 'KEY = "k3Yw8pQ2zL5v"'], 3)
