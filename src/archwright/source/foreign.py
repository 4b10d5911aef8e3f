"""What is not the project's own code: installed, vendored, generated. Each test names its reason."""

from __future__ import annotations

import re

NO_CODE = frozenset({"version control", "caches"})
"""Reasons that stand for no code of anyone's."""

_TOOLS = {
    ".git": "version control",
    ".hg": "version control",
    ".svn": "version control",
    "__pycache__": "caches",
    ".mypy_cache": "caches",
    ".pytest_cache": "caches",
    ".ruff_cache": "caches",
    ".tox": "virtual environments",
    ".nox": "virtual environments",
    ".eggs": "installed packages",
    "site-packages": "installed packages",
    "node_modules": "installed packages",
    "bower_components": "installed packages",
}
_VENDORED = {"_vendor", "_vendored", "vendored", "third_party", "third-party"}
_OWN = {"apps.py", "models.py", "views.py", "urls.py", "routes.py", "router.py", "service.py", "schemas.py"}
"""Files that say that a directory called `vendor` is about the project's vendors."""

_PUBLISHED = frozenset(
    {"attr", "bs4", "certifi", "chardet", "charset_normalizer", "click", "dateutil", "django", "flask", "idna", "itsdangerous", "jinja2", "lxml",
     "markupsafe", "pkg_resources", "pytz", "requests", "setuptools", "simplejson", "six.py", "sqlalchemy", "tornado", "typing_extensions.py",
     "urllib3", "werkzeug", "yaml"}
)  # fmt: skip
"""Top-level names of packages that many projects copy along with what they need."""
_COPIES = 4
"""So many of them in one directory are no packages of the project's own: it is read as the library that it copies, not as its code."""

GENERATED = "generated code"
VENDORED = "vendored code"

_MARKER = re.compile(
    rb"^[ \t]*#.*(?:@generated\b|generated\b.*\bdo not (?:edit|modify|change)|"
    rb"do not (?:edit|modify|change)\b.*\bgenerated)",
    re.IGNORECASE | re.MULTILINE,
)
HEAD_BYTES = 1024
"""How much of a file `generated` needs."""


def directory_reason(name: str, names: set[str]) -> str | None:
    """Why a directory is not read, given its name and the names in it; None if it is the project's own."""
    reason = _TOOLS.get(name)
    if reason is not None:
        return reason
    if "pyvenv.cfg" in names:
        return "virtual environments"
    if name in _VENDORED or (name == "vendor" and not names & _OWN) or len(names & _PUBLISHED) >= _COPIES:
        return VENDORED
    return "installed packages" if name.endswith((".egg-info", ".dist-info")) else None


def generated(name: str, head: bytes) -> bool:
    """Whether a Python file was written by a tool that says not to edit it.

    Migrations, which say by what they were generated but are edited by hand, are not.
    """
    if name.endswith(("_pb2.py", "_pb2_grpc.py")):
        return True
    if b"enerated" not in head and b"ENERATED" not in head:
        return False
    comments = b" ".join(re.findall(rb"^[ \t]*#([^\n]*)", head, re.MULTILINE))
    return _MARKER.search(b"#" + comments) is not None
