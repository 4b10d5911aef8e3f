"""The tool `build`, the only one that writes: a project, merged with the user's edits, or the documents of a design."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from archwright.agent.designs import Brief, system_of
from archwright.agent.error import AgentError
from archwright.agent.output import Output, some
from archwright.agent.root import Root
from archwright.build.project import build_project
from archwright.build.report import BuildReport
from archwright.design import design
from archwright.design.documents import BLUEPRINT, documents
from archwright.model.blueprint import Blueprint

_LISTED = 80
"""Paths that a list of an answer holds."""


class BuildOut(Output):
    """What a build did. Paths are relative to `directory`."""

    summary: str
    directory: str
    written: list[str]
    merged: list[str] = Field(description="changed, with the user's edits in them")
    kept: list[str] = Field(description="the user's, left as they are")
    removed: list[str]
    conflicts: list[str] = Field(description="path:line of marked conflicts: settle them, then build again")
    migrations: list[str]
    held: list[str] = Field(description="what the brief no longer has and the database keeps")
    owned: str = Field(description="the folder that is the user's: put own logic there")


Directory = Annotated[str, Field(min_length=1, description="where to, below the root; made if it is not there")]
What = Annotated[
    Literal["project", "design"],
    Field(description="project: a service with migrations and tests; design: DESIGN.md, blueprint.json, schema.sql"),
]
DryRun = Annotated[bool, Field(description="say what would be written, write nothing")]


class Builds:
    """Builds below a root."""

    def __init__(self, root: Root) -> None:
        self._root = root

    def build(self, brief: Brief, directory: Directory, what: What = "project", dry_run: DryRun = False) -> BuildOut:
        """Write the project of a brief, or its design documents. Building again merges: the user's edits are never lost.

        Run the project's own tests and `review` on the directory afterwards.
        """
        target = self._root.inside(directory)
        there = next(place for place in (target, *target.parents) if place.exists())
        if not there.is_dir():
            raise AgentError(f"{self._root.shown(there)} is a file", "name a directory, or one that is not there yet")
        blueprint = design(system_of(self._root, brief))
        if what == "design":
            return self._write_design(blueprint, target, dry_run)
        report = build_project(blueprint, target, dry_run=dry_run)
        return _out(report, self._root.shown(target), dry_run)

    def _write_design(self, blueprint: Blueprint, target: Path, dry_run: bool) -> BuildOut:
        files = documents(blueprint)
        try:
            if target.is_dir() and any(target.iterdir()) and not (target / BLUEPRINT).is_file():
                raise AgentError(
                    f"{self._root.shown(target)} holds other files", "name a directory of its own for the design"
                )
            places = [self._root.inside(str(target / name)) for name, _ in files]
            if not dry_run:
                target.mkdir(parents=True, exist_ok=True)
                for place, (_, text) in zip(places, files, strict=True):
                    place.write_bytes(text.encode())
        except OSError as error:
            raise AgentError(f"{self._root.shown(target)} can't be written: {error.strerror}") from error
        report = BuildReport(written=tuple(name for name, _ in files))
        return _out(report, self._root.shown(target), dry_run)


def _out(report: BuildReport, directory: str, dry_run: bool) -> BuildOut:
    counts = [
        f"{len(paths)} {word}"
        for word, paths in (
            ("written", report.written),
            ("merged", report.merged),
            ("kept", report.kept),
            ("removed", report.removed),
            ("in conflict", report.conflicts),
        )
        if paths
    ]
    done = "would be" if dry_run else "is"
    return BuildOut(
        summary=f"{directory} {done} built: {', '.join(counts)}" if report.changed else f"{directory} is up to date",
        directory=directory,
        written=some(list(report.written), _LISTED),
        merged=some(list(report.merged), _LISTED),
        kept=some(list(report.kept), _LISTED),
        removed=some(list(report.removed), _LISTED),
        conflicts=[str(conflict) for conflict in report.conflicts],
        migrations=list(report.migrations),
        held=list(report.held),
        owned=report.owned,
    )
