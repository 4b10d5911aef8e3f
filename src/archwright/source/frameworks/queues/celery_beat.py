"""Celery beat: which task runs when, from settings, from `conf.beat_schedule` and from `add_periodic_task`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from archwright.source import facts as f
from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.shared.jobs import text_of
from archwright.source.frameworks.shared.sites import sites
from archwright.source.frameworks.shared.times import cron_line, interval
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module

UNTOLD = "a schedule of the settings"
"""What is told of a schedule whose times are not constant."""
_FIELDS = ("minute", "hour", "day_of_week", "day_of_month", "month_of_year")
"""The parameters of `crontab`, in their order."""
_CRONTAB = "celery.schedules.crontab"
_SUFFIXES = ("BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE")
_ATTRIBUTE = "beat_schedule"


def crontab(site: CallSite) -> Val:
    """`crontab(minute=0, hour="*/3")` keeps its fields."""
    items: dict[Any, Val] = {**dict(zip(_FIELDS, site.args, strict=False)), **site.keywords}
    return Val(("object", _CRONTAB), (), NO, {name: items[name] for name in items if name in _FIELDS})


class Beat:
    """The periodic tasks that a project's code sets up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def found(self) -> Iterator[tuple[str | int, str]]:
        """The task's name or unit, and when it runs."""
        for module in self._engine.project.modules:
            if not any(module.mentions(word) for word in (_ATTRIBUTE, *_SUFFIXES)):
                continue
            for index, unit in enumerate(module.units):
                for node in _assigned(body_of(unit)) if not index or unit[9] < 0 else ():
                    yield from self._schedule(self._engine.module_expression(module, node))
            for info in module.classes:
                for node in _assigned(info[7]):
                    yield from self._schedule(self._engine.module_expression(module, node))
        yield from self._added()

    def every(self, value: Val | None) -> str:
        """A schedule as text: a cron line, or a length of time."""
        if value is not None and value.type == ("object", _CRONTAB):
            fields = value.items or {}
            minute, hour, weekday, day, month = (fields.get(name) for name in _FIELDS)
            return cron_line((minute, hour, day, month, weekday)) or UNTOLD
        if value is not None and value.type == ("object", "celery.schedules.schedule"):
            return UNTOLD
        return interval(value) or UNTOLD

    def _schedule(self, value: Val) -> Iterator[tuple[str, str]]:
        for entry in (value.items or {}).values():
            items = entry.items or {}
            name = text_of(items.get("task"))
            if name:
                yield name, self.every(items.get("schedule"))

    def _added(self) -> Iterator[tuple[str | int, str]]:
        """`sender.add_periodic_task(schedule, task.s(...))`; `conf.update(beat_schedule={...})`."""
        for site in sites(self._engine, ("add_periodic_task",)):
            task = self._signed(site.module, site.call[3][1]) if len(site.call[3]) > 1 else None
            if task is not None:
                yield task, self.every(self._engine.module_expression(site.module, site.call[3][0]))
        for site in sites(self._engine, ("update",), _ATTRIBUTE):
            for name, node in site.call[4]:
                if name == _ATTRIBUTE:
                    yield from self._schedule(self._engine.module_expression(site.module, node))

    def _signed(self, module: Module, node: tuple[Any, ...]) -> str | int | None:
        """The task of `task.s(...)`, or of `signature("name")`."""
        if node[0] != f.CALL:
            return None
        if node[2][0] == f.ATTR and node[2][3] in ("s", "si", "signature", "subtask"):
            found = self._engine.project.resolve_expression(module, node[2][2])
            if found is not None and found.kind == "unit":
                return int(found.value)
        if node[3] and node[3][0][0] == f.CONST and isinstance(node[3][0][2], str):
            return node[3][0][2]
        return None


def _assigned(body: Any) -> Iterator[Any]:
    """What statements assign to the names that beat reads; `name["key"] = {...}` is one entry of it."""
    for node in body:
        if node[0] in (f.ASSIGN, f.ANNASSIGN):
            targets, value = (node[2], node[3]) if node[0] == f.ASSIGN else ((node[2],), node[4])
            for target in targets:
                if _is_schedule(target):
                    yield value
                elif target[0] == f.SUBSCRIPT and _is_schedule(target[2]):
                    yield (f.DICT, target[1], ((target[3], value),))
        elif node[0] == f.IF:
            yield from _assigned(node[3])
            yield from _assigned(node[4])


def _is_schedule(target: Any) -> bool:
    if target[0] == f.NAME:
        return target[2] == _ATTRIBUTE or str(target[2]).endswith(_SUFFIXES)
    return bool(target[0] == f.ATTR and (target[3] == _ATTRIBUTE or str(target[3]).endswith(_SUFFIXES)))
