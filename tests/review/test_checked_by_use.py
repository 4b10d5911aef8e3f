"""What code has done with data before tells what it can still be: looked up as a number, quoted in an address, put behind a program's name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

MODELS = """
from django.db import models

class Order(models.Model):
    number = models.IntegerField()
    code = models.TextField()

class Shelf(models.Model):
    key = models.CharField(max_length=9, primary_key=True)
"""
VIEWS = """
from django.http import HttpResponse, HttpResponseNotFound
from django.shortcuts import get_object_or_404
from django.urls import reverse
from models import Order, Shelf

def show(request):
    key = request.GET["key"]
    CODE
"""
URLS = "from django.urls import path\nimport views\n\nurlpatterns = [path('orders/', views.show)]\n"
SHOWN = "return HttpResponse(f'<b>{key}</b>')"


def _django(code: str) -> dict[str, str]:
    return {"models.py": MODELS, "urls.py": URLS, "views.py": VIEWS.replace("CODE", code.replace("\n", "\n    "))}


@pytest.mark.parametrize(
    "code",
    [
        f"get_object_or_404(Order, id=key)\n{SHOWN}",
        f"order = Order.objects.get(pk=key)\n{SHOWN}",
        f"if not Order.objects.filter(number=key).exists():\n    {SHOWN}\nreturn HttpResponse('')",
        f"try:\n    Order.objects.get(id=key)\nexcept Order.DoesNotExist:\n    {SHOWN}\nreturn HttpResponse('')",
        "return HttpResponse(key, status=204)",
        "return HttpResponse('<a href=\"' + reverse('order', args=[key]) + '\">order</a>')",
    ],
)
def test_a_page_holds_no_tags_of_the_sender(told: Told, code: str) -> None:
    assert told(_django(code), "injection/html") == []


@pytest.mark.parametrize(
    "code",
    [
        f"get_object_or_404(Order, code=key)\n{SHOWN}",
        f"get_object_or_404(Shelf, pk=key)\n{SHOWN}",
        f"try:\n    Order.objects.get(id=key)\nexcept Exception:\n    {SHOWN}\nreturn HttpResponse('')",
        f"try:\n    Shelf.objects.get(pk=key)\nexcept Shelf.DoesNotExist:\n    {SHOWN}\nreturn HttpResponse('')",
        "return HttpResponse(key, status=400)",
    ],
)
def test_a_page_may_hold_tags_of_the_sender(told: Told, code: str) -> None:
    assert len(told(_django(code), "injection/html")) == 1


FLASK = """
import sqlite3
import subprocess
import wtforms
from flask import Flask, request
from flask_wtf import FlaskForm

app = Flask(__name__)

class Named(FlaskForm):
    name = wtforms.StringField("name", [wtforms.validators.DataRequired()])
    title = wtforms.StringField("title", [wtforms.validators.DataRequired()])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.name.validators = [wtforms.validators.DataRequired(), wtforms.validators.Regexp("^[a-z]+$")]

def run(text, left_out):
    sqlite3.connect("shop.db").execute("DELETE " + text, (left_out,))

def handed(options):
    run(**options)

@app.post("/orders")
def orders():
    CODE
    return "", 204
"""


@pytest.mark.parametrize(
    ("rule", "code", "count"),
    [
        ("files/path-traversal", "form = Named()\n    open('/srv/' + form.name.data)", 0),
        ("files/path-traversal", "form = Named()\n    open('/srv/' + form.title.data)", 1),
        ("injection/sql", "handed({'text': 'FROM orders', 'left_out': request.form['id']})", 0),
        ("injection/sql", "handed({'text': request.form['id'], 'left_out': 1})", 1),
        ("injection/command", "call = ['tar'] + ['-c']\n    subprocess.run(call + [request.form['name']])", 0),
        ("injection/command", "call = ['sh'] + ['-c']\n    subprocess.run(call + [request.form['name']])", 1),
        ("injection/command", "subprocess.run([request.form['name']] + ['-c'])", 1),
    ],
)
def test_of_many_values_one_is_the_sender_s(told: Told, rule: str, code: str, count: int) -> None:
    assert len(told({"app.py": FLASK.replace("CODE", code)}, rule)) == count


LIMITED = """
import sqlite3
from flask import Flask, request

app = Flask(__name__)

@app.get("/orders")
def orders():
    limit = int(request.args["limit"])
    return sqlite3.connect("shop.db").execute(f"TEXT").fetchall()
"""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SELECT COUNT(*) FROM (SELECT 1 FROM orders LIMIT {limit}) AS some", 0),
        ("SELECT id FROM (SELECT id FROM orders LIMIT {limit}) AS some", 1),
        ("SELECT COUNT(*) FROM orders GROUP BY place LIMIT {limit}", 1),
    ],
)
def test_a_count_is_one_row(told: Told, text: str, count: int) -> None:
    assert len(told({"app.py": LIMITED.replace("TEXT", text)}, "limits/page-size")) == count


WIDGETS = """
from django import forms
from django.utils.safestring import mark_safe

class Picker(BASE):
    def render(self, name, chosen, attrs=None):
        return mark_safe(f'<div data-name="{name}"></div>')
"""


@pytest.mark.parametrize(("base", "count"), [("forms.Select", 0), ("object", 1)])
def test_a_widget_is_given_the_name_of_its_field(told: Told, base: str, count: int) -> None:
    assert len(told({"widgets.py": WIDGETS.replace("BASE", base)}, "injection/html")) == count


def test_what_stands_before_and_is_given_where_it_is_empty(told: Told) -> None:
    page = (
        "from markupsafe import Markup\n\ndef timed(later=False):\n    return Markup('<i class=\"%s\"></i>' % (TEXT))\n"
    )
    assert told({"page.py": page.replace("TEXT", "later and 'in' or 'ago'")}, "injection/html") == []
    assert len(told({"page.py": page.replace("TEXT", "later or 'ago'")}, "injection/html")) == 1
