"""What a build did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Conflict:
    """A place where the user and the blueprint changed the same lines; both versions stand there, marked."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class BuildReport:
    """Every file of the project in exactly one of the lists. Paths are relative, with forward slashes, sorted."""

    written: tuple[str, ...] = ()
    """New, or changed where the user had changed nothing."""
    merged: tuple[str, ...] = ()
    """Changed, with the user's edits in them."""
    kept: tuple[str, ...] = ()
    """As the user has them: edited, or the user's own by role."""
    unchanged: tuple[str, ...] = ()
    """As the last build left them, and right."""
    deleted: tuple[str, ...] = ()
    """Deleted by the user; they stay deleted."""
    removed: tuple[str, ...] = ()
    """No longer part of the project, and removed."""
    left: tuple[str, ...] = ()
    """No longer part of the project, and left because they are or were edited by the user."""
    conflicts: tuple[Conflict, ...] = ()
    """Every conflict, in files that stand in `merged`."""
    migrations: tuple[str, ...] = ()
    """New migrations; they stand in `written` as well."""
    held: tuple[str, ...] = ()
    """What the blueprint no longer has and the database keeps, one sentence each."""
    unbuilt: tuple[str, ...] = ()
    """Operations that have no route: started by a message, a schedule or a command, or called as a GraphQL field."""
    owned: str = ""
    """The folder that is the user's."""

    @property
    def changed(self) -> bool:
        """Whether the build changed any file."""
        return bool(self.written or self.merged or self.removed)
