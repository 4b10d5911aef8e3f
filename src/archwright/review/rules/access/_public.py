"""Endpoints that are meant for anyone, by their names."""

from __future__ import annotations

import re

from archwright.review.endpoint import Endpoint

_PUBLIC = re.compile(
    r"(?:^|[_./-])(?:log[_-]?(?:in|out)|sign[_-]?(?:in|out|up|on|off)|register|registration|auth|authenticate|authorize|authorized"
    r"|sso|saml\w*|acs|oauth\w*|openid|oidc|jwks\w*|token|tokens|refresh\w*|callback|web_?hooks?|hooks?|ipn|health\w*|heart_?beat"
    r"|ping|pong|ready|readiness|readyz|live|liveness|livez|alive|status|version|metrics|info|about|home|index|root|landing|welcome"
    r"|static|assets?|media|logos?|avatars?|favicon\w*|robots\w*|manifest\w*|sitemap\w*|feeds?|rss|docs|redoc|openapi\w*|swagger\w*|schema"
    r"|public|publics|embed\w*|shared?|guest|anonymous|forgot\w*|reset\w*|recover\w*|confirm\w*|activat\w*|invit\w*|verif\w*|unsubscribe"
    r"|\w*(?:available|availability)|captcha\w*|csrf\w*|setup|install\w*|wizard|terms|privacy|legal|contact|i18n|locales?|langs?|languages?|translations?"
    r"|config|settings\.js|error\w*|not_found|handle_\w+|well-known|\.well-known|session|whoami|me|badges?|spa|frontend|catch_?all|cors)"
    r"(?:$|[_./-])",
    re.IGNORECASE,
)

_PAGE = re.compile(
    r"^\w*(?:Log[Ii]n|Log[Oo]ut|Sign[Ii]n|Sign[Uu]p|Register|Registration|Password|Health\w*|Index|Home\w*|Landing\w*)View$"
)
"""Classes of views for whoever comes first."""
_MACHINE = re.compile(r"(?:^|/)(?:slack|teams|telegram|discord|stripe|paypal|twilio|mailgun|sendgrid|github|gitlab)/")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def is_public(endpoint: Endpoint) -> bool:
    """True for what serves callers who are not signed in yet, machines that look for a sign of life, and pages for everyone.

    The last names tell: the function's, and the last part of its paths that is no parameter.
    """
    ends = [
        next((part for part in reversed(path.split("/")) if part and "{" not in part), "") for path in endpoint.paths
    ]
    fields = [_WORDS.sub("_", field.partition(".")[2]) for field in endpoint.fields]
    names = [endpoint.name, *(end.strip(".*") or "root" for end in ends), *fields]
    if _PAGE.match(endpoint.holder.rpartition(".")[2]):
        return True
    return any(_PUBLIC.search(name) for name in names) or any("/public" in path for path in endpoint.paths)


def for_machines(endpoint: Endpoint) -> bool:
    """True where its path names a service that sends events, which sign what they send."""
    return endpoint.changes and any(_MACHINE.search(path) for path in endpoint.paths)
