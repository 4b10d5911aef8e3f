"""`access/unscoped-field`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from archwright.model.effect import Accept, Effect, Read, Write
from archwright.model.entity import Entity
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.review.endpoint import Endpoint
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.rules.access._before import checks_strictly, looked_at_before
from archwright.review.rules.access._owner import Owned, owner_of
from archwright.review.rules.access._scope import Accesses, Limit, all_accesses
from archwright.review.staff import for_staff

_MODELS = """
    from django.conf import settings
    from django.db import models

    class Document(models.Model):
        owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
        text = models.TextField()

    class Link(models.Model):
        document = models.ForeignKey(Document, on_delete=models.CASCADE)
        slug = models.CharField(max_length=50)
"""
_URLS = """
    from django.urls import path
    from shop.views import Create

    urlpatterns = [path("links/", Create.as_view())]
"""
_VIEWS = """
    from rest_framework.generics import CreateAPIView
    from rest_framework.permissions import IsAuthenticated
    from shop.serializers import LinkSerializer

    class Create(CreateAPIView):
        permission_classes = [IsAuthenticated]
        serializer_class = LinkSerializer
"""


class UnscopedField(Rule):
    """A related field of what is sent lets a caller name any row of an entity, also those of other owners.

    Django REST framework looks the row up among all rows (the field's `queryset`, or the model's where none is given). The
    entity has an owner, callers sign in, and neither the serializer (`validate_<field>`, `validate`, a `queryset` set for
    the request, `create`, `update`) nor the view looks at whose row it is. Endpoints for staff are left out.
    Shown with `--all` only: lists of keys, most of which say what something is marked with or filtered by, and rows at which
    another endpoint lets everyone who is signed in, by the path and with no check, while none limits them to the caller.

    Why: a caller ties what they create to the row of somebody else, or is shown it, by sending its key.

    Instead: give the field the caller's rows (`self.fields["document"].queryset = Document.objects.filter(owner=user)`),
    or compare the owner in `validate_document`.

    Fine when: every caller may see and use every row of the entity.

    Fix safety: no automatic fix. Keys of others' rows are refused from then on, as is meant.
    """

    name = "access/unscoped-field"
    impact = Impact.HIGH
    cwe = "CWE-639"
    security = True
    bad = (
        example(
            "a link to any document",
            framework="rest_framework",
            files={
                "shop/__init__.py": "",
                "shop/models.py": _MODELS,
                "shop/urls.py": _URLS,
                "shop/views.py": _VIEWS,
                "shop/serializers.py": """
                    from rest_framework import serializers
                    from shop.models import Link

                    class LinkSerializer(serializers.ModelSerializer):
                        class Meta:
                            model = Link
                            fields = ["document", "slug"]
                """,
            },
        ),
        example(
            "a declared field over all rows",
            framework="rest_framework",
            files={
                "shop/__init__.py": "",
                "shop/models.py": _MODELS,
                "shop/urls.py": _URLS,
                "shop/views.py": """
                    from rest_framework.permissions import IsAuthenticated
                    from rest_framework.response import Response
                    from rest_framework.views import APIView
                    from shop.serializers import PreviewSerializer

                    class Create(APIView):
                        permission_classes = [IsAuthenticated]

                        def post(self, request):
                            serializer = PreviewSerializer(data=request.data)
                            serializer.is_valid(raise_exception=True)
                            return Response({"text": serializer.validated_data["document"].text})
                """,
                "shop/serializers.py": """
                    from rest_framework import serializers
                    from shop.models import Document

                    class PreviewSerializer(serializers.Serializer):
                        document = serializers.PrimaryKeyRelatedField(queryset=Document.objects.all())
                """,
            },
        ),
    )
    good = (
        example(
            "the serializer compares the owner",
            framework="rest_framework",
            files={
                "shop/__init__.py": "",
                "shop/models.py": _MODELS,
                "shop/urls.py": _URLS,
                "shop/views.py": _VIEWS,
                "shop/serializers.py": """
                    from rest_framework import serializers
                    from shop.models import Link

                    class LinkSerializer(serializers.ModelSerializer):
                        class Meta:
                            model = Link
                            fields = ["document", "slug"]

                        def validate_document(self, document):
                            if document.owner != self.context["request"].user:
                                raise serializers.ValidationError("no such document")
                            return document
                """,
            },
        ),
        example(
            "the rows are the caller's",
            framework="rest_framework",
            files={
                "shop/__init__.py": "",
                "shop/models.py": _MODELS,
                "shop/urls.py": _URLS,
                "shop/views.py": _VIEWS,
                "shop/serializers.py": """
                    from rest_framework import serializers
                    from shop.models import Document, Link

                    class LinkSerializer(serializers.ModelSerializer):
                        document = serializers.PrimaryKeyRelatedField(queryset=Document.objects.none())

                        def __init__(self, *args, **kwargs):
                            super().__init__(*args, **kwargs)
                            mine = Document.objects.filter(owner=self.context["request"].user)
                            self.fields["document"].queryset = mine

                        class Meta:
                            model = Link
                            fields = ["document", "slug"]
                """,
            },
        ),
    )

    def check(
        self,
        endpoint: Endpoint,
        endpoints: Sequence[Endpoint],
        effects: Callable[[Endpoint], Sequence[Accept | Read | Write]],
        entities: Mapping[str, Entity],
    ) -> Iterator[Verdict]:
        found: Sequence[Effect] = effects(endpoint)  # those that other rules ask for among them
        accepted = [each for each in found if isinstance(each, Accept)]
        if not accepted or not (endpoint.signed_in or endpoint.asks) or for_staff(endpoint):
            return
        for effect in accepted:
            entity = entities.get(effect.entity or "")
            owner = owner_of(entity) if entity is not None else None
            if entity is None or owner is None or endpoint.checks_itself:
                continue
            open_ = _open_to_all(entity.name, all_accesses(endpoints, effects, entities))
            yield self._verdict(endpoint, effect, owner, sure=owner.sure and not effect.many and not open_)

    def _verdict(self, endpoint: Endpoint, effect: Accept, owner: Owned, *, sure: bool) -> Verdict:
        return Verdict(
            message=f"{effect.holder}.{effect.relation} lets the caller name any {effect.entity}, whosever it is.",
            why=f"A caller of {endpoint.title} sends the key of a row whose {owner.field} is somebody else, and it is taken.",
            fix=f"Limit the field's rows by {owner.field}, or compare it in validate_{effect.relation}",
            impact=Impact.HIGH,
            # lists of keys mostly say what something is marked with or filtered by, and give nothing of the rows away
            confidence=Confidence.MEDIUM if sure else Confidence.LOW,
            trace=steps(
                (endpoint.place, "callers are signed in"),
                (effect.declared, f"all rows of {effect.entity} are let through"),
                (effect.place, "the row is looked up by what was sent"),
            ),
            place=effect.declared,
            start=endpoint.place,
            cause=f"{effect.holder} {effect.entity}",
            remedy=Remedy(kind=RemedyKind.SCOPE, subject=owner.field),
        )


def _open_to_all(entity: str, known: Accesses) -> bool:
    """True where the path of some endpoint names any row of an entity, or its whole, and nothing says that rows are one caller's alone.

    Who names such a row in a field gets at nothing new.
    """
    all_ = known.of(entity)
    if any(each.limit is Limit.CALLER or checks_strictly(each.endpoint) for each in all_):
        return False
    return any(
        (each.limit is Limit.PARENT or (each.limit is Limit.KEY and each.key.startswith("path")))
        and not (
            each.endpoint.checks or known.tied(each.endpoint) or for_staff(each.endpoint) or looked_at_before(each)
        )
        for each in all_
    )
