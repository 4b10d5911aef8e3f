"""`secrets/insecure-cookie` on effects made by hand: which names are those of secrets."""

from typing import Any

import pytest

from archwright.model.base import Place
from archwright.model.effect import SetCookie
from archwright.model.finding import Confidence
from archwright.model.value import Value
from archwright.review.engine import review
from archwright.review.rules.secrets.insecure_cookie import InsecureCookie


@pytest.mark.parametrize(
    ("name", "confidence"),
    [
        ("access_token", Confidence.MEDIUM),
        ("is_access_token_expired", Confidence.LOW),
        ("show-login-banner", Confidence.LOW),
        ("issued_token", Confidence.MEDIUM),
    ],
)
def test_an_answer_about_a_secret_is_none(program: Any, name: str, confidence: Confidence) -> None:
    cookie = SetCookie(
        place=Place("app.py", 3, 5), unit="app.login", name=Value(constant=name), secure=False, http_only=True
    )
    (finding,) = review(program([cookie], {}), [InsecureCookie()]).findings
    assert finding.confidence is confidence
