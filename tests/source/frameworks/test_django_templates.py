"""Django templates as part of the program: what they touch is an effect of the view that renders them."""

from __future__ import annotations

from collections.abc import Callable

from archwright.model.effect import Interpret, Load, Read
from archwright.model.value import Clean, Use
from archwright.source.program import Program

MODELS = """
    from django.db import models

    class Customer(models.Model):
        name = models.CharField(max_length=100)
        agent = models.ForeignKey("self", on_delete=models.CASCADE)

        def __str__(self):
            return self.agent.name

    class Order(models.Model):
        customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="orders")

        def label(self):
            return self.customer.name

        def priced(self, rate):
            return self.customer.name
"""
VIEWS = """
    from django.shortcuts import render
    from shop.models import Order

    def orders(request):
        return render(request, "shop/list.html", {"orders": Order.objects.all(), "title": request.GET["title"]})

    def loaded(request):
        return render(request, "shop/list.html", {"orders": Order.objects.select_related("customer__agent")})
"""
BASE = "<title>{% block title %}{{ title }}{% endblock %}</title>{% block body %}{% endblock %}"


def files(listing: str, views: str = VIEWS, **more: str) -> dict[str, str]:
    page = f'{{% extends "base.html" %}}{{% block body %}}\n{listing}\n{{% endblock %}}'
    return {
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/views.py": views,
        "shop/templates/base.html": BASE,
        "shop/templates/shop/list.html": page,
    } | {f"shop/templates/shop/{name}.html": text for name, text in more.items()}


def places(program: Program, relation: str) -> set[str]:
    """Where a relation is fetched row by row, and through which calls."""
    found = set()
    for effect in program.effects:
        if not isinstance(effect, Load) or effect.relation != relation or effect.relation in effect.loaded:
            continue
        if any(loop.query is not None and loop.query == effect.query for loop in effect.context.loops):
            found.add(f"{effect.place.path}:{effect.place.line}")
    return found


def test_a_relation_touched_in_a_loop_is_fetched_row_by_row(
    program: Callable[..., Program], per_row: Callable[[Program], set[str]]
) -> None:
    made = program(files("{% for order in orders %}\n  {{ order.customer.name }}\n{% endfor %}"), Load, Read)
    assert per_row(made) == {"customer"}
    assert places(made, "customer") == {"shop/templates/shop/list.html:3"}
    (built,) = {
        effect.built for effect in made.effects if isinstance(effect, Load) and effect.built and effect.context.loops
    }
    assert (built.path, built.line) == ("shop/views.py", 6)
    assert made.stats.templates == (("Django", 2),)


def test_what_the_view_loads_along_is_not_fetched_again(
    program: Callable[..., Program], per_row: Callable[[Program], set[str]]
) -> None:
    views = VIEWS.replace("Order.objects.all()", 'Order.objects.select_related("customer")')
    assert per_row(program(files("{% for o in orders %}{{ o.customer.name }}{% endfor %}", views), Load, Read)) == set()


def test_methods_are_called_and_texts_of_rows_made(
    program: Callable[..., Program], per_row: Callable[[Program], set[str]]
) -> None:
    listing = "{% for o in orders %}{{ o.label }}{% endfor %}\n{% for o in orders %}{{ o.customer }}{% endfor %}"
    made = program(files(listing), Load, Read)
    assert per_row(made) == {"customer", "customer.agent"}
    called = [e for e in made.effects if isinstance(e, Load) and e.relation == "customer.agent" and e.context.loops]
    assert {call.path for effect in called for call in effect.context.calls} >= {"shop/templates/shop/list.html"}


def test_methods_that_need_arguments_and_those_that_alter_are_not_called(
    program: Callable[..., Program], per_row: Callable[[Program], set[str]]
) -> None:
    listing = "{% for o in orders %}{{ o.priced }}{{ o.delete }}{{ o.customer_id }}{{ o.customer.pk }}{% endfor %}"
    made = program(
        files("{% for o in orders %}{{ o.priced }}{{ o.delete }}{{ o.customer_id }}{% endfor %}"), Load, Read
    )
    assert per_row(made) == set()
    assert "customer.pk" in listing


def test_included_templates_see_the_names_around_them(
    program: Callable[..., Program], per_row: Callable[[Program], set[str]]
) -> None:
    listing = '{% for order in orders %}{% include "shop/row.html" %}{% endfor %}'
    made = program(
        files(listing, row='{% include "shop/cell.html" with o=order only %}', cell="{{ o.customer.name }}"), Load
    )
    assert places(made, "customer") == {"shop/templates/shop/cell.html:1"}
    only = program(files(listing.replace(" %}{% endfor", " only %}{% endfor"), row="{{ order.customer.name }}"), Load)
    assert per_row(only) == set()


def test_a_block_in_a_loop_is_the_one_of_the_heir(program: Callable[..., Program]) -> None:
    pages = files(
        "",
        row="{% for order in orders %}{% block cell %}{{ order.label }}{% endblock %}{% endfor %}",
        heir='{% extends "shop/row.html" %}{% block cell %}\n{{ order.customer.name }}{% endblock %}',
    )
    pages["shop/views.py"] = VIEWS.replace("shop/list.html", "shop/heir.html")
    assert places(program(pages, Load), "customer") == {"shop/templates/shop/heir.html:2"}


def test_with_regroup_and_filters(program: Callable[..., Program]) -> None:
    listing = (
        "{% regroup orders by customer.name as groups %}\n"
        "{% for group in groups %}{% for o in group.list %}\n"
        "{% with who=o.customer %}{{ who.agent.name }}{% endwith %}\n"
        "{% endfor %}{% endfor %}\n"
        "{% for c in customers %}{{ c.orders.all|length }}{% endfor %}"
    )
    views = VIEWS.replace('"title": request.GET["title"]', '"customers": Customer.objects.all()').replace(
        "import Order", "import Customer, Order"
    )
    made = program(files(listing, views), Load, Read)
    page = "shop/templates/shop/list.html"
    assert places(made, "customer") == {f"{page}:2", f"{page}:4"}
    assert places(made, "customer.agent") == {f"{page}:4"}
    assert places(made, "orders") == {f"{page}:6"}


def test_tags_of_the_project(program: Callable[..., Program]) -> None:
    pages = files(
        "{% load shop %}{% for order in orders %}\n{% card order %}\n{% who order as name %}{{ order|agent }}\n{% endfor %}",
        card="{{ o.customer.name }}",
    )
    pages["shop/templatetags/__init__.py"] = ""
    pages["shop/templatetags/shop.py"] = """
        from django import template

        register = template.Library()

        @register.inclusion_tag("shop/card.html", takes_context=True)
        def card(context, order):
            return {"o": order}

        @register.simple_tag(name="who")
        def name_of(order):
            return order.customer.name

        @register.filter
        def agent(order):
            return order.customer.agent.name
    """
    made = program(pages, Load)
    assert places(made, "customer") == {
        "shop/templates/shop/card.html:1",
        "shop/templatetags/shop.py:12",
        "shop/templatetags/shop.py:16",
    }
    assert places(made, "customer.agent") == {"shop/templatetags/shop.py:16"}


def test_operations_reach_their_templates(program: Callable[..., Program]) -> None:
    pages = files("{% for order in orders %}{{ order.customer.name }}{% endfor %}")
    pages["shop/urls.py"] = """
        from django.urls import path
        from shop import views

        urlpatterns = [path("orders/", views.orders)]
    """
    made = program(pages, Load)
    assert made.operations_reaching("shop/templates/shop/list.html.block body") == ("ANY /orders/",)


def test_unescaped_output_is_html(program: Callable[..., Program]) -> None:
    listing = (
        "{{ title }}\n{{ title|safe }}\n{{ title|escape|safe }}\n"
        "{% autoescape off %}{{ title }}\n{{ title|force_escape }}{% endautoescape %}\n{{ 'x'|safe }}{{ title|length }}"
    )
    made = program(files(listing), Interpret)
    states = {
        (effect.place.line, effect.text.state(Use.HTML))
        for effect in made.effects
        if isinstance(effect, Interpret) and any(origin.steps for origin in effect.text.origins)
    }
    assert states == {(3, Clean.DIRTY), (4, Clean.CLEAN), (5, Clean.DIRTY), (6, Clean.CLEAN)}


def test_unknown_names_are_silent(program: Callable[..., Program], per_row: Callable[[Program], set[str]]) -> None:
    views = VIEWS.replace('"shop/list.html"', 'request.GET["page"]')
    made = program(files("{% for order in orders %}{{ order.customer.name }}{% endfor %}", views), Load, Read)
    assert per_row(made) == set()


def test_broken_templates_are_noted(program: Callable[..., Program]) -> None:
    pages = files("{% for order in orders %}{{ order.customer.name }}")
    pages["shop/templates/shop/junk.html"] = "{% if %}{{ a..b }}{% endfor %}{% include %}"
    made = program(pages, Load)
    noted = {(note.path.rpartition("/")[2], note.message) for note in made.notes}
    assert ("list.html", "{% endblock %} comes before {% endfor %}") in noted
    assert {name for name, _ in noted} == {"list.html", "junk.html"}
    assert places(made, "customer") == {"shop/templates/shop/list.html:2"}


GENERIC = """
    from django.urls import path
    from django.views.generic import DetailView, ListView, TemplateView
    from shop.models import Customer, Order

    class Orders(ListView):
        model = Order

    class Named(ListView):
        queryset = Order.objects.filter(pk__gt=1)
        template_name = "shop/named.html"
        context_object_name = "all_orders"

    class Detail(DetailView):
        model = Customer

        def get_context_data(self, **kwargs):
            context = super().get_context_data(**kwargs)
            context["others"] = Customer.objects.all()
            return context

    class Page(TemplateView):
        template_name = "shop/page.html"

        def get_context_data(self, **kwargs):
            return {**super().get_context_data(**kwargs), "orders": Order.objects.all()}

    class Titled:
        def get_context_data(self, **kwargs):
            context = super().get_context_data(**kwargs)
            context["title"] = "Orders"
            return context

    class Mixed(Titled, ListView):
        model = Order
        template_name = "shop/mixed.html"

    urlpatterns = [
        path("orders/", Orders.as_view()),
        path("named/", Named.as_view()),
        path("customers/<int:pk>/", Detail.as_view()),
        path("page/", Page.as_view()),
        path("mixed/", Mixed.as_view()),
    ]
"""


def test_generic_views_render_their_templates(program: Callable[..., Program]) -> None:
    pages = {
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/urls.py": GENERIC,
        "shop/templates/shop/order_list.html": "{% for o in object_list %}\n{{ o.customer.name }}{% endfor %}",
        "shop/templates/shop/named.html": "{% for o in all_orders %}{{ o.customer.name }}{% endfor %}",
        "shop/templates/shop/customer_detail.html": (
            "{{ customer.agent.name }}{% for o in customer.orders.all %}{{ o.customer.name }}{% endfor %}\n\n"
            "{% for c in others %}{{ c.agent }}{% endfor %}"
        ),
        "shop/templates/shop/mixed.html": "{% for o in order_list %}{{ o.customer.name }}{% endfor %}",
        "shop/templates/shop/page.html": "\n\n\n{% for o in orders %}{{ o.customer }}{% endfor %}",
    }
    made = program(pages, Load, Read)
    assert places(made, "customer") == {
        "shop/templates/shop/order_list.html:2",
        "shop/templates/shop/named.html:1",
        "shop/templates/shop/mixed.html:1",
        "shop/templates/shop/page.html:4",
    }
    assert "shop/templates/shop/customer_detail.html:3" in places(made, "agent")
    assert made.operations_reaching("shop/templates/shop/order_list.html") == ("GET /orders/",)


def test_jinja_in_a_django_project(program: Callable[..., Program]) -> None:
    """Where both languages are in use, what is no template of the one is read as one of the other."""
    pages = files("{% for order in orders %}{{ order.customer.name }}{% endfor %}", jinja="{{ page(orders, '}}') }}")
    pages["shop/jinja.py"] = "import jinja2\n"
    made = program(pages, Load)
    assert made.stats.templates == (("Django", 2), ("Jinja2", 1))
    assert made.notes == ()
