"""Django Channels: consumers of websockets, groups, and the channel layer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from archwright.model.value import Trust
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Entry, Framework
from archwright.source.frameworks.shared.channels import publish, receiver
from archwright.source.frameworks.shared.routes import outside

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

LAYER = "channels.layers.BaseChannelLayer"
_MODULES = ("channels.generic.websocket", "channels.generic.http", "channels.consumer")
_RECEIVES = ("receive", "receive_json")
_CONTENT = ("text_data", "bytes_data", "content", "event", "message")


class Channels(Framework):
    """Django Channels."""

    name = "channels"
    packages = ("channels",)
    returns: ClassVar[dict[str, str]] = {"channels.layers.get_channel_layer": LAYER}

    def __init__(self) -> None:
        super().__init__()
        self.calls[f"{LAYER}.group_send"] = _send
        self.calls[f"{LAYER}.send"] = _send
        self.methods["group_send"] = _send

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """`receive` of a consumer is called with what anyone sends over the socket."""
        for info in project.all_classes():
            if not any(base.startswith(_MODULES) for base in info.external_bases()):
                continue
            for name in _RECEIVES:
                unit = info.method(name)
                if unit is None or engine.project.class_of_unit(unit) is not info:
                    continue
                _, facts = engine.project.unit(unit)
                given = {
                    each: outside("websocket message", unit, facts[2], trust=Trust.ANYONE)
                    for each, *_ in facts[4][1:]
                    if each in _CONTENT
                }
                yield receiver(engine, unit, f"websocket {info.short}", given)


def _send(site: CallSite) -> Val:
    """`group_send(group, event)`, `send(channel, event)`."""
    publish(site, site.argument(0, "group" if site.name == "group_send" else "channel"), site.argument(1, "message"))
    return Val(None, ())
