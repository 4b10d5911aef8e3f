"""structlog and loguru."""

from __future__ import annotations

from typing import ClassVar

from archwright.source.flow.values import NO, Val, constant
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.logged import LEVELS, log, logs, report

STRUCTLOG, LOGURU = "structlog.BoundLogger", "loguru.Logger"
_BINDS = ("bind", "new", "unbind", "try_unbind", "getChild")
_GIVES = ("opt", "bind", "patch")


class Structlog(Framework):
    """structlog: events with key-value pairs; each level has an asynchronous twin that starts with `a`."""

    name = "structlog"
    packages = ("structlog",)
    aliases: ClassVar[dict[str, str]] = {
        "structlog.stdlib.BoundLogger": STRUCTLOG,
        "structlog.typing.FilteringBoundLogger": STRUCTLOG,
        "structlog.types.FilteringBoundLogger": STRUCTLOG,
        "structlog.stdlib.AsyncBoundLogger": STRUCTLOG,
    }
    returns: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("structlog.get_logger", "structlog.getLogger", "structlog.wrap_logger"), STRUCTLOG),
        "structlog.stdlib.get_logger": STRUCTLOG,
        **{f"{STRUCTLOG}.{name}": STRUCTLOG for name in _BINDS},
    }

    def __init__(self) -> None:
        super().__init__()
        logs(self.calls, STRUCTLOG, "msg", "failure", "err")
        for level in LEVELS:
            self.calls[f"{STRUCTLOG}.a{level}"] = _asynchronous


class Loguru(Framework):
    """loguru's one logger."""

    name = "loguru"
    packages = ("loguru",)
    attributes: ClassVar[dict[str, str]] = {"loguru.logger": LOGURU}

    def __init__(self) -> None:
        super().__init__()
        for level in (*LEVELS, "trace", "success"):
            self.calls[f"{LOGURU}.{level}"] = _loguru
        for name in _GIVES:
            self.calls[f"{LOGURU}.{name}"] = _with


def _asynchronous(site: CallSite) -> Val:
    name = site.name.rpartition(".")[2]
    synchronous = CallSite(
        site.frame, site.position, name.removeprefix("a"), site.receiver, site.args, site.keywords, site.spread
    )
    return log(synchronous)


def _with(site: CallSite) -> Val:
    """`logger.opt(exception=True)` tells the error along."""
    given = site.keywords.get("exception")
    held = dict(site.receiver.items or {}) if site.receiver is not None else {}
    if given is not None and given.const not in (False, None):
        held["exception"] = constant(True)
    return Val(("object", LOGURU), (), NO, held or None)


def _loguru(site: CallSite) -> Val:
    held = site.receiver.items if site.receiver is not None else None
    if not held or "exception" not in held:
        return log(site)
    name = site.name.rpartition(".")[2]
    report(site, name, site.values(), with_error=True)
    return Val(None, (), None)
