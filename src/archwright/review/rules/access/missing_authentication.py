"""`access/missing-authentication`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from archwright.model.effect import Effect, Enqueue, FileAccess, HttpCall, Read, Write
from archwright.model.entity import Entity
from archwright.model.finding import Confidence, Impact, TraceStep
from archwright.model.policy import Around, Shows
from archwright.model.which import Which
from archwright.review.endpoint import Does, EffectsOf, Endpoint, Siblings
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.rules.access._public import for_machines, is_public
from archwright.review.rules.access._reads import changes, only_reads, reads_private

_SHARE = 0.8
_ALMOST_ALL = 0.9
_FEWEST = 4


class MissingAuthentication(Rule):
    """An endpoint lets anyone in, while nearly all beside it ask who calls.

    Judged by its siblings: of at least four others on the same router, in the same file or class, four of five carry a
    login decorator, a dependency that asks for credentials, a permission class or the like (or nine of ten whose paths begin
    with the same word, where the file holds open ones beside), and this one carries nothing of the kind, its body and what it calls ask nothing, and neither a hook nor a middleware asks for it.
    An endpoint that only reads, and no rows of one person, is compared with those that only read: where these are open too, all may see what few
    may change; where they are fewer than four, the finding is of low confidence. Decorators of the
    project are followed, however they are built, also those that a route is registered with; one whose code is not there may ask, so the
    finding is of low confidence. Endpoints whose names say that they are for anyone (login, health, webhook, password reset, ...) and
    those marked as public are left out, and so are those that compare a cookie or a header with a setting, and those that only show a page, or
    redirect to an address, made from constants.

    A view that a model admin of Django adds in `get_urls` without `admin_view` is reported by itself: all that the site makes
    asks for staff.

    Why: whoever finds the path reads or changes what the others protect.

    Instead: put the same check on it. Where a whole router must be protected, check in one place: a dependency of the
    router, a `before_request` hook, a default permission class.

    Fine when: the endpoint is meant for anyone. Say so in the code by a marker (`AllowAny`, `@public`) or by its name.

    Fix safety: no automatic fix. Callers without credentials are turned away from then on.
    """

    name = "access/missing-authentication"
    impact = Impact.CRITICAL
    cwe = "CWE-306"
    security = True
    which = Which.SENT
    bad = (
        example(
            "one route of five without the decorator",
            framework="flask",
            code="""
                import sqlite3
                from flask import Blueprint, request
                from flask_login import login_required

                orders = Blueprint("orders", __name__)

                def run(sql, *values):
                    with sqlite3.connect("shop.db") as connection:
                        return connection.execute(sql, values).fetchone()

                @orders.get("/orders/<int:number>")
                @login_required
                def show(number):
                    return {"total": run("SELECT total FROM orders WHERE id = ?", number)}

                @orders.post("/orders")
                @login_required
                def create():
                    run("INSERT INTO orders (total) VALUES (?)", request.json["total"])
                    return {}

                @orders.put("/orders/<int:number>")
                @login_required
                def change(number):
                    run("UPDATE orders SET total = ? WHERE id = ?", request.json["total"], number)
                    return {}

                @orders.get("/orders/<int:number>/lines")
                @login_required
                def lines(number):
                    return {"count": run("SELECT count(*) FROM lines WHERE order_id = ?", number)}

                @orders.delete("/orders/<int:number>")
                def remove(number):
                    run("DELETE FROM orders WHERE id = ?", number)
                    return {}
            """,
        ),
        example(
            "one handler of six without the dependency",
            framework="fastapi",
            code="""
                from fastapi import APIRouter, Depends, HTTPException
                from fastapi.security import OAuth2PasswordBearer

                router = APIRouter()
                scheme = OAuth2PasswordBearer(tokenUrl="token")
                FILES = {}

                def current_user(token: str = Depends(scheme)) -> str:
                    if token != "x":
                        raise HTTPException(401)
                    return token

                @router.get("/files")
                def names(user: str = Depends(current_user)):
                    return list(FILES)

                @router.post("/files/{name}")
                def upload(name: str, text: str, user: str = Depends(current_user)):
                    FILES[name] = text

                @router.get("/files/{name}/size")
                def size(name: str, user: str = Depends(current_user)):
                    return len(FILES[name])

                @router.get("/files/{name}/start")
                def start(name: str, user: str = Depends(current_user)):
                    return FILES[name][:100]

                @router.get("/files/{name}/lines")
                def lines(name: str, user: str = Depends(current_user)):
                    return FILES[name].count(",")

                @router.get("/files/{name}")
                def content(name: str):
                    return FILES[name]
            """,
        ),
        example(
            "a view of a model admin that the site does not guard",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Job(models.Model):
                        state = models.CharField(max_length=20)
                """,
                "shop/admin.py": """
                    from django.contrib import admin
                    from django.http import HttpResponseRedirect
                    from django.urls import path
                    from shop.models import Job

                    @admin.register(Job)
                    class JobAdmin(admin.ModelAdmin):
                        def get_urls(self):
                            return [path("<int:pk>/stop/", self.stop), *super().get_urls()]

                        def stop(self, request, pk):
                            Job.objects.filter(pk=pk).update(state="stopped")
                            return HttpResponseRedirect("..")
                """,
            },
        ),
    )
    good = (
        example(
            "the site guards one view of a model admin, the other asks itself",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Job(models.Model):
                        state = models.CharField(max_length=20)
                """,
                "shop/admin.py": """
                    from django.contrib import admin
                    from django.core.exceptions import PermissionDenied
                    from django.http import HttpResponseRedirect
                    from django.urls import path
                    from shop.models import Job

                    @admin.register(Job)
                    class JobAdmin(admin.ModelAdmin):
                        def get_urls(self):
                            return [
                                path("<int:pk>/stop/", self.admin_site.admin_view(self.stop)),
                                path("<int:pk>/start/", self.start),
                                *super().get_urls(),
                            ]

                        def stop(self, request, pk):
                            if not request.user.has_perm("shop.change_job"):
                                raise PermissionDenied
                            Job.objects.filter(pk=pk).update(state="stopped")
                            return HttpResponseRedirect("..")

                        def start(self, request, pk):
                            if not self.has_change_permission(request):
                                raise PermissionDenied
                            Job.objects.filter(pk=pk).update(state="started")
                            return HttpResponseRedirect("..")
                """,
            },
        ),
        example(
            "signing in needs no session, and the last one asks in its body",
            framework="flask",
            code="""
                from flask import Blueprint, abort
                from flask_login import current_user, login_required

                orders = Blueprint("orders", __name__)
                ORDERS = {}

                @orders.get("/orders/<int:number>")
                @login_required
                def show(number):
                    return ORDERS[number]

                @orders.post("/orders")
                @login_required
                def create():
                    ORDERS[len(ORDERS)] = {}
                    return {}

                @orders.put("/orders/<int:number>")
                @login_required
                def change(number):
                    ORDERS[number] = {}
                    return {}

                @orders.get("/orders/<int:number>/lines")
                @login_required
                def lines(number):
                    return ORDERS[number]

                @orders.post("/login")
                def login():
                    return {}

                @orders.delete("/orders/<int:number>")
                def remove(number):
                    if not current_user.is_authenticated:
                        abort(401)
                    del ORDERS[number]
                    return {}
            """,
        ),
        example(
            "the router asks for all its handlers",
            framework="fastapi",
            code="""
                from fastapi import APIRouter, Depends, HTTPException
                from fastapi.security import OAuth2PasswordBearer

                scheme = OAuth2PasswordBearer(tokenUrl="token")
                FILES = {}

                def current_user(token: str = Depends(scheme)) -> str:
                    if token != "x":
                        raise HTTPException(401)
                    return token

                router = APIRouter(dependencies=[Depends(current_user)])

                @router.get("/files")
                def names(user: str = Depends(current_user)):
                    return list(FILES)

                @router.post("/files/{name}")
                def upload(name: str, text: str, user: str = Depends(current_user)):
                    FILES[name] = text

                @router.patch("/files/{name}")
                def rename(name: str, other: str, user: str = Depends(current_user)):
                    FILES[other] = FILES.pop(name)

                @router.delete("/files/{name}")
                def remove(name: str, user: str = Depends(current_user)):
                    del FILES[name]

                @router.get("/files/{name}")
                def content(name: str):
                    return FILES[name]
            """,
        ),
    )

    def check(
        self,
        endpoint: Endpoint,
        siblings: Siblings,
        effects: Callable[[Endpoint], Sequence[Read | Write | FileAccess | HttpCall | Enqueue]],
        entities: Mapping[str, Entity],
    ) -> Iterator[Verdict]:
        if endpoint.guards or endpoint.heirs or is_public(endpoint):
            return
        if any(each.does is Does.GUARD for each in endpoint.decorators):
            return
        if endpoint.admin:
            if not endpoint.checks:
                yield self._of_admin(endpoint)
            return
        if endpoint.shows is Shows.SAME or endpoint.asks or endpoint.hooked or endpoint.welcomes:
            return
        if endpoint.around is Around.ASKS:
            return
        for kind in ("router", "class", "file"):
            beside = [each for each in siblings.by(kind, endpoint) if not is_public(each)]
            if len(beside) >= _FEWEST:
                if _mostly_guarded(beside, _SHARE):
                    yield from self._compared(endpoint, beside, effects, entities)
                    return
                break
        alike = [each for each in siblings.by("address", endpoint) if not is_public(each)]
        if len(alike) >= _FEWEST and _mostly_guarded(alike, _ALMOST_ALL):
            yield from self._compared(endpoint, alike, effects, entities)

    def _compared(
        self, endpoint: Endpoint, beside: Sequence[Endpoint], effects: EffectsOf, entities: Mapping[str, Entity]
    ) -> Iterator[Verdict]:
        """What only reads, and no rows of one person, is compared with what only reads; too few of these leave a doubt."""
        found = effects(endpoint)
        if not only_reads(endpoint, found) or reads_private(found, entities):
            yield self._verdict(endpoint, beside, found)
            return
        readers = [each for each in beside if not changes(each, effects(each))]
        if len(readers) >= _FEWEST:
            if _mostly_guarded(readers, _SHARE):
                yield self._verdict(endpoint, readers, found)
        elif not any(each.asks_nobody for each in readers):
            yield self._verdict(endpoint, beside, found, doubted=True)

    def _of_admin(self, endpoint: Endpoint) -> Verdict:
        """The admin site checks the views that it makes itself; those that are added stand as they are."""
        return Verdict(
            message=f"{endpoint.name} is added to the admin site without a check of who calls.",
            why="Anyone who knows the address gets at it; the site asks only before its own views.",
            fix=f"Add it as self.admin_site.admin_view(self.{endpoint.name}), and ask for the permission on the object",
            impact=Impact.CRITICAL,
            confidence=Confidence.MEDIUM,
            trace=steps((endpoint.place, "nothing asks who calls")),
        )

    def _verdict(
        self, endpoint: Endpoint, beside: Sequence[Endpoint], effects: Sequence[Effect], *, doubted: bool = False
    ) -> Verdict:
        """How sure: what it does tells, or at least that it is asked for one thing among many; who checks no CSRF token is a machine.

        Rows that a constant chooses may be there for all.
        """
        guarded = [each for each in beside if each.signed_in]
        writes = changes(endpoint, effects)
        telling = writes or bool(effects) or any("{" in path for path in endpoint.paths)
        telling = telling or len(guarded) >= _ALMOST_ALL * len(beside)
        telling = telling and not (not writes and _of_one_kind(effects))
        telling = telling and endpoint.exempt is None and not endpoint.fixed and not for_machines(endpoint)
        telling = telling and endpoint.around is not Around.UNTOLD and endpoint.shows is Shows.OTHER and not doubted
        names = [guard.name for each in guarded for guard in each.guards if guard.role or guard.allows]
        usual = max(sorted(set(names)), key=names.count)
        like = next(each for each in guarded if usual in [guard.name for guard in each.guards])
        return Verdict(
            message=f"{endpoint.title} asks for no authentication; {len(guarded)} of {len(beside)} endpoints beside it do.",
            why="Whoever can reach the service "
            + ("changes" if writes else "reads")
            + " what the others keep to callers who are signed in.",
            fix=f"Protect it as the others ({usual}), or mark it as public",
            impact=Impact.CRITICAL if writes else Impact.HIGH,
            confidence=Confidence.MEDIUM if telling else Confidence.LOW,
            trace=(
                TraceStep(path=like.place.path, line=like.place.line, note=f"{like.title} is behind {usual}"),
                *steps((endpoint.place, "nothing asks who calls")),
            ),
        )


def _of_one_kind(effects: Sequence[Effect]) -> bool:
    """True where a constant says which rows are read, and nothing else is done: those that are published, the languages in use."""
    reads = [each for each in effects if isinstance(each, Read)]
    chosen = all(any(type(each.value.constant) in (bool, str) for each in read.predicate) for read in reads)
    return bool(reads) and len(reads) == len(effects) and chosen


def _mostly_guarded(endpoints: Sequence[Endpoint], share: float) -> bool:
    return sum(each.signed_in for each in endpoints) >= share * len(endpoints)
