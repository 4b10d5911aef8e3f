"""`files/path-traversal`: who calls, as a header says it, is what a gateway found out, and not the caller's choice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

APP = """
from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Customer(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    folder = db.Column(db.Text)

@app.post("/customers")
def sign_up():
    db.session.add(Customer(folder=request.headers["NAME"]))
    db.session.commit()
    return "", 204

@app.get("/customers/<int:number>")
def report(number):
    return open("/srv/" + db.session.get(Customer, number).folder + "/report").read()
"""


@pytest.mark.parametrize(("name", "confidence"), [("X-Identity", "low"), ("X-Org-Id", "low"), ("X-Folder", "high")])
def test_who_calls_is_told_by_a_gateway(told: Told, name: str, confidence: str) -> None:
    (found,) = told({"app.py": APP.replace("NAME", name)}, "files/path-traversal")
    assert found.endswith(confidence)
