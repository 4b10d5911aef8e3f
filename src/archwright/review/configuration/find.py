"""Which configuration holds for a call: found upwards from its directory, or named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from archwright.model.base import Model
from archwright.model.problems import Notes
from archwright.model.settings import Settings
from archwright.review.configuration.error import ConfigurationError
from archwright.review.configuration.read import parse_config
from archwright.source.repository import top_of

OWN, SHARED = "archwright.toml", "pyproject.toml"
MAX_BYTES = 4_000_000
"""A bigger file is no configuration."""


class Configuration(Model, frozen=True, kw_only=True):
    """The settings that hold, and where they came from."""

    settings: Settings
    path: str = ""
    """Relative to the directory of the call; "" where there is no file."""
    shadowed: str = ""
    """A file beside it that has settings too, which are not read."""


def configuration(directory: str | os.PathLike[str], rules: Sequence[str], named: str | None = None) -> Configuration:
    """The configuration for a call in `directory`: the file `named` (relative to it), else the one that is found.

    From `directory` upwards to the top of its git repository (outside of one: in `directory` alone), the first that holds
    an archwright.toml, or a pyproject.toml with the table [tool.archwright]; where both stand side by side, the former.
    rules: the names of the rules there are. Raises ConfigurationError.
    """
    start = Path(directory).absolute()
    if named is not None:
        path = start / named
        settings = _read(path, start, rules)
        if settings is None:
            notes = Notes(named)
            notes.add(None, "has no table [tool.archwright]", f"add one, or name an {OWN}")
            raise ConfigurationError(named, notes.problems)
        return Configuration(settings=settings, path=_shown(path, start))
    top = top_of(start) or start
    for at in (start, *start.parents):
        settings = _read(at / OWN, start, rules) if (at / OWN).is_file() else None
        shared = at / SHARED
        if settings is not None:
            both = shared.is_file() and b"[tool.archwright" in _bytes(shared, start)
            return Configuration(
                settings=settings, path=_shown(at / OWN, start), shadowed=_shown(shared, start) if both else ""
            )
        settings = _read(shared, start, rules) if shared.is_file() else None
        if settings is not None:
            return Configuration(settings=settings, path=_shown(shared, start))
        if at == top:
            break
    return Configuration(settings=Settings())


def _read(path: Path, start: Path, rules: Sequence[str]) -> Settings | None:
    """The settings of a file, with paths that start from `start`."""
    pyproject = path.name == SHARED
    settings = parse_config(_bytes(path, start), _shown(path, start), rules, pyproject=pyproject)
    if settings is None:
        return None
    base = _shown(path.parent, start)
    base = "" if base == "." else base
    baseline = settings.baseline
    if baseline is not None:
        baseline = _shown(Path(os.path.normpath(path.parent / baseline)), start)
    return msgspec.structs.replace(settings, base=base, baseline=baseline)


def _bytes(path: Path, start: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        shown = _shown(path, start)
        notes = Notes(shown)
        notes.add(None, f"can't be read: {error.strerror or error}", "name a file that can be read")
        raise ConfigurationError(shown, notes.problems) from error


def _shown(path: Path, start: Path) -> str:
    try:
        return Path(os.path.relpath(path, start)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()
