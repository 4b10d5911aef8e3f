"""`request/ssrf`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.effect import HttpCall
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example, replaced
from archwright.review.sent import sent, tainted
from archwright.review.stored import Stored

_OWN = ("request URL", "request host", "referrer", "request path")
"""What names this service, or a page of it."""


class Ssrf(Rule):
    """Data from outside chooses the host that the service connects to: server-side request forgery.

    Meant are HTTP clients, sockets, browsers without a screen, converters that fetch what they are given, and the clients of
    databases, caches, mail servers, directories and shells. An address is safe whose host the code fixes before the data begins,
    whose host was found in a list or compared with a known one, whose HMAC was checked (who has the key chose it), or before which the code looks at the network of the address
    (`ipaddress.ip_address(...).is_global`). A test of how the address begins (`startswith("https://shop.example")`) or what its host
    contains is no check: `shop.example.evil.example` passes. Nor is it one that the text is an address at all, or only not this
    machine's own. Where a client follows redirects, the address that was looked at is only the first. An address that a row holds
    counts as sent where a request was seen to write it: webhooks, feeds, pictures. One that staff keeps there (a connection to
    another system) is reported with low confidence.

    Why: the service stands inside the network. A sender makes it ask the metadata service of the cloud for its keys,
    databases and administration pages that nobody outside can reach, and often reads the answer.

    Instead: look the host up in a fixed list. Where any public host is meant, resolve it, refuse every address that is not
    `is_global`, connect to the address that was checked, and do so again for each redirect.

    Fine when: the service runs where it can reach nothing but the public network.

    Fix safety: no automatic fix. Which hosts are meant is not in the code.
    """

    name = "request/ssrf"
    impact = Impact.HIGH
    cwe = "CWE-918"
    security = True
    which = Which.SENT | Which.STORED
    bad = (
        example(
            "a picture is fetched from wherever the sender says",
            framework="flask",
            code="""
                import requests
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/avatar")
                def avatar():
                    picture = requests.get(request.json["url"], timeout=5)
                    return picture.content
            """,
        ),
        example(
            "the address of a hook passes a model and a helper; its beginning is no check",
            framework="fastapi",
            files={
                "hooks.py": """
                    import httpx

                    async def ping(address):
                        async with httpx.AsyncClient() as client:
                            return (await client.post(address, json={"event": "ping"})).status_code
                """,
                "main.py": """
                    from fastapi import FastAPI, HTTPException
                    from pydantic import BaseModel
                    from hooks import ping

                    app = FastAPI()

                    class Hook(BaseModel):
                        address: str

                    @app.post("/hooks/test")
                    async def test(hook: Hook):
                        if not hook.address.startswith("https://"):
                            raise HTTPException(422)
                        return {"status": await ping(hook.address)}
                """,
            },
        ),
        example(
            "a row keeps the address that somebody sent, and a task connects to it",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("hooks/", views.register)]
                """,
                "models.py": """
                    from django.db import models

                    class Hook(models.Model):
                        url = models.URLField()
                        active = models.BooleanField(default=True)
                """,
                "views.py": """
                    from django import forms
                    from django.http import HttpResponse
                    from models import Hook

                    class HookForm(forms.ModelForm):
                        class Meta:
                            model = Hook
                            fields = ["url"]

                    def register(request):
                        form = HookForm(request.POST)
                        if form.is_valid():
                            form.save()
                        return HttpResponse("registered")
                """,
                "tasks.py": """
                    import requests
                    from celery import shared_task
                    from models import Hook

                    @shared_task
                    def notify(order_id):
                        for hook in Hook.objects.filter(active=True):
                            requests.post(hook.url, json={"order": order_id}, timeout=5)
                """,
            },
        ),
        example(
            "the prefix ends before the host does",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("rates/", views.rates)]
                """,
                "views.py": """
                    from urllib.request import urlopen
                    from django.http import HttpResponse

                    def rates(request):
                        region = request.GET["region"]
                        return HttpResponse(urlopen(f"https://{region}.rates.example/today", timeout=5).read())
                """,
            },
        ),
        example(
            "a page of anybody is drawn",
            framework="flask",
            code="""
                from flask import Flask, request
                from playwright.sync_api import sync_playwright

                app = Flask(__name__)

                @app.get("/shot")
                def shot():
                    with sync_playwright() as playwright:
                        page = playwright.chromium.launch().new_page()
                        page.goto(request.args["url"])
                        return page.screenshot()
            """,
        ),
        example(
            "the address is looked at, those that it redirects to are not",
            framework="flask",
            code="""
                import ipaddress
                import socket
                from urllib.parse import urlsplit
                import requests
                from flask import Flask, abort, request

                app = Flask(__name__)

                @app.get("/preview")
                def preview():
                    url = request.args["url"]
                    if ipaddress.ip_address(socket.gethostbyname(urlsplit(url).hostname)).is_private:
                        abort(400)
                    return requests.get(url, timeout=5).text
            """,
        ),
        example(
            "a connection to whichever database is named",
            framework="fastapi",
            code="""
                import psycopg
                from fastapi import FastAPI

                app = FastAPI()

                @app.post("/connections/test")
                def test(host: str, password: str):
                    with psycopg.connect(host=host, user="reader", password=password) as connection:
                        return {"version": connection.info.server_version}
            """,
        ),
    )
    good = (
        example(
            "a transport of the project's own looks at each address",
            framework="fastapi",
            files={
                "app.py": """
                    import httpx
                    from fastapi import FastAPI
                    from guarded import GuardedTransport

                    app = FastAPI()

                    @app.post("/previews")
                    async def preview(url: str):
                        async with httpx.AsyncClient(transport=GuardedTransport(), timeout=5) as client:
                            return (await client.get(url)).text
                """,
                "guarded.py": """
                    import httpx
                    from network import refuse_private

                    class GuardedTransport(httpx.AsyncHTTPTransport):
                        async def handle_async_request(self, request):
                            await refuse_private(request.url.host)
                            return await super().handle_async_request(request)
                """,
            },
        ),
        example(
            "the host is fixed before the data begins",
            framework="flask",
            code="""
                import os
                import requests
                from flask import Flask, request

                app = Flask(__name__)
                BASE = os.environ["RATES_URL"]

                @app.get("/rates/<currency>")
                def rates(currency):
                    first = requests.get(f"https://rates.example/v1/{currency}", timeout=5)
                    second = requests.get(BASE + "/v1/" + currency, params={"day": request.args["day"]}, timeout=5)
                    return {"rates": [first.json(), second.json()]}
            """,
        ),
        example(
            "a row keeps a choice, and what the service itself puts there",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("mirrors/", views.choose)]
                """,
                "models.py": """
                    from django.db import models

                    class Mirror(models.Model):
                        host = models.CharField(max_length=20, choices=[("a.example", "A"), ("b.example", "B")])
                        path = models.CharField(max_length=200)
                        feed = models.URLField()
                """,
                "views.py": """
                    from django.http import HttpResponse
                    from models import Mirror

                    def choose(request):
                        Mirror.objects.create(
                            host=request.POST["host"], path=request.POST["path"], feed="https://feeds.example/all"
                        )
                        return HttpResponse("chosen")
                """,
                "tasks.py": """
                    import requests
                    from celery import shared_task
                    from models import Mirror

                    @shared_task
                    def load(mirror_id):
                        mirror = Mirror.objects.get(pk=mirror_id)
                        requests.get(f"https://{mirror.host}/", timeout=5)
                        requests.get(mirror.feed, timeout=5)
                        return requests.get(f"https://mirror.example/files/{mirror.path}", timeout=5).content
                """,
            },
        ),
        example(
            "the host is one of a list, or below a domain",
            framework="fastapi",
            code="""
                from urllib.parse import urlsplit
                import httpx
                from fastapi import FastAPI, HTTPException

                app = FastAPI()
                PARTNERS = {"shop.example", "pay.example"}

                @app.get("/feed")
                async def feed(url: str):
                    host = urlsplit(url).hostname
                    if host not in PARTNERS:
                        raise HTTPException(422)
                    async with httpx.AsyncClient() as client:
                        return (await client.get(url)).json()

                @app.get("/picture")
                async def picture(url: str):
                    parts = urlsplit(url)
                    if parts.scheme != "https" or not parts.hostname.endswith(".shop.example"):
                        raise HTTPException(422)
                    async with httpx.AsyncClient() as client:
                        return (await client.get(url)).json()
            """,
        ),
        example(
            "the network of the address is looked at first",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("preview/", views.preview)]
                """,
                "guard.py": """
                    import ipaddress
                    import socket
                    from urllib.parse import urlsplit

                    def require_public(url):
                        for found in socket.getaddrinfo(urlsplit(url).hostname, None):
                            if not ipaddress.ip_address(found[4][0]).is_global:
                                raise ValueError("not a public address")
                """,
                "views.py": """
                    import requests
                    from django.http import HttpResponse
                    from guard import require_public

                    def preview(request):
                        url = request.POST["url"]
                        require_public(url)
                        return HttpResponse(requests.get(url, timeout=5, allow_redirects=False).text)
                """,
            },
        ),
        example(
            "a client of one host",
            framework="flask",
            code="""
                import http.client
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/search")
                def search():
                    connection = http.client.HTTPSConnection("search.example", timeout=5)
                    connection.request("GET", request.args["path"])
                    return connection.getresponse().read()
            """,
        ),
    )

    def check(self, effect: HttpCall, reaching: Reaching, stored: Stored) -> Iterator[Verdict]:
        written = effect.peer.text or ""
        # a path alone: only a client takes it that was given the rest, and none takes a host from behind two slashes without a scheme
        if (effect.judged and not effect.redirects) or (written.startswith("/") and "{}" in written):
            return
        found = sent(effect, effect.peer, Use.HOST, stored, apart=_OWN, reaching=reaching)
        if found is None:
            return
        sure = not effect.judged and not written.startswith("tcp:")
        for verdict in tainted(
            effect,
            effect.peer,
            Use.HOST,
            reaching,
            stored=stored,
            apart=_OWN,
            message="{it} chooses the host that the service connects to, and redirects are followed: only the first address was looked at."
            if effect.judged
            else "{it} chooses the host that the service connects to.",
            why="{who} can make the service ask hosts that only it can reach{through}: metadata of the cloud, databases, "
            "administration pages.",
            fix="Follow no redirects by itself: look at each address that one leads to before the next request."
            if effect.judged
            else "Look the host up in a fixed list, or resolve it, refuse addresses that are not is_global, and follow no redirects.",
            harm="the service connects to this host",
            impact=Impact.HIGH,
            confidence=Confidence.LOW if found.by_staff else Confidence.HIGH if sure else Confidence.MEDIUM,
            remedy=Remedy(kind=RemedyKind.ALLOW),
        ):
            yield replaced(verdict, cause=found.cause(effect))
