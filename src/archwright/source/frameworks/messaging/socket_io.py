"""Socket.IO: events that a browser sends, by python-socketio and Flask-SocketIO."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from archwright.source.frameworks.base import Entry, Framework
from archwright.source.frameworks.shared.handed import handed
from archwright.source.frameworks.shared.jobs import decorated

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

_SERVERS: Final = ("socketio.Server", "socketio.AsyncServer")
_FLASK: Final = "flask_socketio.SocketIO"
_SPACES: Final = {"socketio.Namespace": 1, "socketio.AsyncNamespace": 1, "flask_socketio.Namespace": 0}
"""Classes whose methods `on_name` take events -> how many arguments the library gives first (the session's id)."""
_EVENTS: Final = frozenset(f"{each}.{name}" for each in (*_SERVERS, _FLASK) for name in ("on", "event"))
_ITS_OWN: Final = frozenset({"connect", "disconnect", "on_connect", "on_disconnect"})
_SAID: Final = "argument of the event"


class SocketIO(Framework):
    """Handlers of events."""

    name = "socketio"
    packages = ("socketio", "flask_socketio")
    aliases: ClassVar[dict[str, str]] = {
        "socketio.server.Server": _SERVERS[0],
        "socketio.async_server.AsyncServer": _SERVERS[1],
        "socketio.namespace.Namespace": "socketio.Namespace",
        "socketio.async_namespace.AsyncNamespace": "socketio.AsyncNamespace",
        "flask_socketio.namespace.Namespace": "flask_socketio.Namespace",
    }

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Decorated functions, and the methods `on_name` of namespaces."""
        for _, unit, _, dotted in decorated(engine, _EVENTS, self.packages):
            if engine.project.unit(unit)[1][0] not in _ITS_OWN:
                yield self._entry(engine, unit, 0 if dotted.startswith(_FLASK) else 1)
        for info in project.all_classes():
            leading = next((_SPACES[base] for base in info.external_bases() if base in _SPACES), None)
            if leading is None:
                continue
            for unit in engine.units_of_class(info):
                name = engine.project.unit(unit)[1][0]
                if name.startswith("on_") and name not in _ITS_OWN:
                    yield self._entry(engine, unit, leading)

    def _entry(self, engine: Engine, unit: int, leading: int) -> Entry:
        return Entry(unit, handed(engine, unit, _SAID, leading=leading, decoded=False))
