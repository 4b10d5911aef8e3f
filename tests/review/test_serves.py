"""What a hash or a random number serves: the words of what becomes of it."""

import pytest

from archwright.model.base import Place
from archwright.model.effect import Crypto
from archwright.model.secret_name import parts
from archwright.review.serves import Serves, aside, names_secret, served


def crypto(*becomes: tuple[str, str]) -> Crypto:
    return Crypto(place=Place("app.py", 1, 1), unit="app.f", kind="random", becomes=becomes)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resetToken_2", ["reset", "token", "2"]),
        ("APIKey", ["api", "key"]),
        ("sid", ["sid"]),
    ],
)
def test_a_name_is_taken_apart(name: str, expected: list[str]) -> None:
    assert parts(name) == expected


def test_pairs_of_words_name_secrets_that_one_word_does_not() -> None:
    assert names_secret("api_key")
    assert names_secret("verification_code")
    assert not names_secret("key")
    assert not names_secret("postal_code")


@pytest.mark.parametrize(
    ("becomes", "what"),
    [
        ((("name", "value"), ("return", "reset_token")), Serves.SECRET),
        ((("name", "value"), ("name", "session")), Serves.SECRET),
        ((("fill", "session"), ("call", "session.add")), Serves.UNKNOWN),
        ((("name", "delay"), ("call", "time.sleep")), Serves.IDLE),
        ((("return", "cache_key_of_token"),), Serves.IDLE),
        ((("call", "user.set_password"),), Serves.SECRET),
        ((("name", "picked"),), Serves.UNKNOWN),
    ],
)
def test_what_becomes_of_it_decides(becomes: tuple[tuple[str, str], ...], what: Serves) -> None:
    assert served(crypto(*becomes)).what is what


@pytest.mark.parametrize(
    ("unit", "stands_in"),
    [
        ("shop.tokens.NullVerifier.claims", True),
        ("shop.tokens._FakeVerifier.claims", True),
        ("shop.tokens.Verifier.claims", False),
        ("shop.nullable.Verifier.claims", False),
        ("shop.tokens.NullableField.claims", False),
    ],
)
def test_stand_ins_are_aside(unit: str, stands_in: bool) -> None:
    assert aside(Crypto(place=Place("app.py", 1, 1), unit=unit, kind="decode")) is stands_in
