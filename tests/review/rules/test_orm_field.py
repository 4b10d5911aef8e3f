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
