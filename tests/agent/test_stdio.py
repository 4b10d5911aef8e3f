"""The server as a host starts it: a process of its own, another working directory, next to no environment."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult

SHOP = Path(__file__).parents[2] / "examples" / "shop.yaml"


def _text(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if part.type == "text")


def test_the_sdks_own_client_designs_builds_reviews_and_explains(project: Path) -> None:
    shutil.copy(SHOP, project / "shop.yaml")
    (project / "wrong.yaml").write_text("system: shop\nentities: {Product: {price: mony}}\n", encoding="utf-8")
    host = StdioServerParameters(
        command=sys.executable,
        args=["-m", "archwright", "mcp", "--root", str(project)],
        cwd=os.sep,
        env={"PATH": os.defpath},
    )

    async def talk() -> None:
        async with Client(host) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert tools == {"design", "build", "review", "explain"}
            reviewed = await client.call_tool("review", {})
            assert [finding["rule"] for finding in reviewed.structured_content["findings"]] == ["injection/sql"]
            explained = await client.call_tool("explain", {"name": "injection/sql"})
            assert explained.structured_content["what"] == "rule"
            designed = await client.call_tool("design", {"brief": "shop.yaml"})
            assert designed.structured_content["answer"].startswith("shop: ")
            built = await client.call_tool("build", {"brief": "shop.yaml", "directory": "shop"})
            assert built.structured_content["conflicts"] == []
            assert (project / "shop" / "pyproject.toml").is_file()
            for name, arguments, told in (
                ("design", {"brief": "wrong.yaml"}, "did you mean money?"),
                ("build", {"brief": "wrong.yaml", "directory": "out"}, "wrong.yaml:2:"),
                ("build", {"brief": "shop.yaml", "directory": ".."}, "outside of the root"),
                ("review", {"paths": ["apps.py"]}, "did you mean app.py?"),
                ("review", {"limit": "many"}, "valid integer"),
                ("explain", {"name": "zzz"}, "there is no rule"),
            ):
                wrong = await client.call_tool(name, arguments)
                assert wrong.is_error
                assert told in _text(wrong)

    anyio.run(talk)


def test_nothing_but_the_protocol_is_on_standard_output(project: Path) -> None:
    asked = (
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
        b'"clientInfo":{"name":"test","version":"1"}}}\n'
        b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
        b"no message at all\n"
        b'{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"review","arguments":{}}}\n'
    )
    command = [sys.executable, "-m", "archwright", "mcp", "--root", str(project)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(asked)
        server.stdin.flush()
        answers = [json.loads(server.stdout.readline()) for _ in range(2)]
        rest, log = server.communicate(timeout=60)
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[1]["result"]["structuredContent"]["total"] == 1
    assert rest == b""
    assert (server.returncode, b"Traceback" in log) == (0, False), log


def test_nothing_of_the_project_is_run_where_the_host_starts_the_server_in_it(project: Path) -> None:
    for name in ("mcp", "pydantic", "socket", "struct", "yaml"):
        (project / f"{name}.py").write_text(f"open('ran-{name}', 'w').close()\n", encoding="utf-8")
    host = StdioServerParameters(command=sys.executable, args=["-m", "archwright", "mcp"], cwd=project)

    async def talk() -> None:
        async with Client(host) as client:
            reviewed = await client.call_tool("review", {})
            assert reviewed.structured_content["total"] == 1

    anyio.run(talk)
    assert list(project.glob("ran-*")) == []
