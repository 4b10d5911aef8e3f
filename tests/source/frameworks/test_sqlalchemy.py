"""SQLAlchemy's rows and queries: which loops fetch more with every turn, and which do not."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from archwright.model.effect import Commit, Load, Read, Rollback, Write, WriteKind
from archwright.source.program import Program

MODELS = """
from typing import List, Optional
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    DeclarativeBase, DynamicMapped, Mapped, WriteOnlyMapped, backref, declared_attr, mapped_column, relationship,
)

class Base(DeclarativeBase):
    pass

class Authored:
    @declared_attr
    def author(cls):
        return relationship("User")

class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

class Country(Base):
    __tablename__ = "country"
    id: Mapped[int] = mapped_column(primary_key=True)

class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    country_id: Mapped[int] = mapped_column(ForeignKey("country.id"))
    country: Mapped["Country"] = relationship()
    orders: Mapped[List["Order"]] = relationship(back_populates="customer")
    eager: Mapped[list["Order"]] = relationship(lazy="selectin", viewonly=True)
    strict: Mapped[list["Order"]] = relationship(lazy="raise", viewonly=True)
    all_orders: DynamicMapped["Order"] = relationship(viewonly=True)

    @hybrid_property
    def shown(self):
        return self.name + str(self.country.id)

    def order_count(self):
        return len(self.orders)

order_tag = Table("order_tag", Base.metadata, Column("order_id", ForeignKey("order.id")))

class Order(Authored, Base):
    __tablename__ = "order"
    id = Column(Integer, primary_key=True)
    customer_id = Column(Integer, ForeignKey("customer.id"))
    author_id = Column(ForeignKey("user.id"))
    total = Column(Integer)
    customer = relationship(Customer, back_populates="orders")
    lines = relationship("Line", backref=backref("order"))
    tags = relationship(lambda: Tag, secondary=order_tag, backref="orders")

class Line(Base):
    __tablename__ = "line"
    id = Column(Integer, primary_key=True)
    order_id = Column(ForeignKey("order.id"))
    product_id = Column(ForeignKey("product.id"))
    product: Mapped[Optional["Product"]] = relationship("Product")

class Product(Base):
    __tablename__ = "product"
    id = Column(Integer, primary_key=True)
    maker: Mapped["Country | None"] = relationship(lazy="joined")

class Tag(Base):
    __tablename__ = "tag"
    id = Column(Integer, primary_key=True)
"""

FOUND = {
    "scalars": ("for o in s.scalars(select(Order)):\n    print(o.customer.name)", "customer"),
    "scalars().all()": ("for o in s.execute(select(Order)).scalars().all():\n    print(o.customer.name)", "customer"),
    "tuples, unpacked": ("for (o,) in s.execute(select(Order)):\n    print(o.customer.name)", "customer"),
    "tuples, by name": ("for row in s.execute(select(Order)):\n    print(row.Order.customer.name)", "customer"),
    "tuples of two": ("for o, u in s.execute(select(Order, User)).all():\n    print(o.customer, u.name)", "customer"),
    "legacy all": ("for o in s.query(Order).filter(Order.total > 1).all():\n    print(o.customer.name)", "customer"),
    "legacy, iterated": ("for o in s.query(Order).filter_by(total=1):\n    print(o.customer.name)", "customer"),
    "legacy, sliced": ("return [o.customer for o in s.query(Order)[:10]]", "customer"),
    "collection": ("for c in s.scalars(select(Customer)):\n    print([o.total for o in c.orders])", "orders"),
    "backref to one": ("for l in s.scalars(select(Line)):\n    print(l.order.total)", "order"),
    "backref to many": ("for t in s.scalars(select(Tag)):\n    print(len(t.orders))", "orders"),
    "many to many": ("for o in s.scalars(select(Order)):\n    print(len(o.tags))", "tags"),
    "declared in a mixin": ("for o in s.scalars(select(Order)):\n    print(o.author.name)", "author"),
    "optional": ("for l in s.scalars(select(Line)):\n    print(l.product.id)", "product"),
    "method": ("return [c.order_count() for c in s.scalars(select(Customer))]", "orders"),
    "hybrid property": ("return [c.shown for c in s.scalars(select(Customer))]", "country"),
    "helper with a list": (
        "def show(orders):\n    for o in orders:\n        print(o.customer.name)\nshow(s.scalars(select(Order)).all())",
        "customer",
    ),
    "deeper than loaded": (
        "for o in s.scalars(select(Order).options(joinedload(Order.customer))):\n    print(o.customer.country.id)",
        "customer.country",
    ),
    "below a loaded collection": (
        "for o in s.scalars(select(Order).options(selectinload(Order.lines))):\n    print([l.product.id for l in o.lines])",
        "lines.product",
    ),
    "other relation loaded": (
        "for o in s.scalars(select(Order).options(joinedload(Order.lines))).unique():\n    print(o.customer.name)",
        "customer",
    ),
    "rows of one row": ("o = s.get(Order, 1)\nprint([l.product.id for l in o.lines])", "lines.product"),
    "condition on one way": (
        "q = select(Order)\nif x:\n    q = q.where(Order.total == x)\nfor o in s.scalars(q):\n    print(o.customer)",
        "customer",
    ),
    "stream": ("async for o in await s.stream_scalars(select(Order)):\n    print(o.customer)", "customer"),
    "partitions": (
        "for p in s.scalars(select(Order)).partitions(9):\n    for o in p:\n        print(o.customer)",
        "customer",
    ),
    "awaitable attributes": ("for o in s.scalars(select(Order)):\n    await o.awaitable_attrs.customer", "customer"),
    "lazyload": (
        "for o in s.scalars(select(Order).options(lazyload(Order.customer))):\n    print(o.customer)",
        "customer",
    ),
}
QUERIES = {
    "get by the row": ("for o in s.scalars(select(Order)):\n    print(s.get(Customer, o.customer_id))", "Customer?"),
    "count by the row": (
        "for c in s.scalars(select(Customer)):\n    s.scalar(select(func.count()).where(Order.customer_id == c.id))",
        "Order?",
    ),
    "legacy filter by the row": (
        "for c in s.query(Customer):\n    s.query(Order).filter(Order.customer_id == c.id).first()",
        "Order?",
    ),
    "filter_by": ("for c in s.query(Customer):\n    s.query(Order).filter_by(customer_id=c.id).count()", "Order?"),
    "in a conjunction": (
        "for c in s.query(Customer):\n    s.scalars(select(Order).where(and_(Order.total > 1, Order.customer_id == c.id))).all()",
        "Order?",
    ),
    "core": (
        "for c in s.scalars(select(Customer)):\n    s.execute(order_tag.select().where(order_tag.c.order_id == c.id))",
        "order_tag?",
    ),
    "in a helper": (
        "def find(pk):\n    return s.get(Customer, pk)\nfor o in s.scalars(select(Order)):\n    find(o.customer_id)",
        "Customer?",
    ),
    "dynamic relation": ("for c in s.scalars(select(Customer)):\n    c.all_orders.filter_by(total=1).all()", "Order?"),
    "subquery": (
        (
            "for c in s.scalars(select(Customer)):\n"
            "    q = select(Order.id).where(Order.customer_id == c.id).subquery()\n"
            "    s.scalar(select(func.count()).select_from(q))"
        ),
        "Order?",
    ),
    "refreshed": ("for o in s.scalars(select(Order)):\n    s.refresh(o)", "Order?"),
}
SILENT = {
    "joinedload": "for o in s.scalars(select(Order).options(joinedload(Order.customer))):\n    print(o.customer.name)",
    "selectinload": "for c in s.scalars(select(Customer).options(selectinload(Customer.orders))):\n    print(len(c.orders))",
    "chained": (
        "for o in s.scalars(select(Order).options(joinedload(Order.customer).selectinload(Customer.country))):\n"
        "    print(o.customer.country.id)"
    ),
    "nested options": (
        "for o in s.scalars(select(Order).options(joinedload(Order.customer).options(joinedload(Customer.country)))):\n"
        "    print(o.customer.country.id)"
    ),
    "contains_eager": (
        "for o in s.query(Order).join(Order.customer).options(contains_eager(Order.customer)):\n    print(o.customer.name)"
    ),
    "by name": 'for o in s.query(Order).options(joinedload("customer")):\n    print(o.customer.name)',
    "options in a list": (
        "extra = [joinedload(Order.customer), selectinload(Order.lines)]\n"
        "for o in s.scalars(select(Order).options(*extra)):\n    print(o.customer, o.lines)"
    ),
    "unreadable options": "def f(extra):\n    for o in s.scalars(select(Order).options(*extra)):\n        print(o.customer)",
    "wildcard": 'for o in s.scalars(select(Order).options(raiseload("*"))):\n    print(o.customer)',
    "raiseload": "for o in s.scalars(select(Order).options(raiseload(Order.customer))):\n    print(o.customer)",
    "loaded on one way": (
        "q = select(Order)\nif x:\n    q = q.options(joinedload(Order.customer))\nfor o in s.scalars(q):\n    print(o.customer)"
    ),
    "lazy=selectin": "for c in s.scalars(select(Customer)):\n    print(len(c.eager))",
    "lazy=joined": "for p in s.scalars(select(Product)):\n    print(p.maker.id)",
    "lazy=raise": "for c in s.scalars(select(Customer)):\n    print(c.strict)",
    "key column": "for o in s.scalars(select(Order)):\n    print(o.customer_id, o.total)",
    "columns": "for total, key in s.execute(select(Order.total, Order.customer_id)):\n    print(total, key)",
    "held by the session": "for o in s.scalars(select(Order)).all():\n    print(s.get(Order, o.id))",
    "one row": "o = s.get(Order, 1)\nprint(o.customer.name)",
    "option of get": "o = s.get(Order, 1, options=[selectinload(Order.lines).joinedload(Line.product)])\nprint([l.product for l in o.lines])",
    "new rows": "for n in range(100):\n    o = Order(total=n)\n    print(o.customer, o.lines)",
    "assigned": "c = Customer()\nfor o in s.scalars(select(Order)):\n    o.customer = c\n    print(o.customer.name)",
    "before the loop": "users = s.scalars(select(User)).all()\nfor o in s.scalars(select(Order)):\n    print(o.total, users)",
    "all keys at once": (
        "keys = [o.customer_id for o in s.scalars(select(Order))]\nprint(s.scalars(select(Customer).where(Customer.id.in_(keys))).all())"
    ),
    "grouped": "for key, n in s.execute(select(Order.customer_id, func.count()).group_by(Order.customer_id)):\n    print(key, n)",
    "not run": "for c in s.scalars(select(Customer)):\n    print(select(Order).where(Order.customer_id == c.id))",
    "declared rows": "def f(orders: list[Order]):\n    for o in orders:\n        print(o.customer)",
}


Make = Callable[..., Program]
PerRow = Callable[[Program], set[str]]


def shop(body: str) -> dict[str, str]:
    """The models, and a function around some statements."""
    imports = (
        "from sqlalchemy import and_, func, select\n"
        "from sqlalchemy.orm import Session, contains_eager, joinedload, lazyload, raiseload, selectinload\n"
        "from shop.models import *\nfrom shop.models import order_tag\n\n"
    )
    text = imports + "async def run(s: Session, x: int):\n" + textwrap.indent(body, "    ") + "\n"
    return {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/jobs.py": text}


@pytest.mark.parametrize("name", FOUND)
def test_a_relation_touched_for_each_row_is_found(name: str, program: Make, per_row: PerRow) -> None:
    body, relation = FOUND[name]
    assert relation in per_row(program(shop(body), Load, Read))


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_about_each_row_is_found(name: str, program: Make, per_row: PerRow) -> None:
    body, entity = QUERIES[name]
    assert entity in per_row(program(shop(body), Load, Read))


@pytest.mark.parametrize("name", SILENT)
def test_what_is_loaded_along_is_silent(name: str, program: Make, per_row: PerRow) -> None:
    assert per_row(program(shop(SILENT[name]), Load, Read)) == set()


def test_an_untyped_session_is_known_by_what_it_is_given(program: Make, per_row: PerRow) -> None:
    text = """
        from sqlalchemy import select
        from shop.models import Customer, Order

        class Orders:
            def __init__(self, session):
                self.session = session

            def all(self):
                return self.session.execute(select(Order)).scalars().all()

        def legacy(db):
            return [o.customer.name for o in db.query(Order)]

        def run(db):
            return [o.author.name for o in Orders(db).all()]
    """
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/jobs.py": text}
    assert per_row(program(files, Load)) == {"customer", "author"}


def test_flask_sqlalchemy(program: Make, per_row: PerRow) -> None:
    text = """
        from flask_sqlalchemy import SQLAlchemy

        db = SQLAlchemy()

        class Customer(db.Model):
            id = db.Column(db.Integer, primary_key=True)

        class Order(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            customer_id = db.Column(db.Integer, db.ForeignKey("customer.id"))
            customer = db.relationship("Customer", backref="orders")

        def by_query():
            return [order.customer for order in Order.query.filter_by(id=1)]

        def by_session():
            return [customer.orders for customer in db.session.execute(db.select(Customer)).scalars()]

        def by_page():
            for order in Order.query.paginate(page=1).items:
                Customer.query.get(order.customer_id)

        def loaded():
            return [order.customer for order in Order.query.options(db.joinedload(Order.customer))]
    """
    found = program({"shop.py": text}, Load, Read)
    assert per_row(found) == {"customer", "orders", "Customer?"}
    assert not [e for e in found.effects if e.unit == "shop.loaded" and isinstance(e, Load)]


def test_sqlmodel(program: Make, per_row: PerRow) -> None:
    text = """
        from sqlmodel import Field, Relationship, Session, SQLModel, select

        class TeamBase(SQLModel):
            name: str

        class Team(TeamBase, table=True):
            id: int | None = Field(default=None, primary_key=True)
            heroes: list["Hero"] = Relationship(back_populates="team")

        class Hero(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            team_id: int | None = Field(default=None, foreign_key="team.id")
            team: Team | None = Relationship(back_populates="heroes", sa_relationship_kwargs={"lazy": "selectin"})

        def teams(session: Session):
            return [len(team.heroes) for team in session.exec(select(Team)).all()]

        def heroes(session: Session):
            return [hero.team.name for hero in session.exec(select(Hero))]

        def one(session: Session):
            return session.exec(select(Team).where(Team.name == "x")).first()
    """
    found = program({"heroes.py": text}, Load, Read)
    assert per_row(found) == {"heroes"}
    assert [e.many.value for e in found.effects if isinstance(e, Read) and e.unit == "heroes.one"] == ["one"]


def test_what_a_read_tells(program: Make) -> None:
    body = """
        from sqlalchemy import select
        from sqlalchemy.orm import Session, joinedload
        from shop.models import Order

        def run(session: Session, key: int):
            statement = select(Order).where(Order.total > 3, Order.customer_id == key).order_by(Order.total.desc())
            return session.scalars(statement.options(joinedload(Order.customer)).with_for_update()).first()
    """
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/jobs.py": body}
    (read,) = program(files, Read).effects
    assert isinstance(read, Read)
    assert (read.entity, read.many.value, read.locked) == ("Order", "one", True)
    assert [(c.path, c.operator) for c in read.predicate] == [("total", ">"), ("customer_id", "=")]
    assert (read.order, read.loaded) == (("total",), ("customer",))
    assert read.built is not None
    assert (read.built.line, read.place.line) == (7, 8)


def test_writes_commits_and_rollbacks(program: Make) -> None:
    body = """
        from sqlalchemy import delete, insert, update
        from sqlalchemy.orm import Session
        from shop.models import Line, Order, Tag

        def run(session: Session):
            session.add(Order(total=1))
            session.execute(update(Line).where(Line.id == 1).values(product_id=2))
            session.execute(insert(Tag).values(id=1))
            session.query(Tag).filter_by(id=3).delete()
            session.commit()
            session.rollback()
    """
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/jobs.py": body}
    found = list(program(files, Write, Commit, Rollback).effects)
    writes = [(e.entity, e.kind) for e in found if isinstance(e, Write)]
    assert writes == [
        ("Order", WriteKind.INSERT),
        ("Line", WriteKind.UPDATE),
        ("Tag", WriteKind.INSERT),
        ("Tag", WriteKind.DELETE),
    ]
    assert [type(e) for e in found if not isinstance(e, Write)] == [Commit, Rollback]
