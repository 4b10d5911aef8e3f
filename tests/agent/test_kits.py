import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from archwright.agent.error import AgentError
from archwright.agent.kits import HOSTS, write_kit
from archwright.cli.init import AGENTS
from archwright.cli.main import main

AGENT = ".claude/agents/backend-systems-architect.md"


def _whats(host: str, directory: Path, **options: bool) -> dict[str, str]:
    return {outcome.path: outcome.what for outcome in write_kit(host, directory, **options)}


def test_the_help_names_every_host() -> None:
    assert set(AGENTS) == set(HOSTS)


def test_claude_gets_an_agent_and_a_server(tmp_path: Path) -> None:
    assert _whats("claude", tmp_path) == {".mcp.json": "wrote", AGENT: "wrote"}
    server = json.loads((tmp_path / ".mcp.json").read_text(encoding="utf-8"))["mcpServers"]["archwright"]
    assert server == {"command": "archwright", "args": ["mcp", "--root", "."]}
    _, head, body = (tmp_path / AGENT).read_text(encoding="utf-8").split("---\n", 2)
    matter = yaml.safe_load(head)
    assert matter["name"] == "backend-systems-architect"
    assert "use proactively" in matter["description"].lower()
    assert [tool for tool in matter["tools"].split(", ") if tool.startswith("mcp__")] == [
        f"mcp__archwright__{name}" for name in ("design", "build", "review", "explain")
    ]
    assert all(f"`{word}`" in body for word in ("together", "stale", "idempotent", "calls"))
    assert "no finding" in body


@pytest.mark.parametrize(
    ("host", "path", "keys", "root"),
    [
        ("cursor", ".cursor/mcp.json", ["mcpServers"], "${workspaceFolder}"),
        ("vscode", ".vscode/mcp.json", ["servers"], "${workspaceFolder}"),
        ("codex", ".codex/config.toml", ["mcp_servers"], "."),
    ],
)
def test_other_hosts_get_a_server_and_a_section(
    tmp_path: Path, host: str, path: str, keys: list[str], root: str
) -> None:
    assert _whats(host, tmp_path) == {path: "wrote", "AGENTS.md": "wrote"}
    text = (tmp_path / path).read_text(encoding="utf-8")
    data = tomllib.loads(text) if path.endswith(".toml") else json.loads(text)
    assert list(data) == keys
    server = data[keys[0]]["archwright"]
    assert (server["command"], server["args"]) == ("archwright", ["mcp", "--root", root])
    assert server.get("type") == ("stdio" if host == "vscode" else None)


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_a_second_time_changes_nothing(tmp_path: Path, host: str) -> None:
    write_kit(host, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert set(_whats(host, tmp_path).values()) == {"unchanged"}
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_files_name_nothing_of_this_machine_unless_asked(tmp_path: Path) -> None:
    for host in HOSTS:
        write_kit(host, tmp_path)
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*") if path.is_file())
    assert str(tmp_path) not in written
    assert sys.prefix not in written
    other = tmp_path / "other"
    other.mkdir()
    write_kit("claude", other, absolute=True)
    server = json.loads((other / ".mcp.json").read_text(encoding="utf-8"))["mcpServers"]["archwright"]
    assert server["command"] == sys.executable
    assert server["args"] == ["-P", "-m", "archwright", "mcp", "--root", str(other.resolve())]


def test_an_absolute_entry_starts_without_a_path_and_elsewhere(tmp_path: Path) -> None:
    write_kit("claude", tmp_path, absolute=True)
    server = json.loads((tmp_path / ".mcp.json").read_text(encoding="utf-8"))["mcpServers"]["archwright"]
    command = [server["command"], *server["args"], "--help"]
    done = subprocess.run(command, cwd=os.sep, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Model Context Protocol" in done.stdout


def test_the_agents_file_is_the_users_once_edited(tmp_path: Path) -> None:
    write_kit("claude", tmp_path)
    file = tmp_path / AGENT
    ours = file.read_text(encoding="utf-8")
    mine = ours + "Always answer in French.\n"
    file.write_text(mine, encoding="utf-8")
    assert _whats("claude", tmp_path)[AGENT] == "kept"
    assert file.read_text(encoding="utf-8") == mine
    assert _whats("claude", tmp_path, force=True)[AGENT] == "updated"
    assert file.read_text(encoding="utf-8") == ours
    file.write_text("---\nname: mine\n---\n", encoding="utf-8")
    assert _whats("claude", tmp_path)[AGENT] == "kept"


def test_the_rest_of_agents_md_stays(tmp_path: Path) -> None:
    file = tmp_path / "AGENTS.md"
    file.write_bytes(b"# Ours\r\nRead this.")
    assert _whats("codex", tmp_path)["AGENTS.md"] == "updated"
    text = file.read_bytes()
    assert text.startswith(b"# Ours\r\nRead this.\r\n\r\n<!-- archwright:begin ")
    assert b"\n" not in text.replace(b"\r\n", b"")
    file.write_bytes(text + b"More.\r\n")
    assert _whats("codex", tmp_path)["AGENTS.md"] == "unchanged"
    file.write_bytes(text.replace(b"## Backend", b"## My backend"))
    assert _whats("codex", tmp_path)["AGENTS.md"] == "kept"
    assert _whats("codex", tmp_path, force=True)["AGENTS.md"] == "updated"
    assert file.read_bytes() == text
    file.write_bytes(text.replace(b"archwright:end", b"archwright:"))
    with pytest.raises(AgentError, match="broken pair"):
        write_kit("codex", tmp_path)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "CLAUDE.md").write_text("# Ours\n", encoding="utf-8")
    (tmp_path / "AGENTS.md").symlink_to("CLAUDE.md")
    write_kit("codex", tmp_path)
    assert (tmp_path / "AGENTS.md").is_symlink()
    assert "archwright:begin" in (tmp_path / "CLAUDE.md").read_text(encoding="utf-8")


def test_nothing_is_written_where_one_file_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".mcp.json").write_text('{"mcpServers": {},}', encoding="utf-8")
    assert main(["init", str(tmp_path), "--agent", "claude"]) == 2
    assert ".mcp.json:1:19 is not valid JSON" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [".mcp.json"]


def test_the_command_says_what_it_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["init", str(tmp_path), "--agent", "claude"]) == 0
    told = capsys.readouterr()
    assert told.out == f"wrote {tmp_path.as_posix()}/.mcp.json\nwrote {tmp_path.as_posix()}/{AGENT}\n"
    assert "not on your PATH" in told.err
    (tmp_path / AGENT).write_text("mine", encoding="utf-8")
    assert main(["init", str(tmp_path), "--agent", "claude", "--absolute"]) == 0
    assert "--force replaces them" in capsys.readouterr().out
    assert main(["init", str(tmp_path / "new"), "--force"]) == 2
    assert "--force needs --agent" in capsys.readouterr().err
    assert main(["init", str(tmp_path / "new"), "--agent", "codex"]) == 2
    assert not (tmp_path / "new").exists()


def test_the_kit_needs_no_extra() -> None:
    program = "import sys, archwright.agent.kits; sys.exit('mcp' in sys.modules or 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
