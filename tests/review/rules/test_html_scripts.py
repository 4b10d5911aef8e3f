"""Pages: values that a script or a handler runs, messages, filters of Jinja2, answers of hooks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "injection/html"
URLS = """
from django.urls import path
import views

urlpatterns = [path("a/", views.show)]
"""
VIEWS = """
from django.contrib import messages
from django.shortcuts import render

def show(request):
    messages.info(request, "Hello " + request.GET["name"]{})
    return render(request, "page.html", {"name": request.GET["name"], "size": int(request.GET["size"])})
"""
FLASK = """
from flask import Flask, render_template, request
from markupsafe import Markup, escape

app = Flask(__name__)

@app.template_filter("bold")
def strong(text):
    return Markup("<b>" + text + "</b>")

def small(text):
    return Markup("<small>" + escape(text) + "</small>")

def lines(text):
    return Markup(text.replace("\\n", "<br>"))

app.jinja_env.filters["small"] = small
app.jinja_env.filters.update({"lines": lines})

@app.get("/")
def show():
    return render_template("page.html", name=request.args["name"])
"""
RUN = {
    """<a onclick="show('{{ name }}')">x</a>""": 1,
    """<a onclick='show("{{ name }}", {{ size }})'>x</a>""": 1,
    """<a onclick="show({{ size }})">x</a>""": 0,
    """<a href="javascript:show('{{ name }}')">x</a>""": 1,
    """<a href="/{{ name }}">x</a>""": 0,
    """<a data-onclick="{{ name }}">x</a>""": 0,
    """<a onclick="show()">{{ name }}</a>""": 0,
    "<script>let name = {{ name }};</script>": 1,
    "<script>let name = `{{ name }}`;</script>": 1,
    "<script>show({{ size }}, {{ name }})</script>": 1,
    "<script>let name = '{{ name }}';</script>": 0,
    "<script>let path = '/?q={{ name }}';</script>": 0,
    "<script>let size = {{ size }};</script>": 0,
    "<script>// {{ name }}\n</script>": 0,
    '<script type="application/json">[{{ name }}]</script>': 0,
    "<script>show()</script><p>({{ name }})</p>": 0,
}


@pytest.mark.parametrize("page", RUN)
def test_escapes_of_html_do_not_hold_where_a_page_runs_code(page: str, findings: Find) -> None:
    views = VIEWS.replace('    messages.info(request, "Hello " + request.GET["name"]{})\n', "")
    assert len(findings(RULE, {"urls.py": URLS, "views.py": views, "templates/page.html": page})) == RUN[page]
    flask = FLASK.replace("name=request", "size=int(request.args['size']), name=request")
    found = findings(RULE, {"app.py": flask, "templates/page.html": page, "urls.py": "", "views.py": ""})
    assert sum(each.path == "templates/page.html" for each in found) == RUN[page]


def test_what_is_escaped_for_scripts(findings: Find) -> None:
    pages = {"templates/page.html": """<a onclick="show('{{ name|escapejs }}')">x</a>"""}
    views = VIEWS.replace('    messages.info(request, "Hello " + request.GET["name"]{})\n', "")
    assert findings(RULE, {"urls.py": URLS, "views.py": views, **pages}) == []


@pytest.mark.parametrize(
    ("tags", "page", "count"),
    [
        ("", "{% for each in messages %}{{ each|safe }}{% endfor %}", 1),
        ("", "{% for each in messages %}{{ each }}{% endfor %}", 0),
        ("", "{% for each in messages %}{% if 'safe' in each.tags %}{{ each|safe }}{% endif %}{% endfor %}", 0),
        (
            ', extra_tags="big safe"',
            "{% for each in messages %}{% if 'safe' in each.tags %}{{ each|safe }}{% endif %}{% endfor %}",
            1,
        ),
        ("", "{% for each in others %}{{ each|safe }}{% endfor %}", 0),
    ],
)
def test_messages_that_a_page_writes_as_they_are(tags: str, page: str, count: int, findings: Find) -> None:
    files = {"urls.py": URLS, "views.py": VIEWS.replace("{})", f"{tags})"), "templates/page.html": page}
    assert len(findings(RULE, files)) == count


@pytest.mark.parametrize(("name", "line"), [("bold", 9), ("lines", 15)])
def test_a_filter_of_jinja_calls_what_it_is_given_safe(name: str, line: int, findings: Find) -> None:
    found = findings(RULE, {"app.py": FLASK, "templates/page.html": f"<p>{{{{ name|{name} }}}}</p>"})
    assert any(each.line == line and "query parameter" in each.message for each in found)


def test_a_filter_of_jinja_that_escapes(findings: Find) -> None:
    found = findings(RULE, {"app.py": FLASK, "templates/page.html": "<p>{{ name|small }}</p>"})
    assert not any("query parameter" in each.message for each in found)


@pytest.mark.parametrize(
    ("decorator", "count"), [("errorhandler(404)", 1), ("before_request", 1), ("teardown_request", 0)]
)
def test_a_hook_answers_with_what_was_asked_for(decorator: str, count: int, findings: Find) -> None:
    text = f"from flask import Flask, request\n\napp = Flask(__name__)\n\n@app.{decorator}\ndef lost(error=None):\n"
    assert len(findings(RULE, text + '    return f"No page {request.path}"\n')) == count


@pytest.mark.parametrize(
    ("declared", "count"), [("lxml==4.9.4", 3), ("lxml>=4,<5", 3), ("lxml>=4", 0), ("lxml==5.2.1", 0)]
)
def test_parsers_of_lxml_before_5_read_files_that_a_document_names(declared: str, count: int, findings: Find) -> None:
    text = """
    from flask import Flask, request
    from lxml import etree

    app = Flask(__name__)

    @app.post("/")
    def read():
        etree.fromstring(request.data)
        etree.parse(request.files["file"])
        etree.fromstring(request.data, etree.XMLParser(recover=True))
        etree.fromstring(request.data, etree.XMLParser(resolve_entities=False))
        return ""
    """
    assert len(findings("injection/xxe", {"app.py": text, "requirements.txt": f"{declared}\n"})) == count


@pytest.mark.parametrize(
    "made",
    [
        "nativetypes.NativeEnvironment().from_string(text)",
        "nativetypes.NativeTemplate(text)",
        "Environment().compile_expression(text)",
    ],
)
def test_templates_of_jinja_by_other_names(made: str, findings: Find) -> None:
    text = f"""
    from flask import Flask, request
    from jinja2 import Environment, nativetypes

    app = Flask(__name__)

    @app.post("/")
    def read():
        text = request.form["text"]
        return {{"made": str({made})}}
    """
    assert len(findings("injection/template", text)) == 1


def test_a_router_that_a_function_is_given_by_another_name(findings: Find) -> None:
    text = """
    def routes(feed_blueprint, store):
        @feed_blueprint.route("/<string:key>")
        def one(key):
            from flask import request

            return f"No feed {key}", 404
    """
    assert len(findings(RULE, text)) == 1


def test_a_text_is_a_page_though_another_answer_is_of_another_type(findings: Find) -> None:
    text = """
    from flask import Flask, make_response

    app = Flask(__name__)

    @app.get("/feeds/<key>")
    def feed(key):
        if key != "all":
            return f"No feed {key}", 404
        response = make_response("<rss>" + key + "</rss>")
        response.headers["Content-Type"] = "application/rss+xml"
        return response
    """
    (found,) = findings(RULE, text)
    assert "view's answer" in found.message


def test_a_tag_of_an_extension_that_writes_nothing(findings: Find) -> None:
    page = "{% csrf_token %}<p>{{ name|safe }}</p>"
    found = findings(RULE, {"app.py": FLASK, "templates/page.html": page})
    assert any(each.path == "templates/page.html" for each in found)
