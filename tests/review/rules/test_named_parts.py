"""Random numbers that are a part of something named like a secret, and those that are what it is named for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]


def sure(found: list[Finding]) -> int:
    return sum(each.confidence is not Confidence.LOW for each in found)


def drawn(line: str) -> str:
    return f"""
import datetime
import random
from shop.models import Invite, Session, Token, Training, store

def plan(user, request, response):
    number = random.getrandbits(64)
    {line}
"""


@pytest.mark.parametrize(
    "line",
    [
        "session = Session(hour=number)",
        "session = Training.objects.create(user=user, pulse=number)",
        "session = Training.objects.get_or_create(user=user, defaults={'pulse': number})[0]",
        "session = dict(pulse=number)",
        "session = {'pulse': number, 'user': user}\n    return session",
        "request.session['lap'] = number",
        "session = Training(pulse=number)\n    sessions = [session]\n    store.put(sessions)\n    session.save()\n    kept_session = session",
        "session_start = datetime.time(number, 0)",
        "token_suffix = str(number)",
        "cookie_name = f'state-{number}'\n    response.set_cookie(cookie_name, user.state)",
        "DUMMY_PASSWORD = str(number)",
    ],
)
def test_a_part_of_something_with_another_name(line: str, findings: Find) -> None:
    assert sure(findings("secrets/weak-randomness", drawn(line))) == 0


@pytest.mark.parametrize(
    "line",
    [
        "session = Session(id=number)",
        "session = Session(token=number)",
        "session = Session(number)",
        "session = str(number)",
        "session = {'id': number}",
        "session = {number: user}",
        "tokens = {}\n    tokens['access'] = number",
        "token = Token(drawn=number)",
        "invite = Invite(code=number)",
        "request.session['captcha'] = number",
        "sessions = {}\n    sessions[user.id] = number",
        "session_name = number\n    session = Session(hour=1)\n    session.token = number",
        "user.session = '{n}'.format(n=number)",
        "number = Training(pulse=number).pulse\n    session = hex(random.getrandbits(64))",
        "response.set_cookie('sid', str(number))",
        "user.set_password(str(number))",
    ],
)
def test_what_must_not_be_guessed(line: str, findings: Find) -> None:
    assert sure(findings("secrets/weak-randomness", drawn(line))) == 1


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("session = random.choice(['good', 'bad', 'neutral'])", 0),
        ("session = ''.join(random.choice(['a', 'b', 'c']) for _ in range(40))", 1),
    ],
)
def test_one_of_a_few_that_are_shown(line: str, count: int, findings: Find) -> None:
    assert (
        sure(findings("secrets/weak-randomness", f"import random\n\ndef plan():\n    {line}\n    return session\n"))
        == count
    )
