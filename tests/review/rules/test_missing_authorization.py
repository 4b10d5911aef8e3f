"""Views that a model admin of Django adds, and what stands before them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "access/missing-authorization"


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ('@method_decorator(permission_required("shop.change_order", raise_exception=True))', 0),
        ('@method_decorator(never_cache)\n    @method_decorator(permission_required("shop.change_order"))', 0),
        ("@method_decorator(user_passes_test(lambda user: user.is_superuser))", 0),
        ("@method_decorator(login_required)", 1),
        ("@method_decorator(never_cache)", 1),
        ("", 1),
    ],
)
def test_an_added_view_behind_a_permission(before: str, told: int, findings: Find) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models.py": """
            from django.db import models

            class Order(models.Model):
                paid = models.BooleanField(default=False)
        """,
        "shop/admin.py": f"""
from django.contrib import admin
from django.contrib.auth.decorators import login_required, permission_required, user_passes_test
from django.http import HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from shop.models import Order

@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    def get_urls(self):
        return [path("<int:number>/pay/", self.admin_site.admin_view(self.pay))] + super().get_urls()

    {before}
    def pay(self, request, number):
        Order.objects.filter(pk=number).update(paid=True)
        return HttpResponse("ok")
""",
    }
    assert len(findings(RULE, files)) == told
