"""Settings of Django, as code that reads them sees them."""

from __future__ import annotations

from collections.abc import Callable

from archwright.model.effect import Interpret
from archwright.source.program import Program


def test_a_setting_that_asks_for_itself(program: Callable[..., Program]) -> None:
    """An app's `settings.py` takes what the project's settings say, under the same names."""
    found = program(
        {
            "pictures/__init__.py": "",
            "pictures/settings.py": """
                from django.conf import settings

                SIZES = getattr(settings, "SIZES", {})
                """,
            "pictures/models.py": """
                from django.db import connection
                from pictures.settings import SIZES

                def resize(name):
                    size = SIZES[name]
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT 1 WHERE " + size)
                """,
        },
        Interpret,
    )
    assert not found.notes
    assert [effect.unit for effect in found.effects] == ["pictures.models.resize"]
