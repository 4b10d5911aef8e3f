"""GraphQL servers: root fields as operations, arguments by their types, resolvers that run once a row."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Interpret, Load, Read
from archwright.source.program import Program

Make = Callable[..., Program]
PerRow = Callable[[Program], set[str]]
Dirty = Callable[[Program], list[Interpret]]

MODELS = """
    from django.db import models

    class Customer(models.Model):
        name = models.CharField(max_length=100)

    class Order(models.Model):
        customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="orders")

    class Line(models.Model):
        order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
"""
GRAPHENE = """
    import graphene
    from django.db import connection
    from graphene_django import DjangoObjectType
    from promise.dataloader import DataLoader
    from models import Customer, Line, Order

    class Loader(DataLoader):
        def batch_load_fn(self, keys):
            return list(Line.objects.filter(order_id__in=keys))

    class CustomerType(DjangoObjectType):
        class Meta:
            model = Customer
            fields = ("id",)

    class OrderType(DjangoObjectType):
        value = graphene.Int()

        class Meta:
            model = Order
            fields = ({exposed})

        def resolve_value(root, info):
            {body}

    class Query(graphene.ObjectType):
        {field}

        def resolve_orders(self, info, **kwargs):
            return {query}

    class CreateOrder(graphene.Mutation):
        class Arguments:
            title = graphene.String(required=True)
            number = graphene.Int()

        def mutate(root, info, title, number=0):
            connection.cursor().execute("SELECT " + {argument})

    class Mutation(graphene.ObjectType):
        create_order = CreateOrder.Field()

    schema = graphene.Schema(query=Query, mutation=Mutation)
"""
PLAIN = {
    "exposed": '"id",',
    "body": "return 1",
    "field": "orders = graphene.List(graphene.NonNull(OrderType))",
    "query": "Order.objects.all()",
    "argument": "str(number)",
}


def _graphene(**changed: str) -> dict[str, str]:
    text = GRAPHENE
    for key, value in {**PLAIN, **changed}.items():
        text = text.replace("{" + key + "}", value)
    return {"models.py": MODELS, "schema.py": text}


REPEATED = {
    "a query about the parent": ({"body": "return Line.objects.filter(order=root).count()"}, {"Line?"}),
    "a relation of the parent": ({"body": "return root.customer.name"}, {"customer"}),
    "a relation that a field shows": ({"exposed": '"id", "customer"'}, {"customer"}),
}


@pytest.mark.parametrize("name", REPEATED)
def test_resolvers_of_a_listed_type_run_once_a_row(name: str, program: Make, per_row: PerRow) -> None:
    changed, wanted = REPEATED[name]
    assert per_row(program(_graphene(**changed), Read, Load)) == wanted


SILENT = {
    "a data loader": {"body": "return Loader(info.context).load(root.id)"},
    "one parent": {
        "body": "return Line.objects.filter(order=root).count()",
        "field": "orders = graphene.Field(OrderType)",
        "query": "Order.objects.first()",
    },
    "loaded along": {"body": "return root.customer.name", "query": 'Order.objects.select_related("customer")'},
    "loaded along for a field": {"exposed": '"id", "customer"', "query": 'Order.objects.select_related("customer")'},
    "an optimizer that can't be read": {
        "body": "return root.customer.name",
        "query": "optimizer.query(Order.objects.all(), info)",
    },
    "a column": {"body": "return root.customer_id"},
}


@pytest.mark.parametrize("name", SILENT)
def test_what_runs_once_or_in_batches_is_silent(name: str, program: Make, per_row: PerRow) -> None:
    assert per_row(program(_graphene(**SILENT[name]), Read, Load)) == set()


def test_graphene_operations_and_their_arguments(program: Make, dirty_sql: Dirty) -> None:
    made = program(_graphene(argument="title"), Interpret)
    assert [str(operation) for operation in made.operations] == ["Mutation.createOrder", "Query.orders"]
    (effect,) = dirty_sql(made)
    assert {origin.name for origin in effect.text.origins} == {"argument 'title'"}


def test_graphene_numbers_are_clean(program: Make, dirty_sql: Dirty) -> None:
    assert dirty_sql(program(_graphene(), Interpret)) == []


STRAWBERRY = """
    import sqlite3
    import strawberry
    import strawberry_django
    from strawberry_django.optimizer import {extension}
    from models import Customer, Line, Order

    @strawberry_django.type(Order)
    class OrderType:
        id: strawberry.ID

        @strawberry.field
        def value(self) -> int:
            {body}

    @strawberry.type
    class Query:
        @strawberry.field
        def all_orders(self, info: strawberry.Info, {argument}) -> list[OrderType]:
            sqlite3.connect("x").execute("SELECT %s" % q)
            return Order.objects.all()

        @strawberry.field(name="one")
        def first(self) -> OrderType:
            return Order.objects.first()

    schema = strawberry.Schema(query=Query)
"""


def _strawberry(body: str, argument: str = "q: int", extension: str = "other") -> dict[str, str]:
    text = STRAWBERRY.replace("{body}", body).replace("{argument}", argument).replace("{extension}", extension)
    return {"models.py": MODELS, "schema.py": text}


def test_strawberry(program: Make, per_row: PerRow, dirty_sql: Dirty) -> None:
    made = program(
        _strawberry("return Line.objects.filter(order=self).count()", "q: strawberry.ID"), Read, Load, Interpret
    )
    assert [str(operation) for operation in made.operations] == ["Query.allOrders", "Query.one"]
    assert per_row(made) == {"Line?"}
    assert [origin.name for effect in dirty_sql(made) for origin in effect.text.origins] == ["argument 'q'"]


def test_strawberry_numbers_are_clean_and_its_optimizer_loads(program: Make, per_row: PerRow, dirty_sql: Dirty) -> None:
    lazy = program(_strawberry("return self.customer.name"), Read, Load, Interpret)
    assert per_row(lazy) == {"customer"}
    assert dirty_sql(lazy) == []
    optimised = program(_strawberry("return self.customer.name", extension="DjangoOptimizerExtension"), Read, Load)
    assert per_row(optimised) == set()


ARIADNE = {
    "models.py": MODELS,
    "schema.py": '''
        import sqlite3
        from ariadne import MutationType, ObjectType, QueryType, gql, make_executable_schema
        from models import Line, Order

        type_defs = gql("""
            type Query { orders(first: Int, word: String): [Order!]! order: Order }
            type Order { id: ID! lines: Int }
            type Mutation { close(id: ID!): Boolean }
        """)
        query = QueryType()
        mutation = MutationType()
        order = ObjectType("Order")

        @query.field("orders")
        def resolve_orders(obj, info, first=None, word=None):
            sqlite3.connect("x").execute("SELECT %s" % first)
            sqlite3.connect("x").execute("SELECT %s" % word)
            return Order.objects.all()

        @order.field("lines")
        def resolve_lines(obj, info):
            return Line.objects.filter(order=obj).count()

        def close(obj, info, id):
            return True

        mutation.set_field("close", close)
    ''',
}


def test_ariadne(program: Make, per_row: PerRow, dirty_sql: Dirty) -> None:
    made = program(ARIADNE, Read, Load, Interpret)
    assert [str(operation) for operation in made.operations] == ["Mutation.close", "Query.orders"]
    assert per_row(made) == {"Line?"}
    assert [origin.name for effect in dirty_sql(made) for origin in effect.text.origins] == ["argument 'word'"]
