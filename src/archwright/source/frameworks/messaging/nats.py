"""NATS: subjects, JetStream, subscriptions with callbacks and those that are looped over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite, Entry, Framework, Iteration, Source
from archwright.source.frameworks.shared.channels import MESSAGE, each, name_of, publish, receiver
from archwright.source.frameworks.shared.sites import constant_of, sites, taking, unit_named

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

CLIENT, STREAM, MSG = "nats.aio.client.Client", "nats.js.JetStreamContext", "nats.aio.msg.Msg"
SUBSCRIPTION = "nats.aio.subscription.Subscription"
_PULL = f"{STREAM}.PullSubscription"


class Nats(Framework):
    """nats-py."""

    name = "nats"
    packages = ("nats",)
    aliases: ClassVar[dict[str, str]] = {
        "nats.NATS": CLIENT,
        "nats.aio.client.Msg": MSG,
        "nats.js.client.JetStreamContext": STREAM,
        "nats.aio.client.Subscription": SUBSCRIPTION,
    }
    returns: ClassVar[dict[str, str]] = {
        "nats.connect": CLIENT,
        f"{CLIENT}.jetstream": STREAM,
        f"{SUBSCRIPTION}.next_msg": MSG,
        f"{CLIENT}.request": MSG,
    }
    sources: ClassVar[dict[str, Source]] = {
        f"{MSG}.{name}": MESSAGE for name in ("data", "subject", "headers", "reply")
    }
    objects = (SUBSCRIPTION, _PULL)

    def __init__(self) -> None:
        super().__init__()
        for dotted in (CLIENT, STREAM):
            self.calls[f"{dotted}.publish"] = _publish
            for name in ("subscribe", "pull_subscribe"):
                self.calls[f"{dotted}.{name}"] = _subscribe
        self.calls[f"{CLIENT}.request"] = _request
        self.calls[f"{MSG}.respond"] = _respond
        self.calls[f"{_PULL}.fetch"] = _fetch

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Callbacks of subscriptions, and units that ask a subscription for messages."""
        for site in sites(engine, ("subscribe",), "nats"):
            callback = site.argument(3 if len(site.call[3]) > 3 else 2, "cb")
            unit = unit_named(engine, site.module, site.place, callback)
            if unit is None:
                continue
            _, facts = engine.project.unit(unit)
            names = [name for name, *_ in facts[4]][1 if facts[9] >= 0 else 0 :]
            channel = name_of(constant_of(engine, site.module, site.argument(0, "subject")))
            yield receiver(engine, unit, channel, {names[0]: Val(("object", MSG))} if names else {})
        for unit, held in taking(engine, frozenset({SUBSCRIPTION, _PULL}), frozenset({"next_msg", "fetch"})):
            yield receiver(engine, unit, name_of((held.items or {}).get("subject")))

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        """`subscription.messages` is looped over."""
        return value if name == "messages" else None

    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        """`async for message in subscription.messages`."""
        return each(frame, MSG, position)


def _publish(site: CallSite) -> Val:
    publish(site, site.argument(0, "subject"), site.argument(1, "payload"))
    return Val(None, ())


def _request(site: CallSite) -> Val:
    publish(site, site.argument(0, "subject"), site.argument(1, "payload"))
    return Val(("object", MSG))


def _respond(site: CallSite) -> Val:
    publish(site, None, site.argument(0, "data"))
    return Val(None, ())


def _subscribe(site: CallSite) -> Val:
    subject = site.argument(0, "subject")
    dotted = _PULL if site.name.startswith("pull") else SUBSCRIPTION
    return Val(("object", dotted), (), NO, {"subject": subject} if subject is not None else None)


def _fetch(site: CallSite) -> Val:
    return Val(("list",), (), NO, {"*": Val(("object", MSG))})
