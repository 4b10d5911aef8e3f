"""`injection/orm-field`: names that the sender chooses, wherever they are put in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
CODE = """
from flask import Flask, request
from shop.models import Product

app = Flask(__name__)

@app.get("/products")
def products():
    return str({}(request.args["field"]).count())

def near(name):
    return Product.objects.{}

def far(name):
    return near(name)
"""
MODELS = """
from django.db import models

class Product(models.Model):
    slug = models.SlugField(unique=True)
"""


@pytest.mark.parametrize(
    ("called", "query"), [("near", "filter(**{name: 1})"), ("far", "filter(**{name: 1})"), ("far", "order_by(name)")]
)
def test_names_are_told_of_with_low_confidence(called: str, query: str, findings: Find) -> None:
    code = CODE.replace("{}", called, 1).replace("{}", query, 1)
    files = {"app.py": code, "shop/__init__.py": "", "shop/models.py": MODELS}
    (finding,) = findings("injection/orm-field", files)
    assert finding.confidence is Confidence.LOW


TRIED = """
from django.core.exceptions import FieldError
from flask import Flask, request
from shop.models import Product

app = Flask(__name__)

@app.get("/products")
def products():
    names = request.args.getlist("order")
    try:
        {}
    except {}:
        return "no"
    return "yes"
"""


@pytest.mark.parametrize(
    ("query", "error", "count"),
    [
        ("Product.objects.order_by(*names)", "FieldError", 0),
        ("Product.objects.filter(**{names[0]: 1})", "(FieldError, ValueError)", 0),
        ("Product.objects.order_by(*names)", "LookupError", 1),
        ("found = Product.objects.order_by(*names)", "FieldError", 1),
        ("return str(Product.objects.filter(**{names[0]: 1}).count())", "FieldError", 1),
    ],
)
def test_names_that_are_only_tried(query: str, error: str, count: int, findings: Find) -> None:
    code = TRIED.replace("{}", query, 1).replace("except {}", f"except {error}")
    assert (
        len(findings("injection/orm-field", {"app.py": code, "shop/__init__.py": "", "shop/models.py": MODELS}))
        == count
    )
