import json
from pathlib import Path

import pytest

from archwright.cli.main import main
from archwright.cli.review import BASELINE, EXCLUDED, FORMATS, LEVELS, NEVER
from archwright.model import settings
from archwright.model.finding import Impact
from archwright.report.findings.formats import FORMATS as FORMATS_BY_NAME
from archwright.review import baseline
from archwright.source import discover

BAD = """
import sqlite3
from flask import Flask, request

app = Flask(__name__)

@app.get("/users")
def users():
    name = request.args["name"]
    return sqlite3.connect("app.db").execute(f"SELECT id FROM users WHERE name = '{name}'").fetchall()
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app.py").write_text(BAD, encoding="utf-8")
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "page.ts").write_text("let x = 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return tmp_path


def test_help_lists_what_there_is() -> None:
    assert set(FORMATS) == set(FORMATS_BY_NAME)
    assert tuple(Impact) == LEVELS == settings.LEVELS
    assert settings.NEVER == NEVER
    assert (BASELINE, EXCLUDED) == (baseline.DEFAULT, discover.EXCLUDED)


def test_a_finding_in_text(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review"]) == 1
    out = capsys.readouterr().out
    first = out.split("\n")[0]
    assert first.startswith("Python · ")
    assert first.endswith("not reviewed: 1 TypeScript")
    assert "CRITICAL  injection/sql  GET /users" in out
    assert "app.py:10" in out


def test_json_is_all_that_is_on_stdout(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    (finding,) = data["findings"]
    assert (finding["rule"], finding["path"], finding["function"]) == ("injection/sql", "app.py", "users")
    assert finding["operations"] == ["GET /users"]


def test_same_input_same_bytes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for format_ in FORMATS:
        if format_ == "text":
            continue
        main(["review", "--format", format_])
        first = capsys.readouterr().out
        main(["review", "--format", format_])
        assert capsys.readouterr().out == first
        assert str(project) not in first


def test_the_exit_code_follows_the_level(project: Path) -> None:
    assert main(["review", "--fail-on", "critical"]) == 1
    assert main(["review", "--fail-on", "never"]) == 0
    assert main(["review", "--ignore", "injection"]) == 0
    assert main(["review", "--select", "injection/sql"]) == 1


def test_output_goes_to_a_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--format", "sarif", "-o", "review.sarif"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "review.sarif: 1 finding: 1 critical" in captured.err
    assert json.loads(Path("review.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_a_suppressed_finding_is_counted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silenced = BAD.replace(".fetchall()", ".fetchall()  # archwright: ignore[injection/sql] a console for the owner")
    (project / "app.py").write_text(silenced, encoding="utf-8")
    assert main(["review"]) == 0
    assert "1 suppressed" in capsys.readouterr().out


def test_the_configuration_holds_and_the_command_line_overrides(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text('[tool.archwright]\nignore = ["injection"]\n', encoding="utf-8")
    assert main(["review"]) == 0
    assert main(["review", "--select", "injection"]) == 1
    capsys.readouterr()
    (project / "archwright.toml").write_text('fail-on = "never"\n', encoding="utf-8")
    assert main(["review"]) == 0
    assert "pyproject.toml: [tool.archwright] is not read" in capsys.readouterr().err
    assert main(["review", "--fail-on", "high"]) == 1
    (project / "archwright.toml").write_text('exclude = ["app.py"]\n', encoding="utf-8")
    capsys.readouterr()
    assert main(["review", "app.py"]) == 0
    assert "1 excluded by the configuration" in capsys.readouterr().out
    (project / "archwright.toml").write_text("sellect = []\nall = 1\n", encoding="utf-8")
    assert main(["review"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("archwright.toml has 2 mistakes\n  archwright.toml:1:1  unknown key")
    assert "did you mean select?" in error


def test_a_baseline_holds_what_is_known(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--baseline", "known.json"]) == 2
    assert "--write-baseline" in capsys.readouterr().err
    assert main(["review", "--write-baseline", "--baseline", "known.json"]) == 0
    assert capsys.readouterr().out.startswith("known.json: 1 known finding;")
    first = (project / "known.json").read_bytes()
    assert main(["review", "--baseline", "known.json"]) == 0
    assert "1 in the baseline" in capsys.readouterr().out
    (project / "app.py").write_text("# moved\n\n" + BAD, encoding="utf-8")
    assert main(["review", "--baseline", "known.json"]) == 0
    capsys.readouterr()
    (project / "app.py").rename(project / "web" / "views.py")
    assert main(["review", "--baseline", "known.json", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["stats"]["baseline"] == 1
    (project / "web" / "views.py").write_text("x = 1\n", encoding="utf-8")
    assert main(["review", "--baseline", "known.json", "web"]) == 0
    assert "no longer occurs" not in capsys.readouterr().err  # app.py was not looked at
    assert main(["review", "--baseline", "known.json"]) == 0
    assert "1 entry of the baseline no longer occurs: injection/sql in app.py (users)" in capsys.readouterr().err
    assert main(["review", "--baseline", "known.json", "--write-baseline", "web"]) == 0
    assert (project / "known.json").read_bytes() == first
    assert main(["review", "--baseline", "known.json", "--write-baseline"]) == 0
    assert b"fingerprint" not in (project / "known.json").read_bytes()


def test_a_file_that_is_no_baseline_is_not_written_over(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "archwright-baseline.json").write_text("mine", encoding="utf-8")
    assert main(["review", "--write-baseline"]) == 2
    assert "archwright-baseline.json is no baseline" in capsys.readouterr().err
    assert (project / "archwright-baseline.json").read_text(encoding="utf-8") == "mine"
    (project / "archwright-baseline.json").unlink()
    assert main(["review", "--write-baseline"]) == 0
    written = (project / "archwright-baseline.json").read_bytes()
    assert main(["review", "--write-baseline", "web/../app.py"]) == 0
    assert (project / "archwright-baseline.json").read_bytes() == written


def test_what_ruff_reports_is_left_to_ruff(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "import requests\ndef f(x):\n    try:\n        requests.post(x, timeout=3)\n    except Exception:\n        pass\n"
    (project / "app.py").write_text(code, encoding="utf-8")
    assert main(["review", "--all", "--fail-on", "low"]) == 1
    (project / "ruff.toml").write_text('[lint]\nselect = ["S110"]\n', encoding="utf-8")
    assert main(["review", "--all", "--fail-on", "low"]) == 0
    assert capsys.readouterr().out.endswith("1 left to ruff\n")


def test_rules_that_were_right_too_seldom_are_told_with_all_alone(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "def f(x):\n    try:\n        x.save()\n    except Exception:\n        pass\n"
    (project / "app.py").write_text(code, encoding="utf-8")
    assert main(["review", "--fail-on", "low"]) == 0
    assert "1 more that are less sure (--all)" in capsys.readouterr().out
    main(["review", "--all"])
    assert "error/swallowed" in capsys.readouterr().out


def test_a_change_is_reviewed_only_inside_a_repository(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--diff", "HEAD"]) == 2
    assert "in no git repository" in capsys.readouterr().err


def test_paths_are_relative_to_the_current_directory(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.parent)
    main(["review", project.name, "--format", "json"])
    assert json.loads(capsys.readouterr().out)["findings"][0]["path"] == f"{project.name}/app.py"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.py"], "there is no file or directory nowhere.py"),
        (["web"], "there is no Python file in web, so nothing was reviewed\n  what was seen: 1 TypeScript"),
        (["--select", "injection/sqli"], "did you mean injection/sql"),
        (["--ignore", "nothing-like-it"], "there are: "),
        (["--select", "injection", "--ignore", "injection"], "no rule is left to run"),
        (["-o", "no/such/directory/x"], "can't be written"),
        (["--config", "none.toml"], "none.toml  can't be read"),
        (["--write-baseline", "--diff", "HEAD"], "don't go together"),
        (["--write-baseline", "--no-baseline"], "leave one of them out"),
    ],
)
def test_wrong_use_is_one_clear_line(
    project: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert told in captured.err
    assert "Traceback" not in captured.err


def test_no_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app.py").write_text("x = 1\n", encoding="utf-8")
    assert main(["review", "app.py"]) == 0
    assert capsys.readouterr().out.startswith("No findings in 1 line (")


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00\x01", b"\x00" * 50, b"def f(:\n  '''", b"(" * 5000, b"# coding: nonsense\n"]
)
def test_any_bytes_are_accepted(project: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "odd.py").write_bytes(content)
    assert main(["review", "--format", "json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["findings"]) == 1
