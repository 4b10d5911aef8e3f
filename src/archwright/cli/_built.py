"""What a build did, as a person is told, by `archwright build` and `archwright up`."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archwright.build.report import BuildReport


def about_build(report: "BuildReport", project: Path) -> str:
    """What a build did, in one line that begins with where."""
    where = f"{project}/"
    if report.written and not (report.merged or report.kept or report.unchanged):
        missing = f"; not built: {', '.join(report.unbuilt)}" if report.unbuilt else ""
        return f"{where}  ({len(report.written)} files; yours: {project / report.owned}/{missing})"
    changed = len(report.written) + len(report.merged) + len(report.removed)
    parts = [f"{changed} files changed" if changed else "nothing to change"]
    parts += [f"{len(report.kept)} of yours kept"] if report.kept else []
    parts += [f"{len(report.deleted)} that you deleted stay deleted"] if report.deleted else []
    parts += [f"not built: {', '.join(report.unbuilt)}"] if report.unbuilt else []
    parts += [f"migration {Path(path).stem}" for path in report.migrations]
    parts += [f"conflict at {project / str(conflict)} (marked; both versions kept)" for conflict in report.conflicts]
    return f"{where}  {', '.join(parts)}"
