"""A method that is called on something that can't be followed is given what stands at the calls of its name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

KEYS = """
import subprocess

class Server:
    @classmethod
    def make_key(cls, length):
        return subprocess.check_output("openssl dhparam {0} 2> /dev/null".format(length), shell=True)
"""
CALLS = "from registry import loaded\n\ndef renew(length):\n    return loaded('Server').make_key(GIVEN)\n"


@pytest.mark.parametrize(("given", "count"), [("2048", 0), ("length", 1)])
def test_constants_alone_harm_nothing(told: Told, given: str, count: int) -> None:
    files = {"keys.py": KEYS, "tasks.py": CALLS.replace("GIVEN", given)}
    assert len(told(files, "injection/command")) == count


def test_nothing_calls(told: Told) -> None:
    assert len(told({"keys.py": KEYS}, "injection/command")) == 1
    assert len(told({"keys.py": KEYS, "tests/test_keys.py": CALLS.replace("GIVEN", "2048")}, "injection/command")) == 1


LABELS = """
from django.utils.safestring import mark_safe

def label(title, text):
    return mark_safe(f"<b>{title}</b><span>{text}</span>")
"""
FORMS = """
from django import forms
from labels import label

class ModeForm(forms.Form):
    mode = forms.ChoiceField(choices=(("none", label("None", "Nothing is copied.")), ("all", label("All", text="All of it."))))
"""
OWN = """
from django import forms
from django.utils.safestring import mark_safe

class ModeForm(forms.Form):
    def label(title, text):
        return mark_safe(f"<b>{text}</b>")

    mode = forms.CharField(label=label("Mode", "How it is copied"))
"""


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({"labels.py": LABELS}, 1),
        ({"labels.py": LABELS, "forms.py": FORMS}, 0),
        ({"labels.py": LABELS, "forms.py": FORMS.replace("from labels import", "from others import")}, 1),
        ({"labels.py": LABELS, "tests/test_forms.py": FORMS}, 1),
        ({"forms.py": OWN}, 0),
        ({"forms.py": OWN.replace('label("Mode", "How it is copied")', '"Mode"')}, 1),
    ],
)
def test_the_body_of_a_class_calls(told: Told, files: dict[str, str], count: int) -> None:
    assert len(told(files, "injection/html")) == count
