"""What brokers have in common: messages that are sent to channels, and units that receive them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from archwright.model.operation import Message, Operation
from archwright.model.value import Trust
from archwright.source.flow.operators import shape
from archwright.source.flow.values import NO, UNKNOWN, Origin, Val, constant, origins_of
from archwright.source.frameworks.base import CallSite, Entry, Iteration, Source
from archwright.source.frameworks.shared.routes import place_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.flow.frame import Frame

MESSAGE: Final = Source("message", Trust.UNKNOWN)
"""Who may send to a channel is not told by the code that receives from it."""
UNTOLD: Final = "a channel of the settings"


def publish(site: CallSite, channel: Val | None, message: Val | None) -> None:
    """Record that a message is sent."""
    to = channel if channel is not None else UNKNOWN
    body = message if message is not None else Val(None, ())
    site.emit("Publish", relation=name_of(to), channel=to, message=body, depends=Val(None, origins_of([to, body])))


def name_of(channel: Val | None) -> str:
    """The name of a channel, `{}` for each part that is not constant; empty where nothing of it is known."""
    if channel is None or channel.type == ("number",):
        return ""
    text = shape(channel)
    return text if text.strip("{}/") else ""


def routed(exchange: Val | None, key: Val | None) -> Val:
    """`exchange/key` of AMQP; the key alone for the exchange without a name, which sends to the queue of that name."""
    if key is None:
        key = constant("")
    if exchange is None or (exchange.const in ("", None) and not exchange.origins):
        return key
    if key.const == "" and not key.origins:
        return exchange
    if isinstance(exchange.const, str) and isinstance(key.const, str) and not exchange.origins and not key.origins:
        return constant(f"{exchange.const}/{key.const}")
    return Val(("text",), origins_of([exchange, key]), NO, None, f"{shape(exchange)}/{shape(key)}")


def received(unit: int, position: int, said: str = MESSAGE.name) -> Val:
    """What a receiver is given by whoever sends."""
    origin: Origin = (("source", said, MESSAGE.trust.value), 0, (None, unit, position, said))
    return Val(None, (origin,))


def receiver(engine: Engine, unit: int, channel: str, parameters: dict[str, Val] | None = None) -> Entry:
    """A unit that is called with each message of a channel."""
    module, facts = engine.project.unit(unit)
    name = engine.project.unit_name(unit)
    trigger = Message(channel=channel or UNTOLD)
    operation = Operation(name=name, trigger=trigger, entry=name, place=place_of(module, facts))
    return Entry(unit, parameters or {}, operation)


def each(frame: Frame, dotted: str, position: int) -> Iteration:
    """A loop over what comes in: objects of a class whose attributes are told as sources."""
    return Iteration(Val(("object", dotted)), "items")
