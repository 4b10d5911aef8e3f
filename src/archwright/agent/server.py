"""The MCP server: the commands as a few typed tools over standard input and output.

Whoever imports this needs the extra `mcp`. Tools run one at a time: two would race for the recursion limit, the
processors and the files of a build.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations
from pydantic import create_model

from archwright import __version__
from archwright.agent.builds import Builds
from archwright.agent.designs import Designs
from archwright.agent.error import AgentError
from archwright.agent.explanations import explain
from archwright.agent.reviews import Reviews
from archwright.agent.root import Root
from archwright.brief import BriefError
from archwright.build.error import BuildError
from archwright.design import DesignError
from archwright.design.what_if import WhatIfError
from archwright.review.baseline import BaselineError
from archwright.review.choice import UnknownRule
from archwright.review.configuration.error import ConfigurationError
from archwright.review.request import NoRules
from archwright.review.rule import RuleError
from archwright.source.revision import RevisionError

INSTRUCTIONS = """\
archwright designs, builds and reviews backends by rules and formulas, without a language model.
Cite the evidence of an answer: the path, line and trace of a finding, the numbers of a decision.
When a review has total 0, say "no finding"; add none of your own under its name.
An error says what to mend: mend it and call again.
"""

_STACK = 256 * 1024 * 1024
"""Bytes of address space for the thread that a tool runs on: deep code makes deep recursion when it is followed."""

_READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
_WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_TOLD = (
    AgentError,
    BaselineError,
    BriefError,
    BuildError,
    ConfigurationError,
    DesignError,
    NoRules,
    RevisionError,
    RuleError,
    UnknownRule,
    WhatIfError,
)
"""Errors whose text is for the agent; any other is a fault of ours, and goes to the log."""


def make_server(directory: Path) -> MCPServer:
    """The server for the project in `directory`. Raises AgentError where that is no directory."""
    root = Root(directory)
    one_at_a_time = threading.Lock()
    return MCPServer(
        "archwright",
        version=__version__,
        instructions=INSTRUCTIONS,
        log_level="WARNING",
        tools=[
            _tool("design", Designs(root).page, _READS, one_at_a_time),
            _tool("build", Builds(root).build, _WRITES, one_at_a_time),
            _tool("review", Reviews(root).page, _READS, one_at_a_time),
            _tool("explain", explain, _READS, one_at_a_time),
        ],
    )


def serve(directory: Path) -> None:
    """Serve over standard input and output until the input ends. Raises AgentError as `make_server` does."""
    server = make_server(directory)
    threading.stack_size(_STACK)
    server.run()


def _tool(name: str, function: Callable[..., Any], annotations: ToolAnnotations, lock: threading.Lock) -> Tool:
    """The function as a tool that refuses arguments it does not know, and tells our errors as tool errors."""

    @functools.wraps(function)
    def run(**arguments: Any) -> Any:
        with lock:
            try:
                return function(**arguments)
            except _TOLD as error:
                advice = getattr(error, "advice", "")
                raise ToolError(f"{error}\n{advice}" if advice else str(error)) from error

    run.__name__ = name  # which messages about arguments are headed with
    tool = Tool.from_function(run, name=name, description=inspect.getdoc(function), annotations=annotations)
    loose = tool.fn_metadata.arg_model
    strict = create_model(loose.__name__, __base__=loose, __cls_kwargs__={"extra": "forbid"})
    tool.fn_metadata.arg_model = strict
    tool.parameters = _untitled(strict.model_json_schema(by_alias=True))
    if tool.fn_metadata.output_schema is not None:
        tool.fn_metadata.output_schema = _untitled(tool.fn_metadata.output_schema)
    return tool


def _untitled(schema: Any) -> Any:
    """A JSON schema without the titles that pydantic makes of the names: an agent pays for every word."""
    if isinstance(schema, list):
        return [_untitled(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _untitled(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)}
