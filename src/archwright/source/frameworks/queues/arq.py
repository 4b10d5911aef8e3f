"""arq: functions that the worker's settings list, jobs queued by name, and cron jobs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source import facts as f
from archwright.source.flow.values import NO, Val, constant
from archwright.source.frameworks.base import CallSite, Entry
from archwright.source.frameworks.shared.jobs import Queue, text_of, thing
from archwright.source.frameworks.shared.sites import sites
from archwright.source.frameworks.shared.times import cron_line

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

REDIS, WORKER = "arq.connections.ArqRedis", "arq.worker.Worker"
_FIELDS = ("month", "day", "weekday", "hour", "minute", "second")
_OWN = frozenset({"_job_id", "_queue_name", "_defer_until", "_defer_by", "_expires", "_job_try"})
_LISTS = ("functions", "cron_jobs")
UNTOLD = "a schedule of the code"


class Arq(Queue):
    """arq jobs. Each gets the worker's context first."""

    name = "arq"
    packages = ("arq",)
    aliases: ClassVar[dict[str, str]] = {
        "arq.create_pool": "arq.connections.create_pool",
        "arq.ArqRedis": REDIS,
        "arq.Worker": WORKER,
        "arq.func": "arq.worker.func",
        "arq.cron": "arq.cron.cron",
        "arq.cron.cron": "arq.cron.cron",
    }
    returns: ClassVar[dict[str, str]] = {"arq.connections.create_pool": REDIS}
    objects = ("arq.Context",)

    def __init__(self) -> None:
        super().__init__()
        self.calls[f"{REDIS}.enqueue_job"] = self._enqueue
        self.methods["enqueue_job"] = self._enqueue
        self.calls["arq.worker.func"] = _func
        self.calls["arq.cron.cron"] = _cron

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Functions in `functions` and `cron_jobs` of a class of settings, or of `Worker(...)` and `run_worker`."""
        for module in project.modules:
            if any(module.mentions(name) for name in _LISTS):
                for info in module.classes:
                    for name, node in _listed(info[7]):
                        self._each(engine, name, engine.module_expression(module, node))
        for site in sites(engine, ("Worker", "run_worker", "create_worker")):
            for name, node in site.call[4]:
                if name in _LISTS:
                    self._each(engine, name, engine.module_expression(site.module, node))
        yield from self.jobs.entries(engine)

    def item(self, frame: Any, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        """`ctx["redis"]`: the pool that the worker took the job from."""
        return Val(("object", REDIS)) if index.const == "redis" else None

    def _each(self, engine: Engine, kind: str, value: Val) -> None:
        context = (thing("arq.Context"),)
        for item in (value.items or {}).values():
            items = item.items or {}
            target = items.get("function", item)
            unit, _ = self.jobs.unit_of(target)
            if unit is None and isinstance(target.const, str):
                found = engine.project.resolve_dotted(target.const)
                unit = found.value if found is not None and found.kind == "unit" else None
            if unit is None:
                continue
            short = text_of(items.get("name")) or str(engine.project.unit(unit)[1][1])
            if kind == "functions":
                self.jobs.add(engine, unit, short, context)
            else:
                self.jobs.schedule(unit, text_of(items.get("line")) or UNTOLD)

    def _enqueue(self, site: CallSite) -> Val:
        given = {name: value for name, value in site.keywords.items() if name not in _OWN and name != "function"}
        self.jobs.enqueue(site, site.argument(0, "function"), site.args[1:], given, site.spread)
        return thing("arq.jobs.Job")


def _listed(body: Any) -> Iterator[tuple[str, Any]]:
    for node in body:
        if node[0] == f.ASSIGN:
            for target in node[2]:
                if target[0] == f.NAME and target[2] in _LISTS:
                    yield target[2], node[3]
        elif node[0] == f.ANNASSIGN and node[4] is not None and node[2][0] == f.NAME and node[2][2] in _LISTS:
            yield node[2][2], node[4]


def _func(site: CallSite) -> Val:
    """`func(coroutine, name=...)`."""
    items = {"function": site.argument(0, "coroutine"), "name": site.keywords.get("name")}
    return Val(("object", "arq.worker.Function"), (), NO, {k: v for k, v in items.items() if v is not None})


def _cron(site: CallSite) -> Val:
    """`cron(coroutine, hour=3)`: what is finer than the first field given is 0, what is wider is any."""
    named = site.keywords
    given = [name for name in _FIELDS if name in named and named[name].const is not None]
    first = min((_FIELDS.index(name) for name in given), default=len(_FIELDS))
    line = ""
    if given and given != ["second"] and not site.spread:
        defaults = ["0" if first < _FIELDS.index(name) else "*" for name in ("minute", "hour")]
        fields = [named.get(name) for name in ("minute", "hour", "day", "month", "weekday")]
        line = cron_line(fields, [*defaults, "*", "*", "*"])
    items = {"function": site.argument(0, "coroutine"), "line": constant(line)}
    return Val(("object", "arq.cron.CronJob"), (), NO, {k: v for k, v in items.items() if v is not None})
