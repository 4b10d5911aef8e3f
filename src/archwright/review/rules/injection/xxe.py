"""`injection/xxe`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.effect import Interpret, Language
from archwright.model.finding import Impact
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example
from archwright.review.sent import tainted


class XmlExternalEntities(Rule):
    """A document from outside is read by a parser that fetches what the document names.

    Parsers do so where the code tells them: `resolve_entities=True` or, with `load_dtd`, `no_network=False` in lxml;
    `setFeature(feature_external_ges, True)` in xml.sax, also where minidom or pulldom is given that parser. The defaults of the current
    libraries (Python since 3.7.1, lxml since 5.0, defusedxml) fetch nothing and are clean. Where the project pins an lxml before 5.0, which
    reads files that a document names, so does a parser that is not told otherwise.

    Why: the document names any file of the machine, or any address that the service can reach, and its content comes back in the
    parsed text. A sender reads keys and settings, and calls services that are not theirs to call.

    Instead: leave the parser at its defaults, or use defusedxml.

    Fine when: only the service itself writes the documents.

    Fix safety: no automatic fix. Documents that rely on external entities would be read without them.
    """

    name = "injection/xxe"
    impact = Impact.CRITICAL
    cwe = "CWE-611"
    security = True
    which = Which.SENT
    bad = (
        example(
            "a parser of xml.sax that is told to fetch external entities, given to minidom",
            framework="flask",
            code="""
                import xml.dom.minidom
                import xml.sax
                import xml.sax.handler
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/orders")
                def order():
                    parser = xml.sax.make_parser()
                    parser.setFeature(xml.sax.handler.feature_external_ges, True)
                    document = xml.dom.minidom.parseString(request.get_data(), parser)
                    return document.documentElement.toxml()
            """,
        ),
        example(
            "a parser of lxml that resolves all entities, made in another file",
            framework="fastapi",
            files={
                "documents.py": """
                    from lxml import etree

                    PARSER = etree.XMLParser(resolve_entities=True)

                    def read(text):
                        return etree.fromstring(text, parser=PARSER)
                """,
                "main.py": """
                    from fastapi import FastAPI, Request
                    from documents import read

                    app = FastAPI()

                    @app.post("/invoices")
                    async def invoice(request: Request):
                        return {"total": read(await request.body()).findtext("total")}
                """,
            },
        ),
    )
    good = (
        example(
            "the defaults",
            framework="flask",
            code="""
                import xml.dom.minidom
                import xml.etree.ElementTree as ET
                import xml.sax
                from flask import Flask, request
                from lxml import etree

                app = Flask(__name__)

                @app.post("/orders")
                def order():
                    body = request.get_data()
                    parser = xml.sax.make_parser()
                    xml.dom.minidom.parseString(body, parser)
                    etree.fromstring(body, etree.XMLParser(huge_tree=False))
                    return ET.fromstring(body).tag
            """,
        ),
        example(
            "entities are switched off, or the document is the service's own",
            framework="fastapi",
            code="""
                import xml.sax
                import xml.sax.handler
                from fastapi import FastAPI, Request
                from lxml import etree

                app = FastAPI()
                own = etree.parse("catalogue.xml", etree.XMLParser(resolve_entities=True))

                @app.post("/orders")
                async def order(request: Request):
                    parser = xml.sax.make_parser()
                    parser.setFeature(xml.sax.handler.feature_external_ges, False)
                    parser.feed(await request.body())
                    return etree.fromstring(await request.body(), etree.XMLParser(resolve_entities=False, no_network=True)).tag
            """,
        ),
    )

    def check(self, effect: Interpret, reaching: Reaching) -> Iterator[Verdict]:
        if effect.language is not Language.XML:
            return
        yield from tainted(
            effect,
            effect.text,
            Use.XML,
            reaching,
            message=f"{{it}} is parsed by {effect.api}: the document may name files and addresses that are fetched.",
            why="{who} can read files of the machine and reach services inside its network{through}.",
            fix="Leave the parser at its defaults, which fetch nothing, or use defusedxml.",
            harm=f"{effect.api} reads the document",
            impact=Impact.CRITICAL,
        )
