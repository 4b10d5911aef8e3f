"""Gradio: functions that are called with what a visitor typed into components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import Entry, Framework
from archwright.source.frameworks.shared.calls import calls_in, given_at
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.endpoints import endpoint
from archwright.source.frameworks.shared.handed import handed
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import Project

_EVENTS: Final = frozenset(
    {"click", "submit", "change", "input", "select", "upload", "then", "success", "blur", "release", "load", "clear"}
)
_WHOLE: Final = frozenset({"Interface", "ChatInterface"})
_TYPED: Final = frozenset({"Textbox", "TextArea", "MultimodalTextbox", "Code", "JSON", "Dataframe", "Chatbot"})
"""Components whose value is whatever the visitor sends. Numbers, choices and files are held to what they are."""
_SAID: Final = "input of the page"


class Gradio(Framework):
    """Listeners of components, and interfaces made of one function."""

    name = "gradio"
    packages = ("gradio",)

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """The functions that events call."""
        for module in project.modules:
            if module.language or not module.mentions("gradio"):
                continue
            bodies = [body_of(unit) for unit in module.units]
            components: dict[str, set[str]] = {}
            for body in bodies:
                _components(body, components)
            for index, body in enumerate(bodies):
                for call in calls_in(body):
                    yield from _listening(engine, module, index, call, components)


def _listening(
    engine: Engine, module: Module, index: int, call: Any, components: dict[str, set[str]]
) -> Iterator[Entry]:
    name = last_name(call[2])
    if name not in _WHOLE and (call[2][0] != f.ATTR or name not in _EVENTS):
        return
    unit = endpoint(engine, module, index, given_at(call, 0, "fn"))
    if not isinstance(unit, int):
        return
    _, facts = engine.project.unit(unit)
    names = [each[0] for each in facts[4]][1 if facts[9] >= 0 else 0 :]
    everything = handed(engine, unit, _SAID, decoded=False)
    if name == "ChatInterface":
        typed = names[:1]
    else:
        inputs = given_at(call, 1, "inputs")
        each = inputs[2] if inputs is not None and inputs[0] in (f.LIST, f.TUPLE) else (inputs,)
        typed = [name for name, node in zip(names, each, strict=False) if node is not None and _free(node, components)]
    parameters: dict[str, Val] = {name: everything[name] for name in typed if name in everything}
    if parameters:
        yield Entry(unit, parameters)


def _free(node: Any, components: dict[str, set[str]]) -> bool:
    """True for a component that lets any text through."""
    if node[0] == f.CONST:
        return node[2] in ("text", "textbox", "code", "json")
    if node[0] == f.CALL:
        return last_name(node[2]) in _TYPED
    made = components.get(node[-1]) if node[0] in (f.NAME, f.ATTR) else None
    return bool(made) and made is not None and made <= _TYPED


def _components(body: Any, found: dict[str, set[str]]) -> None:
    """The names that components are bound to, with the classes of those, over all of a file."""
    for node in body:
        kind = node[0]
        if kind == f.ASSIGN and node[3][0] == f.CALL:
            for target in node[2]:
                if target[0] in (f.NAME, f.ATTR):
                    found.setdefault(target[-1], set()).add(last_name(node[3][2]))
        elif kind in (f.WITH, f.IF):
            _components(node[3], found)
            if kind == f.IF:
                _components(node[4], found)
