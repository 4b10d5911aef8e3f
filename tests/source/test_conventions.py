"""Conventions: what prose can be read for, what configuration and code tell."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from archwright.source.survey import survey
from archwright.source.survey.prose import Said, kind_of, read_prose


def bans(text: str) -> list[tuple[str, ...]]:
    return [said.things for said in read_prose(text) if said.kind == "ban"]


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("Do not use `print`; use `logging`.", ("print",)),
        ("- **Never** call `os.system` unless a test needs it.", ("os.system",)),
        ("Handlers must not import `app.db` or `app.cache`.", ("app.db", "app.cache")),
        ("Use `httpx`, don't use `requests` here.", ("requests",)),
        ("`pickle.loads` is forbidden.", ("pickle.loads",)),
        ("No `eval()` anywhere", ("eval()",)),
        ("Never call os.system or run_shell() in views.", ("os.system", "run_shell()")),
        ("Please don\u2019t add `type: ignore`.", ("type: ignore",)),
        ("Services never return `Response` objects.", ("Response",)),
    ],
)
def test_a_sentence_that_forbids_something_code_shows_is_a_ban(text: str, things: tuple[str, ...]) -> None:
    assert bans(text) == [things]


@pytest.mark.parametrize(
    "text",
    [
        "Views don't need `select_related`: the table handles it.",
        "Never commit without running `scripts/test`.",
        "Don't be afraid to ask. Use `logging`.",
        "Do not hesitate; see `docs/x.md` if unsure.",
        "We do not accept issues by GitHub.",
        "Never write to example.com or read README.md.",
        "```\ndo not call `x`\n```",
    ],
)
def test_what_tells_how_things_are_or_names_nothing_is_none(text: str) -> None:
    assert bans(text) == []


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("pytest -q tests", "tests"),
        ("$ uv run pytest", "tests"),
        ("DJANGO_SETTINGS_MODULE=x python manage.py test", "tests"),
        ("docker compose run --rm web pytest", "tests"),
        ("python -m unittest", "tests"),
        ("make test", "tests"),
        ("poetry run ruff format .", "format"),
        ("ruff check .", "lint"),
        (".venv/bin/mypy --strict src", "types"),
        ("make lint", "lint"),
        ("pip install pytest", None),
        ("git commit", None),
        ("make deploy", None),
    ],
)
def test_commands_are_known_by_the_tool_they_run(command: str, kind: str | None) -> None:
    assert kind_of(command) == kind


def test_commands_stand_in_fences_and_spans_and_bans_are_none() -> None:
    text = textwrap.dedent(
        """\
        # Tests
        Run `pytest -q` first; `pytest` is a tool.

        ```bash
        $ ruff check .  # all of it
        ```

        ```python
        pytest.main()
        ```

        Never run `ruff format .` on old files.
        """
    )
    assert read_prose(text) == (
        Said(kind="tests", text="pytest -q", line=2),
        Said(kind="lint", text="ruff check .", line=5),
        Said(kind="ban", text="Never run `ruff format .` on old files.", line=12, things=("ruff format .",)),
    )


FILES = {
    "pyproject.toml": """
        [project]
        name = "shop"
        dependencies = ["fastapi>=0.115", "dishka"]
        [dependency-groups]
        dev = ["pytest"]
        [tool.ruff]
        line-length = 99
        [tool.ruff.lint]
        select = ["E", "S"]
        ignore = ["S101"]
        """,
    "Makefile": "install:\n\tpip install .\ntest: install\n\tpytest\n",
    "AGENTS.md": "Never call `print`.\n\n    x\n\nRun `pytest -q`.\n",
    "CLAUDE.md": "Never call `print`.\n\n    x\n\nRun `pytest -q`.\n",
    "shop/services/AGENTS.md": "Services must not import `shop.routers`.\n",
    "shop/services/orders.py": """
        class Repository:
            pass

        class Orders:
            def __init__(self, repository: Repository, limit: int) -> None:
                self.repository = repository
        """,
    "shop/routers/orders.py": """
        from typing import Annotated
        from fastapi import Depends, FastAPI
        app = FastAPI()

        def session(): ...

        @app.get("/a")
        def a(db: Annotated[object, Depends(session)]): ...

        @app.get("/b")
        def b(db=Depends(session)): ...
        """,
    "tests/conftest.py": "import pytest\n@pytest.fixture\ndef x(): ...\n",
    "tests/test_a.py": """
        from unittest import TestCase
        def test_one(): ...
        class T(TestCase):
            def test_two(self): ...
        """,
}


def test_the_conventions_of_a_project_with_their_places(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    facts = survey(tmp_path, workers=1)[0].system.facts
    assert [(str(each), str(each.place or "")) for each in facts.conventions] == [
        ("framework: FastAPI >=0.115", "pyproject.toml:3"),
        ("layers: routers, services", ""),
        ("injection: dishka", "pyproject.toml:3"),
        ("injection: FastAPI Depends (2 functions)", ""),
        ("injection: constructors (1 classes)", ""),
        ("tests: pytest", "pyproject.toml:5"),
        ("test style: 2 files: functions (1), methods of TestCase classes (1), fixtures (1)", ""),
        ("ruff rules: E, S, without S101", "pyproject.toml"),
        ("line length: 99", "pyproject.toml"),
        ("command: tests: make test", "Makefile:3"),
        ("instructions: AGENTS.md", "AGENTS.md"),
        ("ban: Never call `print`.", "AGENTS.md:1"),
        ("command: tests: pytest -q", "AGENTS.md:5"),
        ("instructions: shop/services/AGENTS.md", "shop/services/AGENTS.md"),
        ("ban: Services must not import `shop.routers`.", "shop/services/AGENTS.md:1"),
    ]
