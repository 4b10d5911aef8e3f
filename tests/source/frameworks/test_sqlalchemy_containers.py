"""Rows that come out of containers, and rows that a test tells from other things."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Load
from archwright.source.program import Program

MODELS = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()

class Author(Base):
    __tablename__ = "author"
    id = Column(Integer, primary_key=True)

class Text(Base):
    __tablename__ = "text"
    id = Column(Integer, primary_key=True)
    year = Column(Integer)
    author_id = Column(ForeignKey("author.id"))
    author = relationship(Author)

class Poem(Text):
    editor_id = Column(ForeignKey("author.id"))
    editor = relationship(Author, foreign_keys=[editor_id])
"""
BODIES = {
    "by key": "d = {x.id: x for x in s.query(Text)}\nprint(d[given].author)",
    "by key, put together": "d = {}\nd.update({x.id: x for x in s.query(Text)})\nprint(d[given].author)",
    "pairs": "d = dict((x.id, x) for x in s.query(Text).all())\nprint(d[given].author)",
    "grouped": "for year, xs in groupby(s.query(Text).all(), key=lambda x: x.year):\n    for x in xs:\n        print(x.author)",
    "in batches": "for xs in batched(s.query(Text).all(), 3):\n    for x in xs:\n        print(x.author)",
    "some of them": "for x in islice(s.query(Text).all(), 3):\n    print(x.author)",
    "from the left": "q = deque(s.query(Text).all())\nprint(q.popleft().author)",
    "two lists": "for x in s.query(Text).all() + s.query(Text).filter_by(year=1).all():\n    print(x.author)",
    "all but some": "for x in set(s.query(Text).all()) - set(given):\n    print(x.author)",
    "told by a test": "if isinstance(given, Text):\n    print(given.author)",
    "told by a test that ends": "if not isinstance(given, Text):\n    return\nprint(given.author)",
    "attribute told by a test": "if isinstance(given.text, Text):\n    print(given.text.author)",
    "told by a pattern": "match given:\n    case Text():\n        print(given.author)",
    "heir told by a test": "x = s.get(Text, 1)\nif isinstance(x, Poem):\n    print(x.editor)",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_rows_are_known_again(program: Callable[..., Program], body: str) -> None:
    lines = "".join(f"\n    {line}" for line in body.split("\n"))
    head = "from models import *\nfrom collections import deque\nfrom itertools import batched, groupby, islice\n"
    found = program({"models.py": MODELS, "views.py": f"def view(s: Session, given):{lines}\n{head}"}, Load).effects
    assert [each.relation for each in found if isinstance(each, Load)] == ["editor" if "editor" in body else "author"]
