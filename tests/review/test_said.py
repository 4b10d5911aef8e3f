"""What the lines around a place say of it."""

import re

import pytest

from archwright.review.said import called_only, chosen, for_developers, looped, said_to_be_none

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
        ("  # a safe value used for development", True),
        ("  # default for local tests", True),
        ("  # used for signing", False),
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


CALLS = [
    "def send(hook):",
    "    plain = not (",
    "        hook.verifies",
    "    )",
    "    if plain:",
    "        _pinned(hook)",
    "    for each in hook.others:",
    "        if each.verifies:",
    "            _pinned(each)",
    "        _sent(each)",
    "def _pinned(hook):",
    "    return None",
]
VERIFIES = re.compile("verif")


@pytest.mark.parametrize(("line", "expected"), [(6, True), (9, True), (10, False), (12, False)])
def test_a_condition_by_its_words_or_by_what_its_name_is_bound_to(line: int, expected: bool) -> None:
    assert chosen(CALLS, line, VERIFIES) is expected


@pytest.mark.parametrize(
    ("function", "expected"), [("_pinned", True), ("_sent", False), ("send", False), ("_other", False)]
)
def test_a_function_that_is_called_nowhere_else(function: str, expected: bool) -> None:
    assert called_only(CALLS, function, lambda lines, line: chosen(lines, line, VERIFIES)) is expected


@pytest.mark.parametrize(("line", "expected"), [(6, False), (8, True), (9, True)])
def test_what_stands_in_a_loop(line: int, expected: bool) -> None:
    assert looped(CALLS, line) is expected


@pytest.mark.parametrize(("comment", "expected"), [("# a value used for development", True), ("# the key", False)])
def test_a_comment_in_a_call(comment: str, expected: bool) -> None:
    text = ["KEY = os.getenv(", '    "KEY",', f"    {comment}", '    "k3Yw8pQ2zL5v",', ")", "# an example", "OTHER = 1"]
    assert said_to_be_none(text, 1) is expected
