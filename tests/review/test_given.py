"""Arguments that code puts into a text by hand, in code that nothing in the program calls."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from archwright.model.finding import Confidence
from archwright.review.project import review_project
from archwright.review.registry import all_rules

RULES = tuple(
    rule
    for rule in all_rules()
    if rule.name in ("injection/sql", "injection/nosql", "injection/command", "injection/template", "injection/code")
)
STORE = """import sqlite3
from typing import Any

db = sqlite3.connect("app.db")

"""
QUOTED = {
    "an f-string": "def f(key):\n    db.execute(f\"SELECT 1 FROM t WHERE a = '{key}'\")",
    "percent": "def f(key):\n    db.execute(\"SELECT 1 FROM t WHERE a = '%s'\" % key)",
    "percent by name": "def f(key):\n    db.execute(\"SELECT 1 FROM t WHERE a = '%(k)s'\" % {'k': key})",
    "format": "def f(key):\n    db.execute(\"SELECT 1 FROM t WHERE a = '{k}' AND b = {n}\".format(n=1, k=key))",
    "a sum": 'def f(key):\n    db.execute("SELECT 1 FROM t WHERE a LIKE \'%" + key + "%\'")',
    "repr": "def f(key):\n    db.execute(f'SELECT 1 FROM t WHERE a = {key!r}')",
    "double quotes": "def f(key):\n    db.execute(f'SELECT 1 FROM t WHERE a = \"{key}\"')",
    "a list of them": "def f(keys):\n    known = ', '.join(f\"'{key}'\" for key in keys)\n"
    "    db.execute(f'SELECT 1 FROM t WHERE a IN ({known})')",
    "a list between quotes": 'def f(keys):\n    db.execute("SELECT 1 FROM t WHERE a IN (\'" + "\',\'".join(keys) + "\')")',
    "built up": "def f(key=None):\n    sql = 'SELECT 1 FROM t'\n    if key:\n        sql += f\" WHERE a = '{key}'\"\n"
    "    db.execute(sql)",
    "names and values": "def f(wanted):\n    sql = 'SELECT 1 FROM t WHERE TRUE'\n    for name, value in wanted.items():\n"
    "        sql += f\" AND {name} = '{value}'\"\n    db.execute(sql)",
    "a mapping of anything": "def f(wanted: dict[str, Any]):\n    for value in wanted.values():\n"
    "        db.execute(f\"SELECT 1 FROM t WHERE a = '{value}'\")",
    "anything": "def f(key: Any):\n    db.execute(f\"SELECT 1 FROM t WHERE a = '{key}'\")",
    "on one of two ways": "def f(wanted):\n    parts = []\n    for name, value in wanted.items():\n        if isinstance(value, str):\n"
    "            parts.append(f\"{name}='{value}'\")\n        else:\n            parts.append(f'{name}={value}')\n"
    "    db.execute('SELECT 1 FROM t WHERE ' + ' AND '.join(parts))",
    "a condition that holds values": "def f(condition):\n    for name in condition:\n"
    "        db.execute(f\"SELECT 1 FROM t WHERE a = '{condition[name]}'\")",
    "behind a loop that ends by itself": "def f(key):\n    more = True\n    while more:\n        more = bool(key.pop())\n"
    "    db.execute(f\"SELECT 1 FROM t WHERE a = '{key}'\")",
    "a helper that runs it": "def f(key):\n    run(f\"SELECT 1 FROM t WHERE a = '{key}'\")\n\ndef run(sql):\n    db.execute(sql)",
    "a helper that builds it": "def where(key):\n    return f\"a = '{key}'\"\n\ndef f(key):\n"
    "    db.execute('SELECT 1 FROM t WHERE ' + where(key))",
    "a point in time or a text": "from datetime import datetime\n\ndef where(at):\n    return f\"a = '{at}'\"\n\ndef f(at: datetime | str):\n"
    "    db.execute('SELECT 1 FROM t WHERE ' + where(at))",
    "texts by name": "def where(at):\n    return f\"a = '{at}'\"\n\ndef f(*keys: str):\n"
    "    db.execute('SELECT 1 FROM t WHERE ' + where(keys[0]))",
    "a new type of text": "from typing import NewType\n\nKey = NewType('Key', str)\n\ndef where(at):\n    return f\"a = '{at}'\"\n\n"
    "def f(key: Key):\n    db.execute('SELECT 1 FROM t WHERE ' + where(key))",
    "what an object was made with": "def where(at):\n    return f\"a = '{at}'\"\n\nclass Store:\n    def __init__(self, since: str):\n"
    "        self.since = since\n\n    def f(self):\n        db.execute('SELECT 1 FROM t WHERE ' + where(self.since))",
    "a format that is given": "def f(at, form):\n    db.execute(f\"SELECT 1 FROM t WHERE a = '{at.strftime(form)}'\")",
}
DECLARED = "def where(at):\n    return f\"SELECT 1 FROM t WHERE a = '{at}'\"\n\n"
FINE = {
    "bound": "def f(key):\n    db.execute('SELECT 1 FROM t WHERE a = ?', (key,))",
    "a number": "def f(key: int):\n    db.execute(f\"SELECT 1 FROM t WHERE a = '{key}'\")",
    "made a number": "def f(key):\n    db.execute(f\"SELECT 1 FROM t WHERE a = '{int(key)}'\")",
    "%d": "def f(key):\n    db.execute(\"SELECT 1 FROM t WHERE a = '%d'\" % key)",
    "doubled quotes": 'def f(key):\n    key = key.replace("\'", "\'\'")\n    db.execute(f"SELECT 1 FROM t WHERE a = \'{key}\'")',
    "quotes behind backslashes": "def f(key):\n    key = key.replace('\\\\', '\\\\\\\\').replace(\"'\", \"\\\\'\")\n"
    "    db.execute(f\"SELECT 1 FROM t WHERE a = '{key}'\")",
    "doubled where it is a text": 'def f(key):\n    if isinstance(key, str):\n        key = key.replace("\'", "\'\'")\n'
    "        where = f\"a='{key}'\"\n    else:\n        where = f'a={key}'\n    db.execute('SELECT 1 FROM t WHERE ' + where)",
    "what the database told": "def f(cursor):\n    db.execute(f\"SELECT kill(pid) FROM t WHERE pid = '{cursor.fetchone()[0]}'\")",
    "the keys of a mapping": "def f(wanted):\n    for name, value in wanted.items():\n"
    "        db.execute(f\"SELECT 1 FROM t WHERE data->>'{name}' = ?\", (value,))",
    "a session of the server's": "def f(query_id):\n    db.execute(f\"CALL runtime.kill_query(query_id => '{query_id}')\")",
    "no text on the way without doubled quotes": 'def f(key):\n    key = key.replace("\'", "\'\'") if isinstance(key, str) else key\n'
    "    db.execute(f\"SELECT 1 FROM t WHERE a = '{key}'\")",
    "one of a list": "def f(key):\n    if key not in ('a', 'b'):\n        raise ValueError\n"
    "    db.execute(f\"SELECT 1 FROM t WHERE a = '{key}'\")",
    "a table": "def f(table):\n    db.execute(f\"SELECT 1 FROM {table} WHERE kind = 'order'\")",
    "a quoted table": 'def f(table):\n    db.execute(f\'SELECT 1 FROM "{table}" ORDER BY "{table}"\')',
    "a comment": 'def f(table):\n    db.execute(f"SELECT 1 -- don\'t\\nFROM {table}")',
    "a pragma": "def f(table):\n    db.execute(f\"PRAGMA table_info('{table}')\")",
    "a function over a file": "def f(path):\n    db.execute(f\"CREATE TABLE t AS SELECT * FROM read_csv('{path}')\")",
    "what can't be bound": "def f(path):\n    db.execute(f\"ATTACH DATABASE '{path}' AS other\")",
    "constants of all callers": "def f(key):\n    db.execute(f\"SELECT 1 FROM t WHERE a = '{key}'\")\n\n"
    "def g():\n    f('a')\n    f('b')",
    "a point in time": f"from datetime import datetime\nfrom typing import Optional\n\n{DECLARED}"
    "def f(at: Optional[datetime] = None):\n    db.execute(where(at))",
    "a point in time, or another": f"import datetime\n\n{DECLARED}def f(at: 'datetime.date', to: datetime.time | None):\n"
    "    db.execute(where(at))\n    db.execute(where(to))",
    "a name for points in time": f"from datetime import date, datetime\n\nWhen = datetime | date | None\n\n{DECLARED}"
    "def f(at: When):\n    db.execute(where(at))",
    "a list of numbers": f"{DECLARED}def f(keys: list[int]):\n    for key in keys:\n        db.execute(where(key))",
    "one that the declaration lists": f"from typing import Literal\n\n{DECLARED}def f(kind: Literal['a', 'b']):\n"
    "    db.execute(where(kind))",
    "a point in time of an object": f"import datetime\n\nclass Event:\n    at: datetime.datetime | None\n\n{DECLARED}"
    "def f(event: Event | None):\n    db.execute(where(event.at))",
    "a member of an enumeration": f"import enum\n\nclass Kind(str, enum.Enum):\n    A = 'a'\n\n{DECLARED}"
    "def f(kind: Kind):\n    db.execute(where(kind))\n    db.execute(where(kind.value))",
    "a new type of number": f"from typing import NewType\n\nKey = NewType('Key', int)\n\n{DECLARED}def f(key: Key):\n    db.execute(where(key))",
    "a declared name for a type": f"from datetime import datetime\nfrom typing import TypeAlias\n\nWhen: TypeAlias = datetime\n\n{DECLARED}"
    "def f(at: When):\n    db.execute(where(at))",
    "a number of a model": f"from pydantic import BaseModel, PositiveInt\n\nclass Asked(BaseModel):\n    many: PositiveInt\n\n{DECLARED}"
    "def f(asked: Asked):\n    db.execute(where(asked.many))",
    "numbers by name": f"{DECLARED}def f(*keys: int, **more: int):\n    db.execute(where(keys[0]))\n    db.execute(where(more['a']))",
    "what an object was made with": f"from datetime import date\n\n{DECLARED}class Store:\n    def __init__(self, since: date):\n"
    "        self.since = since\n\n    def f(self):\n        db.execute(where(self.since))",
    "a point in time, spelt": "def f(at):\n    db.execute(f\"SELECT 1 FROM t WHERE a = '{at.isoformat()}'\")",
    "spelt by a format": "def f(at):\n    db.execute(f\"SELECT 1 FROM t WHERE a = '{at.strftime('%Y')}'\")",
    "digits": "def f(key):\n    known = ', '.join(f\"'{each.hex()}'\" for each in key)\n"
    "    db.execute(f'SELECT 1 FROM t WHERE a IN ({known})')",
    "a whole text": "def f(sql):\n    db.execute(sql)",
    "SQL by its name": "def f(where):\n    db.execute(f\"SELECT 1 FROM t WHERE note <> '' AND {where}\")",
}


def _found(directory: Path, text: str, name: str = "store.py") -> list[tuple[str, Confidence, int]]:
    (directory / name).parent.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(text, encoding="utf-8")
    findings = review_project(["."], RULES, everything=True, root=directory, workers=1).document.findings
    return [(finding.rule, finding.confidence, finding.line) for finding in findings]


@pytest.mark.parametrize("body", QUOTED.values(), ids=QUOTED.keys())
def test_a_value_between_quotes(body: str, tmp_path: Path) -> None:
    found = _found(tmp_path, f"{STORE}{body}\n")
    assert [(rule, confidence) for rule, confidence, _ in found] == [("injection/sql", Confidence.MEDIUM)]


@pytest.mark.parametrize("body", FINE.values(), ids=FINE.keys())
def test_what_is_right_or_the_callers(body: str, tmp_path: Path) -> None:
    assert not _found(tmp_path, f"{STORE}{body}\n")


def test_the_finding_stands_where_the_text_is_built(tmp_path: Path) -> None:
    text = STORE + QUOTED["a helper that runs it"]
    ((_, _, line),) = _found(tmp_path, text)
    assert "WHERE a" in text.splitlines()[line - 1]


@pytest.mark.parametrize("path", ["tests/test_store.py", "scripts/fill.py", "app/migrations/0001_first.py"])
def test_beside_the_service(path: str, tmp_path: Path) -> None:
    assert not _found(tmp_path, f"{STORE}{QUOTED['an f-string']}\n", path)


def test_a_command_line_gives_its_own_arguments(tmp_path: Path) -> None:
    assert not _found(tmp_path, f"import click\n{STORE}{QUOTED['an f-string']}\n")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("os.system(f\"say '{text}'\")", True),
        ("subprocess.run('convert ' + text, shell=True)", True),
        ("subprocess.run(['bash', '-c', f'cd {text}'])", True),
        ("os.system(f'say {shlex.quote(text)}')", False),
        ("Path('setup.sh').write_text(f'apt-get install -y {text}')", True),
        ("with open(f'{out}/run.sh', 'w') as script:\n        script.write(f'cd {text}')", True),
        ("with open(out, 'w') as script:\n        script.write(f'#!/bin/bash\\ncd {text}')", True),
        ("with open(out, 'w') as script:\n        script.write(f'#!/bin/bash\\ncd {shlex.quote(text)}')", False),
        ("with open(f'{out}/notes.txt', 'w') as notes:\n        notes.write(f'see {text}')", False),
        ("subprocess.run(['say', text])", False),
        ("os.system(text)", False),
        ("os.system(f'{text} --version')", False),
    ],
)
def test_commands(body: str, found: bool, tmp_path: Path) -> None:
    text = f"import os, shlex, subprocess\nfrom pathlib import Path\n\ndef speak(text, out):\n    {body}\n"
    assert bool(_found(tmp_path, text)) is found


def test_a_query_text_of_another_store(tmp_path: Path) -> None:
    text = """
        from neo4j import GraphDatabase

        driver = GraphDatabase.driver("neo4j://localhost")

        def find(name):
            with driver.session() as session:
                return session.run(f'MATCH (n) WHERE n.name = "{name}" RETURN n')
    """
    assert [rule for rule, _, _ in _found(tmp_path, textwrap.dedent(text))] == ["injection/nosql"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("client.query(collection_name='c', filter=f\"name == '{name}'\")", "injection/nosql"),
        ("client.table.search().where(f\"id = '{name}'\").to_list()", "injection/nosql"),
        ("client.delete(f\"id in ['{name}']\")", "injection/nosql"),
        ("client.output(['*']).filter(f\"id = '{name}'\").to_df()", "injection/nosql"),
        ("client.delete(' AND '.join([f\"id = '{name}'\", 'kind = 1']))", "injection/nosql"),
        ("client.output(['*']).filter(f'id = {name}').to_df()", ""),
        ("client.files().list(q=f\"'{name}' in parents\")", "injection/nosql"),
        ("client.command(f\"DELETE FROM t WHERE a = '{name}'\")", "injection/sql"),
        ("client.query(f\"SELECT 1 FROM t WHERE a = '{name}'\")", "injection/sql"),
        ("client.session().run(f\"MATCH (n) WHERE n.a = '{name}' RETURN n\")", "injection/nosql"),
        ("client.query(filter='a == {name}', filter_params={'name': name})", ""),
        ("client.query(filter=f'a == {name}')", ""),
        ("client.delete(f\"the '{name}'\")", ""),
    ],
)
def test_conditions_as_a_text(body: str, rule: str, tmp_path: Path) -> None:
    text = f"import neo4j, pymilvus\n\ndef f(client, name):\n    {body}\n"
    assert [found for found, _, _ in _found(tmp_path, text)] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("jinja2.Template(prompt).render()", ("injection/template", Confidence.LOW)),
        ("jinja2.Environment().from_string(text).render()", ("injection/template", Confidence.LOW)),
        ("jinja2.sandbox.SandboxedEnvironment().from_string(subject).render()", None),
        ("jinja2.Template('Dear {{ name }}').render(name=subject)", None),
        ("jinja2.Template(open(template_path).read()).render()", None),
        ("eval(formula)", ("injection/code", Confidence.LOW)),
        ("exec(code)", None),
        ("eval('1 + 1', {'x': formula})", None),
    ],
)
def test_templates_and_code(body: str, found: tuple[str, Confidence] | None, tmp_path: Path) -> None:
    text = f"import jinja2, jinja2.sandbox\n\ndef f(prompt, subject, text, formula, code, template_path):\n    return {body}\n"
    assert [each[:2] for each in _found(tmp_path, text)] == ([found] if found else [])


def test_what_the_program_makes_is_less_sure(tmp_path: Path) -> None:
    text = f"{STORE}def f(content_hash):\n    db.execute(f\"SELECT 1 FROM t WHERE a = '{{content_hash}}'\")\n"
    assert [confidence for _, confidence, _ in _found(tmp_path, text)] == [Confidence.LOW]


WAYS = """class Chosen:
    title: str

class Held:
    config: Chosen
    title: str

def text(key):
    return f"SELECT 1 FROM t WHERE a = '{key}'"

def far(key):
    return text(key)

"""


@pytest.mark.parametrize(
    ("argument", "value", "sure"),
    [
        ("key", "text(key)", True),
        ("key", "far(key)", False),
        ("held: Held", "f\"SELECT 1 FROM t WHERE a = '{held.title}'\"", True),
        ("held: Held", "text(held.title)", False),
        ("config: Chosen", "f\"SELECT 1 FROM t WHERE a = '{config.title}'\"", False),
        ("held: Held", "f\"SELECT 1 FROM t WHERE a = '{held.config.title}'\"", False),
        ("title", "f\"SELECT 1 FROM t WHERE a = '{title}'\"", True),
    ],
)
def test_what_comes_from_far_or_from_a_configuration_is_less_sure(
    argument: str, value: str, sure: bool, tmp_path: Path
) -> None:
    found = _found(tmp_path, f"{STORE}{WAYS}def f({argument}):\n    db.execute({value})\n")
    assert [each[1] for each in found] == [Confidence.MEDIUM if sure else Confidence.LOW]


def test_examples_say_nothing_of_other_callers(tmp_path: Path) -> None:
    _found(tmp_path, "from store import f\n\nf('a')\n", "examples/use.py")
    assert len(_found(tmp_path, f"{STORE}{QUOTED['an f-string']}\n")) == 1


SENT = """import pandas, types
from flask import Flask, request

app = Flask(__name__)

{STORE}COLUMNS = ["name", "size"]

class Table:
    @classmethod
    def others(cls, names):
        return any(name for name in names if name.lstrip("-") not in COLUMNS)

@app.post("/")
def f():
    names = request.args.getlist("by")
    text = request.args.get("text")
{BODY}
"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("    exec(text, types.ModuleType('m').__dict__)", ("injection/code", Confidence.LOW)),
        ("    exec(text, {})", ("injection/code", Confidence.HIGH)),
        ("    pandas.read_csv('t.csv').dropna().query(f'price > {text}')", ("injection/code", Confidence.HIGH)),
        ("    pandas.read_csv('t.csv').query('name == @text')", None),
        ("    if not Table.others(names):\n        db.execute('SELECT 1 FROM t ORDER BY ' + ', '.join(names))", None),
        (
            "    if Table.others(names):\n        db.execute('SELECT 1 FROM t ORDER BY ' + ', '.join(names))",
            ("injection/sql", Confidence.HIGH),
        ),
        (
            (
                "    text = text.replace('\"', '\"\"') if isinstance(text, str) else text\n"
                "    db.execute(f'SELECT 1 AS \"{text}\"')"
            ),
            None,
        ),
        (
            "    body = request.json\n    if not isinstance(body, str):\n        db.execute(f'SELECT {body}')",
            ("injection/sql", Confidence.HIGH),
        ),
    ],
)
def test_what_is_sent(body: str, found: tuple[str, Confidence] | None, tmp_path: Path) -> None:
    text = SENT.replace("{STORE}", STORE).replace("{BODY}", body)
    assert [each[:2] for each in _found(tmp_path, text)] == ([found] if found else [])


TASKS = """import subprocess
from fabric import Connection
{IMPORTS}

@task
def deploy(c, branch, port):
    c.run(f"git checkout {branch}")
    subprocess.run(f"serve --on {branch}", shell=True)
"""


@pytest.mark.parametrize(
    ("imports", "given"),
    [
        ("from invoke import task", True),
        ("from fabric import task", True),
        ("import invoke\n\ndef task(function):\n    return invoke.task(function)", True),
        (
            "import invoke\n\ndef task(**named):\n    def make(function):\n        return invoke.task(function)\n    return make",
            True,
        ),
        ("from shop.queue import task", False),
        ("def task(function):\n    return function", False),
    ],
)
def test_a_developers_tasks(imports: str, given: bool, tmp_path: Path) -> None:
    assert bool(_found(tmp_path, TASKS.replace("{IMPORTS}", imports), "shop/tasks.py")) is not given


@pytest.mark.parametrize(
    ("name", "sure"), [("timeout", False), ("max_size", False), ("folder", True), ("report", True)]
)
def test_what_its_name_calls_a_number_is_less_sure(name: str, sure: bool, tmp_path: Path) -> None:
    text = f"import subprocess\n\ndef run({name}):\n    subprocess.run(f'nice {{{name}}} make', shell=True)\n"
    assert [each[1] for each in _found(tmp_path, text)] == [Confidence.MEDIUM if sure else Confidence.LOW]


WORKER = """import os, subprocess

class Shell:
    def __init__(self, host=None):
        self.host = host

    def fetch(self, source):
        subprocess.run(f"rsync builder:{source} .", shell=True)

class Worker:
    def __init__(self, folder):
        self.folder = {FOLDER}
        self.results = os.path.join(self.folder, "results")
        self.shell = None

    def work(self):
        self.shell = Shell("builder")
        self.shell.fetch(self.results + "/")
"""


@pytest.mark.parametrize(("folder", "found"), [("'/var/lib/builder'", False), ("folder", True)])
def test_attributes_that_hold_texts_of_their_class(folder: str, found: bool, tmp_path: Path) -> None:
    assert bool(_found(tmp_path, WORKER.replace("{FOLDER}", folder))) is found


@pytest.mark.parametrize(("name", "sure"), [("kept.left_ids.pop()", False), ("kept.id", False), ("kept.title", True)])
def test_keys_that_an_object_holds_are_less_sure(name: str, sure: bool, tmp_path: Path) -> None:
    kept = "class Kept:\n    id: str\n    title: str\n    left_ids: list[str]\n\n"
    text = f"{STORE}{kept}def load(kept: Kept):\n    db.execute(f\"SELECT 1 FROM t WHERE a = '{{{name}}}'\")\n"
    assert [each[1] for each in _found(tmp_path, text)] == [Confidence.MEDIUM if sure else Confidence.LOW]


@pytest.mark.parametrize(("types", "found"), [("int | float", False), ("(int, float)", False), ("int | str", True)])
def test_types_that_are_united(types: str, found: bool, tmp_path: Path) -> None:
    body = f"    at = request.json['at']\n    if not isinstance(at, {types}):\n        raise ValueError\n"
    text = SENT.replace("{STORE}", STORE).replace("{BODY}", f"{body}    db.execute(f'SELECT {{at}}')")
    assert bool(_found(tmp_path, text)) is found
