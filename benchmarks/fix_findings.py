"""Findings of archwright, Bandit and Semgrep in one form, and which of them are of a case's kind.

Not a script; `fix_pairs.py` imports it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from fix_cases import Case, Span

RULES: dict[str, str] = {
    "n_plus_one": r"query/n-plus-one", "missing_index": r"schema/", "bulk": r"query/(loop-write|n-plus-one)",
    "unbounded": r"query/(unbounded|whole-row|python-side|offset)|api/", "caching": r"cache/|query/repeated",
    "exists_count": r"query/(exists-count|python-side|repeated|unbounded)", "check_then_act": r"race/",
    "lost_update": r"race/", "lock_misuse": r"race/|transaction/", "missing_transaction": r"transaction/",
    "side_effect_in_transaction": r"transaction/", "dual_write": r"transaction/", "swallowed_error": r"error/",
    "missing_timeout": r"error/missing-timeout", "unhandled_error": r"error/|race/", "resource_leak": r"error/|async/",
    "blocking_in_async": r"async/", "unsafe_migration": r"migration/", "idempotency": r"api/|race/|transaction/",
    "missing_pagination": r"api/|query/unbounded|limits/", "sqli": r"injection/", "cmdi": r"injection/",
    "path_traversal": r"files/", "ssrf": r"request/", "open_redirect": r"request/", "deserialization": r"injection/",
    "ssti": r"injection/", "xxe": r"injection/", "xss": r"injection/", "missing_authz": r"access/",
    "idor": r"access/", "mass_assignment": r"access/|api/", "jwt": r"secrets/", "csrf": r"access/",
    "timing": r"secrets/", "weak_random": r"secrets/", "secret_leak": r"secrets/|error/",
    "redos": r"limits/|injection/", "other": r"",
}  # fmt: skip
"""How the rules of archwright begin that look for a kind of defect."""
CWES: dict[str, frozenset[int]] = {
    "sqli": frozenset((89, 564, 943)), "cmdi": frozenset((77, 78, 88, 94, 95)),
    "path_traversal": frozenset((22, 23, 35, 36, 59, 73)), "ssrf": frozenset((918,)), "open_redirect": frozenset((601,)),
    "deserialization": frozenset((502,)), "ssti": frozenset((94, 96, 1336)), "xxe": frozenset((611, 776)),
    "xss": frozenset((79, 80, 116)), "missing_authz": frozenset((269, 284, 285, 306, 862, 863)),
    "idor": frozenset((284, 285, 639, 862)), "mass_assignment": frozenset((915,)),
    "jwt": frozenset((259, 321, 345, 347, 522, 798)), "csrf": frozenset((352,)), "timing": frozenset((208,)),
    "weak_random": frozenset((330, 338)), "secret_leak": frozenset((200, 209, 532)), "redos": frozenset((400, 1333)),
}  # fmt: skip
"""The CWEs that other tools give to a kind of defect, besides that of the case itself."""
BANDIT: dict[str, frozenset[str]] = {
    "sqli": frozenset(("B608", "B610", "B611")),
    "cmdi": frozenset(("B102", "B307", "B601", "B602", "B603", "B604", "B605", "B606", "B607", "B609")),
    "path_traversal": frozenset(("B202",)),
    "ssrf": frozenset(("B310",)),
    "deserialization": frozenset(("B301", "B302", "B506", "B614")),
    "ssti": frozenset(("B701", "B702")),
    "xxe": frozenset((*(f"B{number}" for number in range(313, 321)), *(f"B{number}" for number in range(405, 412)))),
    "xss": frozenset(("B308", "B701", "B702", "B703", "B704")),
}
"""The tests of Bandit that look for a kind; its CWEs are coarse there (urlopen has that of paths, XML that of input)."""


class Finding(NamedTuple):
    """One finding of any tool."""

    rule: str
    cwes: frozenset[int]
    """Empty where the tool's rule names decide."""
    places: tuple[Span, ...]
    """Its own place first, then those of its trace."""


def read_findings(report: Mapping[str, Any]) -> list[Finding]:
    """The findings of a report in JSON; KeyError where it is of none of the three tools."""
    if "findings" in report:
        return [_archwright(finding) for finding in report["findings"]]
    return [_bandit(result) if "test_id" in result else _semgrep(result) for result in report["results"]]


def first_match(case: Case, findings: Iterable[Finding], spans: Iterable[Span]) -> str | None:
    """The first finding of the case's kind that has a place in one of the spans, as `RULE PATH:LINE`."""
    spans = list(spans)
    for finding in findings:
        if is_of_kind(case, finding) and any(place.meets(span) for place in finding.places for span in spans):
            return f"{finding.rule} {finding.places[0].path}:{finding.places[0].first}"
    return None


def is_of_kind(case: Case, finding: Finding) -> bool:
    """Whether the finding is of one of the case's kinds."""
    for kind in case.kinds:
        if re.fullmatch(r"B\d+", finding.rule) and kind in BANDIT:
            fits = finding.rule in BANDIT[kind]
        elif finding.cwes:
            fits = bool(finding.cwes & (CWES.get(kind, frozenset()) | cwes_in(case.cwe)))
        else:
            fits = kind in RULES and re.match(RULES[kind], finding.rule) is not None
        if fits:
            return True
    return False


def cwes_in(text: object) -> frozenset[int]:
    """The numbers of the CWEs that a text, or a list of texts, names."""
    return frozenset(int(number) for number in re.findall(r"CWE-(\d+)", str(text)))


def _archwright(finding: Mapping[str, Any]) -> Finding:
    places = [finding, *finding.get("trace", ())]
    return Finding(finding["rule"], frozenset(), tuple(Span(p["path"], p["line"], p["line"]) for p in places))


def _bandit(result: Mapping[str, Any]) -> Finding:
    lines = result.get("line_range") or [result["line_number"]]
    cwes = frozenset((int(result.get("issue_cwe", {}).get("id", 0)),))
    return Finding(result["test_id"], cwes, (Span(_relative(result["filename"]), min(lines), max(lines)),))


def _semgrep(result: Mapping[str, Any]) -> Finding:
    cwes = cwes_in(result["extra"].get("metadata", {}).get("cwe", "")) or frozenset((0,))
    place = Span(_relative(result["path"]), result["start"]["line"], result["end"]["line"])
    return Finding(result["check_id"].rpartition(".")[2], cwes, (place,))


def _relative(path: str) -> str:
    return path.removeprefix("./")
