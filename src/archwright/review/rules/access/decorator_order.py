"""`access/decorator-order`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.finding import Confidence, Impact
from archwright.review.endpoint import Does, Endpoint
from archwright.review.rule import Rule, Verdict, example, steps


class DecoratorOrder(Rule):
    """A check of the caller stands above the decorator that registers the route, so requests never pass it.

    Decorators are applied from the bottom up. The route's decorator registers the function as it is at that moment and
    gives the same function back; what stands above it wraps a name that nobody calls.

    Why: the code reads as if it were protected, and anyone can call it.

    Instead: put the route's decorator first, on top, and the checks below it.

    Fine when: the upper decorator only sets an attribute that a hook reads; those that give back the function itself are
    not reported.

    Fix safety: no automatic fix. Callers that relied on the open endpoint are turned away from then on, as was meant.
    """

    name = "access/decorator-order"
    impact = Impact.CRITICAL
    cwe = "CWE-306"
    security = True
    bad = (
        example(
            "the check wraps what nobody calls",
            framework="flask",
            code="""
                from flask import Flask
                from flask_login import login_required

                app = Flask(__name__)

                @login_required
                @app.route("/backups/<name>")
                def backup(name):
                    return {"name": name}
            """,
        ),
        example(
            "the same with a blueprint and a permission",
            framework="flask",
            code="""
                from functools import wraps
                from flask import Blueprint, abort, g

                orders = Blueprint("orders", __name__)

                def permission_required(name):
                    def decorate(view):
                        @wraps(view)
                        def checked(*args, **kwargs):
                            if name not in g.user.permissions:
                                abort(403)
                            return view(*args, **kwargs)
                        return checked
                    return decorate

                @permission_required("orders")
                @orders.route("/orders/<int:number>", methods=["DELETE"])
                def remove(number):
                    return {"removed": number}
            """,
        ),
    )
    good = (
        example(
            "the route is on top",
            framework="flask",
            code="""
                from flask import Flask
                from flask_login import login_required

                app = Flask(__name__)

                @app.route("/backups/<name>")
                @login_required
                def backup(name):
                    return {"name": name}
            """,
        ),
        example(
            "the upper decorator marks the function, and a hook reads the mark",
            framework="flask",
            code="""
                from flask import Flask, abort, current_app, g, request

                app = Flask(__name__)

                def permission_required(name):
                    def mark(view):
                        view.permission = name
                        return view
                    return mark

                @app.before_request
                def check():
                    view = current_app.view_functions.get(request.endpoint)
                    if getattr(view, "permission", None) not in g.user.permissions:
                        abort(403)

                @permission_required("orders")
                @app.route("/orders/<int:number>")
                def order(number):
                    return {"number": number}
            """,
        ),
    )

    def check(self, endpoint: Endpoint) -> Iterator[Verdict]:
        found = [each.does for each in endpoint.decorators]
        if Does.ROUTE not in found:
            return
        last = max(index for index, does in enumerate(found) if does is Does.ROUTE)
        above = [each for each in endpoint.decorators[:last] if each.does is Does.GUARD]
        if not above or Does.GUARD in found[last:]:
            return
        guard, route = above[0], endpoint.decorators[last]
        # further routes above the check are registered with it
        open_ = "it" if found.count(Does.ROUTE) == 1 else "the route below it"
        yield Verdict(
            message=f"@{guard.name} stands above @{route.name}, so requests never pass it.",
            why=f"The route registers the function below it, without the check: {_harm(endpoint)}",
            fix=f"Move @{guard.name} below @{route.name}",
            impact=_impact(endpoint),
            confidence=Confidence.HIGH,
            trace=steps(
                (guard.place, f"the check wraps what {open_} gives back"), (route.place, "registered here, unchecked")
            ),
            place=guard.place,
        )


def _impact(endpoint: Endpoint) -> Impact:
    if endpoint.asks:
        return Impact.MEDIUM
    return Impact.CRITICAL if endpoint.methods - {"GET", "HEAD", "OPTIONS"} else Impact.HIGH


def _harm(endpoint: Endpoint) -> str:
    if endpoint.asks:
        return f"only what else asks who calls {endpoint.title} ({endpoint.asks}) is left."
    return f"anyone can call {endpoint.title}."
