"""Reads projects.tsv: the public projects of the measurements, their commits, the random seed and the sample size.

Not a script; the scripts beside it import it. Lines: OWNER/NAME, commit, framework and role, separated by tabs;
`# seed: N` and `# sample: N` are read from the comments, so that one file holds all that is fixed beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

PROJECTS_FILE = Path(__file__).with_name("projects.tsv")
ROLES = ("measure", "reserve")


@dataclass(frozen=True)
class Project:
    """One line of projects.tsv."""

    repository: str
    """OWNER/NAME."""
    commit: str
    """Full commit id, 40 hexadecimal digits."""
    framework: str
    role: str
    """One of ROLES."""

    @property
    def name(self) -> str:
        """The directory that holds the work tree: the second part of the repository's name, in lower case."""
        return self.repository.split("/")[1].lower()


def read_projects(file: Path, role: str | None = None, only: Collection[str] = ()) -> list[Project]:
    """The projects in the order of the file; SystemExit with file and line where a line or a name in `only` is wrong."""
    found: list[Project] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if (
            len(columns) != 4
            or columns[0].count("/") != 1
            or not re.fullmatch(r"[0-9a-f]{40}", columns[1])
            or columns[3] not in ROLES
        ):
            raise SystemExit(
                f"{file.name}:{number}: expected OWNER/NAME, a full commit id, a framework and one of "
                f"{', '.join(ROLES)}, separated by tabs"
            )
        found.append(Project(*columns))
    unknown = sorted(set(only) - {project.name for project in found})
    if unknown:
        raise SystemExit(f"{file.name}: no project {', '.join(unknown)}; there are {', '.join(p.name for p in found)}")
    return [p for p in found if (role is None or p.role == role) and (not only or p.name in only)]


def read_setting(name: str, file: Path) -> int:
    """The whole number after `# NAME:`; SystemExit where it is missing."""
    match = re.search(rf"^# {name}: (\d+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise SystemExit(f"{file.name}: no line '# {name}: NUMBER'")
    return int(match[1])
