"""A project is built, edited, and built again: nothing of the user's is lost, and nothing of an old migration changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.brief import parse_brief
from archwright.build.baseline import PATH as BASELINE
from archwright.build.error import BuildError
from archwright.build.project import build_project
from archwright.build.report import BuildReport
from archwright.design import design
from archwright.model.blueprint import Blueprint

BRIEF = """
system: notes
roles:
  writer: {from: oidc, entity: Person}
entities:
  Person: {id: uuid, email: email unique pii, count: 1k}
  Note: {id: uuid, person: -> Person, title: text max 80, count: 10k}
operations:
  write_note: {write: Note, rate: 1/s, who: writer owns person}
  my_notes: {read: Note, by: person, sort: title, rate: 1/s, who: writer owns person}
"""


def blueprint(*changes: tuple[str, str]) -> Blueprint:
    text = BRIEF
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return design(parse_brief(text))


FIELD = ("title: text max 80", "title: text max 80, pinned: bool default false")


def build(root: Path, *changes: tuple[str, str]) -> BuildReport:
    return build_project(blueprint(*changes), root)


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that was built once."""
    build(tmp_path)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_same_blueprint_gives_the_same_bytes(tmp_path: Path) -> None:
    build(tmp_path / "one")
    build(tmp_path / "other")
    assert tree(tmp_path / "one") == tree(tmp_path / "other")


def test_a_dry_run_tells_the_same_and_writes_nothing(tmp_path: Path) -> None:
    dry = build_project(blueprint(), tmp_path, dry_run=True)
    assert not list(tmp_path.iterdir())
    assert dry == build(tmp_path)


def test_a_second_build_changes_nothing(project: Path) -> None:
    before = tree(project)
    report = build(project)
    assert not report.changed
    assert not report.migrations
    assert tree(project) == before


def test_edits_and_changes_of_the_brief_are_both_kept(project: Path) -> None:
    module = project / "notes/operations/my_notes.py"
    edit(module, '"""A page of Note', '"""Edited: a page of Note')
    edit(module, "import APIRouter", "import APIRouter  # edited")
    own = project / "notes/domain/write_note.py"
    edit(own, '    """Called in', '    written["seen"] = True\n    """Called in')
    (project / "notes/domain/helper.py").write_text("ANSWER = 42\n")
    report = build(project, FIELD)
    assert report.conflicts == ()
    assert "notes/operations/my_notes.py" in report.merged
    text = module.read_text("utf-8")
    assert '"""Edited: a page of Note' in text
    assert "pinned" in text
    assert 'written["seen"] = True' in own.read_text("utf-8")
    assert (project / "notes/domain/helper.py").read_text() == "ANSWER = 42\n"


def test_where_both_changed_the_same_line_both_versions_stand_marked(project: Path) -> None:
    module = project / "notes/operations/my_notes.py"
    edit(module, "SELECT id, person_id, title\n", "SELECT id, person_id, upper(title) AS title\n")
    report = build(project, FIELD)
    assert {conflict.path for conflict in report.conflicts} == {"notes/operations/my_notes.py"}
    lines = module.read_text("utf-8").splitlines()
    for conflict in report.conflicts:
        assert lines[conflict.line - 1] == "<<<<<<< yours"
    assert "SELECT id, person_id, upper(title) AS title" in lines
    assert "SELECT id, person_id, title, pinned" in lines
    with pytest.raises(BuildError, match=r"notes/operations/my_notes\.py:\d+ still holds a marked conflict"):
        build(project, FIELD)


def test_what_the_user_deleted_stays_deleted_and_is_told(project: Path) -> None:
    (project / "Dockerfile").unlink()
    assert build(project, FIELD).deleted == ("Dockerfile",)
    assert build(project).deleted == ("Dockerfile",)
    assert not (project / "Dockerfile").exists()


def test_what_is_gone_from_the_brief_is_removed_unless_it_was_edited(project: Path) -> None:
    gone = ("  my_notes: {read: Note, by: person, sort: title, rate: 1/s, who: writer owns person}\n", "")
    report = build(project, gone)
    assert "notes/operations/my_notes.py" in report.removed
    assert not (project / "notes/operations/my_notes.py").exists()


def test_an_edited_file_that_is_gone_from_the_brief_is_left_and_told(project: Path) -> None:
    edit(project / "notes/operations/my_notes.py", "A page of Note", "A page of notes")
    gone = ("  my_notes: {read: Note, by: person, sort: title, rate: 1/s, who: writer owns person}\n", "")
    assert build(project, gone).left == ("notes/operations/my_notes.py",)
    assert (project / "notes/operations/my_notes.py").exists()


def test_windows_line_ends_survive_a_merge(project: Path) -> None:
    module = project / "notes/operations/my_notes.py"
    module.write_bytes(module.read_bytes().replace(b"\n", b"\r\n"))
    report = build(project, FIELD)
    assert report.conflicts == ()
    content = module.read_bytes()
    assert b"pinned" in content
    assert content.count(b"\n") == content.count(b"\r\n")


def test_a_new_field_is_a_new_migration_and_the_old_one_stays(project: Path) -> None:
    first = (project / "migrations/versions/0001_initial.py").read_bytes()
    report = build(project, FIELD)
    assert report.migrations == ("migrations/versions/0002_add_notes_pinned.py",)
    assert (project / "migrations/versions/0001_initial.py").read_bytes() == first
    text = (project / report.migrations[0]).read_text("utf-8")
    assert 'down_revision = "0001"' in text
    assert "ADD COLUMN pinned boolean DEFAULT false NOT NULL" in text
    assert "pinned boolean" in (project / "schema.sql").read_text("utf-8")


def test_a_migration_of_the_users_own_is_followed(project: Path) -> None:
    own = project / "migrations/versions/0002_own.py"
    own.write_text('revision = "abc"\ndown_revision = "0001"\n')
    report = build(project, FIELD)
    assert report.migrations == ("migrations/versions/0003_add_notes_pinned.py",)
    assert 'down_revision = "abc"' in (project / report.migrations[0]).read_text("utf-8")


def test_a_change_that_needs_a_person_is_refused_before_anything_is_written(project: Path) -> None:
    before = tree(project)
    with pytest.raises(BuildError, match=r"notes\.pinned: is new, required and has no default"):
        build(project, ("title: text max 80", "title: text max 80, pinned: bool"))
    assert tree(project) == before


def test_a_field_that_is_gone_stays_in_the_database_and_no_longer_has_to_be_given(project: Path) -> None:
    report = build(project, ("title: text max 80, ", ""), ("sort: title, ", ""))
    assert any("column notes.title" in text for text in report.held)
    assert "ALTER COLUMN title DROP NOT NULL" in (project / report.migrations[0]).read_text("utf-8")
    again = build(project, ("title: text max 80, ", ""), ("sort: title, ", ""))
    assert not again.migrations
    assert not again.changed


def test_a_first_build_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine\n")
    with pytest.raises(BuildError, match=r"README\.md exists and was not written by archwright"):
        build(tmp_path)
    assert tree(tmp_path) == {"README.md": b"mine\n"}


def test_a_damaged_baseline_is_said(project: Path) -> None:
    (project / BASELINE).write_text("{")
    with pytest.raises(BuildError, match="is damaged"):
        build(project)


def test_a_file_that_is_no_text_is_said_and_left(project: Path) -> None:
    (project / "README.md").write_bytes(b"\xff\xfe")
    with pytest.raises(BuildError, match=r"README\.md is not UTF-8"):
        build(project)
    assert (project / "README.md").read_bytes() == b"\xff\xfe"


def test_nothing_is_written_through_a_link_out_of_the_project(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    versions = project / "migrations/versions"
    for path in versions.iterdir():
        path.rename(outside / path.name)
    versions.rmdir()
    versions.symlink_to(outside)
    with pytest.raises(BuildError, match="leads out of the project"):
        build(project, FIELD)


def test_what_is_not_built_is_told(tmp_path: Path) -> None:
    night = ("operations:\n", "operations:\n  night: {read: Note, scan: all, every: 1d}\n")
    assert build(tmp_path / "with", night).unbuilt == ("night",)
    assert build(tmp_path / "without").unbuilt == ()


def test_a_read_over_a_reference_to_many_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    changes = (
        ("  Note:", "  Tag: {name: text max 20}\n  Note:"),
        ("title: text max 80", "title: text max 80, tags: -> many Tag"),
        ("operations:\n", "operations:\n  note: {read: [Note, Tag], by: id, who: writer owns person}\n"),
    )
    with pytest.raises(BuildError, match="note reads Tag by a reference to many"):
        build(tmp_path, *changes)
    assert tree(tmp_path) == {}


def test_a_write_of_a_reference_to_many_is_refused(tmp_path: Path) -> None:
    changes = (
        ("  Note:", "  Tag: {name: text max 20}\n  Note:"),
        ("title: text max 80", "title: text max 80, tags: -> many Tag"),
        ("operations:\n", "operations:\n  mark: {write: Note.tags, who: writer owns person}\n"),
    )
    with pytest.raises(BuildError, match="mark changes no column of Note"):
        build(tmp_path, *changes)
    assert tree(tmp_path) == {}
