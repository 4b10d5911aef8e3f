"""Django's template language: what renders a template, and the tags and filters of the project's own libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from archwright.source import facts as f
from archwright.source.flow.calls import call_unit
from archwright.source.flow.expressions import scope_of
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, TEXT, UNKNOWN, Val, constant
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.templates.language import TemplateLanguage
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import Project
from archwright.source.parse.templates import DJANGO

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_LIBRARY = "django.template.Library"
_LOADED = "django.template.Template"
_RESPONSE = "django.http.HttpResponse"
_TAGS = frozenset({"simple_tag", "inclusion_tag", "simple_block_tag", "assignment_tag", "filter"})


class Tag(NamedTuple):
    """A tag or a filter of the project."""

    unit: int
    template: str | None
    """What an inclusion tag renders with the context that its function gives."""
    takes_context: bool


def _escaping(site: CallSite) -> None:
    """`@register.filter(needs_autoescape=True)`: the filter is told whether the template escapes, which it does unless its author says otherwise."""
    asks = site.keywords.get("needs_autoescape")
    if asks is not None and asks.const is True and "autoescape" in site.frame.env:
        site.frame.env["autoescape"] = constant(True)


class DjangoTemplates(TemplateLanguage):
    """Templates of Django."""

    name = "django_templates"
    packages = ("django",)
    language = DJANGO
    aliases: ClassVar[dict[str, str]] = {
        "django.shortcuts.render_to_response": "django.template.loader.render_to_string",
        "django.template.base.Template": _LOADED,
        "django.template.backends.django.Template": _LOADED,
        "django.template.response.TemplateResponse": "django.shortcuts.render",
        "django.template.response.SimpleTemplateResponse": "django.template.loader.render_to_string",
    }

    def __init__(self) -> None:
        super().__init__()
        self._tags: dict[str, Tag | None] = {}
        self._filters: dict[str, Tag | None] = {}
        self.calls.update(
            {
                "django.shortcuts.render": self._shortcut,
                "django.template.loader.render_to_string": self._to_string,
                "django.template.loader.get_template": self._load,
                "django.template.loader.select_template": self._load,
                f"{_LOADED}.render": self._render,
            }
        )

        self.decorators[f"{_LIBRARY}.filter"] = _escaping

    def prepare(self, project: Project, engine: Engine) -> None:
        super().prepare(project, engine)
        for module in project.modules:
            if "templatetags/" in module.path and not module.language:
                self._read_library(module)

    # --- libraries of tags and filters -----------------------------------------------------------------------
    def _read_library(self, module: Module) -> None:
        """Functions that are decorated, and those handed to a call: `register.filter("name", function)`."""
        for index, unit in enumerate(module.units):
            for decorator in unit[5]:
                self._register(module.index << UNIT_BITS | index, unit[0], decorator)
        for node in module.units[0][7] if module.units else ():
            if node[0] == f.EXPR and node[2][0] == f.CALL:
                call = node[2]
                names = [arg[2] for arg in call[3] if arg[0] == f.NAME]
                binding = module.scope().get(names[-1]) if names else None
                if binding is not None and binding.kind == "unit":
                    unit = module.units[binding.value]
                    self._register(module.index << UNIT_BITS | int(binding.value), unit[0], call)

    def _register(self, unit: int, name: str, decorator: tuple[Any, ...]) -> None:
        call = decorator if decorator[0] == f.CALL else None
        target = decorator[2] if call is not None else decorator
        if target[0] != f.ATTR or target[3] not in _TAGS:
            return
        texts = [arg[2] for arg in call[3] if arg[0] == f.CONST and isinstance(arg[2], str)] if call is not None else []
        given = {key: value[2] for key, value in call[4] if value[0] == f.CONST} if call is not None else {}
        template = None
        if target[3] == "inclusion_tag":
            template = given.get("filename", texts[0] if texts else None)
        elif texts and "name" not in given:
            name = texts[0]
        name = str(given.get("name") or name)
        table = self._filters if target[3] == "filter" else self._tags
        tag = Tag(unit, template, bool(given.get("takes_context")))
        table[name] = None if name in table and table[name] != tag else tag

    def own_filter(self, frame: Frame, name: str) -> int | None:
        tag = self._filters.get(name)
        return tag.unit if tag is not None else None

    def own_tag(self, site: CallSite, name: str) -> Val:
        tag = self._tags.get(name)
        if tag is None:
            return UNKNOWN
        frame = site.frame
        args = site.args[1:]
        if tag.takes_context:
            args = [
                Val(("dict",), (), NO, {key: value for key, value in scope_of(frame).items() if "." not in key}),
                *args,
            ]
        given = call_unit(frame, tag.unit, args, site.keywords, site.spread, site.position)
        if tag.template is not None:
            self.render(frame, constant(tag.template), self.context_of(given), site.position)
            return TEXT
        return given

    # --- what renders ------------------------------------------------------------------------------------------
    def _shortcut(self, site: CallSite) -> Val:
        """`render(request, template_name, context)` and `TemplateResponse` of the same signature."""
        context = self.context_of(site.argument(2, "context"))
        request = site.argument(0, "request")
        if request is not None:
            context.setdefault("request", request)
        self.render(
            site.frame, site.argument(1, "template_name") or site.argument(1, "template"), context, site.position
        )
        return Val(("object", _RESPONSE))

    def _to_string(self, site: CallSite) -> Val:
        """`render_to_string(template_name, context, request)`."""
        context = self.context_of(site.argument(1, "context"))
        request = site.argument(2, "request")
        if request is not None:
            context.setdefault("request", request)
        name = site.argument(0, "template_name") or site.argument(0, "template")
        self.render(site.frame, name, context, site.position)
        return TEXT

    def _load(self, site: CallSite) -> Val:
        return self.loaded(_LOADED, site.argument(0, "template_name") or site.argument(0, "template_name_list"))

    def _render(self, site: CallSite) -> Val:
        self.render(
            site.frame, self.name_of(site.receiver), self.context_of(site.argument(0, "context")), site.position
        )
        return TEXT
