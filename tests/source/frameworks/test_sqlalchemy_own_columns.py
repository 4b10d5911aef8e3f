"""SQLAlchemy: columns declared by a partial of `Column` or by a function of the project, types in wrappers of the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from archwright.model.entity import Type
from archwright.source.program import Program
from archwright.source.survey import survey

FILES = {
    "shop/base.py": """
        import functools
        from sqlalchemy import Column as PlainColumn, ForeignKey, Integer, Text
        from sqlalchemy.dialects.postgresql import JSONB
        from sqlalchemy.ext.mutable import MutableDict
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()
        Column = functools.partial(PlainColumn, nullable=False)
        TYPES = {}

        def primary_key(name):
            kind = TYPES[name]
            return Column(kind, primary_key=True)

        def reference(target, **options):
            return Column(Integer, ForeignKey(target), **options)

        def column_of(name):
            if name in TYPES:
                return Column(Text)
            return Column(Integer)
    """,
    "shop/models.py": """
        from sqlalchemy import String, Text
        from sqlalchemy.dialects.postgresql import JSONB
        from sqlalchemy.ext.mutable import MutableDict
        from shop.base import Base, Column, column_of, primary_key, reference

        class Customer(Base):
            __tablename__ = "customers"
            id = primary_key("Customer")
            name = Column(String(50))
            note = Column(Text, nullable=True)
            settings = Column(MutableDict.as_mutable(JSONB), index=True)

        class Order(Base):
            __tablename__ = "orders"
            id = primary_key("Order")
            customer_id = reference("customers.id", index=True)
            parent_id = reference("orders.id", nullable=True)
            unclear = column_of("x")
    """,
}


def test_columns_by_calls_of_the_projects_own(program: Callable[..., Program], tmp_path: Path) -> None:
    program(FILES)
    blueprint, _ = survey(tmp_path)
    customer, order = sorted(blueprint.system.entities, key=lambda entity: entity.name)
    assert customer.key == order.key == ("id",)
    found = {field.name: (field.type, field.nullable) for field in customer.fields}
    assert found == {
        "id": (Type.UNKNOWN, False),
        "name": (Type.TEXT, False),
        "note": (Type.TEXT, True),
        "settings": (Type.JSON, False),
    }
    related = {field.name: (field.relation.target, field.nullable) for field in order.fields if field.relation}
    assert related == {"customer_id": ("Customer", False), "parent_id": ("Order", True)}
    assert [index.fields for index in order.indexes] == [("customer_id",)]
    assert "unclear" not in {field.name for field in order.fields}
