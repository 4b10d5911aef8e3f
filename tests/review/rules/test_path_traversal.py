"""Names in archives, of which all pass a check before the first is used or none does, and what else lies between a sender and a path."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "files/path-traversal"
CODE = """
import os
import zipfile
from pathlib import Path

def validate(members, target):
    root = target.resolve()
    for member in members:
        CHECK

def extract(path, target: Path):
    with zipfile.ZipFile(path) as archive:
        members = archive.namelist()
        validate(members, target)
        for member in members:
            print((target / member).exists())
"""
RESOLVED = "at = (target / member).resolve()\n        if not at.is_relative_to(root):\n            raise ValueError"
HOLDS = {
    "resolved, and in the folder": RESOLVED,
    "resolved by os.path": "at = os.path.realpath(os.path.join(target, member))\n        if os.path.commonpath([root, at]) != root:\n"
    "            raise ValueError",
    "letters in common, once it is resolved": "at = os.path.abspath(os.path.join(target, member))\n        if os.path.commonprefix((root, at)) != root:\n"
    "            raise ValueError",
    "no parts that lead up": "at = Path(member)\n        if at.is_absolute() or '..' in at.parts:\n            raise ValueError",
    "of the text": "if '..' in member or member.startswith('/'):\n            raise ValueError",
}
BROKEN = {
    "nothing": "pass",
    "only told": RESOLVED.replace("raise ValueError", "print(at)"),
    "may be absolute": "at = Path(member)\n        if '..' in at.parts:\n            raise ValueError",
    "letters in common, before it is resolved": "at = os.path.join(target, member)\n        if os.path.commonprefix((root, at)) != root:\n"
    "            raise ValueError",
    "another path": RESOLVED.replace("target / member", "target / 'a'"),
    "some are left out": "if member.endswith('.txt'):\n            continue\n        " + RESOLVED,
    "bound anew": "member = os.path.basename(member)\n        print(member)",
}


@pytest.mark.parametrize("title", HOLDS)
def test_all_names_passed_a_check(title: str, findings: Find) -> None:
    assert findings(RULE, CODE.replace("CHECK", HOLDS[title])) == []


@pytest.mark.parametrize("title", BROKEN)
def test_a_check_that_keeps_nothing_inside(title: str, findings: Find) -> None:
    assert len(findings(RULE, CODE.replace("CHECK", BROKEN[title]))) == 1


SENT = """
import os
from pathlib import Path
from flask import Flask, abort, request
from vendor import Params, Scan

app = Flask(__name__)
ROOT = "/srv/data"

def inside(name, user):
    base = os.path.realpath(os.path.join(ROOT, str(user)))
    path = os.path.realpath(os.path.join(base, name))
    if path != base and not path.startswith(base + os.sep):
        abort(400)
    return Path(path)

def taken(*, size, root="/srv"):
    return open(f"{root}/size.txt")

@app.post("/x")
def x():
    name = request.form["name"]
    BODY
    return ""
"""


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("inside(name, 3).write_text('x')", 0),
        ("open(f'/srv/{Scan(name, deep=True, form=3).id}/a.json')", 0),
        ("open(f'/srv/{Params(page=name, size=3).size}/a.json')", 0),
        ("open(f'/srv/{Params(page=name, size=3).page}/a.json')", 1),
        ("os.makedirs(os.path.join(ROOT, str(name)[0].lower()))", 0),
        ("os.makedirs(os.path.join(ROOT, str(name)[0].lower(), str(name)))", 1),
        ("os.makedirs(os.path.join(ROOT, str(name)[0:3]))", 1),
        ("os.makedirs(os.path.join(ROOT, name.split(',')[0]))", 1),
        ("taken(**{k: v for k, v in request.form.items() if k in ('size', 'page')})", 0),
        ("taken(**{k: v for k, v in request.form.items() if k in ('size', 'root')})", 1),
        ("taken(**{k: v for k, v in request.form.items() if v})", 1),
    ],
)
def test_what_reaches_the_path(body: str, count: int, findings: Find) -> None:
    assert len(findings(RULE, SENT.replace("BODY", body))) == count


CHECK = """
        at = os.path.realpath(os.path.join(ROOT, name))
        try:
            Path(at).relative_to(os.path.realpath(ROOT))
        except ValueError:
            ENDS
"""


@pytest.mark.parametrize(
    ("ends", "count"), [("raise PermissionError(name)", 0), ("print(name)", 1)], ids=["refuses", "only tells"]
)
def test_a_helper_that_refuses_paths_outside(ends: str, count: int, findings: Find) -> None:
    body = f"""
    def check(name):
        if not app.config["CHECKS"]:
            return
        {CHECK.replace("ENDS", ends).strip()}
    check(name)
    open(os.path.join(ROOT, name))
"""
    assert len(findings(RULE, SENT.replace("BODY", body.strip()))) == count


@pytest.mark.parametrize(
    ("body", "confidence"),
    [
        ("open(f'/srv/{name}')", Confidence.HIGH),
        ("os.path.exists(f'/srv/{name}')", Confidence.LOW),
    ],
)
def test_whether_a_file_is_there_tells_little(body: str, confidence: Confidence, findings: Find) -> None:
    assert [found.confidence for found in findings(RULE, SENT.replace("BODY", body))] == [confidence]


KEPT = {
    "models.py": """
        from django.core.validators import MaxLengthValidator
        from django.db import models
        from checks import check_name

        class Report(models.Model):
            name = models.CharField(max_length=50, validators=[MaxLengthValidator(50)])
            slug = models.SlugField()
            checked = models.CharField(max_length=50, validators=[check_name])
    """,
    "checks.py": "def check_name(name):\n    pass\n",
    "urls.py": "from django.urls import path\nimport views\nurlpatterns = [path('reports/', views.create)]\n",
    "views.py": """
        from django.http import HttpResponse
        from models import Report

        def create(request):
            Report.objects.create(**request.POST.dict())
            return HttpResponse("")
    """,
}


@pytest.mark.parametrize(
    ("field", "path", "confidence"),
    [
        ("name", "reports.py", [Confidence.LOW]),
        ("name", "management/commands/show.py", [Confidence.LOW]),
        ("slug", "reports.py", []),
        ("checked", "reports.py", []),
    ],
)
def test_what_a_column_holds(field: str, path: str, confidence: list[Confidence], findings: Find) -> None:
    shown = f"""
        from models import Report

        def show(key):
            return open("/srv/" + Report.objects.get(pk=key).{field}).read()
    """
    assert [found.confidence for found in findings(RULE, {**KEPT, path: shown})] == confidence


PARTED = """
import os, re
from flask import Flask, abort, request, send_file

app = Flask(__name__)

def valid(name):
    if "#" not in name:
        return False
    owner, mail = name.lstrip("@").split({SPLIT})
    if not re.match(r"^[\\w.-]+$", owner):
        return False
    {SECOND}
    return True

@app.get("/keys")
def key():
    name = request.args["name"]
    if not valid(name):
        abort(400)
    return send_file(os.path.join("/keys", name))
"""
BOTH = "if not re.match(r'^[\\w.@-]+$', mail):\n        return False"


@pytest.mark.parametrize(
    ("split", "second", "found"),
    [
        ('"#", 1', BOTH, False),
        ('"#"', BOTH, False),
        ('"#", 1', "print(mail)", True),
        ('"#", 1', "if not re.match('^.+$', mail):\n        return False", True),
        ('"/", 1', BOTH, True),
        ('"#", 1', f"mail = mail.rpartition('/')[2]\n    {BOTH}", True),
    ],
)
def test_names_whose_parts_are_all_checked(findings: Find, split: str, second: str, found: bool) -> None:
    assert bool(findings(RULE, PARTED.replace("{SPLIT}", split).replace("{SECOND}", second))) is found


DROPS = {
    "urls.py": "from django.urls import path\nimport views\nurlpatterns = [path('drop/', views.drop)]\n",
    "models.py": """
        import os
        from django.db import models

        class File(models.Model):
            path = models.TextField()

        class Photo(models.Model):
            files = models.ManyToManyField(File)

            def drop(self, given):
                for file in self.files.all():
                    if TEST:
                        os.remove(given)
    """,
    "views.py": """
        from django.http import HttpResponse
        from models import Photo

        def drop(request):
            Photo.objects.get(pk=request.GET["photo"]).drop(request.POST["path"])
            return HttpResponse("")
    """,
}


@pytest.mark.parametrize(("test", "found"), [("file.path == given", 0), ("file.path != given", 1), ("file.path", 1)])
def test_the_path_of_one_of_the_rows_that_are_gone_through(test: str, found: int, findings: Find) -> None:
    files = {**DROPS, "models.py": DROPS["models.py"].replace("TEST", test)}
    assert len(findings(RULE, files)) == found


@pytest.mark.parametrize(
    ("path", "confidence"), [("load.py", Confidence.MEDIUM), ("management/commands/load.py", Confidence.LOW)]
)
def test_who_runs_a_command_chooses_the_archive(path: str, confidence: Confidence, findings: Find) -> None:
    command = """
        import os
        import zipfile
        from django.core.management.base import BaseCommand

        class Command(BaseCommand):
            def handle(self, **options):
                load(self.fetched(), "/srv/data")

        def load(path, folder):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    print(open(os.path.join(folder, name)).read())
    """
    assert [each.confidence for each in findings(RULE, {path: command})] == [confidence]


UPLOADS = {
    "urls.py": """
from django.urls import path
import views

urlpatterns = [path("files/", views.Files.as_view())]
""",
    "views.py": """
import os
from rest_framework import generics, serializers

class FileSerializer(serializers.Serializer):
    sent = serializers.FileField()
    title = serializers.CharField()

    def create(self, validated_data):
        sent = validated_data.pop("sent")
        keep(NAME)
        return sent

def keep(name):
    with open(os.path.join("/srv/data", name), "wb") as kept:
        kept.write(b"")

class Files(generics.CreateAPIView):
    serializer_class = FileSerializer
""",
}


@pytest.mark.parametrize(
    ("name", "found"),
    [("sent.name", False), ("validated_data['title']", True), ("sent.read().decode()", True)],
)
def test_the_name_of_an_uploaded_file_names_no_folder(name: str, found: bool, findings: Find) -> None:
    files = {"urls.py": UPLOADS["urls.py"], "views.py": UPLOADS["views.py"].replace("NAME", name)}
    assert bool(findings(RULE, files)) is found
