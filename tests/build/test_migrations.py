"""Migrations run: the second build's leads from the first one's schema to the new one, and both lead back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archwright.brief import parse_brief
from archwright.build.error import BuildError
from archwright.build.migration import migrate
from archwright.build.project import build_project
from archwright.design import design
from archwright.model.physical import CheckConstraint, Column, Table
from archwright.run.postgres import Postgres

BEFORE = """
system: notes
entities:
  Person: {id: uuid, name: text max 80, count: 1k}
  Note: {id: uuid, person: -> Person, state: draft|done default draft, title: text max 80, old: int, count: 10k}
operations:
  notes: {read: Note, by: person, sort: title, rate: 1/s, who: anyone}
  write_note: {write: Note, rate: 1/s, who: anyone}
  write_person: {write: Person, rate: 1/s, who: anyone}
"""
AFTER = """
system: notes
entities:
  Person: {id: uuid, name: text max 80 unique, email: email optional, count: 1k}
  Note: {id: uuid, person: -> Person, state: draft|done|kept default draft, title: text max 120 search, stars: int >=0 default 0,
    topic: -> Topic optional, count: 10k}
  Topic: {id: uuid, name: text unique, parent: -> Topic optional, count: 10}
operations:
  notes: {read: Note, by: person, sort: -stars, rate: 1/s, who: anyone}
  find: {read: Note, match: title, rate: 1/s, who: anyone}
  write_note: {write: Note, rate: 1/s, who: anyone}
  write_topic: {write: Topic, rate: 1/s, who: anyone}
"""


def run(folder: Path, url: str, *command: str) -> str:
    kept = {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**kept, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_changed_brief_migrates_a_database_with_rows(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.ensure_database("migrations")
    build_project(design(parse_brief(BEFORE)), tmp_path)
    run(tmp_path, url, "alembic", "upgrade", "head")
    seed = (
        "import asyncio, asyncpg, os\n"
        "from tests import rows\n"
        "async def main():\n"
        "    connection = await asyncpg.connect(os.environ['DATABASE_URL'])\n"
        "    await rows.notes(connection)\n"
        "    await connection.close()\n"
        "asyncio.run(main())\n"
    )
    (tmp_path / "seed.py").write_text(seed)
    run(tmp_path, url, "seed")
    report = build_project(design(parse_brief(AFTER)), tmp_path)
    assert len(report.migrations) == 1
    assert any("notes.old" in sentence for sentence in report.held)
    run(tmp_path, url, "alembic", "upgrade", "head")
    run(tmp_path, url, "seed")
    (tmp_path / "seed.py").unlink()
    run(tmp_path, url, "ruff", "check", ".")
    run(tmp_path, url, "ruff", "format", "--check", ".")
    assert " passed" in run(tmp_path, url, "pytest", "-q", "tests/test_schema.py", "tests/test_every_operation.py")
    run(tmp_path, url, "alembic", "downgrade", "base")
    run(tmp_path, url, "alembic", "upgrade", "head")


def table(*columns: Column, checks: tuple[CheckConstraint, ...] = ()) -> Table:
    return Table(
        name="t", columns=(Column(name="id", type="bigint", identity=True), *columns), key=("id",), checks=checks
    )


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (Column(name="a", type="integer"), Column(name="a", type="bigint"), "the type changes from integer to bigint"),
        (Column(name="a", type="text", nullable=True), Column(name="a", type="text"), "becomes required"),
        (Column(name="a", type="text"), Column(name="b", type="text"), "is new, required and has no default"),
    ],
)
def test_what_could_lose_or_refuse_rows_is_left_to_a_person(old: Column, new: Column, reason: str) -> None:
    with pytest.raises(BuildError, match=reason):
        migrate((table(old),), (table(new),), {})


def test_colons_in_literals_are_no_parameters() -> None:
    check = CheckConstraint(name="t_a", expression="a IN ('x', ' :y', 'b::c')")
    made = migrate((), (table(Column(name="a", type="text"), checks=(check,)),), {})
    assert made is not None
    assert "' \\\\:y'" in made.text
    assert "'b::c'" in made.text


def test_several_ends_of_the_migrations_are_said() -> None:
    existing = {
        "migrations/versions/0001_a.py": 'revision = "a"\ndown_revision = None\n',
        "migrations/versions/0002_b.py": 'revision = "b"\ndown_revision = "a"\n',
        "migrations/versions/0002_c.py": 'revision = "c"\ndown_revision = "a"\n',
    }
    with pytest.raises(BuildError, match=r"several ends \(b, c\)"):
        migrate((), (table(),), existing)
