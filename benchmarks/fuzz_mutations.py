"""Ways to break a real file: at the level of bytes, of lines, and of tokens. Used by `fuzz.py`."""

# ruff: noqa: ARG001 - all of a level are called alike

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

_TOKEN = re.compile(
    rb"[A-Za-z_]\w*|\d[\w.]*|\"\"\"|'''|\"[^\"\n]*\"|'[^'\n]*'|[-+*/%@&|^<>=!:]=|->|//|\*\*|<<|>>|#[^\n]*|[^\S\n]+|\n|."
)
_WORDS = [
    word.encode()
    for word in (  # noqa: SIM905 - words in a row read better
        "( ) [ ] { } : , . ; = == := -> @ ** * // ~ ... \\ \n \t \" ' ''' f' rb' t' async await yield lambda match case type "
        "def class if elif else for while try except except* finally with as import from global nonlocal del return raise "
        "pass break continue not in is None True self super __init__ 0x_ 1e999 0777 1_000j é 中 \u202e \x00 \f print exec"
    ).split(" ")
]


def mutated(data: bytes, other: bytes, kind: str, random: Random) -> bytes:
    """The file with some damage of a kind; `other` is a file that parts may come from."""
    for _ in range(random.choice((1, 1, 2, 4, 12))):
        data = KINDS[kind](data, other, random)
    return data


def _flip(data: bytes, other: bytes, random: Random) -> bytes:
    changed = bytearray(data or b"\n")
    for _ in range(random.randint(1, 8)):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _insert(data: bytes, other: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.randbytes(random.randint(1, 16)) + data[at:]


def _cut(data: bytes, other: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + data[at + random.randint(1, 400) :]


def _truncate(data: bytes, other: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _splice(data: bytes, other: bytes, random: Random) -> bytes:
    at, start = random.randrange(len(data) + 1), random.randrange(len(other) + 1)
    return data[:at] + other[start : start + random.randint(1, 2000)] + data[at:]


def _lines(change: Callable[[list[bytes], Random], None]) -> Callable[[bytes, bytes, Random], bytes]:
    def mutate(data: bytes, other: bytes, random: Random) -> bytes:
        lines = data.split(b"\n")
        change(lines, random)
        return b"\n".join(lines)

    return mutate


def _drop_line(lines: list[bytes], random: Random) -> None:
    at = random.randrange(len(lines))
    del lines[at : at + random.choice((1, 1, 1, 3, 20))]


def _repeat_lines(lines: list[bytes], random: Random) -> None:
    at = random.randrange(len(lines))
    lines[at:at] = lines[at : at + random.randint(1, 30)] * random.randint(1, 4)


def _swap_lines(lines: list[bytes], random: Random) -> None:
    one, two = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]


def _indent(lines: list[bytes], random: Random) -> None:
    at = random.randrange(len(lines))
    for index in range(at, min(len(lines), at + random.randint(1, 12))):
        lines[index] = random.choice((b" ", b"    ", b"\t", b"  \t")) + lines[index]


def _dedent(lines: list[bytes], random: Random) -> None:
    at = random.randrange(len(lines))
    for index in range(at, min(len(lines), at + random.randint(1, 12))):
        lines[index] = lines[index][random.randint(1, 4) :] if lines[index][:1] in b" \t" else lines[index].lstrip()


def _join_lines(lines: list[bytes], random: Random) -> None:
    at = random.randrange(len(lines))
    lines[at : at + 2] = [b"".join(lines[at : at + 2])]


def _tokens(change: Callable[[list[bytes], int, Random], None]) -> Callable[[bytes, bytes, Random], bytes]:
    def mutate(data: bytes, other: bytes, random: Random) -> bytes:
        tokens = _TOKEN.findall(data) or [b"\n"]
        for _ in range(random.randint(1, 5)):
            if tokens:
                change(tokens, random.randrange(len(tokens)), random)
        return b"".join(tokens)

    return mutate


def _token_dropped(tokens: list[bytes], at: int, random: Random) -> None:
    del tokens[at]


def _token_doubled(tokens: list[bytes], at: int, random: Random) -> None:
    tokens.insert(at, tokens[at])


def _token_inserted(tokens: list[bytes], at: int, random: Random) -> None:
    tokens.insert(at, random.choice(_WORDS))


def _token_replaced(tokens: list[bytes], at: int, random: Random) -> None:
    tokens[at] = random.choice((random.choice(_WORDS), tokens[random.randrange(len(tokens))]))


def _token_moved(tokens: list[bytes], at: int, random: Random) -> None:
    tokens.insert(random.randrange(len(tokens)), tokens.pop(at))


def _names_mixed(tokens: list[bytes], at: int, random: Random) -> None:
    """One name stands for another everywhere: still a program, but another one."""
    names = [token for token in set(tokens) if token[:1].isalpha() and len(token) > 1]
    if len(names) > 1:
        old, new = random.sample(sorted(names), 2)
        tokens[:] = [new if token == old else token for token in tokens]


KINDS: dict[str, Callable[[bytes, bytes, Random], bytes]] = {
    "bytes: changed": _flip,
    "bytes: inserted": _insert,
    "bytes: cut out": _cut,
    "bytes: cut off": _truncate,
    "bytes: from another file": _splice,
    "lines: dropped": _lines(_drop_line),
    "lines: repeated": _lines(_repeat_lines),
    "lines: swapped": _lines(_swap_lines),
    "lines: indented": _lines(_indent),
    "lines: dedented": _lines(_dedent),
    "lines: joined": _lines(_join_lines),
    "tokens: dropped": _tokens(_token_dropped),
    "tokens: doubled": _tokens(_token_doubled),
    "tokens: inserted": _tokens(_token_inserted),
    "tokens: replaced": _tokens(_token_replaced),
    "tokens: moved": _tokens(_token_moved),
    "tokens: names mixed": _tokens(_names_mixed),
}
