"""APScheduler: jobs that run at points in time, and those that are added while the service runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source import facts as f
from archwright.source.flow.values import NO, Val, constant
from archwright.source.frameworks.base import CallSite, Entry
from archwright.source.frameworks.shared.jobs import Queue, decorated, listed, mapped, text_of
from archwright.source.frameworks.shared.sites import sites
from archwright.source.frameworks.shared.times import CRON, cron_line, interval, is_cron, is_number

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import Project

_KINDS = (
    "background.Background",
    "asyncio.AsyncIO",
    "blocking.Blocking",
    "tornado.Tornado",
    "gevent.Gevent",
    "base.Base",
)
_SCHEDULERS = (*(f"apscheduler.schedulers.{kind}Scheduler" for kind in _KINDS), "flask_apscheduler.APScheduler")
_JOBS = frozenset(f"{scheduler}.{name}" for scheduler in _SCHEDULERS for name in ("scheduled_job", "task"))
CRON_TRIGGER = "apscheduler.triggers.cron.CronTrigger"
INTERVAL = "apscheduler.triggers.interval.IntervalTrigger"
_FIELDS = ("year", "month", "day", "week", "day_of_week", "hour", "minute", "second")
"""The fields of a cron trigger, the widest first: what is finer than the first one given is 0 (or 1), not any."""
UNTOLD = "a schedule of the code"


class ApScheduler(Queue):
    """APScheduler 3."""

    name = "apscheduler"
    packages = ("apscheduler", "flask_apscheduler")
    returns: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        super().__init__()
        for scheduler in _SCHEDULERS:
            self.calls[f"{scheduler}.add_job"] = self._add
        self.calls[CRON_TRIGGER] = _cron_trigger
        self.calls[f"{CRON_TRIGGER}.from_crontab"] = _from_crontab
        self.calls[INTERVAL] = _interval_trigger

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Functions decorated with `scheduled_job`, and those handed to `add_job`."""
        for module, unit, node, _ in decorated(engine, _JOBS, self.packages):
            if node[0] == f.CALL:
                self.jobs.schedule(unit, self._every(engine, module, node[3], node[4], 0))
        for site in sites(engine, ("add_job",)):
            self._added(engine, site.module, site.call)
        yield from self.jobs.entries(engine)

    def _added(self, engine: Engine, module: Module, call: tuple[Any, ...]) -> None:
        target = call[3][0] if call[3] else dict(call[4]).get("func")
        found = engine.project.resolve_expression(module, target) if target is not None else None
        if found is not None and found.kind == "unit":
            every = self._every(engine, module, call[3], call[4], 1)
            if every:
                self.jobs.schedule(found.value, every)
            else:
                self.jobs.add(engine, found.value)

    def _every(self, engine: Engine, module: Module, args: Any, keywords: Any, index: int) -> str:
        """When a job runs; empty: once, at a time of its own."""
        named = {name: engine.module_expression(module, value) for name, value in keywords if name is not None}
        given = engine.module_expression(module, args[index]) if len(args) > index else named.get("trigger")
        kind = text_of(given)
        if given is not None and given.items and "line" in given.items:
            return text_of(given.items["line"]) or UNTOLD
        if kind == "cron":
            return cron_of(named) or UNTOLD
        if kind == "interval":
            return interval_of(named) or UNTOLD
        return "" if given is None or kind == "date" else UNTOLD

    def _add(self, site: CallSite) -> Val | None:
        """`add_job(function, args=[...])`: what it will do with what is handed over."""
        args, open_ = listed(site.keywords.get("args"))
        keywords, more = mapped(site.keywords.get("kwargs"))
        self.jobs.enqueue(site, site.argument(0, "func"), args, keywords, [*open_, *more])
        return None


def cron_of(named: dict[str, Val]) -> str:
    """The cron line of a trigger's fields; empty where cron cannot say it."""
    if any(name in named and named[name].const is not None for name in ("year", "week")) or not any(
        name in named for name in _FIELDS
    ):
        return ""
    widest = min(_FIELDS.index(name) for name in _FIELDS if name in named)
    if "second" in named and widest == _FIELDS.index("second"):
        return ""
    defaults = dict.fromkeys(CRON, "*")
    for name in ("month", "day", "hour", "minute"):
        if _FIELDS.index(name) > widest:
            defaults[name] = "1" if name in ("month", "day") else "0"
    if widest == _FIELDS.index("day_of_week"):
        defaults["day"] = defaults["month"] = "*"
    return cron_line([named.get(name) for name in CRON], [defaults[name] for name in CRON])


def interval_of(named: dict[str, Val]) -> str:
    """`15m` of a trigger's `minutes=15`; empty where it is not constant."""
    factors = {"weeks": 604800, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
    given = {name: value for name, value in named.items() if name in factors}
    if not given or not all(is_number(value) for value in given.values()):
        return ""
    return interval(constant(sum(value.const * factors[name] for name, value in given.items())))


def _cron_trigger(site: CallSite) -> Val:
    named = {**dict(zip(_FIELDS, site.args, strict=False)), **site.keywords}
    return Val(("object", CRON_TRIGGER), (), NO, {"line": constant("" if site.spread else cron_of(named))})


def _from_crontab(site: CallSite) -> Val:
    text = text_of(site.argument(0, "expr"))
    return Val(("object", CRON_TRIGGER), (), NO, {"line": constant(text if is_cron(text) else "")})


def _interval_trigger(site: CallSite) -> Val:
    names = ("weeks", "days", "hours", "minutes", "seconds")
    named = {**dict(zip(names, site.args, strict=False)), **site.keywords}
    return Val(("object", INTERVAL), (), NO, {"line": constant("" if site.spread else interval_of(named))})
