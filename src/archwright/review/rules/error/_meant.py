"""Signs that the author of a handler meant to drop the error."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.effect import Setting, Swallow
from archwright.model.finding import Confidence
from archwright.review.beside import beside
from archwright.review.surroundings import around, protected, said_before

_TAKING_DOWN = (
    "close|aclose|seek|shutdown|stop|disconnect|quit|release|rollback|cancel|kill|terminate|dispose|unlink|"
    "rmtree|cleanup|flush|logout|unsubscribe|wait_closed"
)
_LEAVING = re.compile(
    r"(?:^|_)(?:del|exit|aexit|close|aclose|closing|shutdown|clean|cleanup|teardown|tear|dispose|disconnect|finalize)(?:_|$)"
    r"|(?:^|_)(?:stop|logout|log_out|sign_out)$"
)
"""Units that take something down: what fails there no longer matters."""

_CLEAN_UP = re.compile(
    rf"(?:await\s+)?[\w.\[\]()'\"]+\.(?:{_TAKING_DOWN})\(.*\)|if\b.*:|with\b.*:|os\.(?:remove|close)\(.*\)"
)
"""Statements of a try body that only takes something down."""
_CLOSES = re.compile(r"(?:await\s+)?(?:\w+\.)*_*(?:close|shut_?down|tear_?down|dispose|disconnect)_\w+\(.*\)")
"""A call of a function whose name says what it takes down: `close_session(...)`, whatever that asks of others on the way."""

_BEST_EFFORT = re.compile(
    r"(?:^|_)(?:telemetry|metrics?|analytics|track|tracking|stats|statsd|sentry|beacon|heartbeat|ping|health|probe|wait|"
    r"log|logs|logger|logging|errors?|exceptions?|failures?|audit|repr|str|debug|try|maybe|best_effort|safe|safely|quiet|"
    r"quietly|silent|silently|ignore|optional|warm|prefetch|preload)(?:_|$)"
)
"""Units and classes whose name says that they may fail, that they wait for something, or that they report errors."""

_IMPORT = re.compile(r"(?:import|from)\s")
_CALL = re.compile(r"(?:await\s+)?([\w.]+)\(.*\)$")

_EXPLAINED = re.compile(
    r"#\s*(?!\s*(?:noqa|nosec|pragma|type:|pylint|todo|fixme|xxx|archwright)\b)\w+(?:\W+\w+){2,}", re.IGNORECASE
)
"""A comment of three words or more that is not for a tool."""

_FOR_GOOD = re.compile(
    r"\b(?:best[- ]effort|(?:non|not)[- ](?:critical|fatal|essential)|optional(?:ly)?|ignor\w+|swallow\w*|suppress\w*|tolerat\w+|even if"
    r"|(?:if|when|in case)\b.*\b(?:fails?|errors?|can'?t|cannot|unavailable)|(?:may|might|must not|should not|shouldn'?t|can) (?:\w+ )?(?:fail|block|break))\b",
    re.IGNORECASE,
)
"""What a comment above a `try` says where its author thought of what happens if it fails."""

_ANSWER = re.compile(r"return\s+(?!None\b)\S")
"""Statements of a try body that give what it asked for: what stands behind the handler is given in its place."""

_QUESTION = re.compile(r"_*(?:is|are|has|have|can|check|exists|supports)_")
"""Units that answer a question by asking somebody else: no answer is an answer, too."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def expected(effect: Swallow) -> bool:
    """True where the loss is by design: tests, tools beside the service, what takes something down, what may fail."""
    path = effect.place.path
    if effect.context.setting in (Setting.TEST, Setting.MIGRATION):
        return True
    if beside(path):
        return True
    if effect.place.column == 1:
        return True  # at the top level of a module: a fall-back for an import or a version
    changes = {"write", "commit", "publish", "enqueue"} & set(effect.protects)
    names = [_CAMEL.sub("_", name).lower() for name in effect.unit.split(".")[-2:]]
    if effect.handler == "return a default" and _QUESTION.match(names[-1]) and not changes:
        return True
    return any(_LEAVING.search(name) or _BEST_EFFORT.search(name) for name in names)


def cleans_up(lines: list[str], handler: int) -> bool:
    """True if the try body only takes something down."""
    body = protected(lines, handler)
    return bool(body) and all(_CLEAN_UP.fullmatch(text) for text in body)


def closes(lines: list[str], handler: int) -> bool:
    """True if the try body is one call of a function that takes something down: what it does it for is over."""
    body = protected(lines, handler)
    return len(body) == 1 and _CLOSES.fullmatch(body[0]) is not None


def reports(lines: list[str], handler: int) -> bool:
    """True if the try body only tells somebody: `analytics.track(...)`, beside the imports that it needs."""
    body = [text for text in protected(lines, handler) if not _IMPORT.match(text)]
    calls = [_CALL.match(text) for text in body]
    return bool(calls) and all(call is not None and _BEST_EFFORT.search(call[1].replace(".", "_")) for call in calls)


def sure(effect: Swallow, lines: list[str]) -> Confidence:
    """How sure it is that the author did not mean it.

    A comment says that it was meant. A handler in another handler or in a `finally` must not hide the first error; one in
    a loop of attempts goes on to the next. A default in place of the result may be what the function promises, be it in the handler
    or behind it, where the body returns what it asked for.
    """
    blocks = around(lines, effect.place.line)
    answers = any(_ANSWER.match(text) for text in protected(lines, effect.place.line))
    retries = effect.handler in ("pass", "continue") and ("while" in blocks or any(_attempts(lines, effect)))
    if (
        effect.handler in ("assign a default", "return a default")
        or answers
        or retries
        or {"except", "finally"} & set(blocks)
        or _explained(effect, lines)
    ):
        return Confidence.LOW
    return Confidence.HIGH


def _attempts(lines: list[str], effect: Swallow) -> Iterator[bool]:
    """Whether each loop around the handler counts attempts."""
    for loop in effect.context.loops:
        header = lines[loop.place.line - 1] if 1 <= loop.place.line <= len(lines) else ""
        yield loop.constant or re.search(r"range\(|attempt|retr(?:y|ies)|backoff", header) is not None


def _explained(effect: Swallow, lines: list[str]) -> bool:
    """True if a comment stands at the handler (on its line, the line above, in its first lines), or one above the `try` tells of failures."""
    if _FOR_GOOD.search(said_before(lines, effect.place.line)):
        return True
    first = max(effect.place.line - 2, 0)
    return any(_EXPLAINED.search(line) for line in lines[first : effect.place.line + 3])
