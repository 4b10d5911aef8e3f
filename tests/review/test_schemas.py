"""What a JSON Schema says of a property holds once a call has held data against it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

APP = """
import jsonschema
from flask import Flask, abort, request
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = Flask(__name__)
session = Session(create_engine("sqlite://"))
LISTED = {"type": "object", "properties": {"size": {"type": "integer", "maximum": 100}, "page": {"type": "integer"}, "by": {"type": "string"}}}

class Order(DeclarativeBase):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)

def check(data, schema):
    errors = list(jsonschema.Draft7Validator(schema).iter_errors(data))
    if errors:
        raise ValueError(errors)

def look(data, schema):
    return data.keys() & schema["properties"].keys()

@app.get("/orders")
def orders():
    asked = {"size": request.args.get("size", type=int), "page": request.args["page"], "by": request.args["by"]}
    CHECK
    return USE
"""
FETCH = "str(session.query(Order).limit(asked['NAME']).all())"


@pytest.mark.parametrize(
    ("check", "name", "count"),
    [
        ("check(asked, LISTED)", "size", 0),
        ("jsonschema.validate(asked, LISTED)", "size", 0),
        ("check(asked, LISTED)", "page", 1),
        ("look(asked, LISTED)", "size", 1),
    ],
)
def test_a_maximum_bounds(told: Told, check: str, name: str, count: int) -> None:
    code = APP.replace("CHECK", check).replace("USE", FETCH.replace("NAME", name))
    assert len(told({"app.py": code}, "limits/page-size")) == count


@pytest.mark.parametrize(("name", "count"), [("page", 0), ("by", 1)])
def test_a_number_holds_no_tags(told: Told, name: str, count: int) -> None:
    code = APP.replace("CHECK", "check(asked, LISTED)").replace("USE", f"f'<b>{{asked[{name!r}]}}</b>'")
    assert len(told({"app.py": code}, "injection/html")) == count


RUN = """
import subprocess
from flask import Flask, request

app = Flask(__name__)

@app.post("/run")
def run():
    subprocess.run([PROGRAM, "-c", "print(" + repr(request.form["text"]) + ")"])
    return "", 204
"""


@pytest.mark.parametrize(("program", "count"), [("'python3'", 0), ("'bash'", 1)])
def test_a_literal_of_python_is_one_for_python_alone(told: Told, program: str, count: int) -> None:
    assert len(told({"app.py": RUN.replace("PROGRAM", program)}, "injection/command")) == count
