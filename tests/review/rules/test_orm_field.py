"""`injection/orm-field`: names that come through several functions are mostly checked or fixed by one of them."""

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
    ("called", "query", "confidence"),
    [
        ("near", "filter(**{name: 1})", Confidence.HIGH),
        ("far", "filter(**{name: 1})", Confidence.LOW),
        ("far", "order_by(name)", Confidence.MEDIUM),
    ],
)
def test_names_that_came_through_several_functions(
    called: str, query: str, confidence: Confidence, findings: Find
) -> None:
    code = CODE.replace("{}", called, 1).replace("{}", query, 1)
    files = {"app.py": code, "shop/__init__.py": "", "shop/models.py": MODELS}
    (finding,) = findings("injection/orm-field", files)
    assert finding.confidence is confidence


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
