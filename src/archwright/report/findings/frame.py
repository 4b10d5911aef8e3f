"""Code frames: the lines around a place, with a gutter and a marker, safe to print whatever the file holds."""

from __future__ import annotations

from archwright.report.lines import lines_of
from archwright.report.terminal import Terminal, clip, visible, width_of

_BEFORE = 2
_MARKED = 8
"""Lines of one place that are shown; of more, the first ones."""
_TAB = 4


def frame(text: str, line: int, column: int, end_line: int, terminal: Terminal) -> list[str]:
    """The lines line..end_line marked, with two before; a caret under column where one line is marked.

    A line too long for the terminal is cut on both sides of the column. Empty if the text has no such line.
    """
    lines = lines_of(text)
    if not 1 <= line <= len(lines):
        return []
    last = min(max(end_line, line), line + _MARKED - 1, len(lines))
    first = max(line - _BEFORE, 1)
    while first < line and not lines[first - 1].strip():
        first += 1
    drawing = _Drawing(terminal, gutter=len(str(last)))
    drawing.look_at(lines[line - 1], column)
    drawn = [drawing.line(number, lines[number - 1], marked=number >= line) for number in range(first, last + 1)]
    if last == line and lines[line - 1][: max(column - 1, 0)].strip():
        drawn.append(drawing.caret(lines[line - 1], column))
    return drawn


class _Drawing:
    """Lines of one frame: they share the width of the gutter and the columns cut off at the left."""

    def __init__(self, terminal: Terminal, gutter: int) -> None:
        self.terminal = terminal
        self.gutter = gutter
        self.room = terminal.width - gutter - 9
        self.cut = 0
        self.bar = terminal.paint(terminal.sign("│", "|"), "dim")
        self.ellipsis = terminal.sign("…", "...")

    def look_at(self, text: str, column: int) -> None:
        """Cut the lines at the left if the column would be out of view."""
        before = width_of(_plain(text[: max(column - 1, 0)]))
        if width_of(_plain(text)) > self.room and before > self.room * 3 // 4:
            self.cut = before - self.room // 2

    def line(self, number: int, text: str, *, marked: bool) -> str:
        shown = _plain(text)
        if self.cut:
            shown = self.ellipsis + _from_column(shown, self.cut + len(self.ellipsis))
        shown = clip(shown, self.room, self.ellipsis)
        paint = self.terminal.paint
        marker = paint(self.terminal.sign("▸", ">"), "red") if marked else " "
        code = shown if marked else paint(shown, "dim")
        return f"    {marker} {paint(str(number).rjust(self.gutter), 'dim')} {self.bar} {code}".rstrip()

    def caret(self, text: str, column: int) -> str:
        blanks = " " * (width_of(_plain(text[: column - 1])) - self.cut)
        return f"      {' ' * self.gutter} {self.bar} {blanks}{self.terminal.paint('^', 'red')}"


def _plain(text: str) -> str:
    """The text as displayed: tabs expanded by columns, what does not show made visible."""
    shown, columns = [], 0
    for char in visible(text):
        piece = " " * (_TAB - columns % _TAB) if char == "\t" else char
        shown.append(piece)
        columns += width_of(piece)
    return "".join(shown)


def _from_column(text: str, column: int) -> str:
    """The rest of the text from a column on; a wide character cut in two gives a blank."""
    columns = 0
    for index, char in enumerate(text):
        if columns >= column:
            return " " * (columns - column) + text[index:]
        columns += width_of(char)
    return ""
