"""The files that make a coding agent use archwright: where its MCP server is, and how to work with it.

By default the files name the command `archwright` and paths relative to the project, so that they can be committed. A host
that starts servers with next to no PATH needs `absolute`: this machine's Python and directory.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from archwright.agent.entries import with_json_entry, with_toml_entry
from archwright.agent.error import AgentError
from archwright.agent.marked import edited, signed, with_block

NAME = "archwright"


@dataclass(frozen=True)
class Host:
    """A program that runs a coding agent, and where it looks."""

    config: str
    key: str
    """The object that holds the servers by name."""
    root: str
    """What the host puts in place of the project's directory; `.`: it starts servers there."""
    typed: bool = False
    """Whether an entry says that it is of type stdio."""
    agent: str = ""
    """The subagent's file; empty: the advice goes into AGENTS.md."""


HOSTS = {
    "claude": Host(".mcp.json", "mcpServers", ".", agent=".claude/agents/backend-systems-architect.md"),
    "cursor": Host(".cursor/mcp.json", "mcpServers", "${workspaceFolder}"),
    "vscode": Host(".vscode/mcp.json", "servers", "${workspaceFolder}", typed=True),
    "codex": Host(".codex/config.toml", "mcp_servers", "."),
}
SHARED = "AGENTS.md"


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    path: str
    what: Literal["wrote", "updated", "unchanged", "kept"]
    """`kept`: it holds an edit of the user's where ours would stand."""


def write_kit(host: str, directory: Path, *, absolute: bool = False, force: bool = False) -> tuple[Outcome, ...]:
    """Write a host's files into a project's directory; what others wrote in them stays.

    `force` replaces the user's edits of our parts. Raises AgentError, and has then written nothing, where a file can't be
    read as what it is, and where one can't be written.
    """
    chosen = HOSTS[host]
    if not directory.is_dir():
        raise AgentError(f"there is no directory {directory}", "name the directory of the project")
    entry = _entry(chosen, directory, absolute)
    planned = [
        _config(chosen, directory, entry, force),
        _agent(chosen.agent, directory, force) if chosen.agent else _section(directory, force),
    ]
    outcomes = []
    for path, before, after in planned:
        if after is None:
            outcomes.append(Outcome(path, "kept"))
        elif after == before:
            outcomes.append(Outcome(path, "unchanged"))
        else:
            _write(directory / path, after, path)
            outcomes.append(Outcome(path, "wrote" if before is None else "updated"))
    return tuple(outcomes)


_Planned = tuple[str, str | None, str | None]
"""A path, the text there (None: no file), the text wanted (None: the user's stays)."""


def _entry(host: Host, directory: Path, absolute: bool) -> dict[str, Any]:
    if absolute:
        # -P: the working directory is not searched for modules
        command, before, root = sys.executable, ["-P", "-m", NAME], str(directory.resolve())
    else:
        command, before, root = NAME, [], host.root
    typed = {"type": "stdio"} if host.typed else {}
    return {**typed, "command": command, "args": [*before, "mcp", "--root", root]}


def _config(host: Host, directory: Path, entry: dict[str, Any], force: bool) -> _Planned:
    before = _read(directory, host.config)
    if host.config.endswith(".toml"):
        return host.config, before, with_toml_entry(before or "", host.key, NAME, entry, host.config)
    return host.config, before, with_json_entry(before or "", host.key, NAME, entry, host.config, force=force)


def _agent(path: str, directory: Path, force: bool) -> _Planned:
    before = _read(directory, path)
    wanted = signed(_template("backend-systems-architect.md"))
    return path, before, wanted if before is None or force or not edited(before) else None


def _section(directory: Path, force: bool) -> _Planned:
    before = _read(directory, SHARED)
    return SHARED, before, with_block(before or "", _template("section.md"), SHARED, force=force)


def _template(name: str) -> str:
    return resources.files("archwright.agent").joinpath("templates", name).read_text(encoding="utf-8")


def _read(directory: Path, path: str) -> str | None:
    try:
        return (directory / path).read_bytes().decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise AgentError(f"{path} is not UTF-8 text", "convert it, then run this again") from error
    except OSError as error:
        raise AgentError(f"{path} can't be read: {error.strerror}") from error


def _write(place: Path, text: str, path: str) -> None:
    """Write a file whole or not at all, through a link if it is one, with the line ends it has."""
    try:
        place = place.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists() and b"\r\n" in place.read_bytes():
            text = text.replace("\n", "\r\n")
        beside = place.with_name(f".{place.name}.new")
        beside.write_bytes(text.encode())
        beside.replace(place)
    except OSError as error:
        raise AgentError(f"{path} can't be written: {error.strerror}") from error
