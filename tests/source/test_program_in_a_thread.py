import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from archwright.model.effect import Interpret
from archwright.source import flows
from archwright.source.program import Program, analyse

CODE = """
import sqlite3

def find(name):
    return sqlite3.connect("a.db").execute("SELECT id FROM t WHERE name = '" + name + "'")
"""


@pytest.fixture
def beside_a_thread() -> Iterator[None]:
    """A second thread, as a server has: workers are then spawned and see nothing of their parent."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    yield
    done.set()
    thread.join()


def _analyse(directory: Path) -> Program:
    return analyse(["."], root=directory, wanted=frozenset({Interpret}), workers=2)


def test_a_project_in_several_parts_is_followed_beside_other_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(flows, "_PART_BYTES", 1)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.py").write_text(CODE, encoding="utf-8")
    alone = _analyse(tmp_path)
    request.getfixturevalue("beside_a_thread")
    beside = _analyse(tmp_path)
    assert len(beside.effects) == 3
    assert beside.effects == alone.effects
    assert beside.notes == ()
