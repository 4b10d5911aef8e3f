"""What a configuration means for a path: whether it is read, which rules run on it, what makes the review fail."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from pathspec import GitIgnoreSpec

from archwright.model.finding import Finding
from archwright.model.settings import LEVELS, Settings
from archwright.review.rule import Rule


class Scope:
    """The settings of a review applied to paths, which are relative to the directory of the call."""

    def __init__(self, settings: Settings, available: Iterable[Rule], inside: str = "") -> None:
        """inside: the directory of the call as seen from `settings.base`, with forward slashes; "" for itself."""
        self._settings = settings
        self._inside = inside
        self._names = tuple(rule.name for rule in available)
        self._everywhere = _named(self._names, settings.select or None, settings.ignore)
        self._excluded = GitIgnoreSpec.from_lines(settings.exclude) if settings.exclude else None
        self._per_path = [(GitIgnoreSpec.from_lines([each.pattern]), each) for each in settings.per_path]
        self._known: dict[str, tuple[frozenset[str], str]] = {}

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Scope:
        """Every rule on every path."""
        return cls(Settings(), rules)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the rules there are, whether they run or not."""
        return self._names

    @property
    def excluding(self) -> bool:
        """Whether any path may be left out."""
        return self._excluded is not None

    @property
    def rules(self) -> frozenset[str]:
        """The rules that run on some path."""
        special = (
            _named(self._names, each.select, each.ignore) for _, each in self._per_path if each.select is not None
        )
        return self._everywhere.union(*special)

    def excludes(self, path: str, directory: bool) -> bool:
        """Whether a file or directory is not to be read."""
        if self._excluded is None:
            return False
        name = self._from_base(path)
        return bool(name) and bool(self._excluded.match_file(name + "/" if directory else name))

    def runs_on(self, path: str) -> frozenset[str]:
        """The rules that run on a path."""
        return self._of(path)[0]

    def fails(self, findings: Iterable[Finding]) -> bool:
        """Whether one of the findings is grave enough for the place where it is."""
        return any(
            (level := self._of(finding.path)[1]) in LEVELS and finding.impact.rank <= LEVELS.index(level)
            for finding in findings
        )

    def _of(self, path: str) -> tuple[frozenset[str], str]:
        if not self._per_path:
            return self._everywhere, self._settings.fail_on
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = self._judged(self._from_base(path))
        return found

    def _judged(self, name: str) -> tuple[frozenset[str], str]:
        select: Sequence[str] | None = self._settings.select or None
        ignore, level = self._settings.ignore, self._settings.fail_on
        more: tuple[str, ...] = ()
        for pattern, each in self._per_path:
            if name and pattern.match_file(name):
                more += each.ignore
                level = each.fail_on or level
                if each.select is not None:
                    select, ignore = each.select, ()
        return _named(self._names, select, ignore + more), level

    def _from_base(self, path: str) -> str:
        """The path from the directory of the configuration; "" where it is not below it."""
        name = posixpath.normpath(posixpath.join(self._inside, path))
        return "" if name == "." or name.startswith(("../", "/")) else name


def _named(names: Iterable[str], select: Sequence[str] | None, ignore: Sequence[str]) -> frozenset[str]:
    """The rules that are selected (None: all) and not ignored, each by its name or its family."""

    def among(name: str, listed: Sequence[str]) -> bool:
        return name in listed or name.partition("/")[0] in listed

    return frozenset(name for name in names if (select is None or among(name, select)) and not among(name, ignore))
