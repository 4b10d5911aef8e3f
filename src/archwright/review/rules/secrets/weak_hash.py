"""`secrets/weak-hash`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.base import Place
from archwright.model.development import of_development
from archwright.model.effect import Configure, Crypto
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.model.secret_name import parts
from archwright.model.value import OriginKind, Use
from archwright.report.lines import lines_of
from archwright.review.beside import in_tests
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.said import function_around, looped, not_served
from archwright.review.sent import sent
from archwright.review.serves import Serves, aside, names_idle, names_password, names_secret, served

_BROKEN = frozenset(
    {"md2", "md4", "md5", "sha1", "sha", "ripemd160", "md5-sha1", "sha-1", "ripemd", "mdc2", "whirlpool"}
)
_KEEPS = frozenset({"write", "writelines", "writerow", "send", "sendall", "save", "store", "insert", "put"})
_FAST = re.compile(r"^(?:Unsalted)?(?:MD5|SHA1)PasswordHasher$|^CryptPasswordHasher$")
"""Django's hashers that are fast."""
_CACHES = re.compile(r"(?:^|[/_])(?:cache|caches|caching|memoi[sz]e)(?:/|\.py$)")
"""Modules that keep what was computed: a hash of theirs is the key of it."""
_SAYS_CACHE = re.compile(r"\bcach(?:e[ds]?|ing)\b", re.IGNORECASE)
_JUDGED = re.compile(r"#\s*(?:noqa:[^#]*\bS(?:303|324)\b|nosec\b|skipcq\b)")
_SEEKS = frozenset({"add", "setdefault", "discard", "len"})
"""What looks for an element by its hash, or only counts."""
_SOUGHT = frozenset({"name", "index", "fill", "call"})
_CIPHER_WORDS = """encryption cipher crypto aes fernet master hmac signing sign secret private api access auth shared session
    license activation derived derive"""
_CIPHERS = frozenset(_CIPHER_WORDS.split())
"""Words of keys that something is enciphered, signed or opened with."""
_HASH_WORDS = """get make create compute calculate calc generate to hash hashed hashes hasher digest hexdigest hex md md5 sha sha1
    sum 1 5"""
_HASHES = frozenset(_HASH_WORDS.split())
"""Words of functions that only hash."""
_HIDE_WORDS = "mask masked anonymize anonymise anonymized pseudonymize pseudonymise obfuscate"
_HIDES = frozenset(_HIDE_WORDS.split())
"""Words of functions that hide by a hash what they are given."""
_VERIFIES = re.compile(r"check|verif|valid|compare|match|authenticate|migrat|upgrade|legacy|old", re.IGNORECASE)
"""Names of functions that look at a hash that is kept."""
_SLOWLY = re.compile(
    r"\b(?:bcrypt\.(?:hash\w*|checkpw|kdf)|argon2\.\w+|PasswordHasher|(?:hashlib\.)?(?:scrypt|pbkdf2_hmac)|generate_password_hash|make_password|pwd_context\.hash"
    r"|CryptContext)\s*\("
)
"""Calls that hash a password slowly, or check one."""
_RENEWS = re.compile(
    r"\b(?:set_password|\w*rehash\w*|(?:upgrade|update|migrate)_(?:password|hash)\w*)\s*\(", re.IGNORECASE
)
"""Calls by which a password gets the hash that new ones have: `set_password`, `rehash`, `upgrade_hash`."""
_SLOW = frozenset({"scrypt", "bcrypt", "argon2", "pbkdf2", "checkpw", "hashpw", "kdf", "derive"})


class WeakHash(Rule):
    """A hash function that doesn't do what it is used for: MD5, SHA-1 and older ones, or a fast one for passwords.

    What the result becomes decides how sure the finding is: the names, keys, parameters and functions that it reaches.
    A hash that only keys a cache, names a file or tells versions apart is listed with `--all`. A call that says
    `usedforsecurity=False` is silent. Passwords are judged with any fast hash, SHA-256 and SHA-512 too, and by the first of Django's
    `PASSWORD_HASHERS`.

    Why: two texts with the same MD5 or SHA-1 are made in seconds to days, so what is signed or recognised by it can be
    forged. A fast hash of a password is tried billions of times a second on one graphics card.

    Instead: SHA-256 or BLAKE2 where something is recognised, `hmac` with SHA-256 where it is signed, and for passwords
    a function made to be slow: Argon2, scrypt, bcrypt, or PBKDF2 with the rounds that OWASP's password storage sheet names.

    Fine when: nobody gains by a collision: cache keys, ETags, shards, a digest of what the service made itself. Say so in the code:
    `usedforsecurity=False`. Where no caller was seen to choose what is hashed, and the hash is not kept, it is shown with `--all` only; so is a
    fast hash that only checks old passwords beside a slow one or before they are hashed anew, a checksum behind the name of its hash
    (`f"sha1:{...}"`), one that is hashed again in a loop, what a function that speaks of a cache gives
    back, and hashers of settings that say of themselves that they are not for production.

    Fix safety: safe where the names show that no security rests on it: the call says `usedforsecurity=False`, the value stays.
    Else none: another function gives other values, and what is stored has to be hashed anew.
    """

    name = "secrets/weak-hash"
    impact = Impact.HIGH
    cwe = "CWE-328"
    security = True
    bad = (
        example(
            "a password hashed with MD5",
            framework="flask",
            code="""
                import hashlib
                from flask import Flask, request

                app = Flask(__name__)
                users = {}

                @app.post("/register")
                def register():
                    digest = hashlib.md5(request.form["password"].encode()).hexdigest()
                    users[request.form["name"]] = digest
                    return "ok"
            """,
        ),
        example(
            "the name of the function comes from a dictionary and passes a helper",
            framework="python",
            code="""
                import hashlib

                OPTIONS = {"digest": "sha1"}

                def digest(algorithm, data):
                    made = hashlib.new(algorithm)
                    made.update(data)
                    return made.hexdigest()

                def signature(payload):
                    return digest(OPTIONS["digest"], payload)
            """,
        ),
        example(
            "a fast hash for a password",
            framework="django",
            files={
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("register/", views.register)]
                """,
                "shop/views.py": """
                    import hashlib
                    from django.http import HttpResponse

                    def register(request):
                        password = request.POST["password"]
                        stored = hashlib.sha256(password.encode()).hexdigest()
                        remember(request.POST["name"], stored)
                        return HttpResponse("ok")
                """,
                "shop/__init__.py": "",
            },
        ),
    )
    good = (
        example(
            "SHA-256 recognises a document, and MD5 says that it serves no security",
            framework="python",
            code="""
                import hashlib

                def etag(body):
                    return hashlib.md5(body, usedforsecurity=False).hexdigest()

                def signed(document):
                    return hashlib.sha256(document).hexdigest()
            """,
        ),
        example(
            "a slow function for a password",
            framework="flask",
            code="""
                import hashlib
                import os
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/register")
                def register():
                    salt = os.urandom(16)
                    return hashlib.scrypt(request.form["password"].encode(), salt=salt, n=2**14, r=8, p=1).hex()
            """,
        ),
    )

    def check(self, effect: Crypto | Configure, program: Program) -> Iterator[Verdict]:
        if isinstance(effect, Configure):
            yield from _hashers(effect, program)
            return
        if effect.kind not in ("hash", "password") or aside(effect):
            return
        broken = effect.algorithm.replace("_", "-") in _BROKEN
        serves = served(effect)
        password = _password(effect)
        if effect.kind == "password" or password:
            if serves.what is Serves.IDLE or _strengthened(effect):
                return
            named = password or "a password"
            sure = _proved(effect) or effect.kind == "password" or broken
            weak = _stretched(effect, program) or _outdated(effect, program)
            yield _verdict(
                effect,
                f"{named[:1].upper()}{named[1:]} is hashed with {_title(effect)}, which is fast.",
                "Whoever reads the stored hashes tries billions of passwords a second on one graphics card.",
                "Hash passwords with a function made to be slow: Argon2, scrypt or bcrypt; the framework has one.",
                Impact.HIGH,
                Confidence.LOW if weak else Confidence.HIGH if sure else Confidence.MEDIUM,
            )
        elif broken and effect.kind == "hash":
            where = f" for {serves.word}" if serves.word else ""
            yield _verdict(
                effect,
                f"{_title(effect)} is used{where}; texts with the same hash can be made.",
                "What is recognised or signed by the hash can be replaced by something else with the same hash.",
                "Use hashlib.sha256; where the hash serves no security, say usedforsecurity=False.",
                Impact.MEDIUM if serves.what is Serves.SECRET else Impact.LOW,
                _confidence(effect, serves.what, program),
                Remedy(kind=RemedyKind.KEYWORD, subject="usedforsecurity=False")
                if serves.what is Serves.IDLE and effect.api.startswith("hashlib.")
                else None,
            )


def _confidence(effect: Crypto, what: Serves, program: Program) -> Confidence:
    """Low where the result, or what is hashed, shows that no security rests on it.

    Where nothing tells what it serves, an attacker has to choose the data, or the hash has to be kept, to gain by it.
    """
    if what is Serves.IDLE or any(names_idle(word) for word in effect.made_of):
        return Confidence.LOW
    if _CACHES.search(effect.place.path) is not None or _looked_at(program, effect.place):
        return Confidence.LOW
    if what is not Serves.SECRET and (
        _only_sought(effect)
        or _keys(effect)
        or _helps(effect)
        or _caches(effect, program)
        or _labelled(effect, program)
    ):
        return Confidence.LOW
    kept = any(how == "call" and word.rpartition(".")[2] in _KEEPS for how, word in effect.becomes)
    return Confidence.MEDIUM if kept or sent(effect, effect.data, Use.DESERIALISE) else Confidence.LOW


def _only_sought(effect: Crypto) -> bool:
    """True where the hash is only the key of a mapping or a member of a set: who finds two texts of one hash gets his own row twice."""
    calls = {word.rpartition(".")[2] for how, word in effect.becomes if how == "call"}
    sought = any(how == "index" for how, _ in effect.becomes) or bool(calls & _SEEKS)
    return sought and calls <= _SEEKS and all(how in _SOUGHT for how, _ in effect.becomes)


def _keys(effect: Crypto) -> bool:
    """True where the name says that the hash is a key that rows or things are found by (`get_row_key`), not one that anything is signed with."""
    named = [parts(word) for how, word in effect.becomes if how in ("name", "return")]
    return any(len(words) > 1 and words[-1] in ("key", "keys") and _CIPHERS.isdisjoint(words) for words in named)


def _caches(effect: Crypto, program: Program) -> bool:
    """True where a function gives the hash back and says that it is for a cache."""
    if not any(how == "return" for how, _ in effect.becomes):
        return False
    text = function_around(lines_of(program.source(effect.place.path) or ""), effect.place.line)
    return any(map(_SAYS_CACHE.search, text))


def _helps(effect: Crypto) -> bool:
    """True in a helper that says only that it hashes (`get_hash`), so that each caller knows what for, or that it hides something by it (`mask_ip`)."""
    name = parts(effect.unit.rpartition(".")[2])
    returned = any(how == "return" for how, _ in effect.becomes)
    return returned and bool(name) and (_HASHES.issuperset(name) or not _HIDES.isdisjoint(name))


def _stretched(effect: Crypto, program: Program) -> bool:
    """True where the hash is hashed again, in a loop: how slow that makes it is a matter of its rounds."""
    again = {word for how, word in effect.becomes if how == "name"} & set(effect.made_of)
    return bool(again) and looped(lines_of(program.source(effect.place.path) or ""), effect.place.line)


def _outdated(effect: Crypto, program: Program) -> bool:
    """True where a function that checks a password uses the hash for old ones.

    It asks a slow function, too, or its module makes new ones by one, or it gives the password a new hash once the old one was right.
    """
    if _VERIFIES.search(effect.unit.rpartition(".")[2]) is None:
        return False
    text = program.source(effect.place.path) or ""
    renewed = function_around(lines_of(text), effect.place.line)[1:]
    return _SLOWLY.search(text) is not None or any(map(_RENEWS.search, renewed))


def _labelled(effect: Crypto, program: Program) -> bool:
    """True where the hash stands behind its own name, as formats of archives and packages write their checksums: `f"sha1:{...}"`."""
    lines = lines_of(program.source(effect.place.path) or "")
    line = lines[effect.place.line - 1] if effect.place.line <= len(lines) else ""
    return re.search(rf"[\"']{re.escape(effect.algorithm)}:", line, re.IGNORECASE) is not None


def _looked_at(program: Program, place: Place) -> bool:
    """True where a comment on the line says that somebody judged the hash: the mark that silences a linter's warning of it."""
    lines = lines_of(program.source(place.path) or "")
    return place.line <= len(lines) and _JUDGED.search(lines[place.line - 1]) is not None


def _verdict(
    effect: Crypto,
    message: str,
    why: str,
    fix: str,
    impact: Impact,
    confidence: Confidence,
    remedy: Remedy | None = None,
) -> Verdict:
    return Verdict(
        message=message,
        why=why,
        fix=fix,
        impact=impact,
        confidence=confidence,
        trace=steps(
            *((place, "calls it with the name of the function") for place in effect.context.calls[:1]),
            (effect.place, f"{effect.api} makes the hash"),
        ),
        cause=f"{effect.place.path} {effect.unit} {effect.algorithm}",  # a function that hashes again and again makes one hash
        remedy=remedy,
    )


def _hashers(effect: Configure, program: Program) -> Iterator[Verdict]:
    """Django's `PASSWORD_HASHERS`: the first one hashes every password that is set."""
    path = effect.place.path
    first = str(effect.value.constant).partition(",")[0].rpartition(".")[2]
    if effect.name != "PASSWORD_HASHERS" or _FAST.search(first) is None or in_tests(path) or of_development(path):
        return
    yield Verdict(
        message=f"Passwords are hashed with {first}, which is fast.",
        why="Whoever gets a copy of the database tries billions of passwords a second.",
        fix="Put a slow hasher first (Argon2PasswordHasher, ScryptPasswordHasher, PBKDF2PasswordHasher); the others still read old hashes.",
        impact=Impact.HIGH,
        confidence=Confidence.LOW  # indented: only under a condition
        if effect.place.column > 1 or not_served(lines_of(program.source(path) or ""))
        else Confidence.MEDIUM,
        trace=steps((effect.place, "the first hasher")),
    )


def _title(effect: Crypto) -> str:
    name = effect.algorithm.upper().replace("_", "-")
    return f"SHA-{name[3:]}" if name.startswith("SHA") and name[3:].isdigit() else name


def _password(effect: Crypto) -> str:
    """What of the hashed data is a password, in words; empty: nothing."""
    for origin in effect.data.origins:
        if origin.kind is OriginKind.FIELD and _called_otherwise(effect):
            continue  # a token that was signed with a password in it
        if origin.kind in (OriginKind.SOURCE, OriginKind.FIELD) and names_password(
            origin.name.partition("'")[2] or origin.name
        ):
            return origin.name
    own = [word for word in effect.made_of if names_password(word)]
    if own and not any(names_secret(word) and not names_password(word) for word in effect.made_of if word != "salt"):
        return f"`{own[0]}`"
    return ""


def _called_otherwise(effect: Crypto) -> bool:
    """True where what is hashed is called a secret, and no password."""
    made_of = [word for word in effect.made_of if names_secret(word)]
    return bool(made_of) and not any(map(names_password, made_of))


def _proved(effect: Crypto) -> bool:
    """True where the password was seen to come from outside."""
    found = sent(effect, effect.data, Use.DESERIALISE)
    return found is not None


def _strengthened(effect: Crypto) -> bool:
    """True where the hash is only prepared for a slow function, or looked up among leaked ones."""
    words = [part for _, word in effect.becomes for part in word.lower().replace(".", "_").split("_")]
    return not _SLOW.isdisjoint(words) or any("pwned" in word or "hibp" in word or "compare" in word for word in words)
