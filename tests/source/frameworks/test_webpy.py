"""web.py: requests as data from outside, and redirects."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Redirect
from archwright.model.value import Clean, Use
from archwright.source.program import Program

Make = Callable[..., Program]
CODE = """
import re
import web
from urllib.parse import urlparse

def is_safe(url):
    parts = urlparse(url)
    return not parts.netloc and re.match(r"^/[^/]", parts.path) is not None

class login:
    def POST(self):
        given = web.input(redirect="/")
        {}
        raise web.seeother(given.redirect)
"""


@pytest.mark.parametrize(
    ("first", "state"),
    [("pass", Clean.DIRTY), ('if not is_safe(given.redirect): given.redirect = "/"', Clean.CLEAN)],
)
def test_a_redirect_to_what_was_sent(first: str, state: Clean, program: Make) -> None:
    found = program({"app.py": CODE.replace("{}", first)}, Redirect).effects
    assert [effect.to.state(Use.HOST) for effect in found if isinstance(effect, Redirect)] == [state]
