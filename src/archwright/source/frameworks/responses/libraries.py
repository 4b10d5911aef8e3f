"""The libraries that answer requests."""

from __future__ import annotations

from typing import Final

WEB: Final = (
    "flask",
    "quart",
    "werkzeug",
    "django",
    "starlette",
    "fastapi",
    "aiohttp",
    "tornado",
    "sanic",
    "pyramid",
    "litestar",
    "bottle",
)
"""Their import names."""
