"""The tables of all framework files in one: what a dotted name outside of the project is, gives and does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from archwright.source.flow.frame import Frame
from archwright.source.flow.transactions import Scope
from archwright.source.flow.values import NO, Origin, Val, clean, step
from archwright.source.frameworks.base import CallSite, Framework, Handler, Source
from archwright.source.frameworks.shared.connections import connect
from archwright.source.frameworks.shared.exposed import answered

if TYPE_CHECKING:
    from archwright.source.link.project import ClassInfo


class Registry:
    """Look-ups by dotted name over the framework files in use."""

    def __init__(self, frameworks: Iterable[Framework]) -> None:
        self.sources: dict[str, Source] = {}
        self.returns: dict[str, str] = {}
        self.cleaners: dict[str, int] = {}
        self.attributes: dict[str, str] = {}
        self.beside: dict[str, list[Callable[[CallSite], None]]] = {}
        """What is recorded of a call beside what its handler says."""
        self.never: set[str] = set()
        self.scopes: dict[str, Scope] = {}
        self.calls: dict[str, Handler] = {}
        self.decorators: dict[str, Handler] = {}
        self.results: dict[str, Callable[[Frame, Val], Val]] = {}
        self.methods: dict[str, list[Handler]] = {}
        self._owners: dict[str, Framework] = {}
        self._named: dict[str, Framework] = {}
        listed = list(frameworks)
        for framework in listed:
            self.sources.update(framework.sources)
            self.returns.update(framework.returns)
            self.cleaners.update(framework.cleaners)
            self.attributes.update(framework.attributes)
            for table, record in ((framework.connects, connect), (framework.answers, answered)):
                for dotted, given in table.items():
                    self.beside.setdefault(dotted, []).append(partial(record, given=given))
            self.never.update(framework.never)
            self.scopes.update(framework.scopes)
            self.calls.update(framework.calls)
            self.decorators.update(framework.decorators)
            self.results.update(framework.results)
            for dotted in framework.objects:
                self._owners[dotted] = framework
            for dotted in framework.named:
                self._named[dotted] = framework
        # a library that the project imports speaks before Python's own containers and texts do
        for framework in sorted(listed, key=lambda each: not each.packages):
            for name, handler in framework.methods.items():
                self.methods.setdefault(name, []).append(handler)

        self.naming = [each for each in listed if type(each).parameter is not Framework.parameter]
        """The framework files that know parameters by their names."""
        self._by_base: dict[str, list[int]] = {}
        """Outside class -> the places of the framework files that claim what inherits from it."""
        for index, each in enumerate(listed):
            for base in each.bases if type(each).claims is Framework.claims else ():
                self._by_base.setdefault(base, []).append(index)
        self._looking = [index for index, each in enumerate(listed) if type(each).claims is not Framework.claims]
        """The places of those that look at the class itself."""
        self._listed = listed

        self.scope_words = frozenset(dotted.rpartition(".")[2] for dotted in self.scopes) | frozenset(
            maker.rpartition(".")[2] for maker, made in self.returns.items() if made in self.scopes
        )
        """The last names of what opens a block: only decorators of these names are looked at."""
        self.decorator_names = frozenset(dotted.rpartition(".")[2] for dotted in self.decorators)
        """The last names of the decorators that do something."""
        self.result_names = frozenset(dotted.rpartition(".")[2] for dotted in self.results)
        """The last names of those that make something of a result."""

    def claimants(self, info: ClassInfo) -> tuple[Framework, ...]:
        """The framework files that claim a class, in their order."""
        listed = self._listed
        found = {index for base in info.external_bases() for index in self._by_base.get(base, ())}
        found.update([index for index in self._looking if listed[index].claims(info)])
        return tuple([listed[index] for index in sorted(found)])

    def owner(self, dotted: str) -> Framework | None:
        """The framework file that answers for instances of an outside class."""
        return self._owners.get(dotted)

    def enter(self, dotted: str) -> str | None:
        """The class of `x` in `with <instance of dotted> as x`, where it is another."""
        return self.returns.get(f"{dotted}.__enter__")

    def external(self, dotted: str, frame: Frame | None, position: int) -> Val:
        """The value of an outside name."""
        known = self.known_attribute(dotted, frame, position)
        if known is None and self._named:
            parent, _, name = dotted.rpartition(".")
            framework = self._named.get(parent) or self._named.get(f".{name}")
            known = framework.outside(frame, parent, name, position) if framework is not None else None
        return known if known is not None else Val(("external", dotted))

    def known_attribute(self, dotted: str, frame: Frame | None, position: int) -> Val | None:
        """The value of an outside name or attribute if a table knows it."""
        source = self.sources.get(dotted)
        if source is not None and dotted not in self.calls:
            return sourced(source, frame, position)
        held = self.attributes.get(dotted)
        return Val(("object", held)) if held is not None else None

    def call(self, dotted: str, site: CallSite) -> Val | None:
        """Call an outside name; None where no table knows it."""
        for record in self.beside.get(dotted, ()):
            record(site)
        handler = self.calls.get(dotted)
        if handler is not None:
            found = handler(site)
            if found is not None:
                return found
        source = self.sources.get(dotted)
        if source is not None:
            return sourced(source, site.frame, site.position)
        mask = self.cleaners.get(dotted)
        if mask is not None:
            value = site.derived(("text",))
            return Val(value.type, clean(value.origins, mask))
        returned = self.returns.get(dotted)
        if returned is not None:
            return Val(("object", returned), site.receiver.origins if site.receiver is not None else ())
        if dotted.rpartition(".")[2][:1].isupper() and site.receiver is None:
            return Val(("object", dotted), site.derived().origins, NO, dict(site.keywords) or None)
        return None

    def call_method(self, site: CallSite) -> Val | None:
        """Call a method of a receiver that no table knows by class."""
        for handler in self.methods.get(site.name, ()):
            found = handler(site)
            if found is not None:
                return found
        return None


def sourced(source: Source, frame: Frame | None, position: int) -> Val:
    """Data from outside that enters at a place."""
    origins: tuple[Origin, ...] = ((("source", source.name, source.trust.value), source.cleaned, None),)
    held = ("object", source.type) if source.type else None
    return Val(held, step(origins, frame.unit, position, source.name) if frame is not None else origins)
