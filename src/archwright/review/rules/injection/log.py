"""`injection/log`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from archwright.model.effect import Log
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.program import Program
from archwright.review.rule import Reaching, Rule, Verdict, example, replaced, steps
from archwright.review.sent import tainted

_TEXTS = ("query parameter '", "form field '", "path parameter '", "uploaded file '")
"""What is surely a text, in which a line can end. What came in a header can't hold a line break, a whole document is shown as one line."""
_NO_LOG = frozenset({"print"})


class LogInjection(Rule):
    """A text from outside is written to a log of plain text with its line breaks.

    Told of query parameters, form fields, parts of the path and names of files whose text is put into a log's message as it came.
    With medium confidence where the code itself sets up a file of plain text for its logs, and nothing writes JSON; else with low
    confidence, because what becomes of the message isn't known. `%r`, `!r`, `repr`, JSON, a line break taken out or a list of allowed
    texts make it clean; so do headers, in which servers refuse line breaks.

    Why: a line break begins a line that looks as if the service had written it. People and programs that read the log are led astray.

    Instead: log with `%r`, or write logs as JSON.

    Fine when: the logs are shown to nobody who trusts single lines.

    Fix safety: no automatic fix. What readers of the log expect is not in the code.
    """

    name = "injection/log"
    impact = Impact.LOW
    cwe = "CWE-117"
    security = True
    which = Which.SENT
    bad = (
        example(
            "a form's field in a file of plain text",
            framework="flask",
            code="""
                import logging
                from flask import Flask, request

                app = Flask(__name__)
                logging.basicConfig(filename="shop.log", format="%(asctime)s %(message)s")
                logger = logging.getLogger(__name__)

                @app.post("/login")
                def login():
                    logger.warning("no such user: %s", request.form["name"])
                    return {"ok": False}
            """,
        ),
    )
    good = (
        example(
            "shown as Python writes it, and without line breaks",
            framework="flask",
            code="""
                import logging
                from flask import Flask, request

                app = Flask(__name__)
                logging.basicConfig(filename="shop.log", format="%(asctime)s %(message)s")
                logger = logging.getLogger(__name__)

                @app.post("/login")
                def login():
                    logger.warning("no such user: %r", request.form["name"])
                    logger.warning(f"no such user: {request.form['name']!r}")
                    logger.warning("no such user: %s", request.form["name"].replace("\\n", " "))
                    logger.warning("no such user, asked by %s", request.headers["User-Agent"])
                    return {"ok": False}

                @app.get("/orders/<int:number>")
                def order(number):
                    logger.info("order %s", number)
                    return {}
            """,
        ),
    )

    def check(self, effect: Log, reaching: Reaching, program: Program) -> Iterator[Verdict]:
        texts = tuple(origin for origin in effect.message.origins if origin.name.startswith(_TEXTS))
        if not texts or effect.level in _NO_LOG:
            return
        plain = program.plain_log
        for verdict in tainted(
            effect,
            msgspec.structs.replace(effect.message, origins=texts),
            Use.LOG,
            reaching,
            message="{it} is written to the log with its line breaks.",
            why="{who} can write lines into the log that look like the service's own{through}.",
            fix="Log it with %r, or write logs as JSON.",
            harm="it is written to the log",
            impact=Impact.LOW,
            confidence=Confidence.LOW if plain is None else Confidence.MEDIUM,
        ):
            set_up = steps((plain, "the log is a file of plain text")) if plain is not None else ()
            yield replaced(verdict, trace=(*set_up, *verdict.trace))
