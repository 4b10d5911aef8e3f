"""Settings that servers and applications are given by keyword: `app.run(debug=True)`, `from_mapping(SECRET_KEY=...)`."""

from __future__ import annotations

from typing import Final

from archwright.source.flow import configured
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework

_RUNS: Final = (
    "flask.Flask.run",
    "quart.Quart.run",
    "sanic.Sanic.run",
    "bottle.run",
    "socketio.run",
    "flask_socketio.SocketIO.run",
)


class Settings(Framework):
    """Keywords that configure."""

    name = "settings_given"
    packages = ("flask", "quart", "sanic", "bottle", "flask_socketio")

    def __init__(self) -> None:
        super().__init__()
        for name in _RUNS:
            self.calls[name] = _given
        self.methods["from_mapping"] = _mapping


def _given(site: CallSite) -> None:
    configured.given(site.frame, site.name, site.keywords, site.position)


def _mapping(site: CallSite) -> Val | None:
    configured.given(site.frame, "from_mapping", site.keywords, site.position)
    return None
