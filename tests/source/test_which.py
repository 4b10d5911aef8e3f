"""Of the effects of a kind, those that are asked for: in a loop over rows, with data from outside."""

from __future__ import annotations

import textwrap
from pathlib import Path

from archwright.model.effect import Interpret, Log, Read
from archwright.model.which import Which
from archwright.source.program import analyse

APP = """
    import sqlite3
    from flask import Flask, request

    app = Flask(__name__)

    @app.get("/orders")
    def orders():
        cursor = sqlite3.connect("app.db").cursor()
        cursor.execute("SELECT 1")
        return run(cursor, f"SELECT id FROM orders WHERE name = '{request.args['name']}'")

    def run(cursor, text):
        cursor.execute(text)
        return cursor.fetchall()
"""
MODELS = """
    from django.db import models

    class Shop(models.Model):
        name = models.TextField()

    class Order(models.Model):
        shop = models.ForeignKey(Shop, models.CASCADE)

    def names():
        first = Order.objects.first()
        return [first, *[Order.objects.filter(shop=shop).count() for shop in Shop.objects.all()]]
"""


def _write(at: Path, text: str) -> None:
    (at / "app.py").write_text(textwrap.dedent(text), encoding="utf-8")


def test_with_data_from_outside(tmp_path: Path) -> None:
    _write(tmp_path, APP)
    every = analyse(["."], wanted=[Interpret], root=tmp_path).effects
    sent = analyse(["."], wanted=[Interpret], only={Interpret: Which.SENT}, root=tmp_path).effects
    assert (
        len(every) == 3
    )  # the constant text, the helper's text for whatever caller, and the text that its caller sends
    assert [effect.unit for effect in sent] == ["app.run"]
    assert sent[0] in every


def test_in_a_loop_over_rows(tmp_path: Path) -> None:
    _write(tmp_path, MODELS)
    every = analyse(["."], wanted=[Read], root=tmp_path).effects
    looped = analyse(["."], wanted=[Read], only={Read: Which.LOOPED}, root=tmp_path).effects
    assert len(every) == 3
    assert [effect.context.loops[0].over for effect in looped] == ["rows"]


def test_several_ask(tmp_path: Path) -> None:
    _write(tmp_path, MODELS)
    both = analyse(["."], wanted=[Read], only={Read: Which.LOOPED | Which.ALL}, root=tmp_path).effects
    assert both == analyse(["."], wanted=[Read], root=tmp_path).effects


def test_of_units_that_a_library_calls(tmp_path: Path) -> None:
    _write(tmp_path, APP)
    served = analyse(["."], wanted=[Interpret], only={Interpret: Which.SERVED}, root=tmp_path).effects
    assert [effect.unit for effect in served] == ["app.orders", "app.run"]
    assert served[1].context.calls


SIGN_IN = """
    import logging
    from flask import Flask, request

    app = Flask(__name__)

    @app.post("/sign-in")
    def sign_in():
        logging.info("asked by %s", request.form["user"])
        logging.info("asked with %s", request.form["password"])  # all that is sent is asked for as such
        return checked(request.form["user"], "")

    def checked(user, api_key):
        logging.info("checked %s", user)
        logging.info("checked %s", api_key)
        return ""
"""


def test_with_what_bears_the_name_of_a_secret(tmp_path: Path) -> None:
    _write(tmp_path, SIGN_IN)
    effects = analyse(["."], wanted=[Log], only={Log: Which.SECRET}, root=tmp_path).effects
    told = [effect for effect in effects if isinstance(effect, Log)]
    assert [effect.message.text for effect in told] == ["checked %s"]
    assert [origin.name for effect in told for origin in effect.message.origins] == ["api_key"]
