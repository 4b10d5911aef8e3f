"""`injection/xpath`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.effect import Interpret, Language
from archwright.model.finding import Impact
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example
from archwright.review.sent import tainted


class XpathInjection(Rule):
    """Data from outside becomes part of an XPath expression.

    The data is followed through every function and file to what evaluates the expression: lxml's `xpath` and `XPath`, elementpath, parsel,
    the `find` methods of trees. Variables (`xpath("//user[@id = $id]", id=value)`) are clean, and so is a text without quotes. What
    can't be followed is not reported.

    Why: a quote in the data ends the author's literal. A sender reads every part of the document, also where a condition was to
    hold it back, such as a password.

    Instead: write `$name` in the expression and pass the value beside it; elementpath takes `variables={...}`. XPath 1.0 has no way to
    escape a quote.

    Fine when: the sender is meant to write expressions, and may read the whole document.

    Fix safety: no automatic fix. The quotes around the value must go along with it.
    """

    name = "injection/xpath"
    impact = Impact.HIGH
    cwe = "CWE-643"
    security = True
    which = Which.SENT
    bad = (
        example(
            "a name from the query in an expression of lxml",
            framework="flask",
            code="""
                import lxml.etree
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/users")
                def users():
                    root = lxml.etree.parse("users.xml").getroot()
                    return {"found": len(root.xpath(f"/users/user[@name='{request.args['name']}']"))}
            """,
        ),
        example(
            "a path parameter on its way through a helper to elementpath",
            framework="fastapi",
            files={
                "catalogue.py": """
                    import xml.etree.ElementTree as ET
                    import elementpath

                    TREE = ET.parse("catalogue.xml")

                    def by_code(code):
                        return elementpath.select(TREE.getroot(), "//product[@code='" + code + "']")
                """,
                "main.py": """
                    from fastapi import FastAPI
                    from catalogue import by_code

                    app = FastAPI()

                    @app.get("/products/{code}")
                    def product(code: str):
                        return {"found": len(by_code(code))}
                """,
            },
        ),
        example(
            "an expression that is compiled first",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("prices/", views.price)]
                """,
                "views.py": """
                    from django.http import JsonResponse
                    from lxml import etree

                    def price(request):
                        find = etree.XPath("//price[@currency='%s']/text()" % request.GET["currency"])
                        return JsonResponse({"price": find(etree.parse("prices.xml"))})
                """,
            },
        ),
    )
    good = (
        example(
            "the value is a variable of the expression",
            framework="flask",
            code="""
                import lxml.etree
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/users")
                def users():
                    root = lxml.etree.parse("users.xml").getroot()
                    return {"found": len(root.xpath("/users/user[@name=$name]", name=request.args["name"]))}
            """,
        ),
        example(
            "no quote is left in the text",
            framework="fastapi",
            code="""
                import xml.etree.ElementTree as ET
                from fastapi import FastAPI, HTTPException

                app = FastAPI()
                ROOT = ET.parse("catalogue.xml").getroot()

                @app.get("/products")
                def products(code: str, colour: str):
                    if "'" in code:
                        raise HTTPException(422)
                    colour = colour.replace("'", "")
                    return {"found": len(ROOT.findall(f".//product[@code='{code}'][@colour='{colour}']"))}
            """,
        ),
    )

    def check(self, effect: Interpret, reaching: Reaching) -> Iterator[Verdict]:
        if effect.language is not Language.XPATH:
            return
        yield from tainted(
            effect,
            effect.text,
            Use.XPATH,
            reaching,
            message=f"{{it}} becomes part of the XPath expression that {effect.api} evaluates.",
            why="{who} can rewrite the expression{through}, and read every part of the document.",
            fix="Write $name in the expression and pass the value beside it as a variable, without quotes.",
            harm=f"{effect.api} evaluates the expression",
            impact=Impact.HIGH,
        )
