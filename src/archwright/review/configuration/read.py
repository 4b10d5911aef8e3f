"""The text of a configuration to settings, with all its mistakes at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from pathspec import GitIgnoreSpec

from archwright.model.base import Place
from archwright.model.nearest import suggest
from archwright.model.problems import Notes
from archwright.model.settings import LEVELS, NEVER, PathSettings, Settings
from archwright.review.choice import near
from archwright.review.configuration.error import ConfigurationError
from archwright.review.configuration.options import OPTIONS, PER_PATH, Kind, Option
from archwright.review.configuration.places import Path, places_of

TABLE = ("tool", "archwright")
"""Where the configuration stands in pyproject.toml."""

_WHERE = re.compile(r"^(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)
_SYNONYMS = {
    "severity": "fail-on",
    "level": "fail-on",
    "exit_on": "fail-on",
    "rules": "select",
    "extend_select": "select",
    "disable": "ignore",
    "extend_ignore": "ignore",
    "skip": "ignore",
    "extend_exclude": "exclude",
    "exclude_dirs": "exclude",
    "per_file_ignores": "per-path",
    "per_file": "per-path",
    "overrides": "per-path",
}
"""Keys of other tools for ours."""


def parse_config(data: bytes, path: str, rules: Sequence[str], *, pyproject: bool = False) -> Settings | None:
    """The settings of a file's bytes; None where a pyproject.toml has no table for us.

    path: for messages. rules: the names of the rules there are. Paths in the settings are as they stand in the file.
    Raises ConfigurationError with every mistake; of a pyproject.toml that is no TOML only if it may speak of us.
    """
    notes = Notes(path)
    text = _decoded(data, notes)
    document = _document(text, notes) if text is not None else None
    if text is None or document is None:
        if pyproject and b"archwright" not in data:
            return None
        raise ConfigurationError(path, notes.problems)
    table: Any = document
    for name in TABLE if pyproject else ():
        table = table.get(name) if isinstance(table, dict) else None
        if table is None:
            return None
    prefix: Path = TABLE if pyproject else ()
    settings = _Reader(path, notes, rules, places_of(text.removeprefix("\ufeff"))).settings(table, prefix)
    if notes.problems:
        raise ConfigurationError(path, notes.problems)
    return settings


def _decoded(data: bytes, notes: Notes) -> str | None:
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        notes.add(Place("", line, 1), f"byte 0x{data[error.start]:02x} is not UTF-8 text", "save the file as UTF-8")
        return None


def _document(text: str, notes: Notes) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        found = _WHERE.match(str(error))
        said = found[1] if found is not None else str(error)
        line, column = (int(found[2]), int(found[3])) if found is not None and found[2] else (text.count("\n") + 1, 1)
        notes.add(Place("", line, column), f"not TOML: {said[:1].lower()}{said[1:]}", "texts need quotes, keys a =")
    except RecursionError:
        notes.add(None, "nested too deeply", "a configuration is a page at most")
    return None


class _Reader:
    """Walks the options; what is wrong becomes a note."""

    def __init__(self, path: str, notes: Notes, rules: Sequence[str], places: Mapping[Path, tuple[int, int]]) -> None:
        self._path = path
        self._notes = notes
        self._rules = rules
        self._known = {*rules, *(name.partition("/")[0] for name in rules)}
        self._places = places

    def settings(self, table: Any, at: Path) -> Settings:
        found = self._table(table, at, OPTIONS)
        return Settings(
            select=found.get("select", ()),
            ignore=found.get("ignore", ()),
            exclude=found.get("exclude", ()),
            per_path=found.get("per-path", ()),
            fail_on=found.get("fail-on", "high"),
            all=found.get("all", False),
            baseline=found.get("baseline"),
        )

    def _table(self, table: Any, at: Path, options: Sequence[Option]) -> dict[str, Any]:
        """The values that were right, by key."""
        by_name = {option.name: option for option in options}
        if not isinstance(table, dict):
            self._note(at, f"{_called(at)} is {_described(table)}", f"write a table of {', '.join(by_name)}")
            return {}
        found = {}
        for key, value in table.items():
            option = by_name.get(key)
            if option is None:
                hint = suggest(key, by_name, "keys", _SYNONYMS)
                self._note((*at, key), f'unknown key "{key}"{f" in {_called(at)}" if at else ""}', hint)
            elif (read := self._value(value, (*at, key), option)) is not None:
                found[key] = read
        return found

    def _value(self, value: Any, at: Path, option: Option) -> Any:
        if option.kind is Kind.PATHS:
            return self._per_path(value, at)
        if option.kind in (Kind.RULES, Kind.PATTERNS):
            return self._list(value, at, option)
        if option.kind is Kind.LEVEL and value not in (*LEVELS, NEVER):
            levels = (*LEVELS, NEVER)
            hint = suggest(value, levels, "levels") if isinstance(value, str) else f"levels: {', '.join(levels)}"
            self._note(at, f"{option.name} is {_described(value)}", hint)
            return None
        wanted = bool if option.kind is Kind.FLAG else str
        if not isinstance(value, wanted) or value == "":
            self._note(at, f"{option.name} is {_described(value)}", f"write {option.kind}: {option.example}")
            return None
        return value

    def _list(self, value: Any, at: Path, option: Option) -> tuple[str, ...] | None:
        if not isinstance(value, list):
            self._note(at, f"{option.name} is {_described(value)}", f"write {option.kind}: {option.example}")
            return None
        read = []
        for number, each in enumerate(value):
            place = (*at, number)
            if not isinstance(each, str) or not each.strip():
                self._note(place, f"{option.name} holds {_described(each)}", f"write {option.kind}: {option.example}")
            elif option.kind is Kind.RULES and each not in self._known:
                self._note(place, f'there is no rule or family "{each}"', near(each, self._rules))
            elif option.kind is Kind.PATTERNS and not self._pattern(each, place):
                continue
            else:
                read.append(each)
        return tuple(read)

    def _per_path(self, value: Any, at: Path) -> tuple[PathSettings, ...] | None:
        if not isinstance(value, dict):
            self._note(at, f"per-path is {_described(value)}", 'write [tool.archwright.per-path."tests/"] and its keys')
            return None
        read = []
        for pattern, table in value.items():
            found = self._table(table, (*at, pattern), PER_PATH)
            if self._pattern(pattern, (*at, pattern)):
                read.append(
                    PathSettings(
                        pattern=pattern,
                        select=found.get("select"),
                        ignore=found.get("ignore", ()),
                        fail_on=found.get("fail-on"),
                    )
                )
        return tuple(read)

    def _pattern(self, pattern: str, at: Path) -> bool:
        try:
            right = bool(pattern.strip()) and bool(GitIgnoreSpec.from_lines([pattern]))
        except ValueError:
            right = False
        if not right:
            self._note(at, f'"{pattern}" is no pattern', "patterns are written as in .gitignore: legacy/, **/x_*.py")
        return right

    def _note(self, at: Path, message: str, hint: str) -> None:
        while at and at not in self._places:
            at = at[:-1]
        place = Place(self._path, *self._places[at]) if at else None
        self._notes.add(place, message, hint)


def _called(at: Path) -> str:
    return "[" + ".".join(f'"{part}"' if "/" in str(part) or "*" in str(part) else str(part) for part in at) + "]"


def _described(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if value else "an empty text"
    return {list: "a list", dict: "a table", int: f"the number {value}", float: f"the number {value}"}.get(
        type(value), "a date or time"
    )
