"""`access/mass-assignment`: the calls of each ORM by which data names the fields of rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]
RULE = "access/mass-assignment"

SQLALCHEMY = """
from flask import Flask, request
from sqlalchemy import create_engine, insert, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = Flask(__name__)
session = Session(create_engine("sqlite://"))

class Base(DeclarativeBase):
    pass

class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_admin: Mapped[bool]

@app.post("/members")
def change():
    given = request.get_json()
    CODE
"""
PEEWEE = """
from flask import Flask, request
from peewee import BooleanField, Model, SqliteDatabase, TextField

app = Flask(__name__)

class Member(Model):
    name = TextField()
    is_admin = BooleanField()
    class Meta:
        database = SqliteDatabase("x")

@app.post("/members")
def change():
    given = request.get_json()
    CODE
"""
TORTOISE = """
from fastapi import FastAPI, Request
from tortoise import fields
from tortoise.models import Model

app = FastAPI()

class Member(Model):
    name = fields.TextField()
    is_admin = fields.BooleanField()

@app.post("/members")
async def change(request: Request):
    given = await request.json()
    CODE
"""


@pytest.mark.parametrize(
    ("program", "code"),
    [
        (SQLALCHEMY, "session.query(Member).filter_by(id=1).update(GIVEN)"),
        (SQLALCHEMY, "session.execute(update(Member).where(Member.id == 1).values(**GIVEN))"),
        (SQLALCHEMY, "session.execute(insert(Member).values(GIVEN))"),
        (PEEWEE, "Member.update(**GIVEN).where(Member.id == 1).execute()"),
        (PEEWEE, "Member.create(**GIVEN)"),
        (PEEWEE, "Member.insert(GIVEN).execute()"),
        (TORTOISE, "await Member.filter(id=1).update(**GIVEN)"),
        (TORTOISE, "await Member.create(**GIVEN)"),
        (TORTOISE, "await (await Member.get(id=1)).update_from_dict(GIVEN).save()"),
    ],
)
@pytest.mark.parametrize(("given", "found"), [("given", 1), ('{"name": given["name"]}', 0)])
def test_data_names_the_fields(told: Told, program: str, code: str, given: str, found: int) -> None:
    assert len(told({"app.py": program.replace("CODE", code.replace("GIVEN", given))}, RULE)) == found


FORM = """from django import forms
from shop.models import Member

class MemberForm(forms.ModelForm):
    class Meta:
        model = Member
        fields = ("name",)
"""


@pytest.mark.parametrize(("given", "found"), [("request.POST.dict()", 1), ("MemberForm(request.POST).cleaned_data", 0)])
def test_a_helper_is_given_a_mapping_whose_keys_the_code_names(told: Told, given: str, found: int) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models.py": "from django.db import models\n\nclass Member(models.Model):\n"
        "    name = models.TextField()\n    is_admin = models.BooleanField()\n",
        "shop/forms.py": FORM,
        "shop/keep.py": "from typing import Any\nfrom shop.models import Member\n\n"
        "def keep(data: dict[str, Any]):\n    return Member.objects.create(**data)\n",
        "shop/urls.py": "from django.urls import path\nfrom shop import views\nurlpatterns = [path('members/', views.add)]\n",
        "shop/views.py": "from shop.forms import MemberForm\nfrom shop.keep import keep\n\n"
        f"def add(request):\n    keep({given})\n",
    }
    assert len(told(files, RULE)) == found


@pytest.mark.parametrize(("given", "found"), [("json.loads(request.body)", 1), ('{"name": request.POST["name"]}', 0)])
def test_defaults_of_django(told: Told, given: str, found: int) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models.py": "from django.db import models\n\nclass Member(models.Model):\n    is_admin = models.BooleanField()\n",
        "shop/urls.py": "from django.urls import path\nfrom shop import views\nurlpatterns = [path('members/', views.change)]\n",
        "shop/views.py": "import json\nfrom shop.models import Member\n\ndef change(request):\n"
        f"    Member.objects.update_or_create(pk=1, defaults={given})\n",
    }
    assert len(told(files, RULE)) == found


PYDANTIC = """
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Extra
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()
session = Session(create_engine("sqlite://"))

class Base(DeclarativeBase):
    pass

class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    is_admin: Mapped[bool]

class New(BaseModelEXTRA):
    name: str
    CONFIG

@app.post("/members")
def add(given: New):
    session.add(Member(**given.DUMP))
"""


@pytest.mark.parametrize(
    ("extra", "config", "dump", "found"),
    [
        ("", 'model_config = ConfigDict(extra="allow")', "model_dump()", 1),
        ("", 'model_config = {"extra": "allow"}', "model_dump(exclude_unset=True)", 1),
        ("", "class Config:\n        extra = 'allow'", "dict()", 1),
        ("", "class Config:\n        extra = Extra.allow", "dict()", 1),
        (', extra="allow"', "pass", "model_dump()", 1),
        ("", "pass", "model_dump()", 0),
        ("", 'model_config = ConfigDict(extra="forbid")', "model_dump()", 0),
        ("", 'model_config = ConfigDict(extra="allow")', 'model_dump(include={"name"})', 0),
    ],
)
def test_models_that_keep_what_they_do_not_declare(told: Told, extra: str, config: str, dump: str, found: int) -> None:
    code = PYDANTIC.replace("BaseModelEXTRA", f"BaseModel{extra}").replace("CONFIG", config).replace("DUMP", dump)
    assert len(told({"app.py": code}, RULE)) == found
