"""Dramatiq: actors, the messages that queue them, and the schedules of periodiq and dramatiq-crontab."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, Val, constant
from archwright.source.frameworks.base import CallSite, Entry
from archwright.source.frameworks.shared.jobs import Queue, decorated, keyword, listed, mapped, text_of
from archwright.source.frameworks.shared.times import is_cron

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import ClassInfo, Project

MESSAGE = "dramatiq.Message"
_GROUPS = ("dramatiq.pipeline", "dramatiq.group")
_ACTORS = frozenset({"dramatiq.actor", "dramatiq.Broker.actor"})
_CRONTABS = frozenset({"dramatiq_crontab.cron"})
_CRONS = ("periodiq.cron",)
_GENERIC = "dramatiq.GenericActor"


class Dramatiq(Queue):
    """Dramatiq actors."""

    name = "dramatiq"
    packages = ("dramatiq",)
    aliases: ClassVar[dict[str, str]] = {
        "dramatiq.actor.actor": "dramatiq.actor",
        "dramatiq.generic.GenericActor": _GENERIC,
        "dramatiq.message.Message": MESSAGE,
        "dramatiq.composition.pipeline": "dramatiq.pipeline",
        "dramatiq.composition.group": "dramatiq.group",
    }
    returns: ClassVar[dict[str, str]] = {"dramatiq.get_broker": "dramatiq.Broker"}
    objects = (MESSAGE, *_GROUPS)
    bases = (_GENERIC,)

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[int, str] = {}
        for name in ("send", "send_with_options"):
            self.methods[name] = self._send
        for name in ("message", "message_with_options"):
            self.methods[name] = self._message
        self.calls[MESSAGE] = self._made
        for broker in (
            "dramatiq.Broker",
            "dramatiq.brokers.redis.RedisBroker",
            "dramatiq.brokers.rabbitmq.RabbitmqBroker",
        ):
            self.calls[f"{broker}.enqueue"] = self._enqueue
        for group in _GROUPS:
            self.calls[group] = _grouped
        for cron in _CRONS:
            self.calls[cron] = _cron

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Decorated functions, and `perform` of generic actors."""
        for module, unit, node, _ in decorated(engine, _ACTORS, self.packages):
            short = str(engine.project.unit(unit)[1][0])
            # an actor is known by the function's own name, unless it is given one
            self.jobs.add(engine, unit, text_of(keyword(engine, module, node, "actor_name")) or short)
            every = keyword(engine, module, node, "periodic", "cron_trigger")
            if every is not None and every.const is not None:
                self.jobs.schedule(unit, _text(every))
        for module, unit, node, _ in decorated(engine, _CRONTABS, self.packages):
            if node[3]:
                self.jobs.schedule(unit, _text(engine.module_expression(module, node[3][0])))
        for info in project.all_classes():
            perform = info.method("perform")
            if perform is not None and self.claims(info) and engine.project.class_of_unit(perform) is info:
                self.jobs.add(engine, perform)
        yield from self.jobs.entries(engine)

    def method(self, call: CallSite) -> Val | None:
        """What is called on a generic actor, a message, a pipeline or a group."""
        receiver = call.receiver
        type_ = receiver.type if receiver is not None else None
        if receiver is None or type_ is None:
            return None
        if type_[0] == "instance":
            perform = type_[1].method("perform")
            return self._call(call, Val(("bound", perform, receiver))) if perform is not None else None
        if call.name in ("run", "send") and type_[1] in _GROUPS:
            self._each(call, receiver)
            return receiver
        if type_[1] == MESSAGE and call.name in ("copy", "asdict", "encode"):
            return receiver
        return None

    def operate(self, frame: Frame, op: str, left: Val, right: Val, position: int) -> Val | None:
        """`first.message() | second.message()`: a pipeline."""
        return Val(("object", "dramatiq.pipeline"), (), NO, {0: left, 1: right}) if op == "|" else None

    def _send(self, site: CallSite) -> Val | None:
        target = self.jobs.member(site)
        return self._call(site, target) if target is not None else None

    def _message(self, site: CallSite) -> Val | None:
        target = self.jobs.member(site)
        return self._call(site, target) if target is not None else None

    def _call(self, site: CallSite, target: Val) -> Val | None:
        args, keywords, spread = site.args, site.keywords, site.spread
        if site.name.endswith("_with_options"):
            args, open_ = listed(site.keywords.get("args"))
            keywords, more = mapped(site.keywords.get("kwargs"))
            spread = [*open_, *more, *site.spread]
        if site.name.startswith("send"):
            self.jobs.enqueue(site, target, args, keywords, spread)
        elif not site.name.startswith("message"):
            return None
        return _message(target, args, keywords)

    def _made(self, site: CallSite) -> Val:
        """`Message(actor_name=..., args=..., kwargs=...)`, that a broker enqueues."""
        args, _ = listed(site.keywords.get("args"))
        keywords, _ = mapped(site.keywords.get("kwargs"))
        return _message(site.keywords.get("actor_name", UNKNOWN), args, keywords)

    def _enqueue(self, site: CallSite) -> Val | None:
        message = site.argument(0, "message")
        if message is not None:
            self._each(site, message)
        return message

    def _each(self, site: CallSite, value: Val, depth: int = 5) -> None:
        items = value.items or {}
        if value.type == ("object", MESSAGE) and "task" in items:
            args, _ = listed(items["args"])
            keywords, _ = mapped(items["kwargs"])
            self.jobs.enqueue(site, items["task"], args, keywords)
        elif depth:
            for item in items.values():
                self._each(site, item, depth - 1)

    def claims(self, info: ClassInfo) -> bool:
        """Generic actors."""
        return any(base in self.bases for base in info.external_bases())


def _message(task: Val, args: list[Val], keywords: dict[str, Val]) -> Val:
    named: dict[Any, Val] = dict(keywords)
    items = {
        "task": task,
        "args": Val(("tuple",), (), NO, dict(enumerate(args))),
        "kwargs": Val(("dict",), (), NO, named),
    }
    return Val(("object", MESSAGE), (), NO, items)


def _grouped(site: CallSite) -> Val:
    return Val(("object", site.name), (), NO, dict(enumerate(site.args)))


def _cron(site: CallSite) -> Val:
    """`cron("0 7 * * 1")` of a schedule."""
    text = text_of(site.argument(0))
    return Val(("object", "cron"), (), NO, {"line": constant(text)} if is_cron(text) else None)


def _text(every: Val) -> str:
    text = text_of(every)
    if is_cron(text):
        return text
    line = (every.items or {}).get("line")
    return text_of(line) or "a schedule of the code"
