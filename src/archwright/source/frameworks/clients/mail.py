"""Mail: smtplib, aiosmtplib, Django, Flask-Mail, FastAPI-Mail. A message sent is a call to the mail server."""

from __future__ import annotations

from typing import Any, ClassVar

from archwright.source.flow.values import NO, UNKNOWN, Val, constant
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.responses import headers
from archwright.source.frameworks.shared.peers import call_peer, limit

SMTP = "smtplib.SMTP"
_SERVER = constant("smtp://")
_DJANGO = ("send_mail", "send_mass_mail", "mail_admins", "mail_managers")
_MESSAGES = ("django.core.mail.EmailMessage", "django.core.mail.EmailMultiAlternatives")
_SENT = ("flask_mail.Mail.send", "flask_mailman.Mail.send", "fastapi_mail.FastMail.send_message", "aiosmtplib.send")


class Mail(Framework):
    """What sends mail."""

    name = "mail"
    packages = ("smtplib", "aiosmtplib", "django", "flask_mail", "flask_mailman", "fastapi_mail")
    aliases: ClassVar[dict[str, str]] = {
        "smtplib.SMTP_SSL": SMTP,
        "smtplib.LMTP": SMTP,
        "aiosmtplib.SMTP": SMTP,
        **{f"django.core.mail.message.{name.rpartition('.')[2]}": name for name in _MESSAGES},
    }
    returns: ClassVar[dict[str, str]] = {
        "django.core.mail.get_connection": "django.core.mail.backends.base.BaseEmailBackend"
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls[SMTP] = _smtp
        for name in ("sendmail", "send_message"):
            self.calls[f"{SMTP}.{name}"] = _send
        for name in _DJANGO:
            self.calls[f"django.core.mail.{name}"] = _configured
        for message in _MESSAGES:
            self.calls[f"{message}.send"] = _configured
        self.calls["django.core.mail.backends.base.BaseEmailBackend.send_messages"] = _configured
        for name in _SENT:
            self.calls[name] = _configured


def _smtp(site: CallSite) -> Val:
    """`SMTP(host, port, timeout=10)`; without a limit it waits for ever."""
    host = site.argument(0, "host") or site.keywords.get("hostname")
    timeout = site.keywords.get("timeout", UNKNOWN if site.spread else constant(None))
    items: dict[Any, Val] = {"timeout": timeout}
    if host is not None:
        items["host"] = constant(f"smtp://{host.const}") if isinstance(host.const, str) and host.const else UNKNOWN
    return Val(("object", SMTP), (), NO, items)


def _send(site: CallSite) -> Val:
    headers.mail(site)
    held = (site.receiver.items if site.receiver is not None else None) or {}
    call_peer(site, held.get("host", _SERVER), "", limit(held["timeout"]) if "timeout" in held else UNKNOWN)
    return Val(None, ())


def _configured(site: CallSite) -> Val:
    """The server and its time limit stand in the settings."""
    call_peer(site, _SERVER, "", UNKNOWN)
    return Val(("number",))
