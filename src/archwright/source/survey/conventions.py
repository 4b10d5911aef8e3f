"""The conventions of a project: what its code does throughout, what its configuration says, what its texts ask for."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from archwright.model.base import Place
from archwright.model.system import Convention, Dependency
from archwright.source.program import Program
from archwright.source.survey.prose import kind_of, read_prose
from archwright.source.survey.ruff import Ruff
from archwright.source.survey.styles import CONTAINERS, injection, test_style
from archwright.source.tests_left_out import is_test

_INSTRUCTIONS: Final = (
    "AGENTS.md", "CLAUDE.md", "CONTRIBUTING.md", ".cursorrules", ".windsurfrules", ".github/copilot-instructions.md",
)  # fmt: skip
_NESTED: Final = ("AGENTS.md", "CLAUDE.md")
"""Those that may also stand in the directories of a monorepo's parts."""
_DEPTH: Final = 2
_LAYERS: Final = frozenset(
    {
        "routers",
        "services",
        "repositories",
        "domain",
        "adapters",
        "infrastructure",
        "schemas",
        "crud",
        "usecases",
        "ports",
    }
)
_TOOLS: Final = (
    ("tests", "pytest"),
    ("tests", "nose2"),
    ("lint", "ruff"),
    ("lint", "flake8"),
    ("lint", "pylint"),
    ("format", "black"),
    ("types", "mypy"),
    ("types", "pyright"),
    ("types", "ty"),
)
_TARGET: Final = re.compile(r"^([\w-]+)\s*:(?!=)", re.MULTILINE)

Read = Callable[[str], str]


def conventions(program: Program, root: Path, dependencies: Iterable[Dependency], read: Read) -> tuple[Convention, ...]:
    """What was found, by kind, each once. `read` gives the text of a file by its path below `root`, "" where there is none."""
    found: dict[tuple[str, str], Convention] = {}
    needed = list(dependencies)
    for each in (
        *_frameworks(program, needed),
        *_layout(program, needed),
        *_tools(program, needed),
        *_configured(root, read),
        *_asked(program, root, read),
    ):
        found.setdefault((each.kind, each.text), each)
    return tuple(found.values())


def _frameworks(program: Program, dependencies: list[Dependency]) -> Iterator[Convention]:
    for title in program.stats.frameworks:
        needed = next((each for each in dependencies if each.name == title.lower().replace(" ", "-")), None)
        version = f" {needed.specifier}" if needed is not None and needed.specifier else ""
        yield Convention(kind="framework", text=title + version, place=needed.place if needed is not None else None)


def _layout(program: Program, dependencies: list[Dependency]) -> Iterator[Convention]:
    paths = [file.path for file in program.discovery.files]
    if any(path.startswith("src/") for path in paths):
        yield Convention(kind="layout", text="src")
    layers = sorted({part for path in paths if not is_test(path) for part in path.split("/")[:-1]} & _LAYERS)
    if len(layers) > 1:
        yield Convention(kind="layers", text=", ".join(layers))
    for each in dependencies:
        if each.name in CONTAINERS:
            yield Convention(kind="injection", text=each.name, place=each.place)
    modules = tuple(program.project.modules)
    for style in injection(modules, fastapi="FastAPI" in program.stats.frameworks):
        yield Convention(kind="injection", text=style)


def _tools(program: Program, dependencies: list[Dependency]) -> Iterator[Convention]:
    by_name = {each.name: each for each in dependencies}
    for what, tool in _TOOLS:
        if tool in by_name:
            yield Convention(kind=what, text=tool, place=by_name[tool].place)
    if "pytest" not in by_name and any(file.path.endswith("conftest.py") for file in program.discovery.files):
        yield Convention(kind="tests", text="pytest")
    tests = sum(is_test(file.path) for file in program.discovery.files)
    if tests:
        styles = ", ".join(test_style(tuple(program.project.modules)))
        yield Convention(kind="test style", text=f"{tests} files" + (f": {styles}" if styles else ""))


def _configured(root: Path, read: Read) -> Iterator[Convention]:
    """Line length, ruff's rules, and the commands that a Makefile or pyproject.toml gives names."""
    ruff = Ruff(root).settings(root.absolute())
    if ruff is not None and ruff.path.parent == root.absolute():
        place = Place(ruff.path.name)
        minus = f", without {', '.join(ruff.ignored)}" if ruff.ignored else ""
        yield Convention(kind="ruff rules", text=", ".join(ruff.selected) + minus, place=place)
        if ruff.line_length is not None:
            yield Convention(kind="line length", text=str(ruff.line_length), place=place)
    document = _toml(read("pyproject.toml"))
    black = _at(document, "tool", "black", "line-length")
    if isinstance(black, int):
        yield Convention(kind="line length", text=str(black), place=Place("pyproject.toml"))
    for name in (".flake8", "setup.cfg", "tox.ini"):
        length = _ini(read(name), "flake8", "max-line-length")
        if length.isdecimal():
            yield Convention(kind="line length", text=length, place=Place(name))
    for name, text in (("Makefile", read("Makefile")), ("justfile", read("justfile"))):
        runner = "make" if name == "Makefile" else "just"
        for target in _TARGET.finditer(text):
            kind = kind_of(f"{runner} {target[1]}")
            if kind is not None:
                line = text.count("\n", 0, target.start()) + 1
                yield Convention(kind=f"command: {kind}", text=f"{runner} {target[1]}", place=Place(name, line))
    for table, runner in ((("poe", "tasks"), "poe"), (("pdm", "scripts"), "pdm run"), (("taskipy", "tasks"), "task")):
        tasks = _at(document, "tool", *table)
        for task in tasks if isinstance(tasks, dict) else ():
            kind = kind_of(f"poe {task}")
            if kind is not None:
                yield Convention(kind=f"command: {kind}", text=f"{runner} {task}", place=Place("pyproject.toml"))


def _asked(program: Program, root: Path, read: Read) -> Iterator[Convention]:
    """What the texts for people and agents ask for; a text that stands twice counts once."""
    known: set[str] = set()
    for name in _texts(program, root):
        text = read(name)
        if not text or text in known:
            continue
        known.add(text)
        yield Convention(kind="instructions", text=name, place=Place(name))
        for said in read_prose(text):
            kind = said.kind if said.kind == "ban" else f"command: {said.kind}"
            yield Convention(kind=kind, text=said.text, place=Place(name, said.line))


def _texts(program: Program, root: Path) -> list[str]:
    """The files of instructions there are; a link must lead to a file of the project."""
    parts = {
        "/".join(file.path.split("/")[:depth])
        for file in program.discovery.files
        for depth in range(1, min(_DEPTH, file.path.count("/")) + 1)
    }
    names = [*_INSTRUCTIONS, *(f"{part}/{name}" for part in sorted(parts) for name in _NESTED)]
    return [
        name for name in names if (root / name).is_file() and (root / name).resolve().is_relative_to(root.resolve())
    ]


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _at(document: Any, *names: str) -> Any:
    for name in names:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _ini(text: str, section: str, key: str) -> str:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
        return parser.get(section, key, fallback="").split("#")[0].strip()
    except configparser.Error:
        return ""
