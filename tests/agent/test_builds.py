import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp_types import CallToolResult

Call = Callable[..., CallToolResult]

SHOP = Path(__file__).parents[2] / "examples" / "shop.yaml"


@pytest.fixture(autouse=True)
def shop(project: Path) -> Path:
    return Path(shutil.copy(SHOP, project / "shop.yaml"))


def _data(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    data: dict[str, Any] = result.structured_content
    return data


def _error(result: CallToolResult) -> str:
    assert result.is_error
    return "".join(part.text for part in result.content if part.type == "text")


def test_a_project_is_built_and_built_again(call: Call, project: Path) -> None:
    first = _data(call("build", brief="shop.yaml", directory="out/shop"))
    assert first["summary"].startswith("out/shop is built: ")
    assert first["migrations"] == ["migrations/versions/0001_initial.py"]
    assert all((project / "out/shop" / path).is_file() for path in first["written"] if not path.startswith("and "))
    assert _data(call("build", brief="shop.yaml", directory="out/shop"))["summary"] == "out/shop is up to date"


def test_an_edit_is_kept_and_told(call: Call, project: Path) -> None:
    owned = _data(call("build", brief="shop.yaml", directory="shop"))["owned"]
    edited = next(path for path in sorted((project / "shop" / owned).glob("*.py")) if path.name != "__init__.py")
    mine = edited.read_text(encoding="utf-8") + "\nMINE = 1\n"
    edited.write_text(mine, encoding="utf-8")
    again = _data(call("build", brief="shop.yaml", directory="shop"))
    assert again["kept"] == [f"{owned}/{edited.name}"]
    assert edited.read_text(encoding="utf-8") == mine


def test_a_dry_run_writes_nothing(call: Call, project: Path) -> None:
    for what in ("project", "design"):
        data = _data(call("build", brief="shop.yaml", directory="out", what=what, dry_run=True))
        assert data["summary"].startswith("out would be built: ")
        assert data["written"]
        assert not (project / "out").exists()


def test_the_design_is_written_as_documents(call: Call, project: Path) -> None:
    data = _data(call("build", brief="shop.yaml", directory="design", what="design"))
    assert data["written"] == ["DESIGN.md", "blueprint.json", "schema.sql"]
    assert (project / "design" / "DESIGN.md").read_text(encoding="utf-8").startswith("# ")
    _data(call("build", brief="shop.yaml", directory="design", what="design"))


def test_nothing_of_others_is_overwritten(call: Call, project: Path) -> None:
    (project / "docs").mkdir()
    (project / "docs" / "DESIGN.md").write_text("mine", encoding="utf-8")
    (project / "docs" / "README.md").write_text("mine", encoding="utf-8")
    assert "docs holds other files" in _error(call("build", brief="shop.yaml", directory="docs", what="design"))
    assert "README.md exists" in _error(call("build", brief="shop.yaml", directory="docs"))
    assert (project / "docs" / "DESIGN.md").read_text(encoding="utf-8") == "mine"


def test_no_link_leads_a_build_out_of_the_root(call: Call, project: Path) -> None:
    outside = project.parent / "outside"
    outside.mkdir()
    (project / "away").symlink_to(outside)
    (project / "design").mkdir()
    (project / "design" / "blueprint.json").write_text("{}", encoding="utf-8")
    (project / "design" / "DESIGN.md").symlink_to(outside / "DESIGN.md")
    assert "outside of the root" in _error(call("build", brief="shop.yaml", directory="away/shop"))
    assert "outside of the root" in _error(call("build", brief="shop.yaml", directory="design", what="design"))
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"brief": "shop.yaml"}, "Field required"),
        ({"brief": "shop.yaml", "directory": "app.py"}, "app.py is a file"),
        ({"brief": "shop.yaml", "directory": "app.py/shop"}, "app.py is a file"),
        ({"brief": "shop.yaml", "directory": ".."}, "outside of the root"),
        ({"brief": "shop.yaml", "directory": ""}, "at least 1 character"),
        ({"brief": "shop.yaml", "directory": "out", "what": "everything"}, "'project' or 'design'"),
        ({"brief": "shp.yaml", "directory": "out"}, "did you mean shop.yaml?"),
    ],
)
def test_a_wrong_argument_is_a_tool_error(call: Call, arguments: dict[str, Any], told: str) -> None:
    assert told in _error(call("build", **arguments))


def test_the_built_project_is_reviewed_with_no_finding(call: Call) -> None:
    _data(call("build", brief="shop.yaml", directory="shop"))
    data = _data(call("review", paths=["shop"]))
    assert data["summary"].startswith("No finding in ")
