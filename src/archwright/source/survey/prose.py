"""What texts for people and coding agents ask for, as far as it can be read without a language model: commands, and bans.

A **command** is a line of a fenced block, or a span of code, that begins with a tool that tests, lints, formats or checks types.
A **ban** is a sentence with "do not" (where a clause begins), "never", "must not" or the like, in which something that code shows is named between those words
and what the sentence goes on with (`unless`, `without`, `use ... instead`). The sentence is quoted, not interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from archwright.model.base import Model

_FENCE: Final = re.compile(r"^\s*(```+|~~~+)\s*([\w+-]*)")
_SHELLS: Final = frozenset({"", "sh", "bash", "shell", "console", "zsh", "shell-session", "text"})
_SPAN: Final = re.compile(r"(`+)(.+?)\1")
_ITEM: Final = re.compile(r"^\s*(?:[-*+]|\d+[.)]|#{1,6}|\|)\s*")
_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+(?=[\"'`*(A-Z])|\s*\|\s*")
_NEGATION: Final = re.compile(
    r"(?:(?:^|[.;:,(\u2013\u2014]\s*|\b(?:please|and|or|but|so|also|then) )(?:do not|don['\u2019]t)|\bnever|"
    r"\b(?:must not|mustn['\u2019]t|may not|shall not|cannot be used|can['\u2019]t be used)|"
    r"\b(?:is|are) (?:forbidden|banned|prohibited|not allowed))\b|^no\b",
    re.IGNORECASE,
)
"""`Don't` at the start of a clause only: `views don't need it` tells how things are."""
_AFTER: Final = re.compile(r"^(?:is|are) ", re.IGNORECASE)
"""Negations that follow what they are about."""
_TURN: Final = re.compile(
    r"\b(?:unless|except|without|instead|rather|but|if|when|before|after|until|because|since|so that|use|prefer|see)\b|[;:\u2013\u2014]",
    re.IGNORECASE,
)
"""Where a sentence goes on to something else than what it forbids."""
_THING: Final = re.compile(r"\b(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Za-z]\w*_\w+)\b(?:\(\))?|\b[a-z_]\w*\(\)")
"""Words that only code has: dotted, with an underscore, called."""
_FILE: Final = re.compile(r"\.(?:md|txt|rst|com|org|io|dev)$|^(?:e\.g|i\.e)$", re.IGNORECASE)

_RUNNERS: Final = re.compile(
    r"^(?:\$ |> |% )?(?:[A-Z_]+=\S+ )*(?:(?:uv|poetry|pipenv|pdm|hatch|rye|pixi) run (?:--\S+ )*|uvx |pipx run |"
    r"docker[ -]compose (?:run|exec) (?:-\S+ )*\S+ |(?:\S*/)?python[\d.]* -m |\S*\.?venv/bin/)*"
)
_TOOLS: Final = (
    ("tests", r"pytest\b|py\.test\b|tox\b|nox\b|nose2\b|unittest\b|(?:\S*/)?(?:python[\d.]* )?(?:\S*/)?manage\.py test\b|hatch test\b"),
    ("format", r"ruff format\b|black\b|isort\b|yapf\b"),
    ("types", r"mypy\b|pyright\b|basedpyright\b|pyre\b|ty check\b"),
    ("lint", r"ruff\b|flake8\b|pylint\b|bandit\b|pre-commit run\b|prek run\b|lint-imports\b"),
    ("tests", r"(?:make|just|task|inv|invoke|poe|hatch run) (?:[\w:-]*[:-])?tests?\b|(?:\./)?(?:scripts|bin)/tests?\b"),
    ("format", r"(?:make|just|task|inv|invoke|poe|hatch run) (?:[\w:-]*[:-])?(?:format|fmt)\b|(?:\./)?(?:scripts|bin)/format\b"),
    ("types", r"(?:make|just|task|inv|invoke|poe|hatch run) (?:[\w:-]*[:-])?(?:types?|typecheck|type-check|mypy)\b"),
    ("lint", r"(?:make|just|task|inv|invoke|poe|hatch run) (?:[\w:-]*[:-])?(?:lint|check)\b|(?:\./)?(?:scripts|bin)/lint\b"),
)  # fmt: skip
_COMMANDS: Final = tuple((kind, re.compile(pattern)) for kind, pattern in _TOOLS)
_LONGEST: Final = 240
"""Characters of a sentence or command that are quoted."""


class Said(Model, frozen=True, kw_only=True):
    """A command or a ban, with its line."""

    kind: str
    """`tests`, `lint`, `format`, `types`, or `ban`."""
    text: str
    line: int
    things: tuple[str, ...] = ()
    """What a ban names."""


def read_prose(text: str) -> tuple[Said, ...]:
    """What a Markdown text asks for, in its order, each once."""
    found: dict[tuple[str, str], Said] = {}
    for said in _said(text):
        found.setdefault((said.kind, said.text), said)
    return tuple(found.values())


def kind_of(command: str) -> str | None:
    """What a command does, by the tool it runs: `tests`, `lint`, `format` or `types`; None for any other."""
    bare = _RUNNERS.sub("", command.strip(), count=1)
    return next((kind for kind, pattern in _COMMANDS if pattern.match(bare)), None)


def _said(text: str) -> Iterator[Said]:
    fence, shell = "", False
    paragraph: list[str] = []
    start = 1
    for number, line in enumerate([*text.split("\n"), ""], 1):
        opened = _FENCE.match(line)
        if opened is not None and (not fence or opened[1].startswith(fence)):
            yield from _paragraph(paragraph, start)
            paragraph = []
            fence, shell = ("", False) if fence else (opened[1], opened[2].lower() in _SHELLS)
        elif fence:
            command = line.partition(" #")[0].strip().removeprefix("$ ")
            kind = kind_of(command) if shell else None
            if kind is not None:
                yield Said(kind=kind, text=command[:_LONGEST], line=number)
        elif not line.strip() or _ITEM.match(line):
            yield from _paragraph(paragraph, start)
            paragraph, start = [line], number
        else:
            paragraph.append(line)


def _paragraph(lines: list[str], start: int) -> Iterator[Said]:
    """The commands and bans of lines that belong together."""
    bans: list[Said] = []
    whole = " ".join(_ITEM.sub("", line).strip() for line in lines)
    for sentence in _SENTENCE.split(whole):
        plain = sentence.replace("**", "").replace("__", "").strip(" *>")
        things = tuple(dict.fromkeys(_banned(plain)))
        if things:
            bans.append(Said(kind="ban", text=plain[:_LONGEST], line=_line(sentence, lines, start), things=things))
    forbidden = {thing for ban in bans for thing in ban.things}
    for number, line in enumerate(lines, start):
        for span in _SPAN.finditer(line):
            command = span[2].strip()
            kind = kind_of(command)
            if kind is not None and (" " in command or "/" in command) and command not in forbidden:
                yield Said(kind=kind, text=command[:_LONGEST], line=number)
    yield from bans


def _banned(sentence: str) -> Iterator[str]:
    """What is named where a sentence forbids."""
    words = _SPAN.sub(lambda span: "`" * len(span[0]), sentence)  # what stands in code is no word of the sentence
    for found in _NEGATION.finditer(words):
        start, end = found.span()
        if _AFTER.match(found[0]):
            start, end = max((turn.end() for turn in _TURN.finditer(words, 0, start)), default=0), start
        else:
            verb = _first_word(words[end:])
            turns = (turn.start() for turn in _TURN.finditer(words, end) if turn.start() - end > verb)
            start, end = end, next(turns, len(words))
        part = sentence[start:end]
        yield from (span[2].strip() for span in _SPAN.finditer(part))
        bare = _SPAN.sub(" ", part)
        yield from (thing[0] for thing in _THING.finditer(bare) if not _FILE.search(thing[0]))


def _first_word(text: str) -> int:
    """Where the verb of `never use X` ends: it turns nothing."""
    found = re.match(r"\W*\w+", text)
    return found.end() - 1 if found is not None else 0


def _line(sentence: str, lines: list[str], start: int) -> int:
    head = sentence.strip()[:24]
    return next((start + index for index, line in enumerate(lines) if head in line), start)
