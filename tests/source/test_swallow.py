"""Handlers that keep nothing of an error, and those that keep something."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from archwright.model.effect import Swallow
from archwright.source.program import analyse

DROPPED = {
    "pass": ("try:\n    db.execute('DELETE FROM x')\nexcept Exception:\n    pass", "pass", ("Exception",), ("sql",)),
    "bare": ("try:\n    db.execute('DELETE FROM x')\nexcept:\n    ...", "pass", ("BaseException",), ("sql",)),
    "default": (
        "try:\n    v = db.execute('SELECT 1')\nexcept (OSError, KeyError):\n    v = None",
        "assign a default",
        ("OSError", "KeyError"),
        ("sql",),
    ),
    "return": (
        "try:\n    return db.execute('SELECT 1')\nexcept ValueError:\n    return []",
        "return a default",
        ("ValueError",),
        ("sql",),
    ),
    "continue": (
        "for x in xs:\n    try:\n        db.execute('SELECT 1')\n    except Exception:\n        continue",
        "continue",
        ("Exception",),
        ("sql",),
    ),
    "suppress": (
        "with contextlib.suppress(Exception):\n    db.execute('SELECT 1')",
        "suppress",
        ("Exception",),
        ("sql",),
    ),
    "in a helper": (
        "def f():\n    db.execute('SELECT 1')\ntry:\n    f()\nexcept Exception:\n    pass",
        "pass",
        ("Exception",),
        ("sql",),
    ),
    "unknown call": (
        "try:\n    elsewhere.send(xs)\nexcept Exception:\n    pass",
        "pass",
        ("Exception",),
        ("action", "call"),
    ),
    "a test for nothing": (
        "try:\n    db.execute('SELECT 1')\nexcept Exception:\n    if xs:\n        pass",
        "pass",
        ("Exception",),
        ("sql",),
    ),
    "into no name": (
        "try:\n    db.execute('SELECT 1')\nexcept Exception as e:\n    _ = e",
        "pass",
        ("Exception",),
        ("sql",),
    ),
    "nothing at stake": ("try:\n    v = int(xs)\nexcept Exception:\n    v = 0", "assign a default", ("Exception",), ()),
}
KEPT = {
    "logged": "try:\n    db.execute('SELECT 1')\nexcept Exception:\n    log.exception('failed')",
    "raised": "try:\n    db.execute('SELECT 1')\nexcept Exception as e:\n    raise RuntimeError from e",
    "raised after a test": "try:\n    db.execute('SELECT 1')\nexcept Exception:\n    if xs:\n        raise",
    "looked at": "try:\n    db.execute('SELECT 1')\nexcept Exception as e:\n    v = e",
    "returned": "try:\n    db.execute('SELECT 1')\nexcept Exception as e:\n    return e",
    "told by a status": "try:\n    db.execute('SELECT 1')\nexcept Exception:\n    return {}, 502",
    "told by words": "try:\n    db.execute('SELECT 1')\nexcept Exception:\n    return {'error': 'no answer'}",
    "told beside nothing": "try:\n    db.execute('SELECT 1')\nexcept Exception:\n    return None, 'no answer'",
    "told to be untrue": "try:\n    db.execute('SELECT 1')\nexcept Exception:\n    return {'ok': False}",
    "handed on": "try:\n    db.execute('SELECT 1')\nexcept Exception:\n    elsewhere.report()",
}


def swallows(tmp_path: Path, body: str) -> list[Swallow]:
    head = "import contextlib, logging, sqlite3\nlog = logging.getLogger()\ndb = sqlite3.connect('x')\n\ndef run(xs, elsewhere):\n"
    (tmp_path / "jobs.py").write_text(head + textwrap.indent(body, "    "), encoding="utf-8")
    found = analyse(["."], wanted=frozenset({Swallow}), root=tmp_path).effects
    return [effect for effect in found if isinstance(effect, Swallow)]


@pytest.mark.parametrize(("body", "handler", "types", "protects"), DROPPED.values(), ids=DROPPED)
def test_an_error_is_dropped(
    tmp_path: Path, body: str, handler: str, types: tuple[str, ...], protects: tuple[str, ...]
) -> None:
    (found,) = swallows(tmp_path, body)
    assert (found.handler, found.types, found.protects) == (handler, types, protects)


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT)
def test_an_error_is_kept(tmp_path: Path, body: str) -> None:
    assert swallows(tmp_path, body) == []
