"""`injection/html`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archwright.model.effect import Interpret, Language
from archwright.model.entity import Entity, Type
from archwright.model.finding import Confidence, Impact
from archwright.model.value import UNFILTERED, Clean, OriginKind, Trust, Use
from archwright.model.which import Which
from archwright.review.beside import UNSERVED, in_migrations, in_tests
from archwright.review.given import given
from archwright.review.rule import Reaching, Rule, Ungiven, Verdict, example, steps
from archwright.review.sent import Sent, sent, tainted
from archwright.review.stored import Stored

_OWN_REQUEST = ("request header", "cookie", "request host", "referrer", "request URL", "request path", "request body")
"""What a page of somebody else's can't make a browser send, or not as it is."""
_WIDGET = "text of a widget"
"""Shown to who typed it, and to nobody else."""
_PLAIN = re.compile(r"(?:^|[-_./])(?:text|txt|plain|plain_?text|subject)\.(?:html?|jinja2?|j2)$", re.IGNORECASE)
"""Templates of plain text: the text body of a mail, its subject."""
_MAIL = re.compile(r"(?:^|[-_/])e?-?mails?(?=[-_./])", re.IGNORECASE)
"""Templates of mails: readers of mail run no scripts."""
_SAID_SAFE = frozenset({"Markup", "mark_safe", "format_html"})
_FIX = "Escape the data: format_html or Markup(...).format(...), a template that escapes, or nh3.clean for HTML that people write."
_FIX_SCRIPT = (
    "Hand the data over in an attribute (data-name) or by json_script, or escape it for scripts: escapejs, tojson."
)
_TAGS = re.compile(r"<|&#?\w+;|\w=[\"']")
_HTML = re.compile(
    r"html|markup|safe|svg|content|body|children|inner|widget|rendered|output|attrs|icon|tag|(?:^|[._])(?:pk|id|count|number|size|width|height)$|_id$"
    r"|url|href|media|prefix|auto_id|target|class|css|style|colou?r|align|position|format|fmt|template|slug|nonce|(?:^|\.)request$|^self\b|^cls\b",
    re.IGNORECASE,
)
"""Names of arguments that are HTML themselves, that hold no tags, or that the author of a template writes down."""
_REFERRER = re.compile(r"^referrer|'(?:HTTP_)?referr?er'$", re.IGNORECASE)
"""Browsers escape it, and send no more than the origin of a page of somebody else's."""


class HtmlInjection(Rule):
    """Data from outside becomes part of a page without being escaped: cross-site scripting.

    That is a text that a view answers with (Flask and Django send it as HTML unless told otherwise), a text that `Markup`,
    `mark_safe` or `format_html` is told to be safe, and a template that writes it with `|safe` or with escaping off, or where escapes of
    HTML do not hold: in an event handler, between backticks or without quotes in a script. JSON, plain
    text and files to be saved are no pages, also where a decorator or a hook of the
    project makes them so. What was escaped, or filtered by nh3 or bleach, is clean. What can't be followed is not reported.
    Markdown in a function that filters it on another way, with low confidence: who calls it decides.
    A text that a row holds counts as sent where a request was seen to write it; what staff writes there, with low confidence.

    Where code itself puts a text between tags and calls the whole safe (`mark_safe(f"<b>{title}</b>")`), that is reported with medium
    confidence for the text of a row, and for an argument of a filter, a tag or another function that nothing in the program calls,
    unless it is HTML by its name: `format_html` escapes it.

    Why: who opens a link of the sender's runs the sender's script in the service's origin: it reads what the person may read and
    acts in the person's name.

    Instead: render a template that escapes; build pieces of HTML with `format_html` or `Markup("...").format(...)`, the data as
    an argument; filter HTML that people may write with nh3; send data as JSON.

    Fine when: only the sender ever sees the answer and no other site can make a browser send it.

    Fix safety: no automatic fix. Escaping what is meant to be HTML would show its tags.
    """

    name = "injection/html"
    impact = Impact.HIGH
    cwe = "CWE-79"
    security = True
    which = Which.SENT | Which.STORED | Which.GIVEN
    bad = (
        example(
            "a view answers with a text that holds a query parameter",
            framework="flask",
            code="""
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/hello")
                def hello():
                    return f"<h1>Hello {request.args['name']}</h1>"
            """,
        ),
        example(
            "a row keeps what somebody wrote, and another page shows it as it is",
            framework="flask",
            code="""
                from flask import Flask, request
                from flask_sqlalchemy import SQLAlchemy
                from markupsafe import Markup

                app = Flask(__name__)
                db = SQLAlchemy(app)

                class Note(db.Model):
                    id = db.Column(db.Integer, primary_key=True)
                    text = db.Column(db.Text)

                @app.post("/notes")
                def write():
                    db.session.add(Note(text=request.form["text"]))
                    db.session.commit()
                    return "written"

                @app.get("/notes/<int:number>")
                def read(number):
                    return Markup("<div>") + Markup(db.session.get(Note, number).text) + Markup("</div>")
            """,
        ),
        example(
            "a helper of another file calls the text safe",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("search/", views.search)]
                """,
                "marks.py": """
                    from django.utils.safestring import mark_safe

                    def bold(text):
                        return mark_safe("<b>" + text + "</b>")
                """,
                "views.py": """
                    from django.http import JsonResponse
                    from marks import bold

                    def search(request):
                        return JsonResponse({"title": bold(request.GET["q"])})
                """,
            },
        ),
        example(
            "HTML is built of the path",
            framework="fastapi",
            code="""
                from fastapi import FastAPI
                from fastapi.responses import HTMLResponse

                app = FastAPI()

                @app.get("/shops/{name}")
                def shop(name: str):
                    return HTMLResponse("<title>%s</title>" % name)
            """,
        ),
        example(
            "an error page repeats what was asked for",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("orders/", views.order)]
                """,
                "views.py": """
                    from django.http import HttpResponseBadRequest

                    def order(request):
                        return HttpResponseBadRequest("No order " + request.GET.get("id", ""))
                """,
            },
        ),
        example(
            "a handler writes an argument",
            framework="tornado",
            code="""
                import tornado.web

                class Hello(tornado.web.RequestHandler):
                    def get(self):
                        self.write("Hello " + self.get_argument("name"))

                app = tornado.web.Application([(r"/hello", Hello)])
            """,
        ),
        example(
            "a filter for templates puts what it is given between tags",
            framework="django",
            code="""
                from django import template
                from django.utils.safestring import mark_safe

                register = template.Library()

                @register.filter
                def strong(title):
                    return mark_safe("<strong>" + title + "</strong>")
            """,
        ),
        example(
            "an environment that is not told to escape",
            framework="jinja2",
            files={
                "app.py": """
                    from flask import Flask, request
                    from jinja2 import Environment, FileSystemLoader

                    app = Flask(__name__)
                    pages = Environment(loader=FileSystemLoader("templates"))

                    @app.get("/hello")
                    def hello():
                        return pages.get_template("hello.html").render(name=request.args["name"])
                """,
                "templates/hello.html": "<h1>Hello {{ name }}</h1>\n",
            },
        ),
    )
    good = (
        example(
            "a filter for templates that escapes what it is given",
            framework="django",
            code="""
                from django import template
                from django.utils.html import escape, format_html
                from django.utils.safestring import mark_safe

                register = template.Library()

                @register.filter
                def strong(title):
                    return format_html("<strong>{}</strong>", title)

                @register.filter
                def weak(title):
                    return mark_safe("<small>" + escape(title) + "</small>")
            """,
        ),
        example(
            "what is put into the text is escaped",
            framework="flask",
            code="""
                from flask import Flask, request
                from markupsafe import Markup, escape

                app = Flask(__name__)

                @app.get("/hello")
                def hello():
                    return f"<h1>Hello {escape(request.args['name'])}</h1>"

                @app.get("/bye")
                def bye():
                    return Markup("<h1>Bye {}</h1>").format(request.args["name"])

                @app.get("/pages/<int:number>")
                def page(number):
                    return f"<h1>Page {number}</h1>"
            """,
        ),
        example(
            "JSON and plain text are no pages",
            framework="flask",
            code="""
                from flask import Flask, Response, jsonify, make_response, request

                app = Flask(__name__)

                @app.get("/data")
                def data():
                    return jsonify(name=request.args["name"])

                @app.get("/same")
                def same():
                    return {"name": request.args["name"]}

                @app.get("/plain")
                def plain():
                    return Response("Hello " + request.args["name"], mimetype="text/plain")

                @app.get("/later")
                def later():
                    response = make_response("Hello " + request.args["name"])
                    response.headers["Content-Type"] = "text/plain"
                    return response

                @app.get("/headers")
                def headers():
                    return "Hello " + request.args["name"], 200, {"Content-Type": "text/plain"}
            """,
        ),
        example(
            "format_html escapes its arguments, nh3 filters",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("search/", views.search)]
                """,
                "views.py": """
                    import nh3
                    from django.http import HttpResponse
                    from django.utils.html import format_html
                    from django.utils.safestring import mark_safe

                    def search(request):
                        title = format_html("<b>{}</b>", request.GET["q"])
                        note = mark_safe(nh3.clean(request.GET["note"]))
                        return HttpResponse(title + note)
                """,
            },
        ),
    )

    def check(
        self, effect: Interpret, reaching: Reaching, stored: Stored, ungiven: Ungiven, entities: Mapping[str, Entity]
    ) -> Iterator[Verdict]:
        if effect.language is not Language.HTML or _PLAIN.search(effect.place.path):
            return
        said = effect.api in _SAID_SAFE
        found = sent(effect, effect.text, Use.HTML, stored)
        if found is None:
            if said and _TAGS.search(effect.text.text or ""):
                yield from given(
                    effect,
                    effect.text,
                    ungiven,
                    mark=Use.PASTED,
                    use=Use.HTML,
                    meant=_HTML,
                    near=True,
                    message=f"{{it}} is put between tags as it is, and the whole is called safe HTML by {effect.api}.",
                    why="Tags in it are read as the author's own: whoever can choose it can run scripts in the browsers of others.",
                    fix=_FIX,
                    harm="the text is called safe HTML",
                    impact=Impact.MEDIUM,
                )
                yield from _of_rows(effect, entities)
            return
        yield from tainted(
            effect,
            effect.text,
            Use.HTML,
            reaching,
            stored=stored,
            message=f"{{it}} is called safe HTML by {effect.api}, unescaped."
            if said
            else f"{{it}} becomes part of a page unescaped, by {effect.api}.",
            why="{who} can run scripts in the browsers of others, in the name of this service{through}.",
            fix=_FIX_SCRIPT if effect.api.endswith("script") else _FIX,
            harm="the text is called safe HTML" if said else "the text is sent as HTML",
            impact=Impact.HIGH,
            confidence=Confidence.LOW if _in_mail(effect) else _confidence(effect, found),
        )


def _of_rows(effect: Interpret, entities: Mapping[str, Entity]) -> Iterator[Verdict]:
    """The verdict that the text of a row or of an error is put between tags; who writes it is not known."""
    path = effect.place.path
    unserved = effect.context.setting in UNSERVED
    if unserved or in_tests(path) or in_migrations(path):
        return
    for origin in effect.text.origins:
        if Use.PASTED not in origin.clean_for or origin.state(Use.HTML) is Clean.CLEAN:
            continue
        if origin.kind is OriginKind.FIELD and _is_text(origin.name, entities):
            what = f"`{origin.name}`"
        elif origin.kind is OriginKind.RESULT and origin.name == "error":
            what = "The text of an error, which may repeat what was sent,"
        else:
            continue
        yield Verdict(
            message=f"{what} is put between tags as it is, and the whole is called safe HTML by {effect.api}.",
            why="Tags in it are read as the author's own: whoever can write it can run scripts in the browsers of others.",
            fix=_FIX,
            impact=Impact.MEDIUM,
            confidence=Confidence.MEDIUM,
            trace=steps(
                *((step.place, step.note) for step in origin.steps), (effect.place, "the text is called safe HTML")
            ),
        )
        return


def _is_text(name: str, entities: Mapping[str, Entity]) -> bool:
    """True for a column, `Entity.field`, that holds any text, and no HTML by its name."""
    entity, _, column = name.rpartition(".")
    field = entities[entity].field(column) if entity in entities else None
    return field is not None and field.type is Type.TEXT and not field.values and not _HTML.search(column)


def _in_mail(effect: Interpret) -> bool:
    path = effect.place.path
    return _MAIL.search(path) is not None and not path.endswith(".py")


def _confidence(effect: Interpret, found: Sent) -> Confidence:
    read = found.kept.read if found.kept is not None else ()
    if any(step.note == UNFILTERED for step in (*found.origin.steps, *read)):
        return Confidence.LOW
    if found.kept is not None:
        return Confidence.LOW if found.by_staff or found.origin.trust is Trust.UNKNOWN else Confidence.HIGH
    source = found.origin.name
    if _REFERRER.search(source) or source == _WIDGET:
        return Confidence.LOW
    doubtful = source.startswith(_OWN_REQUEST) or effect.api.startswith("a message")
    return Confidence.MEDIUM if doubtful else Confidence.HIGH
