"""The standard library's logging, and what else of Python tells somebody of something."""

from __future__ import annotations

from typing import ClassVar

from archwright.source.flow.effects import TRACEBACK
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.exposed import debugs
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
        "tornado.log.access_log": LOGGER,
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
    if not site.name.startswith("traceback."):
        return Val(None)
    if debugs(site.frame):
        return Val(("text",) if site.name.endswith("format_exc") else None)
    steps = (None, site.frame.unit, site.position, "the traceback as a text")
    return Val(("text",) if site.name.endswith("format_exc") else None, ((TRACEBACK, 0, steps),))


def _maybe(site: CallSite) -> Val | None:
    """A method named like a log level on something unknown: what it logs cannot be told, that it may log can."""
    receiver = site.receiver
    if receiver is not None and (receiver.type is None or receiver.type[0] in ("object", "member", "external")):
        site.frame.traits.add("log")
        if receiver.type is None or receiver.type[0] == "member":
            return log(site) if _called_log(site.frame, receiver) else None
    return None


def _called_log(frame: Frame, receiver: Val) -> bool:
    """True for an argument, or an attribute of one, that is called a log wherever it comes from: `handler.log.error(...)`."""
    names = []
    for key, _, _ in receiver.origins:
        if key[0] != "parameter":
            return False
        names.append(str(key[-1]) if len(key) > 3 else frame.facts[4][key[2]][0] if key[1] == frame.unit else "")
    return bool(names) and all(name.strip("_").lower() in ("log", "logger", "logging") for name in names)
