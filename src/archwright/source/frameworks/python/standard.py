"""Python itself: builtins, texts and containers, and what of the standard library carries or cleans data."""

from __future__ import annotations

from typing import ClassVar

from archwright.model.value import Trust, Use
from archwright.source.flow.values import (
    ALL_USES,
)
from archwright.source.frameworks.base import Framework, Source, mask
from archwright.source.frameworks.python import builtins, code, containers, processes, texts
from archwright.source.frameworks.shared import times


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

    def __init__(self) -> None:
        super().__init__()
        self.calls.update(builtins.CALLS)
        self.calls.update(processes.CALLS)
        self.calls.update(code.CALLS)
        self.methods.update(texts.METHODS)
        self.methods.update(containers.METHODS)
        self.calls[times.TIMEDELTA] = times.timedelta
