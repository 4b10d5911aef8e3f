"""Expressions of Django's ORM that are given SQL text: the template, the function's name and the joiner of `Func` and its heirs."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.django.rows import interpret_text

_TEXTS: Final = ("template", "function", "arg_joiner")
"""Keywords that Django puts into the SQL as they are (`Func`, `**extra`)."""
_CLASSES: Final = (
    "Func", "Aggregate", "Avg", "Count", "Max", "Min", "StdDev", "Sum", "Variance", "Window", "Transform",
)  # fmt: skip
_FUNCTIONS: Final = (
    "Cast",
    "Coalesce",
    "Concat",
    "Lower",
    "Upper",
    "Substr",
    "Trunc",
    "Extract",
    "Greatest",
    "Least",
    "Replace",
)


class DjangoExpressions(Framework):
    """Functions and aggregates."""

    name = "django-expressions"
    packages = ("django",)
    aliases: ClassVar[dict[str, str]] = {
        "django.db.models.expressions.Func": "django.db.models.Func",
        "django.db.models.aggregates.Aggregate": "django.db.models.Aggregate",
    }

    def __init__(self) -> None:
        super().__init__()
        for name in _CLASSES:
            self.calls[f"django.db.models.{name}"] = _function
        for name in _FUNCTIONS:
            self.calls[f"django.db.models.functions.{name}"] = _function


def _function(site: CallSite) -> Val | None:
    for name in _TEXTS:
        text = site.keywords.get(name)
        if text is not None and (text.const is NO or text.origins):
            interpret_text(site, text, site.name.rpartition(".")[2], parameters=bool(site.args))
    return None
