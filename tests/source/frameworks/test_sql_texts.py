"""Where the ORMs and drivers take SQL text: each call, with data in the text and with data bound beside it."""

from pathlib import Path

import pytest

from archwright.model.effect import Interpret, Language
from archwright.model.value import Clean, Use
from archwright.source.program import analyse

DJANGO = {
    "shop/__init__.py": "",
    "shop/models.py": "from django.db import models\n\nclass Order(models.Model):\n    note = models.TextField()\n",
    "shop/urls.py": 'from django.urls import path\nfrom shop import views\nurlpatterns = [path("x/<str:name>/", views.x)]\n',
}
DJANGO_HEAD = """
from django.db import connection
from django.db.models import *
from django.db.models.expressions import RawSQL
from shop.models import Order

def x(request, name):
    return """
FLASK_HEAD = """
import psycopg2
from flask import Flask
from psycopg2 import sql
from sqlalchemy import Column, Integer, String, column, create_engine, literal_column, select, text
from sqlalchemy.orm import Session, declarative_base
app = Flask(__name__)
session = Session(create_engine("postgresql://"))
cursor = psycopg2.connect("x").cursor()

class User(declarative_base()):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(String)

@app.get("/x/<name>")
def x(name):
    return """

DJANGO_CASES = {
    "raw": ("Order.objects.raw(\"SELECT '%s'\" % name)", True),
    "raw, bound": ('Order.objects.raw("SELECT %s", [name])', False),
    "where of extra": ('Order.objects.extra(where=["note = " + name])', True),
    "where of extra, bound": ('Order.objects.extra(where=["note = %s"], params=[name])', False),
    "select of extra, by place": ('Order.objects.extra({"a": "SELECT " + name})', True),
    "RawSQL": ('Order.objects.annotate(v=RawSQL("SELECT " + name, []))', True),
    "RawSQL, bound": ('Order.objects.annotate(v=RawSQL("SELECT %s", [name]))', False),
    "a template": ('Order.objects.annotate(v=Func(F("note"), template="%(function)s(" + name + ")"))', True),
    "a function's name": ('Order.objects.annotate(v=Func(F("note"), function=name))', True),
    "a function's argument": ('Order.objects.annotate(v=Func(Value(name), function="LOWER"))', False),
    "an aggregate's template": ('Order.objects.aggregate(Sum("total", template=name))', True),
    "order_by is a field's name": ("Order.objects.order_by(name)", False),
}
FLASK_CASES = {
    "text": ('session.execute(text("SELECT " + name))', True),
    "text, bound": ('session.execute(text("SELECT :n"), {"n": name})', False),
    "text of a filter": ("session.query(User).filter(text(f\"name = '{name}'\")).all()", True),
    "text of an order": ("session.query(User).order_by(text(name)).all()", True),
    "text of a table": ('session.execute(select(text("*")).select_from(text(name)))', True),
    "a literal column": ("session.execute(select(literal_column(name)))", True),
    "a quoted column": ("session.execute(select(column(name)))", False),
    "an attribute": ("session.query(User).order_by(getattr(User, name)).all()", False),
    "composed text": ('cursor.execute(sql.SQL("SELECT {}").format(sql.SQL(name)))', True),
    "a composed identifier": ('cursor.execute(sql.SQL("SELECT {}").format(sql.Identifier(name)))', False),
}


def dirty(tmp_path: Path, files: dict[str, str]) -> bool:
    for name, code in files.items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(code, encoding="utf-8")
    effects = analyse(["."], wanted=frozenset({Interpret}), root=tmp_path).effects
    found = [effect for effect in effects if isinstance(effect, Interpret) and effect.language is Language.SQL]
    return any(effect.text.state(Use.SQL_TEXT) is Clean.DIRTY for effect in found)


@pytest.mark.parametrize(("call", "expected"), DJANGO_CASES.values(), ids=DJANGO_CASES)
def test_django(tmp_path: Path, call: str, expected: bool) -> None:
    assert dirty(tmp_path, {**DJANGO, "shop/views.py": DJANGO_HEAD + call}) is expected


@pytest.mark.parametrize(("call", "expected"), FLASK_CASES.values(), ids=FLASK_CASES)
def test_sqlalchemy_and_drivers(tmp_path: Path, call: str, expected: bool) -> None:
    assert dirty(tmp_path, {"app.py": FLASK_HEAD + call}) is expected
