"""What a page is handed: a text or a mapping by methods that write it, results that a key picks, what filters and converters are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "injection/html"
TORNADO = """
import tornado.web

class Base(tornado.web.RequestHandler):
    def write(self, chunk{TYPE}):
        self.count = 1
        super().write(chunk)

    def say(self, said):
        self.write(said)

class Hello(Base):
    def get(self):
        name = self.get_argument("name")
        self.{CALL}

app = tornado.web.Application([(r"/hello", Hello)])
"""


@pytest.mark.parametrize("type_", ["", ": str | bytes | dict", ": dict | str"])
@pytest.mark.parametrize(
    ("call", "count"),
    [
        ('write("Hello " + name)', 1),
        ('say("Hello " + name)', 1),
        ('write({"name": name})', 0),
        ("write(dict(name=name))", 0),
        ('say({"name": f"Hello {name}"})', 0),
        ('say(said={"name": name})', 0),
    ],
)
def test_a_method_in_the_place_of_write(type_: str, call: str, count: int, findings: Find) -> None:
    assert len(findings(RULE, TORNADO.replace("{TYPE}", type_).replace("{CALL}", call))) == count


def test_a_method_in_the_place_of_write_of_a_handler_that_sets_its_type(findings: Find) -> None:
    text = TORNADO.replace("{TYPE}", "").replace("{CALL}", 'write("Hello " + name)')
    head = '    def set_default_headers(self):\n        self.set_header("Content-Type", "application/json")\n\n    def get(self):'
    assert findings(RULE, text.replace("    def get(self):", head)) == []


CELERY = """
from celery import Celery
from celery.result import AsyncResult
from flask import Flask, request

app = Flask(__name__)
queue = Celery("app")

def message(task):
    return task.info.get("message")

@app.get("/results/<key>")
def result(key):
    result = {MADE}
    return "<p>" + {SHOWN} + "</p>"
"""


@pytest.mark.parametrize("made", ["AsyncResult(key)", "AsyncResult(id=key)", "queue.AsyncResult(key)"])
@pytest.mark.parametrize(
    ("shown", "count"),
    [
        ("message(result)", 0),
        ("result.info['message']", 0),
        ("str(result.get())", 0),
        ("result.status", 0),
        ("result.id", 1),
        ("key", 1),
    ],
)
def test_a_key_picks_a_result(made: str, shown: str, count: int, findings: Find) -> None:
    assert len(findings(RULE, CELERY.replace("{MADE}", made).replace("{SHOWN}", shown))) == count


FILTER = """
from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

register = template.Library()

@register.filter{ASKS}
def marked(text{PARAMETER}):
    {BODY}
"""
ASKED = {
    "a branch": "if autoescape:\n        text = conditional_escape(text)\n    return mark_safe(f'<b>{text}</b>')",
    "two texts": "if autoescape:\n        said = f'<b>{conditional_escape(text)}</b>'\n    else:\n        said = f'<b>{text}</b>'\n"
    "    return mark_safe(said)",
    "one of two functions": "escaped = conditional_escape if autoescape else lambda x: x\n    return mark_safe(f'<b>{escaped(text)}</b>')",
    "one of two values": "return mark_safe('<b>' + (conditional_escape(text) if autoescape else text) + '</b>')",
}
IGNORED = {
    "not looked at": "return mark_safe(f'<b>{text}</b>')",
    "the wrong way round": "if not autoescape:\n        text = conditional_escape(text)\n    return mark_safe(f'<b>{text}</b>')",
}


@pytest.mark.parametrize("parameter", [", autoescape=True", ", autoescape: bool = True", ", size=1, autoescape=None"])
@pytest.mark.parametrize("body", [*ASKED, *IGNORED])
def test_a_filter_that_is_told_whether_the_template_escapes(body: str, parameter: str, findings: Find) -> None:
    text = FILTER.replace("{ASKS}", "(needs_autoescape=True)").replace("{PARAMETER}", parameter)
    assert len(findings(RULE, text.replace("{BODY}", {**ASKED, **IGNORED}[body]))) == (body in IGNORED)


def test_a_filter_that_is_not_told(findings: Find) -> None:
    text = FILTER.replace("{ASKS}", "").replace("{PARAMETER}", ", autoescape=False")
    assert len(findings(RULE, text.replace("{BODY}", ASKED["a branch"]))) == 1


MARKDOWN = """
import markdown
from flask import Flask, request
from markdown.extensions import Extension

app = Flask(__name__)

class Escape(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.deregister("html_block")

def page(text, allowed=False):
    {BODY}

@app.get("/")
def show():
    return "<p>" + page(request.args["text"], not bool(request.args.get("plain"))) + "</p>"
"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            "if allowed:\n        return markdown.markdown(text)\n    return markdown.markdown(text, extensions=[Escape()])",
            [Confidence.LOW],
        ),
        (
            "if allowed:\n        return markdown.markdown(text)\n    more = [Escape()]\n    return markdown.markdown(text, extensions=more)",
            [Confidence.LOW],
        ),
        (
            "if allowed:\n        return markdown.markdown(text)\n    return markdown.markdown(text, extensions=['tables'])",
            [Confidence.HIGH],
        ),
        ("return markdown.markdown(text)", [Confidence.HIGH]),
        ("return markdown.markdown(text, extensions=[Escape()])", []),
    ],
)
def test_markdown_that_another_way_filters(body: str, found: list[Confidence], findings: Find) -> None:
    assert [each.confidence for each in findings(RULE, MARKDOWN.replace("{BODY}", body))] == found


WIDGET = """
from django import forms
from django.utils.html import escape
from django.utils.safestring import mark_safe

class Rows(forms.Widget):
    def render(self, name{TYPE}, value, attrs=None, renderer=None):
        shown = {SHOWN}
        return mark_safe(f'<p data-name="{shown}">{escape(value)}</p>')
"""
NAMES = ["name", "attrs.get('id', name) if attrs else name", "(attrs or {}).get('id', name)", "name + '_rows'"]


@pytest.mark.parametrize("type_", ["", ": str"])
@pytest.mark.parametrize("shown", NAMES)
def test_the_name_of_a_field(type_: str, shown: str, findings: Find) -> None:
    text = WIDGET.replace("{TYPE}", type_).replace("{SHOWN}", shown)
    assert findings(RULE, text) == []
    assert len(findings(RULE, text.replace("def render", "def show"))) == 1
    assert len(findings(RULE, text.replace("forms.Widget", "Panel"))) == 1


@pytest.mark.parametrize("shown", ["value", "name if value is None else value"])
def test_the_value_of_a_field(shown: str, findings: Find) -> None:
    assert len(findings(RULE, WIDGET.replace("{TYPE}", "").replace("{SHOWN}", shown))) == 1
