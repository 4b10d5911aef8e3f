"""Parameters that nothing tells of: a survey takes them for rows of what they are named after, where all that is touched fits."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from archwright.model.effect import Load, Read, Write
from archwright.source.program import analyse

DJANGO = """
    from django.contrib.auth.models import AbstractUser
    from django.db import models

    class Member(AbstractUser):
        nickname = models.CharField(max_length=10)

    class UserStory(models.Model):
        title = models.CharField(max_length=10)
        weight = models.IntegerField()
        owner = models.ForeignKey(Member, on_delete=models.CASCADE)

    class Story(models.Model):
        title = models.CharField(max_length=10)
"""
SQLALCHEMY = """
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Member(Base):
        __tablename__ = "members"
        id = Column(Integer, primary_key=True)
        nickname = Column(String)

    class UserStory(Base):
        __tablename__ = "stories"
        id = Column(Integer, primary_key=True)
        title = Column(String)
        weight = Column(Integer)
        owner_id = Column(ForeignKey("members.id"))
        owner = relationship(Member)
"""


def _told(tmp_path: Path, models: str, functions: str, *, presume: bool = True) -> list[str]:
    (tmp_path / "shop").mkdir()
    for name, text in (("__init__.py", ""), ("models.py", models), ("services.py", functions)):
        (tmp_path / "shop" / name).write_text(textwrap.dedent(text), encoding="utf-8")
    program = analyse(["."], wanted=frozenset({Load, Read, Write}), root=tmp_path, presume=presume)
    return [
        f"{each.place.line} {type(each).__name__} {each.entity}{'.' + each.relation if isinstance(each, Load) else ''}"
        for each in program.effects
        if isinstance(each, Load | Read | Write) and each.place.path == "shop/services.py"
    ]


NAMED = """
    def owner_of(user_story):
        return user_story.owner.nickname

    def rename(old_user_story, title):
        old_user_story.title = title
        return old_user_story.owner.nickname
"""


@pytest.mark.parametrize("models", [DJANGO, SQLALCHEMY])
def test_a_parameter_is_a_row_of_what_it_is_named_after(tmp_path: Path, models: str) -> None:
    told = _told(tmp_path, models, NAMED)
    assert [each for each in told if "Load" in each] == ["3 Load UserStory.owner", "7 Load UserStory.owner"]


def test_nothing_is_presumed_for_findings(tmp_path: Path) -> None:
    assert _told(tmp_path, DJANGO, NAMED, presume=False) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def f(user_story):\n    return user_story.owner, user_story.get('title')\n", "something else is touched too"),
        ("def f(user_story: dict):\n    return user_story.owner\n", "an annotation says otherwise"),
        ("def f(it):\n    return it.owner, it.title\n", "neither name nor attributes enough"),
        ("def f(thing):\n    return thing.title, thing.pk, thing.delete()\n", "attributes of several models"),
    ],
)
def test_where_it_does_not_fit_nothing_is_said(tmp_path: Path, text: str, reason: str) -> None:
    assert _told(tmp_path, DJANGO, text) == [], reason


def test_attributes_of_one_model_alone_are_enough(tmp_path: Path) -> None:
    told = _told(tmp_path, DJANGO, "def f(it):\n    return it.owner, it.title, it.weight\n")
    assert told == ["2 Load UserStory.owner"]


def test_users_have_what_django_gives_them(tmp_path: Path) -> None:
    text = "def f(member):\n    if member.is_authenticated:\n        member.delete()\n"
    assert _told(tmp_path, DJANGO, text) == ["3 Write Member"]


def test_what_the_whole_of_a_test_fetched_is_there_where_it_holds(tmp_path: Path) -> None:
    text = """
        def f(data, user_story):
            if "owner" not in data and user_story.owner:
                data["owner"] = user_story.owner.nickname
            else:
                data["by"] = user_story.owner.nickname
    """
    told = _told(tmp_path, DJANGO, text)
    assert told == ["3 Load UserStory.owner", "6 Load UserStory.owner"]
