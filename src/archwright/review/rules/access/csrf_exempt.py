"""`access/csrf-exempt`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from archwright.model.effect import Read, Write
from archwright.model.finding import Confidence, Impact
from archwright.review.endpoint import Endpoint
from archwright.review.rule import Rule, Verdict, example, steps


class CsrfExempt(Rule):
    """A handler that knows its caller by the session's cookie, and writes, is taken out of the check of CSRF tokens.

    That is `csrf_exempt` of Django, also by `method_decorator` on a class, and `csrf.exempt` of Flask-WTF. A handler that asks for a
    token, a key or a signature, or is called a webhook, is not reported; nor are views of libraries that check for themselves (Django
    REST framework). Where no write is seen, it is shown with `--all` only.

    Why: a page of somebody else sends the request from a signed-in person's browser, cookie and all, and acts in their name.

    Instead: take the exemption away, and send the token along: `{% csrf_token %}` in forms, the header `X-CSRFToken` in scripts.

    Fine when: the cookie is set with `samesite="Strict"` and no browser without it is served.

    Fix safety: no automatic fix. Clients that send no token are turned away from then on.
    """

    name = "access/csrf-exempt"
    impact = Impact.MEDIUM
    cwe = "CWE-352"
    security = True
    bad = (
        example(
            "a signed-in person's order, changed without a token",
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

                    urlpatterns = [path("orders/<int:pk>/cancel/", views.cancel)]
                """,
                "shop/views.py": """
                    from django.contrib.auth.decorators import login_required
                    from django.http import JsonResponse
                    from django.shortcuts import get_object_or_404
                    from django.views.decorators.csrf import csrf_exempt
                    from django.views.decorators.http import require_POST
                    from shop.models import Order

                    @csrf_exempt
                    @login_required
                    @require_POST
                    def cancel(request, pk):
                        get_object_or_404(Order, pk=pk, owner=request.user).delete()
                        return JsonResponse({})
                """,
            },
        ),
        example(
            "a class that is exempt",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.conf import settings
                    from django.db import models

                    class Note(models.Model):
                        author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
                        text = models.TextField()
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("notes/", views.Notes.as_view())]
                """,
                "shop/views.py": """
                    from django.contrib.auth.mixins import LoginRequiredMixin
                    from django.http import JsonResponse
                    from django.utils.decorators import method_decorator
                    from django.views import View
                    from django.views.decorators.csrf import csrf_exempt
                    from shop.models import Note

                    @method_decorator(csrf_exempt, name="dispatch")
                    class Notes(LoginRequiredMixin, View):
                        def post(self, request):
                            Note.objects.create(author=request.user, text=request.POST["text"])
                            return JsonResponse({})
                """,
            },
        ),
    )
    good = (
        example(
            "a webhook proves itself by a signature",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Payment(models.Model):
                        number = models.TextField()
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("payments/", views.paid)]
                """,
                "shop/views.py": """
                    import hashlib
                    import hmac
                    from django.conf import settings
                    from django.http import HttpResponse
                    from django.views.decorators.csrf import csrf_exempt
                    from shop.models import Payment

                    @csrf_exempt
                    def paid(request):
                        made = hmac.new(settings.PAY_KEY, request.body, hashlib.sha256).hexdigest()
                        if not hmac.compare_digest(made, request.headers["X-Signature"]):
                            return HttpResponse(status=403)
                        Payment.objects.create(number=request.POST["number"])
                        return HttpResponse()
                """,
            },
        ),
        example(
            "a form with its token",
            framework="flask",
            code="""
                from flask import Flask, redirect, url_for
                from flask_login import login_required
                from flask_wtf.csrf import CSRFProtect

                app = Flask(__name__)
                csrf = CSRFProtect(app)

                @app.post("/orders/<int:number>/cancel")
                @login_required
                def cancel(number):
                    return redirect(url_for("orders"))
            """,
        ),
    )

    def check(self, endpoint: Endpoint, effects: Callable[[Endpoint], Sequence[Read | Write]]) -> Iterator[Verdict]:
        if endpoint.exempt is None or not endpoint.by_session or endpoint.heirs:
            return
        if not endpoint.changes and "ANY" not in endpoint.methods:
            return
        writes = [effect for effect in effects(endpoint) if isinstance(effect, Write)]
        yield Verdict(
            message=f"{endpoint.title} knows its caller by a cookie and is taken out of the check of CSRF tokens.",
            why="A page of somebody else can send this request from a signed-in person's browser, in that person's name.",
            fix="Take the exemption away and send the token along with the request.",
            impact=Impact.MEDIUM if writes else Impact.LOW,
            confidence=Confidence.MEDIUM if writes else Confidence.LOW,
            trace=steps(
                (endpoint.exempt, "no token is asked for"),
                (endpoint.place, "the session's cookie tells who calls"),
                *((effect.place, "rows are written") for effect in writes[:1]),
            ),
            place=endpoint.exempt,
            start=endpoint.place,
            cause=str(endpoint.exempt),
        )
