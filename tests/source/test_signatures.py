"""What was signed here is no stranger's pickle; a signature of something else tells nothing of it."""

from pathlib import Path

import pytest

from archwright.model.effect import Deserialise
from archwright.model.value import Clean, Use
from archwright.source.program import analyse

HEAD = """
import hashlib, hmac, pickle
from flask import Flask, abort, request
app = Flask(__name__)
KEY = open("key", "rb").read()

def signature(data):
    return hmac.new(KEY, data, hashlib.sha256).hexdigest()

def load(data, given):
    if not hmac.compare_digest(signature(data), given):
        raise ValueError
    return pickle.loads(data)

@app.post("/x/<other>")
def x(other):
    data = request.form["data"]
    given = request.headers["X-Signature"]
    """

CLEAN = {
    "checked, or leave": "if not hmac.compare_digest(given, signature(data)):\n        abort(403)\n    pickle.loads(data)",
    "checked, then": "if hmac.compare_digest(given, hmac.new(KEY, data, 'sha256').hexdigest()):\n        pickle.loads(data)",
    "in a helper": "load(data, given)",
}
DIRTY = {
    "not checked": "pickle.loads(data)",
    "the other branch": "if not hmac.compare_digest(given, signature(data)):\n        pickle.loads(data)",
    "something else is signed": "if not hmac.compare_digest(given, signature(data)):\n        abort(403)\n    pickle.loads(other)",
    "checked too late": "pickle.loads(data)\n    if not hmac.compare_digest(given, signature(data)):\n        abort(403)",
}


def dirty(tmp_path: Path, body: str) -> bool:
    (tmp_path / "app.py").write_text(HEAD + body, encoding="utf-8")
    effects = analyse(["."], wanted=frozenset({Deserialise}), root=tmp_path).effects
    return any(isinstance(e, Deserialise) and e.data.state(Use.DESERIALISE) is Clean.DIRTY for e in effects)


@pytest.mark.parametrize("body", CLEAN.values(), ids=CLEAN)
def test_signed(tmp_path: Path, body: str) -> None:
    assert not dirty(tmp_path, body)


@pytest.mark.parametrize("body", DIRTY.values(), ids=DIRTY)
def test_not_signed(tmp_path: Path, body: str) -> None:
    assert dirty(tmp_path, body)
