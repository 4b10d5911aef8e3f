"""Jinja2 templates as part of the program, rendered by Flask, Starlette, aiohttp and the library itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Interpret, Load, Read
from archwright.model.value import Clean, Use
from archwright.source.program import Program

MODELS = """
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Customer(Base):
        __tablename__ = "customer"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
        orders: Mapped[list["Order"]] = relationship(back_populates="customer")

    class Order(Base):
        __tablename__ = "order"
        id: Mapped[int] = mapped_column(primary_key=True)
        customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
        customer: Mapped[Customer] = relationship(back_populates="orders")
"""
FLASK = """
    from flask import Flask, render_template, request
    from sqlalchemy import select
    from shop.models import Customer, Order, Session

    app = Flask(__name__)

    @app.get("/orders")
    def orders():
        with Session() as session:
            rows = session.scalars(select(Customer)).all()
        return render_template("list.html", customers=rows, title=request.args["title"])
"""
LISTING = "{% for c in customers %}\n{{ c.orders | length }}\n{% endfor %}"


def files(listing: str, views: str = FLASK, **more: str) -> dict[str, str]:
    return {
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/views.py": views,
        "shop/templates/base.html": "<title>{% block title %}{% endblock %}</title>{% block body %}{% endblock %}",
        "shop/templates/list.html": f'{{% extends "base.html" %}}{{% block body %}}\n{listing}\n{{% endblock %}}',
    } | {f"shop/templates/{name}.html": text for name, text in more.items()}


def places(program: Program, relation: str) -> set[str]:
    return {
        f"{effect.place.path}:{effect.place.line}"
        for effect in program.effects
        if isinstance(effect, Load)
        and effect.relation == relation
        and any(loop.query is not None and loop.query == effect.query for loop in effect.context.loops)
    }


@pytest.mark.parametrize(
    "listing",
    [
        "{% for c in customers %}\n{{ c.orders[0].id }}\n{% endfor %}",
        "{% for c in customers %}\n{% for o in c.orders if o.id > 1 %}{{ o.id }}{% else %}none{% endfor %}{% endfor %}",
        '{% for c in customers if c.name is defined %}\n{{ c["orders"] | join(", ", attribute="id") }}{% endfor %}',
        "{% macro row(c) %}\n{{ c.orders | map(attribute='id') | join }}{% endmacro %}{% for c in customers %}{{ row(c) }}{% endfor %}",
        "{% set rows = customers %}{% for c in rows %}\n{% set os = c.orders %}{% for o in os %}{{ o.id }}{% endfor %}{% endfor %}",
        "{% unknown_tag customers %}{% for c in customers %}\n{{ c.orders[0].id }}{% endfor %}{% endunknown_tag %}",
    ],
)
def test_a_relation_touched_in_a_loop_is_fetched_row_by_row(program: Callable[..., Program], listing: str) -> None:
    made = program(files(listing), Load, Read)
    assert places(made, "orders") == {"shop/templates/list.html:3"}
    assert made.stats.templates == (("Jinja2", 2),)
    assert made.notes == ()


def test_macros_of_other_templates(program: Callable[..., Program]) -> None:
    macros = "{% macro row(c, wide=false) %}\n{{ c.orders[0].id }}\n{% endmacro %}"
    for use in (
        '{% import "macros.html" as m %}{% set row = m.row %}',
        '{% from "macros.html" import row with context %}',
    ):
        made = program(files(use + "{% for c in customers %}{{ row(c) }}{% endfor %}", macros=macros), Load)
        assert places(made, "orders") == {"shop/templates/macros.html:2"}


def test_includes(program: Callable[..., Program]) -> None:
    listing = '{% for c in customers %}{% include ["none.html", "row.html"] %}{% endfor %}'
    made = program(files(listing, row="\n\n{{ c.orders[0].id }}"), Load)
    assert places(made, "orders") == {"shop/templates/row.html:3"}


@pytest.mark.parametrize(
    "render",
    [
        'Jinja2Templates(directory="templates").TemplateResponse("list.html", {"request": request, "customers": rows})',
        'Jinja2Templates("templates").TemplateResponse(request, "list.html", {"customers": rows})',
        'Jinja2Templates("templates").TemplateResponse(request=request, name="list.html", context={"customers": rows})',
        'Environment().get_template("list.html").render(customers=rows)',
        'Environment().get_template("list.html").render({"customers": rows})',
        'aiohttp_jinja2.render_template("list.html", request, {"customers": rows})',
    ],
)
def test_what_renders(program: Callable[..., Program], render: str) -> None:
    views = f"""
    import aiohttp_jinja2
    from fastapi.templating import Jinja2Templates
    from jinja2 import Environment
    from sqlalchemy import select
    from shop.models import Customer, Session

    def page(request, session: Session):
        rows = session.scalars(select(Customer)).all()
        return {render}
    """
    assert places(program(files(LISTING, views), Load), "orders") == {"shop/templates/list.html:3"}


def test_a_folder_that_the_code_names(program: Callable[..., Program]) -> None:
    pages = files(LISTING, FLASK.replace("Flask(__name__)", 'Flask(__name__, template_folder="pages/web")'))
    moved = {path.replace("shop/templates/", "shop/pages/web/"): text for path, text in pages.items()}
    assert places(program(moved, Load), "orders") == {"shop/pages/web/list.html:3"}


def test_a_folder_that_code_in_a_function_names(program: Callable[..., Program]) -> None:
    pages = files(LISTING) | {
        "shop/factory.py": """
            from flask import Flask

            def create_app():
                return Flask("shop", template_folder="pages/web")
            """
    }
    moved = {path.replace("shop/templates/", "shop/pages/web/"): text for path, text in pages.items()}
    assert places(program(moved, Load), "orders") == {"shop/pages/web/list.html:3"}


def test_unescaped_output_is_html(program: Callable[..., Program]) -> None:
    listing = (
        "{{ title }}\n{{ title | safe }}\n{{ title | e | safe }}\n{% autoescape false %}{{ title }}{% endautoescape %}"
    )
    made = program(files(listing), Interpret)
    states = {
        (effect.place.line, effect.text.state(Use.HTML))
        for effect in made.effects
        if isinstance(effect, Interpret) and any(origin.steps for origin in effect.text.origins)
    }
    assert states == {(3, Clean.DIRTY), (4, Clean.CLEAN), (5, Clean.DIRTY)}


def test_a_broken_template_is_noted(program: Callable[..., Program]) -> None:
    made = program(files(LISTING, junk="{{ a ? b : c }}"), Load)
    assert [(note.path, note.line) for note in made.notes] == [("shop/templates/junk.html", 1)]
