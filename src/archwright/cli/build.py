"""`archwright build BRIEF`: the project, or the project again with the user's edits kept."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from archwright.cli._built import about_build

if TYPE_CHECKING:
    from archwright.build.report import BuildReport


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "build",
        help="write the brief's project; again: merge it with your edits",
        description="Write the project of a brief. Where it exists, what changed in the brief is merged with what you "
        "changed in the files; where both changed the same lines, both versions stand there, marked.",
        epilog="Exit codes: 0 done, 1 conflicts are marked, 2 wrong use or a brief that can't be built.",
    )
    parser.add_argument("brief", metavar="BRIEF", type=Path, help="the brief")
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, help="the project (default: named after the system)"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would change and write nothing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Build, and say what was done with which file."""
    from archwright.brief.read import read_brief
    from archwright.build.project import build_project
    from archwright.design.pipeline import design

    blueprint = design(read_brief(arguments.brief))
    project = arguments.output or Path(blueprint.system.name)
    report = build_project(blueprint, project, dry_run=arguments.dry_run)
    print(about_build(report, project))
    _details(report)
    if arguments.dry_run:
        print("nothing was written (--dry-run)")
    elif not report.conflicts:
        print(f"archwright up {arguments.brief}{f' -o {project}' if arguments.output else ''} · {project}/README.md")
    return int(bool(report.conflicts))


def _details(report: "BuildReport") -> None:
    """A line for each file that was touched in a project that was there, and for what stays in the database."""
    first = not (report.merged or report.kept or report.unchanged)
    for what, paths in (
        ("changed", () if first else report.written),
        ("merged", report.merged),
        ("removed", report.removed),
        ("left", report.left),
        ("deleted", report.deleted),
    ):
        for path in paths:
            print(f"  {what:<8} {path}")
    for sentence in report.held:
        print(f"  held     {sentence}")
