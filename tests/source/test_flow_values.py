"""What a value may be: containers by place and key, what is left of a loop at its `break`, names that are computed."""

from pathlib import Path

import pytest

from archwright.model.effect import Interpret
from archwright.model.value import Clean, Use
from archwright.source.program import analyse

HEAD = """
import base64, configparser, io, os, platform, sqlite3, sys
from flask import Flask, request
import shop
app = Flask(__name__)
db = sqlite3.connect("x")

@app.post("/x/<name>")
def x(name):
    """
SHOP = """
class Card:
    def __init__(self):
        self.kind = "card"
    def pay(self, text):
        return text

class Cash:
    def pay(self, text):
        return "" + text

class Free:
    def pay(self, text):
        return "free"

class Till:
    def on_card(self, text):
        return text
    def on_cash(self, text):
        return "cash"
    def close(self, text):
        return "closed"

def by_name(kind):
    import shop
    return getattr(shop, kind)()
"""

DIRTY = {
    "found, and left": """found = ""
    for key in request.form.keys():
        if key.startswith("q"):
            found = key
            break
    db.execute("SELECT " + found)""",
    "found, and on": """found = "a"
    for key in request.form.keys():
        if key.startswith("q"):
            found = key
            continue
        print(key)
    db.execute("SELECT " + found)""",
    "left for ever": """found = "a"
    while True:
        if request.args:
            found = name
            break
    db.execute("SELECT " + found)""",
    "an inner loop's break": """found = "a"
    for _ in range(3):
        for _ in range(3):
            found = name
            break
    db.execute("SELECT " + found)""",
    "a parser's option": """parser = configparser.ConfigParser()
    parser.add_section("s")
    parser.set("s", "A", "fixed")
    parser.set("s", "B", name)
    db.execute("SELECT " + parser.get("s", "b"))""",
    "a parser's section": """parser = configparser.ConfigParser()
    parser.read_string(name)
    db.execute("SELECT " + parser["s"]["k"])""",
    "base64 there and back": """coded = base64.b64encode(name.encode())
    db.execute("SELECT " + base64.b64decode(coded).decode())""",
    "a class by its name": """db.execute("SELECT " + shop.by_name(os.environ["KIND"]).pay(name))""",
    "a method by its name": """db.execute("SELECT " + getattr(shop.Till(), f"on_{request.args['k']}")(name))""",
    "a class of a dictionary": """kinds = {"a": shop.Card, "b": shop.Free}
    db.execute("SELECT " + kinds[request.args["k"]]().pay(name))""",
    "what this system runs": """if sys.platform != "win32":
        db.execute("SELECT " + name)
    else:
        db.execute("SELECT 1")""",
    "a copy made after": """text = name
    other = text
    text = "a"
    db.execute("SELECT " + other)""",
    "written to a stream": """out = io.StringIO()
    out.write("SELECT ")
    out.write(name)
    db.execute(out.getvalue())""",
    "lines written to a stream": """out = io.StringIO("SELECT ")
    out.writelines(request.form.getlist("l"))
    db.execute(out.read())""",
    "in a thread": """import threading
    def run(text, *, more=""):
        db.execute("SELECT " + text + more)
    threading.Thread(target=run, args=("a",), kwargs={"more": name}).start()""",
    "in an executor": """from concurrent.futures import ThreadPoolExecutor
    def run(text):
        db.execute("SELECT " + text)
    with ThreadPoolExecutor() as pool:
        pool.submit(run, name)""",
    "each in an executor": """from concurrent.futures import ThreadPoolExecutor
    def run(text):
        return "SELECT " + text
    for sql in ThreadPoolExecutor().map(run, request.form.getlist("l")):
        db.execute(sql)""",
    "inserted": """parts = ["a"]
    parts.insert(0, name)
    db.execute("SELECT " + parts[0])""",
}
CLEAN = {
    "found, and overwritten": """found = ""
    for key in request.form.keys():
        if key:
            found = key
            break
    found = "a"
    db.execute("SELECT " + found)""",
    "another option": """parser = configparser.ConfigParser()
    parser.set("s", "a", "fixed")
    parser.set("s", "b", name)
    db.execute("SELECT " + parser.get("s", "a"))""",
    "another section": """parser = configparser.ConfigParser()
    parser.set("s", "a", "fixed")
    parser.set("t", "a", name)
    db.execute("SELECT " + parser["s"]["a"])""",
    "a number of a parser": """parser = configparser.ConfigParser()
    parser.set("s", "a", name)
    db.execute(f"SELECT {parser.getint('s', 'a')}")""",
    "no method of that name does it": """db.execute("SELECT " + getattr(shop.Till(), f"clos{request.args['k']}")(name))""",
    "another system": """if platform.system() == "Windows":
        db.execute("SELECT " + name)
    else:
        db.execute("SELECT 1")""",
    "a copy made before": """text = "a"
    other = text
    text = name
    db.execute("SELECT " + other)""",
    "written to another stream": """out, other = io.StringIO(), io.StringIO()
    out.write("SELECT 1")
    other.write(name)
    db.execute(out.getvalue())""",
    "taken back": """out = io.StringIO()
    out.write(name)
    out.truncate(0)
    out.write("SELECT 1")
    db.execute(out.getvalue())""",
    "moved by insert": """parts = [name]
    parts.insert(0, "a")
    db.execute("SELECT " + parts[0])""",
}


def states(tmp_path: Path, body: str) -> set[Clean]:
    (tmp_path / "app.py").write_text(HEAD + body, encoding="utf-8")
    (tmp_path / "shop.py").write_text(SHOP, encoding="utf-8")
    effects = analyse(["."], wanted=frozenset({Interpret}), root=tmp_path).effects
    return {e.text.state(Use.SQL_TEXT) for e in effects if isinstance(e, Interpret)}


@pytest.mark.parametrize("body", DIRTY.values(), ids=DIRTY)
def test_data_from_outside_arrives(tmp_path: Path, body: str) -> None:
    assert Clean.DIRTY in states(tmp_path, body)


@pytest.mark.parametrize("body", CLEAN.values(), ids=CLEAN)
def test_what_does_not_arrive(tmp_path: Path, body: str) -> None:
    assert states(tmp_path, body) == {Clean.CLEAN}


@pytest.mark.parametrize(("path", "parameters", "state"), [
    ("/x", "", Clean.CLEAN), ("/x/<path:rest>", "rest", Clean.DIRTY),
])  # fmt: skip
def test_the_path_of_a_handler_without_parameters_is_not_the_senders(
    tmp_path: Path, path: str, parameters: str, state: Clean
) -> None:
    (tmp_path / "app.py").write_text(
        "import sqlite3\nfrom flask import Flask, request\napp = Flask(__name__)\n"
        f"@app.get('{path}')\ndef x({parameters}):\n    sqlite3.connect('x').execute('SELECT ' + request.path.split('/')[1])\n"
    )
    (effect,) = analyse(["."], wanted=frozenset({Interpret}), root=tmp_path).effects
    assert isinstance(effect, Interpret)
    assert effect.text.state(Use.SQL_TEXT) is state
