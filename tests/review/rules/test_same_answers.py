"""Pages and redirects that are the same for everybody protect nothing; who only reads is compared with who only reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "access/missing-authentication"
LOUD: list[str] = ["medium"]
DOUBTED: list[str] = ["low"]
SILENT: list[str] = []

VIEWS = """
from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View
from shop.addresses import help_url, start_work
from shop.models import Row

ROWS = {}

class One(LoginRequiredMixin, View):
    def get(self, request, key):
        return JsonResponse({"row": ROWS[key]})

class Two(LoginRequiredMixin, View):
    def get(self, request, key):
        return JsonResponse({"row": ROWS[key]})

class Three(LoginRequiredMixin, View):
    def get(self, request, key):
        return JsonResponse({"row": ROWS[key]})

class Four(LoginRequiredMixin, View):
    def get(self, request, key):
        return JsonResponse({"row": ROWS[key]})

class Last(View):
    def get(self, request, key):
        BODY
"""
NAMES = ("One", "Two", "Three", "Four", "Last")
FILES = {
    "shop/__init__.py": "",
    "shop/addresses.py": "def help_url(request):\n    return ROWS['help']\n\ndef start_work(request):\n    return ROWS['work']\n",
    "shop/models.py": "from django.db import models\n\nclass Row(models.Model):\n    name = models.TextField()\n",
    "shop/urls.py": "from django.urls import path\nfrom shop import views\n\nurlpatterns = [\n"
    + "".join(f'    path("<int:key>/{name.lower()}", views.{name}.as_view()),\n' for name in NAMES)
    + "]\n",
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('return redirect(reverse("shop:first"))', SILENT),
        ('return redirect("shop:first")', SILENT),
        (
            "target = f\"{self.request.scheme}://{settings.HOST}{reverse('docs')}\"; return HttpResponseRedirect(target)",
            SILENT,
        ),
        ('return HttpResponseRedirect(request.build_absolute_uri(reverse("docs")))', SILENT),
        ('return render(request, "closed.html")', SILENT),
        ('return render(request, "closed.html", {"title": "Closed", "next": reverse("docs")})', SILENT),
        ("return HttpResponseRedirect(help_url(request))", DOUBTED),
        ("return HttpResponseRedirect(start_work(request))", LOUD),
        ('return redirect(f"/rows/{key}/")', LOUD),
        ('return redirect(request.GET["next"])', LOUD),
        ('return redirect(request.COOKIES["next"])', LOUD),
        ('return render(request, "rows.html", {"rows": ROWS})', LOUD),
        ('return render(request, "rows.html", {"row": ROWS[key]})', LOUD),
        ('title = settings.PLAN; return render(request, "rows.html", {"title": title})', LOUD),
        ('Row.objects.all().delete(); return redirect("shop:first")', LOUD),
        ('start_work(request); return render(request, "closed.html")', LOUD),
    ],
)
def test_a_page_or_redirect_made_from_constants(findings: Find, body: str, expected: list[str]) -> None:
    assert told(findings(RULE, {**FILES, "shop/views.py": VIEWS.replace("BODY", body)})) == expected


API = """
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

router = APIRouter(prefix="/routes")
scheme = OAuth2PasswordBearer(tokenUrl="token")

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)

class Route(Base):
    __tablename__ = "routes"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

class Letter(Base):
    __tablename__ = "letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    owner: Mapped[User] = relationship()

def session() -> Session: ...

def current_user(token: str = Depends(scheme)) -> str:
    if token != "x":
        raise HTTPException(401)
    return token
"""
WRITE = """
@router.{method}("/{{key}}/{name}")
def {name}(key: int, text: str, db: Session = Depends(session), user: str = Depends(current_user)):
    row = db.get(Route, key)
    row.name = text
    db.commit()
"""
READ = """
@router.get("/{{key}}/{name}")
def {name}(key: int, db: Session = Depends(session){user}):
    return db.get({entity}, key)
"""
ASKS = ", user: str = Depends(current_user)"
WRITES = "".join(
    WRITE.format(method=method, name=name)
    for method, name in (("post", "make"), ("put", "change"), ("delete", "drop"), ("patch", "patch"), ("post", "move"))
)


def read(name: str, user: str = "", entity: str = "Route") -> str:
    return READ.format(name=name, user=user, entity=entity)


READERS = [read(name, ASKS) for name in ("length", "weight", "owners", "stops")]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (WRITES + read("shape"), DOUBTED),
        (WRITES + read("shape") + READERS[0], DOUBTED),
        (WRITES + read("shape") + read("title"), SILENT),
        (WRITES + read("shape") + "".join(READERS), LOUD),
        ("".join(READERS) + read("shape"), LOUD),
        (WRITES + "".join(READERS[:3]) + read("shape") + read("title") + read("colour"), SILENT),
        (WRITES + read("shape", entity="Letter"), LOUD),
        (WRITES + read("shape", entity="User"), LOUD),
        (WRITES + WRITE.format(method="post", name="turn").replace(ASKS, ""), LOUD),
        (WRITES + read("shape").replace("    return", "    db.delete(db.get(Route, key))\n    return"), LOUD),
    ],
)
def test_reads_are_compared_with_reads(findings: Find, code: str, expected: list[str]) -> None:
    assert told(findings(RULE, API + code)) == expected


SIGN_UP = """
from django.core.mail import send_mail
from django.shortcuts import render
from django_ratelimit.decorators import ratelimit
from shop.models import Row

@ratelimit(key="ip", rate="5/m", block=True)
def register(request):
    Row.objects.create(name=request.POST["name"])
    return render(request, "registration/form.html")

def register_done(request):
    BODY
"""
SIGN_UP_URLS = """
from django.urls import path
from shop import views

urlpatterns = [path("register/", views.register), path("register/done/", views.register_done)]
"""


@pytest.mark.parametrize(
    ("body", "times"),
    [
        ('return render(request, "registration/done.html")', 0),
        ('return render(request, "registration/done.html", {"title": "Thanks"})', 0),
        ('send_mail("Hi", "there", None, [request.POST["to"]]); return render(request, "registration/done.html")', 1),
        ('return render(request, "registration/done.html", {"name": request.POST["name"]})', 1),
        ('Row.objects.create(name="x"); return render(request, "registration/done.html")', 1),
    ],
)
def test_a_page_without_work_needs_no_limit(findings: Find, body: str, times: int) -> None:
    files = {**FILES, "shop/urls.py": SIGN_UP_URLS, "shop/views.py": SIGN_UP.replace("BODY", body)}
    assert len(findings("limits/rate", files)) == times


def told(found: list[Finding]) -> list[str]:
    return [str(finding.confidence) for finding in found]
