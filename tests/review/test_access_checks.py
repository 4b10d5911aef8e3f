"""Checks that are there and wrong: taken the wrong way round, left out for addresses that only look alike."""

import textwrap
from pathlib import Path

import pytest

from archwright.review.project import review_project
from archwright.review.registry import all_rules, select

FLASK = """
from functools import wraps
from flask import Blueprint, abort, jsonify, request
from flask_login import current_user, login_required

notes = Blueprint("notes", __name__)
NOTES = {}

def is_member(user, note):
    return user.id in NOTES[note]["members"]
"""


def found(directory: Path, code: str, rule: str) -> list[tuple[int, str]]:
    (directory / "app.py").write_text(textwrap.dedent(code), encoding="utf-8")
    rules = select(all_rules(), [rule])
    reviewed = review_project(["."], rules, everything=True, root=directory, workers=1)
    assert not reviewed.faults
    return [(finding.line, str(finding.confidence)) for finding in reviewed.document.findings]


def handler(name: str, body: str) -> str:
    lines = "".join(f"    {line}\n" for line in textwrap.dedent(body).strip().splitlines())
    return f'\n@notes.get("/{name}/<int:note>")\n@login_required\ndef {name}(note):\n{lines}'


RIGHT = handler("show", "if not is_member(current_user, note):\n    abort(403)\nreturn NOTES[note]")


@pytest.mark.parametrize(
    ("body", "times"),
    [
        ("if is_member(current_user, note):\n    abort(403)\nreturn NOTES[note]", 1),
        ("if is_member(current_user, note):\n    return jsonify(error='No permission.'), 200\nreturn NOTES[note]", 1),
        ("if not is_member(current_user, note):\n    return NOTES[note]\nelse:\n    abort(403)", 1),
        ("if is_member(current_user, note):\n    return NOTES[note]\nabort(403)", 0),
        ("if is_member(current_user, note):\n    return NOTES[note]\nelse:\n    abort(403)", 0),
        ("if is_member(current_user, note):\n    abort(403, 'You are a member already.')\nreturn NOTES[note]", 0),
        ("if is_member(current_user, note):\n    abort(400)\nreturn NOTES[note]", 0),
    ],
)
def test_a_check_taken_the_wrong_way_round(tmp_path: Path, body: str, times: int) -> None:
    assert len(found(tmp_path, FLASK + RIGHT + handler("text", body), "access/inverted-check")) == times


def test_a_check_that_nobody_takes_the_other_way_round_is_not_judged(tmp_path: Path) -> None:
    body = "if is_member(current_user, note):\n    abort(403)\nreturn NOTES[note]"
    assert found(tmp_path, FLASK + handler("text", body), "access/inverted-check") == []


def test_two_that_agree_are_proved(tmp_path: Path) -> None:
    other = handler("other", "if not is_member(current_user, note):\n    abort(403)\nreturn {}")
    wrong = handler("text", "if is_member(current_user, note):\n    abort(403)\nreturn NOTES[note]")
    assert [each[1] for each in found(tmp_path, FLASK + RIGHT + other + wrong, "access/inverted-check")] == ["high"]


def hook(condition: str) -> str:
    return f"""
from flask import Flask, abort, request
from flask_login import current_user

app = Flask(__name__)
LOG = []

@app.before_request
def signed_in():
    if {condition}:
        return None
    if not current_user.is_authenticated:
        abort(401)

@app.get("/audit")
def audit():
    return LOG

@app.post("/audit-trail/clear")
def audit_clear():
    LOG.clear()
    return {{}}
"""


@pytest.mark.parametrize(
    ("condition", "times"),
    [
        ('"audit" in request.endpoint', 1),
        ('request.endpoint and "audit" in request.endpoint', 1),
        ('request.endpoint.startswith("audit")', 1),
        ('request.path.startswith("/audit")', 1),
        ('request.path.startswith(("/static/", "/audit"))', 1),
        ('request.path.startswith("/audit/")', 0),
        ('request.endpoint == "audit"', 0),
        ('request.endpoint in ("audit", "static")', 0),
        ('"/health" in request.url', 1),
        ('"/health" in request.path', 0),
        ('"audit" in request.endpoint and request.method == "GET"', 0),
    ],
)
def test_an_exemption_by_a_part_of_an_address(tmp_path: Path, condition: str, times: int) -> None:
    assert len({line for line, _ in found(tmp_path, hook(condition), "access/loose-exemption")}) == times


def test_a_middleware_that_turns_away_but_for_a_text(tmp_path: Path) -> None:
    code = """
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

    app = FastAPI()
    ROWS = {}

    @app.middleware("http")
    async def signed_in(request: Request, call_next):
        if "/docs" not in str(request.url) and not request.headers.get("authorization"):
            return JSONResponse({}, status_code=401)
        return await call_next(request)

    @app.delete("/rows/{row}")
    async def remove(row: int):
        del ROWS[row]
    """
    assert found(tmp_path, code, "access/loose-exemption") == [(10, "medium")]


ASKING = """
from typing import Annotated
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

router = APIRouter()
scheme = OAuth2PasswordBearer(tokenUrl="token", auto_error=False)
FILES = {}

def user_of(token):
    if token not in FILES:
        raise HTTPException(status_code=401)
    return token

def current_user(token: str = Depends(scheme)):
    return CALLED

User = Annotated[str, Depends(current_user)]

@router.get("/files")
def names(user: User):
    return list(FILES)

@router.post("/files/{name}")
def upload(name: str, text: str, user: User):
    FILES[name] = text

@router.patch("/files/{name}")
def rename(name: str, other: str, user: User):
    FILES[other] = FILES.pop(name)

@router.delete("/files/{name}")
def remove(name: str, user: User):
    del FILES[name]

@router.get("/news")
def news():
    return FILES["news"]

@router.get("/news/{number}")
def one(number: int):
    return FILES[number]

@router.get("/files/{name}")
def content(name: str):
    return FILES[name]
"""


@pytest.mark.parametrize(("called", "times"), [("user_of(token)", 1), ("token", 0)])
def test_one_of_those_whose_paths_begin_alike_asks_nothing(tmp_path: Path, called: str, times: int) -> None:
    assert len(found(tmp_path, ASKING.replace("CALLED", called), "access/missing-authentication")) == times


RANKED = """
from django.contrib.auth.models import User
from django.urls import include, path
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import DefaultRouter
from rest_framework.viewsets import ModelViewSet

class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["username"]

class Users(ModelViewSet):
    queryset = User.objects.all()
    serializer_class = UserSerializer
    permission_classes = [IsAuthenticated]

    def create(self, request, *args, **kwargs):
        if not request.user.is_staff:
            raise PermissionDenied
        return super().create(request, *args, **kwargs)

    def update(self, request, *args, **kwargs):
        if self.get_object().is_staff and not request.user.is_superuser:
            raise PermissionDenied
        return super().update(request, *args, **kwargs)

    MORE

router = DefaultRouter()
router.register("users", Users)
urlpatterns = [path("", include(router.urls))]
"""


@pytest.mark.parametrize(
    ("more", "times"),
    [
        ("pass", 1),
        ("def perform_destroy(self, instance):\n        if instance.is_staff:\n            raise PermissionDenied", 0),
        ("def get_queryset(self):\n        return User.objects.filter(manager=self.request.user)", 0),
        (
            "def destroy(self, request, pk):\n        if not request.user.is_staff:\n            raise PermissionDenied",
            0,
        ),
    ],
)
def test_an_inherited_action_turns_nobody_away_by_rank(tmp_path: Path, more: str, times: int) -> None:
    code = RANKED.replace("MORE", more)
    assert len({line for line, _ in found(tmp_path, code, "access/missing-authorization")}) == times


def test_a_checker_whose_method_is_put_around_a_view_guards_it(tmp_path: Path) -> None:
    code = FLASK + "\npermissions = object()\n"
    for name in ("a", "b", "c", "d"):
        code += handler(name, "return NOTES[note]")
    code += '\n@notes.get("/e/<int:note>")\n@permissions.require_any("add")\ndef e(note):\n    return NOTES[note]\n'
    code += '\n@notes.get("/g/<int:note>")\ndef g(note):\n    return NOTES[note]\n'
    assert len(found(tmp_path, code, "access/missing-authentication")) == 1


VIEWS = """
import enum
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.utils.decorators import method_decorator
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

NOTES = {}

class Kind(enum.Enum):
    LONG = "long"

"""
READING = "def get(self, request, note):\n        return Response(NOTES[note])"
TELLING = "def get(self, request, note):\n        return Response([each.value for each in Kind])"


@pytest.mark.parametrize(
    ("above", "body", "confidence"),
    [
        ("", READING, ["medium"]),
        ("@method_decorator(name='get', decorator=staff_member_required())", READING, []),
        ("@method_decorator(login_required, 'get')", READING, []),
        ("@method_decorator([login_required], name='dispatch')", READING, []),
        ("@method_decorator(name='post', decorator=staff_member_required)", READING, ["medium"]),
        ("", "permission_classes = ()\n    authentication_classes = []\n    " + READING, []),
        ("", "permission_classes = ()\n    " + READING, ["medium"]),
        ("", TELLING, ["low"]),
    ],
)
def test_what_class_based_views_say_of_callers(tmp_path: Path, above: str, body: str, confidence: list[str]) -> None:
    code = VIEWS
    for name in "ABCDE":
        code += f"class {name}(APIView):\n    permission_classes = [IsAuthenticated]\n    {READING}\n\n"
    code += f"{above}\nclass Last(APIView):\n    {body}\n\nurlpatterns = [\n"
    code += "".join(f"    path('{name}/<int:note>/', {name}.as_view()),\n" for name in [*"ABCDE", "Last"]) + "]\n"
    assert [each[1] for each in found(tmp_path, code, "access/missing-authentication")] == confidence


@pytest.mark.parametrize(
    ("test", "times"),
    [
        ('request.data.get("is_staff") is True', 1),
        ('request.data["is_staff"] == True', 1),
        ('request.data.get("is_staff")', 0),
        ('serializer.validated_data["is_staff"] is True', 0),
        ('request.data.get("is_staff") is not None', 0),
    ],
)
def test_a_flag_is_checked_as_it_was_sent(tmp_path: Path, test: str, times: int) -> None:
    more = f"""def partial_update(self, request, pk):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        if {test} and not request.user.is_superuser:
            raise PermissionDenied
        serializer.save()"""
    assert len(found(tmp_path, RANKED.replace("MORE", more), "access/raw-flag")) == times


CARTS = (
    """
from flask import Blueprint, session
from flask_login import login_required

carts = Blueprint("carts", __name__)
CARTS = {}

def cart_of_caller():
    if TEST:
        cart = CARTS[0]
    else:
        cart = CARTS[1]
    return cart
"""
    + "".join(
        f"""
@carts.post("/carts/<int:cart>/{name}")
@login_required
def {name}(cart):
    CARTS.pop(cart)
    return {{}}
"""
        for name in ("pay", "ship", "keep", "send", "join", "gift")
    )
    + """
@carts.post("/carts/<int:cart>/fill")
def fill(cart):
    cart_of_caller().append(cart)
    return {}
"""
)


@pytest.mark.parametrize(("test", "times"), [("session.is_anonymous", 0), ("session.is_full", 1)])
def test_a_way_for_those_who_are_not_signed_in_is_meant(tmp_path: Path, test: str, times: int) -> None:
    assert len(found(tmp_path, CARTS.replace("TEST", test), "access/missing-authentication")) == times


LINKS = """
from flask import Flask, redirect
from flask_login import current_user, login_required
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Invitation(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    invitation_token = db.Column(db.String)
    number = db.Column(db.Integer)
    person = db.Column(db.Integer)

@app.get("/invitations/<given>/assign")
@login_required
def assign(given):
    row = Invitation.query.filter(Invitation.FIELD == given).first()
    row.person = current_user.id
    db.session.commit()
    return redirect("/")
"""


@pytest.mark.parametrize(("field", "times"), [("number", 1), ("invitation_token", 0)])
def test_a_link_that_one_person_was_sent_is_no_plain_link(tmp_path: Path, field: str, times: int) -> None:
    assert len(found(tmp_path, LINKS.replace("FIELD", field), "access/write-by-get")) == times


CORS = """
from corsheaders.conf import conf
from corsheaders.middleware import CorsMiddleware

CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_CREDENTIALS = True

def answered(get_response):
    given = CorsMiddleware(get_response)

    def middleware(request):
        response = given(request)
        response["HEADER"] = "*"
        return response

    return middleware
"""


@pytest.mark.parametrize(("header", "times"), [("X-Served-By", 1), ("Access-Control-Allow-Credentials", 0)])
def test_a_middleware_of_its_own_may_take_the_credentials_away(tmp_path: Path, header: str, times: int) -> None:
    assert len(found(tmp_path, CORS.replace("HEADER", header), "access/cors")) == times
