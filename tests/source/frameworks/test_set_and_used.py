"""What one method sets and another uses, options that are handed on, and helpers around calls of a library."""

from collections.abc import Callable
from typing import Any

import pytest

from archwright.model.effect import Interpret, Language
from archwright.model.value import Clean, Use
from archwright.source.program import Program

Made = Callable[..., Program]
Dirty = Callable[[Program], list[Interpret]]

HEAD = """
    import sqlite3
    import subprocess
    from flask import Flask, abort, request
    from flask.views import MethodView

    app = Flask(__name__)

    def run(sql):
        return sqlite3.connect("shop.db").execute(sql).fetchall()
"""
SENT = {
    "set by a method of an instance": """
    class Report:
        def choose(self, table):
            self.table = table

        def rows(self):
            return run("SELECT id FROM " + self.table)

    @app.get("/report")
    def report():
        made = Report()
        made.choose(request.args["table"])
        return str(made.rows())
    """,
    "set by another method of the same view": """
    class Report(MethodView):
        def read(self, body):
            self.table = body["table"]

        def rows(self):
            return run("SELECT id FROM " + self.table)

        def post(self):
            self.read(request.json)
            return str(self.rows())

    app.add_url_rule("/report", view_func=Report.as_view("report"))
    """,
    "an attribute of an object that is an attribute": """
    class Settings:
        def __init__(self, table, limit):
            self.table = table
            self.limit = limit

    class Report:
        def __init__(self, settings):
            self.settings = settings

        def rows(self):
            return run("SELECT id FROM " + self.settings.table)

    @app.get("/report")
    def report():
        return str(Report(Settings(request.args["table"], 5)).rows())
    """,
    "an option that is handed on": """
    def text(table, **options):
        return "SELECT id FROM " + table + " ORDER BY " + options.get("order", "id")

    def rows(**options):
        return run(text("product", **options))

    @app.get("/report")
    def report():
        return str(rows(order=request.args["order"], limit=5))
    """,
}
CLEAN = {
    "set to something else again": """
    class Report:
        def choose(self, table):
            self.table = table

        def rows(self):
            return run("SELECT id FROM " + self.table)

    @app.get("/report")
    def report():
        made = Report()
        made.choose(request.args["table"])
        made.choose("product")
        return str(made.rows())
    """,
    "checked before it is set": """
    class Report:
        def choose(self, table):
            if table not in ("product", "customer"):
                abort(400)
            self.table = table

        def rows(self):
            return run("SELECT id FROM " + self.table)

    @app.get("/report")
    def report():
        made = Report()
        made.choose(request.args["table"])
        return str(made.rows())
    """,
    "another attribute of the object": """
    class Settings:
        def __init__(self, table, title):
            self.table = table
            self.title = title

    class Report:
        def __init__(self, settings):
            self.settings = settings

        def rows(self):
            return run("SELECT id FROM " + self.settings.table)

    @app.get("/report")
    def report():
        return str(Report(Settings("product", request.args["title"])).rows())
    """,
    "another option": """
    def text(table, **options):
        return "SELECT id FROM " + table + " ORDER BY " + options.get("order", "id")

    def rows(**options):
        return run(text("product", **options))

    @app.get("/report")
    def report():
        return str(rows(order="name", title=request.args["title"]))
    """,
}


@pytest.mark.parametrize("code", SENT.values(), ids=SENT)
def test_what_is_set_is_what_is_used(program: Made, dirty_sql: Dirty, code: str) -> None:
    assert len(dirty_sql(made(program, code))) == 1


@pytest.mark.parametrize("code", CLEAN.values(), ids=CLEAN)
def test_nothing_else_is(program: Made, dirty_sql: Dirty, code: str) -> None:
    assert dirty_sql(made(program, code)) == []


HELPER = """
    def start(*args, **kwargs):
        kwargs.setdefault("shell", {shell})
        return subprocess.run(*args, **kwargs)

    @app.get("/ping")
    def ping():
        start({command})
        return ""
"""


@pytest.mark.parametrize(
    ("shell", "command", "found"),
    [
        (True, '"ping " + request.args["host"]', 1),
        (True, '"ping localhost"', 0),
        (False, '["ping", request.args["host"]]', 0),
    ],
)
def test_a_helper_hands_on_what_it_is_given(program: Made, shell: bool, command: str, found: int) -> None:
    read = made(program, HELPER.format(shell=shell, command=command))
    commands = [each for each in read.effects if isinstance(each, Interpret) and each.language is Language.SHELL]
    assert len([each for each in commands if each.text.state(Use.SHELL) is Clean.DIRTY]) == found


def made(program: Made, code: str) -> Any:
    return program({"shop.py": HEAD + code}, Interpret)
