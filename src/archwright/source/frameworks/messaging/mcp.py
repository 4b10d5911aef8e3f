"""Model Context Protocol: tools, resources and prompts that a model calls, with arguments that it was talked into."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from archwright.model.value import Trust
from archwright.source.frameworks.base import Entry, Framework
from archwright.source.frameworks.shared.handed import handed
from archwright.source.frameworks.shared.jobs import decorated

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

_SERVERS: Final = ("mcp.server.fastmcp.FastMCP", "fastmcp.FastMCP")
_PLAIN: Final = "mcp.server.Server"
_DECLARED: Final = frozenset(f"{server}.{name}" for server in _SERVERS for name in ("tool", "resource", "prompt"))
_CALLED: Final = frozenset(f"{_PLAIN}.{name}" for name in ("call_tool", "get_prompt", "read_resource"))


class ModelContext(Framework):
    """FastMCP, which decodes arguments into the declared types, and the plain server, which hands over a dictionary.

    Who steers the model is not told by the code: often the text of a page or a file that it was given to read.
    """

    name = "mcp"
    packages = ("mcp", "fastmcp")
    aliases: ClassVar[dict[str, str]] = {
        "mcp.server.fastmcp.server.FastMCP": _SERVERS[0],
        "mcp.server.FastMCP": _SERVERS[0],
        "fastmcp.server.FastMCP": _SERVERS[1],
        "fastmcp.server.server.FastMCP": _SERVERS[1],
        "mcp.server.lowlevel.Server": _PLAIN,
        "mcp.server.lowlevel.server.Server": _PLAIN,
    }

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Functions decorated as tools, resources or prompts."""
        for _, unit, _, dotted in decorated(engine, _DECLARED | _CALLED, self.packages):
            said = f"argument of the {'tool' if dotted.endswith('tool') else dotted.rpartition('.')[2].split('_')[-1]}"
            yield Entry(unit, handed(engine, unit, said, trust=Trust.UNKNOWN))
