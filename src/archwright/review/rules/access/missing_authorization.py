"""`access/missing-authorization`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archwright.model.finding import Confidence, Impact, TraceStep
from archwright.review.endpoint import Does, Endpoint, Siblings, Standing
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.rules.access._public import is_public

_SHARE = 0.8
_FEWEST = 4
_ROLE = re.compile(r"admin|staff|superuser|perm|role|scope|polic|require_(?!login|auth|user)", re.IGNORECASE)
_OWN = re.compile(
    r"(?:^|[_./}-])(?:me|my|mine|self|own|account|profile|password|avatar|preferences|favou?rites?)(?:$|[_./-])",
    re.IGNORECASE,
)


class MissingAuthorization(Rule):
    """A write is open to every signed-in caller, while nearly all writes beside it ask for a role or a permission.

    Judged by its siblings: of at least four other writes on the same router, in the same class or file (for GraphQL: of
    the mutations in the same package), four of five name a role or a permission, and this one names none, and neither its
    body nor what it calls checks anything of the caller.

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
    )
    good = (
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

    def check(self, endpoint: Endpoint, siblings: Siblings) -> Iterator[Verdict]:
        if not endpoint.changes or endpoint.heirs:
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
                if len(asking) >= _SHARE * len(beside) and not (endpoint.checks or endpoint.asks):
                    yield self._verdict(endpoint, beside, asking)
                return

    def _verdict(self, endpoint: Endpoint, beside: Sequence[Endpoint], asking: Sequence[Endpoint]) -> Verdict:
        names = [guard.name for each in asking for guard in each.guards if _names_role(guard)]
        usual = max(sorted(set(names)), key=names.count)
        like = next(each for each in asking if usual in [guard.name for guard in each.guards])
        who = "Any signed-in caller" if endpoint.signed_in else "Whoever can reach the service"
        return Verdict(
            message=f"{endpoint.title} asks for no role or permission; {len(asking)} of {len(beside)} writes beside it do.",
            why=f"{who} does what the others keep to those with {usual}.",
            fix=f"Ask for the permission as the others ({usual})",
            impact=Impact.HIGH,
            confidence=Confidence.MEDIUM,
            trace=(
                TraceStep(path=like.place.path, line=like.place.line, note=f"{like.title} asks for {usual}"),
                *steps((endpoint.place, "no role or permission is asked for")),
            ),
        )


def _names_role(guard: Standing) -> bool:
    return bool(guard.allows) or _ROLE.search(guard.name) is not None


def _is_own(endpoint: Endpoint) -> bool:
    """True for what concerns the caller's own things."""
    return any(_OWN.search(name) for name in (endpoint.name, *endpoint.paths, *endpoint.fields))
