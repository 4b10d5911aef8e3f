"""The base of every model type: immutable, comparable, serialisable."""

from __future__ import annotations

import msgspec


class Model(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An immutable record. Written to JSON without the fields that keep their default.

    Subclasses say `kw_only=True` themselves: msgspec does not hand that option down.
    """


class Place(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A position in a text file of the project under design or review.

    `path` is relative, with forward slashes; `line` and `column` count characters from 1; 0 means the whole file.
    """

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column}" if self.column else f"{self.path}:{self.line}"
