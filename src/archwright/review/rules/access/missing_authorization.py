"""`access/missing-authorization`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from archwright.model.effect import Effect, Enqueue, FileAccess, HttpCall, Read, Write
from archwright.model.finding import Confidence, Impact, TraceStep
from archwright.review.endpoint import Does, Endpoint, Siblings, Standing
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.rules.access._public import is_public

_SHARE = 0.8
_FEWEST = 4
_RANKED = 2
_DOES = (Write, FileAccess, HttpCall, Enqueue)
_ROLE = re.compile(r"admin|staff|superuser|perm|role|scope|polic|require_(?!login|auth|user)", re.IGNORECASE)
_PERMITS = re.compile(r"perm|superuser|passes_test", re.IGNORECASE)
"""Names of what asks for more than that a caller is one of the staff."""
_OWN = re.compile(
    r"(?:^|[_./}-])(?:me|my|mine|self|own|account|profile|password|avatar|preferences|favou?rites?)(?:$|[_./-])",
    re.IGNORECASE,
)


class MissingAuthorization(Rule):
    """A write is open to every signed-in caller, while nearly all writes beside it ask for a role or a permission.

    Judged by its siblings: of at least four other writes on the same router, in the same class or file (for GraphQL: of
    the mutations in the same package), four of five name a role or a permission, and this one names none, and neither its
    body nor what it calls checks anything of the caller.

    A view that a model admin of Django adds with `admin_view` and that changes something is judged by itself: where no decorator asks for a
    permission, all members of staff get through, those without one on the model, too. So is an action that a class inherits whole (`destroy`), where those that it
    writes itself turn callers away by a rank, as by `is_superuser` of the row.

    Why: whoever has an account does what was meant for some.

    Instead: put the same check on it as on the others.

    Fine when: every signed-in caller may do it, as with what is the caller's own. A check in the body is recognised.

    Fix safety: no automatic fix. Callers without the permission are turned away from then on.
    """

    name = "access/missing-authorization"
    impact = Impact.HIGH
    cwe = "CWE-862"
    security = True
    bad = (
        example(
            "one write of five without a role",
            framework="flask",
            code="""
                from flask import Blueprint
                from flask_login import login_required
                from shop.access import roles_required

                prices = Blueprint("prices", __name__)
                PRICES = {}

                @prices.post("/prices")
                @login_required
                @roles_required("editor")
                def create():
                    PRICES[len(PRICES)] = 0
                    return {}

                @prices.put("/prices/<int:number>")
                @login_required
                @roles_required("editor")
                def change(number):
                    PRICES[number] = 1
                    return {}

                @prices.patch("/prices/<int:number>/tax")
                @login_required
                @roles_required("editor")
                def tax(number):
                    PRICES[number] = 2
                    return {}

                @prices.delete("/prices/<int:number>")
                @login_required
                @roles_required("editor")
                def remove(number):
                    del PRICES[number]
                    return {}

                @prices.delete("/prices")
                @login_required
                def clear():
                    PRICES.clear()
                    return {}
            """,
        ),
        example(
            "users of a lower rank may delete those of a higher one",
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
                    from rest_framework.permissions import DjangoModelPermissions
                    from rest_framework.viewsets import ModelViewSet

                    class UserSerializer(serializers.ModelSerializer):
                        class Meta:
                            model = User
                            fields = ["username", "is_superuser"]

                    class UserViewSet(ModelViewSet):
                        queryset = User.objects.all()
                        serializer_class = UserSerializer
                        permission_classes = [DjangoModelPermissions]

                        def create(self, request, *args, **kwargs):
                            if "is_superuser" in request.data and not request.user.is_superuser:
                                raise PermissionDenied
                            return super().create(request, *args, **kwargs)

                        def update(self, request, *args, **kwargs):
                            if self.get_object().is_superuser and not request.user.is_superuser:
                                raise PermissionDenied
                            return super().update(request, *args, **kwargs)
                """,
            },
        ),
        example(
            "a view of a model admin that asks for staff alone",
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
                            return [path("<int:pk>/stop/", self.admin_site.admin_view(self.stop)), *super().get_urls()]

                        def stop(self, request, pk):
                            Job.objects.filter(pk=pk).update(state="stopped")
                            return HttpResponseRedirect("..")
                """,
            },
        ),
    )
    good = (
        example(
            "the view asks for the permission on the model",
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
                            return [path("<int:pk>/stop/", self.admin_site.admin_view(self.stop)), *super().get_urls()]

                        def stop(self, request, pk):
                            if not self.has_change_permission(request):
                                raise PermissionDenied
                            Job.objects.filter(pk=pk).update(state="stopped")
                            return HttpResponseRedirect("..")
                """,
                "shop/again.py": """
                    from functools import wraps
                    from django.contrib import admin
                    from django.core.exceptions import PermissionDenied
                    from django.http import HttpResponseRedirect
                    from django.urls import path
                    from shop.models import Job

                    def require_change_permission(view):
                        @wraps(view)
                        def wrapper(model_admin, request, pk):
                            if not model_admin.has_change_permission(request):
                                raise PermissionDenied
                            return view(model_admin, request, pk)

                        return wrapper

                    @require_change_permission
                    def start(model_admin, request, pk):
                        Job.objects.filter(pk=pk).update(state="started")
                        return HttpResponseRedirect("..")

                    class AgainAdmin(admin.ModelAdmin):
                        def get_urls(self):
                            return [path("<int:pk>/start/", self.admin_site.admin_view(self.start)), *super().get_urls()]

                        def start(self, request, pk):
                            return start(self, request, pk)

                    admin.site.register(Job, AgainAdmin)
                """,
            },
        ),
        example(
            "the fifth asks in its body",
            framework="flask",
            code="""
                from flask import Blueprint, abort
                from flask_login import current_user, login_required
                from shop.access import roles_required

                prices = Blueprint("prices", __name__)
                PRICES = {}

                @prices.post("/prices")
                @login_required
                @roles_required("editor")
                def create():
                    PRICES[len(PRICES)] = 0
                    return {}

                @prices.put("/prices/<int:number>")
                @login_required
                @roles_required("editor")
                def change(number):
                    PRICES[number] = 1
                    return {}

                @prices.patch("/prices/<int:number>/tax")
                @login_required
                @roles_required("editor")
                def tax(number):
                    PRICES[number] = 2
                    return {}

                @prices.delete("/prices/<int:number>")
                @login_required
                @roles_required("editor")
                def remove(number):
                    del PRICES[number]
                    return {}

                @prices.delete("/prices")
                @login_required
                def clear():
                    if current_user.role != "owner":
                        abort(403)
                    PRICES.clear()
                    return {}
            """,
        ),
    )

    def check(
        self,
        endpoint: Endpoint,
        siblings: Siblings,
        effects: Callable[[Endpoint], Sequence[Read | Write | FileAccess | HttpCall | Enqueue]],
    ) -> Iterator[Verdict]:
        if endpoint.admin and endpoint.signed_in:
            names = [guard.name for guard in endpoint.guards] + [each.name for each in endpoint.decorators]
            permitted = endpoint.checks or any(map(_PERMITS.search, names))
            if not permitted and any(isinstance(each, Write | Enqueue) for each in effects(endpoint)):
                yield self._of_admin(endpoint)
            return
        if not endpoint.changes or endpoint.heirs:
            return
        if endpoint.implied and (ranked := _ranked(endpoint, siblings)) and not (endpoint.checks or endpoint.hooked):
            yield self._of_rank(endpoint, ranked)
            return
        if any(_names_role(guard) for guard in endpoint.guards) or is_public(endpoint) or _is_own(endpoint):
            return
        if any(_ROLE.search(each.name) for each in endpoint.decorators if each.does is not Does.ROUTE):
            return
        if not endpoint.signed_in and not endpoint.fields:
            return  # what lacks even authentication is another finding
        for kind in ("package",) if endpoint.fields else ("router", "class", "file"):
            beside = [
                each
                for each in siblings.by(kind, endpoint)
                if each.changes
                and not each.heirs
                and bool(each.fields) == bool(endpoint.fields)
                and not is_public(each)
            ]
            asking = [each for each in beside if any(_names_role(guard) for guard in each.guards)]
            if len(beside) >= _FEWEST:
                # what the class does before each of its methods was not enough for the others
                hooked = endpoint.hooked and all(each.holder != endpoint.holder for each in asking)
                if len(asking) >= _SHARE * len(beside) and not (endpoint.checks or endpoint.asks or hooked):
                    found: Sequence[Effect] = effects(endpoint)
                    doing = sum(1 for each in asking if effects(each))
                    # a POST that reads and nothing else, or nothing is seen of it while most others are seen to do something
                    idle = not any(isinstance(each, _DOES) for each in found)
                    idle = idle and (endpoint.methods == {"POST"} if found else 2 * doing >= len(asking))
                    # the others ask for a permission on what their paths name; its paths name nothing
                    unnamed = not _names_something(endpoint) and all(map(_names_something, asking))
                    yield self._verdict(endpoint, beside, asking, sure=not (idle or unnamed))
                return

    def _of_rank(self, endpoint: Endpoint, ranked: Sequence[Endpoint]) -> Verdict:
        """The methods that the class writes itself keep callers of a lower rank from rows of a higher one."""
        names = sorted({each.name for each in ranked})
        return Verdict(
            message=f"{endpoint.title} turns nobody away by {ranked[0].ranks}, as {' and '.join(names)} of the same class do.",
            why="Callers do to rows of a higher rank by this method what the others keep them from.",
            fix=f"Write the method in the class and turn callers away as {names[0]} does",
            impact=Impact.HIGH,
            confidence=Confidence.MEDIUM,
            trace=steps(
                *((each.place, f"{each.name} turns away by {each.ranks}") for each in ranked),
                (endpoint.place, f"{endpoint.name} is the library's own"),
            ),
        )

    def _of_admin(self, endpoint: Endpoint) -> Verdict:
        """The admin site lets every member of staff at the views that are added to it, whatever their permissions."""
        return Verdict(
            message=f"{endpoint.name} changes something for any member of staff; no permission on the model is asked for.",
            why="admin_view lets all staff through; those without a permission on the model, too, who see nothing of it elsewhere.",
            fix="Ask for it: `if not self.has_change_permission(request, obj): raise PermissionDenied`",
            impact=Impact.MEDIUM,
            confidence=Confidence.MEDIUM,
            trace=steps((endpoint.place, "staff alone is asked for, no permission")),
        )

    def _verdict(
        self, endpoint: Endpoint, beside: Sequence[Endpoint], asking: Sequence[Endpoint], *, sure: bool
    ) -> Verdict:
        names = [guard.name for each in asking for guard in each.guards if _names_role(guard)]
        usual = max(sorted(set(names)), key=names.count)
        like = next(each for each in asking if usual in [guard.name for guard in each.guards])
        who = "Any signed-in caller" if endpoint.signed_in else "Whoever can reach the service"
        return Verdict(
            message=f"{endpoint.title} asks for no role or permission; {len(asking)} of {len(beside)} writes beside it do.",
            why=f"{who} does what the others keep to those with {usual}.",
            fix=f"Ask for the permission as the others ({usual})",
            impact=Impact.HIGH,
            confidence=Confidence.MEDIUM if sure else Confidence.LOW,
            trace=(
                TraceStep(path=like.place.path, line=like.place.line, note=f"{like.title} asks for {usual}"),
                *steps((endpoint.place, "no role or permission is asked for")),
            ),
        )


def _ranked(endpoint: Endpoint, siblings: Siblings) -> list[Endpoint]:
    """The writes that the class has itself, where at least two of them and all that are about one row turn callers away by rank."""
    own = [each for each in siblings.by("class", endpoint) if each.changes and not each.implied]
    ranked = [each for each in own if each.ranks]
    about = [each for each in own if _names_something(each)]
    if len(ranked) < _RANKED or not about or not all(each.ranks for each in about) or not _names_something(endpoint):
        return []
    return ranked


def _names_role(guard: Standing) -> bool:
    return bool(guard.allows) or _ROLE.search(guard.name) is not None


def _names_something(endpoint: Endpoint) -> bool:
    """True where a path says which thing it is about."""
    return bool(endpoint.fields) or any("{" in path for path in endpoint.paths)


def _is_own(endpoint: Endpoint) -> bool:
    """True for what concerns the caller's own things."""
    return any(_OWN.search(name) for name in (endpoint.name, *endpoint.paths, *endpoint.fields))
