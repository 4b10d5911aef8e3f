"""Uploaded files: Django keeps the last part of the name that was sent, and refuses one that names a folder.

Sources: `UploadedFile._set_name` with `validate_file_name`, and `MultiPartParser.sanitize_file_name`, which drops what stands
before a backslash, too.
"""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.model.value import Use
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, Val, clean, named
from archwright.source.frameworks.base import CallSite, Framework, mask

FILES: Final = "django.http.HttpRequest.FILES"
"""The type of the uploaded files of a request, by field."""
UPLOADED: Final = "django.core.files.uploadedfile.UploadedFile"
_NAME: Final = mask(Use.PATH, Use.PARENTS, Use.RELATIVE, Use.SEGMENT, Use.URL)


class DjangoUploads(Framework):
    """`request.FILES` and what is in it."""

    name = "django-uploads"
    packages = ("django",)
    objects = (FILES, UPLOADED)
    aliases: ClassVar[dict[str, str]] = {
        f"django.core.files.uploadedfile.{name}": UPLOADED
        for name in ("InMemoryUploadedFile", "SimpleUploadedFile", "TemporaryUploadedFile")
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls[f"{FILES}.get"] = _one
        for name in ("getlist", "pop", "values"):
            self.calls[f"{FILES}.{name}"] = _several
        self.calls[f"{FILES}.items"] = _items
        for name in ("read", "readline", "readlines", "chunks"):
            self.calls[f"{UPLOADED}.{name}"] = _content

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        if name != "name" or value.type != ("object", UPLOADED):
            return None
        return Val(("text",), clean(value.origins, _NAME), NO, None, "{}")

    def item(self, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        return _uploaded(base, index) if base.type == ("object", FILES) else None


def _uploaded(files: Val, field: Val | None) -> Val:
    picked = field.const if field is not None and not field.origins else None
    return Val(("object", UPLOADED), named(files.origins, picked) if isinstance(picked, str) else files.origins)


def _one(site: CallSite) -> Val | None:
    return _uploaded(site.receiver, site.argument(0, "key")) if site.receiver is not None else None


def _several(site: CallSite) -> Val | None:
    if site.receiver is None:
        return None
    return Val(("list",), (), NO, {"*": _uploaded(site.receiver, site.argument(0, "key"))})


def _items(site: CallSite) -> Val | None:
    if site.receiver is None:
        return None
    pair = Val(("tuple",), (), NO, {0: Val(("text",), site.receiver.origins), 1: _uploaded(site.receiver, None)})
    return Val(("list",), (), NO, {"*": pair})


def _content(site: CallSite) -> Val:
    """What a file holds, whole or in parts."""
    return Val(None, site.receiver.origins if site.receiver is not None else ())
