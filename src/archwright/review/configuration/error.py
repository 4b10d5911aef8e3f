"""The error of a configuration that can't be used."""

from __future__ import annotations

from collections.abc import Iterable

from archwright.model.problems import Problem, render


class ConfigurationError(ValueError):
    """The configuration can't be used. `problems` holds every mistake found, in the order of the file."""

    def __init__(self, path: str, problems: Iterable[Problem]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__(render(path, self.problems))
