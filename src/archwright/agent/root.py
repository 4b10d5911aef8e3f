"""The directory that an agent may work in. Whatever leads out of it is refused, also by a symbolic link."""

from __future__ import annotations

import difflib
from pathlib import Path

from archwright.agent.error import AgentError

_SHOWN = 12
"""Names of a directory that an error lists."""


class Root:
    """A directory; every path an agent gives is read from it and must end up in it."""

    def __init__(self, directory: Path) -> None:
        """Raises AgentError where `directory` is none."""
        self.directory = directory.resolve()
        if not self.directory.is_dir():
            raise AgentError(f"there is no directory {directory}", "--root is the directory of the project")

    def inside(self, path: str) -> Path:
        """The absolute path, links followed, whether it exists or not. Raises AgentError where it leads out."""
        try:
            found = (self.directory / path).resolve()
        except (OSError, ValueError, RuntimeError) as error:  # a loop of links, a NUL byte, a name too long
            raise AgentError(f"{path!r} can't be a path: {_reason(error)}") from error
        if not found.is_relative_to(self.directory):
            raise AgentError(
                f"{path} is outside of the root", "paths are read from the directory that `archwright mcp --root` names"
            )
        return found

    def existing(self, path: str) -> Path:
        """A file or directory that is there. Raises AgentError, with the nearest name beside it, where it is not."""
        found = self.inside(path)
        if not _there(found):
            raise AgentError(f"there is no file or directory {path}", self._near(found))
        return found

    def file(self, path: str) -> Path:
        """A file that is there. Raises AgentError where there is none."""
        found = self.existing(path)
        if not found.is_file():
            raise AgentError(f"{path} is a directory, not a file", self._holds(found))
        return found

    def shown(self, path: Path) -> str:
        """A path inside as people read it: relative to the root, with forward slashes."""
        return path.relative_to(self.directory).as_posix()

    def _near(self, missing: Path) -> str:
        """The names like the one that is missing, in the deepest directory of the path that is there."""
        parent = missing.parent
        while not parent.is_dir():
            missing, parent = parent, parent.parent
        close = difflib.get_close_matches(missing.name, _names(parent), n=2, cutoff=0.5)
        if close:
            return f"did you mean {' or '.join(self.shown(parent / name) for name in close)}?"
        return self._holds(parent)

    def _holds(self, directory: Path) -> str:
        names = _names(directory)
        more = ", ..." if len(names) > _SHOWN else ""
        where = "the root" if directory == self.directory else self.shown(directory)
        return f"{where} holds {', '.join(names[:_SHOWN]) or 'nothing'}{more}"


def _names(directory: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in directory.iterdir() if not entry.name.startswith("."))
    except OSError:
        return []


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
