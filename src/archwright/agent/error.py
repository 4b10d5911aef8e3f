"""What the agent room refuses, with what would be right."""

from __future__ import annotations


class AgentError(Exception):
    """An argument or a file of the user's can't be worked with; `advice` says what would be right."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice
