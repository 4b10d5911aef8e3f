"""Columns that a query computes: the rows have them, so a property of the same name is not asked, and asks nothing itself."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from archwright.model.effect import Read
from archwright.source.program import analyse

MODELS = """
from django.db import models
from django.utils.functional import cached_property

class Topic(models.Model):
    name = models.CharField(max_length=10)

    @cached_property
    def total(self):
        return Line.objects.filter(topic=self).count()

class Line(models.Model):
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE)

class Course(models.Model):
    topics = models.ManyToManyField(Topic)
"""
ANNOTATED = 'Topic.objects.annotate(total=Count("line"))'
COMPUTED = {
    "the rows of the query": f"return [t.total for t in {ANNOTATED}]",
    "narrowed after": f"return [t.total for t in {ANNOTATED}.filter(total__gt=1).order_by('name')]",
    "prefetched rows": (
        f"courses = Course.objects.prefetch_related(Prefetch('topics', queryset={ANNOTATED}))\n"
        "return [t.total for c in courses for t in c.topics.all()]"
    ),
    "the row that a row leads to": (
        f"lines = Line.objects.prefetch_related(Prefetch('topic', queryset={ANNOTATED}))\n"
        "return [line.topic.total for line in lines]"
    ),
}
ASKED = {
    "no annotation": "return [t.total for t in Topic.objects.all()]",
    "one of another name": 'return [t.total for t in Topic.objects.annotate(count=Count("line"))]',
    "prefetched without it": (
        "courses = Course.objects.prefetch_related(Prefetch('topics', queryset=Topic.objects.order_by('name')))\n"
        "return [t.total for c in courses for t in c.topics.all()]"
    ),
    "of another row": 'return [line.topic.total for line in Line.objects.select_related("topic").annotate(total=Count("pk"))]',
}


def asked_each_turn(tmp_path: Path, body: str) -> list[str | None]:
    (tmp_path / "shop.py").write_text(MODELS, encoding="utf-8")
    job = "from django.db.models import Count, Prefetch\nfrom shop import *\n\ndef run():\n" + textwrap.indent(
        body, "    "
    )
    (tmp_path / "jobs.py").write_text(job + "\n", encoding="utf-8")
    found = analyse(["."], wanted=frozenset({Read}), root=tmp_path).effects
    return [
        each.entity for each in found if isinstance(each, Read) and any(loop.concerned for loop in each.context.loops)
    ]


@pytest.mark.parametrize("body", COMPUTED.values(), ids=COMPUTED)
def test_a_column_that_the_query_computes_is_not_asked_again(tmp_path: Path, body: str) -> None:
    assert "Line" not in asked_each_turn(tmp_path, body)


@pytest.mark.parametrize("body", ASKED.values(), ids=ASKED)
def test_a_property_that_no_query_computes_is_asked_for_each_row(tmp_path: Path, body: str) -> None:
    assert "Line" in asked_each_turn(tmp_path, body)
