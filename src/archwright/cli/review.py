"""`archwright review [PATH...]`: findings in an existing backend."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from archwright.cli._failure import WrongUse

if TYPE_CHECKING:
    from archwright.review.project import Reviewed
    from archwright.review.request import Prepared

LEVELS, NEVER = ("critical", "high", "medium", "low"), "never"
BASELINE = "archwright-baseline.json"
EXCLUDED = "excluded by the configuration"
FORMATS = ("text", "json", "sarif", "github", "markdown", "junit", "html")
"""Names of the rooms below, repeated so that `--help` needs none of them (a test compares)."""
_NOTES = 10
"""Notes that a person is shown; machine formats hold them all."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "review",
        help="find defects in an existing backend, without running it",
        description="Review Python backends whole: data is followed through every function and file. Nothing is run.",
        epilog="Exit codes: 0 no finding at or over the level, 1 findings, 2 wrong use, 3 an internal fault.",
    )
    parser.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="files or directories (default: .)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to write the findings (default: text)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE instead of standard output")
    parser.add_argument(
        "--fail-on",
        choices=(*LEVELS, NEVER),
        metavar="LEVEL",
        help="exit with 1 on a finding of this impact or graver: critical, high, medium, low, never (default: high)",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        default=None,
        help="add findings of low confidence, and those of rules that were right too seldom",
    )
    for option, text in (
        ("--select", "only these rules or families, separated by commas"),
        ("--ignore", "all but these rules or families"),
    ):
        parser.add_argument(option, action="append", default=[], metavar="NAMES", help=text)
    parser.add_argument(
        "--diff",
        metavar="REV",
        help="only what the change since REV (main, HEAD~1, v1..v2) touches or causes, wherever it shows",
    )
    parser.add_argument("--baseline", metavar="FILE", help="leave out the findings that FILE knows")
    parser.add_argument("--no-baseline", action="store_true", help="show what the configured baseline knows too")
    parser.add_argument(
        "--write-baseline", action="store_true", help=f"write what is found to the baseline (default: {BASELINE})"
    )
    parser.add_argument(
        "--fix",
        action="store_true",
        help="carry out the safe edits, after a review of a copy with them; then review again",
    )
    parser.add_argument(
        "--config", metavar="FILE", help="settings from FILE instead of the nearest archwright.toml or pyproject.toml"
    )
    parser.add_argument(
        "--no-cache", action="store_true", help="read every file anew, and keep nothing for the next time"
    )
    parser.set_defaults(reads_code=True, run=run)


def run(arguments: argparse.Namespace) -> int:
    """Review, write the document, and answer by the gravest finding."""
    from archwright.report.findings.document import View
    from archwright.report.findings.formats import FORMATS as FORMATS_BY_NAME
    from archwright.report.terminal import Terminal, terminal_of
    from archwright.source.cache import default_directory

    for path in arguments.paths:
        if not Path(path).exists() and ".." not in (arguments.diff or ""):
            raise WrongUse(f"there is no file or directory {path}", "paths are read from the current directory")
    started = time.perf_counter()
    prepared = _prepared(arguments)
    cache = None if arguments.no_cache else default_directory()
    reviewed = prepared.run(arguments.paths, cache, writing=arguments.write_baseline)
    figures = reviewed.document.figures
    if not figures.files and not any(part.what == EXCLUDED for part in figures.not_reviewed):
        seen = ", ".join(f"{part.files} {part.what}" for part in figures.not_reviewed)
        raise WrongUse(
            f"there is no Python file in {' '.join(arguments.paths)}, so nothing was reviewed",
            f"what was seen: {seen}" if seen else "give the directory that holds the code",
        )
    if arguments.fix:
        reviewed = _fixed(prepared, reviewed, arguments.paths, cache)
    if arguments.write_baseline:
        return _write_baseline(prepared.settings.baseline or BASELINE, reviewed)
    format_ = FORMATS_BY_NAME[arguments.format]
    to_screen = arguments.output is None and format_.person
    view = View(
        source=reviewed.source,
        terminal=terminal_of(sys.stdout) if to_screen else Terminal(),
        seconds=time.perf_counter() - started if to_screen else None,
    )
    _write(format_.render(reviewed.document, view), arguments.output)
    if prepared.configuration.shadowed:
        name, other = prepared.configuration.path, prepared.configuration.shadowed
        sys.stderr.write(f"note: {other}: [tool.archwright] is not read, since {name} stands beside it\n")
    _tell(reviewed, arguments.output)
    if reviewed.faults:
        return 3
    return int(prepared.scope.fails(reviewed.document.findings))


def _prepared(arguments: argparse.Namespace) -> "Prepared":
    from archwright.review.request import Prepared, Request
    from archwright.review.rule import RuleError

    if arguments.write_baseline and arguments.diff:
        raise WrongUse("--write-baseline and --diff don't go together", "a baseline holds all that is found")
    if arguments.fix and (arguments.write_baseline or ".." in (arguments.diff or "")):
        raise WrongUse(
            "--fix changes files, so it goes neither with --write-baseline nor with two revisions", "fix first"
        )
    if arguments.no_baseline and (arguments.baseline or arguments.write_baseline):
        raise WrongUse("--no-baseline goes with no other option on baselines", "leave one of them out")
    request = Request(
        select=tuple(_split(arguments.select)),
        ignore=tuple(_split(arguments.ignore)),
        fail_on=arguments.fail_on,
        everything=arguments.all,
        baseline="" if arguments.no_baseline else arguments.baseline,
        revision=arguments.diff,
        config=arguments.config,
    )
    try:
        return Prepared(request)
    except RuleError as error:
        raise WrongUse(str(error), "mend or uninstall the package that brings this rule") from error


def _fixed(prepared: "Prepared", reviewed: "Reviewed", paths: list[str], cache: "Path | None") -> "Reviewed":
    """Carry out what can be, say so, and review what there is then."""
    from archwright.report.findings.document import counted
    from archwright.report.terminal import visible

    fixes = prepared.fix(paths, cache, reviewed.document.findings)
    for finding in fixes.fixed:
        sys.stderr.write(f"fixed: {visible(finding.path)}:{finding.line}: {finding.rule}\n")
    for finding in fixes.left:
        sys.stderr.write(f"not fixed: {visible(finding.path)}:{finding.line}: {finding.rule}: the edit did not hold\n")
    if not fixes.fixed and not fixes.left:
        sys.stderr.write("nothing to fix: no finding has a safe edit\n")
    files = counted(len(fixes.written), "file")
    sys.stderr.write(f"{counted(len(fixes.fixed), 'finding')} fixed in {files}\n" if fixes.written else "")
    return prepared.run(paths, cache) if fixes.written else reviewed


def _write_baseline(name: str, reviewed: "Reviewed") -> int:
    from archwright.report.findings.document import counted
    from archwright.report.terminal import visible
    from archwright.review.baseline import baseline_text

    _write(baseline_text(reviewed.entries).rstrip("\n"), name)
    count = counted(len(reviewed.entries), "known finding")
    sys.stdout.write(f"{visible(name)}: {count}; archwright review --baseline {visible(name)} shows what is new\n")
    return 3 if reviewed.faults else 0


def _split(names: list[str]) -> list[str]:
    return [name.strip() for given in names for name in given.split(",") if name.strip()]


def _write(text: str, output: str | None) -> None:
    text = f"{text}\n" if text else ""
    if output is None:
        sys.stdout.write(text)
        return
    try:
        Path(output).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise WrongUse(f"{output} can't be written: {error.strerror}") from error


def _tell(reviewed: "Reviewed", output: str | None) -> None:
    """What is no part of the document goes to standard error."""
    from archwright.report.findings.document import tally
    from archwright.report.terminal import visible

    document = reviewed.document
    for note in document.notes[:_NOTES]:
        place = f"{note.path}:{note.line}: " if note.line else f"{note.path}: " if note.path else ""
        sys.stderr.write(f"note: {visible(place + note.message)}\n")
    if len(document.notes) > _NOTES:
        sys.stderr.write(f"note: {len(document.notes) - _NOTES} more; --format json holds them all\n")
    for fault in reviewed.faults:
        text = visible(f"rule {fault.rule} failed at {fault.place}: {fault.error}")
        sys.stderr.write(f"archwright review: internal fault: {text}    please send this line and what you ran\n")
    if output is not None:
        sys.stderr.write(f"{visible(output)}: {tally(document.findings)}\n")
