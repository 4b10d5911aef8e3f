"""Django's generic class-based views: which HTTP methods each brings along (django.views.generic, django.contrib.auth.views)."""

from __future__ import annotations

from typing import Final

from archwright.source import facts as f
from archwright.source.link.project import ClassInfo

VERBS: Final = ("get", "post", "put", "patch", "delete", "head", "options")
_READS: Final = (
    *("TemplateView", "ListView", "DetailView", "BaseListView", "BaseDetailView", "LogoutView"),
    *("ArchiveIndexView", "YearArchiveView", "MonthArchiveView", "WeekArchiveView", "DayArchiveView"),
    *("TodayArchiveView", "DateDetailView", "PasswordResetDoneView", "PasswordResetCompleteView"),
    "PasswordChangeDoneView",
)
_FORMS: Final = (
    *("FormView", "BaseFormView", "CreateView", "BaseCreateView", "UpdateView", "BaseUpdateView", "ProcessFormView"),
    *("LoginView", "PasswordChangeView", "PasswordResetView", "PasswordResetConfirmView"),
)
_GIVEN: Final = {
    **dict.fromkeys(_READS, ("get",)),
    **dict.fromkeys(_FORMS, ("get", "post")),
    **dict.fromkeys(("DeleteView", "BaseDeleteView"), ("get", "post")),
    "DeletionMixin": ("post",),
    "LogoutView": ("post",),
    "RedirectView": ("get",),
}
"""Class -> the methods that a browser sends to it; PUT, and DELETE of a DeleteView, do the same as POST."""


def handled(info: ClassInfo) -> tuple[str, ...]:
    """The HTTP methods (lower case) that a view class answers: its own and those of the library's bases."""
    given = {
        verb
        for base in info.external_bases()
        if base.startswith("django.")
        for verb in _GIVEN.get(base.rpartition(".")[2], ())
    }
    names = _names(info)
    return tuple(
        verb for verb in VERBS if (verb in given or info.method(verb) is not None) and (names is None or verb in names)
    )


def _names(info: ClassInfo) -> set[str] | None:
    """`http_method_names`, where it is a list of constants."""
    hit = info.lookup("http_method_names")
    if hit is None or hit[1].kind != "expression" or hit[1].value[0] not in (f.LIST, f.TUPLE):
        return None
    parts = hit[1].value[2]
    names = {part[2].lower() for part in parts if part[0] == f.CONST and isinstance(part[2], str)}
    return names if len(names) == len(parts) else None
