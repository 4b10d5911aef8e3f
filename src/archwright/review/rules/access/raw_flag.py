"""`access/raw-flag`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.finding import Confidence, Impact
from archwright.review.endpoint import Endpoint
from archwright.review.rule import Rule, Verdict, example, steps


class RawFlag(Rule):
    """A caller is turned away where a field of the body is `True`, and the same field is taken where it is `"true"` or `1`.

    The check compares what was sent (`request.data.get("is_superuser") is True`); the serializer, which reads it afterwards,
    makes a truth value of texts and numbers, too. A form sends nothing but texts.

    Why: a caller sends `"true"`, passes the check and gets what it keeps from others: mostly a higher rank.

    Instead: check what the serializer made of it (`serializer.validated_data`), in `validate` or after `is_valid`.

    Fine when: the view takes JSON alone and its serializer refuses texts and numbers for the field.

    Fix safety: no automatic fix. Callers that send texts are turned away from then on, as was meant.
    """

    name = "access/raw-flag"
    impact = Impact.HIGH
    cwe = "CWE-863"
    security = True
    bad = (
        example(
            "the check sees what was sent, the serializer what it means",
            framework="rest_framework",
            files={
                "shop/__init__.py": "",
                "shop/urls.py": """
                    from rest_framework.routers import DefaultRouter
                    from shop.views import UserViewSet

                    router = DefaultRouter()
                    router.register("users", UserViewSet)
                    urlpatterns = router.urls
                """,
                "shop/views.py": """
                    from django.contrib.auth.models import User
                    from rest_framework import serializers
                    from rest_framework.exceptions import PermissionDenied
                    from rest_framework.mixins import CreateModelMixin
                    from rest_framework.permissions import IsAdminUser
                    from rest_framework.viewsets import GenericViewSet

                    class UserSerializer(serializers.ModelSerializer):
                        class Meta:
                            model = User
                            fields = ["username", "is_superuser"]

                    class UserViewSet(CreateModelMixin, GenericViewSet):
                        queryset = User.objects.all()
                        serializer_class = UserSerializer
                        permission_classes = [IsAdminUser]

                        def create(self, request, *args, **kwargs):
                            if request.data.get("is_superuser") is True and not request.user.is_superuser:
                                raise PermissionDenied
                            return super().create(request, *args, **kwargs)
                """,
            },
        ),
    )
    good = (
        example(
            "any value that is sent counts",
            framework="rest_framework",
            files={
                "shop/__init__.py": "",
                "shop/urls.py": """
                    from rest_framework.routers import DefaultRouter
                    from shop.views import UserViewSet

                    router = DefaultRouter()
                    router.register("users", UserViewSet)
                    urlpatterns = router.urls
                """,
                "shop/views.py": """
                    from django.contrib.auth.models import User
                    from rest_framework import serializers
                    from rest_framework.exceptions import PermissionDenied
                    from rest_framework.mixins import CreateModelMixin
                    from rest_framework.permissions import IsAdminUser
                    from rest_framework.viewsets import GenericViewSet

                    class UserSerializer(serializers.ModelSerializer):
                        class Meta:
                            model = User
                            fields = ["username", "is_superuser"]

                    class UserViewSet(CreateModelMixin, GenericViewSet):
                        queryset = User.objects.all()
                        serializer_class = UserSerializer
                        permission_classes = [IsAdminUser]

                        def create(self, request, *args, **kwargs):
                            if "is_superuser" in request.data and not request.user.is_superuser:
                                raise PermissionDenied
                            return super().create(request, *args, **kwargs)
                """,
            },
        ),
    )

    def check(self, endpoint: Endpoint) -> Iterator[Verdict]:
        for place, field in endpoint.raw_flags:
            yield Verdict(
                message=f'The check of {field} sees True alone; the serializer takes "true" and 1 for it as well.',
                why=f'Whoever may call {endpoint.title} sends {field}="true" and passes the check.',
                fix=f"Check serializer.validated_data[{field!r}] instead",
                impact=Impact.HIGH,
                confidence=Confidence.MEDIUM,
                trace=steps((endpoint.place, "the body is read"), (place, f"{field} is compared as it was sent")),
                place=place,
                start=endpoint.place,
            )
