"""The examples of `access/unscoped-object`."""

from __future__ import annotations

from archwright.review.rule import example

BAD = (
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

GOOD = (
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
