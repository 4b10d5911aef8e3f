"""What a base that was made by a call gives to the models, and what collections write."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Interpret, Load, Read, Rollback, Write
from archwright.source.program import Program

GIVEN_TO_FACTORY = """
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.model import Model
from sqlalchemy.orm import declarative_base

class Ours(Model):
    query: object

    @classmethod
    def one(cls, key):
        return cls.query.filter_by(id=key).first()

class Db(SQLAlchemy):
    Model: type[Ours]

db = Db(model_class=declarative_base(cls=Ours))
"""
GIVEN_TO_EXTENSION = """
from flask_sqlalchemy import SQLAlchemy

class Ours:
    @classmethod
    def one(cls, key):
        return cls.query.filter_by(id=key).first()

db = SQLAlchemy(model_class=Ours)
"""
GIVEN_BY_DECLARATIVE = """
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import declarative_base

class Ours:
    @classmethod
    def one(cls, key):
        return cls.query.filter_by(id=key).first()

class Db:
    Model = declarative_base(cls=Ours)

db = Db
"""
MODELS = """
from db import db

class Tag(db.Model):
    __tablename__ = "tag"
    id = db.Column(db.Integer, primary_key=True)

class Order(db.Model):
    __tablename__ = "order"
    id = db.Column(db.Integer, primary_key=True)
    lines = db.relationship("Line", cascade="all, delete-orphan", backref=db.backref("order"))
    notes = db.relationship("Note", lazy="dynamic")
    tags = db.relationship("Tag", secondary="order_tag")

class Line(db.Model):
    __tablename__ = "line"
    id = db.Column(db.Integer, primary_key=True)
    order_id = db.Column(db.ForeignKey("order.id"))

class Note(db.Model):
    __tablename__ = "note"
    id = db.Column(db.Integer, primary_key=True)
    order_id = db.Column(db.ForeignKey("order.id"))
"""


def writes(program: Program, path: str = "app.py") -> list[tuple[str, str]]:
    """Entity and kind of the writes of a file."""
    return [
        (str(effect.entity), str(effect.kind))
        for effect in program.effects
        if isinstance(effect, Write) and effect.place.path == path
    ]


@pytest.mark.parametrize("base", [GIVEN_TO_FACTORY, GIVEN_TO_EXTENSION, GIVEN_BY_DECLARATIVE])
def test_models_have_the_methods_of_the_class_that_their_base_was_given(
    program: Callable[..., Program], base: str
) -> None:
    found = program(
        {
            "db.py": base,
            "models.py": MODELS,
            "app.py": """
            from models import Line, Order

            def lines(key):
                return [line.id for line in Order.one(key).lines]

            def order_of(key):
                return Line.one(key).order
            """,
        },
        Read,
        Load,
    )
    read = {str(effect.entity).rpartition(".")[2] for effect in found.effects if isinstance(effect, Read)}
    assert {"Line", "Order"} <= read
    assert {effect.relation for effect in found.effects if isinstance(effect, Load)} == {"lines", "order"}


def test_a_mixin_with_a_table_name_is_no_model(program: Callable[..., Program]) -> None:
    found = program(
        {
            "app.py": """
            from sqlalchemy import Column, Integer
            from sqlalchemy.orm import DeclarativeBase, Session

            class Base(DeclarativeBase):
                pass

            class Kept:
                __tablename__ = "settings"
                id = Column(Integer, primary_key=True)

                @classmethod
                def make(cls, session: Session):
                    session.add(cls())

            class Setting(Kept, Base):
                pass

            def run(session: Session):
                Setting.make(session)
            """
        },
        Write,
    )
    assert {entity.rpartition(".")[2] for entity, _ in writes(found)} <= {"Setting", "None"}
    assert any(entity.endswith("Setting") for entity, _ in writes(found))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("order.lines.append(Line())", ("Line", "insert")),
        ("order.lines.append(line)", ("Line", "update")),
        ("order.lines.remove(line)", ("Line", "delete")),
        ("order.lines.extend([Line(), Line()])", ("Line", "insert")),
        ("order.notes.append(Note())", ("Note", "insert")),
        ("order.notes.remove(Note.query.first())", ("Note", "update")),
        ("order.tags.append(Tag.query.first())", ("Order", "update")),
        ("order.tags.remove(Tag.query.first())", ("Order", "update")),
    ],
)
def test_a_collection_writes_what_is_put_in_and_taken_out(
    program: Callable[..., Program], change: str, expected: tuple[str, str]
) -> None:
    files = {
        "db.py": GIVEN_TO_EXTENSION,
        "models.py": MODELS,
        "app.py": f"""
        from models import Line, Note, Order, Tag

        def run():
            order = Order.query.first()
            line = Line.query.first()
            {change}
        """,
    }
    assert [(entity.rpartition(".")[2], kind) for entity, kind in writes(program(files, Write))] == [expected]


@pytest.mark.parametrize(
    "code",
    [
        "order = Order()\n            order.lines.append(Line())",
        "kept = [line.id for line in Order.query.first().lines]\n            kept.append(Line())",
        "seen = set()\n            seen.add(Order.query.first())",
    ],
)
def test_what_is_put_into_no_stored_collection_writes_nothing(program: Callable[..., Program], code: str) -> None:
    files = {
        "db.py": GIVEN_TO_EXTENSION,
        "models.py": MODELS,
        "app.py": f"""
        from models import Line, Order

        def run():
            {code}
        """,
    }
    assert writes(program(files, Write)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("line.order = Order()", {("Order", "insert"), ("Line", "update")}),
        ("line.order = Order.query.first()", {("Line", "update")}),
        ("Order.query.first().lines = [line]", {("Line", "delete")}),
        ("Order.query.first().tags = []", {("Order", "update")}),
    ],
)
def test_what_is_assigned_to_a_relation_of_a_stored_row_is_written(
    program: Callable[..., Program], change: str, expected: set[tuple[str, str]]
) -> None:
    files = {
        "db.py": GIVEN_TO_EXTENSION,
        "models.py": MODELS,
        "app.py": f"""
        from models import Line, Order

        def change(line):
            line.order_id = 1

        def run():
            line = Line.query.first()
            {change}

        def helped():
            change(Line.query.first())
        """,
    }
    told = [(entity.rpartition(".")[2], kind) for entity, kind in writes(program(files, Write))]
    assert told[0] == ("Line", "update")
    assert set(told[1:]) == expected


def test_rows_of_several_models_are_added_at_once_and_by_a_helper(program: Callable[..., Program]) -> None:
    found = program(
        {
            "db.py": GIVEN_TO_EXTENSION,
            "models.py": MODELS,
            "app.py": """
            from db import db
            from models import Line, Note, Order

            def run():
                db.session.add_all([Line(), Note()])

            def drop(row):
                db.session.delete(row)

            def dropped():
                drop(Order.query.first())

            def put_down(connection):
                db.DDL("CREATE EXTENSION citext").execute(connection)

            def undo():
                session = db.create_session({})()
                session.rollback()
            """,
        },
        Write,
        Interpret,
        Rollback,
    )
    told = {(entity.rpartition(".")[2], kind) for entity, kind in writes(found)}
    assert {("Line", "insert"), ("Note", "insert"), ("Order", "delete")} <= told
    assert [effect.api for effect in found.effects if isinstance(effect, Interpret)] == ["DDL.execute"]
    assert len([effect for effect in found.effects if isinstance(effect, Rollback)]) == 1


def test_rows_grouped_by_a_helper_stay_rows(program: Callable[..., Program]) -> None:
    found = program(
        {
            "db.py": GIVEN_TO_EXTENSION,
            "models.py": MODELS,
            "app.py": """
            from collections import defaultdict
            from models import Line

            def grouped(lines):
                found = defaultdict(list)
                for line in lines:
                    found[line.order_id].append(line)
                return found

            def run():
                for lines in grouped(Line.query.all()).values():
                    for line in lines:
                        line.order_id = 1
            """,
        },
        Write,
    )
    assert [(entity.rpartition(".")[2], kind) for entity, kind in writes(found)] == [("Line", "update")]


QUERIES = """
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.model import Model
from flask_sqlalchemy.query import Query

class OurQuery(Query):
    def has_rows(self):
        return self.session.query(self.exists()).scalar()

    def first(self):
        return super().first()

class Ours(Model):
    query: OurQuery

class Db(SQLAlchemy):
    Model: type[Ours]

db = Db(model_class=Ours)
"""


def test_a_query_has_the_methods_of_the_projects_own_query_class(program: Callable[..., Program]) -> None:
    found = program(
        {
            "db.py": QUERIES,
            "models.py": MODELS,
            "app.py": """
            from models import Line

            def run():
                return Line.query.filter_by(order_id=1).from_self().has_rows()

            def first():
                return Line.query.first().order_id
            """,
        },
        Read,
    )
    reads = [effect for effect in found.effects if isinstance(effect, Read) and str(effect.entity).endswith("Line")]
    assert {effect.place.path for effect in reads} == {"db.py"}
    assert {str(effect.many) for effect in reads} == {"exists", "one"}


HYBRID = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Session, backref, declared_attr, relationship

class Base(DeclarativeBase):
    pass

class Linked:
    back = None

    @declared_attr
    def order_id(cls):
        return Column(ForeignKey("order.id"))

    @declared_attr
    def order(cls):
        return relationship("Order", backref=backref(cls.back, lazy="dynamic"))

class Order(Base):
    __tablename__ = "order"
    id = Column(Integer, primary_key=True)
    buyer_id = Column(ForeignKey("buyer.id"))
    buyer = relationship("Buyer")

    @hybrid_property
    def shown(self):
        return self.buyer.id

    @shown.setter
    def shown(self, value):
        self.id = value

    @shown.expression
    def shown(cls):
        return cls.buyer.any()

class Buyer(Base):
    __tablename__ = "buyer"
    id = Column(Integer, primary_key=True)

class Note(Linked, Base):
    __tablename__ = "note"
    back = "notes"
    id = Column(Integer, primary_key=True)

class Mark(Linked, Base):
    __tablename__ = "mark"
    back = "marks"
    id = Column(Integer, primary_key=True)
"""


def test_a_property_is_its_getter_whatever_is_added_to_it(program: Callable[..., Program]) -> None:
    found = program(
        {
            "models.py": HYBRID,
            "app.py": """
            from models import Order, Session

            def run(session: Session):
                return [order.shown for order in session.query(Order)]

            def known(session: Session):
                return session.query(Order).filter(Order.shown).all()
            """,
        },
        Load,
    )
    loads = [effect for effect in found.effects if isinstance(effect, Load)]
    getter = next(number for number, line in enumerate(HYBRID.splitlines(), 1) if "self.buyer.id" in line)
    assert {(effect.relation, effect.place.line) for effect in loads} == {("buyer", getter)}


def test_a_backref_may_be_named_by_an_attribute_of_each_heir(program: Callable[..., Program]) -> None:
    found = program(
        {
            "models.py": HYBRID,
            "app.py": """
            from models import Order, Session

            def run(session: Session):
                order = session.get(Order, 1)
                return order.notes.all(), order.marks.count()
            """,
        },
        Read,
    )
    reads = {
        (str(effect.entity).rpartition(".")[2], str(effect.many))
        for effect in found.effects
        if isinstance(effect, Read)
    }
    assert {("Note", "many"), ("Mark", "aggregate")} <= reads
