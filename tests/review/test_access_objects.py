"""Rows that are fetched by a key alone, and what shows that they are not everyone's."""

import textwrap
from pathlib import Path

import pytest

from archwright.review.project import review_project
from archwright.review.registry import all_rules, select

MODELS = """
from django.conf import settings
from django.db import models

class Tag(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    published = models.BooleanField(default=False)
"""
URLS = """
from rest_framework.routers import DefaultRouter
from shop.views import TagViewSet

router = DefaultRouter()
router.register("tags", TagViewSet, basename="tag")
urlpatterns = router.urls
"""


def found(directory: Path, files: dict[str, str]) -> list[str]:
    for path, text in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text), encoding="utf-8")
    rules = select(all_rules(), ["access/unscoped-object"])
    reviewed = review_project(["."], rules, root=directory, workers=1)
    assert not reviewed.faults
    return [f"{finding.function}: {finding.message}" for finding in reviewed.document.findings]


def viewset(permission: str, classes: str = "") -> dict[str, str]:
    views = f"""
from django.db.models import Q
from rest_framework import serializers
from rest_framework.permissions import BasePermission, IsAuthenticatedOrReadOnly
from rest_framework.viewsets import ModelViewSet
from shop.models import Tag

class TagSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["published"]

{textwrap.dedent(classes)}

class TagViewSet(ModelViewSet):
    permission_classes = [{permission}]
    serializer_class = TagSerializer

    def get_queryset(self):
        wanted = Q(published=True)
        if self.request.user.is_authenticated:
            wanted |= Q(user=self.request.user)
        return Tag.objects.filter(wanted)
"""
    return {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/urls.py": URLS, "shop/views.py": views}


CHANGES = {"update", "partial_update", "destroy"}


def test_rows_that_everyone_sees_are_changed_by_everyone(tmp_path: Path) -> None:
    names = {
        each.partition(":")[0].rpartition(".")[2] for each in found(tmp_path, viewset("IsAuthenticatedOrReadOnly"))
    }
    assert names & CHANGES
    assert names <= CHANGES


@pytest.mark.parametrize(
    ("body", "judged"),
    [
        ("def has_permission(self, request, view):\n        return request.user.is_active", True),
        (
            "def has_permission(self, request, view):\n        return view.action == 'list' or request.user.is_active",
            True,
        ),
        ("def has_permission(self, request, view):\n        return view.kwargs['pk'] in request.user.tags", False),
        ("def has_permission(self, request, view):\n        return may(request.user, view)", False),
        ("def has_object_permission(self, request, view, obj):\n        return obj.user == request.user", False),
    ],
)
def test_a_permission_class_that_looks_at_no_row_guards_none(tmp_path: Path, body: str, judged: bool) -> None:
    own = f"class Permitted(BasePermission):\n    {body}\n"
    assert bool(found(tmp_path, viewset("Permitted", own))) is judged


FLASK = """
from functools import wraps
from flask import Flask, abort, jsonify, request
from flask_login import current_user, login_required
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Folder(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    team_id = db.Column(db.Integer)

class File(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    folder_id = db.Column(db.ForeignKey("folder.id"))

def folder_access(view):
    @wraps(view)
    def checked(folder_id, *args, **kwargs):
        if db.session.get(Folder, folder_id).team_id not in current_user.teams:
            abort(403)
        return view(folder_id, *args, **kwargs)
    return checked

def file_access(view):
    @wraps(view)
    def checked(folder_id, file_id):
        if db.session.get(File, file_id).folder_id != folder_id:
            abort(403)
        return view(folder_id, file_id)
    return checked

def can_see(file):
    return file.folder_id in current_user.folders

def error_response(error):
    return jsonify(error=str(error)), 403 if isinstance(error, PermissionError) else 500
"""


def child(decorator: str, query: str) -> str:
    return f"""
@app.get("/folders/<int:folder_id>/files/<int:file_id>")
@login_required
@{decorator}
def show(folder_id, file_id):
    return {{"id": {query}.id}}
"""


@pytest.mark.parametrize(
    ("decorator", "query", "times"),
    [
        ("folder_access", "db.session.get(File, file_id)", 1),
        ("folder_access", "File.query.filter_by(id=file_id, folder_id=folder_id).one()", 0),
        ("file_access", "db.session.get(File, file_id)", 0),
    ],
)
def test_the_parent_is_checked_and_the_child_is_not_looked_up_in_it(
    tmp_path: Path, decorator: str, query: str, times: int
) -> None:
    assert len(found(tmp_path, {"app.py": FLASK + child(decorator, query)})) == times


@pytest.mark.parametrize(("limit", "times"), [("", 1), (", folder=folder", 0), (", folder_id=folder_id", 0)])
def test_the_parent_is_the_callers_and_the_child_is_not_looked_up_in_it(tmp_path: Path, limit: str, times: int) -> None:
    models = """
from django.conf import settings
from django.db import models

class Folder(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

class File(models.Model):
    folder = models.ForeignKey(Folder, on_delete=models.CASCADE)
"""
    views = f"""
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from shop.models import File, Folder

@login_required
def show(request, folder_id, file_id):
    folder = get_object_or_404(Folder, pk=folder_id, owner=request.user)
    file = get_object_or_404(File, pk=file_id{limit})
    return JsonResponse({{"folder": folder.pk, "file": file.pk}})
"""
    urls = """
from django.urls import path
from shop import views

urlpatterns = [path("folders/<int:folder_id>/files/<int:file_id>/", views.show)]
"""
    files = {"shop/__init__.py": "", "shop/models.py": models, "shop/urls.py": urls, "shop/views.py": views}
    assert len(found(tmp_path, files)) == times


CHECKED = """
@app.get("/files/<int:file_id>")
@login_required
def content(file_id):
    file = db.session.get(File, file_id)
    if not can_see(file):
        abort(403)
    return {"id": file.id}

@app.get("/files/<int:file_id>/name")
@login_required
def name(file_id):
    file = db.session.get(File, file_id)
    if not can_see(file):
        abort(403)
    return {"id": file.id}
"""
UNCHECKED = """
@app.get("/files/<int:file_id>/text")
@login_required
def text(file_id):
    try:
        return {"id": db.session.get(File, file_id).id}
    except Exception as error:
        return error_response(error)
"""


def test_most_others_check_whose_the_row_is(tmp_path: Path) -> None:
    assert [each.partition(":")[0] for each in found(tmp_path, {"app.py": FLASK + CHECKED + UNCHECKED})] == ["text"]


def test_one_other_that_checks_shows_nothing(tmp_path: Path) -> None:
    first = CHECKED.partition('@app.get("/files/<int:file_id>/name")')[0]
    assert found(tmp_path, {"app.py": FLASK + first + UNCHECKED}) == []


def owned(name: str) -> str:
    return f"""
class {name}(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    text = models.TextField()
"""


def test_a_project_that_limits_rows_of_others_by_their_owner(tmp_path: Path) -> None:
    models = MODELS
    views = "from django.contrib.auth.decorators import login_required\nfrom django.http import JsonResponse\n"
    views += "from shop.models import *\n"
    routes = []
    for name, condition in (("Note", True), ("Task", True), ("Bill", True), ("MailAccount", False)):
        models += owned(name)
        limit = ", owner=request.user" if condition else ""
        views += f"""
@login_required
def show_{name.lower()}(request):
    row = {name}.objects.get(pk=request.GET["pk"]{limit})
    return JsonResponse({{"text": row.text}})
"""
        routes.append(f'path("{name.lower()}/", views.show_{name.lower()})')
    urls = f"from django.urls import path\nfrom shop import views\n\nurlpatterns = [{', '.join(routes)}]\n"
    files = {"shop/__init__.py": "", "shop/models.py": models, "shop/urls.py": urls, "shop/views.py": views}
    assert [each.partition(":")[0] for each in found(tmp_path, files)] == ["show_mailaccount"]


def test_who_runs_the_service_may_see_every_row(tmp_path: Path) -> None:
    code = UNCHECKED.replace("@login_required", "@login_required\n@only_if(lambda user: user.is_superuser)")
    assert found(tmp_path, {"app.py": FLASK + CHECKED + code}) == []


@pytest.mark.parametrize(
    "more",
    [
        "    filter_backends = [Mine]\n",
        "    def get_permissions(self):\n        return chosen(self)\n",
    ],
)
def test_what_a_class_does_to_its_rows_and_is_not_known_may_limit_them(tmp_path: Path, more: str) -> None:
    files = viewset("IsAuthenticatedOrReadOnly", "class Mine:\n    pass\n")
    files["shop/views.py"] = files["shop/views.py"].replace("    serializer_class =", f"{more}    serializer_class =")
    assert found(tmp_path, files) == []


WATCH = """
from django.conf import settings
from django.db import models

class Watch(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    secret = models.CharField(max_length=40)

class Invitation(models.Model):
    watch = models.ForeignKey(Watch, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
"""


@pytest.mark.parametrize(
    ("body", "times"),
    [
        ("watch = get_object_or_404(Watch, pk=pk)", 1),
        (
            "watch = get_object_or_404(Watch, pk=pk)\n    if watch.secret != key:\n        return HttpResponse(status=404)",
            0,
        ),
        (
            "watch = get_object_or_404(Watch, pk=pk)\n    if not compare_digest(watch.secret, key):\n        raise Http404",
            0,
        ),
        ("watch = get_object_or_404(Watch, pk=pk)\n    if watch.kind.key == key:\n        raise Http404", 1),
        ("watch = get_object_or_404(Watch, pk=pk, secret=key)", 0),
        (
            "watch = get_object_or_404(Watch, pk=pk)\n    get_object_or_404(Invitation, watch=watch, user=request.user)",
            0,
        ),
        ("watch = get_object_or_404(Watch, pk=pk)\n    get_object_or_404(Invitation, user=request.user)", 1),
    ],
)
def test_a_row_by_what_its_holder_was_given_and_by_what_is_the_callers(tmp_path: Path, body: str, times: int) -> None:
    views = f"""
from hmac import compare_digest
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from shop.models import Invitation, Watch

@login_required
def stop(request, pk, key):
    {body}
    watch.delete()
    return HttpResponse()
"""
    urls = """
from django.urls import path
from shop import views

urlpatterns = [path("watches/<int:pk>/stop/<str:key>/", views.stop)]
"""
    files = {"shop/__init__.py": "", "shop/models.py": WATCH, "shop/urls.py": urls, "shop/views.py": views}
    assert len(found(tmp_path, files)) == times


SAVED = """
@app.post("/files/<int:file_id>/save")
@login_required
def text(file_id):
    {}
    return {{}}
"""
LINK = """
@app.get("/links/<int:file_id>")
def link(file_id):
    return {"id": db.session.get(File, file_id).id}
"""


@pytest.mark.parametrize(
    ("body", "times"),
    [
        ("db.session.get(File, file_id).text()", 1),
        ("current_user.saved.append(db.session.get(File, file_id))", 0),
        ("current_user.saved.remove(db.session.get(File, file_id))", 0),
    ],
)
def test_a_bookmark_is_the_callers(tmp_path: Path, body: str, times: int) -> None:
    assert len(found(tmp_path, {"app.py": FLASK + CHECKED + SAVED.format(body)})) == times


def test_rows_that_anybody_is_shown_elsewhere(tmp_path: Path) -> None:
    assert found(tmp_path, {"app.py": FLASK + CHECKED + UNCHECKED + LINK}) == []


def test_what_is_done_about_people_names_others(tmp_path: Path) -> None:
    assert found(tmp_path, {"app.py": (FLASK + CHECKED + UNCHECKED).replace("File", "Member")}) == []


@pytest.mark.parametrize(("owner", "times"), [("file.folder_id", 1), ("request.note.owner", 0)])
def test_a_comparison_that_names_nothing_of_the_row_is_of_another(tmp_path: Path, owner: str, times: int) -> None:
    checked = CHECKED.replace("if not can_see(file)", f"same = current_user.number == {owner}\n    if not same")
    assert len(found(tmp_path, {"app.py": FLASK + checked + UNCHECKED})) == times
