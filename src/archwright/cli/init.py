"""`archwright init [DIR]`: a brief to start from, with the schema its editor needs beside it; or a coding agent's files."""

import argparse
import shutil
import sys
from pathlib import Path

from archwright.cli._failure import WrongUse

BRIEF = "brief.yaml"
SCHEMA = "brief.schema.json"
AGENTS = ("claude", "codex", "cursor", "vscode")
"""The names in `agent.kits.HOSTS`, repeated so that `--help` needs none of them (a test compares)."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "init",
        help="write a brief to start from, or with --agent what a coding agent needs",
        description=f"Write {BRIEF}, a small complete brief, and {SCHEMA}, which gives editors completion and hover "
        "texts. With --agent, write instead what makes a coding agent use archwright: its MCP server and how to work with "
        "it. Files that are there already are never overwritten; what others wrote in shared files stays.",
    )
    parser.add_argument("directory", nargs="?", default=".", metavar="DIR", help="where to (default: here)")
    parser.add_argument("--agent", choices=AGENTS, help="write the files of this coding agent instead of a brief")
    parser.add_argument(
        "--absolute",
        action="store_true",
        help="with --agent: name this machine's Python and directory, for a host that starts servers without your PATH; "
        "don't commit that",
    )
    parser.add_argument("--force", action="store_true", help="with --agent: replace your edits of archwright's parts")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the starter brief, or an agent's files, and say what to do next."""
    directory = Path(arguments.directory)
    if arguments.agent is not None:
        return _write_kit(directory, arguments)
    for option in ("absolute", "force"):
        if getattr(arguments, option):
            raise WrongUse(f"--{option} needs --agent", f"choose one: {', '.join(AGENTS)}")
    written = write_brief(directory)
    sys.stdout.write(f"wrote {written.as_posix()}    edit it, then: archwright design {written.as_posix()}\n")
    return 0


def write_brief(directory: Path) -> Path:
    """Write the starter brief and its schema into a directory, which is made if it is not there.

    Returns the path of the brief. Raises WrongUse where a brief is there already or nothing can be written.
    """
    from archwright.brief.schema import brief_schema_text
    from archwright.brief.starter import starter

    brief, schema = directory / BRIEF, directory / SCHEMA
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with brief.open("x", encoding="utf-8", newline="\n") as file:
            file.write(starter(directory.resolve().name, SCHEMA))
        schema.write_text(brief_schema_text(), encoding="utf-8", newline="\n")
    except FileExistsError as error:
        advice = f"archwright design {brief.as_posix()}" if brief.is_file() else "choose another directory"
        raise WrongUse(f"{error.filename} is there already", advice) from error
    except OSError as error:
        raise WrongUse(f"can't write {brief.as_posix()}: {error.strerror}", "choose another directory") from error
    return brief


def _write_kit(directory: Path, arguments: argparse.Namespace) -> int:
    from archwright.agent.kits import write_kit

    for outcome in write_kit(arguments.agent, directory, absolute=arguments.absolute, force=arguments.force):
        path = (directory / outcome.path).as_posix()
        edited = "    it holds edits of yours; --force replaces them" if outcome.what == "kept" else ""
        sys.stdout.write(f"{outcome.what} {path}{edited}\n")
    if not arguments.absolute and shutil.which("archwright") is None:
        sys.stderr.write(
            "note: archwright is not on your PATH, so the agent won't find it; put it there or use --absolute\n"
        )
    if arguments.agent == "codex":
        sys.stdout.write("codex reads .codex/config.toml in projects that you trust\n")
    return 0
