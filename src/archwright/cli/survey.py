"""`archwright survey [PATH]`: the architecture as found in the code."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from archwright.cli._failure import WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable

    from archwright.model.blueprint import Blueprint
    from archwright.model.drift import Drift
    from archwright.model.physical import Table

_BLUEPRINT = "blueprint.json"
_PAGE = "survey.html"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "survey",
        help="the architecture as found in existing code: entities, endpoints, what runs",
        description="Recover entities, operations, components and facts of a Python backend. Nothing is run.",
        epilog="Exit codes: 0 done, or no drift; 1 drift (--compare); 2 wrong use; 3 an internal fault.",
    )
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="the project's directory (default: .)")
    parser.add_argument("-o", "--output", metavar="DIR", help=f"write {_BLUEPRINT} and {_PAGE} into DIR")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what to print (default: text)")
    parser.add_argument(
        "--compare",
        metavar="BLUEPRINT|DATABASE",
        help="print how the code departs from a blueprint.json (or its directory), or its models from a database or an .sql file; "
        "exit with 1 if they do",
    )
    parser.add_argument(
        "--sql",
        action="append",
        default=[],
        metavar="FILE|DATABASE",
        help="read the tables of an SQL file, of postgresql://... or sqlite:///... too; may be repeated",
    )
    parser.add_argument(
        "--no-cache", action="store_true", help="read every file anew, and keep nothing for the next time"
    )
    parser.set_defaults(reads_code=True, run=run)


def run(arguments: argparse.Namespace) -> int:
    """Survey, write the files, print the summary, the document or the drift."""
    from archwright.model.serial import to_json
    from archwright.report.survey.text import render_drift, render_survey
    from archwright.report.terminal import terminal_of

    # read first: a wrong name must not cost a survey
    against = _against(arguments.compare) if arguments.compare is not None else None
    found = _survey(arguments)
    written = _write(Path(arguments.output), found) if arguments.output is not None else ()
    drift = against(found) if against is not None else ()
    if arguments.format == "json":
        sys.stdout.write(to_json(drift if against is not None else found))
    elif against is not None:
        sys.stdout.write(
            render_drift(drift, terminal_of(sys.stdout), "database" if _is_schema(arguments.compare) else "blueprint")
        )
    else:
        steps = written or (f"archwright survey {arguments.path} -o DIR",)
        steps = (*steps, f"archwright review {arguments.path}")
        sys.stdout.write(render_survey(found, terminal_of(sys.stdout), steps))
    return int(bool(drift))


def _is_schema(name: str) -> bool:
    """True for what holds tables alone: an SQL file or a database."""
    from archwright.run.query import kind_of

    return name.endswith(".sql") or bool(kind_of(name))


def _against(name: str) -> "Callable[[Blueprint], tuple[Drift, ...]]":
    """What a survey is compared with, already read."""
    from archwright.model.compare import compare, compare_schema

    if _is_schema(name):
        tables = _tables(name)
        return lambda found: compare_schema(tables, found)
    wanted = _blueprint(Path(name))
    return lambda found: compare(wanted, found)


def _tables(name: str) -> "tuple[Table, ...]":
    from archwright.run.query import QueryError
    from archwright.source.survey.schema_source import schema_text
    from archwright.sql.read_schema import read_schema

    try:
        return read_schema(schema_text(name)[1])
    except QueryError as error:
        raise WrongUse(str(error), error.advice) from error
    except OSError as error:
        raise WrongUse(f"can't read {error.filename}: {error.strerror}", "name a file that can be read") from error


def _survey(arguments: argparse.Namespace) -> "Blueprint":
    """The blueprint of the code. Raises WrongUse where there is nothing to survey."""
    from archwright.report.terminal import visible
    from archwright.run.query import QueryError
    from archwright.source.cache import default_directory
    from archwright.source.survey import survey

    path = Path(arguments.path)
    if not path.is_dir():
        what = "is a file" if path.exists() else "does not exist"
        raise WrongUse(f"{arguments.path} {what}", "name the directory that holds the project")
    try:
        cache = None if arguments.no_cache else default_directory()
        blueprint, program = survey(path, sql=arguments.sql, cache=cache)
    except QueryError as error:
        raise WrongUse(str(error), error.advice) from error
    except OSError as error:
        raise WrongUse(f"can't read {error.filename}: {error.strerror}", "name a file that can be read") from error
    if not program.stats.files and not arguments.sql:
        raise WrongUse(f"there is no Python file in {arguments.path}", "name the directory that holds the code")
    for note in program.notes[:10]:
        place = f"{note.path}:{note.line}: " if note.line else f"{note.path}: "
        sys.stderr.write(f"note: {visible(place + note.message)}\n")
    if len(program.notes) > 10:
        sys.stderr.write(f"note: {len(program.notes) - 10} more files were not read whole\n")
    return blueprint


def _write(directory: Path, blueprint: "Blueprint") -> tuple[str, ...]:
    from archwright.model.serial import to_json
    from archwright.report.survey.page import render_page

    try:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / _PAGE).write_bytes(render_page(blueprint).encode())
        (directory / _BLUEPRINT).write_bytes(to_json(blueprint).encode())
    except OSError as error:
        raise WrongUse(
            f"can't write to {directory}: {error.strerror}", "name a directory that can be written"
        ) from error
    return f"{(directory / _PAGE).as_posix()} (entities, components, endpoints)", (directory / _BLUEPRINT).as_posix()


def _blueprint(path: Path) -> "Blueprint":
    from archwright.model.blueprint import Blueprint
    from archwright.model.serial import SerialError, from_json

    file = path / _BLUEPRINT if path.is_dir() else path
    try:
        return from_json(file.read_bytes(), Blueprint)
    except OSError as error:
        raise WrongUse(
            f"can't read {file}: {error.strerror}", "name a blueprint.json that design or survey wrote"
        ) from error
    except SerialError as error:
        raise WrongUse(
            f"{file} is no blueprint: {error}", "name a blueprint.json that design or survey wrote"
        ) from error
