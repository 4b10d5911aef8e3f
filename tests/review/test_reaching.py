"""What the senders of data have to be, by what stands before the endpoints that receive it."""

from pathlib import Path

import pytest

from archwright.model.finding import Confidence
from archwright.review.project import review_project
from archwright.review.registry import all_rules

RULES = tuple(rule for rule in all_rules() if rule.name in ("request/ssrf", "injection/code", "files/path-traversal"))

FASTAPI = """
import requests
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPBearer

app = FastAPI()
bearer = HTTPBearer(auto_error=False)

def get_user(request: Request, credentials=Depends(bearer)):
    token = None
    if credentials is not None:
        token = credentials.credentials
    if token is None:
        raise HTTPException(401)
    return load(token)

def get_admin_user(user=Depends(get_user)):
    if user.role != "admin":
        raise HTTPException(403)
    return user

@app.post("/verify")
def verify(url: str, user=Depends(GUARD)):
    CODE
"""
DJANGO = """
import requests
from django.contrib.auth.decorators import permission_required
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View

@GUARD
class Preview(View):
    def post(self, request):
        requests.get(request.POST["url"], timeout=9)

urlpatterns = [path("preview/", Preview.as_view())]
"""


def confidences(root: Path, code: str) -> list[Confidence]:
    (root / "app.py").write_text(code)
    found = review_project(["."], RULES, everything=True, root=root).document.findings
    return [finding.confidence for finding in found]


@pytest.mark.parametrize(
    ("guard", "code", "confidence"),
    [
        ("get_user", "requests.get(url, timeout=9)", Confidence.HIGH),
        ("get_admin_user", "requests.get(url, timeout=9)", Confidence.LOW),
        ("get_admin_user", "exec(url)", Confidence.LOW),
        ("get_admin_user", "open('/srv/' + url)", Confidence.HIGH),
    ],
    ids=["anybody signed in", "staff sets the service up", "staff writes plug-ins", "staff may not read any file"],
)
def test_a_dependency_that_lets_staff_alone_through(
    tmp_path: Path, guard: str, code: str, confidence: Confidence
) -> None:
    assert confidences(tmp_path, FASTAPI.replace("GUARD", guard).replace("CODE", code)) == [confidence]


@pytest.mark.parametrize(
    ("guard", "confidence"),
    [
        ("method_decorator(login_required, name='dispatch')", Confidence.HIGH),
        ("method_decorator(permission_required('site.set_up'), name='dispatch')", Confidence.LOW),
    ],
)
def test_a_permission_that_staff_grants(tmp_path: Path, guard: str, confidence: Confidence) -> None:
    code = DJANGO.replace("GUARD", guard).replace("import permission", "import login_required, permission")
    assert confidences(tmp_path, code) == [confidence]
