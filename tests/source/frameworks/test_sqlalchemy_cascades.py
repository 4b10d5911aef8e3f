"""New rows that the session takes in because they refer to one of its rows: up to SQLAlchemy 1.4, and not in 2.0."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Write
from archwright.source.program import Program

MODELS = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import Session, backref, declarative_base, relationship

Base = declarative_base()

class Album(Base):
    __tablename__ = "album"
    id = Column(Integer, primary_key=True)
    songs = relationship("Song", back_populates="album")
    notes = relationship("Note", back_populates="album", cascade_backrefs=False)
    cover = relationship("Cover", uselist=False, back_populates="album")

class Song(Base):
    __tablename__ = "song"
    id = Column(Integer, primary_key=True)
    title = Column(Integer)
    album_id = Column(ForeignKey("album.id"))
    album = relationship(Album, back_populates="songs")
    first = relationship(Album, foreign_keys="Song.album_id", viewonly=True)

class Take(Base):
    __tablename__ = "take"
    id = Column(Integer, primary_key=True)
    song_id = Column(ForeignKey("song.id"))
    song = relationship(Song, backref=backref("takes", cascade="delete"))
    other = relationship(Song, backref=backref("others", lazy="dynamic"))

class Note(Base):
    __tablename__ = "note"
    id = Column(Integer, primary_key=True)
    album_id = Column(ForeignKey("album.id"))
    album = relationship(Album, back_populates="notes")

class Cover(Base):
    __tablename__ = "cover"
    id = Column(Integer, primary_key=True)
    album_id = Column(ForeignKey("album.id"))
    album = relationship(Album, back_populates="cover")
"""
OLD = {
    "given to the class": ("Song(album=s.get(Album, 1), title=2)", [(2, "Song", "insert")]),
    "assigned": ("x = Song()\nx.album = s.get(Album, 1)", [(3, "Song", "insert")]),
    "backref": ("Take(other=s.get(Song, 1))", [(2, "Take", "insert")]),
    "added after": ("x = Song(album=s.get(Album, 1))\ns.add(x)", [(3, "Song", "insert")]),
    "added together": (
        "a = s.get(Album, 1)\nx = Song(album=a)\ny = Song(album=a)\ns.add_all([a, x, y])",
        [(5, "Album", "save"), (5, "Song", "insert")],
    ),
    "added before": ("x = Song()\ns.add(x)\nx.album = s.get(Album, 1)", [(3, "Song", "insert")]),
    "to a new row": ("a = Album()\nSong(album=a)", []),
    "no way back": ("Song(first=s.get(Album, 1))", []),
    "other cascades": ("Take(song=s.get(Song, 1))", []),
    "told not to": ("Note(album=s.get(Album, 1))", []),
    "collection": ("s.get(Album, 1).songs.append(Song())", [(2, "Song", "insert")]),
    "collection without the cascade": ("s.get(Song, 1).takes.append(Take())", [(2, "Take", "update")]),
    "one row": ("s.get(Album, 1).cover = Cover()", [(2, "Album", "update"), (2, "Cover", "insert")]),
}
NEW = {name: OLD[name] for name in ("added after", "added before", "collection", "one row")}


def written(program: Program) -> list[tuple[int, str, str]]:
    return sorted(
        (each.place.line, str(each.entity).rpartition(".")[2], str(each.kind))
        for each in program.effects
        if isinstance(each, Write)
    )


def view(body: str, version: str) -> dict[str, str]:
    lines = "".join(f"\n    {line}" for line in body.split("\n"))
    text = f"def view(s: Session):{lines}\nfrom models import *\n"
    return {"models.py": MODELS, "views.py": text, "requirements.txt": f"sqlalchemy{version}\n"}


@pytest.mark.parametrize(("body", "expected"), OLD.values(), ids=OLD)
def test_before_version_2(program: Callable[..., Program], body: str, expected: list[tuple[int, str, str]]) -> None:
    assert written(program(view(body, "==1.4.50"), Write)) == expected


@pytest.mark.parametrize("version", ["==2.0.30", ">=1.4"])
@pytest.mark.parametrize(("body", "expected"), NEW.values(), ids=NEW)
def test_from_version_2_on_and_where_the_version_is_not_known(
    program: Callable[..., Program], body: str, expected: list[tuple[int, str, str]], version: str
) -> None:
    assert written(program(view(f"Song(album=s.get(Album, 1))\n{body}", version), Write)) == [
        (line + 1, entity, kind) for line, entity, kind in expected
    ]


@pytest.mark.parametrize("maker", ["sessionmaker(future=True)", "SQLAlchemy(session_options={'future': True})"])
def test_sessions_that_behave_as_those_of_version_2(program: Callable[..., Program], maker: str) -> None:
    files = view("Song(album=s.get(Album, 1))", "==1.4.50")
    files["sessions.py"] = (
        f"from sqlalchemy.orm import sessionmaker\nfrom flask_sqlalchemy import SQLAlchemy\nmade = {maker}\n"
    )
    assert written(program(files, Write)) == []
