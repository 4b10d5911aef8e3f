"""Small programs, and where their data goes: what reaches an SQL text, by which way, and what is clean."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from archwright.model.effect import Interpret
from archwright.model.value import Clean, Use
from archwright.source.flow.engine import Engine
from archwright.source.program import Program, analyse

HEAD = """
import sqlite3
from flask import Flask, request
app = Flask(__name__)
db = sqlite3.connect("x")
"""


def program(tmp_path: Path, files: dict[str, str]) -> Program:
    for name, text in files.items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text), encoding="utf-8")
    return analyse(["."], wanted=frozenset({Interpret}), root=tmp_path)


def states(tmp_path: Path, files: dict[str, str]) -> set[Clean]:
    effects = program(tmp_path, files).effects
    assert effects, "the program runs SQL"
    return {effect.text.state(Use.SQL_TEXT) for effect in effects if isinstance(effect, Interpret)}


def handler(body: str, before: str = "") -> dict[str, str]:
    return {
        "app.py": HEAD
        + textwrap.dedent(before)
        + '\n@app.post("/x/<name>/<int:number>")\ndef x(name, number):\n'
        + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    }


DIRTY = {
    "f-string": 'db.execute(f"SELECT {name}")',
    "percent": 'db.execute("SELECT %s" % name)',
    "percent tuple": 'db.execute("SELECT %s %s" % ("a", name))',
    "format": 'db.execute("SELECT {}".format(name))',
    "concatenation": 'sql = "SELECT "\nsql += name\ndb.execute(sql)',
    "join": 'db.execute("SELECT " + ",".join(["a", name]))',
    "text methods": 'db.execute("SELECT " + name.strip().lower().replace("a", "b"))',
    "one branch": 'v = "a"\nif number:\n    v = name\ndb.execute("SELECT " + v)',
    "loop": 'sql = "SELECT 1"\nfor part in request.args.getlist("p"):\n    sql += part\ndb.execute(sql)',
    "carried by a loop": 'a = b = ""\nfor _ in request.args:\n    a = b\n    b = name\ndb.execute("SELECT " + a)',
    "dictionary": 'd = {"k": name, "c": "x"}\ndb.execute("SELECT " + d["k"])',
    "list": 'v = []\nv.append("a")\nv.append(name)\ndb.execute("SELECT " + v[1])',
    "popped": 'v = ["a", name, "b"]\nv.pop(0)\ndb.execute("SELECT " + v[0])',
    "tuple": 'a, b = "x", name\ndb.execute("SELECT " + b)',
    "exception": 'try:\n    v = name\nexcept ValueError:\n    v = "a"\ndb.execute("SELECT " + v)',
    "with": 'with open("f") as f:\n    v = name\ndb.execute("SELECT " + v)',
    "conditional": 'db.execute("SELECT " + (name if number else "a"))',
    "or": 'v = name or "a"\ndb.execute("SELECT " + v)',
    "walrus": 'if (v := request.args.get("a")):\n    db.execute("SELECT " + v)',
    "comprehension": 'db.execute("SELECT " + ",".join([f"{p}" for p in request.form.values()]))',
    "lambda": 'f = lambda v: "SELECT " + v\ndb.execute(f(name))',
    "nested function": 'def f():\n    return "SELECT " + name\ndb.execute(f())',
    "json body": 'db.execute("SELECT " + request.get_json()["a"]["b"])',
    "header": 'db.execute("SELECT " + request.headers["X"])',
    "match": 'match number:\n    case 1:\n        v = "a"\n    case _:\n        v = name\ndb.execute("SELECT " + v)',
    "wrong test": 'if name in request.args:\n    db.execute("SELECT " + name)',
    "cursor": 'c = db.cursor()\nc.execute("SELECT " + name)',
    "unknown receiver": 'g.execute("SELECT " + name)',
}
CLEAN = {
    "bound": 'db.execute("SELECT ?", (name,))',
    "number": 'db.execute(f"SELECT {number}")',
    "converted": 'db.execute(f"SELECT {int(name)}")',
    "length": 'db.execute(f"SELECT {len(name)}")',
    "placeholders": 'db.execute("SELECT x IN (%s)" % ",".join(["?"] * len(name)), name)',
    "allow-list": 'if name not in ("a", "b"):\n    raise ValueError(name)\ndb.execute("SELECT " + name)',
    "allow-list, branch": 'v = "a"\nif name in {"a", "b"}:\n    v = name\ndb.execute("SELECT " + v)',
    "mapping": 'columns = {"a": "x", "b": "y"}\ndb.execute("SELECT " + columns[name])',
    "compared": 'if name == "a":\n    db.execute("SELECT " + name)\nelse:\n    db.execute("SELECT 1")',
    "other key": 'd = {"k": name, "c": "x"}\ndb.execute("SELECT " + d["c"])',
    "other index": 'v = ["a", name]\ndb.execute("SELECT " + v[0])',
    "overwritten": 'v = name\nv = "a"\ndb.execute("SELECT " + v)',
    "dead branch": 'v = name if 7 * 6 > 50 else "a"\ndb.execute("SELECT " + v)',
    "match on a constant": 'v = "ABC"[1]\nmatch v:\n    case "A":\n        w = name\n    case _:\n        w = "b"\ndb.execute("SELECT " + w)',
    "digits": 'if name.isdigit():\n    db.execute("SELECT " + name)\nelse:\n    db.execute("SELECT 0")',
    "%d": 'db.execute("SELECT %d" % name)',
}


@pytest.mark.parametrize("body", DIRTY.values(), ids=DIRTY)
def test_data_from_outside_reaches_the_text(tmp_path: Path, body: str) -> None:
    assert Clean.DIRTY in states(tmp_path, handler(body))


@pytest.mark.parametrize("body", CLEAN.values(), ids=CLEAN)
def test_what_is_clean_stays_clean(tmp_path: Path, body: str) -> None:
    assert states(tmp_path, handler(body)) == {Clean.CLEAN}


def test_an_unknown_function_silences(tmp_path: Path) -> None:
    body = 'import elsewhere\ndb.execute("SELECT " + elsewhere.quote(name))'
    assert states(tmp_path, handler(body)) == {Clean.UNKNOWN}


ACROSS = {
    "through a function": ("def f(v):\n    return 'SELECT ' + v", "db.execute(f(name))"),
    "into a function": ("def f(v):\n    db.execute('SELECT ' + v)", "f(name)"),
    "three deep": (
        "def f(v):\n    g(v)\ndef g(v):\n    h(w=v)\ndef h(*, w):\n    db.execute('SELECT ' + w)",
        "f(name)",
    ),
    "keyword spread": ("def f(**kw):\n    db.execute('SELECT ' + kw['a'])", "f(a=name)"),
    "argument spread": ("def f(*args):\n    db.execute('SELECT ' + args[1])", "f('x', name)"),
    "through a class": (
        "class R:\n    def __init__(self, v):\n        self.v = v\n    def run(self):\n        db.execute('SELECT ' + self.v)",
        "R(name).run()",
    ),
    "inherited": (
        "class A:\n    def run(self, v):\n        db.execute(self.text(v))\nclass B(A):\n    def text(self, v):\n        return 'SELECT ' + v",
        "B().run(name)",
    ),
    "closure": ("def f(v):\n    def g():\n        db.execute('SELECT ' + v)\n    g()", "f(name)"),
    "method as a value": (
        "class R:\n    def run(self, v):\n        db.execute('SELECT ' + v)",
        "run = R().run\nrun(name)",
    ),
    "handed to constructors": (
        (
            "class R:\n    def __init__(self, db):\n        self.db = db\n    def run(self, v):\n        self.db.execute('SELECT ' + v)\n"
            "class S:\n    def __init__(self, r):\n        self.r = r\n    def run(self, v):\n        self.r.run(v)\n"
            "service = S(R(db))"
        ),
        "service.run(name)",
    ),
    "partial": ("from functools import partial\ndef f(a, v):\n    db.execute('SELECT ' + v)", "partial(f, 1)(name)"),
    "map": ("def f(v):\n    return 'x' + v", "db.execute('SELECT ' + ','.join(map(f, request.args.values())))"),
    "dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass D:\n    a: str\n    b: str",
        "d = D(a='x', b=name)\ndb.execute('SELECT ' + d.b)",
    ),
    "generator": ("def f(v):\n    yield 'SELECT ' + v", "for sql in f(name):\n    db.execute(sql)"),
    "module constant and a parameter": (
        "SQL = 'SELECT {}'\ndef f(v):\n    return SQL.format(v)",
        "db.execute(f(name))",
    ),
}


@pytest.mark.parametrize(("before", "body"), ACROSS.values(), ids=ACROSS)
def test_data_is_followed_across_functions(tmp_path: Path, before: str, body: str) -> None:
    assert Clean.DIRTY in states(tmp_path, handler(body, before))


@pytest.mark.parametrize(("before", "body"), ACROSS.values(), ids=ACROSS)
def test_a_helper_is_judged_by_each_call(tmp_path: Path, before: str, body: str) -> None:
    clean = body.replace("name", "'fixed'").replace("request.args.values()", "['a']")
    assert Clean.DIRTY not in states(tmp_path, handler(clean, before))


def test_the_way_through_files_is_told_in_the_order_of_execution(tmp_path: Path) -> None:
    found = program(
        tmp_path,
        {
            "shop/__init__.py": "",
            "shop/web.py": """
                from flask import Flask, request
                from shop import lookup
                app = Flask(__name__)

                @app.get("/find")
                def find():
                    return lookup.by_code(request.args["code"])
            """,
            "shop/lookup.py": """
                from .store import run as execute

                def by_code(code):
                    return execute("SELECT 1 WHERE code = '" + code + "'")
            """,
            "shop/store.py": """
                import sqlite3

                def run(sql):
                    return sqlite3.connect("x").cursor().execute(sql).fetchall()
            """,
        },
    )
    (dirty,) = [e for e in found.effects if isinstance(e, Interpret) and e.text.state(Use.SQL_TEXT) is Clean.DIRTY]
    (origin,) = dirty.text.origins
    assert origin.name == "query parameter 'code'"
    assert [step.place.path for step in origin.steps] == [
        "shop/web.py",
        "shop/web.py",
        "shop/lookup.py",
        "shop/lookup.py",
    ]
    assert (dirty.place.path, dirty.place.line) == ("shop/store.py", 5)
    assert found.operations_reaching("shop.store.run") == ("GET /find",)


def test_what_a_protocol_declares_is_unknown(tmp_path: Path) -> None:
    before = "class Store:\n    def find(self, key): ...\ndef f(store: Store, v):\n    if store.find(v):\n        db.execute('SELECT ' + v)"
    assert Clean.DIRTY in states(tmp_path, handler("f(elsewhere, name)", before))


def test_what_an_heir_overrides_is_unknown(tmp_path: Path) -> None:
    before = (
        "class Base:\n    def allowed(self):\n        return False\n    def stop(self):\n        raise ValueError\n"
        "    def run(self, v):\n        self.stop()\n        if self.allowed():\n            db.execute('SELECT ' + v)\n"
        "class Heir(Base):\n    def allowed(self):\n        return True\n    def stop(self):\n        pass\n"
    )
    assert Clean.DIRTY in states(tmp_path, handler("Base().run(name)", before))


CIRCLES = {
    "list": "v = []\nv.append(v)",
    "two lists": "v, w = [], []\nv.append(w)\nw.append(v)\nfor x in v:\n    for y in x:\n        w.append(y)",
    "dictionary": "v = {}\nv['a'] = v\nw = {'b': v}\nv['c'] = w",
    "update": "v = {}\nv.update(a=v, b={'c': v})\nfor k, x in v.items():\n    v[k] = x",
    "attribute": "v = Node()\nv.next = v\nw = Node()\nw.next = v\nv.next = w\nfor x in v.next.next:\n    pass",
    "walk": "todo = [{'a': []}]\nwhile todo:\n    at = todo.pop()\n    at['a'].append(todo)\n    todo.append(at)",
}


@pytest.mark.parametrize("body", CIRCLES.values(), ids=CIRCLES)
def test_data_in_a_circle_is_followed_to_the_end(tmp_path: Path, body: str) -> None:
    before = "class Node:\n    def __init__(self):\n        self.next = None"
    found = program(tmp_path, handler(f"{body}\ndb.execute('SELECT ' + name)", before))
    assert [note.message for note in found.notes] == []
    assert len(found.effects) == 1


def test_a_unit_that_cannot_be_followed_is_told_and_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Engine.summary

    def summary(self: Engine, unit: int, spec: Any = (), depth: int = 0) -> Any:
        if self.project.unit_name(unit) == "app.broken":
            raise RecursionError
        return whole(self, unit, spec, depth)

    monkeypatch.setattr(Engine, "summary", summary)
    found = program(tmp_path, handler('db.execute("SELECT " + name)', "def broken():\n    pass\n"))
    assert len(found.effects) == 1
    (note,) = found.notes
    assert (note.path, note.line) == ("app.py", 6)
    assert note.message.startswith("broken was not followed: RecursionError")


def test_recursion_ends(tmp_path: Path) -> None:
    before = "def f(v, n):\n    if n:\n        return g(v, n - 1)\n    return 'SELECT ' + v\ndef g(v, n):\n    return f(v, n)"
    assert Clean.DIRTY in states(tmp_path, handler("db.execute(f(name, 3))", before))


def test_the_same_program_gives_the_same_effects(tmp_path: Path) -> None:
    files = handler("\n".join(DIRTY.values()))
    assert program(tmp_path, files).effects == program(tmp_path, files).effects
