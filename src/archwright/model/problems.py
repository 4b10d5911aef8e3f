"""What is wrong with a file that a person wrote: every mistake with its place, what was given and what would be right."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.model.base import Place

_WIDEST_MESSAGE = 72
"""Messages up to this width share a column for their hints; a longer one pushes its own hint only."""

_LONGEST = 400
"""Characters of a message or a hint: names in it may come from any file."""


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One mistake. `line` and `column` count characters from 1; 0 means the whole file."""

    path: str
    line: int
    column: int
    message: str
    hint: str = ""

    @property
    def place(self) -> str:
        """`path:line:column`, or the path alone for the whole file."""
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


def render(path: str, problems: tuple[Problem, ...]) -> str:
    """The mistakes as a person reads them: a count, then one line each with the hint to its right."""
    count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    places = max((len(problem.place) for problem in problems), default=0)
    shorter = [len(problem.message) for problem in problems if len(problem.message) <= _WIDEST_MESSAGE]
    messages = max(shorter, default=0)
    lines = [f"{path} has {count}"]
    for problem in problems:
        line = f"  {problem.place:<{places}}  {problem.message:<{messages}}    {problem.hint}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def _one_line(text: str) -> str:
    """The text with control characters made visible, cut where no person would read on."""
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text[:_LONGEST])
    return f"{shown}..." if len(text) > _LONGEST else shown


class Notes:
    """Collects problems while a file is read; the same place and message is kept once."""

    def __init__(self, path: str) -> None:
        self.path = path
        """The path as the person gave it, for messages."""
        self._problems: dict[tuple[int, int, str], Problem] = {}

    def add(self, place: Place | None, message: str, hint: str = "") -> None:
        """Note a mistake at `place`; None means the whole file."""
        line, column = (place.line, place.column) if place is not None else (0, 0)
        message, hint = _one_line(message), _one_line(hint)
        self._problems.setdefault((line, column, message), Problem(self.path, line, column, message, hint))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All mistakes in the order of the file."""
        return tuple(sorted(self._problems.values()))
