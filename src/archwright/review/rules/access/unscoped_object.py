"""`access/unscoped-object`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from weakref import WeakKeyDictionary

from archwright.model.effect import Effect, Read, Write
from archwright.model.entity import Entity
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind, TraceStep
from archwright.model.which import Which
from archwright.review.endpoint import Does, Endpoint
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.rules.access._owner import Owned, owner_of
from archwright.review.rules.access._scope import Access, Accesses, Limit, accesses_of
from archwright.review.staff import for_staff

_FEWEST = 2
_SHARE = 0.5
_OBJECT_CHECKS = re.compile(r"perm|access|role|scope|owner|member|polic|can_|has_|acl|allow", re.IGNORECASE)
_PLAIN = re.compile(r"^(?:IsAuthenticated\w*|.*login_?required.*|.*Login\w*Mixin|AccessMixin)$", re.IGNORECASE)


class UnscopedObject(Rule):
    """A row is fetched by a key from the request, and nothing ties it to who calls, as other endpoints do for the same entity.

    The endpoint knows who calls, or its path names what the row is a part of; yet the query asks for the key alone, no
    condition of the code compares the row with the caller, and no permission is checked. Reported where at least two other
    endpoints limit the same entity and most of them do, or the one that lists it does; also where the row that is changed has an owner
    by its schema, and no other endpoint shows how it is limited. Endpoints for staff are left out.

    Why: a caller who sends another key gets at the row of somebody else. Keys are guessed, counted up, or seen in links.

    Instead: put the owner into the query (`get(pk=pk, owner=request.user)`), so that what is not the caller's is not found.

    Fine when: every caller may see every row of the entity.

    Fix safety: no automatic fix. Rows that were found until now are not found any more, as is meant.
    """

    name = "access/unscoped-object"
    impact = Impact.HIGH
    cwe = "CWE-639"
    security = True
    which = Which.SENT
    bad = (
        example(
            "one of three views forgets the owner",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.conf import settings
                    from django.db import models

                    class Order(models.Model):
                        owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
                        total = models.IntegerField()
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [
                        path("orders/<int:pk>/", views.show),
                        path("orders/<int:pk>/total/", views.change),
                        path("orders/<int:pk>/cancel/", views.cancel),
                    ]
                """,
                "shop/views.py": """
                    from django.contrib.auth.decorators import login_required
                    from django.http import JsonResponse
                    from django.shortcuts import get_object_or_404
                    from django.views.decorators.http import require_POST
                    from shop.models import Order

                    @login_required
                    def show(request, pk):
                        order = get_object_or_404(Order, pk=pk, owner=request.user)
                        return JsonResponse({"total": order.total})

                    @login_required
                    @require_POST
                    def change(request, pk):
                        order = get_object_or_404(Order, pk=pk, owner=request.user)
                        order.total = 0
                        order.save(update_fields=["total"])
                        return JsonResponse({"total": order.total})

                    @login_required
                    @require_POST
                    def cancel(request, pk):
                        order = get_object_or_404(Order, pk=pk)
                        order.delete()
                        return JsonResponse({})
                """,
            },
        ),
        example(
            "a helper that is given the key alone",
            framework="fastapi",
            code="""
                from fastapi import Depends, FastAPI, HTTPException
                from fastapi.security import OAuth2PasswordBearer
                from sqlalchemy import ForeignKey, create_engine, select
                from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

                app = FastAPI()
                engine = create_engine("postgresql://localhost/shop")
                scheme = OAuth2PasswordBearer(tokenUrl="token")

                class Base(DeclarativeBase):
                    pass

                class User(Base):
                    __tablename__ = "users"
                    id: Mapped[int] = mapped_column(primary_key=True)
                    token: Mapped[str]

                class Note(Base):
                    __tablename__ = "notes"
                    id: Mapped[int] = mapped_column(primary_key=True)
                    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
                    text: Mapped[str]

                def session():
                    with Session(engine) as opened:
                        yield opened

                def signed_in(db: Session = Depends(session), token: str = Depends(scheme)) -> User:
                    user = db.scalars(select(User).where(User.token == token)).first()
                    if user is None:
                        raise HTTPException(401)
                    return user

                def note_of(db, note_id):
                    return db.get(Note, note_id)

                @app.get("/notes/{note_id}")
                def show(note_id: int, db: Session = Depends(session), user: User = Depends(signed_in)):
                    return db.scalars(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).one()

                @app.delete("/notes/{note_id}")
                def remove(note_id: int, db: Session = Depends(session), user: User = Depends(signed_in)):
                    db.delete(db.scalars(select(Note).where(Note.id == note_id, Note.owner_id == user.id)).one())
                    db.commit()

                @app.get("/notes/{note_id}/text")
                def text(note_id: int, db: Session = Depends(session), user: User = Depends(signed_in)):
                    return note_of(db, note_id).text
            """,
        ),
        example(
            "nothing else shows whose the row is, its schema does",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.conf import settings
                    from django.db import models

                    class Address(models.Model):
                        user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
                        street = models.CharField(max_length=80)
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("addresses/<int:pk>/remove/", views.remove)]
                """,
                "shop/views.py": """
                    from django.contrib.auth.decorators import login_required
                    from django.http import JsonResponse
                    from django.shortcuts import get_object_or_404
                    from django.views.decorators.http import require_POST
                    from shop.models import Address

                    @login_required
                    @require_POST
                    def remove(request, pk):
                        get_object_or_404(Address, pk=pk).delete()
                        return JsonResponse({})
                """,
            },
        ),
    )
    good = (
        example(
            "the owner is compared before anything is done",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.conf import settings
                    from django.db import models

                    class Order(models.Model):
                        owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
                        total = models.IntegerField()
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [
                        path("orders/<int:pk>/", views.show),
                        path("orders/<int:pk>/total/", views.change),
                        path("orders/<int:pk>/cancel/", views.cancel),
                    ]
                """,
                "shop/views.py": """
                    from django.contrib.auth.decorators import login_required
                    from django.core.exceptions import PermissionDenied
                    from django.http import JsonResponse
                    from django.shortcuts import get_object_or_404
                    from django.views.decorators.http import require_POST
                    from shop.models import Order

                    @login_required
                    def show(request, pk):
                        order = get_object_or_404(Order, pk=pk, owner=request.user)
                        return JsonResponse({"total": order.total})

                    @login_required
                    @require_POST
                    def change(request, pk):
                        order = get_object_or_404(Order, pk=pk, owner=request.user)
                        order.total = 0
                        order.save(update_fields=["total"])
                        return JsonResponse({"total": order.total})

                    @login_required
                    @require_POST
                    def cancel(request, pk):
                        order = get_object_or_404(Order, pk=pk)
                        if order.owner_id != request.user.id:
                            raise PermissionDenied
                        order.delete()
                        return JsonResponse({})
                """,
            },
        ),
        example(
            "rows that belong to nobody",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Product(models.Model):
                        price = models.IntegerField()
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("products/<int:pk>/", views.show)]
                """,
                "shop/views.py": """
                    from django.contrib.auth.decorators import login_required
                    from django.http import JsonResponse
                    from django.shortcuts import get_object_or_404
                    from shop.models import Product

                    @login_required
                    def show(request, pk):
                        return JsonResponse({"price": get_object_or_404(Product, pk=pk).price})
                """,
            },
        ),
    )

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[object, Accesses] = WeakKeyDictionary()

    def check(
        self,
        endpoint: Endpoint,
        endpoints: Sequence[Endpoint],
        effects: Callable[[Endpoint], Sequence[Read | Write]],
        entities: Mapping[str, Entity],
    ) -> Iterator[Verdict]:
        if for_staff(endpoint):
            return
        own = list(accesses_of(endpoint, effects(endpoint), entities))
        taken = [access for access in own if access.limit is Limit.KEY]
        if not taken or endpoint.checks or not (endpoint.signed_in or endpoint.asks):
            return
        if effects not in self._known:
            self._known[effects] = Accesses(endpoints, effects, entities)
        found: Sequence[Effect] = effects(endpoint)
        for access in taken:
            judged = list(self._judged(access, own, self._known[effects].of(access.entity)))
            owner = owner_of(entities[access.entity])
            alone = all(each.limit is Limit.KEY for each in own if each.entity == access.entity)
            changed = any(isinstance(each, Write) and each.entity == access.entity for each in found)
            sure = any(each.confidence is not Confidence.LOW for each in judged)
            if owner is not None and alone and changed and not sure and not _checked_before(endpoint):
                judged = [self._of_nobody(access, owner)]
            yield from judged

    def _judged(self, access: Access, own: Sequence[Access], all_: Sequence[Access]) -> Iterator[Verdict]:
        endpoint = access.endpoint
        if any(each.entity == access.entity and each.key == access.key and each.limit is not Limit.KEY for each in own):
            return
        beside = [each for each in all_ if each.endpoint.unit != endpoint.unit and not for_staff(each.endpoint)]
        callers = _first_of_each(each for each in beside if each.limit is Limit.CALLER and each.key)
        parents = _first_of_each(
            each
            for each in beside
            if each.limit is Limit.PARENT
            and (each.key or _is_collection(each.endpoint, endpoint))
            and _names(endpoint, each.parent)
        )
        if _checked_before(endpoint):
            callers = []  # what stands before it may look at the row
            if not _is_last(endpoint, access.key):
                return
        limited = callers if len(callers) >= len(parents) else parents
        others = {each.endpoint.unit for each in beside if each.limit is Limit.KEY and not each.endpoint.checks}
        if not limited:
            return
        sure = len(limited) >= _FEWEST and len(limited) >= _SHARE * (len(limited) + len(others))
        checked = {each.endpoint.unit for each in beside if each.limit is Limit.KEY and each.endpoint.checks}
        sure = sure or (bool(checked) and len(limited) + len(checked) > len(others))
        sure = sure or any(_is_collection(each.endpoint, endpoint) for each in limited)
        yield self._verdict(access, limited, sure=sure)

    def _of_nobody(self, access: Access, owner: Owned) -> Verdict:
        """No other endpoint shows how the entity is limited; its owner does."""
        return Verdict(
            message=f"{access.entity} is changed by {access.key} alone, whoever its {owner.field} is.",
            why=f"Nothing ties the row to who calls: whoever may call {access.endpoint.title} sends another key and changes it.",
            fix=f"Put {owner.field} into the query, or compare it with the caller",
            impact=Impact.HIGH,
            confidence=Confidence.MEDIUM if owner.sure else Confidence.LOW,
            trace=steps(
                (access.endpoint.place, f"{access.key} comes from the request"),
                *((place, "handed on") for place in access.effect.context.calls),
                (access.effect.place, f"{access.entity} by {access.path}, whosever it is"),
            ),
            place=access.effect.context.calls[0] if access.effect.context.calls else access.effect.place,
            start=access.endpoint.place,
            cause=f"{access.endpoint.unit} {access.entity}",
            remedy=Remedy(kind=RemedyKind.SCOPE, subject=owner.field),
        )

    def _verdict(self, access: Access, limited: Sequence[Access], *, sure: bool) -> Verdict:
        like = limited[0]
        what = "changed" if access.writes else "fetched"
        tied = "who calls" if like.limit is Limit.CALLER else like.parent
        return Verdict(
            message=f"{access.entity} is {what} by {access.key} alone; {len(limited)} other "
            f"endpoint{'s limit' if len(limited) > 1 else ' limits'} it by {like.path}.",
            why=f"Nothing ties the row to {tied}: whoever may call {access.endpoint.title} sends another key and gets at it.",
            fix=f"Put {like.path} into the query, as {like.endpoint.title} does",
            impact=Impact.HIGH,
            confidence=Confidence.MEDIUM if sure else Confidence.LOW,
            trace=(
                TraceStep(
                    path=like.effect.place.path,
                    line=like.effect.place.line,
                    note=f"{like.endpoint.title} limits {like.entity} by {like.path}",
                ),
                *steps(
                    (access.endpoint.place, f"{access.key} comes from the request"),
                    *((place, "handed on") for place in access.effect.context.calls),
                    (access.effect.place, f"{access.entity} by {access.path}, whosever it is"),
                ),
            ),
            place=access.effect.context.calls[0] if access.effect.context.calls else access.effect.place,
            start=access.endpoint.place,
            cause=f"{access.endpoint.unit} {access.entity}",
            remedy=Remedy(kind=RemedyKind.SCOPE, subject=like.path),
        )


def _checked_before(endpoint: Endpoint) -> bool:
    """True where something more than a demand to be signed in stands before it: it may look at the rows that the path names."""
    names = [guard.name for guard in endpoint.guards if guard.allows or not _PLAIN.search(guard.name)]
    names += [each.name for each in endpoint.decorators if each.does is Does.OTHER]
    return any(_OBJECT_CHECKS.search(name) for name in names)


def _is_last(endpoint: Endpoint, source: str) -> bool:
    """True for what is not checked along with the path: its last parameter, and what the body or the query names."""
    name = _parameter(source)
    return not source.startswith("path") or any(
        path.rpartition("{")[2].partition("}")[0] == name for path in endpoint.paths
    )


def _parameter(source: str) -> str:
    return source.partition("'")[2].rstrip("'")


def _names(endpoint: Endpoint, source: str) -> bool:
    """True where a path of the endpoint has the parameter, too: `path parameter 'order_id'`."""
    name = _parameter(source)
    return any("{" + name + "}" in path for path in endpoint.paths)


def _is_collection(other: Endpoint, endpoint: Endpoint) -> bool:
    """True for `/orders/{order}/lines` of `/orders/{order}/lines/{line}`."""
    shorter = {path.rstrip("/") for path in other.paths}
    return any(
        path.rstrip("/").rpartition("/")[0] in shorter for path in endpoint.paths if path.rstrip("/").endswith("}")
    )


def _first_of_each(found: Iterator[Access]) -> list[Access]:
    """One access of each endpoint."""
    first: dict[str, Access] = {}
    for access in found:
        first.setdefault(access.endpoint.unit, access)
    return list(first.values())
