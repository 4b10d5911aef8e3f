"""A brief from a file or a text to the model."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

from archwright.brief.compose import compose
from archwright.brief.kinds import Scope
from archwright.brief.load import load
from archwright.brief.problems import BriefError
from archwright.brief.vocabulary import BRIEF
from archwright.model.base import Place
from archwright.model.problems import Notes
from archwright.model.system import System


def read_brief(path: str | os.PathLike[str]) -> System:
    """Read a brief from a file. Raises BriefError with every mistake, also where the file can't be read."""
    shown = os.fspath(path)
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        notes = Notes(shown)
        notes.add(
            None, f"can't be read: {reason[:1].lower()}{reason[1:]}", "`archwright init` writes a brief to start from"
        )
        raise BriefError(shown, notes.problems) from error
    return parse_brief(data, shown)


def parse_brief(text: str | bytes, path: str = "brief.yaml") -> System:
    """Read a brief from its text. `path` is for messages; places in the model carry its last part alone.

    Raises BriefError with every mistake; nothing else, whatever the bytes.
    """
    notes = Notes(path)
    name = PurePath(path).name or path
    node = load(text, name, notes)
    scope = Scope("", notes, [])
    values = BRIEF.read(node, scope) if node is not None else None
    if values is not None:
        if not values.keys:
            notes.add(Place(name, 1, 1), "the brief is empty", "`archwright init` writes a brief to start from")
        system = compose(values, scope)
        if not notes.problems:
            return system
    raise BriefError(path, notes.problems)
