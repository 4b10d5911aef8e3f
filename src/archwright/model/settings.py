"""What a project asks of its reviews: the settings of the tool, whatever file or command line they came from."""

from __future__ import annotations

from archwright.model.base import Model

LEVELS = ("critical", "high", "medium", "low")
"""Impacts by name, the gravest first, as `fail-on` takes them; `never` stands for none."""
NEVER = "never"


class PathSettings(Model, frozen=True, kw_only=True):
    """What holds for some paths instead of what holds for all."""

    pattern: str
    """As in .gitignore, from `Settings.base`."""
    select: tuple[str, ...] | None = None
    """Rules and families; takes the place of both lists that hold for all. None: those hold."""
    ignore: tuple[str, ...] = ()
    """Rules and families, beside those that are ignored for all."""
    fail_on: str | None = None


class Settings(Model, frozen=True, kw_only=True):
    """The settings of a review, complete: what was left out has its default."""

    base: str = ""
    """The directory that patterns start from, relative to the directory of the call, with forward slashes; "" is itself."""
    select: tuple[str, ...] = ()
    """Rules and families to run; empty: all."""
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Patterns of paths that are not read, as in .gitignore."""
    per_path: tuple[PathSettings, ...] = ()
    """In the order of the file; of several that match a path, later ones win."""
    fail_on: str = "high"
    all: bool = False
    """Findings of low confidence are shown too."""
    baseline: str | None = None
    """The file of findings that are known, relative to the directory of the call."""
