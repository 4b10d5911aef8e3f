"""`archwright schema` and `archwright init`."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from archwright.brief import read_brief
from archwright.cli.main import main


def test_schema_prints_the_brief_s_or_the_blueprint_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    brief = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(brief)
    assert "operations" in brief["properties"]
    assert main(["schema", "blueprint"]) == 0
    blueprint = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(blueprint)
    assert "Blueprint" in blueprint["$defs"]


def test_schema_of_something_else_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "soup"]) == 2
    assert "soup" in capsys.readouterr().err


def test_init_writes_a_brief_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "My Tasks"]) == 0
    assert "My Tasks/brief.yaml" in capsys.readouterr().out
    assert read_brief(tmp_path / "My Tasks" / "brief.yaml").name == "my-tasks"
    assert json.loads((tmp_path / "My Tasks" / "brief.schema.json").read_text(encoding="utf-8"))["title"]


def test_init_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "brief.yaml").write_text("mine", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "brief.yaml").read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["brief.yaml"]
    assert main(["init", str(tmp_path / "brief.yaml" / "sub")]) == 2
    assert "can't write" in capsys.readouterr().err
