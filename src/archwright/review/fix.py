"""`review --fix`: carries out the edits of findings, after a copy of the project with them was reviewed.

Every file with edits has to parse, every finding with edits has to be gone from the copy, and no function may have a
finding that it had not. Where all edits together don't hold, each finding is tried alone. Nothing is written of what
doesn't hold; a file that changed meanwhile is left as it is.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

from archwright.model.base import Model
from archwright.model.finding import Edit, Finding
from archwright.review.edits import parsed
from archwright.review.judged import Asked, judge

_ALONE = 20
"""Findings that are tried one by one, each with a review of the project."""
_CONFIGURES = ("pyproject.toml", "ruff.toml", ".ruff.toml")


class Fixes(Model, frozen=True, kw_only=True):
    """What became of the findings that have edits."""

    written: tuple[str, ...] = ()
    """The files that were changed."""
    fixed: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()
    """Findings whose edits did not hold."""


def fix(asked: Asked, findings: Iterable[Finding]) -> Fixes:
    """Carry out the edits of `findings`, which a review of what was asked for told."""
    meant = tuple(finding for finding in findings if finding.edits)
    if not meant:
        return Fixes()
    trial = _Trial(asked)
    held = meant if trial.holds(meant) else tuple(f for f in meant[:_ALONE] if len(meant) > 1 and trial.holds((f,)))
    if held is not meant and len(held) > 1 and not trial.holds(held):
        held = held[:1]
    texts = trial.edited(held) if held else {}
    written = tuple(path for path in sorted(texts) if trial.write(path, texts[path]))
    fixed = tuple(finding for finding in held if {edit.path for edit in finding.edits} <= set(written))
    return Fixes(written=written, fixed=fixed, left=tuple(finding for finding in meant if finding not in fixed))


def applied(text: str, edits: Iterable[Edit]) -> str | None:
    """A text (newlines LF) with edits carried out; None where two of them overlap. Equal edits are one."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    spans = sorted(
        {(starts[e.line - 1] + e.column - 1, starts[e.end_line - 1] + e.end_column - 1, e.text) for e in edits}
    )
    if any(before[1] > after[0] for before, after in pairwise(spans)):
        return None
    for start, end, new in reversed(spans):
        text = text[:start] + new + text[end:]
    return text


class _Trial:
    """Reviews copies of the project with edits."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        judged = judge(asked)
        self._program = judged.program
        self._before = _Told(judged.comments.kept)
        self._read: dict[str, tuple[bytes, str, bool]] = {}

    def edited(self, findings: Iterable[Finding]) -> dict[str, str]:
        """The files that edits change, by path, with their new text; empty where something can't be carried out."""
        edits: dict[str, list[Edit]] = {}
        for finding in findings:
            for edit in finding.edits:
                edits.setdefault(edit.path, []).append(edit)
        texts: dict[str, str] = {}
        for path in sorted(edits):
            original = self._original(path)
            text = applied(original[1], edits[path]) if original is not None else None
            if text is None or parsed(text) is None:
                return {}
            texts[path] = text
        return texts

    def holds(self, findings: tuple[Finding, ...]) -> bool:
        """Whether a copy with the edits parses, has the findings no more, and none that was not there."""
        texts = self.edited(findings)
        if not texts:
            return False
        with tempfile.TemporaryDirectory(prefix="archwright-fix-") as directory:
            top = Path(directory)
            self._copy(top, texts)
            judged = judge(self._asked, top, self._paths())
            after = _Told(judged.comments.kept)
        gone, before = _Told(findings).said, self._before
        return all(count <= before.there[where] for where, count in after.there.items()) and all(
            after.said[what] <= before.said[what] - count for what, count in gone.items()
        )

    def write(self, path: str, text: str) -> bool:
        """Write a file anew, with its own newlines; False where it changed since it was read, or can't be written."""
        original = self._original(path)
        file = self._asked.root / path
        try:
            if original is None or file.read_bytes() != original[0]:
                return False
            data = (text.replace("\n", "\r\n") if original[2] else text).encode()
            file.write_bytes(b"\xef\xbb\xbf" + data if original[0].startswith(b"\xef\xbb\xbf") else data)
        except OSError:
            return False
        return True

    def _original(self, path: str) -> tuple[bytes, str, bool] | None:
        """A file's bytes, its text with LF, and whether its newlines are CRLF; None for what can't be written back as it was."""
        if path not in self._read:
            if Path(path).is_absolute() or path.startswith("../"):
                return None
            try:
                data = (self._asked.root / path).read_bytes()
                text = data.decode("utf-8-sig")
            except (OSError, UnicodeDecodeError):
                return None
            plain = text.replace("\r\n", "\n")
            windows = "\r\n" in text
            if "\r" in plain or (windows and plain.count("\n") != text.count("\r\n")):
                return None
            self._read[path] = data, plain, windows
        return self._read[path]

    def _copy(self, top: Path, texts: Mapping[str, str]) -> None:
        for module in self._program.project.modules:
            if module.path.startswith("../") or Path(module.path).is_absolute():
                continue
            text = texts.get(module.path)
            data = text.encode() if text is not None else (self._asked.root / module.path).read_bytes()
            target = top / module.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

        self._configure(top)

    def _configure(self, top: Path) -> None:
        """Give the copy the files that say what is ruff's to tell: beside the code, and the nearest above the root."""
        root = self._asked.root.absolute()
        for copied in sorted({top, *(path.parent for path in top.rglob("*.py"))}):
            for name in _CONFIGURES:
                source = root / copied.relative_to(top) / name
                if copied == top:
                    source = next((above / name for above in (root, *root.parents) if (above / name).is_file()), source)
                if source.is_file():
                    (copied / name).write_bytes(source.read_bytes())

    def _paths(self) -> list[str]:
        """The paths asked for, as seen from the root: the copy has the same below its own."""
        root = self._asked.root.absolute()
        return [Path(os.path.relpath(root / path, root)).as_posix() for path in self._asked.paths]


class _Told:
    """Findings counted, whatever else their lines say: an edit changes their fingerprints and those of their neighbours.

    A graver finding of a rule may hide a lesser one at its place, so what is gone is told by what was said, and what is new by
    the rule and the function.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        known = tuple(findings)
        self.there = Counter((each.rule, each.path, each.function) for each in known)
        self.said = Counter((each.rule, each.path, each.function, each.message) for each in known)
