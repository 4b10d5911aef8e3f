"""`access/unscoped-queryset`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from weakref import WeakKeyDictionary

from archwright.model.effect import Read
from archwright.model.entity import Entity
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.model.which import Which
from archwright.review.endpoint import Endpoint
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.rules.access._before import checked_before
from archwright.review.rules.access._owner import owner_of
from archwright.review.rules.access._scope import Limit, Listing, listings_of
from archwright.review.staff import for_staff

_FEWEST = 2
_BESIDE = 3


class UnscopedQueryset(Rule):
    """Rows of everyone are listed, where rows of like entities are limited to those of the caller.

    By its schema a row belongs to a person (`owner`, `user`), and no condition on that field limits the rows, no filter of the
    view, no permission. Reported where the same function limits at least two other entities by a field of that name; where
    other endpoints list the entity for its owner alone; and where the lists beside it, of three or more entities, are limited
    by such a field without exception. Endpoints for staff are left out.

    Why: every caller reads the rows of all others.

    Instead: limit the rows by the caller (`filter(owner=request.user)`), by the same helper that the others go through.

    Fine when: rows of the entity are meant for everyone.

    Fix safety: no automatic fix. Callers see fewer rows from then on, as was meant.
    """

    name = "access/unscoped-queryset"
    impact = Impact.HIGH
    cwe = "CWE-639"
    security = True
    which = Which.SENT
    bad = (
        example(
            "one of three searches forgets the owner",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.conf import settings
                    from django.db import models

                    class Owned(models.Model):
                        owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
                        name = models.CharField(max_length=80)

                        class Meta:
                            abstract = True

                    class Order(Owned):
                        pass

                    class Bill(Owned):
                        pass

                    class Account(Owned):
                        pass

                    class Address(Owned):
                        pass
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("search/", views.search)]
                """,
                "shop/views.py": """
                    from django.contrib.auth.decorators import login_required
                    from django.http import JsonResponse
                    from shop.models import Address, Bill, Order

                    def of(user, model):
                        return model.objects.filter(owner=user)

                    @login_required
                    def search(request):
                        text = request.GET["text"]
                        orders = of(request.user, Order).filter(name__icontains=text)[:5]
                        bills = of(request.user, Bill).filter(name__icontains=text)[:5]
                        addresses = Address.objects.filter(name__icontains=text)[:5]
                        return JsonResponse({"found": [row.name for row in [*orders, *bills, *addresses]]})
                """,
            },
        ),
    )
    good = (
        example(
            "all are limited, and what belongs to nobody is not",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.conf import settings
                    from django.db import models

                    class Order(models.Model):
                        owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
                        name = models.CharField(max_length=80)

                    class Bill(models.Model):
                        owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
                        name = models.CharField(max_length=80)

                    class Product(models.Model):
                        name = models.CharField(max_length=80)
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("search/", views.search)]
                """,
                "shop/views.py": """
                    from django.contrib.auth.decorators import login_required
                    from django.http import JsonResponse
                    from shop.models import Bill, Order, Product

                    @login_required
                    def search(request):
                        text = request.GET["text"]
                        orders = Order.objects.filter(owner=request.user, name__icontains=text)[:5]
                        bills = Bill.objects.filter(owner=request.user, name__icontains=text)[:5]
                        products = Product.objects.filter(name__icontains=text)[:5]
                        return JsonResponse({"found": [row.name for row in [*orders, *bills, *products]]})
                """,
            },
        ),
    )

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[object, tuple[Listing, ...]] = WeakKeyDictionary()

    def check(
        self,
        endpoint: Endpoint,
        endpoints: Sequence[Endpoint],
        effects: Callable[[Endpoint], Sequence[Read]],
        entities: Mapping[str, Entity],
    ) -> Iterator[Verdict]:
        if for_staff(endpoint) or not (endpoint.signed_in or endpoint.asks):
            return
        own = list(listings_of(endpoint, effects(endpoint), entities))
        for listing in own:
            owner = owner_of(entities[listing.entity]) if listing.limit is Limit.KEY else None
            if owner is None or not owner.sure:
                continue
            if any(each.entity == listing.entity and each.limit is not Limit.KEY for each in own):
                continue
            like = _limited(own, owner.field)
            if len({each.entity for each in like}) >= _FEWEST:
                yield _verdict(listing, owner.field, like, "the same function")
                continue
            if endpoint.changes or endpoint.checks or endpoint.hooked or checked_before(endpoint):
                continue
            if effects not in self._known:
                self._known[effects] = tuple(
                    found
                    for each in endpoints
                    if not for_staff(each)
                    for found in listings_of(each, effects(each), entities)
                )
            yield from _by_others(listing, owner.field, self._known[effects], entities)


def _by_others(
    listing: Listing, field: str, known: Sequence[Listing], entities: Mapping[str, Entity]
) -> Iterator[Verdict]:
    others = [each for each in known if each.endpoint.unit != listing.endpoint.unit]
    same = [each for each in others if each.entity == listing.entity]
    limited = _limited(same, field)
    if len({each.endpoint.unit for each in limited}) >= _FEWEST and len(limited) == len(same):
        yield _verdict(listing, field, limited, "other endpoints")
        return
    beside = [each for each in others if each.effect.place.path == listing.effect.place.path]
    beside = [
        each for each in beside if (owner := owner_of(entities[each.entity])) is not None and owner.field == field
    ]
    limited = _limited(beside, field)
    if len({each.entity for each in limited}) >= _BESIDE and len(limited) == len(beside):
        yield _verdict(listing, field, limited, "the endpoints beside it")


def _limited(listings: Sequence[Listing], field: str) -> list[Listing]:
    """Those that are limited to rows of the caller by a field of that name."""
    return [
        each
        for each in listings
        if each.limit is Limit.CALLER and each.path.removesuffix("_id") == field.removesuffix("_id")
    ]


def _verdict(listing: Listing, field: str, like: Sequence[Listing], who: str) -> Verdict:
    names = sorted({each.entity.rpartition(".")[2] for each in like})
    listed = listing.entity.rpartition(".")[2]
    effect = listing.effect
    return Verdict(
        message=f"Rows of {listed} are listed whoever their {field} is; {who} limit{'s' if 'function' in who else ''} "
        f"{', '.join(names[:3])} by it.",
        why=f"Whoever may call {listing.endpoint.title} reads the rows of everyone else.",
        fix=f"Limit the rows by {field}, as {like[0].entity.rpartition('.')[2]}",
        impact=Impact.HIGH,
        confidence=Confidence.MEDIUM,
        trace=steps(
            (
                like[0].effect.place,
                f"{names[0] if len(names) == 1 else like[0].entity.rpartition('.')[2]} by {like[0].path}",
            ),
            (listing.endpoint.place, "callers are signed in"),
            *((place, "handed on") for place in effect.context.calls),
            *(((effect.built, f"{listed} of everyone"),) if effect.built is not None else ()),
            (effect.place, f"rows of {listed} are fetched"),
        ),
        place=effect.built or (effect.context.calls[0] if effect.context.calls else effect.place),
        start=listing.endpoint.place,
        cause=f"{listing.endpoint.unit} {listing.entity}",
        remedy=Remedy(kind=RemedyKind.SCOPE, subject=field),
    )
