"""`injection/header` and `injection/log`: what lets a line end where the service's own lines stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

APP = r"""
import json
import logging
import re
import smtplib
import socket
from flask import Flask, Response, make_response, request
from urllib.parse import quote

app = Flask(__name__)
logger = logging.getLogger(__name__)
SETUP

@app.post("/contact/<path:rest>")
def contact(rest):
    subject, text = request.form["subject"], request.form["text"]
    server = smtplib.SMTP("localhost", timeout=5)
    CODE
"""


def app(code: str, setup: str = "") -> dict[str, str]:
    return {"app.py": APP.replace("CODE", code).replace("SETUP", setup)}


@pytest.mark.parametrize(
    ("code", "confidence"),
    [
        (r'server.sendmail("a", ["b"], f"Subject: {subject}\n\nHello")', "high"),
        (r'server.sendmail("a", ["b"], "Subject: %s\r\n\r\nHello" % subject)', "high"),
        (r'server.sendmail("a", ["b"], "From: us\nSubject: {}\n\nHello".format(subject).encode())', "high"),
        (r'server.sendmail("a", ["b"], f"Subject: {subject}\n\n{text}")', "low"),
        (r'socket.create_connection(("a", 80)).sendall(f"GET /{rest} HTTP/1.1\r\nHost: a\r\n\r\n".encode())', "high"),
        (r'socket.create_connection(("a", 80)).sendall(b"GET / HTTP/1.1\r\nX: " + subject.encode() + b"\r\n\r\n")', ""),
        (r'return Response("x", headers={"Content-Disposition": f"attachment; filename={subject}"})', "low"),
        (r'r = make_response("x"); r.headers["Content-Disposition"] = f"attachment; filename=\"{subject}\""', "low"),
    ],
)
def test_headers(told: Told, code: str, confidence: str) -> None:
    found = told(app(code), "injection/header")
    assert [each.split()[2] for each in found] == ([confidence] if confidence else [])


@pytest.mark.parametrize(
    "code",
    [
        r'server.sendmail("a", ["b"], f"Subject: New\n\n{text}")',
        r'server.sendmail("a", ["b"], "Subject: New\n\n" + text)',
        r'server.sendmail("a", ["b"], f"Subject: {quote(subject)}\n\nHello")',
        r'server.sendmail("a", ["b"], f"Subject: {subject.splitlines()[0]}\n\nHello")',
        r'subject = re.sub(r"[\r\n]+", " ", subject); server.sendmail("a", ["b"], f"Subject: {subject}\n\nHello")',
        r'server.sendmail("a", ["b"], f"Subject: {int(subject)}\n\nHello")',
        r'server.sendmail("a", ["b"], f"Subject: {request.headers["X-Subject"]}\n\nHello")',
        r'return Response("x", headers={"X-Subject": subject, "Content-Disposition": "attachment"})',
        r'return Response("x", headers={"Content-Disposition": f"attachment; filename={quote(subject)}"})',
    ],
)
def test_headers_that_are_right(told: Told, code: str) -> None:
    assert told(app(code), "injection/header") == []


FILE = 'logging.basicConfig(filename="a.log")'


@pytest.mark.parametrize(
    ("setup", "confidence"),
    [
        ("", "low"),
        ("logging.basicConfig(level=10)", "low"),
        (FILE, "medium"),
        ('logger.addHandler(logging.FileHandler("a.log"))', "medium"),
        ('LOGGING = {"handlers": {"file": {"class": "logging.handlers.RotatingFileHandler"}}}', "medium"),
        (FILE + "\nfrom pythonjsonlogger.jsonlogger import JsonFormatter", "low"),
    ],
)
@pytest.mark.parametrize(
    "code",
    [
        'logger.info("subject %s", subject)',
        'logger.error(f"subject {subject}")',
        'logging.warning("subject " + subject)',
        'logger.log(logging.INFO, "%d times %s", 3, subject)',
        'app.logger.info("asked for %s", rest)',
    ],
)
def test_logs(told: Told, code: str, setup: str, confidence: str) -> None:
    assert [each.split()[2] for each in told(app(code, setup), "injection/log")] == [confidence]


@pytest.mark.parametrize(
    "code",
    [
        'logger.info("subject %r", subject)',
        'logger.info("%(subject)s", {"subject": repr(subject)})',
        'logger.log(logging.INFO, "%s times %r", 3, subject)',
        'logger.info("subject %s", json.dumps(subject))',
        'logger.info("subject %s", subject.replace("\\n", ""))',
        'logger.info("agent %s", request.headers["User-Agent"])',
        'logger.info("body %s", request.get_json())',
        'print("subject", subject)',
        'logger.info("subject sent")',
    ],
)
def test_logs_that_are_right(told: Told, code: str) -> None:
    assert told(app(code, FILE), "injection/log") == []
