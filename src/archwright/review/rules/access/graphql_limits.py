"""`access/graphql-limits`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.development import of_development
from archwright.model.effect import ServeGraphql, Setting
from archwright.model.finding import Confidence, Impact
from archwright.review.beside import in_tests, in_tools
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example, steps

_LIMITS = (
    *(
        "depth_limit",
        "DepthLimit",
        "QueryDepthLimiter",
        "max_depth",
        "MAX_DEPTH",
        "query_depth",
        "MaxAliasesLimiter",
        "MaxTokensLimiter",
    ),
    *(
        "complexity",
        "Complexity",
        "cost_map",
        "cost_validator",
        "CostValidator",
        "cost_analysis",
        "query_cost",
        "QUERY_COST",
    ),
    *(
        "cost_directive",
        "max_aliases",
        "max_tokens",
        "persisted_quer",
        "PersistedQuer",
        "trusted_documents",
        "depthLimit",
    ),
)
"""Words of what limits queries: of the libraries, and of projects that count themselves."""


class GraphqlLimits(Rule):
    """A GraphQL schema is served, and nothing in the project limits how deep, how costly or how many queries are.

    Told once for each call that serves a schema with graphene, Strawberry, Ariadne or graphql-server, where the call is given neither
    validation rules, extensions nor middleware, and no file of the project names a limit of depth, cost, aliases or tokens, or queries
    that are known before. Views of the project's own are not judged. That a page to try queries on is always served is told
    with low confidence.

    Why: one small request asks for relations of relations, or for one costly field a thousand times under different names.

    Instead: `QueryDepthLimiter` and `MaxAliasesLimiter` of Strawberry, `depth_limit_validator` of graphene, `cost_validator` of Ariadne.

    Fine when: only known clients reach it, or a gateway before it counts.

    Fix safety: no automatic fix. Which limit lets the clients' own queries through is for the author to say.
    """

    name = "access/graphql-limits"
    impact = Impact.MEDIUM
    cwe = "CWE-770"
    security = True
    bad = (
        example(
            "a view of graphene",
            framework="graphene",
            files={
                "shop/__init__.py": "",
                "shop/schema.py": """
                    import graphene

                    class Query(graphene.ObjectType):
                        greeting = graphene.String()

                    schema = graphene.Schema(query=Query)
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from graphene_django.views import GraphQLView
                    from shop.schema import schema

                    urlpatterns = [path("graphql", GraphQLView.as_view(schema=schema, batch=True))]
                """,
            },
        ),
        example(
            "a router of Strawberry",
            framework="strawberry",
            code="""
                import strawberry
                from fastapi import FastAPI
                from strawberry.fastapi import GraphQLRouter

                @strawberry.type
                class Query:
                    @strawberry.field
                    def greeting(self) -> str:
                        return "hello"

                app = FastAPI()
                app.include_router(GraphQLRouter(strawberry.Schema(Query)), prefix="/graphql")
            """,
        ),
    )
    good = (
        example(
            "the schema limits the depth",
            framework="strawberry",
            code="""
                import strawberry
                from fastapi import FastAPI
                from strawberry.extensions import QueryDepthLimiter
                from strawberry.fastapi import GraphQLRouter

                @strawberry.type
                class Query:
                    @strawberry.field
                    def greeting(self) -> str:
                        return "hello"

                app = FastAPI()
                schema = strawberry.Schema(Query, extensions=[QueryDepthLimiter(max_depth=6)])
                app.include_router(GraphQLRouter(schema), prefix="/graphql")
            """,
        ),
        example(
            "a rule that is given to the application",
            framework="ariadne",
            code="""
                from ariadne import QueryType, make_executable_schema
                from ariadne.asgi import GraphQL
                from ariadne.validation import cost_validator

                query = QueryType()
                schema = make_executable_schema("type Query { greeting: String }", query)
                app = GraphQL(schema, validation_rules=[cost_validator(maximum_cost=5)])
            """,
        ),
    )

    def check(self, effect: ServeGraphql, program: Program) -> Iterator[Verdict]:
        path = effect.place.path
        if effect.context.setting is Setting.TEST or in_tests(path) or in_tools(path) or of_development(path):
            return
        if not effect.limited and not program.mentions(_LIMITS):
            many = ", and a request may hold any number of them" if effect.batch else ""
            yield Verdict(
                message=f"{effect.api} serves queries of any depth and cost{many}.",
                why="One small request can keep the service and its database busy for as long as its sender likes.",
                fix="Limit the depth or the cost of queries, and the number of aliases.",
                impact=Impact.MEDIUM,
                confidence=Confidence.MEDIUM,
                trace=steps((effect.place, "the schema is served")),
            )
        elif effect.page:
            yield Verdict(
                message=f"{effect.api} always serves a page to try queries on.",
                why="Whoever finds it reads the whole schema, what it hides from its clients included.",
                fix="Serve the page in development only.",
                impact=Impact.LOW,
                confidence=Confidence.LOW,
                trace=steps((effect.place, "the page is served")),
            )
