"""Python itself: builtins, texts and containers, logging, and what of the standard library carries or cleans data."""

from __future__ import annotations

from typing import ClassVar

from archwright.model.value import Trust, Use
from archwright.source.flow.values import (
    ALL_USES,
    Val,
)
from archwright.source.frameworks.base import CallSite, Framework, Source, mask
from archwright.source.frameworks.python import builtins, containers, texts
from archwright.source.frameworks.shared import times

_LOG_METHODS = frozenset(["debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log"])


class Python(Framework):
    """Builtins and the standard library."""

    name = "python"

    sources: ClassVar[dict[str, Source]] = {
        "os.environ": Source("environment", Trust.OPERATOR),
        "os.getenv": Source("environment", Trust.OPERATOR),
        "sys.argv": Source("command line", Trust.OPERATOR),
        "builtins.input": Source("standard input", Trust.OPERATOR),
    }
    cleaners: ClassVar[dict[str, int]] = {
        "uuid.UUID": ALL_USES,
        "decimal.Decimal": ALL_USES,
        "datetime.datetime.fromisoformat": ALL_USES,
        "datetime.date.fromisoformat": ALL_USES,
        "datetime.datetime.strptime": ALL_USES,
        "ipaddress.ip_address": ALL_USES,
        "ipaddress.ip_network": ALL_USES,
        "shlex.quote": mask(Use.SHELL),
        "html.escape": mask(Use.HTML),
        "xml.sax.saxutils.escape": mask(Use.HTML, Use.XML),
        "re.escape": mask(Use.REGEX),
        "hashlib.md5": ALL_USES,
        "hashlib.sha1": ALL_USES,
        "hashlib.sha256": ALL_USES,
        "hashlib.sha512": ALL_USES,
        "urllib.parse.quote": mask(Use.HTML, Use.URL, Use.PATH, Use.SQL_TEXT),
        "urllib.parse.quote_plus": mask(Use.HTML, Use.URL, Use.PATH, Use.SQL_TEXT),
        "os.path.basename": mask(Use.PATH),
    }
    never: ClassVar[frozenset[str]] = frozenset(
        {"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit", "typing.assert_never"}
    )
    returns: ClassVar[dict[str, str]] = {
        "logging.getLogger": "logging.Logger",
        "logging.Logger.getChild": "logging.Logger",
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls.update(builtins.CALLS)
        self.methods.update(texts.METHODS)
        self.methods.update(containers.METHODS)
        for name in ("builtins.print", "warnings.warn", "traceback.print_exc", "traceback.format_exc", "sys.exc_info"):
            self.calls[name] = _log
        self.calls[times.TIMEDELTA] = times.timedelta
        for level in _LOG_METHODS:
            self.calls[f"logging.{level}"] = _log
            self.calls[f"logging.Logger.{level}"] = _log
            self.methods[level] = _maybe_log


def _log(site: CallSite) -> Val:
    site.frame.traits.add("log")
    site.emit("Log", level=site.name.rpartition(".")[2], message=site.derived())
    return Val(None, (), None)


def _maybe_log(site: CallSite) -> Val | None:
    """A method named like a log level on something unknown: what it logs cannot be told, that it may log can."""
    receiver = site.receiver
    if receiver is not None and (receiver.type is None or receiver.type[0] in ("object", "member", "external")):
        site.frame.traits.add("log")
    return None
