from __future__ import annotations

from pathlib import Path

import pytest

from archwright.source.discover import discover
from archwright.source.modules import ModuleFile


def modules(root: Path, *names: str) -> dict[str, ModuleFile]:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return {module.path: module for module in discover(["."], root).files}


@pytest.mark.parametrize(
    ("others", "path", "module", "root"),
    [
        (["app/__init__.py", "app/api/__init__.py"], "app/api/users.py", "app.api.users", "."),
        (["pyproject.toml", "src/shop/__init__.py"], "src/shop/models.py", "shop.models", "src"),
        (["pyproject.toml"], "src/shop/models.py", "shop.models", "src"),
        ([], "app/services/mail.py", "app.services.mail", "."),
        (["backend/manage.py", "backend/shop/__init__.py"], "backend/shop/models.py", "shop.models", "backend"),
        (["one/pyproject.toml", "two/pyproject.toml"], "two/app/main.py", "app.main", "two"),
        (["pyproject.toml", "__init__.py"], "app/main.py", "app.main", "."),
        (["src/__init__.py"], "src/database.py", "src.database", "."),
    ],
)
def test_module_names(tmp_path: Path, others: list[str], path: str, module: str, root: str) -> None:
    found = modules(tmp_path, *others, path)[path]
    assert (found.module, found.root) == (module, root)


def test_a_package_is_named_by_its_directory(tmp_path: Path) -> None:
    found = modules(tmp_path, "app/__init__.py", "app/api/__init__.py")
    assert (found["app/api/__init__.py"].module, found["app/api/__init__.py"].is_package) == ("app.api", True)


def test_a_script_may_be_imported_by_its_neighbours(tmp_path: Path) -> None:
    found = modules(tmp_path, "server/main.py", "server/db.py")
    assert found["server/db.py"].module == "server.db"
    assert "db" in found["server/db.py"].aliases


def test_src_may_be_written_out_in_imports(tmp_path: Path) -> None:
    found = modules(tmp_path, "pyproject.toml", "src/database.py")
    assert found["src/database.py"].module == "database"
    assert "src.database" in found["src/database.py"].aliases


def test_packages_reach_above_the_reviewed_directory(tmp_path: Path) -> None:
    modules(tmp_path, "app/__init__.py", "app/api/__init__.py", "app/api/users.py")
    found = {module.path: module.module for module in discover(["."], tmp_path / "app/api").files}
    assert found == {"__init__.py": "app.api", "users.py": "app.api.users"}


def test_names_that_are_no_identifiers_end_the_namespace(tmp_path: Path) -> None:
    found = modules(tmp_path, "add-ons/tool/run.py")
    assert found["add-ons/tool/run.py"].module == "run"
