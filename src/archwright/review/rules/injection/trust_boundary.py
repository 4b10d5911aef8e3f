"""`injection/trust-boundary`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.effect import SessionSet
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example
from archwright.review.sent import sent, tainted

_DECIDES = re.compile(
    r"(?:^|[_.-])(?:user|account|member|customer|admin|role|roles|group|groups|perm|permission|permissions|tenant|org|"
    r"organi[sz]ation|auth|authenticated|logged|login|owner|is|uid|email|staff|scope|scopes)"
    r"(?:$|[_.-])|user_?(?:id|name)|^(?:is|has|can)[A-Z_]",
    re.IGNORECASE,
)
"""Keys by which a session says who somebody is or what they may do."""


class TrustBoundary(Rule):
    """Data from outside is kept in the session, unchecked, where later code takes it for the service's own word.

    That is a key of the session which the sender chooses, and a value under a key that says who somebody is or what they may do.
    Not reported by default: values under other keys, and what is kept after a row, a hash, a peer or a condition was asked.

    Why: a session is trusted because only the service writes it. Who chooses its key sets any of its entries, `is_admin` among them;
    who chooses the value under `user_id` is that user.

    Instead: write keys down in the code; keep what the service found out itself: the id of the row whose password was checked.

    Fine when: nothing in the service decides anything by that entry.

    Fix safety: no automatic fix. What proves the value is not in the code.
    """

    name = "injection/trust-boundary"
    impact = Impact.HIGH
    cwe = "CWE-501"
    security = True
    which = Which.SENT
    bad = (
        example(
            "the sender says who they are",
            framework="flask",
            code="""
                from flask import Flask, request, session

                app = Flask(__name__)

                @app.post("/switch")
                def switch():
                    session["user_id"] = request.form["user"]
                    return {"ok": True}
            """,
        ),
        example(
            "the sender chooses the key",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("remember/", views.remember)]
                """,
                "views.py": """
                    from django.http import JsonResponse

                    def remember(request):
                        request.session[request.POST["name"]] = True
                        return JsonResponse({})
                """,
            },
        ),
    )
    good = (
        example(
            "the id is that of the row whose password was checked, the language is one of a list",
            framework="flask",
            code="""
                from flask import Flask, abort, request, session
                from shop.accounts import signed_in

                app = Flask(__name__)
                LANGUAGES = ("en", "fr")

                @app.post("/login")
                def login():
                    if not signed_in(request.form["name"], request.form["password"]):
                        abort(401)
                    session["signed_in"] = True
                    return {"ok": True}

                @app.post("/language")
                def language():
                    wanted = request.form["language"]
                    if wanted in LANGUAGES:
                        session["language"] = wanted
                    return {"ok": True}
            """,
        ),
    )

    def check(self, effect: SessionSet, reaching: Reaching) -> Iterator[Verdict]:
        chosen = sent(effect, effect.key, Use.SESSION) is not None
        slot = effect.key if chosen else effect.value
        if sent(effect, slot, Use.SESSION) is None:
            return
        key = effect.key.constant if isinstance(effect.key.constant, str) else ""
        sure = (chosen or _DECIDES.search(key) is not None) and not effect.checked
        yield from tainted(
            effect,
            slot,
            Use.SESSION,
            reaching,
            message="{it} chooses which entry of the session is set."
            if chosen
            else f"{{it}} is kept in the session as {key!r}, unchecked.",
            why="{who} can set any entry that the service trusts{through}."
            if chosen
            else "{who} can make the service take this for its own word{through}.",
            fix="Write the key down in the code."
            if chosen
            else "Keep what the service has found out itself, not what was sent.",
            harm="it is kept in the session",
            impact=Impact.HIGH if sure else Impact.LOW,
            confidence=Confidence.MEDIUM if sure else Confidence.LOW,
        )
