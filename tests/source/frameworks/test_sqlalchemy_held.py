"""What SQLAlchemy's rows keep once they fetched it, and what makes them fetch it again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Load
from archwright.source.program import Program

MODELS = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()

class Owner(Base):
    __tablename__ = "owner"
    id = Column(Integer, primary_key=True)
    name = Column(Integer)
    boats = relationship("Boat", back_populates="owner")

class Harbour(Base):
    __tablename__ = "harbour"
    id = Column(Integer, primary_key=True)

class Boat(Base):
    __tablename__ = "boat"
    id = Column(Integer, primary_key=True)
    length = Column(Integer)
    owner_id = Column(ForeignKey("owner.id"))
    harbour_id = Column(ForeignKey("harbour.id"))
    owner = relationship(Owner, back_populates="boats")
    harbour = relationship(Harbour)

    def described(self):
        return self.owner.name, self.owner.id, self.harbour

class Page:
    def __init__(self, session: "Session"):
        self.boat = session.get(Boat, 1)

    def show(self):
        return self.boat.owner.name, self.boat.owner.id
"""
LOADS = {
    "touched twice": ("a = b.owner.name\nc = b.owner.id", [(2, "owner")]),
    "collection": ("o = s.get(Owner, 1)\nn = len(o.boats)\nfor x in o.boats:\n    print(x.length)", [(3, "boats")]),
    "two relations": ("a = b.owner\nc = b.harbour\nd = b.owner", [(2, "owner"), (3, "harbour")]),
    "in a comprehension": ("a = [x.id for x in b.owner.boats]\nc = b.owner.name", [(2, "owner"), (2, "owner.boats")]),
    "one branch": ("if b.length:\n    a = b.owner\nc = b.owner\nd = b.owner", [(3, "owner"), (4, "owner")]),
    "asked first": ("if b.owner and b.owner.name:\n    return b.owner.id", [(2, "owner")]),
    "another row": ("a = b.owner\nb = s.get(Boat, 2)\nc = b.owner", [(2, "owner"), (4, "owner")]),
    "each row of a loop": ("for x in s.query(Boat):\n    print(x.owner, x.owner)", [(3, "owner")]),
    "committed": ("a = b.owner\ns.commit()\nc = b.owner", [(2, "owner"), (4, "owner")]),
    "rolled back": ("a = b.owner\ns.rollback()\nc = b.owner", [(2, "owner"), (4, "owner")]),
    "flushed": ("a = b.owner\ns.flush()\nc = b.owner", [(2, "owner")]),
    "read again": ("a = b.owner\ns.refresh(b)\nc = b.owner", [(2, "owner"), (4, "owner")]),
    "expired": ("a = b.owner\ns.expire(b)\nc = b.owner", [(2, "owner"), (4, "owner")]),
    "another attribute expired": ("a = b.owner\ns.expire(b, ['harbour'])\nc = b.owner", [(2, "owner")]),
    "all expired": ("a = b.owner\ns.expire_all()\nc = b.owner", [(2, "owner"), (4, "owner")]),
    "another key": ("a = b.owner\nb.owner_id = 3\nc = b.owner", [(2, "owner")]),
    "assigned": ("b.owner = s.get(Owner, 1)\na = b.owner.name", []),
}


@pytest.mark.parametrize(("body", "expected"), LOADS.values(), ids=LOADS)
def test_a_row_keeps_the_relation_that_it_fetched(
    program: Callable[..., Program], body: str, expected: list[tuple[int, str]]
) -> None:
    lines = "".join(f"\n    {line}" for line in body.split("\n"))
    head = "from models import *\nfrom sqlalchemy.orm import Session\n"
    text = f"def view(b: Boat, s: Session):{lines}\n{head}"
    found = program({"models.py": MODELS, "views.py": text}, Load).effects
    told = [each for each in found if isinstance(each, Load) and each.place.path == "views.py"]
    assert sorted((each.place.line, each.relation) for each in told) == expected


def test_a_row_behind_an_attribute_keeps_what_it_fetched(program: Callable[..., Program]) -> None:
    text = f"from sqlalchemy.orm import Session\n{MODELS}"
    found = program({"models.py": text}, Load).effects
    told = sorted((each.unit.rpartition(".")[2], each.relation) for each in found if isinstance(each, Load))
    assert told == [("described", "harbour"), ("described", "owner"), ("show", "owner")]


MAYBE = {
    "unknown on the other way": ("x = s.get(Boat, 1) if b else outside()", [(3, "owner")]),
    "unknown attribute": ("x = outside().boat\nif b:\n    x = s.get(Boat, 1)", [(5, "owner")]),
    "an argument": ("x = given\nif x is None:\n    x = s.get(Boat, 1)", [(5, "owner")]),
    "nothing": ("x = None\nif b:\n    x = s.get(Boat, 1)", [(5, "owner")]),
    "a row of another kind": ("x = s.get(Boat, 1) if b else s.get(Harbour, 1)", []),
    "a text": ("x = s.get(Boat, 1) if b else 'none'", []),
}


@pytest.mark.parametrize(("body", "expected"), MAYBE.values(), ids=MAYBE)
def test_a_row_on_one_way_alone(program: Callable[..., Program], body: str, expected: list[tuple[int, str]]) -> None:
    lines = "".join(f"\n    {line}" for line in f"{body}\nprint(x.owner)".split("\n"))
    head = "from models import *\nfrom elsewhere import outside\nfrom sqlalchemy.orm import Session\n"
    text = f"def view(b: Boat, s: Session, given):{lines}\n{head}"
    found = program({"models.py": MODELS, "views.py": text}, Load).effects
    told = [each for each in found if isinstance(each, Load) and each.place.path == "views.py"]
    assert sorted((each.place.line, each.relation) for each in told) == expected
