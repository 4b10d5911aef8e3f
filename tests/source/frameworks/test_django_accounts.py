"""Who sends a request, what logging in does, and rows of the models that Django brings along."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Load, Read, Write
from archwright.source.program import Program

OWN = """
from django.contrib.auth.models import AbstractUser
from django.db import models

class Club(models.Model):
    name = models.CharField(max_length=10)

class Member(AbstractUser):
    club = models.ForeignKey(Club, on_delete=models.CASCADE, related_name="members")
"""
PLAIN = """
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import models

class Race(models.Model):
    judge = models.ForeignKey(User, on_delete=models.CASCADE)
    starter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    runners = models.ManyToManyField("auth.User")
    crew = models.ForeignKey(Group, on_delete=models.CASCADE)
"""
SETTINGS = "AUTH_USER_MODEL = 'club.Member'\n"
TOLD = {
    "a relation of the user": ("request.user.club.name", SETTINGS, ["load Member.club"]),
    "rows of the user": ("list(request.user.club.members.all())", SETTINGS, ["load Club.members", "load Member.club"]),
    "groups": ("request.user.groups.add(1)", SETTINGS, ["write Member_groups insert"]),
    "saved": ("request.user.save()", SETTINGS, ["write Member save"]),
    "logged in": ("login(request, request.user)", SETTINGS, ["write Member update"]),
    "someone logged in": ("login(request, someone)", SETTINGS, ["write Member update"]),
    "known by name": (
        "user = authenticate(request, username='a', password='b')\n    user.club.name",
        SETTINGS,
        ["load Member.club", "read Member one"],
    ),
    "known by what the project asks": (
        "authenticate(request, token='a')", f"{SETTINGS}AUTHENTICATION_BACKENDS = ['club.backends.ByToken']\n", [],
    ),
    "Django's own user": ("login(request, someone)", "", ["write User update"]),
    "Django's own user by name": ("authenticate(request, username='a', password='b')", "", ["read User one"]),
    "a model that can't be found": ("login(request, someone)", "AUTH_USER_MODEL = 'other.Person'\n", []),
}  # fmt: skip


@pytest.mark.parametrize(("line", "settings", "expected"), TOLD.values(), ids=TOLD)
def test_users(program: Callable[..., Program], line: str, settings: str, expected: list[str]) -> None:
    files = {
        "club/__init__.py": "",
        "club/models.py": OWN,
        "club/views.py": f"from django.contrib.auth import authenticate, login\n\ndef view(request, someone):\n    {line}\n",
        "config/settings.py": settings,
    }
    assert told(program(files, Read, Load, Write)) == expected


def test_models_of_other_packages_at_the_end_of_a_relation(program: Callable[..., Program]) -> None:
    body = "race.judge.save()\n    race.starter.save()\n    race.crew.delete()\n    list(race.runners.filter(pk=1))"
    views = f"from club.models import Race\n\ndef view(race: Race):\n    {body}\n"
    files = {"club/__init__.py": "", "club/models.py": PLAIN, "club/views.py": views}
    loads = [f"load Race.{name}" for name in ("crew", "judge", "starter")]
    writes = ["write Group delete", "write User save", "write User save"]
    assert told(program(files, Read, Load, Write)) == [*loads, "read User many", *writes]


def told(found: Program) -> list[str]:
    lines = []
    for each in found.effects:
        if isinstance(each, Load):
            lines.append(f"load {each.entity}.{each.relation.rpartition('.')[2]}")
        elif isinstance(each, Read | Write):
            kind = each.kind if isinstance(each, Write) else each.many
            lines.append(f"{type(each).__name__.lower()} {each.entity} {kind}")
    return sorted(lines)
