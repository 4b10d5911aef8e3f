"""`secrets/tls-verification`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archwright.model.effect import Configure, Crypto, Setting
from archwright.model.finding import Confidence, Impact
from archwright.report.lines import lines_of
from archwright.review.excerpt import end_of
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.said import called_only, chosen
from archwright.review.serves import aside

_SAYS_SO = re.compile(
    r"(?:no|non|un|not|skip|without|disabled?|ignor\w*)_?(?:tls_?|ssl_?|cert\w*_?|check_?)?verif\w*|insecure",
    re.IGNORECASE,
)
"""Names of functions and classes that say that they do not verify: who names them wants it so."""
_CHOICE = re.compile(r"verif|insecure|self_?signed|check_?(?:host|cert)|cert_?reqs", re.IGNORECASE)
_ACCEPTED = re.compile(r"#\s*(?:noqa:[^#]*\bS(?:323|501|504)\b|nosec\b)", re.IGNORECASE)
"""What ruff and Bandit read on a line whose author knows of the same and wants it so."""
_OFF = {"check_hostname": False, "verify": False, "verify_ssl": False}


class TlsVerification(Rule):
    """A connection over TLS is made without a look at the peer's certificate.

    Found are calls and clients that the code tells not to verify, contexts without verification, and contexts whose
    check is switched off. What a setting or an argument decides, here or where a function of the module is called, is silent, unless that is off where nobody chooses,
    as are names that are not checked where an authority of one's own vouches for the peers, and contexts whose connections end with the
    handshake: a look at a certificate, or at whether a port speaks TLS.

    Why: whoever stands between the two, in the same network or at a provider, reads and changes what is sent: passwords
    and tokens among it.

    Instead: leave the check on. For a certificate of one's own, name the authority: `verify="/etc/ssl/own-ca.pem"`.

    Fine when: the peer is on the same machine, or what is asked is public and not relied on. A function or class whose own name
    says that it does not verify is shown with `--all` only: it is chosen by that name. So is a line at which a comment (`# noqa: S501`, `# nosec`) tells
    ruff or Bandit that its author wants it so.

    Fix safety: no automatic fix. A peer with a certificate that can't be verified is no longer reached.
    """

    name = "secrets/tls-verification"
    impact = Impact.HIGH
    cwe = "CWE-295"
    security = True
    bad = (
        example(
            "a call that takes any certificate",
            framework="requests",
            code="""
                import requests

                def pay(order, token):
                    headers = {"Authorization": token}
                    return requests.post("https://pay.example/orders", json=order, headers=headers, timeout=5, verify=False)
            """,
        ),
        example(
            "a client made without the check",
            framework="httpx",
            code="""
                import httpx

                INSECURE = False

                def client():
                    return httpx.Client(base_url="https://stock.example", verify=INSECURE)
            """,
        ),
        example(
            "a context whose check is off",
            framework="python",
            code="""
                import ssl

                def context():
                    made = ssl.create_default_context()
                    made.check_hostname = False
                    made.verify_mode = ssl.CERT_NONE
                    return made
            """,
        ),
    )
    good = (
        example(
            "an authority of one's own, and a choice of the settings",
            framework="requests",
            code="""
                import os
                import requests

                VERIFY = os.environ.get("VERIFY", "1") == "1"

                def pay(order):
                    requests.post("https://pay.example/orders", json=order, timeout=5, verify="/etc/ssl/own-ca.pem")
                    requests.post("https://pay.example/orders", json=order, timeout=5, verify=VERIFY)
            """,
        ),
    )

    def check(self, effect: Crypto | Configure, program: Program) -> Iterator[Verdict]:
        if aside(effect):
            return
        if isinstance(effect, Crypto):
            if effect.kind != "tls" or "unverified" not in effect.flags:
                return
            what = effect.api if effect.algorithm == "context" else f"{effect.api} with {effect.algorithm} off"
            sure = Confidence.HIGH
        else:
            if effect.how != "attribute" or effect.fallback or not _off(effect):
                return
            what, sure = f"{effect.holder}.{effect.name}", Confidence.MEDIUM
        lines = lines_of(program.source(effect.place.path) or "")
        if called_only(lines, effect.unit.rpartition(".")[2], _opted):
            return
        doubt = effect.context.setting is Setting.COMMAND or _looks(effect) or _accepted(lines, effect.place.line)
        yield Verdict(
            message=f"The certificate of the peer is not verified: {what}.",
            why="Whoever stands between the two reads and changes what is sent.",
            fix="Leave the check on; for a certificate of your own, name its authority.",
            impact=Impact.HIGH,
            confidence=Confidence.LOW if doubt or _SAYS_SO.search(effect.unit) else sure,
            trace=steps((effect.place, "any certificate is taken")),
        )


def _opted(lines: Sequence[str], line: int) -> bool:
    """True where a line runs only by somebody's choice of whether certificates are looked at."""
    return chosen(lines, line, _CHOICE)


def _accepted(lines: Sequence[str], line: int) -> bool:
    """True where a comment in what begins on a line tells another reviewer to leave it."""
    return any(map(_ACCEPTED.search, lines[line - 1 : end_of(list(lines), line, 1)]))


def _looks(effect: Crypto | Configure) -> bool:
    """True for a look whether somebody answers: nothing is sent, and nothing that comes is read."""
    return effect.api.rpartition(".")[2] in ("head", "options") if isinstance(effect, Crypto) else False


def _off(effect: Configure) -> bool:
    value = effect.value.constant
    return (
        (effect.name in _OFF and value is False)
        or (effect.name == "verify_mode" and value == "ssl.CERT_NONE")
        or (effect.name.endswith("https_context") and value == "ssl._create_unverified_context")
    )
