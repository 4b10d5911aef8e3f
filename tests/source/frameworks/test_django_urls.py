"""Which view serves which path: includes, lists, routers, converters, regular expressions."""

from __future__ import annotations

from pathlib import Path

from archwright.source.program import analyse

FILES = {
    "site/__init__.py": "",
    "site/urls.py": """
from django.conf import settings
from django.urls import include, path, re_path
from rest_framework.routers import DefaultRouter
from shop import views
from shop.views import Basket, Orders

router = DefaultRouter()
router.register("orders", Orders)
other = DefaultRouter()
other.register(r"baskets", Orders)
api = [path("ping/", views.ping), *other.urls]

urlpatterns = [
    path("", views.home),
    path("api/", include(router.urls)),
    path("api/v2/", include(api)),
    path("shop/", include("shop.urls")),
    re_path(r"^files/(?P<number>[0-9]+)/(?P<name>.+)$", views.download),
    path("basket/<uuid:key>/", views.guarded(Basket.as_view())),
]
if settings.DEBUG:
    urlpatterns += [path("debug/", views.ping)]
""",
    "shop/__init__.py": "",
    "shop/urls.py": "from django.urls import path\nfrom . import views\nurlpatterns = [path('<slug:kind>/', views.listing)]\n",
    "shop/views.py": """
from django.views import View
from rest_framework.decorators import action
from rest_framework.viewsets import ModelViewSet

def home(request): ...
def ping(request): ...
def listing(request, kind): ...
def download(request, number, name): ...
def guarded(view): return view

class Basket(View):
    def get(self, request, key): ...
    def post(self, request, key): ...

class Orders(ModelViewSet):
    def list(self, request): ...
    def retrieve(self, request, pk): ...
    @action(detail=True, methods=["post"], url_path=r"lines/(?P<line>[^/]+)")
    def cancel(self, request, pk, line): ...
""",
}


def test_every_view_is_found_at_its_path(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = analyse(["."], wanted=frozenset(), root=tmp_path)
    assert sorted((str(operation), operation.entry) for operation in found.operations) == sorted(
        [
            ("ANY /", "shop.views.home"),
            ("ANY /api/v2/ping/", "shop.views.ping"),
            ("ANY /debug/", "shop.views.ping"),
            ("ANY /files/{number}/{name}", "shop.views.download"),
            ("ANY /shop/{kind}/", "shop.views.listing"),
            *[
                (f"{method} {path}", f"shop.views.Orders.{action}")
                for method, action in (("DELETE", "destroy"), ("PATCH", "partial_update"), ("PUT", "update"))
                for path in ("/api/orders/{pk}/", "/api/v2/baskets/{pk}/")
            ],
            ("POST /api/orders/", "shop.views.Orders.create"),
            ("POST /api/v2/baskets/", "shop.views.Orders.create"),
            ("GET /api/orders/", "shop.views.Orders.list"),
            ("GET /api/orders/{pk}/", "shop.views.Orders.retrieve"),
            ("GET /api/v2/baskets/", "shop.views.Orders.list"),
            ("GET /api/v2/baskets/{pk}/", "shop.views.Orders.retrieve"),
            ("GET /basket/{key}/", "shop.views.Basket.get"),
            ("POST /api/orders/{pk}/lines/{line}/", "shop.views.Orders.cancel"),
            ("POST /api/v2/baskets/{pk}/lines/{line}/", "shop.views.Orders.cancel"),
            ("POST /basket/{key}/", "shop.views.Basket.post"),
        ]
    )
