"""Task queues: what is queued, by whom, what a task is given, and when it runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Enqueue, Interpret, Setting, Write
from archwright.model.operation import Message, Schedule
from archwright.model.value import Clean, Use
from archwright.source.program import Program

Make = Callable[..., Program]

QUEUED = {
    "celery": """
        from celery import Celery

        app = Celery("shop")

        @app.task
        def send(order, *, copy=False):
            pass

        def run(order):
            send.delay(order, copy=True)
    """,
    "celery, shared and bound": """
        from celery import shared_task

        @shared_task(bind=True, name="mail.send")
        def send(self, order, copy):
            pass

        def run(order):
            send.apply_async((order, True), countdown=3)
    """,
    "celery, by name": """
        from celery import Celery, shared_task

        app = Celery("shop")

        @shared_task(name="mail.send")
        def send(order, copy):
            pass

        def run(order):
            app.send_task("mail.send", args=[order, True])
    """,
    "celery, a signature": """
        from celery import shared_task

        @shared_task
        def send(order, copy):
            pass

        def run(order):
            send.si(order, True).set(queue="slow").apply_async()
    """,
    "celery, in a factory": """
        from celery import Celery

        def make():
            app = Celery("shop")

            @app.task
            def send(order, copy):
                pass

            def run(order):
                send.delay(order, True)
    """,
    "a decorator of the project": """
        import celery

        app = celery.Celery()

        def task(**options):
            def wrap(function):
                return app.task(**options)(function)
            return wrap

        @task(queue="mail")
        def send(order, copy):
            pass

        def run(order):
            send.delay(order, True)
    """,
    "dramatiq": """
        import dramatiq

        @dramatiq.actor(max_retries=3)
        def send(order, copy):
            pass

        def run(order):
            send.send_with_options(args=(order, True), delay=10)
    """,
    "dramatiq, a pipeline": """
        import dramatiq

        @dramatiq.actor
        def send(order, copy):
            pass

        def run(order):
            dramatiq.group([send.message(order, True)]).run()
    """,
    "rq": """
        from redis import Redis
        from rq import Queue

        queue = Queue(connection=Redis())

        def send(order, copy):
            pass

        def run(order):
            queue.enqueue(send, order, copy=True, job_timeout=60)
    """,
    "rq, by a partial of its decorator": """
        from functools import partial
        from rq.decorators import job as rq_job

        job = partial(rq_job, connection=None)

        @job("mail")
        def send(order, copy):
            pass

        def run(order):
            send.delay(order, True)
    """,
    "arq": """
        from arq import create_pool

        async def send(ctx, order, copy):
            pass

        class WorkerSettings:
            functions = [send]

        async def run(order):
            pool = await create_pool()
            await pool.enqueue_job("send", order, True, _defer_by=5)
    """,
    "taskiq": """
        from taskiq_redis import ListQueueBroker
        import taskiq

        broker = ListQueueBroker("redis://localhost")

        @broker.task
        async def send(order, copy):
            pass

        async def run(order):
            await send.kicker().with_labels(slow=True).kiq(order, True)
    """,
    "huey": """
        from huey import RedisHuey

        huey = RedisHuey()

        @huey.task()
        def send(order, copy):
            pass

        def run(order):
            send(order, True)
    """,
    "procrastinate": """
        import procrastinate

        app = procrastinate.App(connector=None)

        @app.task(queue="mail")
        def send(order, copy):
            pass

        def run(order):
            send.configure(lock="x").defer(order=order, copy=True)
    """,
    "django-q": """
        from django_q.tasks import async_task

        def send(order, copy):
            pass

        def run(order):
            async_task("app.send", order, True, group="mail")
    """,
    "django": """
        from django.tasks import task

        @task(priority=2)
        def send(order, copy):
            pass

        def run(order):
            send.using(priority=9).enqueue(order, copy=True)
    """,
    "after the answer": """
        from fastapi import BackgroundTasks

        def send(order, copy):
            pass

        def run(order, tasks: BackgroundTasks):
            tasks.add_task(send, order, copy=True)
    """,
}
SCHEDULED = {
    "celery settings": """
        from celery import shared_task
        from celery.schedules import crontab

        @shared_task
        def clean():
            pass

        CELERY_BEAT_SCHEDULE = {"night": {"task": "app.clean", "schedule": crontab(minute=30, hour="*/3")}}
    """,
    "celery configuration": """
        from datetime import timedelta
        from celery import Celery

        app = Celery()

        @app.task(name="clean")
        def clean():
            pass

        app.conf.beat_schedule = {"often": {"task": "clean", "schedule": timedelta(minutes=15)}}
    """,
    "celery, added": """
        from celery import Celery

        app = Celery()

        @app.task
        def clean():
            pass

        @app.on_after_configure.connect
        def setup(sender, **kwargs):
            sender.add_periodic_task(10.0, clean.s())
    """,
    "arq": """
        from arq import cron

        async def clean(ctx):
            pass

        class WorkerSettings:
            cron_jobs = [cron(clean, hour={3, 15})]
    """,
    "taskiq": """
        from taskiq import InMemoryBroker

        broker = InMemoryBroker()

        @broker.task(schedule=[{"cron": "*/5 * * * *"}])
        async def clean():
            pass
    """,
    "apscheduler": """
        from apscheduler.schedulers.background import BackgroundScheduler

        scheduler = BackgroundScheduler()

        @scheduler.scheduled_job("cron", hour=4, day_of_week="mon")
        def clean():
            pass
    """,
    "apscheduler, added": """
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        def clean():
            pass

        def start():
            scheduler = AsyncIOScheduler()
            scheduler.add_job(clean, "interval", minutes=5)
    """,
    "huey": """
        from huey import SqliteHuey, crontab

        huey = SqliteHuey()

        @huey.periodic_task(crontab(minute="0", hour="2"))
        def clean():
            pass
    """,
    "a time from the settings": """
        import os
        from celery import shared_task
        from celery.schedules import crontab

        @shared_task
        def clean():
            pass

        CELERY_BEAT_SCHEDULE = {"night": {"task": "app.clean", "schedule": crontab(hour=os.environ["HOUR"])}}
    """,
}
TIMES = ["30 */3 * * *", "15m", "10s", "0 3,15 * * *", "*/5 * * * *", "0 4 * * mon", "5m", "0 2 * * *"]
OTHERS = {
    "a method of the project": """
        import celery

        class Timer:
            def delay(self, seconds):
                pass

        def run(timer: Timer):
            timer.delay(3)
    """,
    "something unknown": "import celery\n\ndef run(thing):\n    thing.delay(3)\n    thing.send(4)\n",
    "a direct call": """
        from celery import shared_task

        @shared_task
        def send(order):
            pass

        def run(order):
            send(order)
            send.apply(args=[order])
    """,
}


@pytest.mark.parametrize("name", QUEUED)
def test_a_task_is_queued(name: str, program: Make) -> None:
    made = program({"app.py": QUEUED[name]}, Enqueue)
    (queued,) = made.effects
    assert isinstance(queued, Enqueue)
    unit = "app.make.send" if "factory" in name else "app.send"
    assert (queued.task, queued.arguments[1].constant) == (unit, True)
    if name != "after the answer":
        assert Message(channel=unit) in [operation.trigger for operation in made.operations]


@pytest.mark.parametrize(("name", "every"), list(zip(SCHEDULED, [*TIMES, "a schedule of the settings"], strict=True)))
def test_a_task_runs_at_times(name: str, every: str, program: Make) -> None:
    made = program({"app.py": SCHEDULED[name]})
    assert [each.entry for each in made.operations if each.trigger == Schedule(every=every)] == ["app.clean"]


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_is_queued(name: str, program: Make) -> None:
    assert program({"app.py": OTHERS[name]}, Enqueue).effects == ()


CANVAS = """
    from celery import chain, chord, group, shared_task

    @shared_task
    def first(order): pass

    @shared_task
    def second(result): pass

    @shared_task
    def last(results): pass

    def run(orders):
        {}
"""


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("chain(first.s(1), second.s())()", {"first", "second"}),
        ("(first.s(1) | second.s()).delay()", {"first", "second"}),
        ("group(first.s(each) for each in orders).apply_async()", {"first"}),
        ("chord([first.s(each) for each in orders])(last.s())", {"first", "last"}),
        ("first.s(1)", set()),
    ],
)
def test_what_is_built_of_signatures(text: str, tasks: set[str], program: Make) -> None:
    found = program({"app.py": CANVAS.format(text)}, Enqueue).effects
    assert {effect.task.removeprefix("app.") for effect in found if isinstance(effect, Enqueue)} == tasks


TAINTED = {
    "app.py": """
        from flask import Flask, request
        from jobs import report, safe

        app = Flask(__name__)

        @app.route("/report")
        def index():
            report.delay(request.args["name"])
            safe.delay("fixed")
            return ""
    """,
    "jobs.py": """
        import sqlite3
        from celery import shared_task

        @shared_task(bind=True)
        def report(self, name):
            try:
                sqlite3.connect("x").execute("select * from reports where name = '" + name + "'")
            except sqlite3.Error as error:
                raise self.retry(exc=error)

        @shared_task
        def safe(name):
            sqlite3.connect("x").execute("select * from reports where name = '" + name + "'")
    """,
}


def test_what_a_caller_queues_reaches_the_task(program: Make) -> None:
    effects = program(TAINTED, Interpret).effects
    dirty = [e for e in effects if isinstance(e, Interpret) and e.text.state(Use.SQL_TEXT) is Clean.DIRTY]
    assert [(e.unit, e.context.deferred, e.context.setting) for e in dirty] == [("jobs.report", "queue", Setting.TASK)]
    unknown = [e for e in effects if e not in dirty]
    assert all(isinstance(e, Interpret) and e.text.state(Use.SQL_TEXT) is Clean.UNKNOWN for e in unknown)


def test_a_task_runs_in_a_task(program: Make) -> None:
    text = """
        from celery import shared_task
        from django.db import models

        class Order(models.Model):
            paid = models.BooleanField()

        @shared_task
        def pay(key):
            Order.objects.filter(pk=key).update(paid=True)
    """
    (write,) = program({"shop/models.py": text, "shop/__init__.py": ""}, Write).effects
    assert write.context.setting is Setting.TASK


def test_a_bound_task_of_an_app_that_is_not_known_is_given_itself(program: Make) -> None:
    """The first thing handed over is the second parameter."""
    jobs = TAINTED["jobs.py"].replace("from celery import shared_task", "import celery\nfrom shop import app")
    files = {**TAINTED, "jobs.py": jobs.replace("@shared_task", "@app.task")}
    dirty = [e for e in program(files, Interpret).effects if isinstance(e, Interpret)]
    assert [e.unit for e in dirty if e.text.state(Use.SQL_TEXT) is Clean.DIRTY] == ["jobs.report"]
