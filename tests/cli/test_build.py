from pathlib import Path

import pytest

from archwright.cli.main import main

BRIEF = Path(__file__).parents[2] / "examples" / "shop.yaml"


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_bytes(BRIEF.read_bytes())


def test_a_first_build_is_named_after_the_system(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "shop.yaml"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("shop/  (")
    assert "yours: shop/shop/domain/" in said
    assert "archwright up shop.yaml · shop/README.md\n" in said
    assert Path("shop/pyproject.toml").is_file()


def test_a_second_build_says_that_nothing_changed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["build", "shop.yaml"])
    capsys.readouterr()
    assert main(["build", "shop.yaml"]) == 0
    assert capsys.readouterr().out.startswith("shop/  nothing to change\n")


def test_an_edit_is_kept_and_a_change_of_the_brief_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    main(["build", "shop.yaml"])
    edited = Path("shop/README.md")
    edited.write_text(edited.read_text(encoding="utf-8") + "\nMine.\n", encoding="utf-8")
    brief = Path("shop.yaml")
    brief.write_text(
        brief.read_text(encoding="utf-8").replace("name: text search,", "name: text search, note: text optional,")
    )
    capsys.readouterr()
    assert main(["build", "shop.yaml"]) == 0
    said = capsys.readouterr().out
    assert "1 of yours kept" in said
    assert "migration 0002" in said
    assert "  changed  schema.sql\n" in said
    assert edited.read_text(encoding="utf-8").endswith("\nMine.\n")


def test_a_conflict_is_marked_told_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    main(["build", "shop.yaml", "-o", "there"])
    for path, new in (("there/README.md", "Sells my goods."), ("shop.yaml", "Sells all goods.")):
        text = Path(path).read_text(encoding="utf-8")
        assert "Sells goods from stock to people who pay by card." in text
        changed = text.replace("Sells goods from stock to people who pay by card.", new)
        Path(path).write_text(changed, encoding="utf-8")
    assert main(["build", "shop.yaml", "-o", "there"]) == 1
    assert "conflict at there/README.md:" in capsys.readouterr().out
    both = Path("there/README.md").read_text(encoding="utf-8")
    assert "Sells my goods." in both
    assert "Sells all goods." in both
    assert main(["build", "shop.yaml", "-o", "there"]) == 2
    assert "still holds a marked conflict" in capsys.readouterr().err


def test_a_dry_run_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "shop.yaml", "--dry-run"]) == 0
    assert capsys.readouterr().out.endswith("nothing was written (--dry-run)\n")
    assert not Path("shop").exists()


def test_files_in_the_way_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("shop").mkdir()
    Path("shop/README.md").write_text("mine\n")
    assert main(["build", "shop.yaml"]) == 2
    assert "README.md exists and was not written by archwright" in capsys.readouterr().err
    assert [path.name for path in Path("shop").iterdir()] == ["README.md"]
