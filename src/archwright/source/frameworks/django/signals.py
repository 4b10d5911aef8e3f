"""Django's signals: which functions a save or a delete of a model calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.flow.calls import call_unit
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NUMBER, Val
from archwright.source.frameworks.base import Entry
from archwright.source.frameworks.django.models import Models
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_SENT: Final = {"save": ("pre_save", "post_save"), "delete": ("pre_delete", "post_delete")}
_MODULES: Final = "django.db.models.signals."


class Receiver(NamedTuple):
    """A function that a signal calls; `sender` is empty where any model's signal does, or one that can't be read."""

    signal: str
    sender: str
    unit: int
    sure: bool
    """True where the senders are known: one model, or every one."""


class Signals:
    """All receivers of a project."""

    def __init__(self, project: Project, engine: Engine, models: Models) -> None:
        self._project = project
        self._engine = engine
        self._models = models
        self.receivers: tuple[Receiver, ...] = tuple(dict.fromkeys(self._find()))
        self._by_sender: dict[tuple[str, str], list[Receiver]] = {}
        for each in self.receivers:
            if each.sure and each.sender:
                self._by_sender.setdefault((each.signal, each.sender), []).append(each)

    def entries(self) -> Iterator[Entry]:
        """Receivers run whenever their signal is sent."""
        for unit in dict.fromkeys(each.unit for each in self.receivers):
            yield Entry(unit, {})

    def sender_of(self, unit: int) -> str:
        """The one model whose rows a receiver is called with; empty: none, or several."""
        senders = {each.sender for each in self.receivers if each.unit == unit}
        return senders.pop() if len(senders) == 1 else ""

    def send(self, frame: Frame, kind: str, entity: str, row: Val, position: int) -> None:
        """A row is saved or deleted: the receivers of its model run.

        What they do is told once, of themselves; the place that sends matters where it does so for each of many rows.
        """
        repeated = bool(frame.loops) or any(key[0] in ("loop", "parameter") for key, _, _ in row.origins)
        for signal in _SENT.get(kind, ()):
            for receiver in self._by_sender.get((signal, entity), ()):
                if not repeated:
                    self._engine.link(frame.unit, receiver.unit)
                    continue
                sender = self._project.class_named(entity)
                given = {
                    "sender": Val(("class", sender)) if sender is not None else Val(None),
                    "instance": row,
                    "created": NUMBER,
                }
                call_unit(frame, receiver.unit, [], given, [], position)

    # --- where they are registered ---------------------------------------------------------------------------
    def _find(self) -> Iterator[Receiver]:
        for module in self._project.modules:
            for index, unit in enumerate(module.units):
                for node in unit[5]:
                    if node[0] == f.CALL and last_name(node[2]) == "receiver" and node[3]:
                        yield from self._decorated(module, node, module.index << UNIT_BITS | index)
            if any(name in _names(module) for name in _SIGNALS):
                for unit in module.units:
                    for call in _connects(body_of(unit)):
                        yield from self._connected(module, call)

    def _decorated(self, module: Module, node: tuple[Any, ...], unit: int) -> Iterator[Receiver]:
        given = dict(node[4])
        signals = node[3][0][2] if node[3][0][0] in (f.LIST, f.TUPLE) else (node[3][0],)
        senders = self._senders(module, given.get("sender"))
        for signal in signals:
            for sender, sure in senders:
                yield Receiver(self._signal(module, signal), sender, unit, sure)

    def _connected(self, module: Module, call: tuple[Any, ...]) -> Iterator[Receiver]:
        """`post_save.connect(function, sender=Model)`."""
        signal = self._signal(module, call[2][2])
        given = dict(call[4])
        target = call[3][0] if call[3] else given.get("receiver")
        found = self._project.resolve_expression(module, target) if signal and target is not None else None
        if found is None or found.kind != "unit":
            return
        for sender, sure in self._senders(module, given.get("sender") or (call[3][1] if len(call[3]) > 1 else None)):
            yield Receiver(signal, sender, found.value, sure)

    def _signal(self, module: Module, node: Any) -> str:
        found = self._project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
        if found is None:
            return ""
        if found.kind == "external":
            return str(found.value).removeprefix(_MODULES)
        return last_name(node) if found.kind == "expression" else ""

    def _senders(self, module: Module, node: Any) -> list[tuple[str, bool]]:
        if node is None:
            return [("", False)]
        found = self._project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
        if found is not None and found.kind == "class":
            return [(found.value.name, True)]
        if last_name(node) == "AUTH_USER_MODEL" or (node[0] == f.CALL and last_name(node[2]) == "get_user_model"):
            user = self._models.user_model()
            return [(user, True)] if user is not None else [("", False)]
        if node[0] == f.CONST and isinstance(node[2], str):
            label = self._models.by_label(node[2], None)
            return [(label, True)] if label is not None else [("", False)]
        return [("", False)]


_SIGNALS: Final = ("pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "signals")


def _names(module: Module) -> set[str]:
    return {name for name, binding in module.scope().items() if binding.kind in ("import", "module")}


def _connects(node: Any) -> Iterator[tuple[Any, ...]]:
    """Calls of `.connect(...)` in statements."""
    todo = [node]
    while todo:
        part = todo.pop()
        if len(part) == 5 and part[0] == f.CALL and part[2][0] == f.ATTR and part[2][3] == "connect":
            yield part
        todo.extend(each for each in part if isinstance(each, tuple))
