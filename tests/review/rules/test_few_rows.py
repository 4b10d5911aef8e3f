"""Loops over what the schema holds to one row, and rows that came along in order: no query is sent a row."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "query/n-plus-one"
MODELS = """
from django.contrib.auth.models import User
from django.db import models

class Club(models.Model):
    name = models.TextField()

class Card(models.Model):
    holder = models.OneToOneField(User, on_delete=models.CASCADE)
    code = models.CharField(max_length=9, unique=True)
    colour = models.CharField(max_length=9)
    club = models.ForeignKey(Club, related_name="cards", on_delete=models.CASCADE)

class Stamp(models.Model):
    card = models.ForeignKey(Card, related_name="stamps", on_delete=models.CASCADE)
    shop = models.ForeignKey(Club, on_delete=models.CASCADE)
    at = models.DateTimeField()
"""
VIEWS = """
from django.db.models import Prefetch, Q
from django.http import JsonResponse
from shop.models import Card, Stamp

def listed(request):
    cards = {rows}
    return JsonResponse({{"all": [{each} for card in cards]}})
"""
URLS = "from django.urls import path\nfrom shop.views import listed\n\nurlpatterns = [path('cards/', listed)]\n"


def found(findings: Find, rows: str, each: str) -> int:
    views = VIEWS.format(rows=rows, each=each)
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/urls.py": URLS, "shop/views.py": views}
    return len(findings(RULE, files))


@pytest.mark.parametrize(
    ("rows", "times"),
    [
        ("Card.objects.filter(holder=request.user)", 0),
        ("Card.objects.filter(holder_id=request.user.pk, colour='red').order_by('pk')", 0),
        ("Card.objects.filter(code=request.GET['code'])", 0),
        ("Card.objects.filter(pk=request.GET['pk'])", 0),
        ("Card.objects.filter(code='a') | Card.objects.filter(code='b')", 0),
        ("Card.objects.filter(colour=request.GET['colour'])", 1),
        ("Card.objects.filter(code__startswith=request.GET['code'])", 1),
        ("Card.objects.filter(code__in=request.GET.getlist('code'))", 1),
        ("Card.objects.exclude(code=request.GET['code'])", 1),
        ("Card.objects.filter(code=None)", 1),
        ("Card.objects.filter(Q(code=request.GET['code']))", 0),
        ("Card.objects.filter(~Q(code=request.GET['code']))", 1),
        ("Card.objects.filter(Q(code=request.GET['code']) | Q(colour='red'))", 1),
        ("Card.objects.filter(code='a') if request.GET else Card.objects.none()", 0),
        ("Card.objects.all() if request.GET else Card.objects.none()", 1),
        ("Card.objects.none() | Card.objects.filter(colour='red')", 1),
        ("Card.objects.filter(code='a') if request.GET else Card.objects.all()", 1),
        ("Card.objects.filter(code='a') if request.GET else Card.objects.filter(holder=request.user)", 0),
        ("Card.objects.filter(code='a').union(Card.objects.filter(colour='red'))", 1),
        ("Card.objects.filter(code='a') | Card.objects.filter(colour='red')", 1),
    ],
)
def test_rows_by_a_column_that_no_two_rows_share(findings: Find, rows: str, times: int) -> None:
    assert found(findings, rows, "card.club.name") == times


def test_the_rows_of_the_one_row_are_many(findings: Find) -> None:
    rows = "Card.objects.filter(holder=request.user)"
    assert found(findings, rows, "[stamp.shop.name for stamp in card.stamps.all()]") == 1


@pytest.mark.parametrize(
    ("along", "each", "times"),
    [
        ("Prefetch('stamps', queryset=Stamp.objects.order_by('-at'))", "card.stamps.first().at", 0),
        ("Prefetch('stamps', queryset=Stamp.objects.all())", "card.stamps.first().at", 1),
        ("'stamps'", "card.stamps.first().at", 1),
        ("Prefetch('stamps', queryset=Stamp.objects.order_by('-at'))", "card.stamps.last().at", 1),
        ("Prefetch('stamps', queryset=Stamp.objects.order_by('-at'))", "card.stamps.order_by('at').first().at", 1),
        ("Prefetch('club__cards', queryset=Card.objects.order_by('pk'))", "card.club.cards.first().code", 0),
    ],
)
def test_the_first_of_rows_that_came_along(findings: Find, along: str, each: str, times: int) -> None:
    assert found(findings, f"Card.objects.prefetch_related({along})", each) == times
