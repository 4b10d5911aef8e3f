"""`access/inverted-check`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.finding import Confidence, Impact
from archwright.review.endpoint import Endpoint
from archwright.review.rule import Rule, Verdict, example, steps


class InvertedCheck(Rule):
    """A caller is turned away where a check says that it may, and let through where it may not.

    The branch that answers 401 or 403, raises such an error or says that access is denied runs when a function whose name
    asks for a permission (`has_access`, `can_edit`, `check_team_permission`) gave a true answer. Reported where other
    code turns callers away when the same function gave a false one.

    Why: those who may are kept out, and everyone else gets in.

    Instead: put the missing `not` in front of the check.

    Fine when: those who have the permission already must not ask for it. Answers that say so ("already") are recognised.

    Fix safety: no automatic fix. Callers that got through until now are turned away from then on, as was meant.
    """

    name = "access/inverted-check"
    impact = Impact.HIGH
    cwe = "CWE-863"
    security = True
    bad = (
        example(
            "one of two handlers lacks the `not`",
            framework="flask",
            code="""
                from flask import Flask, abort
                from flask_login import current_user, login_required

                app = Flask(__name__)
                NOTES = {}

                def can_read(user, note):
                    return user.id in NOTES[note]["readers"]

                @app.get("/notes/<int:note>")
                @login_required
                def show(note):
                    if not can_read(current_user, note):
                        abort(403)
                    return NOTES[note]

                @app.get("/notes/<int:note>/text")
                @login_required
                def text(note):
                    if can_read(current_user, note):
                        abort(403)
                    return NOTES[note]["text"]
            """,
        ),
        example(
            "the answer says that access is denied",
            framework="fastapi",
            code="""
                from fastapi import Depends, FastAPI
                from fastapi.security import OAuth2PasswordBearer

                app = FastAPI()
                scheme = OAuth2PasswordBearer(tokenUrl="token")
                TEAMS = {}

                async def has_team_permission(team: int, token: str) -> bool:
                    return token in TEAMS[team]

                @app.get("/teams/{team}")
                async def show(team: int, token: str = Depends(scheme)):
                    if not await has_team_permission(team, token):
                        return {"error": "No permission"}
                    return TEAMS[team]

                @app.delete("/teams/{team}")
                async def remove(team: int, token: str = Depends(scheme)):
                    if await has_team_permission(team, token):
                        return {"error": "No permission"}
                    del TEAMS[team]
            """,
        ),
    )
    good = (
        example(
            "who may already need not ask",
            framework="flask",
            code="""
                from flask import Flask, abort
                from flask_login import current_user, login_required

                app = Flask(__name__)
                NOTES = {}

                def can_read(user, note):
                    return user.id in NOTES[note]["readers"]

                @app.get("/notes/<int:note>")
                @login_required
                def show(note):
                    if not can_read(current_user, note):
                        abort(403)
                    return NOTES[note]

                @app.post("/notes/<int:note>/requests")
                @login_required
                def request_access(note):
                    if can_read(current_user, note):
                        abort(403, "You can read it already.")
                    NOTES[note]["requests"].append(current_user.id)
                    return {}
            """,
        ),
    )

    def check(self, endpoint: Endpoint) -> Iterator[Verdict]:
        for each in endpoint.inverted:
            yield Verdict(
                message=f"Callers are turned away where {each.check} holds, and let through where it does not.",
                why=f"{endpoint.title} is open to those who lack the permission; {each.others} other "
                f"check{'s turn' if each.others > 1 else ' turns'} away who fails {each.check}.",
                fix=f"Turn away who fails it: `if not {each.check}(...)`",
                impact=Impact.HIGH,
                confidence=Confidence.HIGH if each.others > 1 else Confidence.MEDIUM,
                trace=steps(
                    (each.like, f"turns away who fails {each.check}"),
                    (each.place, f"turns away who passes {each.check}"),
                ),
                place=each.place,
                start=endpoint.place,
            )
