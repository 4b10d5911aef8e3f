"""Names of secrets: what a value is called that nobody may read in a log."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRET = frozenset(
    {
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "passcode",
        "secret",
        "otp",
        "credential",
        "credentials",
        "authorization",
    }
    | {"cvv", "cvc", "ssn", "totp", "pin"}
)
TOKENS: Final = frozenset({"token", "jwt", "apikey"})
"""Last words of names of tokens."""
_ABOUT_WORDS = """id ids pk type kind name names length len count hash hashed expires expiry expire age valid invalid status
    required field fields username usernames url uri key_id version policy reset changed max min limit usage user users index error
    tokens prompt completion total input output masked redacted file path issuer provider"""
_PUBLIC = frozenset(
    {"public", "publishable", "page", "next", "cursor", "continuation", "pagination", "sync", "idempotency"}
)
"""What stands before the last word of a token's name where it opens nothing: it finds a page, a place in a list, a thing that all may see."""
ABOUT: Final = frozenset(_ABOUT_WORDS.split())
"""Words that make a name one of something about a secret."""
REQUEST_HEADERS: Final = re.compile(r"(?:^|\.)request(?:\.headers)?$")
"""Arguments, and what is taken of them, that hold every header of a request: `Authorization` and `Cookie` are among them."""


def parts(name: str) -> list[str]:
    """The words of a name, in lower case: `resetToken_2` gives reset, token, 2."""
    return [part.lower() for part in _PARTS.findall(name)]


@lru_cache(maxsize=4096)
def secret(name: str) -> bool:
    """True for the name of a secret itself."""
    words = parts(name)
    if not ABOUT.isdisjoint(words):
        return False
    token = bool(words) and words[-1] in TOKENS and _PUBLIC.isdisjoint(words[-2:-1])
    return not _SECRET.isdisjoint(words) or token or (words[-2:] == ["api", "key"] and _PUBLIC.isdisjoint(words))


def secret_argument(name: str) -> bool:
    """True for an argument, or what is taken of one (`order.key`), that is a secret or holds one."""
    return REQUEST_HEADERS.search(name) is not None or ("." not in name and secret(name))
