"""What calls on SQLAlchemy's sessions, collections and the Flask extension read, write and end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Commit, Load, Read, Rollback, Write
from archwright.source.program import Program

MODELS = """
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, ForeignKey, Integer, Table
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.orm import Session, WriteOnlyMapped, relationship
from sqlalchemy.orm.attributes import flag_modified

db = SQLAlchemy()
watching = Table("watching", db.metadata, Column("room_id", ForeignKey("room.id")), Column("guest_id", ForeignKey("guest.id")))

class Guest(db.Model):
    id = Column(Integer, primary_key=True)
    name = Column(Integer)

class Room(db.Model):
    id = Column(Integer, primary_key=True)
    floor = Column(Integer)
    owner_id = Column(ForeignKey("guest.id"))
    owner = relationship(Guest)
    stays = relationship("Stay", cascade="all, delete-orphan")
    watchers: WriteOnlyMapped[Guest] = relationship(secondary=watching)
    guests = association_proxy("stays", "guest")
    owner_name = association_proxy("owner", "name")

class Stay(db.Model):
    id = Column(Integer, primary_key=True)
    room_id = Column(ForeignKey("room.id"))
    guest_id = Column(ForeignKey("guest.id"))
    guest = relationship(Guest)
"""
BODIES = {
    "paginate": ("db.paginate(db.select(Room))", ["read Room aggregate", "read Room many"]),
    "paginate uncounted": ("db.paginate(db.select(Room), count=False)", ["read Room many"]),
    "rows of a page": (
        "for x in db.paginate(db.select(Room), count=False):\n    print(x.owner)",
        ["load Room.owner", "read Room many"],
    ),
    "legacy paginate": ("Room.query.paginate(page=1)", ["read Room aggregate", "read Room many"]),
    "first or 404": ("print(db.first_or_404(db.select(Room)).owner)", ["load Room.owner", "read Room one"]),
    "statement of a collection": ("db.session.scalars(r.watchers.select()).all()", ["read Guest many"]),
    "asked whether": (
        "db.session.scalar(db.select(r.watchers.select().where(Guest.name == 1).exists()))",
        ["read Guest exists"],
    ),
    "put into": ("r.watchers.add(Guest())", ["write Guest insert"]),
    "change of a collection": ("db.session.execute(r.watchers.delete())", ["write Guest delete"]),
    "attributes by name": (
        "for name in ('owner', 'stays'):\n    print(getattr(r, name))",
        ["load Room.owner", "load Room.stays"],
    ),
    "by one of two names": (
        "for name, label in [('owner', 1), ('floor', 2)]:\n    print(label, getattr(r, name))",
        ["load Room.owner"],
    ),
    "in a comprehension": ("return [getattr(r, name) for name in ('owner', 'floor')]", ["load Room.owner"]),
    "by the name that a helper is given": ("shown(r, 'owner')", ["load Room.owner"]),
    "by the name that the class says": ("Sheet(r).show()", ["load Room.owner"]),
    "set by name": ("setattr(r, 'floor', 2)", ["write Room update"]),
    "set by some name": ("for name, value in me.items():\n    setattr(r, name, value)", ["write Room update"]),
    "of a new row": ("x = Room()\nfor name, value in me.items():\n    setattr(x, name, value)", []),
    "set and asked": (
        "setattr(r, 'owner', db.session.get(Guest, 1))\nprint(r.owner)",
        ["read Guest one", "write Room update"],
    ),
    "proxy read": ("for x in r.guests:\n    print(x.name)", ["load Room.stays"]),
    "proxy put into": ("r.guests.append(me)", ["load Room.stays", "write Stay insert"]),
    "proxy given a new row": (
        "r.guests.append(Guest())",
        ["load Room.stays", "write Guest insert", "write Stay insert"],
    ),
    "proxy taken from": ("r.guests.remove(me)", ["load Room.stays", "write Stay delete"]),
    "proxy assigned": ("r.guests = [me]", ["write Stay insert"]),
    "proxy of one row": ("print(r.owner_name)", ["load Room.owner"]),
    "proxy of one row assigned": ("r.owner_name = 2", ["write Guest update"]),
    "flagged": ("flag_modified(r, 'floor')", ["write Room update"]),
    "attribute called a session": ("me.session.commit()", ["commit"]),
    "argument called a session": ("db_session.rollback()", ["rollback"]),
    "called otherwise": ("me.consumer.commit()", []),
    "handed over": ("me.session.commit('message')", []),
}


HELPERS = """
def shown(row, name):
    return getattr(row, name)

class Sheet:
    relation = "owner"

    def __init__(self, row):
        self.row = row

    def show(self):
        return getattr(self.row, self.relation)

"""


def told(program: Program, path: str = "views.py") -> list[str]:
    found = []
    for each in program.effects:
        if each.place.path != path:
            continue
        if isinstance(each, Load):
            found.append(f"load {str(each.entity).rpartition('.')[2]}.{each.relation}")
        elif isinstance(each, Read):
            found.append(f"read {str(each.entity).rpartition('.')[2]} {each.many}")
        elif isinstance(each, Write):
            found.append(f"write {str(each.entity).rpartition('.')[2]} {each.kind}")
        else:
            found.append("commit" if isinstance(each, Commit) else "rollback")
    return sorted(found)


@pytest.mark.parametrize(("body", "expected"), BODIES.values(), ids=BODIES)
def test_what_a_call_does(program: Callable[..., Program], body: str, expected: list[str]) -> None:
    lines = "".join(f"\n    {line}" for line in body.split("\n"))
    text = f"{HELPERS}def view(me, db_session):\n    r = the_room(){lines}\nfrom models import *\nfrom rooms import the_room\n"
    rooms = "from models import *\ndef the_room():\n    return db.session.get(Room, 1)\n"
    files = {"models.py": MODELS, "rooms.py": rooms, "views.py": text}
    assert told(program(files, Read, Load, Write, Commit, Rollback)) == expected


GENERIC = """
from models import *
from sqlalchemy import delete, func, select

class Shared:
    @classmethod
    def by_key(cls, key):
        return db.session.get(cls, key)

    @classmethod
    def first(cls):
        return db.session.scalars(select(cls)).first()

    @classmethod
    def any(cls):
        return db.session.query(cls).first()

    @classmethod
    def clear(cls):
        db.session.execute(delete(cls))

class Desk(Shared, db.Model):
    id = Column(Integer, primary_key=True)
    owner_id = Column(ForeignKey("guest.id"))
    owner = relationship(Guest)

def shown(model, key):
    return db.session.get(model, key)
"""


@pytest.mark.parametrize("call", ["Desk.by_key(1)", "Desk.first()", "Desk.any()", "shown(Desk, 1)"])
def test_a_class_handed_over_is_the_one_that_is_read(program: Callable[..., Program], call: str) -> None:
    text = f"def view():\n    print({call}.owner)\n    Desk.clear()\nfrom shared import *\n"
    found = program({"models.py": MODELS, "shared.py": GENERIC, "views.py": text}, Read, Load, Write)
    assert told(found) == ["load Desk.owner"]
    assert {"read Desk one", "write Desk delete"} <= set(told(found, "shared.py"))


def test_a_session_that_a_constructor_was_given(program: Callable[..., Program]) -> None:
    text = """
        from models import *

        class Keeper:
            def __init__(self, session):
                self.session = session

            def keep(self):
                self.session.commit()
    """
    assert told(program({"models.py": MODELS, "views.py": text}, Commit)) == ["commit"]
