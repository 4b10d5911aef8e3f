from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp_types import CallToolResult

Call = Callable[..., CallToolResult]

MANY = """
from django.db import connection

{functions}
"""
FUNCTION = """
def find_{number}(request):
    connection.cursor().execute("SELECT id FROM t WHERE name = '%s'" % request.GET["q{number}"])
"""


def _data(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    assert result.structured_content is not None
    data: dict[str, Any] = result.structured_content
    return data


def _error(result: CallToolResult) -> str:
    assert result.is_error
    assert result.structured_content is None
    return "".join(part.text for part in result.content if part.type == "text")


def test_a_finding_comes_with_its_evidence(call: Call) -> None:
    data = _data(call("review"))
    assert (data["summary"], data["total"], data["next"]) == ("1 finding: 1 critical", 1, None)
    (finding,) = data["findings"]
    assert (finding["rule"], finding["path"], finding["line"]) == ("injection/sql", "app.py", 10)
    assert finding["operations"] == ["GET /users"]
    assert finding["code"].startswith("return sqlite3.connect")
    assert [step["line"] for step in finding["trace"]] == [9, 10]
    assert "Flask" in data["reviewed"]


def test_no_finding_is_said(call: Call, project: Path) -> None:
    (project / "app.py").write_text("x = 1\n", encoding="utf-8")
    data = _data(call("review"))
    assert (data["total"], data["findings"], data["next"]) == (0, [], None)
    assert data["summary"].startswith("No finding in 1 lines (")


def test_pages_hold_every_finding_once(call: Call, project: Path) -> None:
    (project / "app.py").unlink()
    (project / "manage.py").write_text("import django\n", encoding="utf-8")
    functions = "".join(FUNCTION.format(number=number) for number in range(45))
    urls = "from django.urls import path\nimport views\nurlpatterns = [{}]\n".format(
        ", ".join(f"path('f{number}', views.find_{number})" for number in range(45))
    )
    (project / "views.py").write_text(MANY.format(functions=functions), encoding="utf-8")
    (project / "urls.py").write_text(urls, encoding="utf-8")
    first = _data(call("review"))
    total = first["total"]
    assert total == 45
    assert len(first["findings"]) == 20
    assert first["summary"].endswith("(here 1 to 20)")
    (project / "views.py").write_text("", encoding="utf-8")  # the pages of a review stay what they were
    pages, cursor = [first], first["next"]
    while cursor is not None:
        pages.append(_data(call("review", cursor=cursor)))
        cursor = pages[-1]["next"]
    assert [len(page["findings"]) for page in pages] == [20, 20, 5]
    assert len({finding["fingerprint"] for page in pages for finding in page["findings"]}) == total
    assert _data(call("review", cursor=first["next"], limit=3))["summary"].endswith("(here 21 to 23)")
    assert _data(call("review"))["total"] == 0


def test_the_project_s_configuration_holds(call: Call, project: Path) -> None:
    (project / "archwright.toml").write_text('exclude = ["app.py"]\n', encoding="utf-8")
    data = _data(call("review"))
    assert data["total"] == 0
    assert "1 excluded by the configuration" in data["reviewed"]
    (project / "archwright.toml").write_text("exlude = []\nfail-on = 3\n", encoding="utf-8")
    assert "archwright.toml has 2 mistakes" in _error(call("review"))


def test_a_change_is_asked_for_by_its_revision(call: Call) -> None:
    assert "in no git repository" in _error(call("review", since="HEAD"))


def test_rules_and_paths_are_chosen(call: Call, project: Path) -> None:
    (project / "other").mkdir()
    (project / "other" / "fine.py").write_text("x = 1\n", encoding="utf-8")
    assert _data(call("review", rules=["query"]))["total"] == 0
    assert _data(call("review", rules=["injection/sql"]))["total"] == 1
    assert _data(call("review", paths=["other"]))["total"] == 0
    assert _data(call("review", paths=["other", "app.py"]))["total"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"paths": ["apps.py"]}, "did you mean app.py?"),
        ({"paths": ["../elsewhere"]}, "outside of the root"),
        ({"paths": ["/etc"]}, "outside of the root"),
        ({"paths": []}, "at least 1 item"),
        ({"paths": 3}, "valid list"),
        ({"rules": ["injection/sq"]}, "did you mean injection/sql"),
        ({"limit": 21}, "less than or equal to 20"),
        ({"limit": 0}, "greater than or equal to 1"),
        ({"cursor": "nothing-0"}, "call review without a cursor"),
        ({"cursor": "²"}, "call review without a cursor"),
        ({"serverity": "high"}, "serverity"),
    ],
)
def test_a_wrong_argument_is_a_tool_error(call: Call, arguments: dict[str, Any], told: str) -> None:
    assert told in _error(call("review", **arguments))


def test_what_holds_no_python_is_told(call: Call, project: Path) -> None:
    (project / "web").mkdir()
    (project / "web" / "page.ts").write_text("let x = 1\n", encoding="utf-8")
    told = _error(call("review", paths=["web"]))
    assert "there is no Python file in web" in told
    assert "1 TypeScript" in told


def test_reviewed_code_is_never_run(call: Call, project: Path) -> None:
    (project / "setup.py").write_text("open('ran', 'w').close()\nraise SystemExit(1)\n", encoding="utf-8")
    (project / "conftest.py").write_text("open('ran', 'w').close()\n", encoding="utf-8")
    assert _data(call("review"))["total"] == 1
    assert not (project / "ran").exists()


def test_any_bytes_are_answered(call: Call, project: Path) -> None:
    (project / "broken.py").write_bytes(b"def f(:\n  \xff\xfe\x00 '\\ud800'\n")
    (project / "half.py").write_bytes(b"x = '\\ud800'\n" + b"\xed\xa0\x80")
    data = _data(call("review"))
    assert data["total"] == 1
    assert any("broken.py" in note for note in data["notes"])


def test_the_same_question_gets_the_same_answer(call: Call) -> None:
    assert call("review").model_dump_json() == call("review").model_dump_json()
