"""A key that was looked up in a mapping which the code writes down is one of its keys from there on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]
KINDS = """
from collections import defaultdict

KINDS = {"outlier": {"columns": ["a"]}, "tpm": {"columns": ["b"]}}
ANY = defaultdict(dict)
FILLED = {}
"""
FLASK = """
from flask import Flask, request
from kinds import ANY, FILLED, KINDS

app = Flask(__name__)

@app.post("/load")
def load():
    return fill(request.json["kind"], request.json["other"])

def fill(kind, other):
    BODY
    with open("/srv/loads/" + kind, "w") as file:
        file.write("done")
    return ""
"""
FASTAPI = """
from fastapi import FastAPI
from pydantic import BaseModel
import kinds
from kinds import ANY, FILLED, KINDS

app = FastAPI()

class Load(BaseModel):
    kind: str
    other: str

@app.post("/load")
def load(body: Load):
    kind, other = body.kind, body.other
    BODY
    with open("/srv/loads/" + kind, "w") as file:
        file.write("done")
"""
HOLDS = [
    "config = KINDS[kind]",
    'columns = KINDS[kind]["columns"]',
    "columns = list(KINDS[kind].keys())\n    config = KINDS[kind].copy()",
]
BROKEN = [
    "pass",
    "config = KINDS[other]",
    "config = KINDS.get(kind)",
    "config = ANY[kind]",
    "config = FILLED[kind]",
    "KINDS = request.json\n    config = KINDS[kind]",
    "try:\n        config = KINDS[kind]\n    except KeyError:\n        config = None",
    "config = KINDS[kind] if other else None",
]


@pytest.mark.parametrize("code", [FLASK, FASTAPI])
@pytest.mark.parametrize(("body", "count"), [*((each, 0) for each in HOLDS), *((each, 1) for each in BROKEN)])
def test_the_key(told: Told, code: str, body: str, count: int) -> None:
    files = {"kinds.py": KINDS, "app.py": code.replace("BODY", body)}
    assert len(told(files, "files/path-traversal")) == count
