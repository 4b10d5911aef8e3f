"""Procrastinate: tasks of an app, `.defer()`, and periodic tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from archwright.source import facts as f
from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite, Entry
from archwright.source.frameworks.shared.jobs import Queue, decorated, keyword, text_of, thing
from archwright.source.frameworks.shared.times import is_cron

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

APP, DEFERRER = "procrastinate.App", "procrastinate.jobs.JobDeferrer"
_TASKS = frozenset(f"{each}.task" for each in (APP, "procrastinate.Blueprint"))
_PERIODIC = frozenset(f"{each}.periodic" for each in (APP, "procrastinate.Blueprint"))
UNTOLD = "a schedule of the code"


class Procrastinate(Queue):
    """Procrastinate tasks."""

    name = "procrastinate"
    packages = ("procrastinate",)
    aliases: ClassVar[dict[str, str]] = {
        "procrastinate.app.App": APP,
        "procrastinate.blueprints.Blueprint": "procrastinate.Blueprint",
    }
    attributes: ClassVar[dict[str, str]] = {"procrastinate.contrib.django.app": APP}
    objects = (DEFERRER,)

    def __init__(self) -> None:
        super().__init__()
        for name in ("defer", "defer_async"):
            self.methods[name] = self._defer
        self.methods["configure"] = self._configure
        self.calls[f"{APP}.configure_task"] = self._by_name

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Decorated functions. What a task's `pass_context=True` passes is the job's context."""
        for module, unit, node, _ in decorated(engine, _TASKS, self.packages):
            passes = keyword(engine, module, node, "pass_context")
            given = (thing("procrastinate.JobContext"),) if passes is not None and passes.const is True else ()
            self.jobs.add(engine, unit, text_of(keyword(engine, module, node, "name")), given)
        for module, unit, node, _ in decorated(engine, _PERIODIC, self.packages):
            given_line = keyword(engine, module, node, "cron")
            if given_line is None and node[0] == f.CALL and node[3]:
                given_line = engine.module_expression(module, node[3][0])
            line = text_of(given_line)
            self.jobs.schedule(unit, line if is_cron(line) else UNTOLD)
        self.jobs.answer_with(engine)
        yield from self.jobs.entries(engine)

    def method(self, call: CallSite) -> Val | None:
        """`task.configure(...).defer(...)`."""
        receiver = call.receiver
        if receiver is None or receiver.items is None or not call.name.startswith("defer"):
            return None
        self.jobs.enqueue(call, receiver.items.get("task"), [], call.keywords, call.spread)
        return Val(("number",))

    def _defer(self, site: CallSite) -> Val | None:
        target = self.jobs.member(site)
        if target is None:
            return None
        self.jobs.enqueue(site, target, [], site.keywords, site.spread)
        return Val(("number",))

    def _configure(self, site: CallSite) -> Val | None:
        target = self.jobs.member(site)
        return Val(("object", DEFERRER), (), NO, {"task": target}) if target is not None else None

    def _by_name(self, site: CallSite) -> Val | None:
        name = site.argument(0, "name")
        return Val(("object", DEFERRER), (), NO, {"task": name}) if name is not None else None
