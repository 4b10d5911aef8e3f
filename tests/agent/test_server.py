import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp_types import Tool

from archwright.agent.error import AgentError
from archwright.agent.server import INSTRUCTIONS, make_server

_CHARACTERS_A_TOKEN = 3
"""JSON of English words has about four; three leaves room."""


def test_the_list_of_tools_is_short(tools: list[Tool]) -> None:
    wire = json.dumps([tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools])
    assert len(tools) <= 10
    assert len(wire) / _CHARACTERS_A_TOKEN < 3_000
    assert len(INSTRUCTIONS) / _CHARACTERS_A_TOKEN < 300


def test_every_tool_says_what_it_takes_gives_and_changes(tools: list[Tool]) -> None:
    for tool in tools:
        assert tool.description
        assert "\n   " not in tool.description
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema is not None
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is (tool.name != "build")


def test_the_manual_names_every_tool_with_its_arguments_in_order(tools: list[Tool]) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text(encoding="utf-8")
    for tool in tools:
        (row,) = (line for line in manual.splitlines() if line.startswith(f"| `{tool.name}` |"))
        assert (
            re.findall(r"`(\w+)`", row.split("|")[2].partition("(")[0])[:3] == list(tool.input_schema["properties"])[:3]
        )
        assert all(f"`{name}`" in row for name in tool.input_schema["properties"])


def test_the_root_must_be_a_directory(tmp_path: Path) -> None:
    with pytest.raises(AgentError, match="there is no directory"):
        make_server(tmp_path / "nowhere")


def test_a_wrong_root_is_told_before_anything_is_served(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "archwright", "mcp", "--root", str(tmp_path / "nowhere")]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "there is no directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_extra_the_command_says_what_to_install(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['mcp'] = None; from archwright.cli.main import main; sys.exit(main(['mcp']))"
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "pip install 'archwright[mcp]'" in done.stderr


def test_making_a_server_leaves_the_threads_of_others_alone(tmp_path: Path) -> None:
    make_server(tmp_path)
    assert threading.stack_size() == 0
