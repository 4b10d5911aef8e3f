"""A text that was checked to be one quoted literal is clean as code; a check that leaves a way out is none."""

from pathlib import Path

import pytest

from archwright.model.effect import Interpret
from archwright.model.value import Clean, Use
from archwright.source.program import analyse

HEAD = """
from flask import Flask, abort, request
app = Flask(__name__)

@app.post("/x/<name>")
def x(name):
    """

CLEAN = {
    "all three, or leave": """if not name.startswith("'") or not name.endswith("'") or "'" in name[1:-1]:
        abort(400)
    eval(name)""",
    "all three, then": """if name.startswith('"') and name.endswith('"') and '"' not in name[1:-1]:
        eval(name)""",
    "repr": "eval('len(' + repr(name) + ')')",
    "repr in a text": "eval(f'len({name!r})')",
}
DIRTY = {
    "one is missing": """if not name.startswith("'") or "'" in name[1:-1]:
        abort(400)
    eval(name)""",
    "another quote": """if name.startswith("'") and name.endswith("'") and '"' not in name[1:-1]:
        eval(name)""",
    "the other branch": """if name.startswith("'") and name.endswith("'") and "'" not in name[1:-1]:
        pass
    else:
        eval(name)""",
    "not the middle": """if name.startswith("'") and name.endswith("'") and "'" not in name[2:-1]:
        eval(name)""",
    "another text": """other = request.args["other"]
    if name.startswith("'") and name.endswith("'") and "'" not in name[1:-1]:
        eval(other)""",
}


def dirty(tmp_path: Path, body: str) -> bool:
    (tmp_path / "app.py").write_text(HEAD + body, encoding="utf-8")
    effects = analyse(["."], wanted=frozenset({Interpret}), root=tmp_path).effects
    assert effects
    return any(isinstance(e, Interpret) and e.text.state(Use.PYTHON) is Clean.DIRTY for e in effects)


@pytest.mark.parametrize("body", CLEAN.values(), ids=CLEAN)
def test_one_literal(tmp_path: Path, body: str) -> None:
    assert not dirty(tmp_path, body)


@pytest.mark.parametrize("body", DIRTY.values(), ids=DIRTY)
def test_code(tmp_path: Path, body: str) -> None:
    assert dirty(tmp_path, body)
