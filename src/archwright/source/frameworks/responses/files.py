"""Files that web frameworks send, what opens files without blocking, and what makes a name from outside safe."""

from __future__ import annotations

from typing import ClassVar

from archwright.model.value import Use
from archwright.source.frameworks.base import Framework, mask
from archwright.source.frameworks.python.files import opened
from archwright.source.frameworks.shared.sinks import opens

_SENDS = {
    "flask.send_file": "path_or_file",
    "flask.helpers.send_file": "path_or_file",
    "quart.send_file": "filename_or_io",
    "starlette.responses.FileResponse": "path",
    "fastapi.responses.FileResponse": "path",
    "aiohttp.web.FileResponse": "path",
    "pyramid.response.FileResponse": "path",
    "sanic.response.file": "location",
    "sanic.file": "location",
}
"""Callable -> its parameter for the path."""
_SERVES = tuple(
    f"{module}.send_from_directory" for module in ("flask", "flask.helpers", "quart", "quart.helpers", "werkzeug.utils")
)
"""They keep the file's name inside the folder that they are given: what chooses the folder is not looked at."""


class ServedFiles(Framework):
    """`send_file`, `FileResponse`, `aiofiles`; `secure_filename`, `safe_join`."""

    name = "served-files"
    packages = (
        "flask",
        "quart",
        "starlette",
        "fastapi",
        "aiohttp",
        "sanic",
        "pyramid",
        "aiofiles",
        "anyio",
        "werkzeug",
        "django",
    )
    cleaners: ClassVar[dict[str, int]] = {
        "werkzeug.utils.secure_filename": mask(Use.PATH),
        "werkzeug.secure_filename": mask(Use.PATH),
        "werkzeug.utils.safe_join": mask(Use.PATH),
        "werkzeug.security.safe_join": mask(Use.PATH),
        "flask.safe_join": mask(Use.PATH),
        "flask.helpers.safe_join": mask(Use.PATH),
        "django.utils._os.safe_join": mask(Use.PATH),
        "django.utils.text.get_valid_filename": mask(Use.PATH),
    }

    def __init__(self) -> None:
        super().__init__()
        for dotted, keyword in _SENDS.items():
            opens(self.calls, dotted, "send", 0, keyword)
        for dotted in _SERVES:
            opens(self.calls, dotted, "serve", 0, "directory")
        opened(self.calls, "aiofiles.open", "file")
        opened(self.calls, "anyio.open_file", "file")
        for name, kind in (
            ("remove", "delete"),
            ("rmdir", "delete"),
            ("mkdir", "write"),
            ("makedirs", "write"),
            ("listdir", "list"),
        ):
            opens(self.calls, f"aiofiles.os.{name}", kind, 0, "path")
