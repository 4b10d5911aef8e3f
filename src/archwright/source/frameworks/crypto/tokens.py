"""Signed tokens: PyJWT, python-jose, Authlib."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from archwright.model.value import OWN_TOKEN, Use
from archwright.source import facts as f
from archwright.source.flow.checks import key_of
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import ALL_USES, BIT, UNKNOWN_ORIGIN, Origin, Val, deep_origins, join_origins
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.crypto.id_tokens import asked
from archwright.source.frameworks.crypto.made import is_false, made
from archwright.source.frameworks.shared.confined import DOTTED, PART
from archwright.source.nodes import call_at, nodes
from archwright.source.packed import body_of

HEADER: Final[Origin] = (("result", "header of the token"), 0, None)
"""What a token says of itself before its signature is looked at."""
_OWN: Final[Origin] = (("result", OWN_TOKEN), 0, None)
_SIGNED: Final = BIT[Use.DESERIALISE]
"""What a token that is made here holds: signed, so nobody else has written it."""
_CLAIMS: Final = BIT[Use.REVEAL]
"""Claims may be told: whoever reads them has neither the token nor its signature."""
_ENCODED: Final = DOTTED | PART
"""A token is made of letters, digits, dashes and dots, whatever it says."""
_LIBRARIES: Final = ("jwt", "jwt.api_jwt", "jwt.PyJWT", "jose.jwt")
_IDENTITY: Final = frozenset(
    {"sub", "user_id", "userid", "user", "uid", "id", "email", "username", "name", "role", "roles", "scope", "is_admin"}
)


class Tokens(Framework):
    """JSON Web Tokens."""

    name = "tokens"
    packages = ("jwt", "jose", "authlib")
    aliases: ClassVar[dict[str, str]] = {"jwt.api_jwt.PyJWT": "jwt.PyJWT"}

    def __init__(self) -> None:
        super().__init__()
        for library in _LIBRARIES:
            self.calls[f"{library}.decode"] = self.calls[f"{library}.decode_complete"] = _decode
            self.calls[f"{library}.encode"] = _encode
        for library in ("jwt", "jose.jwt", "jose.jws", "jwt.api_jws"):
            for name in ("get_unverified_header", "get_unverified_headers"):
                self.calls[f"{library}.{name}"] = _header
        self.calls["jose.jwt.get_unverified_claims"] = _unverified
        self.calls["jose.jws.verify"] = _decode
        self.calls["authlib.jose.jwt.encode"] = _authlib_encode


def _header(site: CallSite) -> Val:
    return Val(("dict",), (HEADER,))


def _unverified(site: CallSite) -> Val:
    made(site, "decode", flags=("unverified",), data=site.argument(0, "token"), followed=True)
    return site.derived(cleaned=_CLAIMS)


def _decode(site: CallSite) -> Val:
    """Whether the signature is checked, and who says by which algorithm. Only what is not checked is the sender's."""
    options = site.keywords.get("options")
    held = (options.items if options is not None else None) or {}
    algorithms = site.argument(2, "algorithms")
    flags = []
    if (
        is_false(held.get("verify_signature"))
        or is_false(site.keywords.get("verify"))
        or (site.name.startswith("jwt") and is_false(site.argument(2)))
    ):
        flags.append("unverified")
        if _presented(site.frame, site.position):
            flags.append("presented")
        if asked(site.frame, site.position):
            flags.append("asked")
    if is_false(held.get("verify_exp")):
        flags.append("no-expiry")
    if algorithms is not None:
        named = [algorithms, *(algorithms.items or {}).values()]
        if any(isinstance(each.const, str) and each.const.lower() == "none" for each in named):
            flags.append("none")
        if any(key == HEADER[0] and mask & ALL_USES != ALL_USES for key, mask, _ in deep_origins(algorithms)):
            flags.append("algorithm-of-token")
    made(
        site,
        "decode",
        flags=tuple(flags),
        key=site.argument(1, "key"),
        data=site.argument(0, "jwt" if site.name.startswith("jwt") else "token"),
        followed="unverified" in flags,
    )
    forged = bool({"unverified", "none", "algorithm-of-token"}.intersection(flags))
    return Val(("dict",), site.derived(cleaned=_CLAIMS).origins if forged else (UNKNOWN_ORIGIN,))


def _presented(frame: Frame, position: int) -> bool:
    """True where a token was sent on as what authorises a request before it is looked into: who issued it has accepted it."""
    body = body_of(frame.facts)
    decoded = call_at(body, position)
    token = key_of(decoded[3][0]) if decoded is not None and decoded[3] else None
    if token is None:
        return False
    return any(node[1] < position and _carries(node, token) for node in nodes(body))


def _carries(node: Any, token: str) -> bool:
    """`f"Bearer {token}"`, `{"access_token": token}`, `access_token=token`."""
    if node[0] == f.FSTRING:
        says = any(part[0] == f.CONST and "bearer" in str(part[2]).lower() for part in node[2])
        return says and any(part[0] == f.FORMATTED and key_of(part[2]) == token for part in node[2])
    if node[0] == f.DICT:
        pairs = [(key[2], value) for key, value in node[2] if key is not None and key[0] == f.CONST]
    else:
        pairs = list(node[4]) if node[0] == f.CALL else []
    return any(name == "access_token" and key_of(value) == token for name, value in pairs)


def _encode(site: CallSite) -> Val:
    algorithm = site.argument(2, "algorithm")
    _signed(site, site.argument(0, "payload" if site.name.startswith("jwt") else "claims"), site.argument(1, "key"))
    if algorithm is not None and isinstance(algorithm.const, str) and algorithm.const.lower() == "none":
        made(site, "encode", algorithm="none")
    return _token(site)


def _authlib_encode(site: CallSite) -> Val:
    _signed(site, site.argument(1, "payload"), site.argument(2, "key"))
    return _token(site)


def _token(site: CallSite) -> Val:
    return Val(("text",), join_origins((_OWN,), site.derived(cleaned=_SIGNED | _ENCODED).origins))


def _signed(site: CallSite, claims: Val | None, key: Val | None) -> None:
    """A token for somebody; `endless` where all its claims are known and none ends it."""
    held = claims.items if claims is not None else None
    whole = bool(held) and claims is not None and not claims.origins and "*" not in (held or {})
    endless = whole and held is not None and "exp" not in held and not _IDENTITY.isdisjoint(held)
    made(site, "encode", flags=("endless",) if endless else (), key=key)
