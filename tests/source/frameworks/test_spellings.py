"""Digits and points in time hold no letters of who sent what they spell; how many they are, and what they tell, stays."""

from pathlib import Path

import pytest

from archwright.model.effect import Interpret
from archwright.model.value import Clean, Use
from archwright.source.program import analyse

HEAD = """import hashlib
from flask import Flask, request
app = Flask(__name__)

@app.post("/x")
def x():
    sent = request.data
    """


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("sent.hex()", Clean.CLEAN),
        ("sent.hex(':')", Clean.CLEAN),
        ("made(sent).isoformat(sep=' ')", Clean.CLEAN),
        ("f'{hashlib.new(\"md5\", sent).hexdigest()}'", Clean.CLEAN),
        ("sent.decode()", Clean.DIRTY),
        ("sent.hex(request.args['between'])", Clean.DIRTY),
        ("app.started.strftime(request.args['form'])", Clean.DIRTY),
    ],
)
def test_what_is_spelt(text: str, state: Clean, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"{HEAD}eval({text})\n", encoding="utf-8")
    program = analyse([tmp_path], wanted=[Interpret], workers=1, root=tmp_path)
    found = [effect.text.state(Use.PYTHON) for effect in program.effects if isinstance(effect, Interpret)]
    assert found == [state]
