"""Uploaded files of Werkzeug: `file.save(path)` writes one where it is told.

Source: `werkzeug.datastructures.FileStorage.save`. Nothing tells the type of `request.files["photo"]` once a helper is given it, so
what is saved is told by what its path is made of: the name that was sent, or a folder before it.
"""

from __future__ import annotations

from typing import Final

from archwright.source.flow.values import Key, Val, deep_origins
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.python.files import put_at

_UPLOADED: Final = "uploaded file"
_NAME: Final = "filename"


class WerkzeugUploads(Framework):
    """`request.files[...].save(path)`."""

    name = "werkzeug-uploads"
    packages = ("flask", "quart", "werkzeug")

    def __init__(self) -> None:
        super().__init__()
        self.methods["save"] = _save


def _save(site: CallSite) -> Val | None:
    receiver, path = site.receiver, site.argument(0, "dst")
    if receiver is None or path is None or (receiver.type is not None and receiver.type[0] != "member"):
        return None
    kept = [key for key, _, _ in receiver.origins]
    below = len(site.args) <= 1 and "/" in (path.text or "")
    if (
        below
        or any(_uploaded(key) for key in kept)
        or any(key[0] == "parameter" and key[-1] == _NAME and key[:-1] in kept for key, _, _ in deep_origins(path))
    ):
        site.emit("FileAccess", kind="write", path=path, api="FileStorage.save")
        put_at(site.frame, path, receiver)
    return None


def _uploaded(key: Key) -> bool:
    return key[0] == "source" and str(key[1]).startswith(_UPLOADED)
