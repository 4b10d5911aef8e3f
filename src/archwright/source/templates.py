"""Which files of a project are templates, and in which language: by where they lie and what the code beside them imports."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import Any

from archwright.source import facts as f
from archwright.source.discover import Discovery
from archwright.source.modules import ModuleFile
from archwright.source.packed import body_of
from archwright.source.parse.templates import DJANGO, EITHER, JINJA

_NAMED = re.compile(r"\.(?:jinja2?|j2)$")
_DOCUMENTS = frozenset({".html", ".htm", ".xml", ".txt", ".jinja", ".jinja2", ".j2"})
_DIRECTORIES = frozenset({"templates", "jinja2"})
_RENDER = {"django": DJANGO} | dict.fromkeys(
    ("jinja2", "django_jinja", "flask", "quart", "starlette", "fastapi", "aiohttp_jinja2", "sanic_ext", "litestar"),
    JINJA,
)
"""Packages that render templates, by the name they are imported by."""
_PLACES = {
    "template_folder": None, "Jinja2Templates": "directory", "FileSystemLoader": "searchpath", "PackageLoader": "package_path",
    "TEMPLATES": None, "TEMPLATE_DIRS": None,
}  # fmt: skip
"""Words that tell where templates lie: keywords and settings, and calls with the name of their argument."""


def template_files(discovery: Discovery, files: Iterable[Any]) -> tuple[list[ModuleFile], int]:
    """The templates among the files that were seen, sorted by path, and the number of those whose language is not known.

    files: the loaded Python files.
    """
    candidates = [path for extension, paths in discovery.others if extension in _DOCUMENTS for path in paths]
    if not candidates:
        return [], 0
    loaded = list(files)
    roots = _roots(loaded)
    charts = {path.rpartition("/")[0] for _, paths in discovery.others for path in paths if path.endswith("Chart.yaml")}
    languages = _languages(loaded)
    found: list[ModuleFile] = []
    unknown = 0
    for path in sorted(candidates):
        directory = path.rpartition("/")[0]
        if not (_DIRECTORIES.intersection(directory.split("/")) or _below(directory, roots) or _NAMED.search(path)):
            continue
        if any(directory == f"{chart}/templates".lstrip("/") for chart in charts):
            continue  # of a Helm chart: Go's templates, of no page
        language = _language(path, languages)
        if language is None:
            unknown += 1
            continue
        try:
            size = os.path.getsize(os.path.join(discovery.root, path))  # noqa: PTH118, PTH202 - thousands of them
        except OSError:
            continue
        found.append(ModuleFile(path, path, False, ".", (), size, language))
    return found, unknown


def _language(path: str, languages: dict[str, set[str]]) -> str | None:
    """The language of a template: by its name, else by what the code in the nearest directory above renders with."""
    directory = path.rpartition("/")[0]
    near: set[str] = set()
    while not near:
        near = languages.get(directory, set())
        if not directory:
            break
        directory = directory.rpartition("/")[0]
    if not near:
        return None
    if near == {JINJA} or _NAMED.search(path) or "jinja2" in path.split("/"):
        return JINJA
    return DJANGO if near == {DJANGO} else EITHER


def _languages(files: list[Any]) -> dict[str, set[str]]:
    """By directory, the languages that the Python files in it and below it may render with."""
    found: dict[str, set[str]] = {}
    for file in files:
        directory = file.path.rpartition("/")[0]
        known = found.get(directory, set())
        mine = {_RENDER[package] for package in _RENDER.keys() & file.imports} - known
        while mine:
            known = found.setdefault(directory, set())
            if mine <= known:
                break
            known.update(mine)
            if not directory:
                break
            directory = directory.rpartition("/")[0]
    return found


def _roots(files: list[Any]) -> set[str]:
    """Directories that code names as those of its templates, as far as they are written out."""
    found: set[str] = set()
    for file in files:
        if any(file.mentions(word) for word in _PLACES):
            for node in _walk(tuple(body_of(unit) for unit in file.facts[0]), file.facts[1]):
                found.update(_named_in(node))
    return {root for root in found if root and root not in (".", "..")}


def _named_in(node: Any) -> Iterator[str]:
    if node[0] == f.CALL:
        name = str(node[2][-1])
        keywords = dict(node[4])
        if "template_folder" in keywords:
            yield _text(keywords["template_folder"])
        argument = _PLACES.get(name)
        if argument is not None:
            index = 1 if name == "PackageLoader" else 0
            given = keywords.get(argument) or (node[3][index] if len(node[3]) > index else None)
            for each in given[2] if given is not None and given[0] in (f.LIST, f.TUPLE) else (given,):
                if each is not None:
                    yield _text(each)
    elif node[0] == f.ASSIGN and node[2][0][0] == f.NAME and node[2][0][2] in ("TEMPLATES", "TEMPLATE_DIRS"):
        for part in _walk(node[3]):
            if part[0] == f.DICT:
                for key, value in part[2]:
                    if key is not None and key[0] == f.CONST and key[2] == "DIRS" and value[0] in (f.LIST, f.TUPLE):
                        yield from (_text(each) for each in value[2])


def _text(node: Any) -> str:
    """The constant parts of a path, joined: `os.path.join(BASE, "web", "pages")` is `web/pages`."""
    parts = [part[2] for part in _walk((node,)) if part[0] == f.CONST and isinstance(part[2], str)]
    return "/".join(part.strip("/.") for part in parts if part.strip("/."))


def _walk(*nodes: Any) -> Iterator[Any]:
    """All nodes below some, in the order of the text."""
    todo = list(nodes)[::-1]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            if len(node) > 1 and isinstance(node[0], int) and isinstance(node[1], int):
                yield node
            todo.extend(part for part in node[::-1] if isinstance(part, tuple))


def _below(directory: str, roots: set[str]) -> bool:
    return any(f"/{root}/" in f"/{directory}/" for root in roots)
