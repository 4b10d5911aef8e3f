"""What clients of other services have in common: a peer, a time limit, retries."""

from __future__ import annotations

import re
from typing import Final

from archwright.source import facts as f
from archwright.source.flow.decorators import dotted_of
from archwright.source.flow.frame import Frame
from archwright.source.flow.operators import shape
from archwright.source.flow.opted import handed_by_choice, opted
from archwright.source.flow.values import NO, UNKNOWN, Origin, Val, constant, deep_origins, origins_of
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.crypto.made import is_false, made
from archwright.source.frameworks.shared.times import seconds

ANSWER: Final[Origin] = (("result", "answer of a peer"), 0, None)
_AGAIN = frozenset(
    {"tenacity.retry", "backoff.on_exception", "backoff.on_predicate", "retrying.retry", "retry.retry", "stamina.retry"}
    | {"retry.api.retry", "tenacity.asyncio.retry", "urllib3.util.retry"}
)
"""Decorators that call a function again where it failed."""
_CHECKS = ("verify", "verify_ssl", "ssl", "verify_certs", "validate_cert")
"""Keywords by which clients are told whether to look at certificates."""
_LOOPBACK = re.compile(r"https?://(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)")


def call_peer(
    site: CallSite,
    peer: Val | None,
    method: str,
    timeout: Val | None,
    *,
    base: Val | None = None,
    retry: bool = False,
    follows: bool | None = None,
) -> None:
    """Record a call to a peer. timeout: seconds; None: it may wait for ever; follows: whether the client follows redirects by itself."""
    to = peer if peer is not None else UNKNOWN
    if base is not None:
        to = joined(base, to)
    if to.const is NO and to.text is not None and "{" not in to.text and to.origins:
        to = Val(to.type, to.origins)  # one of several addresses, and of another nothing is known
    if not _on_this_machine(to):
        unverified(site)
    redirects = site.keywords.get("allow_redirects", site.keywords.get("follow_redirects"))
    site.emit(
        "HttpCall",
        peer=to,
        method=method,
        timeout=timeout,
        retry=retry or _tried_again(site.frame),
        redirects=follows if redirects is None else redirects.const if isinstance(redirects.const, bool) else None,
        judged=site.frame.judged,
        depends=Val(None, origins_of([to, *site.values()])),
    )


def unverified(site: CallSite) -> None:
    """Record that a call, or a client for all its calls, is told not to look at the certificate of its peer, and nobody chose it."""
    off = [name for name in _CHECKS if is_false(site.keywords.get(name))]
    required = site.keywords.get("cert_reqs")
    if required is not None and (required.const == "CERT_NONE" or required.type == ("external", "ssl.CERT_NONE")):
        off.append("cert_reqs")
    if off and not opted(site.frame, site.position):
        for name in off:
            if not handed_by_choice(site.frame, site.position, name):
                made(site, "tls", flags=("unverified",), algorithm=name)


def _on_this_machine(to: Val) -> bool:
    """True for an address that the code writes down and that never leaves the machine: nobody stands between."""
    text = to.const if isinstance(to.const, str) else to.text
    return text is not None and _LOOPBACK.match(text) is not None


def joined(base: Val, rest: Val) -> Val:
    """Two parts of an address."""
    if isinstance(base.const, str) and isinstance(rest.const, str) and not base.origins and not rest.origins:
        return constant(base.const + rest.const)
    return Val(("text",), (*deep_origins(base), *deep_origins(rest)), NO, None, shape(base) + shape(rest))


def limit(value: Val) -> Val | None:
    """A time limit as a number of seconds: of `(connect, read)` the latter, of an object of limits the one that ends a call."""
    if value.type is not None and value.type[0] == "object" and value.items and "limit" in value.items:
        return limit(value.items["limit"])
    if value.type == ("tuple",) and value.items and "*" not in value.items:
        return limit(list(value.items.values())[-1])
    if value.const is None and not value.origins:
        return None
    return seconds(value)


def _tried_again(frame: Frame) -> bool:
    """True in a function whose decorator calls it again where it failed."""
    for node in frame.facts[5]:
        target = node[2] if node[0] == f.CALL else node
        if target[0] in (f.NAME, f.ATTR) and not _AGAIN.isdisjoint(dotted_of(frame.engine, frame.module, target)):
            return True
    return False
