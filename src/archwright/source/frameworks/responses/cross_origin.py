"""Who else's pages may read answers: Starlette's CORSMiddleware and Flask-CORS."""

from __future__ import annotations

from typing import Final

from archwright.source.flow.operators import truth
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.responses.libraries import WEB

_ANY: Final = frozenset({"*", ".*", "^.*$", ".+", "https?://.*", "^https?://.*$"})


class CrossOrigins(Framework):
    """Cross-origin resource sharing."""

    name = "cross_origin"
    packages = (*WEB, "flask_cors")

    def __init__(self) -> None:
        super().__init__()
        for application in ("fastapi.FastAPI", "starlette.applications.Starlette"):
            self.calls[f"{application}.add_middleware"] = _middleware
        self.methods["add_middleware"] = _middleware
        self.calls["flask_cors.CORS"] = self.calls["flask_cors.cross_origin"] = _flask


def _middleware(site: CallSite) -> Val | None:
    """`app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)`."""
    added = site.argument(0, "middleware_class")
    if added is not None and added.type is not None and str(added.type[1]).endswith(".CORSMiddleware"):
        given = site.keywords
        everyone = _any(given.get("allow_origins")) or _any(given.get("allow_origin_regex"))
        _allow(site, everyone, given.get("allow_credentials"), "CORSMiddleware")
    return None


def _flask(site: CallSite) -> Val | None:
    """`CORS(app, origins="*", supports_credentials=True)`; without origins it allows all."""
    given = site.keywords
    everyone = _any(given["origins"]) if "origins" in given else "resources" not in given and not site.spread
    _allow(site, everyone, given.get("supports_credentials"), site.name.rpartition(".")[2])
    return None


def _allow(site: CallSite, everyone: bool, credentials: Val | None, api: str) -> None:
    allowed = credentials is not None and truth(credentials) is True
    site.emit("CrossOrigin", everyone=everyone, credentials=allowed, api=api)


def _any(origins: Val | None) -> bool:
    if origins is None or origins.origins:
        return False
    return any(
        value.const in _ANY for value in (origins, *(origins.items or {}).values()) if isinstance(value.const, str)
    )
