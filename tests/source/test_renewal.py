"""A project read again after an edit: what is found is what reading it anew would find."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.model.effect import Effect, Interpret, Load, Read, Swallow
from archwright.source.flow.engine import Engine
from archwright.source.flow.render import Renderer
from archwright.source.following import Followed, follow
from archwright.source.program import Program, analyse

KINDS: frozenset[type[Effect]] = frozenset({Interpret, Load, Read, Swallow})
FILES = {
    "shop/__init__.py": "",
    "shop/models.py": """
        from django.db import models

        class Customer(models.Model):
            name = models.TextField()

        class Order(models.Model):
            customer = models.ForeignKey(Customer, on_delete=models.CASCADE)

            def label(self):
                return f"{self.pk}"
        """,
    "shop/helpers.py": """
        import sqlite3

        def run(text):
            return sqlite3.connect("shop.db").execute(text)

        def named(order):
            return order.pk
        """,
    "shop/views.py": """
        from shop import helpers
        from shop.models import Order

        def listed(request):
            return [helpers.named(order) for order in Order.objects.all()]

        def found(request):
            return helpers.run("SELECT id FROM shop_order WHERE id = 1")
        """,
    "shop/urls.py": """
        from django.urls import path
        from shop import views

        urlpatterns = [path("orders", views.listed), path("found", views.found)]
        """,
}
Edit = Callable[[str, str, str], tuple[Program, Program, list[int]]]


@pytest.fixture
def renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """An edit (file, old text, new text): the program read again, the same read anew, and how many units were followed again."""
    project, cache = tmp_path / "project", tmp_path / "cache"
    for name, text in FILES.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    followed: list[int] = []

    def counted(engine: Engine, renderer: Renderer, units: list[int]) -> Followed:
        followed.append(len(units))
        return follow(engine, renderer, units)

    monkeypatch.setattr("archwright.source.flows.follow", counted)

    def edit(name: str, old: str, new: str) -> tuple[Program, Program, list[int]]:
        analyse(["."], wanted=KINDS, root=project, cache=cache, workers=1)
        text = (project / name).read_text(encoding="utf-8")
        assert old in text
        (project / name).write_text(text.replace(old, new), encoding="utf-8")
        followed.clear()
        again = analyse(["."], wanted=KINDS, root=project, cache=cache, workers=1)
        counts = list(followed)
        return again, analyse(["."], wanted=KINDS, root=project, workers=1), counts

    return edit


EDITS = {
    "a helper starts to touch a relation": ("shop/helpers.py", "return order.pk", "return order.customer.name"),
    "a view sends what the caller gives": ("shop/views.py", "WHERE id = 1", 'WHERE id = " + request.GET["id"] + "'),
    "lines move": ("shop/helpers.py", "import sqlite3", "# moved\n\n\nimport sqlite3"),
    "a name means something else": ("shop/views.py", "from shop import helpers", "from shop import models as helpers"),
    "a method of a model": ("shop/models.py", 'return f"{self.pk}"', "return self.customer.name"),
    "a new function": (
        "shop/helpers.py",
        "import sqlite3",
        "import sqlite3\n\ndef other():\n    return run('SELECT 1')",
    ),
    "a field": ("shop/models.py", "name = models.TextField()", "name = models.CharField(max_length=9)"),
    "a route": ("shop/urls.py", 'path("found", views.found)', 'path("find", views.found)'),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_gives_what_reading_anew_gives(renewed: Edit, edit: tuple[str, str, str]) -> None:
    again, anew, _ = renewed(*edit)
    assert again.effects == anew.effects
    assert [str(operation) for operation in again.operations] == [str(operation) for operation in anew.operations]
    assert again.operations_reaching("shop.helpers.run") == anew.operations_reaching("shop.helpers.run")


def test_what_an_edit_does_not_reach_is_not_followed_again(
    renewed: Edit,
) -> None:
    _, _, followed = renewed("shop/helpers.py", "return order.pk", "return order.customer.name")
    assert sum(followed) <= 3  # the helper, the view over it and the comprehension's module at most


def test_an_unchanged_project_is_not_followed_at_all(
    renewed: Edit,
) -> None:
    again, anew, followed = renewed("shop/helpers.py", "import sqlite3", "import sqlite3")
    assert followed == []
    assert again.effects == anew.effects


def test_what_is_damaged_on_disk_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "app.py").write_text(
        "def f():\n    try:\n        g()\n    except Exception:\n        pass\n", encoding="utf-8"
    )
    first = analyse(["."], wanted=KINDS, root=tmp_path / "p", cache=tmp_path / "cache", workers=1)
    for path in (tmp_path / "cache" / "flows").iterdir():
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 255
        path.write_bytes(bytes(data))
    assert (
        analyse(["."], wanted=KINDS, root=tmp_path / "p", cache=tmp_path / "cache", workers=1).effects == first.effects
    )
