"""`injection/orm-field`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.effect import Interpret, Language
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example
from archwright.review.sent import tainted


class OrmField(Rule):
    """Data from outside names the fields of an ORM's query.

    That is `filter(**data)`, `get(**{name: value})`, `Q(**data)`, `order_by(name)` and `values(*names)` of Django, where the names come
    from the sender. Names that were looked up in a fixed list are clean. What can't be followed is not reported.

    Why: a name may walk relations and carry a lookup, `author__password__startswith`. By what comes back, or in which order, a sender
    reads columns that no answer was to show, one character after the other. No SQL text is injected: values stay bound.

    Instead: look the sender's word up in a dictionary of allowed names, or declare them: django-filter's FilterSet, Django REST
    framework's `ordering_fields` and `filterset_fields`.

    Fine when: the sender may read every column of the table and of all that it leads to, or a function on the way checks the names.
    Always of low confidence: on public projects half of what it told was fine, for what fixes names on their way is mostly their own.

    Fix safety: no automatic fix. Which names are allowed is a decision.
    """

    name = "injection/orm-field"
    impact = Impact.HIGH
    cwe = "CWE-943"
    security = True
    which = Which.SENT
    bad = (
        example(
            "a helper that hands on what it is given by name",
            framework="flask",
            files={
                "app.py": """
                    from flask import Flask, request
                    from lookup import find

                    app = Flask(__name__)

                    @app.get("/products")
                    def products():
                        return [product.pk for product in find(**request.args.to_dict())]
                """,
                "lookup.py": """
                    from shop.models import Product

                    def find(**lookup):
                        return Product.objects.filter(**lookup)
                """,
                "shop/models.py": """
                    from django.db import models

                    class Product(models.Model):
                        slug = models.SlugField(unique=True)
                """,
                "shop/__init__.py": "",
            },
        ),
        example(
            "the whole query string as conditions",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Order(models.Model):
                        total = models.IntegerField()
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("orders/", views.orders)]
                """,
                "shop/views.py": """
                    from django.http import JsonResponse
                    from shop.models import Order

                    def orders(request):
                        found = Order.objects.filter(**request.GET.dict())
                        return JsonResponse({"count": found.count()})
                """,
            },
        ),
        example(
            "a field name built into a lookup, and columns by name",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Order(models.Model):
                        total = models.IntegerField()
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("search/<str:field>/", views.search)]
                """,
                "shop/views.py": """
                    from django.http import JsonResponse
                    from shop.models import Order

                    def search(request, field):
                        found = Order.objects.filter(**{f"{field}__icontains": request.GET["word"]})
                        return JsonResponse(list(found.values(*request.GET.getlist("show"))), safe=False)
                """,
            },
        ),
    )
    good = (
        example(
            "the names are those that the helper's caller writes down",
            framework="django",
            files={
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("products/<path:slug>/", views.show)]
                """,
                "shop/views.py": """
                    from django.db.models import Q
                    from django.http import JsonResponse
                    from shop.models import Product

                    def show(request, slug):
                        return JsonResponse({"id": find(slug=slug).pk, "same": same(Q(slug=slug)), "as": beside("id", slug)})

                    def find(**lookup):
                        return Product.objects.get(**lookup)

                    def same(*conditions, **lookup):
                        return Product.objects.filter(*conditions, **lookup).count()

                    def beside(column, value):
                        return same(**{f"{column}__gt": value})
                """,
                "shop/models.py": """
                    from django.db import models

                    class Product(models.Model):
                        slug = models.SlugField(unique=True)
                """,
                "shop/__init__.py": "",
            },
        ),
        example(
            "names looked up, conditions written down",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Order(models.Model):
                        total = models.IntegerField()
                        city = models.TextField()
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("orders/", views.orders)]
                """,
                "shop/views.py": """
                    from django.http import HttpResponseBadRequest, JsonResponse
                    from shop.models import Order

                    SORTS = {"newest": "-id", "largest": "-total"}
                    FIELDS = ("total", "city")

                    def orders(request):
                        field = request.GET.get("field", "city")
                        if field not in FIELDS:
                            return HttpResponseBadRequest()
                        conditions = {}
                        if request.GET.get("city"):
                            conditions["city"] = request.GET["city"]
                        found = Order.objects.filter(**conditions).filter(**{field: request.GET["word"]})
                        found = found.order_by(SORTS[request.GET.get("sort", "newest")])
                        return JsonResponse(list(found.values("id", field)), safe=False)
                """,
            },
        ),
    )

    def check(self, effect: Interpret, reaching: Reaching) -> Iterator[Verdict]:
        if effect.language is not Language.FIELD:
            return
        ordering = effect.api == "order_by"
        yield from tainted(
            effect,
            effect.text,
            Use.SQL_IDENTIFIER,
            reaching,
            message=f"{{it}} names the fields that {effect.api} looks up.",
            why="{who} can name any column, those of related rows included{through}, and read it by the order of the rows."
            if ordering
            else "{who} can name any column, those of related rows included{through}, and read it by what comes back.",
            fix="Look the sender's word up in a fixed dictionary of allowed fields, and pass the dictionary's value.",
            harm=f"{effect.api} looks the fields up",
            impact=Impact.MEDIUM if ordering else Impact.HIGH,
            confidence=Confidence.LOW,
        )
