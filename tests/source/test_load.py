from __future__ import annotations

import os
from pathlib import Path

import pytest

from archwright.source import load
from archwright.source.load import load_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for index in range(40):
        (root / f"m{index:02}.py").write_text(f"def f{index}(x):\n    return x + {index}\n" * (index + 1))
    return root


def names(project: Path, **options: object) -> list[str]:
    loaded = load_project(["."], root=project, **options)  # type: ignore[arg-type]
    return [f"{file.path} {file.facts[0][1][0]} {file.facts[2]}" for file in loaded.files]


def test_order_and_facts_do_not_depend_on_how_they_were_made(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [f"m{index:02}.py f{index} {2 * (index + 1)}" for index in range(40)]
    assert names(project, workers=1) == expected
    monkeypatch.setattr(load, "SERIAL_BYTES", 0)
    assert names(project, workers=3) == expected
    assert names(project, workers=3, cache=tmp_path / "cache") == expected
    assert names(project, cache=tmp_path / "cache") == expected


def test_a_warm_cache_parses_only_what_changed(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names(project, cache=tmp_path / "cache")
    (project / "m05.py").write_text("def changed(): pass\n")
    parsed: list[str] = []
    read_file = load.read_file

    def watched(path: str, language: str = "") -> load.Read:
        parsed.append(Path(path).name)
        return read_file(path, language)

    monkeypatch.setattr(load, "read_file", watched)
    assert names(project, cache=tmp_path / "cache")[5] == "m05.py changed 1"
    assert parsed == ["m05.py"]
    parsed.clear()
    names(project, cache=tmp_path / "cache")
    assert parsed == []


def test_text_and_mentions_on_demand(project: Path) -> None:
    (project / "a.py").write_bytes(b"import sqlalchemy\r\nx = '\xc3\xa9'\r\n")
    file = load_project(["a.py"], root=project).files[0]
    assert file.text == "import sqlalchemy\nx = 'é'\n"
    assert (file.mentions("sqlalchemy"), file.mentions("django")) == (True, False)
    assert file.facts is file.facts
    (project / "a.py").unlink()
    assert file.text == ""


def test_a_file_that_went_away_is_said(project: Path) -> None:
    read = load.read_file(str(project / "gone.py"))
    file = load.LoadedFile(load_project(["m00.py"], root=project).files[0].module, read, str(project))
    assert file.digest == b""
    assert file.facts[3] == ((1, "not read: No such file or directory"),)


def test_a_file_too_big_to_be_code_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "MAX_BYTES", 2_000_000)
    (project / "big.py").write_bytes(b"# " + b"x" * 3_000_000)
    assert load_project(["big.py"], root=project).files[0].facts[3] == ((1, "not read: larger than 2 MB"),)


def test_a_file_that_ends_its_reader_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_file = load.read_file

    def deadly(path: str, language: str = "") -> load.Read:
        if path.endswith("m07.py"):
            os._exit(3)
        return read_file(path, language)

    monkeypatch.setattr(load, "read_file", deadly)
    monkeypatch.setattr(load, "SERIAL_BYTES", 0)
    loaded = load_project(["."], root=project, workers=2)
    errors = {file.path: file.facts[3] for file in loaded.files if file.facts[3]}
    assert errors == {"m07.py": ((1, "not read: reading it ended the process"),)}
    assert [file.facts[0][1][0] for file in loaded.files if file.path != "m07.py"] == [
        f"f{i}" for i in range(40) if i != 7
    ]
