"""`injection/header`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from archwright.model.effect import Interpret, Language
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example
from archwright.review.sent import tainted

_MAIL = "sendmail"
_PARAMETER = "Content-Disposition"
_HEADERS = ("request header", "cookie", "request host", "referrer")
"""What came in a header holds no line break: servers refuse one."""


class Header(Rule):
    r"""Data from outside becomes part of a header that nobody checks for line breaks, or of a parameter that is not quoted.

    Told are messages that are written by hand and given to `sendmail`, requests that are written to a socket by hand, and, with low
    confidence, file names that are pasted into `Content-Disposition`. Headers that a framework writes are clean: Django, Werkzeug,
    Starlette, aiohttp, Tornado, Bottle, `http.client` and the package `email` refuse a line break in one.

    Why: a line break ends the header. `x\\nBcc: everyone@example.com` makes a form a relay for spam; in a request it adds headers, or
    a second request. A quote ends a file's name and gives the download another one.

    Instead: build messages with `email.message.EmailMessage`, requests with an HTTP client; give file names to the framework
    (`FileResponse(filename=...)`, `send_file(download_name=...)`).

    Fine when: something before refuses line breaks.

    Fix safety: no automatic fix. The message has to be built another way.
    """

    name = "injection/header"
    impact = Impact.HIGH
    cwe = "CWE-113"
    security = True
    which = Which.SENT
    bad = (
        example(
            "a mail written by hand, with a subject that was sent",
            framework="flask",
            code="""
                import smtplib
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/contact")
                def contact():
                    text = f"Subject: {request.form['subject']}\\n\\nSomebody wrote to us."
                    with smtplib.SMTP("localhost", timeout=5) as server:
                        server.sendmail("us@shop.example", ["us@shop.example"], text)
                    return {"ok": True}
            """,
        ),
        example(
            "a request written to a socket",
            framework="fastapi",
            code="""
                import socket
                from fastapi import FastAPI

                app = FastAPI()

                @app.get("/stock")
                def stock(product: str):
                    with socket.create_connection(("stock.internal", 80), timeout=2) as sock:
                        sock.sendall(f"GET /stock?p={product} HTTP/1.1\\r\\nHost: stock.internal\\r\\n\\r\\n".encode())
                        return {"raw": sock.recv(4096).decode()}
            """,
        ),
    )
    good = (
        example(
            "the package email refuses line breaks, and what stands below the headers does no harm",
            framework="flask",
            code="""
                import smtplib
                from email.message import EmailMessage
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/contact")
                def contact():
                    message = EmailMessage()
                    message["Subject"] = request.form["subject"]
                    message.set_content(request.form["text"])
                    with smtplib.SMTP("localhost", timeout=5) as server:
                        server.send_message(message)
                        server.sendmail("a@shop.example", ["b@shop.example"], "Subject: New\\n\\n" + request.form["text"])
                    return {"ok": True}
            """,
        ),
        example(
            "line breaks are taken out, and a framework's header",
            framework="flask",
            code="""
                import smtplib
                from flask import Flask, Response, request

                app = Flask(__name__)

                @app.post("/contact")
                def contact():
                    subject = request.form["subject"].replace("\\r", "").replace("\\n", "")
                    with smtplib.SMTP("localhost", timeout=5) as server:
                        server.sendmail("a@shop.example", ["b@shop.example"], f"Subject: {subject}\\n\\nHello")
                    return Response("ok", headers={"X-Subject": request.form["subject"]})
            """,
        ),
    )

    def check(self, effect: Interpret, reaching: Reaching) -> Iterator[Verdict]:
        if effect.language is not Language.HEADER:
            return
        text = msgspec.structs.replace(
            effect.text, origins=tuple(o for o in effect.text.origins if not o.name.startswith(_HEADERS))
        )
        parameter = effect.api == _PARAMETER
        does = "send mail to anyone, in any words" if effect.api == _MAIL else "add headers, or a request of their own"
        yield from tainted(
            effect,
            text,
            Use.HEADER,
            reaching,
            message="{it} becomes a file's name in Content-Disposition, unquoted."
            if parameter
            else f"{{it}} becomes part of the headers that are written by {effect.api}: a line break begins another header.",
            why="{who} can give the download another name and ending{through}."
            if parameter
            else f"{{who}} can {does}{{through}}.",
            fix="Let the framework write the header from the file's name."
            if parameter
            else "Let a library write the headers (EmailMessage, an HTTP client): it refuses line breaks.",
            harm="it is written into a header",
            impact=Impact.LOW if parameter else Impact.HIGH,
            confidence=Confidence.LOW if parameter or effect.parameters else Confidence.HIGH,
        )
