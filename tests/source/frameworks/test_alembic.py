"""Alembic's operations, SQLAlchemy's events and association proxies."""

from __future__ import annotations

from collections.abc import Callable

from archwright.model.effect import Load, Read, SchemaChange, Setting, Write
from archwright.source.program import Program

Made = Callable[..., Program]
MODELS = """from sqlalchemy import ForeignKey, event, insert, select
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Log(Base):
    __tablename__ = "logs"
    id: Mapped[int] = mapped_column(primary_key=True)

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    tags: Mapped[list["Tag"]] = relationship(back_populates="user")
    words = association_proxy("tags", "word")

class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="tags")

"""


def test_operations_are_changes_of_the_schema(program: Made) -> None:
    found = program(
        {
            "app/migrations/versions/a.py": """
from alembic import op
import sqlalchemy as sa

revision = "a"
down_revision = None

def upgrade():
    op.create_table("orders", sa.Column("id", sa.Integer(), nullable=False))
    op.add_column("orders", sa.Column("total", sa.Integer(), nullable=False))
    op.add_column("orders", sa.Column("state", sa.Text(), nullable=False, server_default="new"))
    op.create_index(op.f("ix_total"), "orders", ["total"], unique=True, postgresql_concurrently=True)
    op.alter_column("orders", "total", type_=sa.BigInteger())
    with op.batch_alter_table("lines") as batch:
        batch.drop_column("note")
        batch.create_unique_constraint("one", ["a"])
    op.create_foreign_key("fk", "lines", "orders", ["order_id"], ["id"])

def downgrade():
    op.drop_index("ix_total", table_name="orders")
    op.drop_table("orders")
"""
        },
        SchemaChange,
    )
    changes = [e for e in found.effects if isinstance(e, SchemaChange)]
    assert [(e.table, e.change) for e in changes] == [
        ("orders", "create table"),
        ("orders", "add column total not null"),
        ("orders", "add column state not null default"),
        ("orders", "create index ix_total concurrently unique"),
        ("orders", "alter column total type_"),
        ("lines", "drop column note"),
        ("lines", "create unique constraint one"),
        ("lines", "create foreign key fk"),
        ("orders", "drop index ix_total"),
        ("orders", "drop table"),
    ]
    assert {e.context.setting for e in changes} == {Setting.MIGRATION}


def test_a_flush_calls_what_listens(program: Made) -> None:
    found = program(
        {
            "a.py": MODELS
            + """
@event.listens_for(User, "after_insert")
def logged(mapper, connection, target):
    connection.execute(insert(Log))
    for tag in target.tags:
        print(tag)

def flushed(session, context, instances):
    session.add(Log())

event.listen(Session, "before_flush", flushed)
"""
        },
        Write,
        Load,
        Read,
    )
    writes = [(e.place.line, str(e.context.transaction)) for e in found.effects if isinstance(e, Write)]
    assert writes == [(28, "on"), (33, "on")]


def test_an_association_proxy_reads_the_relation_behind_it(
    program: Made, per_row: Callable[[Program], set[str]]
) -> None:
    body = "\ndef run(session: Session):\n    for user in session.scalars(select(User){}):\n        print(list(user.words))\n"
    lazy = program({"a.py": MODELS + body.format("")}, Load, Read)
    assert per_row(lazy) == {"tags"}
    eager = program(
        {
            "a.py": MODELS
            + "from sqlalchemy.orm import selectinload\n"
            + body.format(".options(selectinload(User.tags))")
        },
        Load,
        Read,
    )
    assert per_row(eager) == set()
