"""What names lead to: through packages, re-exports, stars, aliases and inheritance, and out of the project."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from archwright.source.link.project import Found, Project
from archwright.source.program import analyse

FILES = {
    "shop/__init__.py": "from .models import Order as Purchase\nfrom . import models\n",
    "shop/models.py": """
        import sqlalchemy as sa
        from sqlalchemy.orm import Session as S
        from .base import *
        from .base import Base as Root

        LIMIT = 20
        ALIAS = Root

        class Order(Root):
            size = LIMIT
            def total(self): ...
            class Meta:
                ordering = []

        def price(): ...
    """,
    "shop/base.py": """
        from typing import Generic
        from .mixins import Stamped
        class Base(Stamped):
            def save(self): ...
        def helper(): ...
    """,
    "shop/mixins.py": """
        import abc
        class Stamped(abc.ABC):
            def save(self): ...
            def stamp(self): ...
    """,
    "shop/sub/deep.py": "from ..models import price\nfrom ... import nothing\nfrom shop import Purchase\n",
    "shop/sub/__init__.py": "",
    "shop/optional.py": """
        try:
            from fast import parse
        except ImportError:
            from slow import parse
        if True:
            def chosen(): ...
        else:
            chosen = None
    """,
    "circle/__init__.py": "from .a import name\n",
    "circle/a.py": "from .b import name\n",
    "circle/b.py": "from .a import name\n",
    "circle/values.py": "first = second['base']\nsecond = first['base']\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project_of(FILES, tmp_path_factory.mktemp("project"))


def project_of(files: Mapping[str, str], root: Path) -> Project:
    for name, text in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text), encoding="utf-8")
    return analyse(["."], wanted=frozenset(), root=root).project


def said(project: Project, found: Found | None) -> str:
    if found is None:
        return "nothing"
    if found.kind == "class":
        return f"class {found.value.name}"
    if found.kind == "unit":
        return f"unit {project.unit_name(found.value)}"
    return f"{found.kind} {found.value}" if isinstance(found.value, str) else found.kind


@pytest.mark.parametrize(
    ("dotted", "expected"),
    {
        "shop.Purchase": "class shop.models.Order",
        "shop.models": "module shop.models",
        "shop.models.Order.total": "unit shop.models.Order.total",
        "shop.models.Order.Meta": "class shop.models.Order.Meta",
        "shop.models.Order.save": "unit shop.base.Base.save",
        "shop.models.Order.stamp": "unit shop.mixins.Stamped.stamp",
        "shop.models.helper": "unit shop.base.helper",
        "shop.models.sa.text": "external sqlalchemy.text",
        "shop.models.S": "external sqlalchemy.orm.Session",
        "shop.models.LIMIT": "expression",
        "shop.sub.deep.price": "unit shop.models.price",
        "shop.sub.deep.Purchase": "class shop.models.Order",
        "shop.optional.parse": "external fast.parse",
        "shop.optional.chosen": "unit shop.optional.chosen",
        "circle.name": "nothing",
        "shop.missing": "nothing",
        "requests.get": "external requests.get",
    }.items(),
)
def test_a_dotted_name_leads_to(project: Project, dotted: str, expected: str) -> None:
    assert said(project, project.resolve_dotted(dotted)) == expected


def test_an_alias_of_a_class_is_the_class(project: Project) -> None:
    module = project.by_name["shop.models"]
    node = module.scope()["ALIAS"].value
    assert said(project, project.resolve_expression(module, node)) == "class shop.base.Base"


def test_names_whose_values_are_parts_of_each_other_lead_nowhere(project: Project) -> None:
    module = project.by_name["circle.values"]
    found = project.resolve_expression(module, module.scope()["first"].value)
    assert found is not None
    assert found.kind == "expression"


def test_a_name_bound_to_itself_stays_what_it_is(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models/__init__.py": "from . import orders\n\norders = orders\n",
        "shop/models/orders.py": "class Order: ...\n",
    }
    found = project_of(files, tmp_path).resolve_dotted("shop.models.orders.Order")
    assert found is not None
    assert found.kind == "class"


@pytest.mark.parametrize("text", ["a = a\n", "a = b\nb = a\n", "a = b\nb = c\nc = a\n", "a = b.x\nb = a.x\n"])
def test_members_of_names_that_lead_back_to_themselves_lead_nowhere(text: str, tmp_path: Path) -> None:
    found = project_of({"shop.py": text}, tmp_path).resolve_dotted("shop.a.Order")
    assert found is None or found.kind != "class"


def test_ancestry_is_nearest_first_and_names_what_lies_outside(project: Project) -> None:
    order = project.class_named("shop.models.Order")
    assert order is not None
    assert [info.short for info in order.mro()] == ["Order", "Base", "Stamped"]
    assert order.external_bases() == ("abc.ABC",)
    meta = order.inner("Meta")
    assert meta is not None
    assert "ordering" in meta.scope()
