"""Findings known again by their fingerprints, baselines, and changed lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.model.finding import Confidence, Finding, Impact
from archwright.review.baseline import BaselineError, Entry, baseline_text, read_baseline
from archwright.review.changes import Changes, changed_lines
from archwright.review.known import recognise


def finding(fingerprint: str, path: str = "a.py", line: int = 1) -> Finding:
    return Finding(
        rule="injection/sql", path=path, line=line, column=1, end_line=line, message="m", why="w", fix="f",
        impact=Impact.HIGH, confidence=Confidence.HIGH, fingerprint=fingerprint,
    )  # fmt: skip


ONE, TWO, THREE = "aaaaaa1111111111", "aaaaaa2222222222", "bbbbbb1111111111"


def test_a_fingerprint_is_known_and_a_moved_file_too() -> None:
    found = recognise([finding(ONE), finding(TWO)], [ONE])
    assert ([f.fingerprint for f in found.known], [f.fingerprint for f in found.new], found.gone) == ([ONE], [TWO], ())
    found = recognise([finding(THREE, "b.py")], [ONE, TWO])
    assert ([f.fingerprint for f in found.known], found.gone) == ([THREE], (TWO,))


def test_a_copy_beside_the_known_one_is_new() -> None:
    found = recognise([finding(THREE, "b.py"), finding(ONE)], [ONE])
    assert [f.fingerprint for f in found.known] == [ONE]
    assert [f.fingerprint for f in found.new] == [THREE]


def test_a_baseline_is_sorted_a_finding_a_line_and_read_again(tmp_path: Path) -> None:
    entries = [
        Entry(fingerprint=TWO, rule="b/b", path="z.py"),
        Entry(fingerprint=ONE, rule="a/a", path="a.py", function="f"),
    ]
    text = baseline_text(entries)
    assert text == baseline_text(reversed(entries))
    assert len([line for line in text.split("\n") if "fingerprint" in line]) == 2
    (tmp_path / "b.json").write_text(text, encoding="utf-8")
    assert read_baseline(tmp_path / "b.json").findings == (entries[1], entries[0])
    (tmp_path / "b.json").write_text(baseline_text([]), encoding="utf-8")
    assert read_baseline(tmp_path / "b.json").findings == ()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 9, "findings": []}', '{"findings": [{"rule": 1}]}', "\udcff"]
)
def test_what_is_no_baseline_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(BaselineError) as caught:
        read_baseline(tmp_path / "b.json")
    assert "--write-baseline" in caught.value.advice


def test_changed_lines() -> None:
    old = ["a", "b", "c", "d"]
    assert changed_lines(old, old) == frozenset()
    assert changed_lines(old, ["x", *old]) == {1}
    assert changed_lines(old, ["a", "c", "d"]) == frozenset()
    assert changed_lines(old, ["a", "B", "c", "n", "d"]) == {2, 4}
    assert changed_lines([], ["a"]) == {1}
    assert changed_lines(["x"] * 30_000, ["y", *["x"] * 29_998, "z"]) == {1, 30_000}


def test_a_renamed_file_is_compared_with_what_it_was() -> None:
    text = "".join(f"line {number}\n" for number in range(20))
    old = {"old.py": text, "other.py": "nothing alike\n"}
    new = {"new.py": text.replace("line 7\n", "changed\n"), "fresh.py": "all\nnew\n"}
    changes = Changes(old.get, new.get, old)
    assert not changes.touch(finding(ONE, "new.py", 3))
    assert changes.touch(finding(ONE, "new.py", 8))
    assert changes.touch(finding(ONE, "fresh.py", 1))
