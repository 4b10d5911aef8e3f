"""Comments that silence a finding: `# archwright: ignore[query/n-plus-one] at most three rows`.

A comment counts for its own line, for the expression that ends or starts there, and, where it stands alone, for the
next line of code. It names a rule or a family; several are separated by commas. One that names none silences nothing.
In a template it is the template's own comment: `{# archwright: ignore[query/n-plus-one] at most three rows #}`.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Iterable, Sequence

from archwright.model.base import Model
from archwright.model.finding import Finding
from archwright.report.lines import lines_of
from archwright.review.choice import near

_COMMENT = re.compile(r"#\s*archwright:\s*ignore\b(?P<names>\[[^\]]*\])?(?P<reason>[^#]*)")
_IN_TEMPLATE = re.compile(r"\{#-?\s*archwright:\s*ignore\b(?P<names>\[[^\]]*\])?(?P<reason>.*?)-?#\}")
_MARK = "archwright: ignore"


class Suppression(Model, frozen=True, kw_only=True):
    """One comment: the lines it counts for, and what it names."""

    path: str
    line: int
    lines: tuple[int, ...]
    names: tuple[str, ...]
    reason: str

    def covers(self, finding: Finding) -> bool:
        """True if the comment silences the finding."""
        named = finding.rule in self.names or finding.rule.partition("/")[0] in self.names
        return named and any(finding.line <= line <= max(finding.end_line, finding.line) for line in self.lines)


class Suppressed(Model, frozen=True, kw_only=True):
    """What is left of the findings, what was silenced, and what is wrong with the comments: (path, line, message)."""

    kept: tuple[Finding, ...]
    silenced: tuple[Finding, ...]
    complaints: tuple[tuple[str, int, str], ...]


def suppress(
    findings: Iterable[Finding],
    paths: Iterable[str],
    source: Callable[[str], str | None],
    ran: Callable[[str], frozenset[str]],
    known: Sequence[str],
    *,
    whole: bool = True,
) -> Suppressed:
    """Take out the findings that comments silence.

    paths: the files that may hold such comments. ran: the rules that were run on a file. known: the names of all rules.
    whole: all files were reviewed together; of some alone, a comment without effect is no mistake, and is not told.
    """
    findings = tuple(findings)
    names = frozenset({*known, *(name.partition("/")[0] for name in known)})
    comments = [comment for path in sorted(set(paths)) for comment in comments_in(path, source(path) or "")]
    by_path: dict[str, list[Suppression]] = {}
    for comment in comments:
        by_path.setdefault(comment.path, []).append(comment)
    kept: list[Finding] = []
    silenced: list[Finding] = []
    used: set[tuple[str, int]] = set()
    for finding in findings:
        covering = [comment for comment in by_path.get(finding.path, ()) if comment.covers(finding)]
        used.update((comment.path, comment.line) for comment in covering)
        (silenced if covering else kept).append(finding)
    complaints = [
        (comment.path, comment.line, text)
        for comment in comments
        if (text := _complaint(comment, (comment.path, comment.line) in used, ran(comment.path), names, whole=whole))
    ]
    return Suppressed(kept=tuple(kept), silenced=tuple(silenced), complaints=tuple(complaints))


def comments_in(path: str, text: str) -> list[Suppression]:
    """The suppressions of a file."""
    if _MARK not in text.replace("archwright:ignore", _MARK):
        return []
    lines = lines_of(text)
    python = path.endswith(".py")
    comment = _COMMENT if python else _IN_TEMPLATE
    starts = _comment_starts(text) if python else None
    found = []
    for number, line in enumerate(lines, 1):
        match = comment.search(line)
        if match is None or (starts is not None and starts.get(number, len(line)) > match.start()):
            continue
        names = tuple(name.strip() for name in (match["names"] or "[]")[1:-1].split(",") if name.strip())
        beside = line[: match.start()] if python else line[: match.start()] + line[match.end() :]
        counts = (number,) if beside.strip() else (number, _next_code(lines, number))
        reason = match["reason"].strip(" \t:-")
        found.append(Suppression(path=path, line=number, lines=counts, names=names, reason=reason))
    return found


def _comment_starts(text: str) -> dict[int, int] | None:
    """Where the comment of each line starts (characters, from 0), so that none is seen in a string; None where it can't be told."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    return {token.start[0]: token.start[1] for token in tokens if token.type == tokenize.COMMENT}


def _next_code(lines: Sequence[str], after: int) -> int:
    """The number of the first line after `after` that is neither empty nor a comment."""
    for number in range(after + 1, len(lines) + 1):
        text = lines[number - 1].strip()
        if text and not text.startswith(("#", "{#")):
            return number
    return after


def _complaint(comment: Suppression, used: bool, ran: frozenset[str], known: frozenset[str], *, whole: bool) -> str:
    if not comment.names:
        return (
            "this comment names no rule, so it silences nothing; write archwright: ignore[family/rule] and the reason"
        )
    if unknown := [name for name in comment.names if name not in known]:
        return f"this comment names {', '.join(unknown)}, which is no rule or family; {near(unknown[0], sorted(known))}"
    if (
        not used
        and whole
        and any(name in ran or any(rule.startswith(name + "/") for rule in ran) for name in comment.names)
    ):
        return f"nothing is found here for {', '.join(comment.names)} any more; the comment can go"
    if not comment.reason:
        return f"this comment silences {', '.join(comment.names)} without a reason; write one after the bracket"
    return ""
