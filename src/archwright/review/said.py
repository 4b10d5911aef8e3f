"""What the lines around a place say of it: the comments on it, and the classes, conditions, handlers and values that it stands in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import takewhile

from archwright.model.secret_name import parts
from archwright.report.lines import indent_of
from archwright.review.excerpt import end_of

_NO_SECRET = re.compile(
    r"\b(?:examples?|samples?|fake|dummy|mock(?:ed)?|placeholder|not? (?:an? )?(?:actual|real|valid)|(?:for|in|by) (?:unit |the )?tests?"
    r"|tests? only|(?:only|value|default|fallback|used) (?:used )?(?:for|in) (?:local )?(?:tests?|development)|documentation)\b",
    re.IGNORECASE,
)
_NOT_SERVED = re.compile(
    r"\bnot\s+(?:(?:suitable|meant|intended|safe|fit|to\s+be\s+used|recommended)\s+)?(?:for|in)\s+(?:use\s+in\s+)?(?:an?\s+|any\s+|the\s+)?production\b"
    r"|\b(?:never|do\s+not|don't)\s+use\s+(?:\w+\s+){0,3}in\s+(?:an?\s+)?production\b",
    re.IGNORECASE,
)
_MADE_UP = re.compile(
    r"\b(?:tests?|testing|samples?|demo|dummy|fake|mock|example|seed|dev|development)[ -](?:data|database|db|accounts?|users?|fixtures?)\b",
    re.IGNORECASE,
)
_DEVELOPERS = frozenset(
    {"dev", "devel", "develop", "development", "test", "tests", "testing", "local", "debug", "demo", "ci"}
    | {"example", "sample", "mock", "fake", "dummy"}
)
_HEADER = re.compile(r"^\s*(?:class\s+(\w+)|(?:el)?if\s+(?!not\b)(.*))")
_REFUSED = re.compile(
    r"^\s*except\b.*(?:BadSignature|BadData|Expired\w*|Invalid\w*Token|InvalidToken|InvalidSignature\w*|JWTError|DecodeError"
    r"|NoResultFound|DoesNotExist|NotFound)\b"
)
"""Handlers of what is raised where a token is none, or nobody's."""
_DOCSTRING = re.compile(r"[rR]?(\"{3}|'{3})")
_TESTING = re.compile(r"^\s*os\.environ\[[^\]]+\]\s*=\s*[\"']([\w-]+)[\"']\s*(?:#.*)?$")
_TRIES = frozenset({"test", "tests", "testing", "unittest", "pytest"})
_FUNCTION = re.compile(r"^\s*(?:async\s+)?def\s")
_LOOP = re.compile(r"^\s*(?:async\s+)?(?:for|while)\b")
_CONDITION = re.compile(r"^\s*(?:el)?if\s+(.*)")
_BEFORE = 60
"""Lines that are looked at before a place: a table of examples is as long."""


def said_to_be_none(lines: Sequence[str], line: int) -> bool:
    """True where a comment on a line, in what begins on it, or on what it is a part of, says that no secret stands there: an example, a value for tests."""
    inside = lines[line : end_of(list(lines), line, 1)] if 0 < line <= len(lines) else []
    if any(text.lstrip().startswith("#") and _NO_SECRET.search(text) for text in inside):
        return True
    for number in _around(lines, line):
        comments = [lines[number].partition("#")[2]]
        above = number - 1
        while above >= 0 and lines[above].lstrip().startswith("#"):
            comments.append(lines[above])
            above -= 1
        if any(_NO_SECRET.search(comment) for comment in comments):
            return True
    return False


def not_served(lines: Sequence[str]) -> bool:
    """True where what a module says of itself, before its code begins, is that production does not use it."""
    return _NOT_SERVED.search("\n".join(_opening(lines))) is not None


def makes_up(lines: Sequence[str]) -> bool:
    """True where what a module says of itself is that it makes data to try the service with (`Loads test data into the database`)."""
    return _MADE_UP.search("\n".join(_opening(lines))) is not None


def for_developers(lines: Sequence[str], line: int) -> bool:
    """True where a line stands in a class (`DevelopmentConfig`) or a condition (`if DEBUG:`) of machines of developers and tests."""
    for number in _around(lines, line):
        header = _HEADER.match(lines[number])
        if header is not None and "!=" not in header[0] and not _DEVELOPERS.isdisjoint(parts(header[1] or header[2])):
            return True
    return False


def under_test(lines: Sequence[str], line: int) -> bool:
    """True where the lines beside one set the environment to that of tests (`os.environ["APP_ENV"] = "unit_testing"`)."""
    if not 0 < line <= len(lines):
        return False
    indent = indent_of(lines[line - 1])
    inside = partial(_in_block, indent=indent)
    beside = [*takewhile(inside, reversed(lines[: line - 1])), *takewhile(inside, lines[line:])]
    set_to = [found[1] for text in beside if indent_of(text) == indent and (found := _TESTING.match(text)) is not None]
    return any(not _TRIES.isdisjoint(parts(value)) for value in set_to)


def chosen(lines: Sequence[str], line: int, words: re.Pattern[str]) -> bool:
    """True where a line stands under a condition that has one of some words: in itself, or in what its only name is bound to before."""
    for number in _around(lines, line):
        condition = _CONDITION.match(lines[number])
        if condition is None:
            continue
        test = condition[1].split("#")[0].strip().rstrip(":").strip()
        if words.search(test) or (test.isidentifier() and words.search(_bound(lines, number, test))):
            return True
    return False


def called_only(lines: Sequence[str], function: str, where: Callable[[Sequence[str], int], bool]) -> bool:
    """True for a function of its module alone (`_failed`) that is called in it, at such lines (from 1) and no others."""
    if not function.startswith("_"):
        return False
    call = re.compile(rf"(?<!def )\b{re.escape(function)}\b")
    found = [number for number, text in enumerate(lines, 1) if call.search(text.partition("#")[0])]
    return bool(found) and all(where(lines, number) for number in found)


def _bound(lines: Sequence[str], before: int, name: str) -> str:
    """The lines of the last assignment to a name before a line (an index)."""
    start = re.compile(rf"^\s*{re.escape(name)}\s*(?::[^=]*)?=[^=]")
    for number in range(before - 1, max(-1, before - 1 - _BEFORE), -1):
        if start.match(lines[number]):
            indent = indent_of(lines[number])
            end = number + 1
            while end < before and (indent_of(lines[end]) > indent or lines[end].strip() in (")", "]", "}")):
                end += 1
            return "\n".join(lines[number:end])
    return ""


def looped(lines: Sequence[str], line: int) -> bool:
    """True where a line stands in a loop."""
    return any(_LOOP.match(lines[number]) for number in _around(lines, line))


def refused(lines: Sequence[str], line: int) -> bool:
    """True where a line stands in the handler of an error that says: this token is none."""
    return any(_REFUSED.match(lines[number]) for number in _around(lines, line))


def _opening(lines: Sequence[str]) -> Iterator[str]:
    """The comments and the docstring that a module begins with."""
    quote = ""
    for text in lines:
        stripped = text.strip()
        if quote:
            yield text
            quote = "" if quote in stripped else quote
        elif found := _DOCSTRING.match(stripped):
            yield text
            quote = "" if found[1] in stripped[found.end() :] else found[1]
        elif stripped.startswith("#"):
            yield stripped.removeprefix("#")
        elif stripped:
            return


def _around(lines: Sequence[str], line: int, before: int = _BEFORE) -> Iterator[int]:
    """The indices of a line (from 1) and of those that it stands in, by how far they are indented, innermost first."""
    if not 0 < line <= len(lines):
        return
    number = line - 1
    yield number
    indent = indent_of(lines[number])
    for above in range(number - 1, max(-1, number - 1 - before), -1):
        text = lines[above]
        if text.strip() and not text.lstrip().startswith(("#", ")", "]", "}")) and indent_of(text) < indent:
            indent = indent_of(text)
            yield above


def function_around(lines: Sequence[str], line: int) -> Sequence[str]:
    """The lines of the innermost function that a line (from 1) stands in, from its first; none: it stands in no function."""
    for number in _around(lines, line, line):
        if _FUNCTION.match(lines[number]) and number < line - 1:
            inside = partial(_in_function, indent=indent_of(lines[number]))
            return (lines[number], *takewhile(inside, lines[number + 1 :]))
    return ()


def _in_function(text: str, indent: int) -> bool:
    """True below the first line of a function: its body, and the end of its parameters."""
    return _in_block(text, indent + 1) or (indent_of(text) == indent and text.lstrip().startswith(")"))


def _in_block(text: str, indent: int) -> bool:
    return not text.strip() or indent_of(text) >= indent
