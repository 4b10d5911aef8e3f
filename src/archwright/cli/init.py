"""`archwright init [DIR]`: a brief to start from, with the schema its editor needs beside it."""

import argparse
import sys
from pathlib import Path

from archwright.cli._failure import WrongUse

BRIEF = "brief.yaml"
SCHEMA = "brief.schema.json"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "init",
        help="write a brief to start from",
        description=f"Write {BRIEF}, a small complete brief, and {SCHEMA}, which gives editors completion and hover "
        "texts. Files that are there already are never overwritten.",
    )
    parser.add_argument("directory", nargs="?", default=".", metavar="DIR", help="where to (default: here)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the starter brief and say what to do next."""
    directory = Path(arguments.directory)
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
