"""What forms, serializers and `full_clean` ask the database before a row is written, and how `save` writes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Read, Write
from archwright.source.program import Program

MODELS = """
from django.db import models

class Gardener(models.Model):
    email = models.EmailField(unique=True)

class Plant(models.Model):
    name = models.CharField(max_length=10)

class Plot(models.Model):
    number = models.IntegerField(unique=True)
    row = models.IntegerField()
    keeper = models.ForeignKey(Gardener, on_delete=models.CASCADE)
    plants = models.ManyToManyField(Plant)
    code = models.SlugField()

    class Meta:
        unique_together = ("row", "keeper")
        constraints = [models.UniqueConstraint(fields=["code", "row"], name="one_code")]

class Corner(Plot):
    side = models.CharField(max_length=10, unique=True)
"""
FORMS = """
from django import forms
from models import Corner, Gardener, Plant, Plot

class Whole(forms.ModelForm):
    class Meta:
        model = Plot
        fields = "__all__"

class Some(forms.ModelForm):
    class Meta:
        model = Plot
        fields = ["number", "code"]

class Rest(forms.ModelForm):
    class Meta:
        model = Plot
        exclude = ["number", "plants", "keeper"]

class Careless(Some):
    def clean(self):
        return self.cleaned_data

class Careful(Some):
    def clean(self):
        data = super().clean()
        return data

class OfChild(forms.ModelForm):
    class Meta:
        model = Corner
        fields = ["side", "number"]

class OwnChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return str(obj.pk)

class OwnWayField(forms.ModelChoiceField):
    def clean(self, value):
        return None

class Subclassed(forms.Form):
    keeper = OwnChoiceField(queryset=Gardener.objects.all())
    other = OwnWayField(queryset=Plant.objects.all())

class Picked(forms.Form):
    keeper = forms.ModelChoiceField(queryset=Gardener.objects.all())
    plants = forms.ModelMultipleChoiceField(queryset=Plant.objects.all())
"""
SERIALIZERS = """
from rest_framework import serializers
from models import Plot

class Whole(serializers.ModelSerializer):
    class Meta:
        model = Plot
        fields = ["number", "row", "keeper"]

class Declared(serializers.ModelSerializer):
    number = serializers.IntegerField()

    class Meta:
        model = Plot
        fields = ["number", "row", "keeper"]
        validators = []

class ReadOnly(serializers.ModelSerializer):
    class Meta:
        model = Plot
        fields = ["number", "row", "keeper"]
        read_only_fields = ["number", "keeper"]
"""
ASKED = {
    "every field": ("forms.Whole(data).is_valid()", "Gardener exists, Gardener one, Plant many, Plot exists"),
    "some fields": ("forms.Some(data).is_valid()", "Plot exists"),
    "all but some": ("forms.Rest(data).is_valid()", "Plot exists"),
    "not all of a constraint": ("modelform_factory(Plot, fields=['row'])(data).is_valid()", ""),
    "all of a constraint": (
        "modelform_factory(Plot, fields=['row', 'keeper'])(data).is_valid()",
        "Gardener exists, Gardener one, Plot exists",
    ),
    "a clean that keeps the library's out": ("forms.Careless(data).is_valid()", ""),
    "a clean that passes on": ("forms.Careful(data).is_valid()", "Plot exists"),
    "a child's table": ("forms.OfChild(data).is_valid()", "Corner exists, Plot exists"),
    "no model": ("forms.Picked(data).is_valid()", "Gardener one, Plant many"),
    "fields of the project's own": ("forms.Subclassed(data).is_valid()", "Gardener one"),
    "rows that validation fetched": (
        "form = forms.Picked(data)\nfor each in form.cleaned_data['plants']:\n    print(each)",
        "",
    ),
    "rows that validation fetched, narrowed": (
        "form = forms.Picked(data)\nlist(form.cleaned_data['plants'].filter(name='a'))",
        "Plant many",
    ),
    "an account": (
        "get_user_model().objects.create_user('a')\nget_user_model().objects.get_by_natural_key('a')",
        "User one",
    ),
    "a row": ("Plot(number=1).full_clean(exclude=['keeper'])", "Plot exists"),
    "its unique columns alone": ("Gardener(email='a').validate_unique()", "Gardener exists"),
    "its columns alone": ("Plot(number=1).clean_fields()", "Gardener exists"),
    "a serializer": ("serializers.Whole(data=data).is_valid()", "Gardener one, Plot exists"),
    "a serializer's own fields": ("serializers.Declared(data=data).is_valid()", "Gardener one"),
    "what a serializer does not let in": ("serializers.ReadOnly(data=data).is_valid()", ""),
}
WRITTEN = {
    "new": ("plot = Plot(number=1)\nplot.row = 3\nplot.save()", [("Plot", "insert")]),
    "new and again": ("plot = Plot(number=1)\nplot.save()\nplot.save()", [("Plot", "insert"), ("Plot", "save")]),
    "an account": ("get_user_model().objects.create_user('a')", [("User", "insert")]),
    "with a key": ("Plot(pk=1).save()", [("Plot", "save")]),
    "of what can't be read": ("Plot(**data).save()", [("Plot", "save")]),
    "made and changed": ("plot = Plot.objects.create(row=1)\nplot.save()", [("Plot", "insert"), ("Plot", "save")]),
    "fetched": ("plot = Plot.objects.get(pk=1)\nplot.save()", [("Plot", "save")]),
    "named columns": ("plot = Plot.objects.get(pk=1)\nplot.save(update_fields=['row'])", [("Plot", "update")]),
    "columns that may be none": ("Plot.objects.get(pk=1).save(update_fields=data)", [("Plot", "save")]),
    "forced": ("plot = Plot.objects.get(pk=1)\nplot.save(force_insert=True)", [("Plot", "insert")]),
    "by a form": ("forms.Some(data).save()", [("Plot", "insert")]),
    "by a form of a row": ("forms.Some(data, instance=Plot.objects.get(pk=1)).save()", [("Plot", "save")]),
    "filled in by a form": ("plot = forms.Some(data).save(commit=False)\nplot.save()", [("Plot", "insert")]),
    "with the relations to many": ("forms.Whole(data).save()", [("Plot", "insert"), ("Plot_plants", "update")]),
}


def program_of(body: str) -> dict[str, str]:
    lines = "".join(f"\n    {line}" for line in body.split("\n"))
    imports = "import forms, serializers\nfrom django.contrib.auth import get_user_model\nfrom django.forms import modelform_factory\nfrom models import Gardener, Plot\n"
    return {
        "models.py": MODELS,
        "forms.py": FORMS,
        "serializers.py": SERIALIZERS,
        "views.py": f"{imports}\ndef view(data):{lines}\n",
    }


@pytest.mark.parametrize(("body", "expected"), ASKED.values(), ids=ASKED)
def test_what_is_asked_before_a_row_is_written(program: Callable[..., Program], body: str, expected: str) -> None:
    found = program(program_of(body), Read).effects
    assert ", ".join(sorted(f"{each.entity} {each.many}" for each in found if isinstance(each, Read))) == expected


@pytest.mark.parametrize(("body", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_how_a_row_is_written(program: Callable[..., Program], body: str, expected: list[tuple[str, str]]) -> None:
    found = program(program_of(body), Write).effects
    assert sorted((each.entity, str(each.kind)) for each in found if isinstance(each, Write)) == expected
