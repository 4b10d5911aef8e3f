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
from archwright.source.link.module import UNIT_BITS, Binding, Module, bind_statements
from archwright.source.link.project import Found, Project
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_SENT: Final = {"save": ("pre_save", "post_save"), "delete": ("pre_delete", "post_delete")}
Names = dict[str, Binding]
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
        self._senders_of: dict[int, set[str]] = {}
        for each in self.receivers:
            self._senders_of.setdefault(each.unit, set()).add(each.sender)
            if each.sure and each.sender:  # what one of all does it seldom does for each model: too many ways to follow
                self._by_sender.setdefault((each.signal, each.sender), []).append(each)

    def entries(self) -> Iterator[Entry]:
        """Receivers run whenever their signal is sent."""
        for unit in dict.fromkeys(each.unit for each in self.receivers):
            yield Entry(unit, {})

    def sender_of(self, unit: int) -> str:
        """The one model whose rows a receiver is called with; empty: none, or several."""
        senders = self._senders_of.get(unit, ())
        return next(iter(senders)) if len(senders) == 1 else ""

    def send(self, frame: Frame, kind: str, entity: str, row: Val, position: int) -> None:
        """A row is saved or deleted: the receivers of its model run.

        What they do is told once, of themselves, where one model sends to them; the place that sends matters where it does so
        for each of many rows, and its row where others send too.
        """
        repeated = bool(frame.loops) or any(key[0] in ("loop", "parameter") for key, _, _ in row.origins)
        for signal in _SENT.get(kind, ()):
            for receiver in self._by_sender.get((signal, entity), ()):
                if not repeated and self.sender_of(receiver.unit):
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
            listed = any(name in _names(module) for name in _SIGNALS)
            for unit in module.units:
                if listed or unit[0] == _READY:
                    yield from self._registered(module, unit)

    def _registered(self, module: Module, unit: tuple[Any, ...]) -> Iterator[Receiver]:
        """The receivers that a function connects; what it names it may import itself, as `AppConfig.ready` has to."""
        body = body_of(unit)
        calls = list(_connects(body))
        own: dict[str, Binding] = {}
        if calls and unit is not module.units[0]:
            bind_statements(body, own, module, stars=False)
        for call in calls:
            yield from self._connected(module, own, call)

    def _decorated(self, module: Module, node: tuple[Any, ...], unit: int) -> Iterator[Receiver]:
        given = dict(node[4])
        signals = node[3][0][2] if node[3][0][0] in (f.LIST, f.TUPLE) else (node[3][0],)
        senders = self._senders(module, {}, given.get("sender"))
        for signal in signals:
            for sender, sure in senders:
                yield Receiver(self._signal(module, {}, signal), sender, unit, sure)

    def _connected(self, module: Module, own: Names, call: tuple[Any, ...]) -> Iterator[Receiver]:
        """`post_save.connect(function, sender=Model)`."""
        signal = self._signal(module, own, call[2][2])
        given = dict(call[4])
        target = call[3][0] if call[3] else given.get("receiver")
        found = self._resolved(module, own, target) if signal and target is not None else None
        if found is None or found.kind != "unit":
            return
        sender = given.get("sender") or (call[3][1] if len(call[3]) > 1 else None)
        for each, sure in self._senders(module, own, sender):
            yield Receiver(signal, each, found.value, sure)

    def _resolved(self, module: Module, own: Names, node: Any) -> Found | None:
        """What a name, or a dotted one, stands for in a function that binds some names itself."""
        if node[0] == f.NAME and node[2] in own:
            return self._project.resolve_binding(module, None, own[node[2]])
        if node[0] == f.ATTR and own:
            base = self._resolved(module, own, node[2])
            return self._project.member(base, node[3]) if base is not None else None
        return self._project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None

    def _signal(self, module: Module, own: Names, node: Any) -> str:
        found = self._resolved(module, own, node)
        if found is None:
            return ""
        if found.kind == "external":
            return str(found.value).removeprefix(_MODULES)
        return last_name(node) if found.kind == "expression" else ""

    def _senders(self, module: Module, own: Names, node: Any) -> list[tuple[str, bool]]:
        if node is None or (node[0] == f.CONST and node[2] is None):
            return [("", True)]
        found = self._resolved(module, own, node)
        if found is not None and found.kind == "class":
            return [(found.value.name, True)]
        if last_name(node) == "AUTH_USER_MODEL" or (node[0] == f.CALL and last_name(node[2]) == "get_user_model"):
            user = self._models.user_model()
            return [(user, True)] if user is not None else [("", False)]
        label = _label(node)
        known = self._models.by_label(label, None) if label else None
        return [(known, True)] if known is not None else [("", False)]


_READY: Final = "ready"
"""The method of an AppConfig that connects receivers."""
_SIGNALS: Final = ("pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "signals")


def _label(node: Any) -> str:
    """`app.Model` as a sender or in `get_model("app", "Model")`, `Model` of `self.get_model("Model")`; empty for what is no constant."""
    named = node[3] if node[0] == f.CALL and last_name(node[2]) == "get_model" else (node,)
    texts = [each[2] for each in named if each[0] == f.CONST and isinstance(each[2], str)]
    return ".".join(texts) if len(texts) == len(named) else ""


def _names(module: Module) -> set[str]:
    return {name for name, binding in module.scope().items() if binding.kind in ("import", "module")}


def _connects(body: Any) -> Iterator[tuple[Any, ...]]:
    """Calls of `.connect(...)` in statements."""
    for node in nodes(body):
        if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] == "connect":
            yield node
