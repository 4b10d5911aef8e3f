"""FastStream: subscribers and publishers of Kafka, RabbitMQ, NATS and Redis brokers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source import facts as f
from archwright.source.flow.annotations import annotated_value
from archwright.source.flow.decorators import classes_of, dotted_of
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import ALL_USES, NO, Val, clean
from archwright.source.frameworks.base import CallSite, Entry, Framework
from archwright.source.frameworks.shared.channels import name_of, publish, received, receiver, routed
from archwright.source.link.module import UNIT_BITS

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import Project

_KINDS = {"kafka": "Kafka", "confluent": "Kafka", "rabbit": "Rabbit", "nats": "Nats", "redis": "Redis"}
_MAKERS = {
    f"faststream.{module}.{inner}{name}{kind}": module
    for module, name in _KINDS.items()
    for kind in ("Broker", "Router")
    for inner in ("", "fastapi.")
}
_NAMED = ("RabbitQueue", "RabbitExchange", "Channel", "ListSub", "StreamSub", "PubSub", "JStream")
PUBLISHER = "faststream.Publisher"
_CHANNELS = ("queue", "topic", "subject", "channel", "list", "stream", "routing_key")
_ASKING = frozenset({"Depends", "Context", "Header", "Path"})


class FastStream(Framework):
    """FastStream brokers and routers."""

    name = "faststream"
    packages = ("faststream",)
    objects = (PUBLISHER,)
    sources: ClassVar = {}

    def __init__(self) -> None:
        super().__init__()
        for dotted, kind in _MAKERS.items():
            for name in ("publish", "request"):
                self.calls[f"{dotted}.{name}"] = _publish(kind)
            self.calls[f"{dotted}.publish_batch"] = _publish_batch
            self.calls[f"{dotted}.publisher"] = _publisher(kind)
        for module in _KINDS:
            for name in _NAMED:
                self.calls[f"faststream.{module}.{name}"] = _keeps_name

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Functions decorated with a broker's or a router's `subscriber`; what they give goes to the `publisher` above them."""
        for module in project.modules:
            if module.language or not (module.mentions("subscriber") or module.mentions("publisher")):
                continue
            for index, unit in enumerate(module.units):
                if unit[5]:
                    yield from self._decorated(engine, module, index, unit)

    def _decorated(self, engine: Engine, module: Module, index: int, unit: Any) -> Iterable[Entry]:
        identity = module.index << UNIT_BITS | index
        heard: list[tuple[Any, str]] = []
        said: list[tuple[Any, str]] = []
        for node in unit[5]:
            if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] in ("subscriber", "publisher"):
                kinds = [
                    _MAKERS[name]
                    for name in classes_of(engine.module_expression(module, node[2][2]))
                    if name in _MAKERS
                ]
                if kinds:
                    (heard if node[2][3] == "subscriber" else said).append((node, kinds[0]))
            elif node[0] == f.NAME and PUBLISHER in classes_of(engine.module_expression(module, node)):
                said.append((node, ""))
        if not heard:
            return
        parameters = _parameters(engine, module, identity, unit)
        answers = [_answer(engine, module, node, kind) for node, kind in said]
        for node, kind in heard:
            for place, channel in enumerate(_channels(engine, module, node, kind)):
                entry = receiver(engine, identity, channel, parameters)
                yield entry._replace(answer=answers[0]) if answers and not place and node is heard[0][0] else entry
        for answer in answers[1:]:
            yield Entry(identity, parameters, None, answer)

    def method(self, call: CallSite) -> Val | None:
        """`publisher.publish(message)`."""
        if call.name in ("publish", "request") and call.receiver is not None and call.receiver.items:
            publish(call, call.receiver.items.get("channel"), call.argument(0, "message"))
            return Val(None, ())
        return None


def _channels(engine: Engine, module: Module, node: Any, kind: str) -> list[str]:
    """The channels of a `subscriber(...)`; Kafka takes several topics."""
    args = [engine.module_expression(module, each) for each in node[3] if each[0] != f.STARRED]
    named = {name: engine.module_expression(module, value) for name, value in node[4] if name is not None}
    if _KINDS[kind] == "Kafka":
        return [name_of(each) for each in args] or [""]
    return [name_of(_to(kind, args[0] if args else None, args[1] if len(args) > 1 else None, named))]


def _to(kind: str, first: Val | None, second: Val | None, named: dict[str, Val]) -> Val | None:
    """The channel that a broker's arguments name; RabbitMQ's second one is the exchange."""
    first = _name(first)
    if first is None:
        first = next((_name(named[name]) for name in _CHANNELS if name in named), None)
    if kind != "rabbit":
        return first
    return routed(_name(second if second is not None else named.get("exchange")), first)


def _name(value: Val | None) -> Val | None:
    """A channel that is described by an object (`RabbitQueue("orders")`) has the name of it."""
    if value is not None and value.type is not None and value.type[0] == "object" and value.items:
        return value.items.get("name", value)
    return value


def _keeps_name(site: CallSite) -> Val:
    name = site.argument(0, "name")
    return Val(("object", site.name), (), NO, {"name": name} if name is not None else None)


def _publish(kind: str) -> Callable[[CallSite], Val]:
    def handler(site: CallSite) -> Val:
        publish(site, _to(kind, site.argument(1), site.argument(2), site.keywords), site.argument(0, "message"))
        return Val(None, ())

    return handler


def _publish_batch(site: CallSite) -> Val:
    channel = next((site.keywords[name] for name in _CHANNELS if name in site.keywords), None)
    publish(site, channel, Val(("tuple",), (), NO, dict(enumerate(site.args))))
    return Val(None, ())


def _publisher(kind: str) -> Callable[[CallSite], Val]:
    def handler(site: CallSite) -> Val:
        to = _to(kind, site.argument(0), site.argument(1), site.keywords)
        return Val(("object", PUBLISHER), (), NO, {"channel": to} if to is not None else None)

    return handler


def _answer(engine: Engine, module: Module, node: Any, kind: str) -> Callable[[Frame, Val], None]:
    """What a subscriber gives is sent on."""

    def answer(frame: Frame, returned: Val) -> None:
        if node[0] == f.NAME:
            to = (engine.module_expression(module, node).items or {}).get("channel")
        else:
            args = [engine.module_expression(module, each) for each in node[3] if each[0] != f.STARRED]
            named = {name: engine.module_expression(module, value) for name, value in node[4] if name is not None}
            to = _to(kind, args[0] if args else None, args[1] if len(args) > 1 else None, named)
        publish(CallSite(frame, node[1], "publisher", None, [], {}, []), to, returned)

    return answer


def _parameters(engine: Engine, module: Module, identity: int, unit: Any) -> dict[str, Val]:
    """What a subscriber is called with: the message, decoded into the annotated type; not what it asks of the broker itself."""
    given: dict[str, Val] = {}
    for name, kind, annotation, default in unit[4]:
        if kind in (f.PARAM_VARARGS, f.PARAM_KWARGS) or _asks(engine, module, annotation, default):
            continue
        declared = annotated_value(engine, module, annotation) if annotation is not None else None
        value = received(identity, unit[2])
        if declared is not None:
            safe = declared.type == ("number",) or declared.type in (
                ("object", "uuid.UUID"),
                ("object", "datetime.datetime"),
            )
            origins = clean(value.origins, ALL_USES) if safe else value.origins
            value = Val(declared.type, origins, NO, declared.items)
        given[name] = value
    return given


def _asks(engine: Engine, module: Module, annotation: Any, default: Any) -> bool:
    """True for `= Depends(...)`, `Annotated[X, Context()]`, and the annotations that FastStream itself offers (`Logger`)."""
    if default is not None and default[0] == f.CALL and default[2][-1] in _ASKING:
        return True
    if annotation is None:
        return False
    if annotation[0] == f.SUBSCRIPT and annotation[2][-1] == "Annotated" and annotation[3][0] == f.TUPLE:
        return any(part[0] == f.CALL and part[2][-1] in _ASKING for part in annotation[3][2][1:])
    if annotation[0] not in (f.NAME, f.ATTR):
        return False
    found = engine.project.resolve_expression(module, annotation)
    if found is not None and found.kind == "expression" and found.value[2][0] == f.SUBSCRIPT:
        return _asks(engine, found.value[0], found.value[2], None)
    return any(name.startswith("faststream.") for name in dotted_of(engine, module, annotation))
