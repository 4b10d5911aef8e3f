"""Django's messages to who asked: they are HTML where a page of the project writes them as they are.

That is `{% for message in messages %}{{ message|safe }}{% endfor %}`, for all or for those that are marked so: `extra_tags="safe"`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.model.effect import Language
from archwright.source import facts as f
from archwright.source.frameworks.base import CallSite, Framework, Handler
from archwright.source.frameworks.shared.sinks import interpret
from archwright.source.link.module import Module
from archwright.source.link.project import Project
from archwright.source.nodes import blocks, nodes
from archwright.source.packed import body_of, holds

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

Node = tuple[Any, ...]
_MESSAGES: Final = "messages"
_MARKED: Final = "safe"
_API: Final = "a message that pages write as it is"


class DjangoMessages(Framework):
    """`django.contrib.messages`."""

    name = "django-messages"
    packages = ("django",)

    def __init__(self) -> None:
        super().__init__()
        self._shown: frozenset[str] = frozenset()
        """Which messages pages write as they are: `all`, `marked`."""
        for name in ("debug", "info", "success", "warning", "error"):
            self.calls[f"django.contrib.messages.{name}"] = self._added(1)
        self.calls["django.contrib.messages.add_message"] = self._added(2)

    def prepare(self, project: Project, engine: Engine) -> None:
        self._shown = frozenset(_shown(project.modules))

    def tables(self) -> tuple[str, ...]:
        return tuple(sorted(self._shown))

    def _added(self, place: int) -> Handler:
        def handler(site: CallSite) -> None:
            tags = site.argument(place + 1, "extra_tags")
            marked = tags is not None and isinstance(tags.const, str) and _MARKED in tags.const.split()
            if "all" in self._shown or (marked and "marked" in self._shown):
                interpret(site, Language.HTML, site.argument(place, "message"), api=_API)

        return handler


def _shown(modules: Iterable[Module]) -> Iterator[str]:
    for module in modules:
        for unit in module.units if module.language else ():
            if holds(unit, _MESSAGES):
                for node in nodes(body_of(unit)):
                    if node[0] == f.FOR and node[2][0] == f.NAME and _lists(node[3]):
                        yield from _written(node[4], node[2][2], "all")


def _lists(node: Node) -> bool:
    """`messages`, `get_messages(request)`."""
    node = node[2] if node[0] == f.CALL else node
    return bool(node[0] == f.NAME and node[2] in (_MESSAGES, "get_messages"))


def _written(body: Iterable[Node], name: str, which: str) -> Iterator[str]:
    """How messages are told apart that statements write as they are."""
    for statement in body:
        if statement[0] == f.EXPR and _is_raw(statement[2], name):
            yield which
        marks = statement[0] == f.IF and any(each[0] == f.CONST and each[2] == _MARKED for each in nodes(statement[2]))
        for block in blocks(statement):
            yield from _written(block, name, "marked" if marks else which)


def _is_raw(node: Node, name: str) -> bool:
    raw = node[0] == f.CALL and node[2][0] == f.NAME and node[2][2] == "%raw" and len(node[3]) == 1
    return raw and any(each[0] == f.NAME and each[2] == name for each in nodes(node[3]))
