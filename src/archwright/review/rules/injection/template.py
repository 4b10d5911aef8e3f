"""`injection/template`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.effect import Interpret, Language
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.given import given
from archwright.review.rule import Reaching, Rule, Ungiven, Verdict, example
from archwright.review.sent import tainted
from archwright.review.stored import Stored

_FILES = re.compile(r"path|file|(?:^|_)name$", re.IGNORECASE)
"""Names of arguments that lead to a template that lies somewhere."""


class TemplateInjection(Rule):
    """Data from outside becomes part of the text of a template, not of what the template is given.

    That is `render_template_string`, `jinja2.Template`, `Environment.from_string`, `django.template.Template` and their kin in Mako
    and Tornado. Data handed over as a variable of the template is no part of its text. What can't be followed is not reported.

    In code that nothing in the program calls, an argument that is read as a template outside of a sandbox is reported with low confidence.

    Why: templates of Jinja2, Mako and Tornado reach every object of the process: the sender runs any code. Templates of Django
    run none, but read whatever their variables lead to, settings and keys among them.

    Instead: keep templates in files and hand the data over: `render_template("hello.html", name=name)`. Where people may write
    templates, use `SandboxedEnvironment` with few variables, or a language without logic.

    Fine when: those who send it may run code on the machine anyhow.

    Fix safety: no automatic fix. Which part of the text is meant to be a template is not in the code.
    """

    name = "injection/template"
    impact = Impact.CRITICAL
    cwe = "CWE-1336"
    security = True
    which = Which.SENT | Which.STORED | Which.GIVEN
    bad = (
        example(
            "a name is built into the template",
            framework="flask",
            code="""
                from flask import Flask, render_template_string, request

                app = Flask(__name__)

                @app.get("/hello")
                def hello():
                    return render_template_string("<h1>Hello " + request.args["name"] + "</h1>")
            """,
        ),
        example(
            "a helper makes a template of the body",
            framework="fastapi",
            files={
                "letters.py": """
                    from jinja2 import Environment

                    environment = Environment(autoescape=True)

                    def letter(text, order):
                        return environment.from_string(text).render(order=order)
                """,
                "main.py": """
                    from fastapi import FastAPI
                    from letters import letter
                    from pydantic import BaseModel

                    app = FastAPI()

                    class Draft(BaseModel):
                        text: str

                    @app.post("/letters")
                    def draft(body: Draft):
                        return {"letter": letter(body.text, {"number": 1})}
                """,
            },
        ),
        example(
            "a template of Django's from a form",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("preview/", views.preview)]
                """,
                "views.py": """
                    from django.http import HttpResponse
                    from django.template import Context, Template

                    def preview(request):
                        return HttpResponse(Template(request.POST["text"]).render(Context({"user": request.user})))
                """,
            },
        ),
        example(
            "a message that the users of a library write",
            framework="python",
            code="""
                from jinja2 import Environment

                class Notifier:
                    def send(self, address, message, order):
                        text = Environment().from_string(message).render(order=order)
                        return address, text
            """,
        ),
    )
    good = (
        example(
            "the same within a sandbox",
            framework="python",
            code="""
                from jinja2.sandbox import SandboxedEnvironment

                class Notifier:
                    def send(self, address, message, order):
                        text = SandboxedEnvironment().from_string(message).render(order=order)
                        return address, text
            """,
        ),
        example(
            "the data is a variable of the template",
            framework="flask",
            code="""
                from flask import Flask, render_template_string, request

                app = Flask(__name__)

                @app.get("/hello")
                def hello():
                    return render_template_string("<h1>Hello {{ name }}</h1>", name=request.args["name"])
            """,
        ),
        example(
            "the template is one of a dictionary",
            framework="fastapi",
            code="""
                from fastapi import FastAPI
                from jinja2 import Template

                app = FastAPI()
                LETTERS = {"paid": Template("Order {{ number }} is paid."), "sent": Template("Order {{ number }} is sent.")}

                @app.get("/letters/{kind}")
                def letter(kind: str, number: int):
                    return {"text": LETTERS[kind].render(number=number)}
            """,
        ),
    )

    def check(self, effect: Interpret, reaching: Reaching, stored: Stored, ungiven: Ungiven) -> Iterator[Verdict]:
        if effect.language is not Language.TEMPLATE:
            return
        sandboxed = effect.api.startswith("Sandboxed") or effect.api.endswith("Engine")
        runs = not sandboxed and not effect.api.startswith("django")
        yield from tainted(
            effect,
            effect.text,
            Use.TEMPLATE,
            reaching,
            stored=stored,
            message=f"{{it}} becomes part of the template that {effect.api} reads.",
            why="{who} can run any code with the rights of the service{through}."
            if runs
            else "{who} can read whatever the template's variables lead to{through}.",
            fix="Hand the data over as a variable of a template that the code writes down.",
            harm=f"{effect.api} reads the text as a template",
            impact=Impact.CRITICAL if runs else Impact.MEDIUM,
            confidence=Confidence.LOW if sandboxed else Confidence.HIGH,
            staff=Confidence.LOW,
        )
        if runs:
            yield from given(
                effect,
                effect.text,
                ungiven,
                mark=None,
                use=Use.TEMPLATE,
                meant=_FILES,
                message=f"{{it}} is read as a template by {effect.api}, outside of a sandbox.",
                why="Expressions in a template reach every class of the interpreter: whoever can write the text can run any code.",
                fix="Read templates that others write with jinja2.sandbox.SandboxedEnvironment.",
                harm=f"{effect.api} reads the text as a template",
                impact=Impact.HIGH,
            )
