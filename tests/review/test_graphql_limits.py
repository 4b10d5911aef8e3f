"""`access/graphql-limits`: a schema is served and nothing in the project limits what is asked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]
RULE = "access/graphql-limits"

SERVED = {
    "graphene": (
        (
            "from django.urls import path\nfrom django.views.decorators.csrf import csrf_exempt\n"
            "from graphene_django.views import GraphQLView\nfrom schema import schema\n"
        ),
        "urlpatterns = [path('graphql', csrf_exempt(GraphQLView.as_view(schema=schema{})))]",
    ),
    "flask": (
        "from flask import Flask\nfrom flask_graphql import GraphQLView\nfrom schema import schema\napp = Flask(__name__)\n",
        "app.add_url_rule('/graphql', view_func=GraphQLView.as_view('graphql', schema=schema{}))",
    ),
    "strawberry": (
        "from fastapi import FastAPI\nfrom strawberry.fastapi import GraphQLRouter\nfrom schema import schema\napp = FastAPI()\n",
        "app.include_router(GraphQLRouter(schema{}), prefix='/graphql')",
    ),
    "strawberry on django": (
        "from django.urls import path\nfrom strawberry.django.views import GraphQLView\nfrom schema import schema\n",
        "urlpatterns = [path('graphql', GraphQLView.as_view(schema=schema{}))]",
    ),
    "ariadne": (
        "from ariadne.asgi import GraphQL\nfrom schema import schema\n",
        "app = GraphQL(schema{})",
    ),
}
SCHEMA = "import graphene, strawberry, ariadne\nschema = make()\n"


@pytest.mark.parametrize("library", SERVED)
def test_nothing_limits(told: Told, library: str) -> None:
    imports, code = SERVED[library]
    assert [each.split()[2] for each in told({"app.py": imports + code.format(""), "schema.py": SCHEMA}, RULE)] == [
        "medium"
    ]


@pytest.mark.parametrize("library", SERVED)
@pytest.mark.parametrize(
    ("given", "more"),
    [
        (", validation_rules=[limit]", ""),
        ("", "schema = Schema(extensions=[QueryDepthLimiter(max_depth=5)])"),
        ("", "cost_map = {'Query': {'orders': 10}}"),
        ("", "def check(query):\n    if complexity(query) > 100: raise ValueError\n"),
    ],
)
def test_something_limits(told: Told, library: str, given: str, more: str) -> None:
    imports, code = SERVED[library]
    files = {"app.py": imports + code.format(given), "schema.py": SCHEMA + more}
    assert told(files, RULE) == []


def test_a_page_is_always_served(told: Told) -> None:
    imports, code = SERVED["graphene"]
    rest = {"schema.py": SCHEMA + "from graphene.validation import depth_limit_validator\n"}
    assert [e.split()[2] for e in told({"app.py": imports + code.format(", graphiql=True"), **rest}, RULE)] == ["low"]
    assert told({"app.py": imports + code.format(", graphiql=settings.DEBUG"), **rest}, RULE) == []


def test_a_view_of_the_projects_own_is_not_judged(told: Told) -> None:
    code = """
        from django.urls import path
        from graphene_django.views import GraphQLView
        from schema import schema

        class View(GraphQLView):
            def execute_graphql_request(self, *args):
                return limited(*args)

        urlpatterns = [path('graphql', View.as_view(schema=schema))]
    """
    assert told({"app.py": code, "schema.py": SCHEMA}, RULE) == []
