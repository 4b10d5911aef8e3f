"""What a hash or a random number serves, by the words of what becomes of it.

The call that makes it looks the same for a password and for a colour. What the unit does with the result tells them
apart: the variable, key, parameter or attribute that holds it, the function that takes or returns it.
"""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

from archwright.model.effect import Configure, Crypto, Setting
from archwright.model.secret_name import parts
from archwright.review.beside import beside

_STAND_IN = re.compile(r"(?:^|\.)_?(?:Null|Fake|Dummy|Mock|Stub)[A-Z]\w*\.")
"""Classes that stand in for one that is not there: in tests, on a developer's machine."""
_GUARDED = """password passwd pwd passphrase passcode token tokens secret secrets otp totp pin nonce salt csrf xsrf session
    sessions sessionid sid cookie cookies credential credentials apikey captcha signature jwt auth authorization
    verification activation invitation invite voucher coupon confirmation recovery reset mfa"""
_SECRET = frozenset(_GUARDED.split())
_SECRET_PAIRS = re.compile(
    r"(?:api|secret|private|access|auth|encryption|signing|session|activation|license|security)_?key"
    r"|(?:verif\w*|invit\w*|reset|activation|confirm\w*|auth\w*|security|login|sms|access|backup|recovery|email)_?code"
    r"|password|\w*session(?:_?id)?s?$",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"(?:^|_)(?:counts?|totals?)$|^(?:num|total|count|number_of|n)_", re.IGNORECASE)
"""Names that count things, whatever these are: `session_count`."""
_ABOUT = frozenset({"suffix", "prefix", "name", "names", "label", "labels", "index", "position", "length", "size"})
"""Last words of names of what only belongs to such a thing: `cookie_suffix`, `token_name`."""
_MADE_UP = frozenset({"dummy", "fake", "mock"})
"""Words of what stands for a secret where there is none: `DUMMY_PASSWORD`."""
_ITSELF = frozenset(
    {"id", "key", "code", "value", "hex", "text", "string", "uid", "uuid", "jti", "serial", "hash", "digest", "raw"}
)
"""Names of parts that are what lets somebody in, where the whole is named so: the `id` of a session."""
_FIELDED = """session sessions cookie cookies auth authorization verification activation invitation invite voucher coupon
    confirmation recovery reset"""
_HAS_FIELDS = frozenset(_FIELDED.split())
"""Last words of names of things with fields, most of them no secrets. A token or password is one, whichever its field is."""
_ONCE = frozenset({"idempotency", "idempotent"})
"""Words of what only marks that something is asked for again: `idempotency_token`."""
_PASSWORD = frozenset({"password", "passwd", "pwd", "passphrase", "passcode", "pin"})
_IDLE_WORDS = """cache cached caching etag checksum checksums fingerprint fingerprints dedup duplicate duplicates bucket shard
    partition color colour colors colours gravatar avatar image images filename filenames file files path paths dirname
    version revision content contents body blob blobs html text document documents index query queries sql slug lock
    url uri urls href lookup similarity seed jitter backoff delay sleep wait retry interval timeout ttl expiry expires
    sampling shuffle shuffled weight weights score position x y width height size price amount latitude longitude lat
    lng hue rgb card deck dice title label column table constraint identifier chunk chunks page pages offset
    temperature noise metric metrics sample samples batch train fake faker dummy mock lorem greeting message
    messages quote proxy proxies agent server servers host hosts port ports node nodes worker workers thumbnail icon
    template templates schema static asset assets media"""
_IDLE = frozenset(_IDLE_WORDS.split())
_IDLE_CALLS = frozenset({"timedelta", "time.time", "date", "time", "datetime"}) | frozenset(
    f"{module}.{made}" for module in ("datetime", "dt") for made in ("timedelta", "date", "time", "datetime")
)
"""Calls that make a time, or how long something takes."""
_STRONG = re.compile(
    r"pwned|hibp|breach|gravatar|websocket|oauth1|etag|cache|checksum|fingerprint|integrity", re.IGNORECASE
)
"""Of these the other words of a name say what is cached or recognised, not what the result is."""


_NAMING = frozenset({"name", "key", "argument", "return"})


class Serves(enum.Enum):
    """What it serves, as far as the code shows."""

    PASSWORD = "password"  # noqa: S105 - a word, no password
    SECRET = "secret"  # noqa: S105 - a word, no secret
    UNKNOWN = "unknown"
    IDLE = "idle"
    """Nothing that an attacker gains by."""


class Served(NamedTuple):
    """What a result serves, with the word that tells it; empty: none does."""

    what: Serves
    word: str = ""


def names_secret(name: str) -> bool:
    """True for a name of something that must not be guessed: no number or name of such things, none made up, and no mark of what is sent twice."""
    words = parts(name)
    if _COUNTS.search("_".join(words)) or not _ONCE.isdisjoint(words) or _no_more(words):
        return False
    return not _SECRET.isdisjoint(words) or _SECRET_PAIRS.search(name) is not None


def names_password(name: str) -> bool:
    """True for a name of a password itself."""
    words = parts(name)
    return not _PASSWORD.isdisjoint(words) and not _no_more(words)


def _no_more(words: list[str]) -> bool:
    """True for the words of a name of what only belongs to a secret, or stands for one where there is none."""
    return not _MADE_UP.isdisjoint(words) or not _ABOUT.isdisjoint(words[-1:])


def names_idle(name: str) -> bool:
    """True for a name of something that may be known to all."""
    return not _IDLE.isdisjoint(parts(name)) or _STRONG.search(name) is not None


def aside(effect: Crypto | Configure) -> bool:
    """True where nothing but tests, migrations, tools of the developers and stand-ins (`NullVerifier`) make it."""
    if effect.context.setting in (Setting.TEST, Setting.MIGRATION) or _STAND_IN.search(effect.unit):
        return True
    paths = (effect.place.path, *(call.path for call in effect.context.calls[:1]))
    return any(map(beside, paths))


def served(effect: Crypto) -> Served:
    """What the result of a call serves, by what becomes of it; what it becomes last and most of all what it is made into."""
    named = [(how, word) for how, word in effect.becomes if how in _NAMING]
    calls = [word for how, word in effect.becomes if how == "call"]
    holders = _holders(effect)
    for _, word in named:
        if _STRONG.search(word) or (names_idle(word) and not names_secret(word)):
            return Served(Serves.IDLE, word)
    for word in calls:
        last = word.rpartition(".")[2]
        if (
            word in _IDLE_CALLS
            or last == "sleep"
            or (names_idle(last) and not names_secret(last))
            or "cache" in word.lower()
        ):
            return Served(Serves.IDLE, word)
    for _, word in named:
        if names_password(word) and word not in holders:
            return Served(Serves.PASSWORD, word)
    for _, word in named:
        if names_secret(word) and word not in holders:
            return Served(Serves.SECRET, word)
    for word in calls:
        last = word.rpartition(".")[2]
        if names_secret(last) and word not in holders:
            return Served(Serves.SECRET, word)
    return Served(Serves.UNKNOWN)


def _holders(effect: Crypto) -> set[str]:
    """The words of what has the result as a part that has another name: the hour of a session. The id of one is what must not be guessed."""
    if any(how in ("key", "argument") and word.lower() in _ITSELF for how, word in effect.becomes):
        return set()
    return {word for how, word in effect.becomes if how == "holder" and not _HAS_FIELDS.isdisjoint(parts(word)[-1:])}
