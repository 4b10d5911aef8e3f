"""django-ninja: which function serves which path, what its parameters let in, what its schema asks of each row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from archwright.model.effect import Interpret, Load, Read
from archwright.source.program import Program
from archwright.source.survey import survey

Make = Callable[..., Program]

FILES = {
    "site/__init__.py": "",
    "site/urls.py": """
        from django.urls import path
        from site.api import api

        urlpatterns = [path("api/v1/", api.urls)]
    """,
    "site/api.py": """
        from ninja import NinjaAPI
        from ninja.security import HttpBearer
        from shop.api import router

        class Bearer(HttpBearer):
            def authenticate(self, request, token):
                return token

        api = NinjaAPI(auth=Bearer())
        api.add_router("/books/", router)
        api.add_router("/tags/", "shop.tags.router")

        @api.get("/ping", auth=None)
        def ping(request):
            return "ok"
    """,
    "shop/__init__.py": "",
    "shop/models.py": """
        from django.db import models

        class Author(models.Model):
            name = models.CharField(max_length=10)

        class Tag(models.Model):
            name = models.CharField(max_length=10)

        class Book(models.Model):
            title = models.CharField(max_length=10)
            author = models.ForeignKey(Author, on_delete=models.CASCADE)
            tags = models.ManyToManyField(Tag)
    """,
    "shop/api.py": """
        from django.db import connection
        from ninja import Query, Router, Schema
        from shop.models import Book

        class AuthorOut(Schema):
            name: str

        class TagOut(Schema):
            name: str

        class BookOut(Schema):
            title: str
            author: AuthorOut
            tags: list[TagOut]

        class BookIn(Schema):
            title: str
            pages: int

        class Filters(Schema):
            text: str
            limit: int = 10

        router = Router()

        @router.get("/", response=list[BookOut])
        def listing(request, filters: Filters = Query(...)):
            with connection.cursor() as cursor:
                cursor.execute("select %s" % filters.limit)
                cursor.execute("select '%s'" % filters.text)
            return Book.objects.all()

        @router.get("/loaded", response=list[BookOut])
        def loaded(request, page: int = 1, order: str = "x"):
            with connection.cursor() as cursor:
                cursor.execute("select %s" % page)
                cursor.execute("select '%s'" % order)
            return Book.objects.select_related("author").prefetch_related("tags")

        @router.post("/", response={201: BookOut})
        def create(request, data: BookIn):
            with connection.cursor() as cursor:
                cursor.execute("select %s" % data.pages)
                cursor.execute("select '%s'" % data.title)
            return 201, Book.objects.create(title=data.title)

        @router.api_operation(["GET", "HEAD"], "/{int:book_id}")
        def one(request, book_id: int):
            return Book.objects.get(pk=book_id).title
    """,
    "shop/tags.py": """
        from ninja import Router
        from shop.models import Tag

        router = Router(auth=lambda request: request.user)

        @router.delete("/{name}")
        def remove(request, name: str):
            Tag.objects.filter(name=name).delete()
    """,
}


def test_operations_under_the_path_of_their_api(tmp_path: Path, program: Make) -> None:
    program(FILES)
    found = {
        str(operation): (
            {touch.entity for touch in operation.access.reads},
            {f"{touch.kind} {touch.entity}" for touch in operation.access.writes},
            [policy.role for policy in operation.policies],
        )
        for operation in survey(tmp_path)[0].system.operations
    }
    signed = ["authenticated"]
    assert found == {
        "GET /api/v1/ping": (set(), set(), []),
        "GET /api/v1/books/": ({"Author", "Book", "Tag"}, set(), signed),
        "GET /api/v1/books/loaded": ({"Book"}, set(), signed),
        "POST /api/v1/books/": (set(), {"insert Book"}, signed),
        "GET /api/v1/books/{book_id}": ({"Book"}, set(), signed),
        "HEAD /api/v1/books/{book_id}": ({"Book"}, set(), signed),
        "DELETE /api/v1/tags/{name}": (set(), {"delete Tag"}, signed),
    }


def test_a_schema_asks_each_row_for_its_relations(program: Make, per_row: Callable[[Program], set[str]]) -> None:
    found = program(FILES, Read, Load)
    assert per_row(found) == {"author", "tags"}
    assert {
        e.unit for e in found.effects if isinstance(e, Load) and e.relation not in e.loaded and e.context.loops
    } == {"shop.api.listing"}


def test_parameters_clean_by_their_types(program: Make, dirty_sql: Callable[[Program], list[Interpret]]) -> None:
    found = dirty_sql(program(FILES, Interpret))
    names = sorted({origin.name for effect in found for origin in effect.text.origins})
    assert [effect.unit for effect in found] == ["shop.api.listing", "shop.api.loaded", "shop.api.create"]
    assert names == ["query parameter 'filters'", "query parameter 'order'", "request body"]
