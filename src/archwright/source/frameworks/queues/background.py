"""Work after the answer: Starlette's and FastAPI's background tasks, and Django's own tasks framework."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from archwright.source.flow.calls import call_later
from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite, Entry
from archwright.source.frameworks.shared.jobs import Queue, decorated, keyword, thing

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

TASKS, TASK = "starlette.background.BackgroundTasks", "starlette.background.BackgroundTask"
_DJANGO = "django.tasks.task"


class BackgroundTasks(Queue):
    """Functions that run in the same process when the answer has been sent."""

    name = "background_tasks"
    packages = ("starlette", "fastapi")
    aliases: ClassVar[dict[str, str]] = {
        "fastapi.BackgroundTasks": TASKS,
        "fastapi.background.BackgroundTasks": TASKS,
        "starlette.background.BackgroundTasks": TASKS,
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls[f"{TASKS}.add_task"] = self._add
        self.calls[TASK] = self._add

    def _add(self, site: CallSite) -> Val:
        given = {name: value for name, value in site.keywords.items() if name != "func"}
        function = site.argument(0, "func")
        if function is not None:
            self.jobs.tell(site, function, site.args[1:], given, site.spread)
            later = Val(("partial", function, (), tuple(given.items())))
            call_later(site.frame, later, site.args[1:], site.position, "thread")
        return thing(TASK)


class DjangoTasks(Queue):
    """`django.tasks` of Django 6, and its backport."""

    name = "django_tasks"
    packages = ("django", "django_tasks")
    aliases: ClassVar[dict[str, str]] = {"django_tasks.task": _DJANGO, "django.tasks.base.task": _DJANGO}
    objects = ("django.tasks.Task",)

    def __init__(self) -> None:
        super().__init__()
        for name in ("enqueue", "aenqueue"):
            self.methods[name] = self._enqueue
        self.methods["using"] = self._using

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Decorated functions; `takes_context=True` passes the task's context first."""
        for module, unit, node, _ in decorated(engine, frozenset({_DJANGO}), self.packages):
            takes = keyword(engine, module, node, "takes_context")
            given = (thing("django.tasks.TaskContext"),) if takes is not None and takes.const is True else ()
            self.jobs.add(engine, unit, "", given)
        yield from self.jobs.entries(engine)

    def method(self, call: CallSite) -> Val | None:
        """`task.using(priority=10).enqueue(...)`."""
        receiver = call.receiver
        if receiver is None or receiver.items is None or call.name not in ("enqueue", "aenqueue"):
            return None
        self.jobs.enqueue(call, receiver.items.get("task"), call.args, call.keywords, call.spread)
        return thing("django.tasks.TaskResult")

    def _enqueue(self, site: CallSite) -> Val | None:
        target = self.jobs.member(site)
        if target is None:
            return None
        self.jobs.enqueue(site, target, site.args, site.keywords, site.spread)
        return thing("django.tasks.TaskResult")

    def _using(self, site: CallSite) -> Val | None:
        target = self.jobs.member(site)
        return Val(("object", "django.tasks.Task"), (), NO, {"task": target}) if target is not None else None
