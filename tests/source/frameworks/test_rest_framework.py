"""Django REST framework: inherited actions and what serializers do with each row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.model.effect import Interpret, Load, Read, Write
from archwright.source.program import Program
from archwright.source.survey import survey

Make = Callable[..., Program]

MODELS = """
    from django.db import models

    class Country(models.Model):
        name = models.CharField(max_length=10)

    class Author(models.Model):
        name = models.CharField(max_length=10)
        country = models.ForeignKey(Country, on_delete=models.CASCADE)

        def __str__(self):
            return self.country.name

        def home(self):
            return self.country.name

    class Tag(models.Model):
        name = models.CharField(max_length=10)

    class Book(models.Model):
        title = models.CharField(max_length=10)
        pages = models.IntegerField()
        author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
        tags = models.ManyToManyField(Tag)
"""
URLS = """
    from django.urls import include, path
    from rest_framework.routers import DefaultRouter
    from shop import views

    router = DefaultRouter()
    router.register("books", views.Books)
    urlpatterns = [path("api/", include(router.urls))]
"""
SETTINGS = """
    REST_FRAMEWORK = {
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    }
"""


def files(serializers: str, views: str) -> dict[str, str]:
    head = (
        "from rest_framework import generics, mixins, permissions, serializers, viewsets\nfrom shop.models import *\n"
    )
    return {
        "site/__init__.py": "",
        "site/urls.py": URLS,
        "site/settings.py": SETTINGS,
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/serializers.py": head + _left(serializers),
        "shop/views.py": head
        + "from shop.serializers import *\nfrom rest_framework.decorators import action\n"
        + _left(views),
    }


def _left(text: str) -> str:
    import textwrap

    return textwrap.dedent(text)


VIEW = """
class Books(viewsets.ReadOnlyModelViewSet):
    queryset = Book.objects{}
    serializer_class = Shown
"""
FIELDS = {
    "a nested serializer": (
        "class A(serializers.ModelSerializer):\n    class Meta:\n        model = Author\n        fields = ['name']\n",
        "author = A()",
        "author",
        {"author"},
    ),
    "a relation below a relation": (
        "",
        "place = serializers.CharField(source='author.country.name')",
        "place",
        {"author", "author.country"},
    ),
    "the text of a related row": (
        "",
        "author = serializers.StringRelatedField()",
        "author",
        {"author", "author.country"},
    ),
    "a column of a related row": (
        "",
        "author = serializers.SlugRelatedField(slug_field='name', read_only=True)",
        "author",
        {"author"},
    ),
    "a method of the related row": (
        "",
        "home = serializers.CharField(source='author.home')",
        "home",
        {"author", "author.country"},
    ),
    "a method field": (
        "",
        "first = serializers.SerializerMethodField()\n    def get_first(self, obj):\n        return obj.author.name",
        "first",
        {"author"},
    ),
    "a named method field": (
        "",
        "first = serializers.SerializerMethodField('read')\n    def read(self, obj):\n        return obj.author.name",
        "first",
        {"author"},
    ),
    "keys of many": ("", "", "tags", {"tags"}),
    "the key of one": ("", "", "author", set()),
    "the declared key of one": ("", "author = serializers.PrimaryKeyRelatedField(read_only=True)", "author", set()),
    "written only": ("", "author = serializers.StringRelatedField(write_only=True)", "author", set()),
    "not among the fields": ("", "author = serializers.StringRelatedField()", "title", set()),
    "columns": ("", "", "title", set()),
}


@pytest.mark.parametrize("name", FIELDS)
def test_what_a_list_fetches_for_each_row(name: str, program: Make, per_row: Callable[[Program], set[str]]) -> None:
    before, field, listed, expected = FIELDS[name]
    shown = f"class Shown(serializers.ModelSerializer):\n    {field}\n    class Meta:\n        model = Book\n        fields = ['id', '{listed}']\n"
    lacking = program(files(before + shown, VIEW.format("")), Load, Read)
    assert per_row(lacking) == expected
    loaded = VIEW.format('.select_related("author__country").prefetch_related("tags")')
    assert per_row(program(files(before + shown, loaded), Load, Read)) == set()


def test_all_fields_ask_for_the_keys_of_many(program: Make, per_row: Callable[[Program], set[str]]) -> None:
    shown = (
        "class Shown(serializers.ModelSerializer):\n    class Meta:\n        model = Book\n        fields = '__all__'\n"
    )
    assert per_row(program(files(shown, VIEW.format("")), Load, Read)) == {"tags"}
    deep = shown.replace("fields =", "depth = 2\n        fields =")
    assert per_row(program(files(deep, VIEW.format("")), Load, Read)) == {"author", "author.country", "tags"}


def test_a_representation_of_the_projects_own_comes_on_top(
    program: Make, per_row: Callable[[Program], set[str]]
) -> None:
    shown = """
class Shown(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ['title']
    def to_representation(self, instance):
        data = super().to_representation(instance)
        data['author'] = instance.author.name
        return data
"""
    assert per_row(program(files(shown, VIEW.format("")), Load, Read)) == {"author"}


PLAIN = "class Shown(serializers.ModelSerializer):\n    class Meta:\n        model = Book\n        fields = ['title', 'pages', 'author']\n"
FULL = """
class Small(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ['title']

class Books(viewsets.ModelViewSet):
    queryset = Book.objects.select_related("author")
    serializer_class = Shown
    def get_serializer_class(self):
        return Small if self.action == "list" else Shown
    def get_permissions(self):
        if self.action in ("list", "retrieve"):
            return [permissions.AllowAny()]
        return [permissions.IsAdminUser()]
    @action(detail=True, methods=["post", "delete"])
    def like(self, request, pk=None):
        book = self.get_object()
        book.save()
"""


def test_inherited_actions_are_operations_with_effects(tmp_path: Path, program: Make) -> None:
    program(files(PLAIN, FULL))
    found = {
        str(operation): (
            {touch.entity for touch in operation.access.reads},
            {f"{touch.kind} {touch.entity}" for touch in operation.access.writes},
            operation.guards,
        )
        for operation in survey(tmp_path)[0].system.operations
    }
    throttle = "UserRateThrottle"
    assert found == {
        "GET /api/books/": ({"Book"}, set(), ("AllowAny", throttle)),
        "GET /api/books/{pk}/": ({"Book"}, set(), ("AllowAny", throttle)),
        "POST /api/books/": ({"Author"}, {"insert Book"}, ("IsAdminUser", throttle)),
        "PUT /api/books/{pk}/": ({"Author", "Book"}, {"save Book"}, ("IsAdminUser", throttle)),
        "PATCH /api/books/{pk}/": ({"Author", "Book"}, {"save Book"}, ("IsAdminUser", throttle)),
        "DELETE /api/books/{pk}/": ({"Book"}, {"delete Book"}, ("IsAdminUser", throttle)),
        "POST /api/books/{pk}/like/": ({"Book"}, {"save Book"}, ("IsAdminUser", throttle)),
        "DELETE /api/books/{pk}/like/": ({"Book"}, {"save Book"}, ("IsAdminUser", throttle)),
    }


def test_hooks_of_the_view_stand_in_for_the_librarys(program: Make) -> None:
    view = """
class Base(viewsets.GenericViewSet):
    def get_queryset(self):
        return super().get_queryset().select_related("author")
class Books(mixins.ListModelMixin, mixins.CreateModelMixin, mixins.DestroyModelMixin, Base):
    queryset = Book.objects.all()
    serializer_class = Shown
    def perform_create(self, serializer):
        serializer.save(author=Author.objects.first())
    def perform_destroy(self, instance):
        instance.pages = 0
        instance.save()
"""
    found = program(files(PLAIN, view), Read, Write)
    assert sorted({(e.entity, e.kind) for e in found.effects if isinstance(e, Write)}) == [
        ("Book", "insert"),
        ("Book", "save"),
    ]
    listed = [e for e in found.effects if isinstance(e, Read) and e.unit.endswith("Books.list")]
    assert {(e.many, e.loaded) for e in listed} == {("many", ("author",)), ("aggregate", ("author",))}


def test_fields_clean_what_they_let_through(program: Make, dirty_sql: Callable[[Program], list[Interpret]]) -> None:
    shown = """
class Shown(serializers.ModelSerializer):
    kind = serializers.ChoiceField(choices=["a", "b"])
    class Meta:
        model = Book
        fields = ['title', 'pages', 'author', 'kind']
    def create(self, validated_data):
        from django.db import connection
        with connection.cursor() as cursor:
            cursor.execute("select %s" % validated_data["pages"])
            cursor.execute("select '%s'" % validated_data["kind"])
            cursor.execute("select '%s'" % validated_data["title"])
        return super().create(validated_data)
"""
    found = dirty_sql(program(files(shown, FULL), Interpret))
    assert [effect.place.line for effect in found] == [14]


def test_defaults_of_the_settings_guard(tmp_path: Path, program: Make) -> None:
    program(files(PLAIN, VIEW.format(".all()")))
    for operation in survey(tmp_path)[0].system.operations:
        assert operation.guards == ("IsAuthenticated", "UserRateThrottle")
        assert [policy.role for policy in operation.policies] == ["authenticated"]


def test_columns_of_any_name_are_written(program: Make) -> None:
    serializer = """
class Shown(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = ["name"]
    def create(self, validated_data):
        return super().create({**validated_data, "position": 1, "frame": 2})
"""
    view = VIEW.format(".all()").replace("ReadOnlyModelViewSet", "ModelViewSet")
    found = program(files(serializer, view), Write)
    assert [(e.entity, e.kind) for e in found.effects if isinstance(e, Write) and e.unit.endswith("Shown.create")] == [
        ("Author", "insert")
    ]
    assert not found.notes
