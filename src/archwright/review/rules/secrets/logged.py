"""`secrets/logged`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archwright.model.base import Place
from archwright.model.effect import Log, Setting
from archwright.model.field_part import column_of
from archwright.model.finding import Confidence, Impact
from archwright.model.secret_name import ABOUT, REQUEST_HEADERS, TOKENS, parts, secret
from archwright.model.value import Clean, Origin, OriginKind, Use
from archwright.model.which import Which
from archwright.report.lines import lines_of
from archwright.review.beside import in_tests, in_tools
from archwright.review.excerpt import end_of
from archwright.review.presence import only_present
from archwright.review.program import Program
from archwright.review.rule import Reaching, Rule, Verdict, example, steps
from archwright.review.said import chosen, refused

_HOLDERS = frozenset(
    {"auth", "authorization", "header", "headers", "bearer", "token", "body", "data", "form", "json", "payload", "args"}
)
"""Words of names that hold a secret with more beside."""
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")
_HOLE = re.compile(r"\{([^{}]*)\}")
_PART = re.compile(r"[\w.]+\[(?:\d?:\d{1,2}|-\d{1,2}:)\]|\bif\b.*?\belse\b", re.DOTALL)
"""What is not told, or in part: `key[:4]`, `key[-4:]`, what decides."""
_ABOUT_HEADERS = re.compile(r"\blen\([^()]*\)|\.join\((?:(?:sorted|set|list)\()?[\w.]*\bheaders\)+")
"""How many headers there are, and a text of what they are called."""
_WHOLE = frozenset({"request headers", "request header"})
_EVERY = "Every header of a request, Authorization and Cookie among them,"
_BUT_ONE = r"(?!\s*(?:\[|\.\s*(?:get|keys|pop)\b|=))"
"""What picks one of many, or their names."""
_HEADERS = rf"\bheaders\b{_BUT_ONE}"
_BEGUN = re.compile(r"\s*headers\s*(?::[^=]*)?=\s*(?:\{|dict\(\s*\))")
_NEAR = 12
_COOKIES = rf"(?i)\bcookies\b{_BUT_ONE}"
"""What of a call shows that all of them are told."""
_BODIES = frozenset({"request body", "form field"})
_BODY = rf"(?i)\b(?:json|get_json|form|body|data|payload|post)\b(?:\(\))?{_BUT_ONE}"
_SWITCH = re.compile(
    r"^(?!not\b|.*,\s*[\"']?(?:true|1|yes|on)[\"']?\s*\)).*(?:\b(?:log|debug|verbose|dump|trace)_\w+|(?<!logging\.)\b(?:debug|verbose)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""Conditions that somebody has to switch on to see more in the logs: what is on where nobody does is none."""
_SIGNS_IN = re.compile(
    r"/(?:log-?in|sign-?in|sign-?up|register|token|password|reset-password|change-password|auth)(?:/|$)", re.IGNORECASE
)


class Logged(Rule):
    """A password, token or key is written to a log.

    Found are values from outside, and fields of rows, whose name is that of a secret, all headers or cookies of a request at
    once, since `Authorization` and sessions are among them, and all that is sent to where people sign in, unless a model declares what
    that is and names no secret. Silent are a token in the handler of the error that refused it, what a function of the project or a statement
    before has taken the secrets out of, a few letters, fields that addresses are made with, and what structlog replaces by its name. Arguments
    with such a name, what is told only where somebody switched it on, and a header that its function only asks to be there, are listed with
    `--all`.

    Why: logs are kept for long, copied to other services, and read by people who may not sign in as the user.

    Instead: log an id. Where something of the secret must be recognised, log the last characters of its hash.

    Fine when: the name is that of a secret and the value is none.

    Fix safety: no automatic fix. What the log is read for is not told by the code.
    """

    name = "secrets/logged"
    impact = Impact.MEDIUM
    which = Which.SENT | Which.SECRET
    cwe = "CWE-532"
    security = True
    bad = (
        example(
            "a password of the form",
            framework="flask",
            code="""
                import logging
                from flask import Flask, request

                app = Flask(__name__)
                logger = logging.getLogger(__name__)

                @app.post("/login")
                def login():
                    password = request.form["password"]
                    logger.info("sign-in with %d characters: %r", len(password), password)
                    return "ok"
            """,
        ),
        example(
            "all headers",
            framework="flask",
            code="""
                import logging
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/orders")
                def orders():
                    logging.warning("asked with %s", dict(request.headers))
                    return []
            """,
        ),
        example(
            "by a method that is chosen before",
            framework="python",
            code="""
                import json
                from tornado.log import access_log

                def log_request(handler):
                    try:
                        logger = handler.log
                    except AttributeError:
                        logger = access_log
                    if handler.get_status() < 400:
                        tell = logger.debug
                    elif handler.get_status() < 500:
                        tell = logger.warning
                    else:
                        tell = logger.error
                    tell(json.dumps(dict(handler.request.headers)))
            """,
        ),
    )
    good = (
        example(
            "the user, and one header that is no secret",
            framework="flask",
            code="""
                import logging
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/login")
                def login():
                    logging.info("sign-in of %r with %r", int(request.form["user"]), len(request.form["password"]))
                    return "ok"
            """,
        ),
        example(
            "some of the headers",
            framework="python",
            code="""
                import json
                from tornado.log import access_log

                def log_request(handler):
                    request = handler.request
                    headers = {}
                    for name in ["Host", "Accept"]:
                        if name in request.headers:
                            headers[name] = request.headers[name]
                    access_log.error(json.dumps(headers))
            """,
        ),
        example(
            "the first letters of a key, and a text that speaks of the form",
            framework="flask",
            code="""
                import logging
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/login")
                def login():
                    sent = request.get_json()
                    api_key = sent["api_key"]
                    logging.info("sign-in with %r", api_key[:4] if api_key else None)
                    logging.warning("sign-in form of %r", sent["origin"])
                    return "ok"
            """,
        ),
    )

    def check(self, effect: Log, program: Program, reaching: Reaching) -> Iterator[Verdict]:
        path = effect.place.path
        beside = (Setting.TEST, Setting.COMMAND, Setting.MIGRATION)
        if effect.context.setting in beside or in_tests(path) or in_tools(path):
            return
        for origin in effect.message.origins:
            told = _told(origin) or _signing_in(origin, effect, reaching)
            if told is None:
                continue
            title, sure, shown = told
            call = _call(program, effect.place)
            if re.search(shown, _ABOUT_HEADERS.sub(" ", _code(call))) is None if shown else not _names(call):
                continue
            lines = lines_of(program.source(path) or "")
            if shown == _HEADERS and _picked(lines, effect.place.line):
                continue
            if _token(origin) and refused(lines, effect.place.line):
                continue
            if origin.kind is OriginKind.FIELD and _addressed(origin.name, program):
                continue
            if program.masked_log and shown not in (_HEADERS, _COOKIES) and _by_name(call):
                continue
            unused = origin.name.startswith("request header '") and only_present(
                lines, effect.place.line, call, filter(str.isidentifier, re.findall(r"\w+", _code(call)))
            )
            if unused or (program.masked_log and shown == _HEADERS) or chosen(lines, effect.place.line, _SWITCH):
                sure = Confidence.LOW
            yield Verdict(
                message=f"{title} is written to the log.",
                why="Logs are kept, copied and read by people who may not sign in as the user.",
                fix="Log an id instead of the secret.",
                impact=Impact.MEDIUM,
                confidence=sure,
                trace=steps(*((step.place, step.note) for step in origin.steps), (effect.place, "written to the log")),
                start=origin.steps[0].place if origin.steps else None,
            )
            return


def _told(origin: Origin) -> tuple[str, Confidence, str] | None:
    """What of a secret an origin is, how sure that is, and what the call itself has to show of it; None: nothing."""
    if origin.state(Use.REVEAL) is Clean.CLEAN:
        return None
    if origin.kind is OriginKind.SOURCE:
        if origin.state(Use.DESERIALISE) is not Clean.DIRTY:
            return None
        if origin.name in _WHOLE:
            return _EVERY, Confidence.MEDIUM, _HEADERS
        if origin.name == "cookie":
            return "Every cookie of a request, those of sessions among them,", Confidence.MEDIUM, _COOKIES
        _, quote, name = origin.name.partition("'")
        if quote and secret(name.rstrip("'")):
            return f"The {origin.name}", Confidence.MEDIUM, ""
        return None
    if origin.kind is OriginKind.FIELD:
        field = column_of(origin.name.rpartition(".")[2])
        if secret(field) and parts(field)[-1] not in TOKENS:
            return f"`{origin.name}`", Confidence.MEDIUM, rf"\b{re.escape(field)}\b"
    if origin.kind is OriginKind.PARAMETER and REQUEST_HEADERS.search(origin.name):
        return _EVERY, Confidence.MEDIUM, _HEADERS
    if origin.kind is OriginKind.PARAMETER and "." not in origin.name and secret(origin.name):
        return f"The argument `{origin.name}`", Confidence.LOW, ""
    return None


def _token(origin: Origin) -> bool:
    """True for a token that was sent; a password that was refused is nearly the right one, and a token that was refused opens nothing."""
    words = parts(origin.name.partition("'")[2])
    return origin.kind is OriginKind.SOURCE and bool(words) and words[-1] in TOKENS


def _signing_in(origin: Origin, effect: Log, reaching: Reaching) -> tuple[str, Confidence, str] | None:
    """The same of all that is sent to where people sign in."""
    if origin.kind is not OriginKind.SOURCE or origin.name not in _BODIES or origin.state(Use.REVEAL) is Clean.CLEAN:
        return None
    place = origin.steps[0].place if origin.steps else effect.place
    if not any(_SIGNS_IN.search(operation) for operation in reaching(place)):
        return None
    return "All that is sent to sign in, the password with it,", Confidence.MEDIUM, _BODY


def _addressed(name: str, program: Program) -> bool:
    """True for a field that addresses of the service are made with: who is sent there reads it."""
    holder, _, field = name.rpartition(".")
    named = "_".join((*parts(holder.rpartition(".")[2]), field))
    return any(f"{{{named}}}" in str(operation) for endpoint in program.endpoints for operation in endpoint.operations)


def _by_name(call: str) -> bool:
    """True where what a call is given that is called a secret is given by a keyword of such a name, and in no text."""
    given = _code(call).partition("(")[2]
    told = [secret(word) for word in re.findall(r"\b(\w+)\s*=(?!=)", given)]
    return any(told) and not any(secret(word) for hole in _HOLE.findall(call) for word in re.findall(r"\w+", hole))


def _names(call: str) -> bool:
    """True where a name in the arguments of a call is that of a secret, or of what holds one: not the user found by it."""
    return any(
        secret(word) or (ABOUT.isdisjoint(parts(word)) and not _HOLDERS.isdisjoint(parts(word)))
        for word in re.findall(r"[A-Za-z_]\w*", _code(call).partition("(")[2])
    )


def _code(call: str) -> str:
    """A call without its texts, whose holes are code, without conditions, and without what only a few letters are told of."""
    return _PART.sub(" ", _TEXT.sub(lambda text: f" {' '.join(_HOLE.findall(text[0]))} ", call))


def _picked(lines: Sequence[str], line: int) -> bool:
    """True where a few lines before, a mapping of headers was begun that holds those that are picked."""
    return any(_BEGUN.match(each) for each in lines[max(0, line - _NEAR) : line - 1])


def _call(program: Program, place: Place) -> str:
    """The lines of a call, from where it starts, without comments."""
    lines = lines_of(program.source(place.path) or "")
    call = lines[place.line - 1 : end_of(lines, place.line, place.column)]
    return "\n".join(line.partition("#")[0] for line in call)
