"""Did you mean: the nearest known word to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

_LISTED = 14
_NONE: Mapping[str, str] = MappingProxyType({})


def nearest(word: str, known: Iterable[str], synonyms: Mapping[str, str] = _NONE) -> str | None:
    """The known word that a person most likely meant, or None. Case and `-`/`_` do not count.

    synonyms: words of other languages (with `_`) for known ones.
    """
    choices = {_plain(name): name for name in known}
    plain = _plain(word)
    if plain in choices:
        return choices[plain]
    synonym = choices.get(_plain(synonyms.get(plain, "")))
    if synonym is not None:
        return synonym
    if len(plain) > 80:
        return None
    close = get_close_matches(plain, sorted(choices), n=1, cutoff=0.6)
    return choices[close[0]] if close else None


def suggest(word: str, known: Iterable[str], label: str, synonyms: Mapping[str, str] = _NONE) -> str:
    """A hint: the nearest word, or the list of known ones under `label`."""
    names = list(known)
    meant = nearest(word, names, synonyms)
    if meant is not None:
        return f"did you mean {meant}?"
    if not names:
        return f"{label}: none yet"
    more = ", ..." if len(names) > _LISTED else ""
    return f"{label}: {', '.join(names[:_LISTED])}{more}"


def _plain(word: str) -> str:
    return word.lower().replace("-", "_")
