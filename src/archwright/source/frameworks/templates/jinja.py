"""Jinja2, and what renders it: Flask, Quart, Starlette, FastAPI, aiohttp and the library itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from archwright.model.effect import Language
from archwright.source import facts as f
from archwright.source.flow.values import NO, TEXT, Val, constant
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.shared.sinks import interpret
from archwright.source.frameworks.templates.language import PAGES, TemplateLanguage
from archwright.source.frameworks.templates.own_filters import own_filters
from archwright.source.link.module import Module
from archwright.source.link.project import Project
from archwright.source.nodes import nodes
from archwright.source.packed import body_of
from archwright.source.parse.templates import JINJA

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.flow.frame import Frame

_LOADED = "jinja2.Template"
_ENVIRONMENTS = (
    "jinja2.Environment",
    "jinja2.sandbox.SandboxedEnvironment",
    "jinja2.sandbox.ImmutableSandboxedEnvironment",
)

_ESCAPES = "autoescape"
"""The key under which an environment, and a template of it, keep whether what is written is escaped."""


def _environment(site: CallSite) -> Val | None:
    """`Environment(autoescape=...)`; it escapes nothing unless it is told to."""
    if site.spread:
        return None
    return Val(("object", site.name), (), NO, {_ESCAPES: site.keywords.get(_ESCAPES, constant(False))})


class Jinja(TemplateLanguage):
    """Templates of Jinja2."""

    name = "jinja2"
    packages = ("jinja2", "flask", "quart", "starlette", "fastapi", "aiohttp_jinja2")
    language = JINJA
    aliases: ClassVar[dict[str, str]] = {
        "flask.templating.render_template": "flask.render_template",
        "flask.templating.stream_template": "flask.stream_template",
        "quart.templating.render_template": "quart.render_template",
        "jinja2.environment.Environment": "jinja2.Environment",
        "starlette.templating.Jinja2Templates": "fastapi.templating.Jinja2Templates",
    }

    def __init__(self) -> None:
        super().__init__()
        self._filters: dict[str, int] = {}
        for name in (
            "flask.render_template",
            "flask.stream_template",
            "quart.render_template",
            "quart.stream_template",
        ):
            self.calls[name] = self._flask
        for name in ("get_template", "select_template", "get_or_select_template"):
            for environment in _ENVIRONMENTS:
                self.calls[f"{environment}.{name}"] = self._load
        for name in ("render", "render_async", "generate", "generate_async", "stream"):
            self.calls[f"{_LOADED}.{name}"] = self._render
        for environment in _ENVIRONMENTS:
            self.calls[environment] = _environment
        self.calls["fastapi.templating.Jinja2Templates.TemplateResponse"] = self._starlette
        self.calls["fastapi.templating.Jinja2Templates.get_template"] = self._load
        self.calls["aiohttp_jinja2.render_template"] = self._aiohttp
        self.calls["aiohttp_jinja2.render_string"] = self._aiohttp

    def prepare(self, project: Project, engine: Engine) -> None:
        super().prepare(project, engine)
        self._filters = own_filters(project)

    def own_filter(self, frame: Frame, name: str) -> int | None:
        return self._filters.get(name)

    def tables(self) -> tuple[tuple[str, int], ...]:
        return tuple(sorted(self._filters.items()))

    def _flask(self, site: CallSite) -> Val:
        """`render_template(name_or_list, **context)`."""
        request = Val(("external", "flask.request"))
        self.render(
            site.frame, site.argument(0, "template_name_or_list"), {"request": request, **site.keywords}, site.position
        )
        return TEXT

    def _load(self, site: CallSite) -> Val:
        found = self.loaded(_LOADED, site.argument(0, "name"))
        held = site.receiver.items if site.receiver is not None else None
        return (
            Val(found.type, (), NO, {**(found.items or {}), _ESCAPES: held[_ESCAPES]})
            if held and _ESCAPES in held
            else found
        )

    def _render(self, site: CallSite) -> Val:
        """`template.render({...}, name=value)`."""
        context = {**self.context_of(site.argument(0)), **site.keywords}
        escapes = (site.receiver.items or {}).get(_ESCAPES) if site.receiver is not None else None
        if escapes is not None and escapes.const is False:
            self._unescaped(site, self.module_of(site.frame, self.name_of(site.receiver)), context)
        self.render(site.frame, self.name_of(site.receiver), context, site.position)
        return TEXT

    @staticmethod
    def _unescaped(site: CallSite, template: Module | None, context: Mapping[str, Val]) -> None:
        """What a page writes of its context, where the environment was not told to escape."""
        if template is None or not template.path.endswith(PAGES):
            return
        for unit in template.units:
            for node in nodes(body_of(unit)):
                value = context.get(node[2][2]) if node[0] == f.FORMATTED and node[2][0] == f.NAME else None
                if value is not None and value.origins:
                    interpret(site, Language.HTML, value, api="Environment() without autoescape")

    def _starlette(self, site: CallSite) -> Val:
        """`TemplateResponse(request, name, context)`, and before Starlette 0.29 `TemplateResponse(name, context)`."""
        first = site.argument(0, "name")
        old = first is not None and isinstance(first.const, str)
        name = first if old else site.argument(1, "name")
        context = self.context_of(site.argument(1 if old else 2, "context"))
        request = site.keywords.get("request") if old else site.argument(0, "request")
        if request is not None:
            context.setdefault("request", request)
        self.render(site.frame, name, context, site.position)
        return Val(("object", "starlette.responses.HTMLResponse"))

    def _aiohttp(self, site: CallSite) -> Val:
        """`render_template(name, request, context)`."""
        self.render(
            site.frame, site.argument(0, "template_name"), self.context_of(site.argument(2, "context")), site.position
        )
        return Val(("object", "aiohttp.web.Response"))
