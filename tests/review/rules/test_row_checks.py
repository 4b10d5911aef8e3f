"""Hooks of a view class that ask whether the caller may work on the row, and forms that find rows among the caller's alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "access/unscoped-object"

MODELS = """
from django.conf import settings
from django.db import models

class Shelf(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    title = models.CharField(max_length=50)

class Book(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE)
    title = models.CharField(max_length=50)
"""
EDIT = """
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import UpdateView
from rules import has_object_permission, may_change
from library.models import Book

class Checked(UserPassesTestMixin):
    def test_func(self):
        book = self.get_object()
        return self.request.user.has_perm("library.change_book") or self.request.user == book.owner

class Base(LoginRequiredMixin):
    def dispatch(self, request, *args, **kwargs):
        self.book = get_object_or_404(Book, pk=kwargs["pk"])
        BASE
        return super().dispatch(request, *args, **kwargs)

class Edit(PARENTS, UpdateView):
    model = Book
    fields = ["title"]

    HOOK
"""
URLS = """
from django.urls import path
from library import views

urlpatterns = [path("books/<int:pk>/edit/", views.Edit.as_view())]
"""
TESTED = "LoginRequiredMixin, UserPassesTestMixin"


def edited(find: Find, parents: str, hook: str, base: str = "pass") -> list[Finding]:
    code = EDIT.replace("PARENTS", parents).replace("HOOK", hook.replace("\n", "\n    ")).replace("BASE", base)
    files = {"library/__init__.py": "", "library/models.py": MODELS, "library/urls.py": URLS, "library/views.py": code}
    return shown(find(RULE, files))


@pytest.mark.parametrize(
    ("parents", "hook", "told"),
    [
        (
            TESTED,
            "def test_func(self):\n    return has_object_permission('edit', self.request.user, obj=self.get_object())",
            False,
        ),
        (
            TESTED,
            "def test_func(self):\n    user = self.request.user\n    return user.books.filter(pk=self.kwargs['pk']).exists()",
            False,
        ),
        ("LoginRequiredMixin, Checked", "pass", False),
        (TESTED, "def test_func(self):\n    return self.request.user.is_active", True),
        (TESTED, "def test_func(self):\n    return self.get_object().title != ''", True),
        (
            "LoginRequiredMixin",
            "def test_func(self):\n    return self.get_object().owner == self.request.user",
            True,
        ),
    ],
)
def test_a_test_of_the_caller_looks_at_the_row(findings: Find, parents: str, hook: str, *, told: bool) -> None:
    found = edited(findings, parents, hook)
    assert bool(found) is told, found


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ("has_object_permission('edit', request.user, object=self.book, raise_exception=True)", False),
        ("if not self.book.may_be_accessed_by(request.user): raise Http404", False),
        ("if not self.book.shelf.readers.filter(user=request.user).exists(): raise Http404", False),
        ("allowed, why = may_change.permitted('edit', request.user, kwargs.get('pk'))", False),
        ("has_object_permission('edit', request.user, object=self.book, raise_exception=False)", True),
        ("has_object_permission('enter', request.user, raise_exception=True)", True),
        ("request.user.has_perm('library.change_book', self.book)", True),
        ("may_change.note(request.user, self.book)", True),
        ("if not self.book.title: raise Http404", True),
    ],
)
def test_a_hook_asks_a_function_of_the_row(findings: Find, base: str, *, told: bool) -> None:
    found = edited(findings, "Base", "pass", base)
    assert bool(found) is told, found


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("if self.request.user != get_object_or_404(Book, pk=self.kwargs['pk']).owner: raise Http404", False),
        ("if not self.request.user.is_authenticated: raise Http404", True),
    ],
)
def test_a_method_of_the_class_looks_the_row_up(findings: Find, method: str, *, told: bool) -> None:
    hook = (
        "def setup(self, request, *args, **kwargs):\n    super().setup(request, *args, **kwargs)\n"
        f"    self.check_permission()\n\ndef check_permission(self):\n    {method}"
    )
    found = edited(findings, "LoginRequiredMixin", hook)
    assert bool(found) is told, found


FORMS = """
from django import forms
from library.models import Book, Shelf

class BookForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title", "shelf"]

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        INIT

    def limit(self, user):
        LIMIT
"""
FORM_VIEWS = """
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import CreateView
from library.forms import BookForm
from library.models import Book, Shelf

class Add(LoginRequiredMixin, CreateView):
    form_class = BookForm
    model = Book

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "user": self.request.user}

@login_required
def put(request):
    form = BookForm(request.POST, user=request.user)
    VIEW
    if form.is_valid():
        form.save()
    return HttpResponse("ok")

@login_required
def shelf(request, pk):
    return HttpResponse(get_object_or_404(Shelf, pk=pk, owner=request.user).title)

@login_required
def rename(request, pk):
    Shelf.objects.filter(pk=pk, owner=request.user).update(title="x")
    return HttpResponse("ok")
"""
FORM_URLS = """
from django.urls import path
from library import views

urlpatterns = [
    path("books/add/", views.Add.as_view()), path("books/put/", views.put),
    path("shelves/<int:pk>/", views.shelf), path("shelves/<int:pk>/rename/", views.rename),
]
"""
MINE = 'self.fields["shelf"].queryset = Shelf.objects.filter(owner=user)'


@pytest.mark.parametrize(
    ("init", "limit", "view", "functions"),
    [
        (MINE, "pass", "pass", []),
        (
            "self.limit(user)",
            "rows = Shelf.objects.filter(owner=user)\n        self.fields['shelf'].queryset = rows",
            "pass",
            [],
        ),
        ("for name in self.fields: self.fields[name].queryset = user.shelves.all()", "pass", "pass", []),
        ("pass", "pass", "pass", ["Add", "put"]),
        (MINE.replace("shelf", "title"), "pass", "pass", ["Add", "put"]),
        (MINE.replace("owner=user", "title='open'"), "pass", "pass", ["Add", "put"]),
        (
            "self.fields['shelf'].queryset = self.fields['shelf'].queryset.order_by('title')",
            "pass",
            "pass",
            ["Add", "put"],
        ),
        ("pass", "pass", "form.fields['shelf'].queryset = Shelf.objects.filter(owner=request.user)", ["Add"]),
        ("pass", "pass", "form.fields['shelf'].queryset = Shelf.objects.all()", ["Add", "put"]),
    ],
)
def test_a_form_finds_rows_among_the_callers(
    findings: Find, init: str, limit: str, view: str, functions: list[str]
) -> None:
    files = {
        "library/__init__.py": "",
        "library/models.py": MODELS,
        "library/urls.py": FORM_URLS,
        "library/forms.py": FORMS.replace("INIT", init).replace("LIMIT", limit),
        "library/views.py": FORM_VIEWS.replace("VIEW", view),
    }
    found = shown(findings(RULE, files))
    assert sorted({each.function.removeprefix("library.views.").partition(".")[0] for each in found}) == functions


@pytest.mark.parametrize(
    ("fields", "told"), [("fields: list = []", False), ("fields = ()", False), ('fields = ["shelf"]', True)]
)
def test_a_form_without_fields_takes_no_row(findings: Find, fields: str, *, told: bool) -> None:
    form = FORMS.replace('fields = ["title", "shelf"]', fields).replace("INIT", "pass").replace("LIMIT", "pass")
    files = {
        "library/__init__.py": "",
        "library/models.py": MODELS,
        "library/urls.py": FORM_URLS,
        "library/forms.py": form,
        "library/views.py": FORM_VIEWS.replace("VIEW", "pass"),
    }
    assert bool(shown(findings(RULE, files))) is told


ADDRESSED = """
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from library.models import Book

@login_required
def own(request, pk):
    return HttpResponse(get_object_or_404(Book, pk=pk, owner=request.user).title)

@login_required
def other(request, pk):
    return HttpResponse(get_object_or_404(Book, pk=pk, owner=request.user).shelf.title)

@login_required
def sent(request, pk):
    book = get_object_or_404(Book, pk=pk)
    END
"""


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("return HttpResponseRedirect(book.get_absolute_url())", False),
        ("return redirect(book)", False),
        ("return redirect('book', pk=book.pk)", False),
        ("return redirect('book', pk=book.pk, session=book.session_id)", True),
        ("return HttpResponseRedirect(reverse('book', args=[book.pk]))", False),
        ("return redirect(book.title)", True),
        ("return redirect(book.file.url)", True),
        ("return redirect('page', note=book.title)", True),
        ("book.delete()\n    return redirect('books')", True),
        ("print(book)\n    return redirect(book)", True),
        ("return HttpResponse(book.title)", True),
    ],
)
def test_callers_are_sent_on_to_the_page_of_the_row(findings: Find, end: str, *, told: bool) -> None:
    routes = ", ".join(f"path('{name}/<int:pk>/', views.{name})" for name in ("own", "other", "sent"))
    files = {
        "library/__init__.py": "",
        "library/models.py": MODELS,
        "library/urls.py": f"from django.urls import path\nfrom library import views\n\nurlpatterns = [{routes}]\n",
        "library/views.py": ADDRESSED.replace("END", end),
    }
    assert bool(shown(findings(RULE, files))) is told


def shown(found: list[Finding]) -> list[Finding]:
    return [each for each in found if each.confidence is not Confidence.LOW]
