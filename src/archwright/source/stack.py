"""Room for deep calls.

CPython keeps the frames of Python functions in chunks of 16 KiB, maps a chunk when a call goes over the border of the last one,
and unmaps it when that call returns. What walks nested code goes over such borders a hundred thousand times: a tenth of the
time of a review. A frame that asks for much room gets a chunk of its own size, and the calls below it stay in the rest of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

_SLOTS = 1 << 18
"""Of eight bytes: a chunk of 4 MiB, half of it for what is called. What nobody writes to takes no memory."""


def _call(function: Callable[[], _Result]) -> _Result:
    return function()


_call_with_room = FunctionType(_call.__code__.replace(co_stacksize=_SLOTS), globals(), "_call_with_room")


def roomy(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Run a function, and all that it calls, above one large chunk of frames."""

    @wraps(function)
    def inner(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        result: _Result = _call_with_room(lambda: function(*args, **kwargs))
        return result

    return inner
