"""Celery: tasks, the calls that queue them, signatures and what is built of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source import facts as f
from archwright.source.flow.calls import call_unit
from archwright.source.flow.decorators import classes_of
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, Val
from archwright.source.frameworks.base import CallSite, Entry
from archwright.source.frameworks.queues.celery_beat import Beat, crontab
from archwright.source.frameworks.shared.jobs import Node, Queue, decorated, keyword, listed, mapped, text_of, thing
from archwright.source.link.module import UNIT_BITS, Module

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import ClassInfo, Project

APP = "celery.Celery"
TASK = "celery.Task"
SIGNATURE = "celery.Signature"
RESULT = "celery.result.AsyncResult"
GROUPS = ("celery.chain", "celery.group", "celery.chord", "celery.chunks")
_DECORATORS = frozenset({"celery.shared_task", f"{APP}.task", "celery.decorators.task", "celery.task.task"}) | {
    "celery.decorators.periodic_task",
    "celery.task.periodic_task",
    "celery.current_app.task",
}
_SENDING = ("delay", "apply_async", "delay_on_commit", "apply_async_on_commit")
"""The last two are Django's: queued when the transaction has committed."""
_SIGNING = ("s", "si", "subtask", "signature")


class Celery(Queue):
    """Celery 4 and 5."""

    name = "celery"
    packages = ("celery",)
    aliases: ClassVar[dict[str, str]] = {
        "celery.app.base.Celery": APP,
        "celery.app.Celery": APP,
        "celery.app.shared_task": "celery.shared_task",
        "celery.app.task.Task": TASK,
        "celery.task.Task": TASK,
        "celery.task.base.Task": TASK,
        "celery.contrib.django.task.DjangoTask": TASK,
        "celery.canvas.Signature": SIGNATURE,
        "celery.canvas.signature": "celery.signature",
        "celery.subtask": "celery.signature",
        "celery.utils.log.get_task_logger": "logging.getLogger",
        **{f"celery.canvas.{each.rpartition('.')[2]}": each for each in GROUPS},
    }
    attributes: ClassVar[dict[str, str]] = {"celery.current_app": APP, f"{TASK}.app": APP}
    objects = (APP, TASK, SIGNATURE, *GROUPS)
    bases = (TASK,)

    def __init__(self) -> None:
        super().__init__()
        self._classes: set[str] = set()
        for name in _SENDING:
            self.methods[name] = self._send
        for name in _SIGNING:
            self.methods[name] = self._sign
        for name in ("apply", "run"):
            self.methods[name] = self._apply
        for name in ("send_task", "signature"):
            self.calls[f"{APP}.{name}"] = self._by_name(name)
        self.calls["celery.execute.send_task"] = self._by_name("send_task")
        self.calls["celery.signature"] = self._by_name("signature")
        self.calls[f"{APP}.register_task"] = _registered
        self.calls[f"{TASK}.retry"] = _retry
        self.calls["celery.schedules.crontab"] = crontab
        for group in GROUPS:
            self.calls[group] = _grouped
        self.calls[RESULT] = self.methods["AsyncResult"] = _result

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Decorated functions, `run` of the heirs of Task, and what beat starts."""
        beat = Beat(engine)
        for module, unit, node, dotted in decorated(engine, _DECORATORS, self.packages):
            binds = keyword(engine, module, node, "bind")
            given = (thing(TASK),) if binds is not None and binds.const is True else ()
            self.jobs.add(engine, unit, text_of(keyword(engine, module, node, "name")), given)
            if dotted.endswith("periodic_task"):
                every = beat.every(keyword(engine, module, node, "run_every"))
                self.jobs.schedule(unit, every)
        for unit, node, module in self._bound(engine):
            self.jobs.add(engine, unit, text_of(keyword(engine, module, node, "name")), (thing(TASK),))
        for info in project.all_classes():
            if self._is_task(engine, info):
                self._classes.add(info.name)
                run = info.method("run")
                hit = info.lookup("name")
                if run is not None and engine.project.class_of_unit(run) is info:
                    value = engine.class_value(hit[0], "name", hit[1]) if hit is not None else None
                    self.jobs.add(engine, run, text_of(value))
        self.jobs.answer_with(engine)
        for task, every in beat.found():
            started = task if isinstance(task, int) else self.jobs.names.get(task)
            if started is not None:
                self.jobs.schedule(started, every)
        yield from self.jobs.entries(engine)

    def _bound(self, engine: Engine) -> Iterator[tuple[int, Node, Module]]:
        """Functions under `@app.task(bind=True)` of an app that could not be followed: no other library says that."""
        for module in engine.project.modules:
            for index, facts in enumerate(module.units):
                unit = module.index << UNIT_BITS | index
                for node in facts[5]:
                    if node[0] != f.CALL or node[2][0] != f.ATTR or node[2][3] != "task" or unit in self.jobs.units:
                        continue
                    binds = keyword(engine, module, node, "bind")
                    if binds is not None and binds.const is True:
                        yield unit, node, module

    def _is_task(self, engine: Engine, info: ClassInfo) -> bool:
        """An heir of Task, or of `app.Task`."""
        if any(base in self.bases for base in info.external_bases()):
            return True
        for each in info.mro():
            for node in each.facts[4]:
                if node[0] == f.ATTR and node[3] == "Task":
                    value = engine.module_expression(each.module, node[2])
                    if APP in classes_of(value):
                        return True
        return False

    def claims(self, info: ClassInfo) -> bool:
        """Tasks that are classes."""
        return info.name in self._classes or any(base in self.bases for base in info.external_bases())

    def method(self, call: CallSite) -> Val | None:
        """What is called on a task that is a class, on a signature, or on what is built of signatures."""
        receiver = call.receiver
        type_ = receiver.type if receiver is not None else None
        if receiver is None or type_ is None:
            return None
        if type_[0] == "instance":
            if call.name in _SENDING:
                return self._send(call)
            if call.name in _SIGNING:
                return self._sign(call)
            return _retry(call) if call.name == "retry" else None
        if type_[1] == SIGNATURE or type_[1] in GROUPS:
            return self._canvas(call, receiver)
        return None

    def operate(self, frame: Frame, op: str, left: Val, right: Val, position: int) -> Val | None:
        """`first.s() | second.s()`: a chain."""
        if op == "|" and left.type is not None and left.type[1] in (SIGNATURE, *GROUPS):
            return Val(("object", "celery.chain"), (), NO, {0: left, 1: right})
        return None

    # --- queueing --------------------------------------------------------------------------------------------
    def _target(self, site: CallSite) -> Val | None:
        """The unit behind a task: the decorated function, or `run` of a task that is a class."""
        receiver = site.receiver
        type_ = receiver.type if receiver is not None else None
        if receiver is None or type_ is None:
            return None
        if type_[0] in ("unit", "bound"):
            return receiver
        if type_[0] == "instance" and self.claims(type_[1]):
            run = type_[1].method("run")
            return Val(("bound", run, receiver)) if run is not None else None
        if type_[0] == "class" and self.claims(type_[1]):
            run = type_[1].method("run")
            return Val(("bound", run, Val(("instance", type_[1])))) if run is not None else None
        return None

    def _send(self, site: CallSite) -> Val | None:
        """`task.delay(...)`, `task.apply_async(args, kwargs)`. A function has neither, so what has is a task."""
        target = self._target(site)
        if target is None:
            return None
        if site.name.startswith("delay"):
            self.jobs.enqueue(site, target, site.args, site.keywords, site.spread)
        else:
            self._apply_async(site, target, site.argument(0, "args"), site.argument(1, "kwargs"))
        return thing(RESULT)

    def _apply_async(self, site: CallSite, target: Val | None, args: Val | None, kwargs: Val | None) -> None:
        positional, open_ = listed(args)
        named, more = mapped(kwargs)
        self.jobs.enqueue(site, target, positional, named, [*open_, *more, *site.spread])
        for name in ("link", "link_error"):
            linked = site.keywords.get(name)
            if linked is not None:
                self._each(site, linked, [UNKNOWN])

    def _apply(self, site: CallSite) -> Val | None:
        """`task.apply(args, kwargs)` and `task.run(...)`: the task's function, here and now."""
        target = self.jobs.member(site)
        if target is None or target.type is None:
            return None
        unit = target.type[1]
        args, keywords, spread = site.args, site.keywords, site.spread
        if site.name == "apply":
            args, open_ = listed(site.argument(0, "args"))
            keywords, more = mapped(site.argument(1, "kwargs"))
            spread = [*open_, *more, *site.spread]
        result = call_unit(site.frame, unit, [*self.jobs.units[unit], *args], keywords, spread, site.position)
        return thing("celery.result.EagerResult") if site.name == "apply" else result

    def _sign(self, site: CallSite) -> Val | None:
        target = self._target(site)
        if target is None:
            return None
        args, keywords, spread = site.args, site.keywords, site.spread
        if site.name in ("subtask", "signature"):
            args, open_ = listed(site.argument(0, "args"))
            keywords, more = mapped(site.argument(1, "kwargs"))
            spread = [*open_, *more]
        immutable = site.name == "si"
        return _signature(target, args, keywords, spread, immutable=immutable)

    def _by_name(self, kind: str) -> Callable[[CallSite], Val]:
        def handler(site: CallSite) -> Val:
            args, open_ = listed(site.argument(1, "args"))
            keywords, more = mapped(site.argument(2, "kwargs"))
            task = site.argument(0, "name" if kind == "send_task" else "varies")
            if kind == "signature":
                return _signature(task if task is not None else UNKNOWN, args, keywords, [*open_, *more])
            self.jobs.enqueue(site, task, args, keywords, [*open_, *more, *site.spread])
            return thing(RESULT)

        return handler

    # --- signatures ------------------------------------------------------------------------------------------
    def _canvas(self, site: CallSite, receiver: Val) -> Val | None:
        name = site.name
        group = receiver.type is not None and receiver.type[1] in GROUPS
        if name in (*_SENDING, "__call__") and (group or name != "__call__"):
            self._each(site, receiver, site.args if name.startswith("delay") else [])
            if group:
                for callback in site.values():  # chord(header)(callback)
                    self._each(site, callback, [UNKNOWN])
            return thing(RESULT)
        if name in ("__call__", "apply") and receiver.items is not None:
            unit, first = self.jobs.unit_of(receiver.items.get("task"))
            if unit is not None:
                args, _ = listed(receiver.items.get("args"))
                keywords, _ = mapped(receiver.items.get("kwargs"))
                given = self.jobs.units.get(unit, ())
                return call_unit(site.frame, unit, [*first, *given, *args], keywords, [], site.position)
        if name in ("set", "clone", "on_error", "link", "link_error", "s", "si", "freeze"):
            for callback in site.args if name in ("on_error", "link", "link_error") else ():
                self._each(site, callback, [UNKNOWN])
            return receiver
        return None

    def _each(self, site: CallSite, value: Val, more: list[Val], depth: int = 5) -> None:
        """Queue every signature in a value. A signature that is not immutable gets the result before it first."""
        type_ = value.type
        if not depth or type_ is None:
            return
        if type_ == ("object", SIGNATURE) and value.items is not None:
            immutable = value.items["immutable"].const is True
            args, open_ = listed(value.items["args"])
            keywords, others = mapped(value.items["kwargs"])
            before = [] if immutable else more
            self.jobs.enqueue(site, value.items["task"], [*before, *args], keywords, [*open_, *others])
        elif (type_[0] == "object" and type_[1] in GROUPS) or type_[0] in ("list", "tuple", "generator"):
            for index, item in enumerate((value.items or {}).values()):
                passed = [UNKNOWN] if type_ == ("object", "celery.chain") and index else more
                self._each(site, item, passed, depth - 1)


def _signature(
    task: Val, args: list[Val], keywords: dict[str, Val], spread: list[Val], *, immutable: bool = False
) -> Val:
    positional = Val(("tuple",), (), NO, dict(enumerate(args)))
    if spread:
        positional = Val(("tuple",), tuple(origin for each in spread for origin in each.origins), NO, {"*": UNKNOWN})
    named: dict[Any, Val] = dict(keywords)
    return Val(
        ("object", SIGNATURE),
        (),
        NO,
        {
            "task": task,
            "args": positional,
            "kwargs": Val(("dict",), (), NO, named),
            "immutable": Val(("number",), (), immutable),
        },
    )


def _result(site: CallSite) -> Val:
    """`AsyncResult(task_id)`, `task.AsyncResult(task_id)`: the id says which result is asked for; what is in it came from whoever queued the task, and from the task."""
    known = site.argument(0, "id") or site.argument(0, "task_id") or UNKNOWN
    return Val(("object", RESULT), (), NO, {"id": known, "task_id": known})


def _grouped(site: CallSite) -> Val:
    """`chain(...)`, `group(...)`, `chord(header, callback)`; a chord that is given its callback is queued at once by its call."""
    return Val(("object", site.name), (), NO, dict(enumerate([*site.args, *site.keywords.values()])))


def _registered(site: CallSite) -> Val:
    """`app.register_task(Task())` gives the task."""
    task = site.argument(0, "task")
    if task is None:
        return UNKNOWN
    if task.type is not None and task.type[0] == "class":
        return Val(site.frame.engine.instance_type(task.type[1]))
    return task


def _retry(site: CallSite) -> Val:
    """`self.retry()` raises, unless it is told not to."""
    throw = site.keywords.get("throw")
    if throw is None or throw.const is True:
        site.frame.traits.add("raise")
        site.frame.never.add(site.position)
    return UNKNOWN
