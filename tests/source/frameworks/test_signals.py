"""Functions that are connected to a signal do what they do with the rows that senders hand over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Load
from archwright.source.program import Program

SIGNALS = """
from blinker import Namespace, Signal, signal

_signals = Namespace()
parcel_sent = _signals.signal("parcel-sent")
parcel_lost = _signals.signal("parcel-lost")
bare = Signal()
"""
MODELS = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()

class Person(Base):
    __tablename__ = "person"
    id = Column(Integer, primary_key=True)

class Parcel(Base):
    __tablename__ = "parcel"
    id = Column(Integer, primary_key=True)
    to_id = Column(ForeignKey("person.id"))
    to = relationship(Person)
"""
CONNECTED = {
    "decorator": ("@signals.parcel_sent.connect\ndef told(sender, parcel, **kwargs):\n    print(parcel.to)", True),
    "decorator for a sender": (
        "@signals.parcel_sent.connect_via(None)\ndef told(sender, parcel, **kwargs):\n    print(parcel.to)",
        True,
    ),
    "call": ("def told(sender, parcel, **kwargs):\n    print(parcel.to)\n\nsignals.parcel_sent.connect(told)", True),
    "by its name for all": (
        "from blinker import signal\n@signal('parcel').connect\ndef told(sender, parcel, **kwargs):\n    print(parcel.to)",
        True,
    ),
    "bare": ("@signals.bare.connect\ndef told(sender, parcel, **kwargs):\n    print(parcel.to)", True),
    "another signal": (
        "@signals.parcel_lost.connect\ndef told(sender, parcel, **kwargs):\n    print(parcel.to)",
        False,
    ),
}
SENDS = """
import signals
from blinker import signal
from models import *

def send(s: Session):
    parcel = s.get(Parcel, 1)
    signals.parcel_sent.send(None, parcel=parcel)
    signals.bare.send(parcel=parcel)
    signal("parcel").send("me", parcel=parcel)
"""


@pytest.mark.parametrize(("body", "expected"), CONNECTED.values(), ids=CONNECTED)
def test_receivers_are_called_with_what_is_sent(program: Callable[..., Program], body: str, expected: bool) -> None:
    files = {"signals.py": SIGNALS, "models.py": MODELS, "sends.py": SENDS, "receivers.py": f"import signals\n{body}\n"}
    found = [each for each in program(files, Load).effects if each.place.path == "receivers.py"]
    assert bool(found) is expected
