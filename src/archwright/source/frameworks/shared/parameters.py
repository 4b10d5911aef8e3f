"""What a framework hands to the units it calls, made only when a unit is interpreted."""

from __future__ import annotations

from collections.abc import Callable

from archwright.source.flow.values import UNKNOWN, Val


class Parameters(dict[str, Val]):
    """Values by parameter name, made when they are asked for: dependencies are interpreted then, not before.

    Nothing is kept, because the engine forgets between parts of a project.
    """

    def __init__(self, makers: dict[str, Callable[[], Val]]) -> None:
        super().__init__()
        self._makers = makers
        self._making: set[str] = set()

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __missing__(self, name: str) -> Val:
        if name in self._making:
            return UNKNOWN  # a dependency that depends on itself
        self._making.add(name)
        try:
            return self._makers[name]()
        finally:
            self._making.discard(name)
