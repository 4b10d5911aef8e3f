"""Python itself: builtins, texts and containers, and what of the standard library carries or cleans data."""

from __future__ import annotations

from typing import ClassVar

from archwright.model.value import Trust, Use
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import ALL_USES, Val, constant
from archwright.source.frameworks.base import Framework, Source, mask
from archwright.source.frameworks.python import (
    addresses,
    builtins,
    code,
    compression,
    containers,
    encodings,
    files,
    matching,
    objects,
    patterns,
    processes,
    spellings,
    streams,
    texts,
    threads,
    urls,
    xml_parsers,
)
from archwright.source.frameworks.shared import times

_MACHINE = {"os.name": "posix", "sys.platform": "linux", "os.sep": "/", "os.path.sep": "/"}
"""Services run on Linux, so what code does elsewhere is not followed. Type checkers, too, read these as constants."""


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
        "os.path.basename": mask(Use.PATH),
    }
    returns: ClassVar[dict[str, str]] = xml_parsers.RETURNS
    never: ClassVar[frozenset[str]] = frozenset(
        {"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit", "typing.assert_never"}
    )

    named: ClassVar[tuple[str, ...]] = ("os", "sys", "os.path")
    objects: ClassVar[tuple[str, ...]] = (files.PATH,)
    aliases: ClassVar[dict[str, str]] = files.ALIASES

    def __init__(self) -> None:
        super().__init__()
        self.calls.update(addresses.CALLS)
        self.calls.update(builtins.CALLS)
        self.calls.update(processes.CALLS)
        self.calls.update(streams.CALLS)
        self.calls.update(threads.CALLS)
        self.methods.update(threads.METHODS)
        self.calls.update(xml_parsers.CALLS)
        self.calls.update(objects.CALLS)
        self.calls.update(files.CALLS)
        self.methods.update(files.METHODS)
        self.calls.update(code.CALLS)
        self.calls.update(compression.CALLS)
        self.calls.update(encodings.CALLS)
        self.calls.update(patterns.CALLS)
        self.calls.update(matching.CALLS)
        self.calls.update(urls.CALLS)
        self.methods.update(urls.METHODS)
        self.methods.update(texts.METHODS)
        self.methods.update(spellings.METHODS)
        self.methods.update(containers.METHODS)
        self.calls[times.TIMEDELTA] = times.timedelta

    def outside(self, frame: Frame | None, parent: str, name: str, position: int) -> Val | None:
        """What the interpreter says of the machine."""
        said = _MACHINE.get(f"{parent}.{name}")
        return constant(said) if said is not None else None

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        """`path.name`, `path.parent`."""
        return files.attribute(value, name)

    def operate(self, frame: Frame, op: str, left: Val, right: Val, position: int) -> Val | None:
        """`path / name`."""
        return files.joined(frame, left, right, position) if op == "/" else None
