"""Who else's pages may read answers: Starlette's CORSMiddleware and Flask-CORS."""

from __future__ import annotations

import re
from typing import Final

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.operators import truth
from archwright.source.flow.values import ALL_USES, Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.responses.libraries import WEB
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

_ALLOW_ORIGIN: Final = "access-control-allow-origin"
_ALLOW_CREDENTIALS: Final = "access-control-allow-credentials"
_ORIGIN: Final = re.compile(r"^request header '(?:HTTP_)?origin'", re.IGNORECASE)
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


def reflects(frame: Frame, position: int, name: object, value: Val) -> None:
    """Record that an answer allows whatever origin asks: `Access-Control-Allow-Origin` is the header `Origin`, unchecked."""
    if str(name).lower() != _ALLOW_ORIGIN or not any(
        key[0] == "source" and _ORIGIN.search(str(key[1])) and cleaned & ALL_USES != ALL_USES
        for key, cleaned, _ in value.origins
    ):
        return
    texts = [str(node[2]).lower() for node in nodes(body_of(frame.facts)) if node[0] == f.CONST]
    frame.emit(
        "CrossOrigin",
        position,
        everyone=True,
        credentials=_ALLOW_CREDENTIALS in texts,
        api="the header Access-Control-Allow-Origin",
    )


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
