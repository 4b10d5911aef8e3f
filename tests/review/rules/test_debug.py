"""The debug mode: where it is on for those whom the service answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]


@pytest.mark.parametrize(
    ("last", "confidence"),
    [
        ("app.run(port=5000)", Confidence.LOW),
        ("def serve():\n    app.run(port=5000)", Confidence.MEDIUM),
        ("", Confidence.MEDIUM),
    ],
)
def test_a_file_that_starts_the_server_where_it_is_run(last: str, confidence: Confidence, findings: Find) -> None:
    text = f"from shop import create_app\n\napp = create_app()\napp.debug = True\n{last}\n"
    found = findings(
        "secrets/debug",
        {
            "runner.py": text,
            "shop/__init__.py": "from flask import Flask\n\ndef create_app():\n    return Flask(__name__)\n",
        },
    )
    assert [each.confidence for each in found] == [confidence]
