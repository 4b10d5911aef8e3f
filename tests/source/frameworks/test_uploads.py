"""Uploaded files: where they are kept, and what their names can do, by library."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import FileAccess
from archwright.model.value import Clean, Use
from archwright.source.program import Program

Make = Callable[..., Program]

FLASK = """
import os
from pathlib import Path
from flask import Flask, request

app = Flask(__name__)

@app.post("/photo")
def photo():
    {}
"""
DJANGO = {
    "urls.py": "from django.urls import path\nimport views\nurlpatterns = [path('photo/', views.photo)]\n",
    "views.py": "import json\nimport os\n\ndef keep(sent):\n    open('/srv/' + sent.name, 'wb')\n\ndef photo(request):\n    {}\n",
}


def states(program: Program) -> list[tuple[str, Clean]]:
    return [
        (effect.kind, effect.path.state(Use.SEGMENT)) for effect in program.effects if isinstance(effect, FileAccess)
    ]


@pytest.mark.parametrize(
    "code",
    [
        'request.files["photo"].save("/srv/" + request.files["photo"].filename)',
        'sent = request.files.get("photo"); sent.save(os.path.join("/srv", sent.filename))',
        'for sent in request.files.getlist("photo"): sent.save(f"/srv/{sent.filename}")',
        'sent = request.files["photo"]; open("/srv/" + sent.filename, "wb").write(sent.read())',
        'sent = request.files["photo"]; (Path("/srv") / sent.filename).open("xb").write(sent.read())',
        'sent = request.files["photo"]; open("/srv/" + sent.filename, mode="a")',
    ],
)
def test_flask_writes_a_file_under_the_name_that_was_sent(program: Make, code: str) -> None:
    assert states(program({"app.py": FLASK.format(code)}, FileAccess)) == [("write", Clean.DIRTY)]


def test_a_helper_saves_what_it_is_given(program: Make) -> None:
    code = "keep(request.files['photo'])\n\ndef keep(sent):\n    sent.save('/srv/' + sent.filename)\n"
    found = states(program({"app.py": FLASK.format(code)}, FileAccess))
    assert ("write", Clean.DIRTY) in found


@pytest.mark.parametrize(
    "code", ["form.save(request.args['name'])", "storage.save('/' + request.args['name'], 'content')"]
)
def test_other_things_are_saved_too(program: Make, code: str) -> None:
    assert states(program({"app.py": FLASK.format(code)}, FileAccess)) == []


@pytest.mark.parametrize("mode", ["", ", 'rb'", ", mode='r'"])
def test_a_file_is_read_where_its_mode_says_nothing_else(program: Make, mode: str) -> None:
    assert states(program({"app.py": FLASK.format(f"open(request.args['name']{mode})")}, FileAccess)) == [
        ("read", Clean.DIRTY)
    ]


def test_the_ending_of_a_name_holds_no_separator(program: Make) -> None:
    code = "open('/srv/photo' + os.path.splitext(request.args['name'])[1])"
    assert states(program({"app.py": FLASK.format(code)}, FileAccess)) == [("read", Clean.CLEAN)]


@pytest.mark.parametrize(
    "code",
    [
        "keep(request.FILES['photo'])",
        "open('/srv/' + request.FILES['photo'].name, 'wb')",
        "open('/srv/' + request.FILES.get('photo').name, 'wb')",
        "for sent in request.FILES.getlist('photo'): open('/srv/' + sent.name, 'wb')",
        "open('/srv/' + request.FILES.pop('photo', [])[0].name, 'wb')",
        "for name, sent in request.FILES.items(): open('/srv/' + sent.name, 'wb')",
    ],
)
def test_django_keeps_the_last_part_of_the_name(program: Make, code: str) -> None:
    files = {"urls.py": DJANGO["urls.py"], "views.py": DJANGO["views.py"].format(code)}
    assert {state for kind, state in states(program(files, FileAccess)) if kind == "write"} <= {
        Clean.CLEAN,
        Clean.UNKNOWN,
    }
    assert ("write", Clean.CLEAN) in states(program(files, FileAccess))


@pytest.mark.parametrize(
    "code",
    [
        "open('/srv/' + json.load(request.FILES['photo'])['path'])",
        "open('/srv/' + request.FILES['photo'].read().decode())",
        "for name, sent in request.FILES.items(): open('/srv/' + name, 'wb')",
    ],
)
def test_what_a_file_of_django_holds_is_the_senders(program: Make, code: str) -> None:
    files = {"urls.py": DJANGO["urls.py"], "views.py": DJANGO["views.py"].format(code)}
    assert Clean.DIRTY in {state for _, state in states(program(files, FileAccess))}


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("'/srv/photo.' + request.args['name'].split('.')[1]", Clean.CLEAN),
        ("'/srv/photo.' + request.args['name'].split('.')[-1]", Clean.CLEAN),
        ("'/srv/photo.' + request.args['name'].rsplit('.', 1)[1].lower()", Clean.CLEAN),
        ("'/srv/photo.' + request.args['name'].rsplit('.', 1)[0]", Clean.DIRTY),
        ("'/srv/photo.' + request.args['name'].split('.', 1)[1]", Clean.DIRTY),
        ("'/srv/photo.' + '.'.join(request.args['name'].split('.'))", Clean.DIRTY),
        ("request.args['name'].split('.')[1]", Clean.DIRTY),
    ],
)
def test_what_stands_between_two_dots_leads_to_no_parent(program: Make, code: str, state: Clean) -> None:
    assert states(program({"app.py": FLASK.format(f"open({code})")}, FileAccess)) == [("read", state)]
