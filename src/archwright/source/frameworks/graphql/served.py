"""Which calls put a GraphQL schema behind an address, and with what limits: graphene, Strawberry, Ariadne, graphql-server.

None of these libraries limits the depth, the cost or the number of aliases of a query by itself.
"""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, Val
from archwright.source.frameworks.base import CallSite, Framework, Handler
from archwright.source.link.project import ClassInfo

_VIEWS: Final = (
    "graphene_django.views.GraphQLView",
    "flask_graphql.GraphQLView",
    *(f"graphql_server.{server}.GraphQLView" for server in ("flask", "quart", "aiohttp", "sanic")),
    *(
        f"strawberry.{server}.views.{name}"
        for server in ("django", "flask")
        for name in ("GraphQLView", "AsyncGraphQLView")
    ),
    *(f"strawberry.{server}.views.GraphQLView" for server in ("aiohttp", "chalice", "quart", "sanic")),
    "ariadne_django.views.GraphQLView",
)
"""Views, which `as_view` makes, or a call."""
_APPS: Final = (
    "strawberry.fastapi.GraphQLRouter",
    "strawberry.asgi.GraphQL",
    "strawberry.litestar.make_graphql_controller",
    "ariadne.asgi.GraphQL",
    "ariadne.wsgi.GraphQL",
    "starlette_graphene3.GraphQLApp",
)
_LIMITS: Final = frozenset({"validation_rules", "extensions", "middleware", "executor", "backend", "query_validator"})
"""Arguments by which queries may be limited."""
_PAGES: Final = ("graphiql", "graphql_ide", "playground", "explorer")


def _serves(api: str) -> Handler:
    def handler(site: CallSite) -> Val | None:
        if site.spread:
            return None
        given = site.keywords
        site.emit(
            "ServeGraphql",
            limited=not _LIMITS.isdisjoint(given),
            batch=_always(given.get("batch")),
            page=any(_always(given.get(name)) for name in _PAGES),
            api=api,
        )
        return None

    return handler


def _always(value: Val | None) -> bool:
    return value is not None and value.const is not NO and not value.origins and value.const is True


class GraphqlServed(Framework):
    """Views and applications."""

    name = "graphql-served"
    packages = (
        *(
            "graphene_django",
            "flask_graphql",
            "graphql_server",
            "strawberry",
            "ariadne",
            "ariadne_django",
            "starlette_graphene3",
        ),
    )
    aliases: ClassVar[dict[str, str]] = {
        "strawberry.fastapi.router.GraphQLRouter": "strawberry.fastapi.GraphQLRouter",
        **{
            f"strawberry.{server}.GraphQLView": f"strawberry.{server}.views.GraphQLView"
            for server in ("django", "flask", "aiohttp", "sanic", "quart")
        },
    }

    bases: ClassVar[tuple[str, ...]] = _VIEWS

    def class_attribute(self, frame: Frame, info: ClassInfo, name: str, position: int) -> Val | None:
        """A view of the project's own may limit queries by itself."""
        return UNKNOWN if name == "as_view" else None

    def __init__(self) -> None:
        super().__init__()
        for view in _VIEWS:
            self.calls[f"{view}.as_view"] = self.calls[view] = _serves("GraphQLView")
        for application in _APPS:
            self.calls[application] = _serves(application.rpartition(".")[2])
