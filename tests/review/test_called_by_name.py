"""A method that is called on something that can't be followed is given what stands at the calls of its name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

KEYS = """
import subprocess

class Server:
    @classmethod
    def make_key(cls, length):
        return subprocess.check_output("openssl dhparam {0} 2> /dev/null".format(length), shell=True)
"""
CALLS = "from registry import loaded\n\ndef renew(length):\n    return loaded('Server').make_key(GIVEN)\n"


@pytest.mark.parametrize(("given", "count"), [("2048", 0), ("length", 1)])
def test_constants_alone_harm_nothing(told: Told, given: str, count: int) -> None:
    files = {"keys.py": KEYS, "tasks.py": CALLS.replace("GIVEN", given)}
    assert len(told(files, "injection/command")) == count


def test_nothing_calls(told: Told) -> None:
    assert len(told({"keys.py": KEYS}, "injection/command")) == 1
    assert len(told({"keys.py": KEYS, "tests/test_keys.py": CALLS.replace("GIVEN", "2048")}, "injection/command")) == 1
