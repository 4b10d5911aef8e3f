"""Hosts that somebody outside chooses: which looks at an address hold, and what connects to one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "request/ssrf"
HEAD = """
import ipaddress, os, re, socket
from string import Template
from urllib.parse import urlparse
import asyncpg, ftplib, httpx, imaplib, ldap, ldap3, paramiko, psycopg2, pymongo, pymysql, redis, requests, smtplib
from flask import Flask, abort, request
from peewee import MySQLDatabase
from sqlalchemy import create_engine

app = Flask(__name__)
HOST = os.environ["RATES_HOST"]
DOMAINS = ["shop.example", "pay.example"]
PATTERNS = [r"^https://shop\\.example/", r"^https://pay\\.example/"]
PORT = os.environ["RATES_PORT"]

def address_of(url):
    return ipaddress.ip_address(socket.gethostbyname(urlparse(url).hostname))

HOSTS = os.environ["HOSTS"].split(",")
NONE = []
TEMPLATES = {"a": Template("${base}/a/${url}"), "b": Template("${base}/b/${url}")}

def known(url):
    if not HOSTS:
        return True
    host = urlparse(url).hostname
    if host:
        host = host.lower()
    for entry in HOSTS:
        if urlparse(entry).hostname != host:
            continue
        return True
    return False

def taken_apart(url):
    if not isinstance(url, str):
        return None
    parts = urlparse(url)
    return None if "@" in parts.netloc else parts

def host_of(url):
    parts = taken_apart(url)
    if parts is None:
        return None
    host = (parts.hostname or "").lower()
    if any(host == each or (each.startswith(".") and host.endswith(each)) for each in HOSTS):
        return host
    return None

def open_to_all(url):
    if not NONE:
        return True
    return urlparse(url).hostname in NONE

def unlike(url):
    return urlparse(url).hostname != "localhost"

def ends(url):
    host = urlparse(url).hostname
    return any(host.endswith(each) for each in HOSTS)

@app.post("/fetch")
def fetch():
    url = request.json["url"]
"""
SILENT = {
    "private refused": "if address_of(url).is_private:\n    abort(400)\nrequests.get(url, allow_redirects=False)",
    "in a list of networks": "if any(address_of(url) in each for each in BLOCKED):\n    abort(400)\nrequests.get(url, allow_redirects=False)",
    "one of some patterns": "if not any(re.match(each, url) for each in PATTERNS):\n    abort(400)\nrequests.get(url)",
    "one of some domains": "host = urlparse(url).hostname or ''\nif not any(host == each or host.endswith('.' + each) for each in DOMAINS):\n"
    "    abort(400)\nrequests.get(url)",
    "httpx follows nothing": "if not address_of(url).is_global:\n    abort(400)\nhttpx.get(url)",
    "the answers are looked at": "if not address_of(url).is_global:\n    abort(400)\nrequests.get(url, hooks={'response': [again]})",
    "a path behind the host of the settings": 'requests.get(f"https://{HOST}/v1/{url}")',
    "what a request that is made first holds beside its address": 'sent = requests.Request("GET", f"https://{HOST}/", headers={"X": url})\n'
    "requests.Session().send(sent.prepare())",
    "and its port": 'requests.get(f"https://{HOST}:{PORT}/v1/{url}")',
    "by format": 'requests.get("https://{}/v1/{}".format(HOST, url))',
    "by format with names": 'requests.get("{base}/v1/{url}".format(base=HOST, url=url))',
    "by a template": 'requests.get(Template("${base}/v1/${url}").substitute(base=HOST, url=url))',
    "by a template that is chosen": "requests.get(TEMPLATES[request.json['which']].substitute(base=HOST, url=url))",
    "a path of a client's host": "client = httpx.Client(base_url=HOST)\nclient.send(client.build_request('GET', httpx.URL(path=url)))",
    "by percent": 'requests.get("https://%s/v1/%s" % (HOST, url))',
    "the name of a database": 'create_engine("postgresql://localhost/" + url)',
    "a database in a file": 'create_engine(f"sqlite:///{url}")',
    "a query behind an address that is not sent as such": 'requests.get(f"{request.url}?{url}")',
    "a query put together of an empty text": "query = request.query_string\nif url:\n    query = f'?q={url}'\nrequests.get(f'{HOST}/{query}')",
    "a function that goes through the hosts of the settings": "if not known(url):\n    abort(400)\nrequests.get(url)",
    "a host that a function tells where it is known": "if host_of(url) is None:\n    abort(400)\nrequests.get(url)",
    "nothing was sent": "if not url:\n    requests.get(url)",
    "a user of a known host": "psycopg2.connect(host=HOST, user=url)",
}
MEDIUM = {
    "redirects are followed": "if not address_of(url).is_global:\n    abort(400)\nrequests.get(url)",
    "httpx that is told to": "if not address_of(url).is_global:\n    abort(400)\nhttpx.Client(follow_redirects=True).get(url)",
    "psycopg2": "psycopg2.connect(host=url)",
    "all that was sent": "psycopg2.connect(**request.json)",
    "pymysql": "pymysql.connect(host=url)",
    "asyncpg": "asyncpg.connect(url)",
    "SQLAlchemy": 'create_engine(f"postgresql://reader@{url}/shop")',
    "MongoDB": "pymongo.MongoClient(url)",
    "Peewee": "MySQLDatabase('shop', user='reader', host=url)",
    "Redis": "redis.Redis(host=url)",
    "Redis by address": "redis.from_url(url)",
    "SMTP": "smtplib.SMTP(url, 25)",
    "IMAP": "imaplib.IMAP4_SSL(url)",
    "FTP": "ftplib.FTP(url)",
    "LDAP": "ldap.initialize(url)",
    "ldap3": "ldap3.Server(url)",
    "SSH": "paramiko.SSHClient().connect(url)",
    "a socket": "socket.create_connection((url, 80))",
}
HIGH = {
    "a request that is made first": "sent = requests.Request('GET', url)\nrequests.Session().send(sent.prepare())",
    "a request that the session prepares": "s = requests.Session()\ns.send(s.prepare_request(requests.Request('GET', url)))",
    "a request that a client builds": "client = httpx.Client()\nclient.send(client.build_request('GET', url))",
    "an opener": "import urllib.request\nurllib.request.build_opener().open(url)",
    "curl": "import pycurl\ncurl = pycurl.Curl()\ncurl.setopt(curl.URL, url)",
    "a description of a service": "import zeep\nzeep.Client(url)",
    "keys of a provider": "import jwt\njwt.PyJWKClient(url)",
    "a list of pages": "from langchain_community.document_loaders import SeleniumURLLoader\nSeleniumURLLoader(urls=[url]).load()",
    "only that it is an address": "ipaddress.ip_address(url)\nrequests.get(url)",
    "only not this machine": "ip = ipaddress.ip_address(url)\nif ip.is_loopback:\n    abort(400)\nrequests.get(url)",
    "another address": "print(str(ipaddress.ip_address(request.remote_addr)))\nrequests.get(url)",
    "its own parts": 'parts = urlparse(url)\nrequests.get(f"{parts.scheme}://{parts.netloc}/favicon.ico")',
    "none of some texts": "if any(each in url for each in DOMAINS):\n    abort(400)\nrequests.get(url)",
    "one of those that are sent": "host = urlparse(url).hostname\nif not any(host == each for each in request.json['hosts']):\n"
    "    abort(400)\nrequests.get(url)",
    "no end of the host": 'requests.get(f"https://{HOST}{url}")',
    "a host that is sent, in a format with names": 'requests.get("https://{url}/v1/{base}".format(base=HOST, url=url))',
    "a host that is sent, in a template": "requests.get(Template('https://${url}/v1').substitute(url=url))",
    "a host that is sent, beside a path": "client = httpx.Client()\nclient.send(client.build_request('GET', httpx.URL(scheme='https', host=url)))",
    "an address that is taken as it is": "httpx.get(httpx.URL(url))",
    "a list that is empty": "if not open_to_all(url):\n    abort(400)\nrequests.get(url)",
    "one host refused": "if not unlike(url):\n    abort(400)\nrequests.get(url)",
    "the end of a host that begins with no dot": "if not ends(url):\n    abort(400)\nrequests.get(url)",
    "a host that is sent, in a format": 'requests.get("https://{}/v1/{}".format(url, HOST))',
}


def body(text: str) -> str:
    return HEAD + "".join(f"    {line}\n" for line in f"{text}\nreturn 'ok'".splitlines())


@pytest.mark.parametrize("title", SILENT)
def test_a_host_that_nobody_outside_chooses(title: str, findings: Find) -> None:
    assert findings(RULE, body(SILENT[title])) == []


@pytest.mark.parametrize("title", MEDIUM)
def test_a_host_that_is_looked_at_once_and_hosts_of_other_services(title: str, findings: Find) -> None:
    (found,) = findings(RULE, body(MEDIUM[title]))
    assert found.confidence is Confidence.MEDIUM


@pytest.mark.parametrize("title", HIGH)
def test_a_look_that_holds_nothing(title: str, findings: Find) -> None:
    (found,) = findings(RULE, body(HIGH[title]))
    assert found.confidence is Confidence.HIGH


METHODS = """if request.json["how"] == "GET":
    requests.get(url)
else:
    requests.post(url)"""


def test_a_branch_for_each_method_is_one_cause(findings: Find) -> None:
    (found,) = findings(RULE, body(METHODS))
    assert found.trace[-1].note == "here too"
    assert len(findings(RULE, body(METHODS.replace("post(url)", "post(request.json['other'])")))) == 2


def test_a_function_that_several_call_is_one_cause(findings: Find) -> None:
    fetch = "\n\ndef fetch(url, how):\n    if how:\n        return requests.get(url)\n    return requests.put(url)\n"
    calls = "fetch(url, 1)\nfetch(request.args['other'], 2)\nfetch(request.form['url'], request.args['how'])"
    assert len(findings(RULE, body(calls) + fetch)) == 1


HELD = """
class Client:
    def __init__(self, given):
        self.given = given
        self.given.update(defaults())

    def load(self):
        return requests.get(self.given["KEY"])

@app.post("/load")
def load():
    given = {"base": HOST, "url": request.json["url"]}
    return Client(given).load()
"""


@pytest.mark.parametrize(("key", "found"), [("base", 0), ("url", 1)])
def test_one_of_what_an_instance_holds(key: str, found: int, findings: Find) -> None:
    assert len(findings(RULE, HEAD + "    return url\n" + HELD.replace("KEY", key))) == found


BLOCK = """
class Client:
    def __init__(self, login):
        self.login = login.strip()
        self.base = HOST

    async def __aenter__(self):
        await self.connect()
        return self

    async def __aexit__(self, *error):
        await self.session.aclose()

    async def connect(self):
        self.session = httpx.AsyncClient(auth=self.login)

    async def load(self):
        return await self.session.get(self.KEY)

@app.post("/load")
async def load():
    async with Client(request.json["login"]) as client:
        return await client.load()
"""


@pytest.mark.parametrize(("key", "found"), [("base", 0), ("login", 1)])
def test_what_a_method_gives_back_is_the_instance_itself(key: str, found: int, findings: Find) -> None:
    assert len(findings(RULE, HEAD + "    return url\n" + BLOCK.replace("KEY", key))) == found


UNREAD = """
from payments import Environment, Order

class Api:
    def __init__(self, environment):
        self.environment = environment

    def execute(self, asked):
        return requests.get(ADDRESS)

@app.post("/pay")
def pay():
    return Api(Environment()).execute(Order(request.json["order"]))
"""


@pytest.mark.parametrize(
    ("address", "found"), [("self.environment.base + asked.path", 0), ("asked.path + self.environment.base", 1)]
)
def test_what_stands_behind_something_unread_leads_nowhere(address: str, found: int, findings: Find) -> None:
    assert len(findings(RULE, HEAD + "    return url\n" + UNREAD.replace("ADDRESS", address))) == found


CONNECTOR = """
from aiohttp import ClientSession, TCPConnector, ThreadedResolver
from network import require_public

class Public(BASE):
    async def HOOK(self, host, *rest):
        require_public(host)
        return await super().HOOK(host, *rest)

@app.post("/hook")
async def hook():
    async with ClientSession(connector=MADE) as session:
        await session.post(request.json["url"])
"""


@pytest.mark.parametrize(
    ("base", "made", "found"),
    [
        ("TCPConnector", "Public()", 0),
        ("ThreadedResolver", "TCPConnector(resolver=Public())", 0),
        ("TCPConnector", "TCPConnector(limit=5)", 1),
    ],
)
def test_a_connector_of_the_project_may_refuse(base: str, made: str, found: int, findings: Find) -> None:
    text = CONNECTOR.replace("BASE", base).replace("MADE", made).replace("HOOK", "resolve")
    assert len(findings(RULE, HEAD + "    return url\n" + text)) == found


ROWS = {
    "urls.py": """
        from django.urls import path
        import views

        urlpatterns = [path("tell/", views.tell)]
    """,
    "models.py": """
        from django.db import models

        class Person(models.Model):
            inbox = models.URLField()
            followed_by = models.CharField(max_length=99)
    """,
    "views.py": """
        import requests
        from models import Person

        def tell(request):
            told = set()
            told.update(Person.objects.filter(followed_by=request.POST["name"]).values_list("inbox", flat=True))
            for inbox in told:
                requests.post(inbox, timeout=5)
    """,
}


def test_what_picks_rows_is_not_what_they_hold(findings: Find) -> None:
    assert findings(RULE, ROWS) == []
    put = ROWS["views.py"].replace("told.update(", 'told.update([request.POST["name"]]) or (')
    assert len(findings(RULE, {**ROWS, "views.py": put})) == 1


HANDED_ON = """
class Api:
    session = requests.Session()

    def request(self, method, *args, **kwargs):
        return self.session.request(method, *args, **kwargs)

    def get(self, *args, **kwargs):
        return self.request("GET", *args, **kwargs)

def fetch(*args, **kwargs):
    kwargs.setdefault("timeout", 5)
    return requests.get(*args, **kwargs)

@app.get("/handed")
def handed():
    url = request.args["url"]
    CALL
"""


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("Api().get(url)", 1),
        ("Api().get(HOST, params=url)", 0),
        ("fetch(url)", 1),
        ("fetch(url=url)", 1),
        ("fetch(HOST, url)", 0),
        ("fetch('https://shop.example/', headers={'X': url})", 0),
    ],
)
def test_arguments_that_are_handed_on_as_they_came(call: str, found: int, findings: Find) -> None:
    assert len(findings(RULE, HEAD + "    return url\n" + HANDED_ON.replace("CALL", call))) == found


OPENED = """
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

def protect():
    class Opening:
        def _new_conn(self):
            return OPENS

    class Public(Opening, HTTPConnection):
        pass

    HTTPConnectionPool.ConnectionCls = Public

@app.get("/opened")
def opened():
    return requests.get(request.args["url"]).text
"""


@pytest.mark.parametrize(("how", "found"), [("open_public(self.host)", 0), ("socket.socket(socket.AF_UNIX)", 1)])
def test_connections_that_the_project_opens_itself(how: str, found: int, findings: Find) -> None:
    assert len(findings(RULE, HEAD + "    return url\n" + OPENED.replace("OPENS", how))) == found


FILES = {
    "shop/__init__.py": "",
    "shop/models.py": """
        from django.db import models

        class Import(models.Model):
            table = models.FileField(upload_to="tables")
            origin = models.CharField(max_length=200)
    """,
    "shop/views.py": """
        import requests
        from rest_framework import serializers
        from rest_framework.decorators import api_view
        from rest_framework.response import Response
        from shop.models import Import

        class ImportSerializer(serializers.ModelSerializer):
            class Meta:
                model = Import
                fields = ("table", "origin")

        @api_view(["POST"])
        def load(request):
            serializer = ImportSerializer(data=request.data)
            serializer.is_valid(raise_exception=True)
            row = serializer.save()
            requests.get({ADDRESS}, timeout=5)
            return Response(serializer.data)
    """,
    "shop/urls.py": """
        from django.urls import path
        from shop import views

        urlpatterns = [path("imports/", views.load)]
    """,
}


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ('serializer.data["table"]', False),
        ("row.table.url", False),
        ('Import.objects.create(table=request.data["table"]).table.url', False),
        ('serializer.data["origin"]', True),
        ("row.origin", True),
    ],
)
def test_addresses_of_stored_files(findings: Find, address: str, found: bool) -> None:
    assert bool(findings(RULE, {path: text.replace("{ADDRESS}", address) for path, text in FILES.items()})) is found


SIGNED = """
import hashlib, hmac, json, os
import requests
from flask import Flask, abort, request

app = Flask(__name__)
KEY = os.environ["LINK_KEY"]

def signature(key, text):
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()

def digest(text):
    return hashlib.sha256(text).hexdigest()

def is_signed(key, text, given):
    made = signature(key, text)
    return len(made) == len(given) and hmac.compare_digest(made, given)

def is_digest(text, given):
    return hmac.compare_digest(digest(text), given)

@app.get("/preview")
def preview():
    url, given = request.args["url"], request.args.get("h", "")
    {}
    return requests.get(url, timeout=3).content

@app.post("/hook")
def hook():
    body = request.get_data()
    if not is_signed(KEY, body, request.headers["X-Signature"]):
        abort(403)
    return requests.get(json.loads(body)["callback"], timeout=3).content
"""


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("if not is_signed(KEY, url.encode(), given): abort(400)", False),
        ("if not hmac.compare_digest(signature(KEY, url.encode()), given): abort(400)", False),
        ("if not is_digest(url.encode(), given): abort(400)", True),
        ("if not hmac.compare_digest(digest(url.encode()), given): abort(400)", True),
        ("is_signed(KEY, url.encode(), given)", True),
        ("if not is_signed(KEY, request.args['other'].encode(), given): abort(400)", True),
    ],
)
def test_an_address_that_the_service_has_signed(check: str, told: bool, findings: Find) -> None:
    """An address in a signed document may still be somebody else's."""
    lines = SIGNED.format(check).splitlines()
    hook, preview = (
        next(number for number, text in enumerate(lines, 1) if part in text) for part in ("callback", "get(url")
    )
    assert [each.line for each in findings(RULE, "\n".join(lines))] == ([preview, hook] if told else [hook])


BASED = """
import httpx
from fastapi import FastAPI

app = FastAPI()

class Store:
    def __init__(self, client):
        self.client = client
        self.session = httpx.Client(base_url="http://store:3000")

    def root(self):
        return f"/{self.client}"

    def status(self):
        return self.session.get(ADDRESS).json()

@app.get("/status")
def status(client: str):
    return Store(client).status()
"""


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ('f"/{self.client}/status"', 0),
        ('f"{self.root()}/status"', 0),
        ('self.root() + "/status"', 0),
        ("self.client", 1),
        ('f"{self.client}/status"', 1),
        ('f"http://{self.root()[1:]}/status"', 1),
    ],
)
def test_a_path_alone_names_no_host(address: str, found: int, findings: Find) -> None:
    assert len(findings(RULE, BASED.replace("ADDRESS", address))) == found
