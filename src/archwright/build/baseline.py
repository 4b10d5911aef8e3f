"""The last build, kept in the project as the base of the next merge: `.archwright/build.json`.

One line for each file, so that version control merges two people's builds line by line. The file belongs into the
repository: without it the next build can't tell edits from what was generated.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from archwright.build.error import BuildError
from archwright.model.physical import Table
from archwright.model.serial import SerialError, from_json, to_builtins

PATH = ".archwright/build.json"
VERSION = 1


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the last build wrote, whatever became of it."""

    version: int = VERSION
    files: dict[str, str] = {}
    """Path to text, of generated and owned files and of migrations."""
    tables: tuple[Table, ...] = ()
    """The schema after the last migration."""


def load(root: Path) -> Baseline | None:
    """The baseline of a project; None where there was no build. Raises BuildError where the file can't be read."""
    path = root / PATH
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BuildError(f"{PATH} can't be read: {error.strerror}") from error
    try:
        baseline = from_json(text, Baseline)
    except SerialError as error:
        raise BuildError(f"{PATH} is damaged ({error}); take the version of your last commit") from error
    if baseline.version != VERSION:
        raise BuildError(f"{PATH} was written by another version of archwright (format {baseline.version})")
    return baseline


def dump(baseline: Baseline) -> str:
    """The baseline as JSON, a line for each file and each table."""
    encode = msgspec.json.Encoder(order="deterministic").encode
    files = ",\n".join(
        f"{encode(path).decode()}: {encode(text).decode()}" for path, text in sorted(baseline.files.items())
    )
    tables = ",\n".join(encode(to_builtins(table)).decode() for table in baseline.tables)
    return f'{{"version": {baseline.version},\n"files": {{\n{files}\n}},\n"tables": [\n{tables}\n]}}\n'
