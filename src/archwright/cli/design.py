"""`archwright design BRIEF`: decisions with their numbers, schema, API, capacity, diagrams."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archwright.cli._failure import WrongUse

if TYPE_CHECKING:
    from archwright.model.blueprint import Blueprint

_BLUEPRINT = "blueprint.json"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "design",
        help="decide tables, indexes, routes and capacity from a brief, each decision with its numbers",
        description="Design a backend from a brief: every decision with its reasons, alternatives and flip points.",
        epilog="With -o, writes DESIGN.md, blueprint.json and schema.sql into the directory.",
    )
    parser.add_argument("brief", metavar="BRIEF", help="the brief, a YAML file")
    parser.add_argument("-o", "--output", metavar="DIR", help="write the design into DIR")
    parser.add_argument(
        "--what-if",
        action="append",
        default=[],
        metavar="CHANGE",
        help="show which decisions a change would turn, such as browse.rate=10x or Order.count=50M; may be repeated",
    )
    parser.add_argument(
        "--diff",
        metavar="BLUEPRINT",
        help="show which decisions differ from an earlier blueprint.json (or its directory)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Design, write the files, print the summary or the difference."""
    from archwright.brief import read_brief
    from archwright.design import DesignError, design
    from archwright.design.difference import differences
    from archwright.design.what_if import WhatIfError, what_if
    from archwright.report.design_text import render_difference, render_summary
    from archwright.report.terminal import terminal_of

    system = read_brief(arguments.brief)
    terminal = terminal_of(sys.stdout)
    try:
        blueprint = design(system)
        if arguments.what_if:
            changed = system
            for text in arguments.what_if:
                changed = what_if(changed, text)
            sys.stdout.write(render_difference(differences(blueprint, design(changed)), terminal))
            return 0
    except WhatIfError as error:
        raise WrongUse(str(error)) from error
    except DesignError as error:
        raise WrongUse(str(error), f"mend {arguments.brief}") from error
    if arguments.diff is not None:
        sys.stdout.write(render_difference(differences(_earlier(Path(arguments.diff)), blueprint), terminal))
    written = ""
    if arguments.output is not None:
        written = _write(Path(arguments.output), blueprint)
    if arguments.diff is None:
        steps = (f"archwright design {arguments.brief} --what-if 'NAME.rate=10x'", f"archwright up {arguments.brief}")
        sys.stdout.write(render_summary(blueprint, terminal, written, steps))
    return 0


def _write(directory: Path, blueprint: "Blueprint") -> str:
    """Write the files of the design; gives the path of the one to read first."""
    from archwright.design.documents import documents

    files = documents(blueprint)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in files:
            (directory / name).write_bytes(content.encode())
    except OSError as error:
        raise WrongUse(
            f"can't write to {directory}: {error.strerror}", "name a directory that can be written"
        ) from error
    return (directory / files[0][0]).as_posix()


def _earlier(path: Path) -> "Blueprint":
    """The blueprint of an earlier design. Raises WrongUse where there is none."""
    from archwright.model.blueprint import Blueprint
    from archwright.model.serial import SerialError, from_json

    file = path / _BLUEPRINT if path.is_dir() else path
    try:
        return from_json(file.read_bytes(), Blueprint)
    except OSError as error:
        raise WrongUse(f"can't read {file}: {error.strerror}", "name a blueprint.json that design -o wrote") from error
    except SerialError as error:
        raise WrongUse(f"{file} is no blueprint: {error}", "name a blueprint.json that design -o wrote") from error
