"""`request/open-redirect`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from archwright.model.effect import Redirect
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Clean, Origin, Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example, replaced
from archwright.review.sent import sent, tainted

_OWN = ("request URL", "request host", "referrer")
"""What names this service, or the page that the person came from."""
_OWN_HEADER = re.compile(r"'(?:HTTP_)?(?:referr?er|host)'$", re.IGNORECASE)
_HARD = ("request header", "cookie", "request body")
"""What a link of somebody else's can't make a browser send."""

_ANY_PATH = re.compile(r"/?\{(?:rest|path)\b")
"""The path of a route that takes every path."""
_HOOKS = frozenset({"process_request", "process_response", "process_view", "prepare"})
"""Methods that libraries call before, or whichever way, a route is found."""


class OpenRedirect(Rule):
    """The address that a client is redirected to begins with data from outside: a link to this service leads anywhere.

    An address is safe whose host the code fixes (a name that `url_for` or `reverse` turns into a path, a text before the data that ends the
    host or begins a path, slashes that are percent-encoded), that was found in a list, or whose host was compared with one that the code
    knows (`url_has_allowed_host_and_scheme`, `urlsplit(url).netloc == request.host`). `startswith("/")` lets `//host` through, unless
    `startswith("//")` is refused too, and an empty `netloc` lets `///host` through: neither is a check. An address whose `netloc` is
    cleared, or of which the path alone is taken, leads from `////host` to `//host`. The path of the request itself is safe where the route
    that took it begins with a name. What can't be followed is not reported.

    Why: a person trusts the address that they see. Behind the redirect a copy of the sign-in page takes their password, and
    tokens that are appended to the address go to the attacker's host.

    Instead: redirect to a named route; take a key and look the address up; or check the address with
    `url_has_allowed_host_and_scheme`, or compare its host with your own.

    Fine when: the page says where it leads and asks first.

    Fix safety: no automatic fix. Which hosts are meant is not in the code.
    """

    name = "request/open-redirect"
    impact = Impact.MEDIUM
    cwe = "CWE-601"
    security = True
    which = Which.SENT
    bad = (
        example(
            "the page after signing in is a query parameter",
            framework="flask",
            code="""
                from flask import Flask, redirect, request

                app = Flask(__name__)

                @app.get("/login")
                def login():
                    return redirect(request.args.get("next") or "/")
            """,
        ),
        example(
            "a leading slash is no check",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("leave/", views.leave)]
                """,
                "views.py": """
                    from django.http import HttpResponseRedirect

                    def leave(request):
                        target = request.GET["to"]
                        if not target.startswith("/"):
                            target = "/"
                        return HttpResponseRedirect(target)
                """,
            },
        ),
        example(
            "a helper redirects, and the prefix ends before the host does",
            framework="fastapi",
            files={
                "answers.py": """
                    from fastapi.responses import RedirectResponse

                    def go(url):
                        return RedirectResponse(url)
                """,
                "main.py": """
                    from answers import go
                    from fastapi import FastAPI

                    app = FastAPI()

                    @app.get("/out")
                    def out(host: str):
                        return go("https://" + host)
                """,
            },
        ),
        example(
            "an empty host is not one's own",
            framework="flask",
            code="""
                from urllib.parse import urlsplit
                from flask import Flask, redirect, request

                app = Flask(__name__)

                @app.get("/login")
                def login():
                    target = request.args["next"]
                    if urlsplit(target).netloc != "":
                        target = "/"
                    return redirect(target)
            """,
        ),
        example(
            "a header redirects",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("leave/", views.leave)]
                """,
                "views.py": """
                    from django.http import HttpResponse

                    def leave(request):
                        answer = HttpResponse(status=302)
                        answer["Location"] = request.GET["to"]
                        return answer
                """,
            },
        ),
    )
    good = (
        example(
            "a function of the project's own looks at the host and at slashes, the address given by name",
            framework="pyramid",
            files={
                "views.py": """
                    from pyramid.httpexceptions import HTTPSeeOther
                    from pyramid.view import view_config
                    from addresses import is_safe_url

                    @view_config(route_name="back")
                    def back(request):
                        target = request.params.get("next")
                        if not target or not is_safe_url(url=target, host=request.host):
                            target = request.route_path("home")
                        return HTTPSeeOther(target)
                """,
                "addresses.py": """
                    from urllib3.util import parse_url

                    def is_safe_url(url, host):
                        url = url.strip().replace("\\\\", "/")
                        if url.startswith("///"):
                            return False
                        parts = parse_url(url)
                        if parts.scheme and not parts.netloc:
                            return False
                        return not parts.netloc or parts.netloc == host
                """,
            },
        ),
        example(
            "the answer of the check is kept in a name, and a route's path comes first",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("leave/", views.leave), path("out/", views.out)]
                """,
                "views.py": """
                    from django.http import HttpResponse, HttpResponseRedirect
                    from django.urls import reverse
                    from django.utils.http import url_has_allowed_host_and_scheme

                    def leave(request):
                        target = request.GET.get("to", "")
                        safe = url_has_allowed_host_and_scheme(url=target, allowed_hosts=None)
                        return HttpResponseRedirect((target if safe else "") or reverse("home"))

                    def out(request):
                        answer = HttpResponse(status=302)
                        answer["Location"] = "%s#%s" % (reverse("people"), request.GET["who"])
                        return answer
                """,
            },
        ),
        example(
            "the address is checked, or its host is compared",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("leave/", views.leave), path("out/", views.out)]
                """,
                "views.py": """
                    from urllib.parse import urlsplit
                    from django.shortcuts import redirect
                    from django.utils.http import url_has_allowed_host_and_scheme

                    PARTNERS = {"shop.example", "pay.example"}

                    def leave(request):
                        target = request.GET.get("to", "/")
                        if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
                            target = "/"
                        return redirect(target)

                    def out(request):
                        target = request.GET["to"]
                        parts = urlsplit(target)
                        if parts.netloc in PARTNERS and parts.scheme == "https":
                            return redirect(target)
                        return redirect("/")
                """,
            },
        ),
        example(
            "a function of the project compares the host with its own",
            framework="flask",
            code="""
                from urllib.parse import urljoin, urlparse
                from flask import Flask, abort, redirect, request

                app = Flask(__name__)

                def own(target):
                    here = urlparse(request.host_url)
                    there = urlparse(urljoin(request.host_url, target))
                    return there.scheme in ("http", "https") and here.netloc == there.netloc

                @app.get("/login")
                def login():
                    target = request.args["next"]
                    if not own(target):
                        abort(400)
                    return redirect(target)
            """,
        ),
        example(
            "a function of the project refuses hosts, and the slashes that hide one",
            framework="flask",
            code="""
                from urllib.parse import urlsplit
                from flask import Flask, redirect, request

                app = Flask(__name__)

                def local_url(url):
                    for each in (url, url.replace("\\\\", "/")):
                        if each.startswith("//") or urlsplit(each).netloc:
                            return False
                    return True

                @app.get("/login")
                def login():
                    target = request.args.get("next", "/")
                    return redirect(target if local_url(target) else "/")
            """,
        ),
        example(
            "the host is fixed before the data begins",
            framework="flask",
            code="""
                from flask import Flask, redirect, request, url_for

                app = Flask(__name__)

                @app.get("/old/<path:rest>")
                def old(rest):
                    return redirect(f"https://shop.example/new/{rest}")

                @app.get("/search")
                def search():
                    return redirect("/find?q=%s" % request.args["q"])

                @app.get("/go")
                def go():
                    return redirect(url_for("find", q=request.args["q"]))

                @app.get("/shops/<name>")
                def renamed(name):
                    return redirect(request.path.replace(name, name.lower()) + "?moved=1")
            """,
        ),
    )

    def check(self, effect: Redirect, reaching: Reaching) -> Iterator[Verdict]:
        text = effect.to.text or "{}"
        behind_slashes = "//" in text and "{}" in text
        asked = any(o.name.startswith("request path") for o in effect.to.origins)
        led = tuple(
            o
            for o in effect.to.origins
            if not _own(o.name)
            and not (not behind_slashes and _one_part(o))
            and not (asked and _in_path(o))
            and not (text.startswith("/{}") and o.state(Use.SEGMENT) is Clean.CLEAN)
        )
        to = msgspec.structs.replace(effect.to, origins=led)
        found = sent(effect, to, Use.HOST)
        if found is None:
            return
        confidence = Confidence.HIGH
        if found.origin.name.startswith("request path"):
            paths = [operation.partition(" ")[2] for operation in reaching(found.place)]
            if paths and all(map(_begins_with_a_name, paths)):
                return
            of_any = any(map(_ANY_PATH.match, paths)) or (
                not paths and effect.to.text == "{}/" and _before_routes(effect.unit)
            )
            confidence = Confidence.MEDIUM if of_any else Confidence.LOW
        elif found.origin.name.startswith(_HARD):
            confidence = Confidence.MEDIUM
        for verdict in tainted(
            effect,
            to,
            Use.HOST,
            reaching,
            message=f"{{it}} chooses the address that {effect.api} sends the client to.",
            why="{who} can make links to this service that lead to any other{through}.",
            fix="Redirect to a named route, or check the address with url_has_allowed_host_and_scheme or by its host against your own.",
            harm="the client is sent to this address",
            impact=Impact.MEDIUM,
            confidence=confidence,
        ):
            yield replaced(verdict, cause=found.cause(effect))


def _one_part(origin: Origin) -> bool:
    """True for data that holds no slash of either kind: as an address, it leads to a page beside the one that is asked."""
    return origin.state(Use.SEGMENT) is Clean.CLEAN and origin.state(Use.URL) is Clean.CLEAN


def _in_path(origin: Origin) -> bool:
    """True for one part of the path that is asked for: beside the path itself it tells nothing more."""
    return origin.name.startswith("path parameter") and origin.state(Use.SEGMENT) is Clean.CLEAN


def _begins_with_a_name(path: str) -> bool:
    """True for the path of a route that begins with a text of its own: no path that it takes begins with two slashes."""
    return path[:1] == "/" and path[1:2] not in ("", "{", "/", "[", "(", ".")


def _before_routes(unit: str) -> bool:
    """True for a hook that libraries call before they look for a route: the path is whatever the client asks for."""
    return unit.rpartition(".")[2] in _HOOKS or "middleware" in unit.lower()


def _own(source: str) -> bool:
    return source.startswith(_OWN) or (source.startswith("request header") and _OWN_HEADER.search(source) is not None)
