"""Cases of real fix commits: where the defect stood before the fix, and where it would stand after it.

Not a script; `fix_pairs.py` imports it. A file of cases has one JSON object a line. Read of it are `id`, `repo`
(OWNER/NAME), `parent` and `fix_commit` (commits before and after), `path`, `line_before`, `line_after` (none where the
fix removes the function), `kind`, `cwe`, and where given:

- `alt_kinds`: further kinds that a finding may rightly be of;
- `alt_before`, `query_at`: further places that a reviewer may rightly name: a line, "PATH:LINE", or {"path", "line"};
- `path_after`: the path after the fix, where the file was moved;
- `residual_after`: the fix leaves a sibling of the defect in the same function, so only the hit is judged.
"""

from __future__ import annotations

import ast
import json
import random
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

NEAR_MODULE = 12
"""Lines on either side that count as the place of a defect outside any function, or in a file that does not parse."""
NEAR_ALTERNATIVE = 3
"""Lines on either side of a further place of the case."""


class Span(NamedTuple):
    """Lines of a file, first and last included, counted from 1."""

    path: str
    first: int
    last: int

    def meets(self, other: Span) -> bool:
        """Whether both share a line."""
        return self.path == other.path and self.first <= other.last and other.first <= self.last


class Scope(NamedTuple):
    """A function or class of a file: its qualified name, and its lines with its decorators."""

    name: str
    first: int
    last: int


@dataclass(frozen=True)
class Case:
    """One defect and its fix."""

    id: str
    repository: str
    before: str
    after: str
    path: str
    path_after: str
    line_before: int
    line_after: int | None
    kinds: tuple[str, ...]
    """What a finding may be of; the first is the case's own."""
    cwe: str | None
    alternatives: tuple[Span, ...]
    residual: bool

    @property
    def kind(self) -> str:
        """The kind that the case is counted under."""
        return self.kinds[0]


def read_cases(file: Path, kinds: Collection[str] = (), repository: str | None = None) -> list[Case]:
    """The cases in the order of the file, of these kinds and this repository; SystemExit where a line is malformed."""
    cases = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            cases.append(_case(json.loads(line)))
        except (KeyError, TypeError, ValueError) as error:
            raise SystemExit(f"{file.name}:{number}: not a case: {type(error).__name__} {error}") from None
    unknown = sorted(set(kinds) - {case.kind for case in cases})
    if unknown:
        raise SystemExit(f"{file.name}: no case of kind {', '.join(unknown)}")
    return [c for c in cases if (not kinds or c.kind in kinds) and repository in (None, c.repository)]


def draw(cases: list[Case], limit: int, seed: int) -> list[Case]:
    """`limit` of the cases by chance, the same ones for the same seed; all of them where the limit is 0."""
    if not limit:
        return cases
    return random.Random(seed).sample(cases, min(limit, len(cases)))  # noqa: S311 - a sample, not a secret


def spans_before(case: Case, text: str) -> list[Span]:
    """Where a finding hits the case, in the file's `text` before the fix."""
    return [_span(case.path, text, case.line_before), *case.alternatives]


def spans_after(case: Case, before: str, after: str | None) -> list[Span]:
    """Where a finding would show that the fix is not seen; nothing where the fix took the function away."""
    if after is None:
        return []
    holding = _holding(before, case.line_before)
    if holding is not None:
        scopes = list(_scopes(after))
        last = holding.name.rpartition(".")[2]
        same = [scope for scope in scopes if scope.name == holding.name]
        same = same or [scope for scope in scopes if scope.name.rpartition(".")[2] == last]
        if same:
            return [Span(case.path_after, same[0].first, same[0].last)]
    return [] if case.line_after is None else [_span(case.path_after, after, case.line_after)]


def _case(data: dict[str, Any]) -> Case:
    path = data["path"]
    further = [*(data.get("alt_before") or ()), data.get("query_at")]
    return Case(
        id=data["id"],
        repository=data["repo"],
        before=data["parent"],
        after=data["fix_commit"],
        path=path,
        path_after=data.get("path_after") or path,
        line_before=int(data["line_before"]),
        line_after=data.get("line_after"),
        kinds=(data["kind"], *(data.get("alt_kinds") or ())),
        cwe=data.get("cwe"),
        alternatives=tuple(_near(path, place) for place in further if place),
        residual=bool(data.get("residual_after")),
    )


def _near(path: str, place: int | str | dict[str, Any]) -> Span:
    """The lines around a further place of a case whose file is `path`."""
    if isinstance(place, dict):
        path, line = place.get("path", path), int(place["line"])
    elif isinstance(place, str):
        path, _, number = place.rpartition(":")
        line = int(number)
    else:
        line = place
    return Span(path, line - NEAR_ALTERNATIVE, line + NEAR_ALTERNATIVE)


def _span(path: str, text: str, line: int) -> Span:
    """The innermost function or class that holds the line, else the lines around it."""
    holding = _holding(text, line)
    if holding is None:
        return Span(path, line - NEAR_MODULE, line + NEAR_MODULE)
    return Span(path, holding.first, holding.last)


def _holding(text: str, line: int) -> Scope | None:
    holding = [scope for scope in _scopes(text) if scope.first <= line <= scope.last]
    return min(holding, key=lambda scope: scope.last - scope.first, default=None)


def _scopes(text: str) -> Iterator[Scope]:
    """Every function and class, outer ones first; none where this Python can't parse the text."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    waiting: deque[tuple[ast.AST, str]] = deque([(module, "")])
    while waiting:
        node, prefix = waiting.popleft()
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{prefix}.{child.name}" if prefix else child.name
                first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
                yield Scope(name, first, child.end_lineno or child.lineno)
            waiting.append((child, name))
