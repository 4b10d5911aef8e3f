"""What reads and writes carry: conditions with their values, limits, orders, columns, fields, and whether rows are counted."""

from __future__ import annotations

from collections.abc import Callable

from archwright.model.effect import Condition, Read, Write
from archwright.source.program import Program

Made = Callable[..., Program]
DJANGO = """
from django.db import models
from django.db.models import Q

class Customer(models.Model):
    name = models.TextField()

class Order(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    state = models.TextField()
    total = models.IntegerField()

"""
ALCHEMY = """
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    total: Mapped[int]

"""


def reads(program: Program) -> list[Read]:
    return [effect for effect in program.effects if isinstance(effect, Read)]


def writes(program: Program) -> list[Write]:
    return [effect for effect in program.effects if isinstance(effect, Write)]


def told(conditions: tuple[Condition, ...]) -> list[tuple[str, str, object]]:
    return [(c.path, c.operator, c.value.constant) for c in conditions]


def test_django_reads(program: Made) -> None:
    found = program(
        {
            "models.py": DJANGO
            + """
def one(wanted):
    list(Order.objects.filter(customer__name__icontains="a", total__gte=3).exclude(state="new").order_by("-total")[:5])
    list(Order.objects.filter(Q(state="paid")).values_list("id", flat=True))
    list(Order.objects.filter(Q(state="paid") | Q(total=1)))
    Order.objects.only("state").get(pk=wanted)
    grown = Q(state="paid")
    grown.add(Q(total=1), Q.OR)
    list(Order.objects.filter(grown))
"""
        },
        Read,
    )
    first, second, third, fourth, fifth = reads(found)
    assert told(first.predicate) == [("customer.name", "icontains", "a"), ("total", ">=", 3), ("state", "!=", "new")]
    assert first.order == ("-total",)
    assert first.limit is not None
    assert first.limit.constant == 5
    assert told(second.predicate) == [("state", "=", "paid")]
    assert second.columns == ("id",)
    assert told(third.predicate) == [("?", "?", None)]
    assert fourth.columns == ("state",)
    assert [o.name for o in fourth.predicate[0].value.origins] == ["wanted"]
    assert told(fifth.predicate) == [("?", "?", None)]


def test_django_writes(program: Made) -> None:
    found = program(
        {
            "models.py": DJANGO
            + """
def change(order: Order):
    Order.objects.filter(state="new").update(state="paid")
    if not Order.objects.filter(state="new").update(total=1):
        return
    Order.objects.create(state="new", total=2)
    Order.objects.update_or_create(customer_id=1, defaults={"state": "new"})
    order.save(update_fields=["state"])
    other = Order.objects.get(pk=1)
    other.total = 3
    other.save()
    Order.objects.bulk_update([], ["total"])
"""
        },
        Write,
        Read,
    )
    update, counted, create, upsert, save, fetched, bulk = writes(found)
    assert (update.fields, told(update.condition), update.count_used) == (("state",), [("state", "=", "new")], False)
    assert (counted.count_used, counted.row) == (True, None)
    assert (create.fields, create.row, create.condition) == (("state", "total"), 0, ())
    assert (upsert.fields, told(upsert.condition)) == (("customer_id", "state"), [("customer_id", "=", 1)])
    assert (save.fields, save.row) == (("state",), 0)
    assert fetched.row == reads(found)[0].query != 0
    assert (bulk.fields, bulk.row) == (("total",), 0)


def test_sqlalchemy_reads(program: Made) -> None:
    found = program(
        {
            "app.py": ALCHEMY
            + """
def one(session: Session, state: str):
    session.scalars(select(Order).where(Order.state == state, Order.total > 3).order_by(Order.total).limit(10)).all()
    session.execute(select(Order.id, Order.state).filter_by(total=2))
    session.query(Order).filter(or_(Order.total == 1, Order.total == 2)).all()
    session.query(Order).filter(Order.state.in_(["a"])).with_for_update().first()
    session.get(Order, 7)
"""
        },
        Read,
    )
    first, second, third, fourth, fifth = reads(found)
    assert [(c.path, c.operator) for c in first.predicate] == [("state", "="), ("total", ">")]
    assert [o.name for o in first.predicate[0].value.origins] == ["state"]
    assert first.predicate[1].value.constant == 3
    assert (first.order, first.limit.constant if first.limit else None) == (("total",), 10)
    assert (second.columns, told(second.predicate)) == (("id", "state"), [("total", "=", 2)])
    assert told(third.predicate) == [("?", "?", None)]
    assert (fourth.locked, [(c.path, c.operator) for c in fourth.predicate]) == (True, [("state", "in")])
    assert told(fifth.predicate) == [("id", "=", 7)]


def test_sqlalchemy_writes(program: Made) -> None:
    found = program(
        {
            "app.py": ALCHEMY
            + """
def change(session: Session):
    session.execute(update(Order).where(Order.state == "new").values(state="paid"))
    result = session.execute(delete(Order).where(Order.id == 1))
    if result.rowcount == 0:
        raise LookupError
    session.execute(insert(Order), [{"state": "new", "total": 1}])
    session.query(Order).filter_by(id=1).update({"total": 2})
    session.add(Order(state="new"))
    order = session.get(Order, 1)
    session.delete(order)
"""
        },
        Write,
        Read,
    )
    changed, deleted, inserted, legacy, added, gone = writes(found)
    assert (changed.fields, told(changed.condition), changed.count_used) == (("state",), [("state", "=", "new")], False)
    assert (told(deleted.condition), deleted.count_used) == ([("id", "=", 1)], True)
    assert (inserted.fields, inserted.row) == (("state", "total"), 0)
    assert (legacy.fields, told(legacy.condition), legacy.count_used) == (("total",), [("id", "=", 1)], False)
    assert (added.fields, added.row) == (("state",), 0)
    assert gone.row == reads(found)[0].query


def test_a_session_writes_what_changes_of_the_rows_it_fetched(program: Made) -> None:
    found = program(
        {
            "app.py": ALCHEMY
            + """
def change(session: Session):
    order = session.get(Order, 1)
    order.state = "paid"
    order.note = "kept nowhere"
    made = Order()
    made.state = "new"
    session.commit()
"""
        },
        Write,
        Read,
    )
    (written,) = writes(found)
    assert (str(written.kind), written.fields, written.row) == ("update", ("state",), reads(found)[0].query)
