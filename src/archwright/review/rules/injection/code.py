"""`injection/code`."""

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

_MODULE = "exec, as a module,"
"""Who makes a module of what is sent takes plug-ins: to run code is what it is for."""
_LOADS = frozenset({"__import__", "import_module", "import_string", "run_module"})
"""Names of modules mostly come from settings and tables of the project: what looks like the sender's is often not. So these are of low
confidence."""
_CODE = re.compile(
    r"code|script|source|program|snippet|statement|stmt|module|path|file|(?:^|_)(?:name|cmd|command)$", re.IGNORECASE
)
"""Names of arguments that are code themselves, or lead to some that lies somewhere."""


class CodeInjection(Rule):
    """Data from outside is run as Python, or chooses the module that is loaded.

    That is `eval`, `exec`, code that `compile` made, libraries that evaluate expressions with them, and `import_module` of a
    name that begins with the data. Text made by `repr`, and a text that was checked to be one quoted literal, is clean. What can't
    be followed is not reported.

    In code that nothing in the program calls, an argument that is run is reported with low confidence, unless it is code by its own name. So is
    code from outside that becomes a module (`exec(text, module.__dict__)`): to run plug-ins is what such a service is for.

    Why: an expression reaches every object of the process, whatever names it is given: there is no list of globals that holds
    it back. The sender runs any code with the rights of the service.

    Instead: read data with `json.loads`, literals with `ast.literal_eval`; choose functions and modules from a dictionary that the
    code writes down; for formulas use a parser of your own or a library that evaluates without `eval`.

    Fine when: the sender is meant to write code, as in a notebook, and the process has no more rights than the sender.

    Fix safety: no automatic fix. `ast.literal_eval` reads literals alone, so an expression that worked would fail.
    """

    name = "injection/code"
    impact = Impact.CRITICAL
    cwe = "CWE-94"
    security = True
    which = Which.SENT | Which.STORED | Which.GIVEN
    bad = (
        example(
            "a formula from the query is evaluated",
            framework="flask",
            code="""
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/calculate")
                def calculate():
                    return str(eval(request.args["formula"], {"__builtins__": {}}))
            """,
        ),
        example(
            "a condition from the body is built into code that another file compiles and runs",
            framework="fastapi",
            files={
                "shop/__init__.py": "",
                "shop/rules.py": """
                    def compiled(condition):
                        return compile("def matches(order):\\n    return " + condition, "<rule>", "exec")

                    def matches(condition, order):
                        names = {}
                        exec(compiled(condition), names)
                        return names["matches"](order)
                """,
                "shop/main.py": """
                    from fastapi import FastAPI
                    from pydantic import BaseModel
                    from shop.rules import matches

                    app = FastAPI()

                    class Rule(BaseModel):
                        condition: str

                    @app.post("/rules/try")
                    def try_rule(rule: Rule):
                        return {"matches": matches(rule.condition, {"total": 10})}
                """,
            },
        ),
        example(
            "the sender names the module",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("reports/<str:kind>/", views.report)]
                """,
                "views.py": """
                    import importlib
                    from django.http import JsonResponse

                    def report(request, kind):
                        return JsonResponse(importlib.import_module(kind).run(), safe=False)
                """,
            },
        ),
        example(
            "a formula that the users of a library write",
            framework="python",
            code="""
                class Sheet:
                    def __init__(self, cells):
                        self.cells = cells

                    def value(self, formula):
                        return eval(formula, {"__builtins__": {}}, self.cells)
            """,
        ),
    )
    good = (
        example(
            "a literal is read, not evaluated",
            framework="flask",
            code="""
                import ast
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/filter")
                def filtered():
                    wanted = ast.literal_eval(request.args["wanted"])
                    return {"wanted": wanted}
            """,
        ),
        example(
            "the function is one of a dictionary, the module one of a package and a fixed list",
            framework="fastapi",
            code="""
                import importlib
                from fastapi import FastAPI, HTTPException

                app = FastAPI()
                REPORTS = ("sales", "stock")
                AGGREGATES = {"sum": "sum(values)", "largest": "max(values)"}

                @app.get("/reports/{kind}")
                def report(kind: str, how: str = "sum"):
                    if kind not in REPORTS:
                        raise HTTPException(404)
                    module = importlib.import_module(kind)
                    return {"value": eval(AGGREGATES[how], {"values": module.values()})}
            """,
        ),
        example(
            "the text was checked to be one quoted literal",
            framework="flask",
            code="""
                from flask import Flask, abort, request

                app = Flask(__name__)

                @app.get("/label")
                def label():
                    text = request.args["label"]
                    if not text.startswith('"') or not text.endswith('"') or '"' in text[1:-1]:
                        abort(400)
                    return eval(text)
            """,
        ),
    )

    def check(self, effect: Interpret, reaching: Reaching, stored: Stored, ungiven: Ungiven) -> Iterator[Verdict]:
        if effect.language is not Language.PYTHON:
            return
        loads = effect.api in _LOADS
        yield from tainted(
            effect,
            effect.text,
            Use.PYTHON,
            reaching,
            stored=stored,
            message=f"{{it}} chooses the module that {effect.api} loads."
            if loads
            else f"{{it}} becomes part of the Python code that {effect.api} runs.",
            why="{who} can have any installed module loaded and its code run{through}."
            if loads
            else "{who} can run any code with the rights of the service{through}.",
            fix="Choose the module from a dictionary of those that are meant."
            if loads
            else "Read data with json.loads or ast.literal_eval; choose functions from a dictionary that the code writes down.",
            harm=f"{effect.api} loads the module" if loads else f"{effect.api} runs the code",
            impact=Impact.HIGH if loads else Impact.CRITICAL,
            confidence=Confidence.LOW if loads or effect.api == _MODULE else Confidence.HIGH,
            staff=Confidence.LOW,
        )
        if not loads:
            yield from given(
                effect,
                effect.text,
                ungiven,
                mark=None,
                use=Use.PYTHON,
                meant=_CODE,
                message=f"{{it}} is run as Python code by {effect.api}.",
                why="Whoever can choose it can run any code with the rights of the service; no list of forbidden names holds.",
                fix="Read data with json.loads or ast.literal_eval; choose functions from a dictionary that the code writes down.",
                harm=f"{effect.api} runs the code",
                impact=Impact.HIGH,
            )
