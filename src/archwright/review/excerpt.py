"""Which lines a place covers, and the text by which it is known again when lines move."""

from __future__ import annotations

_OPEN, _CLOSE = "([{", ")]}"
_LONGEST = 60
"""Lines. An excerpt that seems longer is taken for a misreading, such as a bracket inside a string."""


def end_of(lines: list[str], line: int, column: int) -> int:
    """The last line (from 1) of the expression that starts at line:column: where the brackets it opens are closed.

    The line itself where nothing is left open, or where the text does not read as code.
    """
    depth, quote = 0, ""
    for number in range(line, min(line + _LONGEST, len(lines) + 1)):
        text = lines[number - 1]
        index = column - 1 if number == line and column > 1 else 0
        while index < len(text):
            char = text[index]
            if quote:
                if char == "\\":
                    index += 1
                elif text.startswith(quote, index):
                    index += len(quote) - 1
                    quote = ""
            elif char in "\"'":
                quote = char * 3 if text.startswith(char * 3, index) else char
                index += len(quote) - 1
            elif char == "#":
                break
            elif char in _OPEN:
                depth += 1
            elif char in _CLOSE:
                depth -= 1
            index += 1
        if len(quote) == 1:
            quote = ""  # a plain string ends with its line
        if depth <= 0 and not quote:
            return number
    return line


def normalised(lines: list[str], line: int, end_line: int) -> str:
    """The code of those lines with runs of white space as one blank: the same after reformatting of indentation."""
    return " ".join(" ".join(lines[line - 1 : end_line]).split())
