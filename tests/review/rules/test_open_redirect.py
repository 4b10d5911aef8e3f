"""Redirects: which checks of an address hold, and which other ways there are to send a client away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "request/open-redirect"
FLASK = """
from urllib.parse import quote, quote_plus, urljoin, urlparse, urlsplit, urlunsplit
import re
from flask import Flask, Response, redirect, request
app = Flask(__name__)

@app.get("/login")
def login():
    target = request.args["next"]
"""
HOLDS = {
    "one slash in front": 'if not target.startswith("/") or target.startswith("//"):\n    target = "/"\nreturn redirect(target)',
    "both slashes at once": 'if target.startswith("/") and not target.startswith(("//", "/\\\\")):\n    return redirect(target)',
    "no two slashes at all": 'if target.startswith("/") and "//" not in target:\n    return redirect(target)',
    "a pattern of one slash": 'if re.match(r"^/(?!/)", target):\n    return redirect(target)',
    "a pattern of a slash and a letter": 'if re.match(r"^/[a-z]+", target):\n    return redirect(target)',
    "slashes taken off": 'return redirect("/" + target.lstrip("/"))',
    "own host in front": "if target.startswith(request.host_url):\n    return redirect(target)",
    "a whole host in front": 'if target.startswith("https://shop.example/"):\n    return redirect(target)',
    "a host put in": 'return redirect(urlsplit(target)._replace(scheme="https", netloc="shop.example").geturl())',
    "put together behind a host": 'return redirect(urlunsplit(("https", request.host, urlsplit(target).path, "", "")))',
    "a query, or nothing": 'if target:\n    target = f"?next={target}"\nreturn redirect(f"/{target}")',
    "encoded with its slashes": 'return redirect("/" + quote(target, safe="@") + "/")',
    "encoded, beside this page": 'return redirect(quote_plus(target) + "/next")',
    "one slash of the text with its slashes alike": 'address = target.replace("\\\\", "/")\n'
    'if address.startswith("/") and not address.startswith("//"):\n    return redirect(target)',
    "the host of the text in small letters": 'address = (target or "").strip().lower()\nparts = urlparse(address)\n'
    'host = parts.hostname or ""\nif host.endswith("." + app.config["DOMAIN"]):\n    return redirect(target)',
    "behind the host that was asked": 'return redirect("http://{}:9000/{}".format(request.headers["Host"].split(":")[0], target))',
    "the request's own path": 'return redirect(request.path + "/")',
}
BROKEN = {
    "scheme and host cleared": 'return redirect(urlsplit(target)._replace(scheme="", netloc="").geturl())',
    "cleared in a list": 'parts = list(urlsplit(target))\nparts[0] = parts[1] = ""\nreturn redirect(urlunsplit(parts) or "/")',
    "the path alone": "return redirect(urlparse(target).path)",
    "a slash in front": 'if target.startswith("/"):\n    return redirect(target)',
    "no two slashes, and no slash": 'if not target.startswith("//"):\n    return redirect(target)',
    "no host": "if not urlparse(target).netloc:\n    return redirect(target)",
    "no host, a slash": 'if not urlparse(target).netloc and target.startswith("/"):\n    return redirect(target)',
    "a host without its end": 'if target.startswith("https://shop.example"):\n    return redirect(target)',
    "a slash put in front": 'return redirect("/" + target)',
    "joined to the own host": "return redirect(urljoin(request.host_url, target))",
    "a query, or what was sent": 'if request.args["as"]:\n    target = f"?next={target}"\nreturn redirect(f"/{target}")',
    "a pattern of any slashes": 'if re.match(r"^/.*", target):\n    return redirect(target)',
    "a pattern whose letters may be missing": 'if re.match(r"^/[a-z]*", target):\n    return redirect(target)',
    "a pattern of a slash and no blank": 'if re.match(r"^/\\S+", target):\n    return redirect(target)',
    "a pattern of two": 'if re.match(r"^/a|//", target):\n    return redirect(target)',
    "encoded, but for its slashes": 'return redirect("/" + quote(target))',
    "encoded where the host stands": 'return redirect("https://" + quote(target, safe=""))',
    "a check of what was cut off": 'address = target.strip("/")\nif address in ("a", "b"):\n    return redirect(target)',
    "a check of another text": 'address = target.strip()\ntarget = request.args["to"]\n'
    'if address.startswith("/") and not address.startswith("//"):\n    return redirect(target)',
    "the end of a host without its dot": 'address = target.lower()\nif urlparse(address).hostname.endswith(app.config["DOMAIN"]):\n'
    "    return redirect(target)",
    "a header of the answer": 'return Response("", 302, headers={"Location": target})',
    "headers beside the answer": 'return "", 302, {"Location": target}',
}
TORNADO = """
import tornado.web

class Slash(tornado.web.RequestHandler):
    def get(self):
        self.redirect(self.request.path.rstrip("/"))

app = tornado.web.Application([(r"{}", Slash)])
"""
DJANGO_URLS = """
from django.urls import path
import views

urlpatterns = [path("login/", views.login)]
"""
DJANGO = """
from urllib.parse import urlparse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

def may_redirect(url):
    parts = urlparse(url)
    {}
    try:
        return resolve(parts.path).url_name in ("home", "orders")
    except Resolver404:
        return False

def login(request):
    target = request.GET.get("next", "")
    if {}:
        return redirect(target)
    return redirect("home")
"""


def body(text: str) -> str:
    return FLASK + "".join(f"    {line}\n" for line in text.splitlines())


@pytest.mark.parametrize("title", HOLDS)
def test_an_address_that_stays_here(title: str, findings: Find) -> None:
    assert findings(RULE, body(HOLDS[title])) == []


@pytest.mark.parametrize("title", BROKEN)
def test_an_address_that_may_leave(title: str, findings: Find) -> None:
    (found,) = findings(RULE, body(BROKEN[title]))
    assert found.confidence is Confidence.HIGH


@pytest.mark.parametrize(
    ("pattern", "confidence"), [(".*/", Confidence.MEDIUM), ("/users/.*/", None), ("/[^/]+/", Confidence.LOW)]
)
def test_the_path_of_a_request_by_the_route_that_took_it(
    pattern: str, confidence: Confidence | None, findings: Find
) -> None:
    found = findings(RULE, TORNADO.replace("{}", pattern))
    assert [each.confidence for each in found] == ([confidence] if confidence is not None else [])


def test_a_middleware_sees_any_path(findings: Find) -> None:
    text = """
        from aiohttp import web

        @web.middleware
        async def slashes(request, handler):
            if not request.path.endswith("/"):
                raise web.HTTPMovedPermanently({})
            return await handler(request)

        app = web.Application(middlewares=[slashes])
    """
    (found,) = findings(RULE, text.replace("{}", 'request.path + "/"'))
    assert found.confidence is Confidence.LOW
    (found,) = findings(RULE, text.replace("slashes", "slash_middleware").replace("{}", 'request.path + "/"'))
    assert found.confidence is Confidence.MEDIUM
    assert findings(RULE, text.replace("{}", '"/" + request.path.strip("/") + "/"')) == []


@pytest.mark.parametrize(
    ("first", "test", "safe"),
    [
        ("pass", "may_redirect(target)", False),
        ("if parts.netloc: return False", "may_redirect(target)", True),
        ("pass", "url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})", True),
        ("pass", "url_has_allowed_host_and_scheme(target, allowed_hosts={urlparse(target).netloc})", False),
        ("pass", "url_has_allowed_host_and_scheme(urlparse(target).path, allowed_hosts=None)", False),
    ],
)
def test_checks_of_django(first: str, test: str, safe: bool, findings: Find) -> None:
    text = DJANGO.replace("{}", first, 1).replace("{}", test, 1)
    assert bool(findings(RULE, {"urls.py": DJANGO_URLS, "views.py": text})) is not safe


def test_the_way_leads_by_a_check_that_overlooks_the_host(findings: Find) -> None:
    text = DJANGO.replace("{}", "pass", 1).replace("{}", "may_redirect(target)", 1)
    (found,) = findings(RULE, {"urls.py": DJANGO_URLS, "views.py": text})
    (check,) = [step for step in found.trace if step.note == "looked at here, where other hosts get through"]
    assert text.split("\n")[check.line - 1].startswith("def may_redirect")


def test_a_handler_of_tornado_writes_the_header(findings: Find) -> None:
    text = TORNADO.replace(
        'self.redirect(self.request.path.rstrip("/"))', 'self.set_header("Location", self.get_argument("u"))'
    )
    assert len(findings(RULE, text)) == 1


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ('url_concat("/" + url_escape(name), {"next": self.get_argument("next")})', 0),
        ('url_concat(self.get_argument("next"), {"name": name})', 1),
    ],
)
def test_what_tornado_encodes_and_puts_into_a_query(address: str, found: int, findings: Find) -> None:
    text = TORNADO.replace("def get(self)", "def get(self, name)").replace('self.request.path.rstrip("/")', address)
    head = "from tornado.escape import url_escape\nfrom tornado.httputil import url_concat\n"
    assert len(findings(RULE, head + text.replace("{}", "/wait/(.*)"))) == found


def test_one_cause_for_all_answers_of_a_function(findings: Find) -> None:
    (found,) = findings(
        RULE, body('if request.args["how"]:\n    return redirect(target, 301)\nreturn redirect(target)')
    )
    assert found.trace[-1].note == "here too"
    assert (
        len(
            findings(
                RULE, body('if request.args["how"]:\n    return redirect(request.args["to"])\nreturn redirect(target)')
            )
        )
        == 2
    )


@pytest.mark.parametrize(
    ("form", "found"), [("{target:d}", 0), ("{target:.2f}", 0), ("{target:>9}", 1), ("{target!s:9}", 1)]
)
def test_what_is_written_as_a_number_is_one(form: str, found: int, findings: Find) -> None:
    assert len(findings(RULE, body(f'return redirect(f"{form}/")'))) == found


ROWS = {
    "urls.py": """
        from django.urls import path, re_path
        import views

        urlpatterns = [re_path(r"^(?P<name>[^/]+)/settings", views.settings), path("languages/<code>/", views.language)]
    """,
    "models.py": """
        from django.db import models

        class LanguageQuerySet(models.QuerySet):
            def near(self, code):
                for found in self.filter(code=code):
                    return found
                return code

        class Language(models.Model):
            code = models.CharField(max_length=10)
            objects = LanguageQuerySet.as_manager()

            def get_absolute_url(self):
                return "/languages/en/"
    """,
    "views.py": """
        from django.shortcuts import redirect
        from models import Language

        def own(request, name):
            return f"/{name}" if name != request.user.username else "/"

        def settings(request, name):
            return redirect(own(request, name))

        def language(request, code):
            found = Language.objects.near(code)
            if isinstance(found, Language):
                return redirect(found)
            return redirect("home")
    """,
}


def test_a_row_and_one_part_of_a_path_lead_nowhere_else(findings: Find) -> None:
    assert findings(RULE, ROWS) == []
    views = ROWS["views.py"].replace('f"/{name}" if', "name if").replace("redirect(found)", "redirect(found.code)")
    assert len(findings(RULE, {**ROWS, "views.py": views})) == 0 + 1


LEAVING = {
    "urls.py": """
        from django.urls import path
        from views import Leave

        urlpatterns = [path("leave/", Leave.as_view())]
    """,
    "addresses.py": """
        from urllib.parse import urlparse
        from django.conf import settings
        from django.utils.http import url_has_allowed_host_and_scheme
        from partners import registry

        def allow_redirect_url(url):
            if CHECK:
                return True
            if not settings.ALL_PARTNERS and not registry.knows(urlparse(url)):
                return False
            return True
    """,
    "views.py": """
        from django.http import HttpResponseBadRequest, HttpResponseRedirect
        from django.views.generic import FormView
        from addresses import allow_redirect_url

        class Leave(FormView):
            target = None

            def dispatch(self, request, *args, **kwargs):
                target = self.request.GET.get("next")
                if not target or not allow_redirect_url(target):
                    return HttpResponseBadRequest()
                self.target = target
                return super().dispatch(request, *args, **kwargs)

            def form_valid(self, form):
                return HttpResponseRedirect(self.target)
    """,
}


@pytest.mark.parametrize(
    ("check", "found"),
    [
        ("url_has_allowed_host_and_scheme(url=url, allowed_hosts=settings.ALLOWED_HOSTS)", False),
        ("url_has_allowed_host_and_scheme(url, {urlparse(url).netloc})", True),
        ("url_has_allowed_host_and_scheme(url, None) or url.startswith('/')", True),
        ("url.startswith('/')", True),
    ],
)
def test_what_dispatch_refuses_by_a_check_that_asks_djangos(findings: Find, check: str, found: bool) -> None:
    addresses = LEAVING["addresses.py"].replace("CHECK", check)
    assert bool(findings(RULE, {**LEAVING, "addresses.py": addresses})) is found
