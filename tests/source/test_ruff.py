"""Which rules of ruff a project selects for a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.source.survey.ruff import Ruff


def reports(root: Path, config: str, code: str, path: str = "app/a.py", name: str = "ruff.toml") -> bool:
    (root / name).write_text(config, encoding="utf-8")
    return Ruff(root).reports(path, [code])


@pytest.mark.parametrize(
    ("config", "code", "on"),
    [
        ("", "E722", True),
        ("", "BLE001", False),
        ('[lint]\nselect = ["BLE"]', "BLE001", True),
        ('[lint]\nselect = ["BLE"]', "E722", False),
        ('select = ["ALL"]', "S110", True),
        ('[lint]\nselect = ["ALL"]\nignore = ["S"]', "S110", False),
        ('[lint]\nselect = ["S110"]\nignore = ["S1"]', "S110", True),
        ('[lint]\nselect = ["S"]\nignore = ["S110"]', "S110", False),
        ('[lint]\nselect = ["S"]', "SIM105", False),
        ('[lint]\nextend-select = ["S1"]', "S110", True),
        ('[lint]\nextend-select = ["S1"]', "E722", True),
        ('[lint]\nselect = ["S"]\n[lint.per-file-ignores]\n"app/*" = ["S1"]', "S110", False),
        ('[lint]\nselect = ["S"]\n[lint.per-file-ignores]\n"a.py" = ["S110"]', "S110", False),
        ('[lint]\nselect = ["S"]\n[lint.per-file-ignores]\n"!app/**" = ["S"]', "S110", True),
        ('extend-exclude = ["app"]\n[lint]\nselect = ["S"]', "S110", False),
        ('[lint]\nselect = ["PL"]', "PLR0911", True),
        ("not toml", "E722", False),
        ("[lint]\nselect = 3", "E722", False),
    ],
)
def test_selection(tmp_path: Path, config: str, code: str, on: bool) -> None:
    assert reports(tmp_path, config, code) is on


def test_a_project_without_ruff_reports_nothing(tmp_path: Path) -> None:
    assert not reports(tmp_path, "[tool.black]\n", "E722", name="pyproject.toml")
    assert reports(tmp_path, "[tool.ruff]\n", "E722", name="pyproject.toml")


def test_the_nearest_file_decides_and_extends(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.ruff.lint]\nselect = ["BLE"]\n', encoding="utf-8")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "ruff.toml").write_text("line-length = 99\n", encoding="utf-8")
    assert not Ruff(tmp_path).reports("app/a.py", ["BLE001"])
    assert Ruff(tmp_path).reports("a.py", ["BLE001"])
    (tmp_path / "app" / "ruff.toml").write_text(
        'extend = "../pyproject.toml"\n[lint]\nextend-select = ["S110"]\n', encoding="utf-8"
    )
    ruff = Ruff(tmp_path)
    assert ruff.reports("app/a.py", ["BLE001"])
    assert ruff.reports("app/a.py", ["S110"])
    assert not ruff.reports("a.py", ["S110"])
