"""Sheets of findings to judge: one JSON object a line, with the verdict, its reason and the reader left to fill in.

Not a script; the scripts beside it import it. Verdicts:

- `true`: the defect is real and would harm as the message says;
- `worth-fixing`: no harm as described, but a careful maintainer would change the line because of the finding;
- `false`: neither;
- `cannot-tell`: the reader could not decide from the code of the project.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

VERDICTS = ("true", "worth-fixing", "false", "cannot-tell")


@dataclass
class Row:
    """One finding on a sheet."""

    project: str
    commit: str
    rule: str
    path: str
    line: int
    function: str
    message: str
    impact: str
    confidence: str
    fingerprint: str
    stratum_size: int
    """Findings of this rule in this project."""
    stratum_drawn: int
    """How many of them are on the sheet."""
    operations: list[str] = field(default_factory=list)
    trace: list[dict[str, Any]] = field(default_factory=list)
    """Steps {"path", "line", "note", "code"}; `code` is the source line."""
    context: list[str] = field(default_factory=list)
    """Source lines around the finding, numbered; the line itself is marked with `>`."""
    verdict: str = ""
    reason: str = ""
    reader: str = ""

    @property
    def key(self) -> tuple[str, str, str, int, str]:
        """What makes two rows of two readers the same finding."""
        return (self.project, self.rule, self.path, self.line, self.fingerprint)


def read_sheet(file: Path, *, judged: bool) -> list[Row]:
    """The rows of a sheet; SystemExit with file and line where one is malformed, or (with `judged`) not fully judged."""
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = Row(**json.loads(line))
        except (TypeError, ValueError) as error:
            raise SystemExit(f"{file.name}:{number}: not a row of a sheet: {error}") from None
        if judged and row.verdict not in VERDICTS:
            raise SystemExit(f"{file.name}:{number}: verdict {row.verdict!r}; expected one of {', '.join(VERDICTS)}")
        if judged and not (row.reason.strip() and row.reader.strip()):
            raise SystemExit(f"{file.name}:{number}: a verdict needs a reason and a reader")
        rows.append(row)
    return rows


def write_sheet(file: Path, rows: Iterable[Row], *, code: bool = True) -> None:
    """Write the rows; without `code`, leave out the quoted source, which stands under its project's own licence."""
    lines = []
    for row in rows:
        data = asdict(row)
        if not code:
            del data["context"]
            for step in data["trace"]:
                step.pop("code", None)
        lines.append(json.dumps(data, ensure_ascii=False))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
