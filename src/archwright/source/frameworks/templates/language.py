"""What template languages share: rendering is a call of the template's units, with the context for arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source import facts as f
from archwright.source.flow import attributes
from archwright.source.flow.calls import call_unit
from archwright.source.flow.expressions import scope_of
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, TEXT, UNKNOWN, Val, constant, whole_argument
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.templates import filters
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import Project
from archwright.source.link.templates import MARK, Templates

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

PAGES = (".html", ".htm", ".xhtml", ".jinja", ".jinja2", ".j2", ".svg")
"""Ends of names of templates that write HTML; of the others (mails, feeds) nothing is said."""
_TEMPLATE = "%template"
"""The key under which an object of a loaded template keeps the template's name."""


class TemplateLanguage(Framework):
    """The base of the files of template languages."""

    language: ClassVar[str] = ""
    """As `parse.templates` names it."""

    def __init__(self) -> None:
        super().__init__()
        self.templates = Templates((), self.language)
        operations = {
            "include": self._include,
            "block": self._block,
            "raw": self._raw,
            "filter": self._filter,
            "test": self._test,
            "tag": self._tag,
            "regroup": filters.regroup,
            "import": self._import,
        }
        self.calls.update({f"%{self.language.lower()}.{name}": handler for name, handler in operations.items()})

    def prepare(self, project: Project, engine: Engine) -> None:
        self.templates = Templates(project.modules, self.language)

    # --- rendering -----------------------------------------------------------------------------------------
    def render(self, frame: Frame, name: Val | None, context: Mapping[Any, Val], position: int) -> None:
        """Render the template that a value names, or the first there is of those it lists; silent where none is known."""
        module = self.module_of(frame, name)
        if module is not None:
            self.rendered(frame, module, context, position)

    def module_of(self, frame: Frame, name: Val | None) -> Module | None:
        """The template that a value names at a place of the code."""
        name = _by_default(frame, name) if name is not None else None
        if name is None or name.origins:
            return None
        names = name.const if isinstance(name.const, tuple) else (name.const,)
        found = (self.templates.find(each, frame.module.path) for each in names if isinstance(each, str) and each)
        return next((module for module in found if module is not None), None)

    def rendered(self, frame: Frame, module: Module, context: Mapping[Any, Val], position: int) -> None:
        """Run the units of a template: its body and its blocks, as they are after inheritance."""
        plan = self.templates.plan(module)
        blocks = {f"{MARK}{name}": Val(("unit", unit, None)) for name, unit in plan.blocks}
        for unit in plan.units:
            self._run(frame, unit, {**context, **blocks}, position)

    @staticmethod
    def _run(frame: Frame, unit: int, context: Mapping[Any, Val], position: int) -> None:
        params = frame.engine.project.unit(unit)[1][4]
        given = {param[0]: context[param[0]] for param in params if param[0] in context}
        call_unit(frame, unit, [], given, [], position)

    @staticmethod
    def context_of(value: Val | None) -> dict[str, Val]:
        """The names that a dictionary of values gives to a template."""
        items = value.items if value is not None and value.items is not None else {}
        return {name: item for name, item in items.items() if isinstance(name, str) and name != "*"}

    @staticmethod
    def loaded(dotted: str, name: Val | None) -> Val:
        """An object of a template that was looked up by name."""
        return Val(("object", dotted), (), NO, {_TEMPLATE: name if name is not None else UNKNOWN})

    @staticmethod
    def name_of(loaded: Val | None) -> Val | None:
        """The name under which such an object was looked up."""
        return (loaded.items or {}).get(_TEMPLATE) if loaded is not None else None

    # --- what stands in templates ------------------------------------------------------------------------------
    def _include(self, site: CallSite) -> Val:
        frame = site.frame
        only = site.argument(1)
        around = scope_of(frame) if only is None or not only.const else {}
        self.render(frame, site.argument(0), {**around, **site.keywords}, site.position)
        return TEXT

    def _block(self, site: CallSite) -> Val:
        """A block that stands in a loop: the one that the template being rendered puts in its place, or its own."""
        frame = site.frame
        name, index = site.args[0].const, site.args[1].const
        given = frame.env.get(f"{MARK}{name}")
        unit = frame.module.index << UNIT_BITS | int(index)
        if given is not None:
            attributes.touched(frame, given)
            if given.type is not None and given.type[0] == "unit":
                unit = given.type[1]
        self._run(frame, unit, scope_of(frame), site.position)
        return TEXT

    def _raw(self, site: CallSite) -> Val:
        """A value is written as it is, not escaped, or escaped for HTML where a script stands."""
        value = site.args[0]
        if site.frame.module.path.endswith(PAGES) and (value.const is NO or value.origins):
            api = "template output without escaping" if len(site.args) < 2 else "template output in a script"
            site.emit("Interpret", language="html", text=value, api=api)
        return TEXT

    def _filter(self, site: CallSite) -> Val:
        name, value = site.args[0].const, site.args[1]
        own = self.own_filter(site.frame, name)
        if own is not None:
            named = {param[0] for param in site.frame.engine.project.unit(own)[1][4]}
            told = {"autoescape": constant(True)} if "autoescape" in named else {}  # Django says so to those that ask
            return call_unit(site.frame, own, site.args[1:], {**told, **site.keywords}, site.spread, site.position)
        return filters.apply(self.language, name, value, site)

    def _test(self, site: CallSite) -> Val:
        return Val(("number",))

    def _import(self, site: CallSite) -> Val:
        module = self.module_of(site.frame, site.argument(0))
        return Val(("module", module.name)) if module is not None else UNKNOWN

    def _tag(self, site: CallSite) -> Val:
        return self.own_tag(site, site.args[0].const)

    def own_filter(self, frame: Frame, name: str) -> int | None:
        """The unit of the project behind a filter; None for one of the language or of a library."""
        return None

    def own_tag(self, site: CallSite, name: str) -> Val:
        """What a tag of the project gives, the tag's own name being the first argument of the call."""
        return UNKNOWN


def _by_default(frame: Frame, name: Val) -> Val:
    """`def show(request, template_name="show.html")`: the name that a unit's own argument has where nobody gives another."""
    if len(name.origins) != 1 or name.text is not None:
        return name
    key = name.origins[0][0]
    if not whole_argument(key) or key[1] != frame.unit:
        return name
    default = frame.facts[4][key[2]][3]
    return constant(default[2]) if default is not None and default[0] == f.CONST else name
