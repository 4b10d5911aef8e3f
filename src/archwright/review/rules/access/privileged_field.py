"""`access/privileged-field`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from archwright.model.effect import Effect, Expose
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.review.endpoint import Endpoint
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.staff import for_staff

_RIGHTS = re.compile(
    r"^(?:is_?)?(?:super_?user|staff|admin|administrator|moderator)$|^(?:groups|user_permissions|permissions|scopes)$"
    r"|^(?:balance|credits?|wallet(?:_balance)?)$"
)
"""Fields that nobody may choose for themselves: what one may do everywhere, and money."""
_TELLING = re.compile(
    r"^(?:roles?|is_(?:verified|approved|email_verified|paid|trusted)|(?:email_)?verified|approved|plan|quota)$"
)
"""Fields that callers seldom may choose, and that others may be meant to set for them."""

_MODELS = """
    from django.contrib.auth.models import AbstractUser
    from django.db import models

    class Member(AbstractUser):
        nick = models.CharField(max_length=50)
"""
_URLS = """
    from django.urls import path
    from shop.views import Change

    urlpatterns = [path("members/<int:pk>/", Change.as_view())]
"""
_VIEWS = """
    from rest_framework.generics import UpdateAPIView
    from rest_framework.permissions import {guard}
    from shop.models import Member
    from shop.serializers import MemberSerializer

    class Change(UpdateAPIView):
        permission_classes = [{guard}]
        serializer_class = MemberSerializer

        def get_queryset(self):
            return Member.objects.filter(pk=self.request.user.pk)
"""


class PrivilegedField(Rule):
    """What is sent fills all columns of a row, those that say what somebody may do or owns among them.

    A serializer of Django REST framework, or a form of Django, takes the columns of its model by `fields = "__all__"` or `exclude`, and an
    endpoint that is not for staff saves it. Told are columns such as `is_superuser`, `is_staff`, `groups` and `balance`; with low
    confidence `role`, `verified` and the like. Columns that are read-only, not editable, declared anew or looked at by the serializer's
    code are clean.

    Why: a caller sends one more field, `"is_superuser": true`, and is one.

    Instead: name the fields that may be sent, or put the others into `read_only_fields`.

    Fine when: another check lets only those who may set the field reach it.

    Fix safety: no automatic fix. Which fields clients need is for the author to say.
    """

    name = "access/privileged-field"
    impact = Impact.CRITICAL
    cwe = "CWE-915"
    security = True
    bad = (
        example(
            "all columns of the user",
            framework="rest_framework",
            files={
                "shop/__init__.py": "",
                "shop/models.py": _MODELS,
                "shop/urls.py": _URLS,
                "shop/views.py": _VIEWS.format(guard="IsAuthenticated"),
                "shop/serializers.py": """
                    from rest_framework import serializers
                    from shop.models import Member

                    class MemberSerializer(serializers.ModelSerializer):
                        class Meta:
                            model = Member
                            exclude = ["password"]
                """,
            },
        ),
    )
    good = (
        example(
            "the columns that decide are read-only",
            framework="rest_framework",
            files={
                "shop/__init__.py": "",
                "shop/models.py": _MODELS,
                "shop/urls.py": _URLS,
                "shop/views.py": _VIEWS.format(guard="IsAuthenticated"),
                "shop/serializers.py": """
                    from rest_framework import serializers
                    from shop.models import Member

                    class MemberSerializer(serializers.ModelSerializer):
                        class Meta:
                            model = Member
                            exclude = ["password"]
                            read_only_fields = ["is_superuser", "is_staff", "groups", "user_permissions"]
                """,
            },
        ),
        example(
            "for staff alone",
            framework="rest_framework",
            files={
                "shop/__init__.py": "",
                "shop/models.py": _MODELS,
                "shop/urls.py": _URLS,
                "shop/views.py": _VIEWS.format(guard="IsAdminUser"),
                "shop/serializers.py": """
                    from rest_framework import serializers
                    from shop.models import Member

                    class MemberSerializer(serializers.ModelSerializer):
                        class Meta:
                            model = Member
                            fields = "__all__"
                """,
            },
        ),
    )

    def check(self, endpoint: Endpoint, effects: Callable[[Endpoint], Sequence[Expose]]) -> Iterator[Verdict]:
        found: Sequence[Effect] = effects(endpoint)  # those that other rules ask for among them
        exposed = [each for each in found if isinstance(each, Expose)]
        if not exposed or for_staff(endpoint) or endpoint.admin or any(guard.allows for guard in endpoint.guards):
            return
        for effect in exposed:
            sure = [name for name in effect.fields if _RIGHTS.search(name)]
            named = sure or [name for name in effect.fields if _TELLING.search(name)]
            if named and not (endpoint.checks and not sure):
                yield self._verdict(endpoint, effect, named, sure=bool(sure) and not endpoint.checks_itself)

    def _verdict(self, endpoint: Endpoint, effect: Expose, named: Sequence[str], *, sure: bool) -> Verdict:
        entity = effect.entity.rpartition(".")[2]
        return Verdict(
            message=f"{effect.holder} takes all fields of {entity} from what is sent, {', '.join(named[:3])} among them.",
            why=f"A caller of {endpoint.title} sends {named[0]} along, and it is kept.",
            fix="Name the fields that may be sent, or make the others read-only",
            impact=Impact.CRITICAL if sure else Impact.MEDIUM,
            confidence=Confidence.MEDIUM if sure else Confidence.LOW,
            trace=steps(
                (effect.declared, "all fields are taken but those that are named"),
                (endpoint.place, f"{endpoint.title} takes what is sent"),
                (effect.place, "it is kept"),
            ),
            place=effect.declared,
            start=endpoint.place,
            cause=f"{effect.holder} {effect.declared}",
            remedy=Remedy(kind=RemedyKind.ALLOW, subject=entity),
        )
