"""Libraries that a project says it needs: pyproject.toml, requirements files, setup.cfg. Read, never resolved."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from archwright.model.base import Place
from archwright.model.system import Dependency

_REQUIREMENT: Final = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*([^;#]*)")
_FILES: Final = re.compile(r"(?:^|/)(?:pyproject\.toml|setup\.cfg|requirements[^/]*\.txt|requirements/[^/]+\.txt)$")
_PYTHON: Final = re.compile(r"""^\s*(?:requires-python|python_requires|python)\s*=\s*["']?([^"'\n#]+)""", re.MULTILINE)


def declares(path: str) -> bool:
    """True for a file that lists what a project needs."""
    return _FILES.search(path) is not None


def dependencies_of(path: str, text: str) -> tuple[Dependency, ...]:
    """What a file lists, each with its line. A file that can't be read as its format lists nothing."""
    try:
        if path.endswith(".toml"):
            found = list(_pyproject(tomllib.loads(text)))
        elif path.endswith(".cfg"):
            found = list(_setup_cfg(text))
        else:
            found = list(_requirements(text))
    except (tomllib.TOMLDecodeError, configparser.Error, RecursionError):
        return ()
    lines = text.split("\n")
    return tuple(
        Dependency(name=normal(name), specifier=specifier, place=Place(path, _line(lines, name)))
        for name, specifier in found
    )


def normal(name: str) -> str:
    """A library's name as all index servers compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def python_of(path: str, text: str) -> str:
    """The versions of Python that a file says the project runs with, as a specifier; empty: it says none."""
    found = _PYTHON.search(text) if path.endswith((".toml", ".cfg")) else None
    return found[1].strip() if found is not None else ""


def _line(lines: list[str], name: str) -> int:
    pattern = re.compile(rf"(?:^|[\s\"'\[]){re.escape(name)}(?=[\s\"'\[=<>!~;,]|$)", re.IGNORECASE)
    return next((number for number, line in enumerate(lines, 1) if pattern.search(line)), 0)


def _split(text: str) -> tuple[str, str] | None:
    match = _REQUIREMENT.match(text)
    if match is None:
        return None
    specifier = match[2].strip().strip("()").strip()
    return match[1], "" if specifier.startswith("@") else specifier


def _listed(value: Any) -> Iterator[tuple[str, str]]:
    for each in value if isinstance(value, list) else ():
        read = _split(each) if isinstance(each, str) else None
        if read is not None:
            yield read


def _table(value: Any, *names: str) -> Mapping[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _pyproject(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _listed(_table(document, "project").get("dependencies"))
    for listed in _table(document, "project", "optional-dependencies").values():
        yield from _listed(listed)
    for listed in _table(document, "dependency-groups").values():
        yield from _listed(listed)
    poetry = _table(document, "tool", "poetry")
    groups = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    groups += [_table(group).get("dependencies") for group in _table(poetry, "group").values()]
    for group in groups:
        for name, given in group.items() if isinstance(group, dict) else ():
            version = given.get("version", "") if isinstance(given, dict) else given
            if name.lower() != "python":
                yield name, version if isinstance(version, str) and version != "*" else ""


def _setup_cfg(text: str) -> Iterator[tuple[str, str]]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    for section in ("options", "options.extras_require"):
        for key, value in parser.items(section) if parser.has_section(section) else ():
            if key == "install_requires" or section != "options":
                yield from _listed(value.split("\n"))


def _requirements(text: str) -> Iterator[tuple[str, str]]:
    joined = text.replace("\\\n", " ")
    for line in joined.split("\n"):
        bare = re.sub(r"\s--hash=\S+", "", line.partition(" #")[0]).strip()
        if bare and bare[0] not in "#-" and "://" not in bare.partition("@")[0] and not bare.startswith((".", "/")):
            read = _split(bare)
            if read is not None:
                yield read
