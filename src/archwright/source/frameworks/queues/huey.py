"""Huey: decorated functions whose call queues them; periodic tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source import facts as f
from archwright.source.flow.calls import call_unit
from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite, Entry
from archwright.source.frameworks.shared.jobs import Queue, decorated, keyword, listed, mapped, text_of, thing
from archwright.source.frameworks.shared.times import cron_line

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

_HUEYS = (
    "Huey",
    "RedisHuey",
    "SqliteHuey",
    "MemoryHuey",
    "FileHuey",
    "PriorityRedisHuey",
    "RedisExpireHuey",
    "BlackHoleHuey",
)
_DJANGO = "huey.contrib.djhuey"
_TASKS = frozenset(
    {f"huey.{each}.{name}" for each in _HUEYS for name in ("task", "periodic_task")}
    | {f"{_DJANGO}.{name}" for name in ("task", "periodic_task", "db_task", "db_periodic_task", "on_commit_task")}
)
_FIELDS = ("minute", "hour", "day", "month", "day_of_week")
UNTOLD = "a schedule of the code"


class Huey(Queue):
    """Huey tasks."""

    name = "huey"
    packages = ("huey",)
    aliases: ClassVar[dict[str, str]] = {f"huey.api.{name}": f"huey.{name}" for name in (*_HUEYS, "crontab")} | {
        f"{_DJANGO}.crontab": "huey.crontab"
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls["huey.crontab"] = _crontab
        self.methods["schedule"] = self._schedule
        self.methods["call_local"] = self._local

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Decorated functions. What a huey's `context=True` passes is the task."""
        for module, unit, node, dotted in decorated(engine, _TASKS, self.packages):
            if dotted.endswith("periodic_task"):
                every = engine.module_expression(module, node[3][0]) if node[0] == f.CALL and node[3] else Val()
                self.jobs.schedule(unit, text_of((every.items or {}).get("line")) or UNTOLD)
            else:
                self.jobs.add(engine, unit, text_of(keyword(engine, module, node, "name")))
                engine.replaced[unit] = self._called
        yield from self.jobs.entries(engine)

    def _called(self, site: CallSite) -> Val:
        """A call by name queues the task."""
        self.jobs.enqueue(site, site.receiver, site.args, site.keywords, site.spread)
        return thing("huey.Result")

    def _schedule(self, site: CallSite) -> Val | None:
        target = self.jobs.member(site)
        if target is None:
            return None
        args, open_ = listed(site.argument(0, "args"))
        keywords, more = mapped(site.argument(1, "kwargs"))
        self.jobs.enqueue(site, target, args, keywords, [*open_, *more])
        return thing("huey.Result")

    def _local(self, site: CallSite) -> Val | None:
        target = self.jobs.member(site)
        if target is None or target.type is None:
            return None
        return call_unit(site.frame, target.type[1], site.args, site.keywords, site.spread, site.position)


def _crontab(site: CallSite) -> Val:
    named: dict[Any, Val] = {**dict(zip(_FIELDS, site.args, strict=False)), **site.keywords}
    line = "" if site.spread else cron_line([named.get(name) for name in _FIELDS])
    return Val(("object", "huey.crontab"), (), NO, {"line": Val(("text",), (), line, None, line)})
