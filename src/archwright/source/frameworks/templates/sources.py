"""Templates made of texts at run time: whoever chooses the text of a template runs code, or reads what the template is given."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.model.effect import Language
from archwright.source.flow.values import TEXT, UNKNOWN, Val
from archwright.source.frameworks.base import CallSite, Framework, Handler
from archwright.source.frameworks.responses.libraries import WEB
from archwright.source.frameworks.shared.sinks import interpret


def _made(index: int, keyword: str, api: str, gives: Val) -> Handler:
    """A call that reads a text as a template."""

    def handler(site: CallSite) -> Val | None:
        interpret(site, Language.TEMPLATE, site.argument(index, keyword), api=api)
        return gives

    return handler


def _of_django(site: CallSite) -> Val:
    """`Template(text, origin, name, engine)`: an engine that is made for such texts has the tags that its author chose."""
    engine = site.argument(3, "engine")
    api = "django.template.Template" if engine is None or engine.const is None else "Template of an own Engine"
    interpret(site, Language.TEMPLATE, site.argument(0, "template_string"), api=api)
    return Val(("object", "django.template.Template"))


_SANDBOXES: Final = ("jinja2.sandbox.SandboxedEnvironment", "jinja2.sandbox.ImmutableSandboxedEnvironment")


class TemplateTexts(Framework):
    """Texts read as templates of Jinja2, Django, Mako and Tornado."""

    name = "template_texts"
    packages = (*WEB, "jinja2", "mako")
    aliases: ClassVar[dict[str, str]] = {
        "flask.templating.render_template_string": "flask.render_template_string",
        "quart.render_template_string": "flask.render_template_string",
        "quart.templating.render_template_string": "flask.render_template_string",
        "flask.stream_template_string": "flask.render_template_string",
        "jinja2.environment.Template": "jinja2.Template",
        "jinja2.NativeEnvironment": "jinja2.nativetypes.NativeEnvironment",
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls["flask.render_template_string"] = _made(0, "source", "render_template_string", TEXT)
        jinja = Val(("object", "jinja2.Template"))
        self.calls["jinja2.Template"] = _made(0, "source", "jinja2.Template", jinja)
        for environment in ("jinja2.Environment", "jinja2.nativetypes.NativeEnvironment", *_SANDBOXES):
            api = "SandboxedEnvironment" if environment in _SANDBOXES else environment.rpartition(".")[2]
            self.calls[f"{environment}.from_string"] = _made(0, "source", f"{api}.from_string", jinja)
            self.calls[f"{environment}.compile_expression"] = _made(0, "source", f"{api}.compile_expression", UNKNOWN)
        self.calls["jinja2.nativetypes.NativeTemplate"] = _made(0, "source", "NativeTemplate", jinja)
        self.calls["flask.Flask.jinja_env.from_string"] = _made(0, "source", "jinja_env.from_string", jinja)
        self.calls["flask.current_app.jinja_env.from_string"] = _made(0, "source", "jinja_env.from_string", jinja)
        self.calls["django.template.Template"] = _of_django
        self.calls["mako.template.Template"] = _made(
            0, "text", "mako.Template", Val(("object", "mako.template.Template"))
        )
        self.calls["tornado.template.Template"] = _made(
            0, "template_string", "tornado.Template", Val(("object", "tornado.template.Template"))
        )
