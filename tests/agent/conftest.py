from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mcp_types import CallToolResult, Tool

INJECTION = """
import sqlite3
from flask import Flask, request

app = Flask(__name__)

@app.get("/users")
def users():
    name = request.args["name"]
    return sqlite3.connect("app.db").execute(f"SELECT id FROM users WHERE name = '{name}'").fetchall()
"""

Call = Callable[..., "CallToolResult"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with one finding."""
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "app.py").write_text(INJECTION, encoding="utf-8")
    return directory


@pytest.fixture
def call(project: Path) -> Call:
    """Calls a tool of a server for the project, in memory."""
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    import anyio
    from mcp import Client

    from archwright.agent.server import make_server

    server = make_server(project)

    def run(name: str, /, **arguments: Any) -> "CallToolResult":
        async def ask() -> "CallToolResult":
            async with Client(server) as client:
                return await client.call_tool(name, arguments)

        return anyio.run(ask)

    return run


@pytest.fixture
def tools(project: Path) -> "list[Tool]":
    """What the server says of its tools."""
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    import anyio
    from mcp import Client

    from archwright.agent.server import make_server

    async def ask() -> "list[Tool]":
        async with Client(make_server(project)) as client:
            return (await client.list_tools()).tools

    return anyio.run(ask)
