"""Taskiq: tasks of a broker, `.kiq()`, kickers, and schedules in labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source import facts as f
from archwright.source.flow.decorators import classes_of
from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite, Entry
from archwright.source.frameworks.shared.jobs import Queue, keyword, text_of, thing
from archwright.source.frameworks.shared.times import interval, is_cron
from archwright.source.link.module import UNIT_BITS

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import Project

KICKER, TASK = "taskiq.kicker.AsyncKicker", "taskiq.AsyncTaskiqTask"
UNTOLD = "a schedule of the code"


class Taskiq(Queue):
    """Taskiq tasks."""

    name = "taskiq"
    packages = ("taskiq",)
    objects = (KICKER,)
    aliases: ClassVar[dict[str, str]] = {
        "taskiq.brokers.shared_broker.async_shared_broker": "taskiq.async_shared_broker"
    }

    def __init__(self) -> None:
        super().__init__()
        self.methods["kiq"] = self._kiq
        self.methods["kicker"] = self._kicker

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Functions decorated with a broker's `task`. A broker is any object of a taskiq package: there is one for each server."""
        for module in project.modules:
            for index, unit in enumerate(module.units):
                for node in unit[5]:
                    target = node[2] if node[0] == f.CALL else node
                    if target[0] == f.ATTR and target[3] == "task" and _is_broker(engine, module, target[2]):
                        self._task(engine, module, module.index << UNIT_BITS | index, node)
        yield from self.jobs.entries(engine)

    def _task(self, engine: Engine, module: Module, unit: int, node: tuple[Any, ...]) -> None:
        first = engine.module_expression(module, node[3][0]) if node[0] == f.CALL and node[3] else None
        name = text_of(first) or text_of(keyword(engine, module, node, "task_name"))
        self.jobs.add(engine, unit, name)
        schedules = keyword(engine, module, node, "schedule")
        for each in (schedules.items or {}).values() if schedules is not None else ():
            items = each.items or {}
            line = text_of(items.get("cron"))
            self.jobs.schedule(unit, line if is_cron(line) else interval(items.get("interval")) or UNTOLD)

    def method(self, call: CallSite) -> Val | None:
        """What is called on a kicker."""
        receiver = call.receiver
        if receiver is None or receiver.items is None:
            return None
        if call.name == "kiq":
            return self._queue(call, receiver.items.get("task"))
        if call.name.startswith("schedule_by_"):  # the source and the time come first
            self.jobs.enqueue(call, receiver.items.get("task"), call.args[2:], call.keywords, call.spread)
            return thing("taskiq.scheduler.CreatedSchedule")
        return receiver if call.name.startswith("with_") else None

    def _kiq(self, site: CallSite) -> Val | None:
        target = self.jobs.member(site)
        return self._queue(site, target) if target is not None else None

    def _queue(self, site: CallSite, target: Val | None) -> Val:
        self.jobs.enqueue(site, target, site.args, site.keywords, site.spread)
        return thing(TASK)

    def _kicker(self, site: CallSite) -> Val | None:
        target = self.jobs.member(site)
        return Val(("object", KICKER), (), NO, {"task": target}) if target is not None else None


def _is_broker(engine: Engine, module: Module, node: tuple[Any, ...]) -> bool:
    value = engine.module_expression(module, node)
    return any(name.partition(".")[0].startswith("taskiq") for name in classes_of(value))
