"""Transactions: what is in one, what is out of any, and what can't be told."""

from __future__ import annotations

from collections.abc import Callable

from archwright.model.effect import (
    Commit,
    Effect,
    Enqueue,
    HttpCall,
    Lock,
    Read,
    Rollback,
    Transaction,
    TransactionBegin,
    Write,
)
from archwright.source.program import Program

Made = Callable[..., Program]
MODELS = """
from django.db import models

class Order(models.Model):
    total = models.IntegerField()
"""
ROUTES = """
from django.urls import path
from shop import views

urlpatterns = [path("a/", views.view)]
"""


def states(program: Program, kind: type[Effect] = Write) -> dict[int, str]:
    """The state at each effect of a kind, by its line."""
    return {
        effect.place.line: str(effect.context.transaction) for effect in program.effects if isinstance(effect, kind)
    }


def django(program: Made, views: str, settings: str = "") -> Program:
    return program(
        {
            "shop/__init__.py": "",
            "shop/models.py": MODELS,
            "shop/urls.py": ROUTES,
            "shop/settings.py": settings,
            "shop/views.py": "from django.db import transaction\nfrom shop.models import Order\n" + views,
        },
        Read,
        Write,
        Lock,
        TransactionBegin,
        Commit,
        Rollback,
        HttpCall,
        Enqueue,
    )


def test_a_block_is_a_transaction_and_ends_with_it(program: Made) -> None:
    found = django(
        program,
        """
def view(request):
    Order.objects.create(total=1)
    with transaction.atomic():
        Order.objects.create(total=2)
        with transaction.atomic():
            Order.objects.create(total=3)
    Order.objects.create(total=4)
""",
    )
    assert states(found) == {5: "off", 7: "on", 9: "on", 10: "off"}
    begun = [effect.savepoint for effect in found.effects if isinstance(effect, TransactionBegin)]
    assert begun == [False, True]


def test_decorators_open_transactions(program: Made) -> None:
    found = django(
        program,
        """
@transaction.atomic
def view(request):
    Order.objects.create(total=1)

@transaction.atomic(using="other")
def other():
    Order.objects.create(total=1)

@transaction.non_atomic_requests
def third():
    Order.objects.create(total=1)
""",
    )
    assert states(found) == {6: "on", 10: "on", 14: "off"}


def test_a_helper_is_in_its_callers_transaction(program: Made) -> None:
    found = django(
        program,
        """
def view(request):
    with transaction.atomic():
        always()
        sometimes()
    sometimes()
    never()

def always():
    Order.objects.create(total=1)

def sometimes():
    Order.objects.create(total=1)

def never():
    Order.objects.create(total=1)

def uncalled():
    Order.objects.create(total=1)
""",
    )
    assert states(found) == {12: "on", 15: "unknown", 18: "off", 21: "unknown"}


def test_requests_are_atomic_where_the_settings_say_so(program: Made) -> None:
    body = "\ndef view(request):\n    Order.objects.create(total=1)\n"
    on = django(program, body, 'DATABASES = {"default": {"ATOMIC_REQUESTS": True}}')
    assert states(on) == {5: "on"}
    later = django(program, body, 'DATABASES = {}\nDATABASES["default"]["ATOMIC_REQUESTS"] = True')
    assert states(later) == {5: "on"}
    unread = django(program, body, 'import os\nDATABASES = {"default": {"ATOMIC_REQUESTS": os.getenv("A")}}')
    assert states(unread) == {5: "unknown"}


def test_what_runs_after_the_commit_is_out_of_the_transaction(program: Made) -> None:
    found = django(
        program,
        """
from functools import partial

def view(request):
    with transaction.atomic():
        Order.objects.create(total=1)
        transaction.on_commit(lambda: Order.objects.create(total=2))
        transaction.on_commit(later)
        transaction.on_commit(partial(third, 1))

def later():
    Order.objects.create(total=1)

def third(number):
    Order.objects.create(total=number)
""",
    )
    writes = {
        e.place.line: (str(e.context.transaction), e.context.deferred) for e in found.effects if isinstance(e, Write)
    }
    assert writes == {8: ("on", None), 9: ("off", "commit"), 14: ("off", "commit"), 17: ("off", "commit")}


def test_rows_are_locked_where_the_query_runs(program: Made) -> None:
    found = django(
        program,
        """
def view(request):
    query = Order.objects.select_for_update()
    with transaction.atomic():
        order = query.get(pk=1)
""",
    )
    assert [(e.place.line, e.kind) for e in found.effects if isinstance(e, Lock)] == [(7, "row")]
    assert [e.locked for e in found.effects if isinstance(e, Read)] == [True]


def test_a_generator_of_the_project_opens_the_block_over_it(program: Made) -> None:
    found = django(
        program,
        """
from contextlib import contextmanager

@contextmanager
def unit_of_work():
    with transaction.atomic():
        yield

@contextmanager
def timed():
    yield

class Work:
    def __enter__(self):
        transaction.set_autocommit(False)
        return self

    def __exit__(self, kind, error, trace):
        transaction.commit()

def view(request):
    with unit_of_work():
        Order.objects.create(total=1)
    with timed():
        Order.objects.create(total=2)
    with Work():
        Order.objects.create(total=3)
    Order.objects.create(total=4)
""",
    )
    assert states(found) == {25: "on", 27: "off", 29: "on", 30: "off"}


def test_a_decorator_of_the_project_opens_a_transaction(program: Made) -> None:
    found = django(
        program,
        """
from functools import wraps

def transactional(function):
    @wraps(function)
    def inner(*args, **kwargs):
        with transaction.atomic():
            return function(*args, **kwargs)
    return inner

def logged(function):
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner

@transactional
def one():
    Order.objects.create(total=1)

@logged
def view(request):
    Order.objects.create(total=1)
""",
    )
    assert states(found) == {20: "on", 24: "off"}


SESSIONS = """import requests
from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

engine = create_engine("postgresql://")
Maker = sessionmaker(engine)

class Base(DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


def test_a_session_begins_with_its_first_statement_and_ends_with_the_commit(program: Made) -> None:
    found = program(
        {
            "app.py": SESSIONS
            + """
def handler(session: Session):
    requests.get("http://a")
    session.add(Order())
    requests.get("http://b")
    session.commit()
    requests.get("http://c")
"""
        },
        Write,
        Commit,
        HttpCall,
    )
    assert states(found, HttpCall) == {16: "unknown", 18: "on", 20: "off"}
    assert states(found) == {17: "on"}
    assert [e.place.line for e in found.effects if isinstance(e, Commit)] == [19]


def test_blocks_of_sessions_and_engines(program: Made) -> None:
    found = program(
        {
            "app.py": SESSIONS
            + """
def main():
    with Maker.begin() as session:
        requests.get("http://a")
    with engine.begin() as connection:
        connection.execute(insert(Order))
        requests.get("http://b")
    with Session(engine) as session:
        requests.get("http://c")
        with session.begin():
            requests.get("http://d")
            with session.begin_nested():
                session.add(Order())
            requests.get("http://e")
        requests.get("http://f")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(insert(Order))
        requests.get("http://g")

main()
"""
        },
        Write,
        HttpCall,
        TransactionBegin,
    )
    assert states(found, HttpCall) == {17: "on", 20: "on", 22: "off", 24: "on", 27: "on", 28: "off", 31: "off"}
    begun = [(e.place.line, e.savepoint) for e in found.effects if isinstance(e, TransactionBegin)]
    assert begun == [(16, False), (18, False), (23, False), (25, True)]


def test_a_helper_that_commits_ends_its_callers_transaction(program: Made) -> None:
    found = program(
        {
            "app.py": SESSIONS
            + """
def save(session: Session, order: Order):
    session.add(order)
    session.commit()

def main():
    session = Maker()
    session.add(Order())
    requests.get("http://a")
    save(session, Order())
    requests.get("http://b")
    try:
        session.add(Order())
        return
    finally:
        session.close()

def outer():
    main()
    requests.get("http://c")
"""
        },
        HttpCall,
    )
    assert states(found, HttpCall) == {22: "on", 24: "off", 33: "off"}


def test_turns_of_a_loop_are_told_together(program: Made) -> None:
    found = program(
        {
            "app.py": SESSIONS
            + """
def main(urls):
    session = Maker()
    for url in urls:
        requests.get(url)
        session.add(Order())
    for url in urls:
        session.add(Order())
        requests.get("http://b")
        session.commit()

main([])
"""
        },
        HttpCall,
    )
    assert states(found, HttpCall) == {18: str(Transaction.UNKNOWN), 22: "on"}
