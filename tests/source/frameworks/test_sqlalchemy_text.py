"""SQL text in SQLAlchemy: what data from outside becomes part of, and what is bound."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from archwright.model.effect import Interpret
from archwright.source.program import Program

Make = Callable[..., Program]
Dirty = Callable[[Program], list[Interpret]]

DIRTY = {
    "text": ('s.execute(text("SELECT * FROM item WHERE name = \'" + q + "\'"))', "Session.execute(text)"),
    "f-string": ('s.execute(text(f"SELECT * FROM item ORDER BY {q}")).all()', "Session.execute(text)"),
    "through a variable": ('sql = text("SELECT %s" % q)\ns.scalars(sql)', "Session.scalars(text)"),
    "connection": ('with engine.connect() as c:\n    c.execute(text("SELECT " + q))', "Connection.execute(text)"),
    "begin": ('with engine.begin() as c:\n    c.exec_driver_sql("SELECT " + q)', "Connection.exec_driver_sql"),
    "engine of 1.x": ('engine.execute("SELECT " + q)', "Engine.execute"),
    "string of 1.x": ('s.execute("DELETE FROM item WHERE id = " + q)', "Session.execute"),
    "order_by(text)": ("s.scalars(select(Item).order_by(text(q)))", "order_by(text)"),
    "where(text)": ('s.scalars(select(Item).where(text("name = \'" + q + "\'")))', "where(text)"),
    "in a conjunction": ('s.scalars(select(Item).where(and_(Item.id > 1, text("name = " + q))))', "where(text)"),
    "literal_column": ("s.execute(select(literal_column(q)))", "select(text)"),
    "from_statement": ('s.query(Item).from_statement(text("SELECT " + q)).all()', "from_statement(text)"),
    "legacy filter": ('s.query(Item).filter(text("id = " + q)).all()', "filter(text)"),
    "prefix": ("s.execute(select(Item).prefix_with(q))", "Select.prefix_with"),
    "bindparams beside": ('s.execute(text(f"SELECT {q} WHERE id = :id").bindparams(id=1))', "Session.execute(text)"),
    "helper": ("def run(sql):\n    return s.execute(text(sql))\nrun('SELECT ' + q)", "Session.execute(text)"),
    "helper with the text": (
        "def run(sql):\n    return s.execute(sql)\nrun(text('SELECT ' + q))",
        "Session.execute(text)",
    ),
}
CLEAN = {
    "bound": 's.execute(text("SELECT * FROM item WHERE name = :name"), {"name": q})',
    "bindparams": 's.execute(text("SELECT * FROM item WHERE name = :name").bindparams(name=q))',
    "comparison": "s.scalars(select(Item).where(Item.name == q))",
    "in": "s.scalars(select(Item).where(Item.name.in_([q])))",
    "like": 's.scalars(select(Item).where(Item.name.ilike(f"%{q}%")))',
    "text and a comparison": 's.scalars(select(Item).where(and_(text("id > 1"), Item.name == q)))',
    "filter_by": "s.query(Item).filter_by(name=q).all()",
    "function": "s.execute(select(func.lower(q)))",
    "order_by a plain string": "s.scalars(select(Item).order_by(q))",
    "number": 's.execute(text(f"SELECT * FROM item LIMIT {int(q)}"))',
    "fixed list": 'if q not in ("id", "name"):\n    return None\ns.execute(text(f"SELECT * FROM item ORDER BY {q}"))',
    "dictionary": 's.execute(text("SELECT * FROM item ORDER BY " + {"a": "id"}[q]))',
    "identifier of sqlalchemy": "s.execute(select(column(q)).select_from(table('item')))",
    "helper with a statement": "def run(sql):\n    return s.execute(sql)\nrun(select(Item).where(Item.name == q))",
    "insert": "s.execute(insert(Item).values(name=q))",
    "field of a row": "item = s.scalars(select(Item).where(Item.name == q)).first()\ns.execute(text('SELECT ' + item.name))",
}


def handler(body: str) -> dict[str, str]:
    imports = """
        from flask import Flask, request
        from sqlalchemy import and_, column, create_engine, func, insert, literal_column, select, table, text
        from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

        app = Flask(__name__)
        engine = create_engine("postgresql://localhost/shop")

        class Base(DeclarativeBase):
            pass

        class Item(Base):
            __tablename__ = "item"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]

        @app.get("/items")
        def items():
            q = request.args["q"]
            with Session(engine) as s:
    """
    return {"app.py": textwrap.dedent(imports) + textwrap.indent(body, " " * 8) + "\n"}


@pytest.mark.parametrize("name", DIRTY)
def test_a_text_that_holds_what_a_caller_sends(name: str, program: Make, dirty_sql: Dirty) -> None:
    body, api = DIRTY[name]
    found = dirty_sql(program(handler(body), Interpret))
    assert {effect.api for effect in found} == {api}


@pytest.mark.parametrize("name", CLEAN)
def test_bound_values_are_no_text(name: str, program: Make, dirty_sql: Dirty) -> None:
    assert dirty_sql(program(handler(CLEAN[name]), Interpret)) == []


def test_migrations_run_text(program: Make) -> None:
    text = """
        from alembic import op

        def upgrade():
            op.execute("UPDATE item SET name = ''")
    """
    (effect,) = program({"migration.py": text}, Interpret).effects
    assert isinstance(effect, Interpret)
    assert (effect.api, effect.text.constant) == ("op.execute", "UPDATE item SET name = ''")


def test_the_place_is_where_the_text_becomes_sql(program: Make, dirty_sql: Dirty) -> None:
    body = "statement = (\n    select(Item)\n    .order_by(text(q))\n)\ns.scalars(statement)"
    files = handler(body)
    (effect,) = dirty_sql(program(files, Interpret))
    assert files["app.py"].splitlines()[effect.place.line - 1].strip() == ".order_by(text(q))"
    assert effect.text.origins[0].name == "query parameter 'q'"
