"""Which findings are known already, by their fingerprints: those of a baseline, or of an older state of the code.

A fingerprint has two halves (`engine.fingerprint`): of the file's path, and of what is found there. The whole is looked for
first, which survives moved lines; what is left is looked for by its second half, which survives a moved or renamed file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from archwright.model.base import Model
from archwright.model.finding import Finding
from archwright.review.engine import PATH_DIGITS


class Recognised(Model, frozen=True, kw_only=True):
    """Findings apart by whether they were known; and what was known and is not found any more."""

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    gone: tuple[str, ...]
    """Fingerprints, sorted."""


def recognise(findings: Iterable[Finding], fingerprints: Iterable[str]) -> Recognised:
    """Each fingerprint stands for one finding at most, so a second finding like a known one is new."""
    left = Counter(iter(fingerprints))  # of a mapping: its keys
    findings = tuple(findings)
    known: set[int] = set()
    for finding in findings:
        if left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
            known.add(id(finding))
    gone = sorted(left.elements())
    moved: dict[str, list[str]] = {}
    for fingerprint in reversed(gone):
        moved.setdefault(fingerprint[PATH_DIGITS:], []).append(fingerprint)
    for finding in findings:
        alike = moved.get(finding.fingerprint[PATH_DIGITS:])
        if alike and id(finding) not in known:
            gone.remove(alike.pop())
            known.add(id(finding))
    return Recognised(
        new=tuple(finding for finding in findings if id(finding) not in known),
        known=tuple(finding for finding in findings if id(finding) in known),
        gone=tuple(gone),
    )
