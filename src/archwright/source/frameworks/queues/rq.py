"""RQ, django-rq and rq-scheduler: functions handed to a queue by reference or by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source import facts as f
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Entry
from archwright.source.frameworks.shared.jobs import Queue, decorated, listed, mapped, text_of, thing
from archwright.source.frameworks.shared.sites import sites
from archwright.source.frameworks.shared.times import interval, is_cron

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import Project

QUEUE, SCHEDULER, JOB = "rq.Queue", "rq_scheduler.Scheduler", "rq.job.Job"
_DECORATORS = frozenset({"rq.decorators.job", "django_rq.job", "flask_rq2.RQ.job", "flask_rq.job"})
_OPTIONS = frozenset(
    {"timeout", "job_timeout", "result_ttl", "ttl", "failure_ttl", "description", "depends_on", "job_id", "at_front"}
    | {"meta", "retry", "repeat", "on_success", "on_failure", "on_stopped", "pipeline", "connection", "unique"}
)
"""Keywords that a queue takes for itself; the others go to the function."""
_PLACES = {"enqueue": 0, "enqueue_at": 1, "enqueue_in": 1, "schedule": 1, "cron": 1}
"""Where the function stands among the arguments."""
UNTOLD = "a schedule of the code"


class Rq(Queue):
    """Redis Queue."""

    name = "rq"
    packages = ("rq", "django_rq", "rq_scheduler", "flask_rq2")
    aliases: ClassVar[dict[str, str]] = {
        "rq.queue.Queue": QUEUE,
        "rq_scheduler.scheduler.Scheduler": SCHEDULER,
    }
    returns: ClassVar[dict[str, str]] = {
        "django_rq.get_queue": QUEUE,
        "django_rq.queues.get_queue": QUEUE,
        "django_rq.get_scheduler": SCHEDULER,
        "flask_rq2.RQ.get_queue": QUEUE,
        "flask_rq2.RQ.get_scheduler": SCHEDULER,
    }

    def __init__(self) -> None:
        super().__init__()
        self.methods["delay"] = self._delay
        for name in ("enqueue", "enqueue_in", "enqueue_at"):
            self.calls[f"{QUEUE}.{name}"] = self._enqueue(_PLACES[name])
            self.calls[f"{SCHEDULER}.{name}"] = self._enqueue(_PLACES[name])
        self.calls["django_rq.enqueue"] = self._enqueue(0)
        self.calls[f"{QUEUE}.enqueue_call"] = self._enqueue_call
        self.calls[f"{QUEUE}.parse_args"] = self._enqueue_call
        for name in ("schedule", "cron"):
            self.calls[f"{SCHEDULER}.{name}"] = self._scheduled

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Decorated functions, and functions that some call hands to a queue or to a scheduler."""
        for _, unit, _, _ in decorated(engine, _DECORATORS, self.packages):
            self.jobs.add(engine, unit)
        for site in sites(engine, (*_PLACES, "enqueue_call")):
            if site.call[2][0] == f.ATTR:
                self._handed(engine, site.module, site.call, site.name)
        yield from self.jobs.entries(engine)

    def _handed(self, engine: Engine, module: Module, call: tuple[Any, ...], name: str) -> None:
        place = _PLACES.get(name, 0)
        keywords = {key: value for key, value in call[4] if key is not None}
        node = call[3][place] if len(call[3]) > place else keywords.get("func", keywords.get("f"))
        if node is None:
            return
        if node[0] == f.CONST and isinstance(node[2], str):
            found = engine.project.resolve_dotted(node[2]) if "." in node[2] else None
        else:
            found = engine.project.resolve_expression(module, node)
        if found is None or found.kind != "unit":
            return
        if name in ("enqueue", "enqueue_call", "enqueue_at", "enqueue_in"):
            self.jobs.add(engine, found.value)
            return
        if name == "cron":
            given = call[3][0] if call[3] else keywords.get("cron_string")
            text = text_of(engine.module_expression(module, given)) if given is not None else ""
            self.jobs.schedule(found.value, text if is_cron(text) else UNTOLD)
        elif "interval" in keywords:
            self.jobs.schedule(found.value, interval(engine.module_expression(module, keywords["interval"])) or UNTOLD)

    def _delay(self, site: CallSite) -> Val | None:
        target = self.jobs.member(site)
        if target is None:
            return None
        self.jobs.enqueue(site, target, site.args, site.keywords, site.spread)
        return thing(JOB)

    def _enqueue(self, place: int) -> Callable[[CallSite], Val]:
        def handler(site: CallSite) -> Val:
            function = site.argument(place, "f") or site.keywords.get("func")
            rest = site.args[place + 1 :]
            if "args" in site.keywords or "kwargs" in site.keywords:
                self._explicit(site, function)
            else:
                given = {k: v for k, v in site.keywords.items() if k not in (*_OPTIONS, "f", "func")}
                self.jobs.enqueue(site, function, rest, given, site.spread)
            return thing(JOB)

        return handler

    def _enqueue_call(self, site: CallSite) -> Val:
        self._explicit(site, site.argument(0, "func"))
        return thing(JOB)

    def _scheduled(self, site: CallSite) -> Val:
        self._explicit(site, site.argument(1, "func"))
        return thing(JOB)

    def _explicit(self, site: CallSite, function: Val | None) -> None:
        args, open_ = listed(site.keywords.get("args"))
        keywords, more = mapped(site.keywords.get("kwargs"))
        self.jobs.enqueue(site, function, args, keywords, [*open_, *more])
