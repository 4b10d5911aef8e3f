"""Where the result of a call goes: through names, containers and texts to what holds, takes or returns it."""

import textwrap

import pytest

from archwright.source import facts as f
from archwright.source.flow.destinations import Destinations, destinations
from archwright.source.parse import facts_of


def gone(code: str) -> Destinations:
    units = facts_of(textwrap.dedent(code).encode())[0]
    unit = units[1]
    line = 1 + next(i for i, text in enumerate(textwrap.dedent(code).split("\n")) if "draw()" in text)
    column = 1 + textwrap.dedent(code).split("\n")[line - 1].index("draw()")
    return destinations(unit, line * f.COLUMNS + column)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("token = draw()", ("name", "token")),
        ("self.token = str(draw())[2:]", ("name", "token")),
        ("row = {'secret': draw()}", ("key", "secret")),
        ("store['sid'] = f'x{draw()}'", ("key", "sid")),
        ("user.set_password(draw())", ("call", "user.set_password")),
        ("make(salt=draw())", ("argument", "salt")),
        ("parts = []\n    parts.append(draw())\n    code = ''.join(parts)", ("name", "code")),
        ("return ''.join(draw() for _ in range(9))", ("return", "made")),
        ("if draw() < 0.1:\n        token = 1", ("condition", "")),
        ("picked = COLORS[draw()]", ("index", "COLORS")),
        ("response.set_cookie('sid', draw())", ("key", "sid")),
        ("for x in draw():\n        nonce = x", ("name", "nonce")),
    ],
)
def test_the_result_is_followed(body: str, expected: tuple[str, str]) -> None:
    assert expected in gone(f"def made():\n    {body}\n").becomes


def test_what_only_stands_beside_is_no_destination() -> None:
    told = gone("def made():\n    token = other()\n    delay = draw()\n    return token\n")
    assert told.becomes == (("name", "delay"),)


def test_a_branch_that_it_decides_is_not_made_of_it() -> None:
    assert ("name", "token") not in gone("def made():\n    token = 1 if draw() else 2\n").becomes
