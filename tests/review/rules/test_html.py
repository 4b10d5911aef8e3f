"""Pages: what is written as it is, by whom, and what is put between tags and called safe."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "injection/html"
TAGS = """
from django import template
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from elsewhere import render

register = template.Library()

@register.simple_tag
def shown(title, size=1, html=""):
"""
PASTED = {
    "an attribute's value": "return mark_safe(f'<p class=\"{title}\">')",
    "behind a tag": 'return mark_safe("<b>" + title + "</b>")',
    "by percent": 'return mark_safe("<b>%s</b>" % title)',
    "an attribute of it": 'return SafeString("&nbsp;" + title.name)',
    "joined by a tag": "return mark_safe('<br>' + '<br>'.join(title.split(',')))",
    "a list joined by a tag": "return mark_safe('<br>'.join(title))",
    "the text of an error": "try:\n    return render(title)\nexcept Exception as error:\n    return mark_safe(f'<p>{error}</p>')",
    "formatted before": "return format_html(f'<b>{title}</b>')",
}
LEFT = {
    "escaped": 'return mark_safe("<b>" + escape(title) + "</b>")',
    "escaped before": 'title = conditional_escape(title)\nreturn mark_safe(f"<b>{title}</b>")',
    "each of a list escaped": "return mark_safe('<br>'.join(escape(each) for each in title))",
    "an error, escaped": "try:\n    return render(title)\nexcept Exception as error:\n    return mark_safe(f'<p>{escape(error)}</p>')",
    "an argument": 'return format_html("<b>{}</b>", title)',
    "a number": 'return mark_safe(f"<b>{int(title)}</b>")',
    "HTML by its name": 'return mark_safe(f"<div>{html}</div>")',
    "what something else made": 'return mark_safe(f"<div>{render(title)}</div>")',
    "no tags": "return mark_safe(title)",
}
ADMIN = """
from django.contrib import admin
from django.db import models
from django.utils.safestring import mark_safe

class Person(models.Model):
    name = models.CharField(max_length=10)
    age = models.IntegerField()

@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    list_display = ["link"]

    def link(self, person):
        return mark_safe(f"<a href='/p/{person.pk}'>{person.FIELD}</a>")
"""
JINJA = """
from flask import Flask, request
from jinja2 import Environment, FileSystemLoader

app = Flask(__name__)
pages = Environment(loader=FileSystemLoader("templates"))

@app.get("/hello")
def hello():
    return pages.get_template("hello.html").render(name=request.args["name"])
"""
API = """
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()

@app.get("/hello", response_class=HTMLResponse)
def hello(name: str):
    return f"<p>{name}</p>"
"""


def body(text: str) -> str:
    return TAGS + "".join(f"    {line}\n" for line in text.splitlines())


@pytest.mark.parametrize("title", PASTED)
def test_an_argument_between_tags(title: str, findings: Find) -> None:
    (found,) = findings(RULE, body(PASTED[title]))
    assert found.confidence is Confidence.MEDIUM


@pytest.mark.parametrize("title", LEFT)
def test_an_argument_that_holds_no_tags_or_is_html(title: str, findings: Find) -> None:
    assert findings(RULE, body(LEFT[title])) == []


@pytest.mark.parametrize(("field", "count"), [("name", 1), ("age", 0)])
def test_the_text_of_a_row_between_tags(field: str, count: int, findings: Find) -> None:
    assert len(findings(RULE, ADMIN.replace("FIELD", field))) == count


def test_a_function_whose_result_is_called_safe(findings: Find) -> None:
    text = ADMIN.replace("    def link", "    @mark_safe\n    def link").replace("mark_safe(f", "(f")
    assert len(findings(RULE, text.replace("FIELD", "name"))) == 1
    assert findings(RULE, text.replace("FIELD", "age")) == []


@pytest.mark.parametrize(
    ("made", "page", "count"),
    [
        ("", "<p>{{ name }}</p>", 1),
        ("", "<p>{{ name|e }}</p>", 0),
        (", autoescape=True", "<p>{{ name }}</p>", 0),
        (", autoescape=select_autoescape()", "<p>{{ name }}</p>", 0),
    ],
)
def test_an_environment_of_jinja_escapes_where_it_is_told_to(made: str, page: str, count: int, findings: Find) -> None:
    text = JINJA.replace('"templates")', f'"templates"){made}')
    assert len(findings(RULE, {"app.py": text, "templates/hello.html": page})) == count


def test_a_handler_of_fastapi_returns_a_page_where_it_says_so(findings: Find) -> None:
    assert len(findings(RULE, API)) == 1
    assert findings(RULE, API.replace(", response_class=HTMLResponse", "")) == []


def test_a_template_calls_a_filter_with_names_of_its_context(findings: Find) -> None:
    page = "{% load app %}{% shown name %}"
    assert len(findings(RULE, {"app.py": body(PASTED["behind a tag"]), "templates/page.html": page})) == 1


def test_streamlit_shows_tags_to_who_opened_the_link(findings: Find) -> None:
    text = "import streamlit as st\n\nst.markdown(f\"<b>{st.query_params['q']}</b>\"{})\n"
    assert len(findings(RULE, text.replace("{}", ", unsafe_allow_html=True"))) == 1
    assert findings(RULE, text.replace("{}", "")) == []


REPLACED = """
import re
from flask import Flask, request

app = Flask(__name__)

@app.get("/")
def page():
    name = re.sub({}, {}, request.args["name"])
    return f'<html><a href="{{name}}">{{name}}</a></html>'
"""


@pytest.mark.parametrize(
    ("pattern", "new", "clean"),
    [
        ("'[^a-zA-Z0-9]'", "'-'", True),
        (r"r'\W+'", "''", True),
        (r"r'[^\w.-]'", "''", True),
        ("'[^a-zA-Z0-9]'", "'<'", False),
        ("'[^a-zA-Z0-9<>]'", "'-'", False),
        ("'script'", "''", False),
    ],
)
def test_a_text_without_anything_but_letters_is_no_markup(findings: Find, pattern: str, new: str, clean: bool) -> None:
    assert (findings("injection/html", REPLACED.format(pattern, new)) == []) is clean


FIELDS = {
    "app.py": """
        from flask import Flask, render_template
        from flask_wtf import FlaskForm
        from wtforms import StringField

        app = Flask(__name__)

        class NoteForm(FlaskForm):
            note = StringField("Note", description="<b>any text</b>")

        @app.post("/notes")
        def add():
            return render_template("note.html", form=NoteForm())
    """,
    "templates/note.html": """
        {% macro shown(field) %}<p>{{ field.ATTRIBUTE|safe }}</p>{% endmacro %}
        {{ shown(form.note) }}
    """,
}


@pytest.mark.parametrize(
    ("attribute", "found"),
    [("description", False), ("label", False), ("id", False), ("data", True), ("raw_data[0]", True)],
)
def test_what_the_author_of_a_form_writes(findings: Find, attribute: str, found: bool) -> None:
    files = {path: text.replace("ATTRIBUTE", attribute) for path, text in FIELDS.items()}
    assert bool(findings(RULE, files)) is found
