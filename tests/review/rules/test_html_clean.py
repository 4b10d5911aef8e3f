"""What holds no tags although it came from outside: addresses that a library quotes, what code or an extension filters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "injection/html"
URLS = """
from django.urls import path
import views

urlpatterns = [path("a/", views.show), path("b/", views.write)]
"""
VIEWS = """
import markdown
from django.http import HttpResponse
from django.utils.safestring import mark_safe
from helpers import Cleaner, escape_all, restore

def show(request):
    return HttpResponse("<p>" + {} + "</p>")
"""
HELPERS = """
from markdown.extensions import Extension

class Cleaner(Extension):
    def extendMarkdown(self, md):
        md.postprocessors.register(object(), "clean", 2)

def escape_all(text):
    for letter in text:
        if letter == "<":
            yield "&lt;"
        elif letter == "&":
            yield "&amp;"
        else:
            yield letter

def restore(text):
    return text.replace("&lt;", "<")
"""
TEMPLATE = """
from django.http import HttpResponse
from django.template import Context, Engine, Template

def show(request):
    return HttpResponse(Template(request.POST["text"]{}).render(Context({{}})), content_type="text/plain")
"""
FILES = """
from django.db import models

class Person(models.Model):
    photo = models.ImageField()
    name = models.TextField()
"""
PERSON = """
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from models import Person

def show(request):
    return render(request, "page.html", {"person": Person.objects.get(pk=1)})

def write(request):
    Person.objects.create(name=request.POST["name"], photo=request.FILES["photo"])
    return JsonResponse({})
"""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("request.get_host()", 0),
        ("request.build_absolute_uri()", 0),
        ("request.get_full_path()", 0),
        ("request.META['HTTP_HOST']", 1),
        ("request.path", 1),
        ("''.join(escape_all(request.GET['q']))", 0),
        ("restore(request.GET['q'])", 1),
        ("markdown.markdown(request.GET['q'])", 1),
        ("markdown.markdown(request.GET['q'], extensions=['tables'])", 1),
        ("markdown.markdown(request.GET['q'], extensions=['tables', Cleaner()])", 0),
        ("markdown.Markdown(extensions=['tables']).convert(request.GET['q'])", 1),
        ("markdown.Markdown(extensions=[Cleaner()]).convert(request.GET['q'])", 0),
    ],
)
def test_what_a_view_answers_with(text: str, count: int, findings: Find) -> None:
    files = {"urls.py": URLS, "helpers.py": HELPERS, "views.py": VIEWS.replace("{}", text)}
    assert len(findings(RULE, files)) == count


@pytest.mark.parametrize(("shown", "count"), [("name", 1), ("photo.url", 0), ("photo.name", 0)])
def test_the_name_of_a_stored_file_holds_no_tags(shown: str, count: int, findings: Find) -> None:
    page = {"templates/page.html": f"<p>{{{{ person.{shown}|safe }}}}</p>"}
    assert len(findings(RULE, {"urls.py": URLS, "models.py": FILES, "views.py": PERSON, **page})) == count


@pytest.mark.parametrize(
    ("engine", "confidence"), [("", Confidence.HIGH), (", engine=Engine(builtins=[])", Confidence.LOW)]
)
def test_an_engine_that_is_made_for_templates_of_others(engine: str, confidence: Confidence, findings: Find) -> None:
    (found,) = findings("injection/template", {"urls.py": URLS, "views.py": TEMPLATE.format(engine)})
    assert found.confidence is confidence


def test_who_writes_through_code_that_all_forms_share_is_not_known(findings: Find) -> None:
    saved = "\n".join(
        f"def write{i}(request):\n    Shared(request.POST, instance=Person()).save(request)\n    return JsonResponse({{}})\n"
        for i in range(14)
    )
    files = {
        "urls.py": "from django.urls import path\nimport views\n\nurlpatterns = [path('a/', views.show), "
        + ", ".join(f"path('w{i}/', views.write{i})" for i in range(14))
        + "]\n",
        "models.py": FILES,
        "shared.py": "from django import forms\n\nclass Base(forms.ModelForm):\n"
        "    def save(self, request):\n        return super().save()\n",
        "forms.py": "from models import Person\nfrom shared import Base\n\nclass Shared(Base):\n"
        "    class Meta:\n        model = Person\n        fields = ['name']\n",
        "views.py": "from forms import Shared\n" + PERSON.partition("def write")[0] + saved,
        "templates/page.html": "<p>{{ person.name|safe }}</p>",
    }
    (found,) = findings(RULE, files)
    assert found.confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("made", "count"),
    [
        ("Person(name=mark_safe(request.POST['name']))", 0),
        ("show(name=mark_safe(request.POST['name']))", 1),
        ("mark_safe(request.POST['name'])", 1),
    ],
)
def test_what_goes_into_a_row_is_no_page(made: str, count: int, findings: Find) -> None:
    views = (
        "from django.http import JsonResponse\nfrom django.utils.safestring import mark_safe\nfrom elsewhere import show\n"
        f"from models import Person\n\ndef write(request):\n    made = {made}\n    return JsonResponse({{}})\n"
    )
    urls = "from django.urls import path\nimport views\n\nurlpatterns = [path('b/', views.write)]\n"
    assert len(findings(RULE, {"urls.py": urls, "models.py": FILES, "views.py": views})) == count


def test_a_nonce_that_middleware_sets_on_requests(findings: Find) -> None:
    text = """
    from django import template
    from django.utils.safestring import mark_safe

    register = template.Library()

    @register.simple_tag(takes_context=True)
    def nonce(context):
        given = getattr(context["request"], "csp_nonce", "")
        return mark_safe(f' nonce="{given}"')
    """
    assert findings(RULE, text) == []
