"""Checks of data from outside: which of them make it clean, here and in the caller, and which do not."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from archwright.model.effect import Interpret
from archwright.model.value import Clean, Use
from archwright.source.program import analyse

HEAD = """
import re, sqlite3, sys
import elsewhere
from flask import Flask, abort, request
app = Flask(__name__)
db = sqlite3.connect("x")
ALLOWED = {"a", "b"}
NAME = re.compile(r"^[a-z_]+$")

def must(x):
    if x not in ALLOWED:
        raise ValueError(x)

def one_of(x, allowed):
    if x not in allowed:
        abort(400)
    return x

def is_good(x):
    return x in ALLOWED

def is_name(x):
    return bool(NAME.match(x))

def is_good_too(x):
    if x in ALLOWED:
        return True
    return False

def problem(x):
    if x not in ALLOWED:
        return "bad"
    return None

def stop():
    abort(400)

def some(x, strict):
    if strict and x not in ALLOWED:
        raise ValueError(x)

def unmade(x):
    raise NotImplementedError

def must_have(data, create):
    data["id"] = data.pop("old", "")
    if create and "by" not in data:
        raise ValueError("by")
    if "by" in data:
        if not NAME.match(data["by"]):
            raise ValueError(data["by"])
        data["by"] = data["by"].lower()

def replaces(data):
    if data["by"] not in ALLOWED:
        raise ValueError(data["by"])
    data["by"] = data["other"]

class Sorting:
    def __init__(self, by):
        self.by = by
        self.check()

    def check(self):
        if self.by not in ALLOWED:
            raise ValueError(self.by)

@app.get("/<s>/<t>")
def view(s, t):
"""
RUN = 'db.execute("SELECT " + s)'
CLEAN = {
    "abort": f"if s not in ALLOWED:\n    abort(400)\n{RUN}",
    "exit": f"if s not in ALLOWED:\n    sys.exit(1)\n{RUN}",
    "a helper that aborts": f"if s not in ALLOWED:\n    stop()\n{RUN}",
    "or abort": f"s in ALLOWED or abort(400)\n{RUN}",
    "a helper that raises": f"must(s)\n{RUN}",
    "a helper that raises, caught": f"try:\n    must(s)\nexcept ValueError:\n    return 'bad'\n{RUN}",
    "a list handed over": f"one_of(s, ('a', 'b'))\n{RUN}",
    "a list handed over, returned": 'db.execute("SELECT " + one_of(s, ("a", "b")))',
    "an answer": f"if not is_good(s):\n    return 'bad'\n{RUN}",
    "an answer, written out": f"if is_good_too(s):\n    {RUN}\nelse:\n    db.execute('SELECT ?', (s,))",
    "an answer in a name": f"good = is_good(s)\nif not good:\n    abort(400)\n{RUN}",
    "an answer of a pattern": f"if not is_name(s):\n    abort(400)\n{RUN}",
    "an error or none": f"error = problem(s)\nif error is not None:\n    return error\n{RUN}",
    "fullmatch": f"if not re.fullmatch('[a-z_]+', s):\n    abort(400)\n{RUN}",
    "a compiled pattern": f"if NAME.match(s) is None:\n    abort(400)\n{RUN}",
    "a match in a name": f"m = NAME.match(s)\nif not m:\n    abort(400)\n{RUN}",
    "forbidden characters": f"if re.search('[^a-z]', s):\n    abort(400)\n{RUN}",
    "an item": 'if request.args["s"] not in ALLOWED:\n    abort(400)\ndb.execute("SELECT " + request.args["s"])',
    "an item by get": 'if request.args.get("s") in ALLOWED:\n    db.execute("SELECT " + request.args.get("s"))',
    "an item, in a function": 'd = request.get_json()\nmust_have(d, True)\ndb.execute("SELECT " + d.get("by"))',
    "an item, by name": 'd = request.get_json()\nmust_have(data=d, create=s)\ndb.execute("SELECT " + d["by"])',
    "an attribute, in a method": 'db.execute("SELECT " + Sorting(s).by)',
    "lower case": f"if s.lower() not in ALLOWED:\n    abort(400)\n{RUN}",
    "one or the other": f"if s == 'a' or s in ALLOWED:\n    {RUN}\nelse:\n    db.execute('SELECT ?', (s,))",
    "all": 'names = request.args.getlist("n")\nif not all(n in ALLOWED for n in names):\n    abort(400)\ndb.execute("SELECT " + ",".join(names))',
    "any": 'names = request.args.getlist("n")\nif any(n not in ALLOWED for n in names):\n    abort(400)\ndb.execute("SELECT " + ",".join(names))',
    "subset": 'names = set(request.args.getlist("n"))\nif not names <= ALLOWED:\n    abort(400)\ndb.execute("SELECT " + ",".join(names))',
    "nothing left over": 'names = request.args.getlist("n")\nmore = set(names) - ALLOWED\nif more:\n    abort(400)\ndb.execute("SELECT " + ",".join(names))',
    "every name": 'names = request.args.getlist("n")\nfor n in names:\n    if n not in ALLOWED:\n        abort(400)\ndb.execute("SELECT " + ",".join(names))',
    "every key": 'd = request.get_json()\nfor k, v in d.items():\n    if k not in ALLOWED:\n        abort(400)\ndb.execute("SELECT " + ",".join(d))',
    "common": 'names = set(request.args.getlist("n")) & ALLOWED\ndb.execute("SELECT " + ",".join(names))',
    "common, by method": 'names = ALLOWED.intersection(request.args.getlist("n"))\ndb.execute("SELECT " + ",".join(names))',
    "filter": 'names = filter(lambda n: n in ALLOWED, request.args.getlist("n"))\ndb.execute("SELECT " + ",".join(names))',
    "the list's own method": 'names = filter(ALLOWED.__contains__, request.args.getlist("n"))\ndb.execute("SELECT " + ",".join(names))',
    "keys let through": 'd = {k: v for k, v in request.get_json().items() if k in ALLOWED}\ndb.execute("SELECT " + ",".join(d))',
    "a number asked for": 'n = request.args.get("n", 1, type=int)\ndb.execute(f"SELECT {n}")',
    "quotes doubled": """db.execute("SELECT '" + s.replace("'", "''") + "'")""",
    "a check from outside": f"if not elsewhere.is_valid_name(s):\n    abort(400)\n{RUN}",
    "checks that differ on two ways": f'if t:\n    if ".." in s:\n        abort(400)\nelse:\n    must(s)\nif s not in ALLOWED:\n    abort(400)\n{RUN}',
}
DIRTY = {
    "a refused parent": f'if ".." in s:\n    abort(400)\n{RUN}',
    "not looked at": f"is_good(s)\n{RUN}",
    "another variable": f"must(t)\n{RUN}",
    "on one way only": f"some(s, False)\n{RUN}",
    "the sender's list": f"if s not in request.args.getlist('a'):\n    abort(400)\n{RUN}",
    "no leaving": f"if s not in ALLOWED:\n    print(s)\n{RUN}",
    "not held at the end": f"if not re.match('[a-z]+', s):\n    abort(400)\n{RUN}",
    "anything": f"if not re.fullmatch('.+', s):\n    abort(400)\n{RUN}",
    "the wrong answer": f"if is_good(s):\n    abort(400)\n{RUN}",
    "either of two": f"if s in ALLOWED or t:\n    {RUN}",
    "put there later": 'd = dict(s=s)\nif d["s"] not in ALLOWED:\n    abort(400)\nd["s"] = t\ndb.execute("SELECT " + d["s"])',
    "keys not let through": 'd = {k: v for k, v in request.get_json().items()}\ndb.execute("SELECT " + ",".join(d))',
    "values of keys let through": 'd = {k: v for k, v in request.get_json().items() if k in ALLOWED}\ndb.execute("SELECT " + ",".join(d.values()))',
    "another quote": """db.execute("SELECT '" + s.replace("'", "") + "'")""",
    "a template": 'from string import Template\ndb.execute(Template("SELECT $s").substitute(s=s))',
    "what a lambda sees": 'run = lambda: db.execute("SELECT " + s)\nrun()',
    "some names": 'names = request.args.getlist("n")\nfor n in names:\n    if n == t:\n        break\n    if n not in ALLOWED:\n        abort(400)\ndb.execute("SELECT " + ",".join(names))',
    "names that are told": 'names = request.args.getlist("n")\nfor n in names:\n    if n not in ALLOWED:\n        print(n)\ndb.execute("SELECT " + ",".join(names))',
    "common to both of the sender's": 'names = set(request.args.getlist("n")) & set(request.args.getlist("m"))\ndb.execute("SELECT " + ",".join(names))',
    "text of an object": 'class T:\n    def __init__(self, v):\n        self.v = v\n    def __str__(self):\n        return self.v\ndb.execute(f"SELECT {T(s)}")',
    "another item": 'if request.args["t"] not in ALLOWED:\n    abort(400)\ndb.execute("SELECT " + request.args["s"])',
    "another item than in a function": 'd = request.get_json()\nmust_have(d, True)\ndb.execute("SELECT " + d["other"])',
    "an item put there by a function": 'd = request.get_json()\nreplaces(d)\ndb.execute("SELECT " + d["by"])',
    "an item put there since": 'd = request.get_json()\nmust_have(d, True)\nd["by"] = s\ndb.execute("SELECT " + d["by"])',
    "what heirs make": f"unmade(s)\n{RUN}",
    "assigned after the check": f"must(s)\ns = t\n{RUN}",
    "an old answer": f"good = is_good(s)\ngood = True\nif good:\n    {RUN}",
}


def states(tmp_path: Path, body: str) -> set[Clean]:
    (tmp_path / "app.py").write_text(HEAD + textwrap.indent(body, "    "), encoding="utf-8")
    effects = analyse(["."], wanted=frozenset({Interpret}), root=tmp_path).effects
    return {effect.text.state(Use.SQL_TEXT) for effect in effects if isinstance(effect, Interpret)}


@pytest.mark.parametrize("body", CLEAN.values(), ids=CLEAN)
def test_what_passed_a_check_is_not_dirty(tmp_path: Path, body: str) -> None:
    found = states(tmp_path, body)
    assert found
    assert Clean.DIRTY not in found


@pytest.mark.parametrize("body", DIRTY.values(), ids=DIRTY)
def test_what_passed_no_check_stays_dirty(tmp_path: Path, body: str) -> None:
    assert Clean.DIRTY in states(tmp_path, body)
