"""Django's admin and migrations: what a list asks of each row, and what each operation does to the schema."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Load, Read, SchemaChange, Setting, Write
from archwright.source.program import Program

Make = Callable[..., Program]

MODELS = """
    from django.db import models

    class Shelf(models.Model):
        name = models.CharField(max_length=10)

    class Book(models.Model):
        title = models.CharField(max_length=10)
        shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE)

        def place(self):
            return self.shelf.name
"""
COLUMNS = {
    "a column": ("list_display = ['title']", set()),
    "a method of the admin": (
        "list_display = ['where']\n    def where(self, obj):\n        return obj.shelf.name",
        {"shelf"},
    ),
    "a method of the model": ("list_display = ['title', 'place']", {"shelf"}),
    "a relation is joined by itself": ("list_display = ['shelf', 'place']", set()),
    "joined": ("list_display = ['place']\n    list_select_related = ['shelf']", set()),
    "joined by its query": (
        "list_display = ['place']\n    def get_queryset(self, r):\n        return super().get_queryset(r).select_related('shelf')",
        set(),
    ),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_list_asks_each_row_for_its_columns(name: str, program: Make, per_row: Callable[[Program], set[str]]) -> None:
    body, expected = COLUMNS[name]
    admin = (
        "from django.contrib import admin\nfrom shop.models import Book\n@admin.register(Book)\n"
        f"class BookAdmin(admin.ModelAdmin):\n    {body}\n"
    )
    found = program({"shop/__init__.py": "", "shop/models.py": MODELS, "shop/admin.py": admin}, Read, Load)
    assert per_row(found) == expected
    assert not found.operations


def test_actions_work_on_rows(program: Make) -> None:
    admin = """
        from django.contrib import admin
        from shop.models import Book

        @admin.action(description="Empty")
        def empty(modeladmin, request, queryset):
            queryset.update(title="")

        class BookAdmin(admin.ModelAdmin):
            actions = ["remove", empty]

            def remove(self, request, queryset):
                for book in queryset:
                    book.delete()

        admin.site.register(Book, BookAdmin)
    """
    found = program({"shop/__init__.py": "", "shop/models.py": MODELS, "shop/admin.py": admin}, Write)
    assert [(e.entity, e.kind) for e in found.effects if isinstance(e, Write)] == [
        ("Book", "update"),
        ("Book", "delete"),
    ]


def test_migrations_change_the_schema(program: Make) -> None:
    migration = """
        from django.db import migrations, models

        def fill(apps, schema_editor):
            apps.get_model("shop", "Book").objects.update(title="x")

        class Migration(migrations.Migration):
            operations = [
                migrations.CreateModel(name="Shelf", fields=[], options={"db_table": "shelves"}),
                migrations.AddField(model_name="book", name="title", field=models.CharField(max_length=10)),
                migrations.RunPython(fill, migrations.RunPython.noop),
                migrations.SeparateDatabaseAndState(
                    database_operations=[migrations.RemoveField("book", "pages")],
                    state_operations=[migrations.DeleteModel("Lost")],
                ),
            ]
    """
    files = {
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/migrations/__init__.py": "",
        "shop/migrations/0002_more.py": migration,
    }
    found = program(files, SchemaChange, Write)
    changes = [(e.table, e.change) for e in found.effects if isinstance(e, SchemaChange)]
    assert changes == [
        ("shelves", "create table"),
        ("shop_book", "add column title"),
        ("shop_book", "drop column pages"),
    ]
    writes = [(e.entity, e.kind, e.context.setting) for e in found.effects if isinstance(e, Write)]
    assert writes == [("Book", "update", Setting.MIGRATION)]
