"""The table of sinks: what data from outside harms, with right sanitizers and with wrong ones."""

from __future__ import annotations

from collections.abc import Iterator

from tests.matrix.parts import Sink, Variant

RAW = Variant("raw", dirty=True)
NUMBER = Variant("int", dirty=False, before="value = int(value)")
MEMBER = Variant(
    "allow-list", dirty=False, before='if value not in ("name", "price"):\n    raise ValueError("unknown name")'
)
HTML_ESCAPED = Variant("html escape", dirty=True, before="value = html.escape(value)", imports="import html")
"""Right in a page; of no use where quotes, spaces, braces or semicolons aren't what the attack needs or aren't escaped."""


def _right(name: str, use: str = "", before: str = "", imports: str = "", only: tuple[str, ...] = ()) -> Variant:
    return Variant(name, False, use, before, imports, frozenset(only))


def _wrong(
    name: str, use: str = "", before: str = "", imports: str = "", *, rule: str = "", beside: str = ""
) -> Variant:
    return Variant(name, True, use, before, imports, rule=rule, beside=beside)


BROKEN = "files/broken-containment"
_JOINED = "value = os.path.join(ROOT, value)"
_FILES = (
    RAW,
    _right("basename", before="value = os.path.join(ROOT, os.path.basename(value))", use="value"),
    _right(
        "secure_filename",
        before="value = os.path.join(ROOT, secure_filename(value))",
        imports="from werkzeug.utils import secure_filename",
        use="value",
    ),
    _right(
        "real path below the folder",
        before='value = os.path.realpath(os.path.join(ROOT, value))\nif not value.startswith(ROOT + os.sep):\n    raise ValueError("outside")',
        use="value",
    ),
    _right(
        "is_relative_to",
        before='value = (Path(ROOT) / value).resolve()\nif not value.is_relative_to(ROOT):\n    raise ValueError("outside")',
        imports="from pathlib import Path",
        use="value",
    ),
    _right(
        "safe_join",
        before="value = safe_join(ROOT, value)",
        imports="from werkzeug.utils import safe_join",
        use="value",
    ),
    _wrong("dots taken out once", before='value = value.replace("../", "")', beside=BROKEN),
    _wrong(
        "prefix of a path that is not resolved",
        before=f'{_JOINED}\nif not value.startswith(ROOT):\n    raise ValueError("outside")',
        use="value",
        beside=BROKEN,
    ),
    _wrong(
        "prefix without a separator",
        before='value = os.path.realpath(os.path.join(ROOT, value))\nif not value.startswith(ROOT):\n    raise ValueError("outside")',
        use="value",
        rule=BROKEN,
    ),
    _wrong("html escape", before="value = html.escape(value)", imports="import html"),
)


def _files(wrapped: str) -> tuple[Variant, ...]:
    """The variants of a sink that is given a path; `wrapped` is the sink's expression with `{}` for the path."""
    return tuple(v._replace(use=wrapped.replace("{}", "value")) if v.use else v for v in _FILES)


def sinks() -> Iterator[Sink]:
    """All sinks."""
    yield Sink(
        "sql value",
        "injection/sql",
        'db.execute("SELECT name FROM items WHERE id = " + value)',
        imports="import sqlite3",
        setup='db = sqlite3.connect("app.db")',
        variants=(
            RAW,
            _right("bound", use='db.execute("SELECT name FROM items WHERE id = ?", (value,))'),
            _right("int", use='db.execute(f"SELECT name FROM items WHERE id = {value}")', before="value = int(value)"),
            HTML_ESCAPED,
            _wrong("comments taken out", before='value = value.replace("--", "")'),
        ),
    )
    yield Sink(
        "sql text()",
        "injection/sql",
        "run(f\"SELECT id FROM items WHERE name = '{value}'\")",
        imports="from sqlalchemy import create_engine, text",
        setup='engine = create_engine("postgresql://localhost/shop")\n\n'
        "def run(sql, **values):\n    with engine.connect() as connection:\n        return connection.execute(text(sql), values).all()",
        variants=(
            RAW,
            _right("bound", use='run("SELECT id FROM items WHERE name = :name", name=value)'),
            MEMBER,
            _wrong("spaces taken off", before="value = value.strip()"),
        ),
    )
    yield Sink(
        "sql order by",
        "injection/sql",
        'db.execute(f"SELECT name FROM items ORDER BY {value}")',
        imports="import sqlite3",
        setup='db = sqlite3.connect("app.db")\nCOLUMNS = {"name": "name", "newest": "created_at DESC"}',
        variants=(
            RAW,
            MEMBER,
            _right("dictionary", use='db.execute(f"SELECT name FROM items ORDER BY {COLUMNS[value]}")'),
            HTML_ESCAPED,
            _wrong("first letters", before='if not value.startswith("name"):\n    raise ValueError("unknown name")'),
        ),
    )
    yield Sink(
        "shell",
        "injection/command",
        'subprocess.run(f"convert {value} out.png", shell=True)',
        imports="import shlex\nimport subprocess",
        variants=(
            RAW,
            _right("shlex.quote", before="value = shlex.quote(value)"),
            _right("list", use='subprocess.run(["convert", "--", value, "out.png"])'),
            MEMBER,
            HTML_ESCAPED,
            _wrong("semicolons taken out", before='value = value.replace(";", "")'),
        ),
    )
    yield Sink(
        "os.system",
        "injection/command",
        'os.system("ping -c 1 " + value)',
        imports="import os\nimport shlex",
        variants=(
            RAW,
            _right("shlex.quote", use='os.system("ping -c 1 " + shlex.quote(value))'),
            NUMBER._replace(use='os.system("ping -c " + str(value))'),
            _wrong("in quotes", use="os.system(f\"ping -c 1 '{value}'\")"),
        ),
    )
    yield Sink(
        "eval",
        "injection/code",
        "eval(value)",
        imports="import ast",
        variants=(
            RAW,
            _right("literal_eval", use="ast.literal_eval(value)"),
            MEMBER,
            _wrong("own names only", use='eval(value, {"__builtins__": {}})'),
            HTML_ESCAPED,
        ),
    )
    yield Sink(
        "pickle",
        "injection/deserialization",
        "pickle.loads(base64.b64decode(value))",
        imports="import base64\nimport json\nimport pickle",
        variants=(
            RAW,
            _right("json", use="json.loads(base64.b64decode(value))"),
            _wrong("length", before='if len(value) > 100:\n    raise ValueError("too long")'),
        ),
    )
    yield Sink(
        "yaml",
        "injection/deserialization",
        "yaml.load(value, Loader=yaml.Loader)",
        imports="import yaml",
        variants=(
            RAW,
            _right("safe_load", use="yaml.safe_load(value)"),
            _right("SafeLoader", use="yaml.load(value, Loader=yaml.SafeLoader)"),
            _wrong("unsafe_load", use="yaml.unsafe_load(value)"),
            HTML_ESCAPED,
        ),
    )
    yield Sink(
        "xxe",
        "injection/xxe",
        "etree.fromstring(value, etree.XMLParser(resolve_entities=True))",
        imports="from lxml import etree",
        variants=(
            RAW,
            _right("no entities", use="etree.fromstring(value, etree.XMLParser(resolve_entities=False))"),
            _right("defusedxml", use="fromstring(value)", imports="from defusedxml.ElementTree import fromstring"),
            _wrong(
                "no network", use="etree.fromstring(value, etree.XMLParser(resolve_entities=True, no_network=True))"
            ),
        ),
    )
    yield Sink(
        "template",
        "injection/template",
        'Environment().from_string("Hello " + value).render()',
        imports="from jinja2 import Environment",
        variants=(
            RAW,
            _right("variable", use='Environment().from_string("Hello {{ name }}").render(name=value)'),
            MEMBER,
            HTML_ESCAPED,
            _wrong("autoescape", use='Environment(autoescape=True).from_string("Hello " + value).render()'),
        ),
    )
    yield Sink(
        "ldap",
        "injection/ldap",
        'directory.search("ou=people,dc=example", f"(cn={value})")',
        imports="from ldap3 import Connection\nfrom ldap3.utils.conv import escape_filter_chars",
        setup='directory = Connection("ldap.example.org")',
        variants=(
            RAW,
            _right("escape_filter_chars", before="value = escape_filter_chars(value)"),
            MEMBER,
            HTML_ESCAPED,
        ),
    )
    yield Sink(
        "xpath",
        "injection/xpath",
        'document.xpath(f"//item[@id={value}]")',
        imports="from lxml import etree",
        setup='document = etree.parse("items.xml")',
        variants=(
            RAW,
            _right("variable", use='document.xpath("//item[@id=$id]", id=value)'),
            NUMBER,
            HTML_ESCAPED,
        ),
    )
    yield Sink(
        "nosql text",
        "injection/nosql",
        'items.find_one({"$where": "this.price < " + value})',
        imports="from pymongo import MongoClient",
        setup="items = MongoClient().shop.items",
        variants=(
            RAW,
            _right("field", use='items.find_one({"price": {"$lt": str(value)}})'),
            NUMBER._replace(use='items.find_one({"$where": f"this.price < {value}"})'),
            HTML_ESCAPED,
        ),
    )
    yield Sink(
        "nosql value",
        "injection/nosql",
        'items.find_one({"name": value})',
        imports="from pymongo import MongoClient",
        setup="items = MongoClient().shop.items",
        structured=True,
        variants=(
            RAW,
            _right("str", before="value = str(value)"),
            _right("$eq", use='items.find_one({"name": {"$eq": value}})'),
            _right("isinstance", before='if not isinstance(value, str):\n    raise ValueError("not a text")'),
            _wrong("truth", before='if not value:\n    raise ValueError("empty")'),
        ),
    )
    yield Sink(
        "open",
        "files/path-traversal",
        'open("/srv/files/" + value).read()',
        imports="import os",
        setup='ROOT = "/srv/files"',
        variants=_files("open({}).read()"),
    )
    yield Sink(
        "file answer",
        "files/path-traversal",
        "FILE(os.path.join(ROOT, value))",
        imports="import os",
        setup='ROOT = "/srv/files"',
        answers=True,
        variants=_files("FILE({})"),
    )
    yield Sink(
        "address fetched",
        "request/ssrf",
        "requests.get(value, timeout=5)",
        imports="from urllib.parse import urlsplit\nimport requests",
        setup='HOSTS = {"shop.example", "pay.example"}',
        variants=(
            RAW,
            _right(
                "host of a list", before='if urlsplit(value).hostname not in HOSTS:\n    raise ValueError("other host")'
            ),
            _right("below a path of ours", use='requests.get("https://shop.example/items/" + value, timeout=5)'),
            _right("parameter", use='requests.get("https://shop.example/items", params={"name": value}, timeout=5)'),
            _wrong(
                "host without a separator", before='if not value.startswith("https://shop.example"):\n    value = "/"'
            ),
            _wrong("scheme", before='if urlsplit(value).scheme != "https":\n    raise ValueError("not https")'),
            _wrong("host inside", before='if "shop.example" not in value:\n    raise ValueError("other host")'),
        ),
    )
    yield Sink(
        "redirect",
        "request/open-redirect",
        "REDIRECT(value)",
        answers=True,
        imports="from urllib.parse import urlsplit",
        variants=(
            RAW,
            _right(
                "url_has_allowed_host_and_scheme",
                before='if not url_has_allowed_host_and_scheme(value, allowed_hosts={"shop.example"}):\n    value = "/"',
                imports="from django.utils.http import url_has_allowed_host_and_scheme",
                only=("django", "rest-framework"),
            ),
            _right(
                "own host", before='if urlsplit(value).netloc != "shop.example":\n    raise ValueError("other host")'
            ),
            _right("below a path of ours", use='REDIRECT("/items/" + value)'),
            _wrong("leading slash", before='if not value.startswith("/"):\n    raise ValueError("not ours")'),
            _wrong(
                "host without a separator", before='if not value.startswith("https://shop.example"):\n    value = "/"'
            ),
        ),
    )
    yield Sink(
        "html",
        "injection/html",
        'PAGE(f"<p>{value}</p>")',
        answers=True,
        imports="import html",
        variants=(
            RAW,
            _right("html.escape", before="value = html.escape(value)"),
            _right("markupsafe", before="value = escape(value)", imports="from markupsafe import escape"),
            MEMBER,
            _wrong("script taken out", before='value = value.replace("<script>", "")'),
            _wrong("capitals", before="value = value.upper()"),
        ),
    )
