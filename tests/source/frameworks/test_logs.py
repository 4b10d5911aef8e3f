"""Logs and error trackers: level, message, and whether the error is told along."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Log
from archwright.source.program import Program

Make = Callable[..., Program]

HEAD = """
import logging, structlog, sentry_sdk, rollbar
from flask import current_app
from loguru import logger as loguru
from opentelemetry import trace
log = logging.getLogger(__name__)
slog = structlog.get_logger().bind(part="x")

def run(order):
    try:
        work(order)
    except Exception as error:
        {}
"""
CALLS = {
    'log.warning("late %s", order)': ("warning", "late %s", False),
    'log.exception("failed")': ("error", "failed", True),
    'log.error("failed", exc_info=True)': ("error", "failed", True),
    'log.error("failed: %s", error)': ("error", "failed: %s", True),
    'log.log(logging.CRITICAL, "failed", exc_info=error)': ("critical", "failed", True),
    'logging.info("seen")': ("info", "seen", False),
    'current_app.logger.error("failed")': ("error", "failed", False),
    'slog.error("failed", order=order)': ("error", "failed", False),
    'slog.exception("failed", order=order)': ("error", "failed", True),
    'loguru.success("done")': ("success", "done", False),
    'loguru.opt(exception=True).warning("failed")': ("warning", "failed", True),
    "sentry_sdk.capture_exception(error)": ("error", None, True),
    'sentry_sdk.capture_message("seen", level="warning")': ("warning", "seen", False),
    "rollbar.report_exc_info()": ("error", None, True),
    "trace.get_current_span().record_exception(error)": ("error", None, True),
}


@pytest.mark.parametrize("call", CALLS)
def test_something_is_logged(call: str, program: Make) -> None:
    (effect,) = program({"app.py": HEAD.format(call)}, Log).effects
    assert isinstance(effect, Log)
    level, message, with_error = CALLS[call]
    assert (effect.level, effect.with_error) == (level, with_error)
    if message is not None:
        assert (effect.message.constant or effect.message.text) == message


def test_what_is_logged_keeps_its_origin(program: Make) -> None:
    text = """
        import logging
        from flask import Flask, request

        app = Flask(__name__)

        @app.route("/")
        def index():
            app.logger.info("asked for %s", request.args["q"])
    """
    (effect,) = program({"app.py": text}, Log).effects
    assert isinstance(effect, Log)
    assert [origin.name for origin in effect.message.origins] == ["query parameter 'q'"]


def test_what_is_no_logger_says_nothing(program: Make) -> None:
    assert program({"app.py": "def run(thing):\n    thing.info('a')\n    thing.error('b')\n"}, Log).effects == ()
