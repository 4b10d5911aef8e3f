"""Whether a text in the code is a secret, or only stands where one is to come."""

from __future__ import annotations

import math
import re
from collections import Counter

_FORMATS = (
    (re.compile(r"^(?:AKIA|ASIA)[0-9A-Z]{16}$"), "an access key of AWS"),
    (re.compile(r"^(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{50,})$"), "a token of GitHub"),
    (re.compile(r"^glpat-[\w-]{20,}$"), "a token of GitLab"),
    (re.compile(r"^(?:sk|rk)_live_[A-Za-z0-9]{16,}$"), "a live key of Stripe"),
    (re.compile(r"^xox[bpars]-[\w-]{20,}$"), "a token of Slack"),
    (re.compile(r"^AIza[\w-]{35}$"), "a key of Google"),
    (re.compile(r"^SG\.[\w-]{20,}\.[\w-]{20,}$"), "a key of SendGrid"),
    (re.compile(r"^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"), "a private key"),
    (re.compile(r"^npm_[A-Za-z0-9]{36}$"), "a token of npm"),
    (re.compile(r"^pypi-[\w-]{50,}$"), "a token of PyPI"),
    (re.compile(r"^sk-ant-[\w-]{40,}$"), "a key of Anthropic"),
    (re.compile(r"^dop_v1_[0-9a-f]{64}$"), "a token of DigitalOcean"),
    (re.compile(r"^hf_[A-Za-z]{34}$"), "a token of Hugging Face"),
    (re.compile(r"^shpat_[0-9a-fA-F]{32}$"), "a token of Shopify"),
)
"""As the services document them."""
_PLACEHOLDER = re.compile(
    r"change|replace|insert|set.?me|please|your|example|placeholder|dummy|todo|xxx|fixme|sample|demo|test|fake|foo|bar(?![a-z])|^dev"
    r"|secret|password|passw|insecure|not.?(?:so|really)|default|none|null|undefined|local|<\w+>|\{\w*\}|\$\{|\$\(|\*{3}|\.{3}|1234|abcd|postgres"
    r"|admin|guest|root",
    re.IGNORECASE,
)
_TO_COME = re.compile(r"change.?(?:me|this)|replace|set.?me|placeholder|please|example|to.?do|your.", re.IGNORECASE)
_NO_SECRET = re.compile(
    r"^(?:phc|pk_live|pk_test)_|\s|^[/.#]|://|^[a-z]+(?:[._/:-][a-z]+)*$|^[A-Z]+(?:[._-][A-Z]+)*$|^\w+\.\w+(?:\.\w+)+$|\[\^?\\?\w(?:-|\])|\\[dwsDWS]|\(\?"
)
"""Keys that services publish, sentences, paths, addresses, names of settings, fields and modules, patterns of texts."""


def service_of(text: str) -> str:
    """Whose secret a text is, by the form that its service gives it: `a token of GitHub`; empty: none is known."""
    if _PLACEHOLDER.search(text[:60]) and not text.startswith("-----"):
        return ""
    found = next((name for pattern, name in _FORMATS if pattern.search(text)), "")
    return found if text.startswith("-----") or not found or entropy(text) > 3.0 else ""


def placeholder(text: str) -> bool:
    """True for a text that stands where a secret is to come, or that says itself that it is none."""
    return len(text) < 8 or _PLACEHOLDER.search(text) is not None or len(set(text)) < 5


def to_come(text: str) -> bool:
    """True for a text that says itself that a secret is to take its place."""
    return _TO_COME.search(text) is not None


def looks_random(text: str) -> bool:
    """True for a text that nobody would write but as a secret: letters and digits mixed, no word, no path, no address."""
    return (
        12 <= len(text) <= 512
        and not placeholder(text)
        and _NO_SECRET.search(text) is None
        and any(c.isdigit() for c in text)
        and any(c.isalpha() for c in text)
        and entropy(text) > 3.0
    )


def entropy(text: str) -> float:
    """Bits a character, by Shannon's formula over the characters of the text."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values()) if text else 0.0
