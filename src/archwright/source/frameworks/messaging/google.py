"""Google Cloud Pub/Sub."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from archwright.source.flow.operators import shape
from archwright.source.flow.values import NO, Val, origins_of
from archwright.source.frameworks.base import CallSite, Entry, Framework, Source
from archwright.source.frameworks.shared.channels import MESSAGE, name_of, publish, receiver
from archwright.source.frameworks.shared.sites import sites, unit_named, value_at

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

PUBLISHER, SUBSCRIBER, MSG = (
    "google.cloud.pubsub_v1.PublisherClient",
    "google.cloud.pubsub_v1.SubscriberClient",
    "google.cloud.pubsub_v1.subscriber.message.Message",
)


class GooglePubSub(Framework):
    """Publishers and streaming subscribers."""

    name = "google_pubsub"
    packages = ("google",)
    aliases: ClassVar[dict[str, str]] = {
        "google.cloud.pubsub.PublisherClient": PUBLISHER,
        "google.cloud.pubsub.SubscriberClient": SUBSCRIBER,
    }
    sources: ClassVar[dict[str, Source]] = {f"{MSG}.{name}": MESSAGE for name in ("data", "attributes")}

    def __init__(self) -> None:
        super().__init__()
        self.calls[f"{PUBLISHER}.publish"] = _publish
        for holder, name in ((PUBLISHER, "topic_path"), (SUBSCRIBER, "subscription_path"), (SUBSCRIBER, "topic_path")):
            self.calls[f"{holder}.{name}"] = _path

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Callbacks of `subscriber.subscribe(subscription, callback=...)`."""
        for site in sites(engine, ("subscribe",), "pubsub_v1"):
            unit = unit_named(engine, site.module, site.place, site.argument(1, "callback"))
            if unit is None:
                continue
            subscription = site.argument(0, "subscription")
            held = value_at(engine, site.module, site.place, subscription) if subscription is not None else None
            _, facts = engine.project.unit(unit)
            names = [name for name, *_ in facts[4]][1 if facts[9] >= 0 else 0 :]
            yield receiver(engine, unit, name_of(held), {names[0]: Val(("object", MSG))} if names else {})


def _publish(site: CallSite) -> Val:
    publish(site, site.argument(0, "topic"), site.argument(1, "data"))
    return Val(None, ())


def _path(site: CallSite) -> Val:
    """`topic_path(project, topic)`: a channel is called by its last part."""
    last = site.args[-1] if site.args else None
    if last is None:
        return Val(("text",), origins_of(site.values()))
    return last if isinstance(last.const, str) else Val(("text",), origins_of([last]), NO, None, shape(last))
