"""Where a project's git repository starts: what paths are named from, whatever directory a command is called in."""

from __future__ import annotations

import os
from pathlib import Path


def top_of(directory: str | os.PathLike[str]) -> Path | None:
    """The nearest directory, from this one upwards, that holds `.git` (a directory, or the file of a worktree); or None."""
    at = Path(directory).absolute()
    for each in (at, *at.parents):
        if (each / ".git").exists():
            return each
    return None


def below_top(directory: str | os.PathLike[str]) -> str:
    """A directory as seen from the top of its repository, with forward slashes; "" for the top, and outside of one."""
    top = top_of(directory)
    return "" if top is None else "/".join(Path(directory).absolute().relative_to(top).parts)
