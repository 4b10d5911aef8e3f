"""Functions handed to threads, processes and executors: they are called with what is handed along, in no transaction of this place."""

from __future__ import annotations

from typing import Final

from archwright.source.flow import attributes
from archwright.source.flow.calls import call_later
from archwright.source.flow.values import UNKNOWN, Val
from archwright.source.frameworks.base import CallSite, Handler

_THREAD: Final = "thread"


def _started(target: int, args: int) -> Handler:
    """`Thread(target=f, args=(...), kwargs={...})`, by the places of `target` and `args`."""

    def handler(site: CallSite) -> Val | None:
        function = site.argument(target, "target") or site.keywords.get("function")
        given, named = site.argument(args, "args"), site.argument(args + 1, "kwargs")
        if function is not None:
            positional = [(given.items or {})[key] for key in sorted(_places(given))] if given is not None else []
            _call(site, function, positional, dict((named.items if named is not None else None) or {}))
        return None

    return handler


def _places(given: Val) -> list[int]:
    return [key for key in given.items or {} if isinstance(key, int)]


def _handed(function: int) -> Handler:
    """`run(f, *args, **kwargs)`: what the call gives is what the function gives, once it is awaited."""

    def handler(site: CallSite) -> Val | None:
        if len(site.args) <= function:
            return None
        return _call(site, site.args[function], site.args[function + 1 :], site.keywords)

    return handler


def _submitted(site: CallSite) -> Val | None:
    if site.args:
        _call(site, site.args[0], site.args[1:], site.keywords)
    return Val(("object", "concurrent.futures.Future"))


def _mapped(site: CallSite) -> Val | None:
    """`executor.map(f, *iterables)`."""
    if not site.args:
        return None
    each = [attributes.element(site.frame, value, site.position) for value in site.args[1:]]
    return Val(("list",), items={"*": _call(site, site.args[0], each, {})})


def _call(site: CallSite, function: Val, args: list[Val], keywords: dict[str, Val]) -> Val:
    later = Val(("partial", function, (), tuple(keywords.items()))) if keywords else function
    return call_later(site.frame, later, args, site.position, _THREAD)


def _same(site: CallSite) -> Val:
    return site.args[0] if site.args else UNKNOWN


CALLS: Final[dict[str, Handler]] = {
    "threading.Thread": _started(1, 3),
    "multiprocessing.Process": _started(1, 3),
    "threading.Timer": _started(1, 2),
    **{
        f"concurrent.futures.{pool}.{name}": handler
        for pool in ("ThreadPoolExecutor", "ProcessPoolExecutor")
        for name, handler in (("submit", _submitted), ("map", _mapped))
    },
    "asyncio.to_thread": _handed(0),
    "starlette.concurrency.run_in_threadpool": _handed(0),
    "fastapi.concurrency.run_in_threadpool": _handed(0),
    "anyio.to_thread.run_sync": _handed(0),
    **{f"asyncio.{name}": _same for name in ("wait_for", "shield", "run", "create_task", "ensure_future")},
}
"""By dotted name."""
METHODS: Final[dict[str, Handler]] = {"run_in_executor": _handed(1)}
"""By method name: `loop.run_in_executor(executor, f, *args)`."""
