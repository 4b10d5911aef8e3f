"""Breaking a long line at its brackets, as the formatter would with trailing commas in place."""

from __future__ import annotations

from archwright.build.python import WIDTH

_OPEN, _CLOSE = "([{", ")]}"


def wrap(line: str) -> list[str]:
    """The line, or the line with the items of its widest bracket one below the other, again and again until all fit.

    What has no bracket to break at stays whole.
    """
    if len(line) <= WIDTH:
        return [line]
    indent = len(line) - len(line.lstrip(" "))
    pairs = _outer_pairs(line)
    for start, end in sorted(pairs, key=lambda pair: (pair[1] - pair[0], pair[0]), reverse=True):
        items = _items(line[start + 1 : end])
        if not items:
            continue
        result = [line[: start + 1]]
        for item in items:
            result += wrap(f"{' ' * (indent + 4)}{item},")
        return [*result, f"{' ' * indent}{line[end:]}"]
    return [line]


def _outer_pairs(line: str) -> list[tuple[int, int]]:
    """The brackets that stand in no other bracket, outside of strings."""
    pairs: list[tuple[int, int]] = []
    depth, start, quote = 0, 0, ""
    position = 0
    while position < len(line):
        character = line[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        elif character in _OPEN:
            if depth == 0:
                start = position
            depth += 1
        elif character in _CLOSE:
            depth -= 1
            if depth == 0:
                pairs.append((start, position))
        position += 1
    return pairs


def _items(text: str) -> list[str]:
    """The parts between commas that stand in no bracket and no string."""
    items: list[str] = []
    depth, quote, begin = 0, "", 0
    position = 0
    while position < len(text):
        character = text[position]
        if quote:
            if character == "\\":
                position += 1
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        elif character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth -= 1
        elif character == "," and depth == 0:
            items.append(text[begin:position].strip())
            begin = position + 1
        position += 1
    last = text[begin:].strip()
    return [item for item in [*items, last] if item]
