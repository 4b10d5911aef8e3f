"""Which texts in code are secrets."""

import pytest

from archwright.review.literals import looks_random, placeholder, service_of, to_come


@pytest.mark.parametrize(
    ("text", "random"),
    [
        ("c292a0a3aa32397cdb050e233733900f", True),
        ("k3Yw8pQ2zL5vN7xT1mR4", True),
        ("access_token", False),
        ("https://host/path1?token", False),
        ("shop.security.keys2.Key", False),
        ("changeme12345678", False),
        ("a sentence with 1 number", False),
        ("short1", False),
        ("phc_9fQ2xLr7Ty3Kd8Wn5Zb1Vc6M", False),
        ("pk_live_9fQ2xLr7Ty3Kd8Wn5Zb1", False),
    ],
)
def test_what_looks_random(text: str, random: bool) -> None:
    assert looks_random(text) is random


@pytest.mark.parametrize("text", ["changeme", "your-key-here", "secret key", "${SECRET}", "<token>", "aaaaaaaaaaaa"])
def test_placeholders(text: str) -> None:
    assert placeholder(text)


@pytest.mark.parametrize(
    ("text", "said"), [("SET-ME-PLEASE", True), ("PLACEHOLDER", True), ("change_this_key", True), ("secret", False)]
)
def test_what_says_that_a_secret_is_to_come(text: str, said: bool) -> None:
    assert to_come(text) is said
    assert placeholder(text)


def test_a_key_with_signs_of_the_keyboard_is_no_placeholder() -> None:
    assert not placeholder("^8y!)$0t7yq2+65%&_#@i^_o)eb3^q--y_$e7a_=t$%$1i)zuv")


def test_the_form_tells_the_service() -> None:
    assert service_of("AKIA" + "Q3EGW7RTZ2LMNB5X") == "an access key of AWS"
    assert service_of("AKIAIOSFODNN7EXAMPLE") == ""
    assert service_of("ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z0A") == "a token of GitHub"
    assert service_of("plain") == ""
