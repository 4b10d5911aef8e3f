"""Checks that a path lies in a folder, made before `..` in it is resolved."""

from pathlib import Path

import pytest

from archwright.model.effect import Containment
from archwright.source.program import analyse

HEAD = "import os\nfrom pathlib import Path\n\n"
EARLY = {
    "os.path": "path = os.path.join(root, name)\n    if not path.startswith(root):\n        raise ValueError",
    "pathlib": "path = root / name\n    if not path.is_relative_to(root):\n        raise ValueError",
    "a separator at the end": "path = os.path.join(root, name)\n    if not path.startswith(root + os.sep):\n        raise ValueError",
    "a path of two parts": "path = Path(root, name)\n    if not path.is_relative_to(root):\n        raise ValueError",
    "what they have in common": "path = os.path.join(root, name)\n    if os.path.commonpath([root, path]) != root:\n        raise ValueError",
    "texts of paths": "path = Path(root) / name\n    if not str(path).startswith(str(root)):\n        raise ValueError",
}
FINE = {
    "resolved": "path = (root / name).resolve()\n    if not path.is_relative_to(root):\n        raise ValueError",
    "resolved, in common": "path = os.path.realpath(os.path.join(root, name))\n    if os.path.commonpath([root, path]) != root:\n        raise ValueError",
    "another folder in common": "path = os.path.join(root, name)\n    if os.path.commonpath([other, path]) != other:\n        raise ValueError",
    "resolved later": "path = root / name\n    path = path.resolve()\n    if not path.is_relative_to(root):\n        raise ValueError",
    "`..` is refused": "if '..' in name:\n        raise ValueError\n    path = os.path.join(root, name)\n"
    "    if not path.startswith(root):\n        raise ValueError",
    "another folder": "path = os.path.join(root, name)\n    if path.startswith(other):\n        raise ValueError",
    "what a folder holds": "for path in os.listdir(root):\n        path = os.path.join(root, path)\n"
    "        if path.startswith(root):\n            print(path)",
    "the folder itself": "path = os.path.join(root, 'static')\n    if not path.startswith(root):\n        raise ValueError",
}


def _flaws(directory: Path, body: str) -> list[str]:
    text = f"{HEAD}def find(root, name, other):\n    {body}\n    return path\n"
    (directory / "app.py").write_text(text, encoding="utf-8")
    effects = analyse(["."], wanted=[Containment], root=directory).effects
    return [effect.flaw for effect in effects if isinstance(effect, Containment)]


@pytest.mark.parametrize("body", EARLY.values(), ids=EARLY.keys())
def test_compared_with_the_folder_that_it_was_joined_to(body: str, tmp_path: Path) -> None:
    assert _flaws(tmp_path, body) == ["early"]


@pytest.mark.parametrize("body", FINE.values(), ids=FINE.keys())
def test_what_keeps_a_path_inside_or_can_not_be_told(body: str, tmp_path: Path) -> None:
    assert not _flaws(tmp_path, body)
