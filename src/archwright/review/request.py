"""A review as a person or a program asks for it: the configuration, with what the call says in its place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from archwright.model.base import Model
from archwright.model.finding import Finding
from archwright.model.settings import Settings
from archwright.review.baseline import DEFAULT, read_baseline
from archwright.review.choice import choose
from archwright.review.configuration.find import Configuration, configuration
from archwright.review.fix import Fixes, fix
from archwright.review.judged import Asked
from archwright.review.project import Reviewed, review_project
from archwright.review.registry import all_rules
from archwright.review.scope import Scope


class NoRules(ValueError):
    """No rule is left to run."""

    advice = "what is ignored takes away every rule that is selected"


class Request(Model, frozen=True, kw_only=True):
    """What a call says; None (or nothing) leaves it to the configuration."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    everything: bool | None = None
    baseline: str | None = None
    """A file, relative to the directory of the call; "" takes none, whatever the configuration says."""
    revision: str | None = None
    config: str | None = None
    """A file, relative to the directory of the call; None: the one that is found."""


class Prepared:
    """A request with its configuration, ready to be run."""

    def __init__(self, request: Request, root: str | os.PathLike[str] = ".") -> None:
        """root: the directory of the call. Raises ConfigurationError, UnknownRule, RuleError, NoRules."""
        available = all_rules()
        choose(request.select, request.ignore)  # names that match nothing are told before anything else
        found = configuration(root, [rule.name for rule in available], request.config)
        self._root = Path(root)
        self._revision = request.revision
        self.configuration: Configuration = found
        self.settings = overridden(found.settings, request)
        inside = Path(os.path.relpath(self._root.absolute(), self._root.absolute() / self.settings.base)).as_posix()
        self.scope = Scope(self.settings, available, "" if inside == "." else inside)
        self._rules = tuple(rule for rule in available if rule.name in self.scope.rules)
        if not self._rules:
            raise NoRules("no rule is left to run")

    def run(self, paths: Sequence[str], cache: str | os.PathLike[str] | None, *, writing: bool = False) -> Reviewed:
        """Review. writing: the baseline is going to be written (`DEFAULT`, if no other is named), so it may be missing.

        Raises BaselineError, RevisionError.
        """
        name = self.settings.baseline or (DEFAULT if writing else None)
        file = self._root / name if name else None
        baseline = read_baseline(file) if file is not None and not (writing and not file.exists()) else None
        return review_project(
            paths,
            self._rules,
            everything=self.settings.all,
            scope=self.scope,
            baseline=baseline,
            revision=self._revision,
            root=self._root,
            cache=cache,
        )

    def fix(self, paths: Sequence[str], cache: str | os.PathLike[str] | None, findings: Sequence[Finding]) -> Fixes:
        """Carry out the edits of findings that `run` told."""
        asked = Asked(
            paths=tuple(paths),
            rules=self._rules,
            scope=self.scope,
            everything=self.settings.all,
            root=self._root,
            cache=cache,
            workers=None,
        )
        return fix(asked, findings)


def overridden(settings: Settings, request: Request) -> Settings:
    """The settings with what the call says in place of what the file says, for paths of their own too."""
    per_path = settings.per_path
    if request.select:
        per_path = tuple(msgspec.structs.replace(each, select=None) for each in per_path)
    if request.ignore:
        per_path = tuple(msgspec.structs.replace(each, ignore=each.ignore + request.ignore) for each in per_path)
    if request.fail_on is not None:
        per_path = tuple(msgspec.structs.replace(each, fail_on=None) for each in per_path)
    chosen = bool(request.select or request.ignore)
    return msgspec.structs.replace(
        settings,
        select=request.select or settings.select,
        ignore=request.ignore if chosen else settings.ignore,
        per_path=per_path,
        fail_on=request.fail_on or settings.fail_on,
        all=settings.all if request.everything is None else request.everything,
        baseline=settings.baseline if request.baseline is None else request.baseline or None,
    )
