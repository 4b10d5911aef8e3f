"""What leads out of a folder: parts of names that hold no dot or no separator, what was signed, the bytes of a file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import FileAccess
from archwright.model.value import Clean, Use
from archwright.source.program import Program

Make = Callable[..., Program]
FLASK = """
import os
import uuid
from flask import Flask, request

app = Flask(__name__)
FOLDER = "/srv/uploads"

@app.post("/")
def upload():
    name = request.files["file"].filename
    {body}
"""
FASTAPI = """
import shutil
import jwt
from fastapi import FastAPI, File, UploadFile

app = FastAPI()
SECRET = "x"

@app.post("/")
def upload(image: {kind} = File(...)):
    shutil.copy(image, "/srv/image")

@app.get("/")
def download(token: str):
    open({claims}["file"])
"""


def states(made: Program) -> list[Clean]:
    return [each.path.state(Use.PATH) for each in made.effects if isinstance(each, FileAccess)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("open(os.path.join(FOLDER, 'x.' + name.rsplit('.', 1)[-1]))", Clean.CLEAN),
        ("open(os.path.join(FOLDER, 'x.' + name.split('.')[1]))", Clean.CLEAN),
        ("open(FOLDER + '/' + name.replace('.', ''))", Clean.CLEAN),
        ("open(FOLDER + '/' + name.split('/')[1])", Clean.CLEAN),
        ("open(FOLDER + '/' + '_'.join(name.split('..')))", Clean.DIRTY),
        ("open(FOLDER + '/' + '_'.join(name.split('.')))", Clean.CLEAN),
        ("open(FOLDER + '/' + '.'.join(name.split('.')))", Clean.DIRTY),
        ("open(FOLDER + '/' + '_'.join(name.split('/')))", Clean.CLEAN),
        ("open(FOLDER + '/' + name.split('.', 1)[1])", Clean.DIRTY),
        ("open(os.path.join(FOLDER, name.rsplit('.', 1)[-1]))", Clean.DIRTY),
    ],
)
def test_parts_without_dots_lead_to_no_parent(program: Make, body: str, expected: Clean) -> None:
    assert states(program({"app.py": FLASK.format(body=body)}, FileAccess)) == [expected]


def test_the_bytes_of_a_file_are_not_its_name(program: Make) -> None:
    claims = "jwt.decode(token, SECRET, algorithms=['HS256'])"
    held, name = (FASTAPI.format(kind=kind, claims=claims) for kind in ("bytes", "UploadFile"))
    assert Clean.DIRTY not in states(program({"app.py": held}, FileAccess))
    assert Clean.DIRTY in states(program({"app.py": name}, FileAccess))


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ("jwt.decode(token, SECRET, algorithms=['HS256'])", False),
        ("jwt.decode(token, options={'verify_signature': False})", True),
        ("jwt.decode(token, SECRET, algorithms=['none'])", True),
    ],
)
def test_the_claims_of_a_token_are_the_services_where_it_is_verified(
    program: Make, claims: str, expected: bool
) -> None:
    made = program({"app.py": FASTAPI.format(kind="bytes", claims=claims)}, FileAccess)
    assert (Clean.DIRTY in states(made)) is expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("'/' in name", Clean.CLEAN),
        ("'/' in name or '\\\\' in name", Clean.CLEAN),
        ("os.sep in name", Clean.CLEAN),
        ("'\\\\' in name", Clean.DIRTY),
        ("'/' not in name", Clean.DIRTY),
        ("'.' in name", Clean.DIRTY),
    ],
)
@pytest.mark.parametrize("place", ["here", "helper"])
def test_a_name_in_which_separators_are_refused_is_one_part_of_a_path(
    program: Make, place: str, test: str, expected: Clean
) -> None:
    helper = f"def refuse(name):\n    if {test}:\n        raise ValueError(name)\n"
    check = f"if {test}:\n        raise ValueError" if place == "here" else "refuse(name)"
    text = FLASK.format(body=f"{check}\n    open(os.path.join(FOLDER, name))") + helper
    (effect,) = (each for each in program({"app.py": text}, FileAccess).effects if isinstance(each, FileAccess))
    assert effect.path.state(Use.SEGMENT) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("found = next((each for each in files() if each.name == name), None)", Clean.CLEAN),
        ("found = next((each for each in files() if name == each['name']), None)", Clean.CLEAN),
        ("found = next((each for each in request.json if each['name'] == name), None)", Clean.DIRTY),
        ("found = next((each for each in files() if each.name != name), None)", Clean.DIRTY),
    ],
)
@pytest.mark.parametrize("test", ["not found", "found is None"])
def test_a_name_by_which_something_of_the_service_was_found_is_known(
    program: Make, source: str, test: str, expected: Clean
) -> None:
    body = f"{source}\n    if {test}:\n        raise ValueError(name)\n    open(os.path.join(FOLDER, name))"
    assert states(program({"app.py": FLASK.format(body=body)}, FileAccess)) == [expected]
