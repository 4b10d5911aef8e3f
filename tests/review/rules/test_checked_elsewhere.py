"""Checks that stand where the library calls the project's code: before a session is set, before a page is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
SIGN_IN = """
from django.http import HttpResponse, HttpResponseBadRequest

class Desk:
    form_class = NotImplemented

    def welcome(self, request):
        form = self.form_class(request.POST)
        {check}
        request.session["user_id"] = form.cleaned_data["number"]
        return HttpResponse("ok")
"""


@pytest.mark.parametrize(
    ("check", "times"),
    [
        ("if not form.is_valid():\n            return HttpResponseBadRequest()", 0),
        ("form.full()", 1),
    ],
)
def test_a_form_that_is_valid_was_checked(findings: Find, check: str, times: int) -> None:
    found = findings("injection/trust-boundary", {"desk.py": SIGN_IN.format(check=check)})
    assert len([each for each in found if each.confidence is not Confidence.LOW]) == times


PAGES = """
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.views.generic import RedirectView
from shop.tokens import signer

@login_required
def basket(request, number):
    return JsonResponse({"number": number})

@login_required
def bill(request, number):
    return JsonResponse({"number": number})

@login_required
def rate(request, number):
    return JsonResponse({"number": number})

@login_required
def track(request, number):
    return JsonResponse({"number": number})

class Resume(RedirectView):
    def get_redirect_url(self, number, token):
        CHECK
        return f"/orders/{number}/step/"
"""


@pytest.mark.parametrize(
    ("check", "times"),
    [("if not signer.check_token(number, token):\n            raise PermissionDenied", 0), ("pass", 1)],
)
def test_a_page_that_redirects_checks_where_it_says_where_to(findings: Find, check: str, times: int) -> None:
    mounted = [f'path("orders/<int:number>/{page}/", views.{page})' for page in ("basket", "bill", "rate", "track")]
    mounted.append('path("orders/<int:number>/<str:token>/continue/", views.Resume.as_view())')
    files = {
        "shop/__init__.py": "",
        "shop/tokens.py": "from tokens import signer\n",
        "shop/urls.py": f"from django.urls import path\nfrom shop import views\n\nurlpatterns = [{', '.join(mounted)}]\n",
        "shop/views.py": PAGES.replace("CHECK", check),
    }
    assert len(findings("access/missing-authentication", files)) == times
