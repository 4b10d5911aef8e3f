"""Class-based views and forms of Django: what they do without a line of the project's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from archwright.model.effect import Interpret, Load, Read, Write
from archwright.source.program import Program
from archwright.source.survey import survey

Make = Callable[..., Program]

MODELS = """
    from django.db import models

    class Shelf(models.Model):
        name = models.CharField(max_length=10)

    class Book(models.Model):
        title = models.CharField(max_length=10)
        pages = models.IntegerField()
        shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE)

    class Log(models.Model):
        text = models.TextField()
"""
FORMS = """
    from django import forms
    from django.forms import modelform_factory, modelformset_factory
    from shop.models import Book, Log, Shelf

    class BookForm(forms.ModelForm):
        class Meta:
            model = Book
            fields = ["title", "pages", "shelf"]

        def clean_title(self):
            Log.objects.filter(text=self.cleaned_data["title"]).exists()
            return self.cleaned_data["title"]

    class Search(forms.Form):
        text = forms.CharField()
        pages = forms.IntegerField()
        kind = forms.ChoiceField(choices=[("a", "A")])
        shelf = forms.ModelChoiceField(queryset=Shelf.objects.all())
"""
VIEWS = """
    from django.views.generic import CreateView, DeleteView, DetailView, FormView, ListView, TemplateView, UpdateView
    from shop.forms import BookForm, Search
    from shop.models import Book, Log, Shelf

    class Books(ListView):
        model = Book
        paginate_by = 20

    class Chosen(ListView):
        def get_queryset(self):
            return Book.objects.select_related("shelf").filter(title=self.request.GET["title"])

        def get_context_data(self, **kwargs):
            context = super().get_context_data(**kwargs)
            context["shelves"] = Shelf.objects.count()
            return context

    class One(DetailView):
        queryset = Book.objects.select_related("shelf")

    class New(CreateView):
        form_class = BookForm

        def form_valid(self, form):
            form.instance.pages = 1
            return super().form_valid(form)

    class Change(UpdateView):
        model = Book
        fields = ["title"]

    class Remove(DeleteView):
        model = Book

        def get_success_url(self):
            Log.objects.create(text="gone")
            return "/"

    class Find(FormView):
        form_class = Search

    class About(TemplateView):
        template_name = "about.html"
"""
URLS = """
    from django.urls import path
    from shop import views

    urlpatterns = [
        path("books/", views.Books.as_view()),
        path("chosen/", views.Chosen.as_view()),
        path("books/<int:pk>/", views.One.as_view()),
        path("new/", views.New.as_view()),
        path("books/<int:pk>/change/", views.Change.as_view()),
        path("books/<int:pk>/remove/", views.Remove.as_view()),
        path("find/", views.Find.as_view()),
        path("about/", views.About.as_view()),
    ]
"""


def shop(**more: str) -> dict[str, str]:
    return {
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/forms.py": FORMS,
        "shop/views.py": VIEWS,
        "shop/urls.py": URLS,
        **{f"shop/{name}.py": text for name, text in more.items()},
    }


def test_generic_views_are_operations_with_effects(tmp_path: Path, program: Make) -> None:
    program(shop())
    found = {
        str(operation): (
            {touch.entity for touch in operation.access.reads},
            {f"{touch.kind} {touch.entity}" for touch in operation.access.writes},
        )
        for operation in survey(tmp_path)[0].system.operations
    }
    assert found == {
        "GET /books/": ({"Book"}, set()),
        "GET /chosen/": ({"Book", "Shelf"}, set()),
        "GET /books/{pk}/": ({"Book"}, set()),
        "GET /new/": (set(), set()),
        "POST /new/": ({"Log", "Shelf"}, {"save Book"}),
        "GET /books/{pk}/change/": ({"Book"}, set()),
        "POST /books/{pk}/change/": ({"Book"}, {"save Book"}),
        "GET /books/{pk}/remove/": ({"Book"}, set()),
        "POST /books/{pk}/remove/": ({"Book"}, {"delete Book", "insert Log"}),
        "GET /find/": (set(), set()),
        "POST /find/": ({"Shelf"}, set()),
        "GET /about/": (set(), set()),
    }


def test_a_list_counts_where_it_is_cut_into_pages(program: Make) -> None:
    reads = [e for e in program(shop(), Read).effects if isinstance(e, Read)]
    assert {e.many for e in reads if e.unit == "shop.views.Books.get"} == {"aggregate", "many"}
    assert {(e.many, e.loaded) for e in reads if e.unit == "shop.views.Chosen.get"} == {("many", ("shelf",))}


def test_forms_write_when_they_save(program: Make) -> None:
    views = """
        from shop.forms import BookForm, modelform_factory, modelformset_factory
        from shop.models import Book, Shelf

        def save(request):
            form = BookForm(request.POST)
            if form.is_valid():
                form.save()

        def hold(request):
            book = BookForm(request.POST).save(commit=False)
            book.title = "x"

        def made(request):
            modelform_factory(Shelf, fields=["name"])(request.POST).save()

        def many(request):
            for shelf in modelformset_factory(Shelf)(request.POST).save():
                shelf.name
    """
    writes = [e for e in program(shop(views=views, urls=""), Write).effects if isinstance(e, Write)]
    assert [(e.unit.rpartition(".")[2], e.entity) for e in writes] == [
        ("save", "Book"),
        ("made", "Shelf"),
        ("many", "Shelf"),
    ]


def test_fields_of_forms_clean(program: Make, dirty_sql: Callable[[Program], list[Interpret]]) -> None:
    views = """
        from django.db import connection
        from shop.forms import Search

        def find(request):
            form = Search(request.POST)
            with connection.cursor() as cursor:
                cursor.execute("select %s" % form.cleaned_data["pages"])
                cursor.execute("select '%s'" % form.cleaned_data["kind"])
                cursor.execute("select '%s'" % form.cleaned_data["text"])
    """
    found = dirty_sql(program(shop(views=views, urls=""), Interpret))
    assert [effect.place.line for effect in found] == [10]


def test_rows_of_a_view_are_known_in_its_hooks(program: Make, per_row: Callable[[Program], set[str]]) -> None:
    views = """
        from django.views.generic import ListView
        from shop.models import Book

        class Bad(ListView):
            model = Book

            def get_context_data(self, **kwargs):
                context = super().get_context_data(**kwargs)
                context["names"] = [book.shelf.name for book in context["object_list"]]
                return context

        class Good(Bad):
            queryset = Book.objects.select_related("shelf")
    """
    found = program(shop(views=views, urls=""), Read, Load)
    assert per_row(found) == {"shelf"}
