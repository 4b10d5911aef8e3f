"""Waiting for an event, never for a time."""

import time
from collections.abc import Callable

_PAUSE_SECONDS = 0.02


def wait_until(happened: Callable[[], bool], *, seconds: float) -> bool:
    """Ask `happened` again and again until it says yes (True) or `seconds` have passed (False)."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True
