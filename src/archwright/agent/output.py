"""What the tools' answers are made of: typed, small, and always fit to be sent."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, field_validator


class Output(BaseModel):
    """The base of every answer.

    Text from files may hold halves of characters that JSON can't carry; they are sent as escapes.
    """

    @field_validator("*", mode="before")
    @classmethod
    def _sendable(cls, value: Any) -> Any:
        if isinstance(value, str):
            return sendable(value)
        if isinstance(value, list):
            return [sendable(each) if isinstance(each, str) else each for each in value]
        return value


def sendable(text: str) -> str:
    """The text with what UTF-8 can't carry as escapes."""
    return text.encode(errors="backslashreplace").decode()


def some(names: list[str], most: int) -> list[str]:
    """At most `most` of them, then how many more there are."""
    return names if len(names) <= most else [*names[:most], f"and {len(names) - most} more"]
