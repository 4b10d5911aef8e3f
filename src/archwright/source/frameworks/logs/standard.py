"""The standard library's logging, and what else of Python tells somebody of something."""

from __future__ import annotations

from typing import ClassVar

from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.logged import LEVELS, log, logs

LOGGER = "logging.Logger"


class Logging(Framework):
    """`logging`, `warnings`, `print`."""

    name = "logging"
    aliases: ClassVar[dict[str, str]] = {"logging.LoggerAdapter": LOGGER, "logging.root": LOGGER}
    returns: ClassVar[dict[str, str]] = {
        "logging.getLogger": LOGGER,
        f"{LOGGER}.getChild": LOGGER,
        "multiprocessing.get_logger": LOGGER,
        "multiprocessing.log_to_stderr": LOGGER,
    }
    attributes: ClassVar[dict[str, str]] = {
        "flask.current_app.logger": LOGGER,
        "flask.Flask.logger": LOGGER,
        "quart.current_app.logger": LOGGER,
        "quart.Quart.logger": LOGGER,
        "aiohttp.web.Application.logger": LOGGER,
        "sanic.log.logger": LOGGER,
        "tornado.log.app_log": LOGGER,
        "tornado.log.gen_log": LOGGER,
    }

    def __init__(self) -> None:
        super().__init__()
        for name in ("builtins.print", "warnings.warn"):
            self.calls[name] = log
        for name in ("traceback.print_exc", "traceback.print_exception", "traceback.print_stack"):
            self.calls[name] = _printed
        for name in ("traceback.format_exc", "sys.exc_info", "traceback.format_exception"):
            self.calls[name] = _looked_at
        for level in LEVELS:
            self.calls[f"logging.{level}"] = log
            self.methods[level] = _maybe
        logs(self.calls, LOGGER)


def _printed(site: CallSite) -> Val:
    site.frame.traits.add("log")
    site.emit("Log", level="error", message=site.derived(), with_error=True)
    return Val(None, (), None)


def _looked_at(site: CallSite) -> Val:
    """The error as a text or a tuple: somebody is about to tell of it."""
    site.frame.traits.add("log")
    return Val(("text",) if site.name.startswith("traceback.format_exc") else None)


def _maybe(site: CallSite) -> Val | None:
    """A method named like a log level on something unknown: what it logs cannot be told, that it may log can."""
    receiver = site.receiver
    if receiver is not None and (receiver.type is None or receiver.type[0] in ("object", "member", "external")):
        site.frame.traits.add("log")
    return None
