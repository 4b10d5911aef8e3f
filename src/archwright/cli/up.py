"""`archwright up BRIEF`: from a brief to a served backend, until Ctrl-C."""

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archwright.cli._built import about_build
from archwright.cli._failure import WrongUse

if TYPE_CHECKING:
    from archwright.build.up.signin import Person

_WORD = 12
"""Columns of the first word of a line."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "up",
        help="build a brief, start a database and serve the result, until Ctrl-C",
        description="Build the brief's project, start PostgreSQL, migrate, put a few rows into an empty database, serve. "
        "Ctrl-C stops everything that was started.",
        epilog="Needs the extra 'up': pip install 'archwright[up]'.",
    )
    parser.add_argument("brief", metavar="BRIEF", type=Path, help="the brief")
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, help="the project (default: named after the system)"
    )
    parser.add_argument("--port", type=_port, help="serve on this port (default: 8000, or a free one)")
    parser.add_argument("--database-url", metavar="URL", help="use this PostgreSQL instead of an embedded one")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Bring it up, say where and as whom, wait for Ctrl-C or the end of the service."""
    from archwright.brief.read import read_brief
    from archwright.build.project import build_project
    from archwright.build.up.backend import bring_up
    from archwright.design.pipeline import design

    signal.signal(signal.SIGTERM, _interrupt)
    blueprint = design(read_brief(arguments.brief))
    tell("designed", f"{len(blueprint.decisions)} decisions")
    project = arguments.output or Path(blueprint.system.name)
    built = build_project(blueprint, project)
    tell("built", about_build(built, project))
    if built.conflicts:
        raise WrongUse("conflicts are marked in the files, nothing is served", "Settle them, then run this again.")
    with bring_up(
        blueprint, project.absolute(), port=arguments.port, database_url=arguments.database_url, tell=tell
    ) as backend:
        show_people(backend.people)
        try:  # from here on, and not a line later: who has read the sentence may do as it says
            print("Ctrl-C stops everything.", flush=True)
            backend.service.wait_ready(lambda: False, seconds=float("inf"))
        except KeyboardInterrupt:
            print("\nstopping ...", flush=True)
    return 0


def tell(word: str, sentence: str) -> None:
    """One step that is done."""
    from archwright.report.terminal import terminal_of

    terminal = terminal_of(sys.stdout)
    print(terminal.paint(terminal.sign("✓", "ok"), "green"), f"{word:<{_WORD}}{sentence}", flush=True)


def show_people(people: "list[Person]") -> None:
    """Whom one can sign in as; the tokens are good for this run only."""
    if people:
        print(
            f"  {'sign in as':<{_WORD}}with the header `Authorization: Bearer TOKEN` (development only, good for this run)"
        )
    for person in people:
        print(f"  {'':<{_WORD}}{person.role} {person.label}".rstrip(), f"  {'':<{_WORD}}{person.token}", sep="\n")


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{number} is no port: 1 to 65535")
    return number


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
