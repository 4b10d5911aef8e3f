"""Names that stand in SQL: those that a class declares, and those that a sender chooses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "injection/sql"
CODE = """
import sqlite3
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

app = FastAPI()

class Badge(BaseModel):
    id: int | None = None
    name: str | None = None
    extra: dict | None = None

class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str | None = None

def change(badge: {model}, db: sqlite3.Connection):
{body}

@app.patch("/badges/{{number}}")
def update(badge: {model}, number: int):
    return change(badge, sqlite3.connect("badges.db"))
"""
KEYS = """
    given = badge.{dump}
    wanted = {{key: given[key] for key in given.keys() if key not in ["id"]}}
    sets = ", ".join(f"{{key}} = :{{key}}" for key in {keys})
    db.execute(f"UPDATE badges SET {{sets}}", wanted)
"""


@pytest.mark.parametrize("keys", ["wanted.keys()", "given.keys()", "given", "wanted"])
@pytest.mark.parametrize("dump", ["dict(exclude_unset=True)", "model_dump()"])
@pytest.mark.parametrize(("model", "found"), [("Badge", False), ("Open", True)])
def test_keys_of_a_model(model: str, found: bool, dump: str, keys: str, findings: Find) -> None:
    code = CODE.format(model=model, body=KEYS.format(dump=dump, keys=keys))
    assert bool(findings(RULE, code)) is found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("', '.join(f'{key} = :{key}' for key, value in given.items())", False),
        ("', '.join(f'{key} = {value!r}' for key, value in given.items())", True),
        ("', '.join(f'{key} = 1' for key in given['extra'])", True),
        ("', '.join(f'{key} = 1' for key in badge.extra.keys())", True),
        ("f\"name = '{given['name']}'\"", True),
    ],
)
def test_what_stands_beside_the_keys(line: str, found: bool, findings: Find) -> None:
    body = f"    given = badge.model_dump()\n    sets = {line}\n    db.execute('UPDATE badges SET ' + sets, given)\n"
    assert bool(findings(RULE, CODE.format(model="Badge", body=body))) is found
