"""`archwright design`, as a person runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.cli.main import main
from archwright.model.blueprint import Blueprint
from archwright.model.serial import from_json

SHOP = Path(__file__).parents[2] / "examples" / "shop.yaml"


def test_writes_the_three_files_and_prints_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "design"
    assert main(["design", str(SHOP), "-o", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["DESIGN.md", "blueprint.json", "schema.sql"]
    blueprint = from_json((out / "blueprint.json").read_bytes(), Blueprint)
    assert blueprint.system.name == "shop"
    assert (out / "schema.sql").read_text().count("CREATE TABLE") == len(blueprint.physical.tables)
    printed = capsys.readouterr().out
    assert printed.startswith("shop: one service, one PostgreSQL")
    assert f"{len(blueprint.decisions)} decisions" in printed


def test_files_are_the_same_wherever_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = []
    for name in ("one", "two"):
        here = tmp_path / name
        here.mkdir()
        (here / "shop.yaml").write_bytes(SHOP.read_bytes())
        monkeypatch.chdir(here)
        assert main(["design", "shop.yaml", "-o", "out"]) == 0
        contents.append([path.read_bytes() for path in sorted((here / "out").iterdir())])
    assert contents[0] == contents[1]


def test_what_if(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["design", str(SHOP), "--what-if", "browse.rate=10x"]) == 0
    printed = capsys.readouterr().out
    assert "capacity/service" in printed
    assert "3 instances of 4 cores → 8 instances of 4 cores" in printed


def test_difference_from_an_earlier_blueprint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brief = tmp_path / "shop.yaml"
    brief.write_text(SHOP.read_text())
    assert main(["design", str(brief), "-o", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    assert main(["design", str(brief), "--diff", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == "No decision changes.\n"
    brief.write_text(SHOP.read_text().replace("rpo: 0s", "rpo: 5m"))
    assert main(["design", str(brief), "--diff", str(tmp_path / "out" / "blueprint.json")]) == 0
    assert "durability" in capsys.readouterr().out


@pytest.mark.parametrize("change", ["browse.rate", "brwse.rate=2x", "browse.rate=40"])
def test_a_wrong_change_is_told_in_one_line(change: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["design", str(SHOP), "--what-if", change]) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1


def test_a_wrong_brief_is_told_with_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brief = tmp_path / "shop.yaml"
    brief.write_text(SHOP.read_text().replace("total: money", "total: mony").replace("by: category", "by: categry"))
    assert main(["design", str(brief)]) == 2
    errors = capsys.readouterr().err
    assert "has 2 mistakes" in errors
    assert "did you mean money?" in errors


def test_an_order_that_no_index_has_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brief = tmp_path / "shop.yaml"
    brief.write_text(SHOP.read_text().replace("sort: price", "sort: category.name"))
    assert main(["design", str(brief)]) == 2
    assert "copied from category.name" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\x00", b'{"version": "x"}'])
def test_a_broken_blueprint_is_told(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "blueprint.json"
    broken.write_bytes(content)
    assert main(["design", str(SHOP), "--diff", str(broken)]) == 2
    assert "is no blueprint" in capsys.readouterr().err


def test_a_directory_that_can_not_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["design", str(SHOP), "-o", str(tmp_path / "file")]) == 2
    assert "can't write to" in capsys.readouterr().err
