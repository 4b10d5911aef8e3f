"""What `build` refuses, said in one line each."""

from __future__ import annotations


class BuildError(Exception):
    """The blueprint or the directory does not allow a build. `.mistakes` has one line for each reason."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes
