"""`--diff`: only what a change touches or causes, in whatever file it shows."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from archwright.review.project import review_project
from archwright.review.registry import all_rules
from archwright.source.revision import Repository, RevisionError

RULES = all_rules()

DB = """import sqlite3

def find(name):
    return sqlite3.connect("x").execute("SELECT 1 WHERE a = %s" % name)

def old(request):
    return find(request.args["old"])
"""
VIEWS = """from flask import Flask, request
from app.db import find

app = Flask(__name__)

@app.get("/a")
def a():
    return find("constant")

@app.get("/b")
def b():
    sql = "SELECT 2 WHERE a = '%s'" % request.args["b"]
    return sqlite3.connect("x").execute(sql)
"""


def git(directory: Path, *arguments: str) -> str:
    names = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    environment = {**os.environ, **names, **alone}
    return subprocess.run(
        ["git", "-C", str(directory), *arguments], check=True, capture_output=True, text=True, env=environment
    ).stdout


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    (root / "app").mkdir(parents=True)
    (root / "app" / "__init__.py").touch()
    (root / "app" / "db.py").write_text(DB, encoding="utf-8")
    (root / "app" / "views.py").write_text("import sqlite3\n" + VIEWS, encoding="utf-8")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "one")
    return root


def found(root: Path, revision: str, paths: tuple[str, ...] = (".",)) -> list[tuple[str, int]]:
    reviewed = review_project(paths, RULES, revision=revision, root=root, workers=1)
    return [(finding.path, finding.line) for finding in reviewed.document.findings]


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_changed_nothing_told(repo: Path) -> None:
    reviewed = review_project(["."], RULES, revision="HEAD", root=repo, workers=1)
    assert reviewed.document.findings == ()
    assert (reviewed.document.figures.older, reviewed.document.figures.since) == (1, "HEAD")


def test_what_a_change_causes_in_a_file_it_does_not_touch(repo: Path) -> None:
    edit(repo / "app" / "views.py", 'find("constant")', 'find(request.args["a"])')
    assert found(repo, "main") == [("app/db.py", 4)]


def test_moved_lines_are_no_change_and_touched_ones_are(repo: Path) -> None:
    edit(repo / "app" / "views.py", "app = Flask", "# a\n# b\n\napp = Flask")
    assert found(repo, "HEAD") == []
    edit(repo / "app" / "views.py", "    sql =", "    sql =  ")
    assert found(repo, "HEAD") == [("app/views.py", 17)]


def test_a_renamed_file_is_the_same_and_a_copy_is_new(repo: Path) -> None:
    git(repo, "mv", "app/views.py", "app/pages.py")
    assert found(repo, "HEAD") == []
    git(repo, "mv", "app/pages.py", "app/views.py")
    (repo / "app" / "more.py").write_text("import sqlite3\n" + VIEWS.replace("/b", "/c"), encoding="utf-8")
    assert found(repo, "HEAD") == [("app/more.py", 14)]


def test_a_comment_that_is_taken_away_brings_its_finding_back(repo: Path) -> None:
    comment = "  # archwright: ignore[injection/sql] only in development"
    edit(repo / "app" / "views.py", ".execute(sql)", f".execute(sql){comment}")
    git(repo, "commit", "-qam", "silenced")
    edit(repo / "app" / "views.py", comment, "")
    assert found(repo, "HEAD") == [("app/views.py", 14)]


def test_from_a_directory_below_and_for_some_paths(repo: Path) -> None:
    edit(repo / "app" / "views.py", 'find("constant")', 'find(request.args["a"])')
    (repo / "fresh").mkdir()
    (repo / "fresh" / "x.py").write_text("import sqlite3\n" + VIEWS, encoding="utf-8")
    assert found(repo / "app", "HEAD") == [("db.py", 4)]
    assert found(repo / "app", "HEAD", ("../fresh",)) == [("../fresh/x.py", 14)]
    assert found(repo / "fresh", "HEAD") == [("x.py", 14)]
    with pytest.raises(RevisionError, match="outside of the repository"):
        found(repo, "HEAD", ("..",))


def test_the_change_starts_where_the_branches_parted(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "feature")
    edit(repo / "app" / "views.py", 'find("constant")', 'find(request.args["a"])')
    git(repo, "commit", "-qam", "feature")
    git(repo, "checkout", "-q", "main")
    edit(repo / "app" / "views.py", '"SELECT 2 WHERE', '"SELECT 3 WHERE')
    git(repo, "commit", "-qam", "main goes on")
    git(repo, "checkout", "-q", "feature")
    assert found(repo, "main") == [("app/db.py", 4)]
    git(repo, "checkout", "-q", "main")
    assert found(repo, "main..feature") == [("app/db.py", 4)]
    assert found(repo, "feature..main") == [("app/views.py", 14)]
    assert found(repo, "feature...") == [("app/views.py", 14)]


def test_the_user_s_tree_and_index_are_not_touched_and_nothing_configured_is_run(repo: Path) -> None:
    marker = repo.parent / "ran"
    script = repo.parent / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n", encoding="utf-8")
    script.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "diff.external",
        "filter.x.clean",
        "filter.x.smudge",
        "diff.x.textconv",
        "core.pager",
    ):
        git(repo, "config", key, str(script))
    (repo / ".gitattributes").write_text("*.py filter=x diff=x\n", encoding="utf-8")
    edit(repo / "app" / "views.py", 'find("constant")', 'find(request.args["a"])')
    index = (repo / ".git" / "index").read_bytes()
    assert found(repo, "HEAD") == [("app/db.py", 4)]
    assert not marker.exists()
    assert (repo / ".git" / "index").read_bytes() == index


def test_what_git_cannot_tell_is_said(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RevisionError, match="knows no commit 'nope'"):
        found(repo, "nope")
    with pytest.raises(RevisionError, match="knows no commit '--output=x'"):
        found(repo, "--output=x")
    git(repo, "commit", "-q", "--allow-empty", "-m", "two")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repo}", "shallow")
    with pytest.raises(RevisionError, match="in this shallow clone") as caught:
        found(tmp_path / "shallow", "HEAD~1")
    assert "--unshallow" in caught.value.advice
    (tmp_path / "plain").mkdir()
    with pytest.raises(RevisionError, match="in no git repository"):
        found(tmp_path / "plain", "HEAD")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RevisionError, match="git is not installed"):
        Repository(repo)
