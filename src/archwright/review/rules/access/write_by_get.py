"""`access/write-by-get`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from archwright.model.effect import Condition, Read, Write, WriteKind
from archwright.model.finding import Confidence, Impact
from archwright.model.value import OriginKind
from archwright.review.endpoint import Endpoint
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.rules.access._public import is_public
from archwright.review.rules.access._scope import SECRET

_VERB = re.compile(
    r"(?:^|_)(?:delete|remove|destroy|cancel|approve|reject|accept|decline|toggle|enable|disable|activate|deactivate|ban|unban|block"
    r"|unblock|promote|demote|revoke|grant|assign|unassign|archive|restore|close|reopen|publish|unpublish|lock|unlock|merge|clear|purge"
    r"|like|unlike|vote|follow|unfollow|subscribe|join|leave|hide|trash|rename|move)(?:_|$)"
    r"|^(?:set|add|change|update|create|make|mark)_",
    re.IGNORECASE,
)
"""Names of handlers that are there to change something."""
_TRACES = re.compile(
    r"count|views?$|viewed|hits|seen|visit|access|last_|download|click|opened|read(?:_at|_on)?$|_read$|updated|modified|cache",
    re.IGNORECASE,
)
"""Fields that keep that somebody looked: what a look may change."""
_CHANGES = frozenset({WriteKind.UPDATE, WriteKind.SAVE, WriteKind.DELETE})


class WriteByGet(Rule):
    """A plain link is enough to change or delete the rows that it names, in the name of whoever is signed in.

    Reported are handlers of GET alone, and those of any method that read neither the method nor the body, behind a sign-in by
    session, that delete rows which the path or the query names, or change them and are named so (`approve`, `toggle`). Traces of
    looking (counters, times of reading) are no changes. Other writes by GET are shown with `--all` only.

    Why: browsers follow links of others with the cookie, images and prefetching included, and no framework checks a CSRF token on
    GET: `<img src="/orders/7/delete">` on any page deletes the order.

    Instead: register the handler for POST or DELETE, and put a button in a form with the token where the link is.

    Fine when: the change does no harm and can be taken back.

    Fix safety: no automatic fix. Links that lead there have to become forms.
    """

    name = "access/write-by-get"
    impact = Impact.MEDIUM
    cwe = "CWE-352"
    security = True
    bad = (
        example(
            "a link deletes",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.conf import settings
                    from django.db import models

                    class Order(models.Model):
                        owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("orders/<int:pk>/drop/", views.drop)]
                """,
                "shop/views.py": """
                    from django.contrib.auth.decorators import login_required
                    from django.shortcuts import get_object_or_404, redirect
                    from shop.models import Order

                    @login_required
                    def drop(request, pk):
                        get_object_or_404(Order, pk=pk, owner=request.user).delete()
                        return redirect("orders")
                """,
            },
        ),
        example(
            "a route without methods is one for GET",
            framework="flask",
            code="""
                from flask import Flask, redirect, url_for
                from flask_login import current_user, login_required
                from flask_sqlalchemy import SQLAlchemy

                app = Flask(__name__)
                db = SQLAlchemy(app)

                class Note(db.Model):
                    id = db.Column(db.Integer, primary_key=True)
                    owner_id = db.Column(db.Integer)

                @app.route("/notes/<int:number>/drop")
                @login_required
                def drop(number):
                    note = Note.query.filter_by(id=number, owner_id=current_user.id).first_or_404()
                    db.session.delete(note)
                    db.session.commit()
                    return redirect(url_for("notes"))
            """,
        ),
    )
    good = (
        example(
            "only what is posted deletes",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.conf import settings
                    from django.db import models

                    class Order(models.Model):
                        owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [
                        path("orders/<int:pk>/drop/", views.drop),
                        path("orders/<int:pk>/end/", views.end),
                        path("orders/<int:pk>/stop/", views.stop),
                    ]
                """,
                "shop/views.py": """
                    from django.contrib.auth.decorators import login_required
                    from django.shortcuts import get_object_or_404, redirect, render
                    from django.views.decorators.http import require_POST
                    from shop.models import Order

                    @login_required
                    @require_POST
                    def drop(request, pk):
                        get_object_or_404(Order, pk=pk, owner=request.user).delete()
                        return redirect("orders")

                    @login_required
                    def end(request, pk):
                        order = get_object_or_404(Order, pk=pk, owner=request.user)
                        if request.method == "POST":
                            order.delete()
                            return redirect("orders")
                        return render(request, "end.html", {"order": order})

                    @login_required
                    def stop(request, pk):
                        return ended(request, get_object_or_404(Order, pk=pk, owner=request.user))

                    def ended(request, order):
                        if request.method == "POST":
                            order.delete()
                        return redirect("orders")
                """,
            },
        ),
        example(
            "a look is counted",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Product(models.Model):
                        view_count = models.IntegerField()
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("products/<int:pk>/", views.product)]
                """,
                "shop/views.py": """
                    from django.contrib.auth.decorators import login_required
                    from django.http import JsonResponse
                    from django.shortcuts import get_object_or_404
                    from shop.models import Product

                    @login_required
                    def product(request, pk):
                        found = get_object_or_404(Product, pk=pk)
                        found.view_count = 1
                        found.save(update_fields=["view_count"])
                        return JsonResponse({"views": found.view_count})
                """,
            },
        ),
    )

    def check(self, endpoint: Endpoint, effects: Callable[[Endpoint], Sequence[Read | Write]]) -> Iterator[Verdict]:
        methods = endpoint.methods
        if endpoint.heirs or endpoint.changes or not methods or is_public(endpoint):
            return
        own = effects(endpoint)
        named = {
            effect.query
            for effect in own
            if isinstance(effect, Read)
            and effect.query
            and _sent(effect.predicate)
            and not _by_secret(effect.predicate)
        }
        changing = [
            effect
            for effect in own
            if isinstance(effect, Write)
            and effect.kind in _CHANGES
            and effect.context.deferred is None
            and (
                effect.row in named
                if effect.row is not None
                else _sent(effect.condition) and not _by_secret(effect.condition)
            )
            and not (effect.fields and all(_TRACES.search(field) for field in effect.fields))
        ]
        if not changing or not endpoint.by_session or ("ANY" in methods and not endpoint.by_link):
            return
        gravest = min(changing, key=lambda effect: (effect.kind is not WriteKind.DELETE, effect.place))
        deletes = gravest.kind is WriteKind.DELETE
        what = "deletes" if deletes else "changes"
        rows = f"rows of {gravest.entity}" if gravest.entity else "rows"
        yield Verdict(
            message=f"{endpoint.title} {what} {rows} that the request names: a plain link is enough.",
            why="A link or an image on any page makes a signed-in person's browser do it; no CSRF token is checked on GET.",
            fix="Register it for POST or DELETE, and send the CSRF token along.",
            impact=Impact.MEDIUM if deletes else Impact.LOW,
            confidence=Confidence.MEDIUM if deletes or _VERB.search(endpoint.name) else Confidence.LOW,
            trace=steps(
                (endpoint.place, "served by GET"),
                *((place, "called") for place in gravest.context.calls),
                (gravest.place, f"{what} {rows}"),
            ),
            place=endpoint.place,
            start=endpoint.place,
        )


def _by_secret(conditions: Sequence[Condition]) -> bool:
    """True where a secret that was handed to one person finds the rows: the link in a mail, which nobody else can make."""
    return any(SECRET.search(condition.path) for condition in conditions)


def _sent(conditions: Sequence[Condition]) -> bool:
    """True where the path or the query names one of the rows' fields."""
    return any(
        origin.kind is OriginKind.SOURCE
        and origin.name.startswith(("path parameter", "query parameter", "request value"))
        for condition in conditions
        for origin in condition.value.origins
    )
