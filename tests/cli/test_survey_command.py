import json
from pathlib import Path

import pytest

from archwright.cli.main import main

APP = """
from fastapi import FastAPI
from sqlmodel import Field, SQLModel

class Item(SQLModel, table=True):
    id: int = Field(primary_key=True)
    name: str

app = FastAPI()

@app.get("/items")
def items(): ...
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return tmp_path


def test_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["survey"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "FastAPI, SQLAlchemy · 1 entity · 1 endpoint (1 without authentication)"
    assert lines[-1] == "→ archwright survey . -o DIR · archwright review ."


def test_files_and_no_drift_from_them(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["survey", "-o", "out"]) == 0
    assert sorted(path.name for path in (project / "out").iterdir()) == ["blueprint.json", "survey.html"]
    capsys.readouterr()
    assert main(["survey", "--compare", "out"]) == 0
    assert capsys.readouterr().out == "no drift: the code is as the blueprint says\n"


def test_drift(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["survey", "-o", "out"])
    (project / "app.py").write_text(APP.replace("name: str", "title: str").replace('"/items"', '"/things"'), "utf-8")
    capsys.readouterr()
    assert main(["survey", "--compare", "out/blueprint.json"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "4 departures from the blueprint: 2 missing, 2 extra, 0 different"
    assert out[1] == "  missing   column    item.name  app.py:5:1"
    assert main(["survey", "--compare", "out", "--format", "json"]) == 1
    assert [each["subject"] for each in json.loads(capsys.readouterr().out)] == [
        "column",
        "column",
        "endpoint",
        "endpoint",
    ]


def test_json_is_the_blueprint_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["survey", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [entity["name"] for entity in document["system"]["entities"]] == ["Item"]


def test_a_schema_beside_the_models(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "more.sql").write_text("CREATE TABLE audit (id bigint PRIMARY KEY, said text NOT NULL);", "utf-8")
    assert main(["survey", "--sql", "more.sql", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [entity["name"] for entity in document["system"]["entities"]] == ["Item", "audit"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere does not exist"),
        (["app.py"], "app.py is a file"),
        (["--compare", "nowhere.json"], "can't read nowhere.json"),
        (["--compare", "app.py"], "app.py is no blueprint"),
        (["--sql", "nowhere.sql"], "can't read nowhere.sql"),
        (["-o", "app.py/out"], "can't write to app.py/out"),
        (["empty"], "there is no Python file in empty"),
    ],
)
def test_wrong_use_is_one_clear_line(
    arguments: list[str], said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "empty").mkdir()
    assert main(["survey", *arguments]) == 2
    assert capsys.readouterr().err.startswith(said)
