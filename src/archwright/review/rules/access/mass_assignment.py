"""`access/mass-assignment`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archwright.model.effect import Assign
from archwright.model.entity import Entity
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.model.value import OriginKind, Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example
from archwright.review.sent import tainted

_GUARDED = re.compile(
    r"^(?:is_|has_)?(?:admin|staff|superuser|super_user|active|verified|approved|confirmed|root|moderator)$"
    r"|^(?:(?:\w+_)?(?:role|roles|permissions?|scopes?|groups?|owner|user|author|tenant|account|customer|organi[sz]ation|team|workspace"
    r"|created_by|password\w*|api_key|secret|balance|credits?|price|total|amount|status|plan|quota))(?:_id)?$"
)
"""Fields that a caller seldom may choose: what one may do, whose a row is, what it costs."""

_SETTING = re.compile(r"(?:^|_)(?:can|may|no|without|allow\w*|requires?|shows?|enable\w*)_")
"""Fields that say how something is done: `members_can_edit_password`."""


class MassAssignment(Rule):
    """Whoever sends a request chooses which fields of a row are set.

    The body as a whole becomes the keywords of a model (`Order(**request.json)`), of a query's `create` or `update`, or
    the names in a loop with `setattr`. A mapping whose keys the code knows, data that a schema let through and names that
    were compared with a fixed list are not reported.

    Why: a sender adds a field that no form has (`is_admin`, `owner_id`, `price`), and it is stored.

    Instead: name the fields that a caller may set, or declare a schema with just those.

    Fine when: the sender may set every field of the entity, those of later versions included.

    Fix safety: no automatic fix. Fields that were stored until now are not stored any more.
    """

    name = "access/mass-assignment"
    impact = Impact.HIGH
    cwe = "CWE-915"
    security = True
    which = Which.SENT
    bad = (
        example(
            "the body as a whole becomes a row",
            framework="flask",
            code="""
                from flask import Flask, request
                from flask_sqlalchemy import SQLAlchemy

                app = Flask(__name__)
                db = SQLAlchemy(app)

                class Member(db.Model):
                    id = db.Column(db.Integer, primary_key=True)
                    name = db.Column(db.String(40))
                    is_admin = db.Column(db.Boolean, default=False)

                @app.post("/members")
                def join():
                    db.session.add(Member(**request.json))
                    db.session.commit()
                    return {}
            """,
        ),
        example(
            "every name in the body is set",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Profile(models.Model):
                        name = models.CharField(max_length=40)
                        role = models.CharField(max_length=20)
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("profiles/<int:pk>/", views.change)]
                """,
                "shop/views.py": """
                    import json
                    from django.http import JsonResponse
                    from django.shortcuts import get_object_or_404
                    from shop.models import Profile

                    def change(request, pk):
                        profile = get_object_or_404(Profile, pk=pk)
                        for name, value in json.loads(request.body).items():
                            setattr(profile, name, value)
                        profile.save()
                        return JsonResponse({})
                """,
            },
        ),
    )
    good = (
        example(
            "fields are named, or compared with a list",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Profile(models.Model):
                        name = models.CharField(max_length=40)
                        role = models.CharField(max_length=20)
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("profiles/", views.create), path("profiles/<int:pk>/", views.change)]
                """,
                "shop/views.py": """
                    import json
                    from django.http import JsonResponse
                    from django.shortcuts import get_object_or_404
                    from shop.models import Profile

                    OPEN = ("name",)

                    def create(request):
                        given = json.loads(request.body)
                        Profile.objects.create(name=given["name"], role="guest")
                        Profile.objects.create(**{name: value for name, value in given.items() if name in OPEN})
                        Profile.objects.create(**{"name": given["name"]})
                        return JsonResponse({})

                    def change(request, pk):
                        profile = get_object_or_404(Profile, pk=pk)
                        for name, value in json.loads(request.body).items():
                            if name in OPEN:
                                setattr(profile, name, value)
                        profile.save()
                        return JsonResponse({})
                """,
            },
        ),
        example(
            "a schema with the fields that may be sent",
            framework="fastapi",
            code="""
                from fastapi import FastAPI
                from pydantic import BaseModel
                from sqlalchemy import create_engine
                from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

                app = FastAPI()
                engine = create_engine("postgresql://localhost/shop")

                class Base(DeclarativeBase):
                    pass

                class Member(Base):
                    __tablename__ = "members"
                    id: Mapped[int] = mapped_column(primary_key=True)
                    name: Mapped[str]
                    is_admin: Mapped[bool] = mapped_column(default=False)

                class NewMember(BaseModel):
                    name: str

                @app.post("/members")
                def join(given: NewMember):
                    with Session(engine) as session:
                        session.add(Member(**given.model_dump()))
                        session.commit()
            """,
        ),
    )

    def check(self, effect: Assign, reaching: Reaching, entities: Mapping[str, Entity]) -> Iterator[Verdict]:
        if not effect.names.origins or any(origin.kind is not OriginKind.SOURCE for origin in effect.names.origins):
            return
        if effect.api != "setattr" and any(origin.name.endswith("'") for origin in effect.names.origins):
            return  # one parameter by its name is a text, no mapping
        entity = entities.get(effect.entity or "")
        names = [field.name for field in entity.fields] if entity is not None else []
        guarded = [name for name in names if _GUARDED.search(name) and not _SETTING.search(name)]
        whose = effect.entity or "a row"
        such = f", {', '.join(guarded[:3])} among them" if guarded else ""
        yield from tainted(
            effect,
            effect.names,
            Use.FIELDS,
            reaching,
            message=f"{{it}} chooses which fields of {whose} {effect.api} sets{such}.",
            why="{who} can set any field of the row{through}, also those that no form has.",
            fix="Name the fields that may be sent, or let the data through a schema that has only those",
            harm=f"{effect.api} sets what is named",
            impact=Impact.HIGH if guarded else Impact.MEDIUM,
            confidence=Confidence.HIGH if guarded else Confidence.LOW,
            remedy=Remedy(kind=RemedyKind.ALLOW, subject=whose),
        )
