"""Django-Q and Django-Q2: functions queued by reference or by dotted name; schedules that code makes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source import facts as f
from archwright.source.flow.values import Val, constant
from archwright.source.frameworks.base import CallSite, Entry
from archwright.source.frameworks.shared.jobs import Queue, text_of
from archwright.source.frameworks.shared.sites import sites
from archwright.source.frameworks.shared.times import interval, is_cron

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import Project

_CALLS = ("async_task", "schedule", "async_iter")
_OPTIONS = frozenset(
    {"hook", "group", "save", "sync", "cached", "broker", "timeout", "task_name", "q_options", "ack_failure", "cluster"}
    | {"name", "schedule_type", "minutes", "repeats", "next_run", "cron", "intended_date_kwarg"}
)
UNTOLD = "a schedule of the code"


class DjangoQ(Queue):
    """Django-Q tasks."""

    name = "django_q"
    packages = ("django_q",)
    aliases: ClassVar[dict[str, str]] = {
        "django_q.tasks.async": "django_q.tasks.async_task",
        "django_q.models.Schedule.objects.create": "django_q.tasks.schedule",
        **{f"django_q.{name}": f"django_q.tasks.{name}" for name in _CALLS},
    }

    def __init__(self) -> None:
        super().__init__()
        for name in _CALLS:
            self.calls[f"django_q.tasks.{name}"] = self._queue

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """The functions that calls of `async_task` and `schedule` name."""
        for site in sites(engine, (*_CALLS, "create")):
            found = project.resolve_expression(site.module, site.call[2])
            if found is not None and found.kind == "external" and str(found.value).startswith("django_q.tasks"):
                self._named(engine, site.module, site.call, scheduled=str(found.value).endswith("schedule"))
        yield from self.jobs.entries(engine)

    def _named(self, engine: Engine, module: Module, call: tuple[Any, ...], *, scheduled: bool) -> None:
        keywords = {name: value for name, value in call[4] if name is not None}
        node = call[3][0] if call[3] else keywords.get("func")
        if node is None:
            return
        if node[0] == f.CONST and isinstance(node[2], str):
            found = engine.project.resolve_dotted(node[2])
        else:
            found = engine.project.resolve_expression(module, node)
        if found is None or found.kind != "unit":
            return
        if not scheduled:
            self.jobs.add(engine, found.value)
            return
        line = text_of(engine.module_expression(module, keywords["cron"])) if "cron" in keywords else ""
        minutes = engine.module_expression(module, keywords["minutes"]) if "minutes" in keywords else None
        every = line if is_cron(line) else ""
        if minutes is not None and isinstance(minutes.const, int):
            every = interval(constant(minutes.const * 60))
        self.jobs.schedule(found.value, every or UNTOLD)

    def _queue(self, site: CallSite) -> Val:
        given = {name: value for name, value in site.keywords.items() if name not in _OPTIONS and name != "func"}
        self.jobs.enqueue(site, site.argument(0, "func"), site.args[1:], given, site.spread)
        return Val(("text",))
