"""The reader of code knows no name that only our own templates define: it reads what libraries and SQL mean."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from archwright.brief import read_brief
from archwright.build.project import build_project
from archwright.design import design

_ROOT = Path(__file__).parents[3]
_DISTINCT = re.compile(r"^_?[a-z]+_[a-z_]+$|^[A-Z][a-z]+(?:[A-Z][a-z]+)+$|^[A-Z]+_[A-Z_]+$")
"""Names of two words or more; single words such as `page` are everybody's."""
_OF_OTHERS = {
    "BigInteger": "a type of SQLAlchemy and of Django's ORM",
    "SmallInteger": "a type of SQLAlchemy",
    "down_revision": "what every migration of Alembic names",
    "by_key": "a slot of model.effect.Load",
    "model_config": "pydantic's",
    "depends_on": "an option of jobs of RQ",
    "json_response": "a function of aiohttp",
}


def _defined(directory: Path) -> set[str]:
    names = set()
    for path in directory.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
    for path in directory.rglob("*.sql"):
        names.update(re.findall(r"CREATE TABLE (\w+)", path.read_text(encoding="utf-8")))
    return {name for name in names if _DISTINCT.match(name)}


def _texts(path: Path) -> set[str]:
    """The words of the texts in a file, documentation left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {
        word
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
        for word in re.findall(r"\w+", node.value)
    }


def test_no_name_of_the_templates(tmp_path: Path) -> None:
    defined = set()
    for name in ("shop", "clinic", "sensors"):
        build_project(design(read_brief(_ROOT / "examples" / f"{name}.yaml")), tmp_path / name)
        defined |= _defined(tmp_path / name)
    assert len(defined) > 100
    known = {word for path in (_ROOT / "src/archwright/source").rglob("*.py") for word in _texts(path)}
    assert (defined & known) - _OF_OTHERS.keys() == set()


@pytest.mark.parametrize("word", ["idempoten", "outbox", "shopper", "archwright build"])
def test_no_word_of_ours(word: str) -> None:
    known = " ".join(word for path in (_ROOT / "src/archwright/source").rglob("*.py") for word in _texts(path))
    assert word not in known.lower()
