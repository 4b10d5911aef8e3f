"""Directories: ldap3, python-ldap, bonsai. A search takes a base and a filter, both texts with a grammar of their own."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.model.effect import Language
from archwright.model.value import Use
from archwright.source.flow.values import NO, NONE, Val
from archwright.source.frameworks.base import CallSite, Framework, Handler, mask
from archwright.source.frameworks.shared.sinks import interpret

_LDAP3: Final = "ldap3.Connection"
_PYTHON: Final = "ldap.ldapobject.LDAPObject"
_BONSAI: Final = "bonsai.LDAPConnection"
_SEARCHES: Final = ("search", "search_s", "search_st", "search_ext", "search_ext_s")


class Ldap(Framework):
    """What searches a directory."""

    name = "ldap"
    packages = ("ldap3", "ldap", "bonsai")
    aliases: ClassVar[dict[str, str]] = {
        "ldap3.core.connection.Connection": _LDAP3,
        "ldap.ldapobject.SimpleLDAPObject": _PYTHON,
        "ldap.ldapobject.ReconnectLDAPObject": _PYTHON,
    }
    returns: ClassVar[dict[str, str]] = {
        "ldap.initialize": _PYTHON,
        "bonsai.LDAPClient.connect": _BONSAI,
    }
    cleaners: ClassVar[dict[str, int]] = {
        name: mask(Use.LDAP)
        for name in (
            "ldap3.utils.conv.escape_filter_chars",
            "ldap3.utils.conv.escape_bytes",
            "ldap3.utils.dn.escape_rdn",
            "ldap.filter.escape_filter_chars",
            "ldap.filter.filter_format",
            "ldap.dn.escape_dn_chars",
            "bonsai.escape_filter_exp",
        )
    }

    def __init__(self) -> None:
        super().__init__()
        found = searches(0, "search_base", 1, "search_filter", "Connection.search")
        self.calls[f"{_LDAP3}.search"] = found
        for way in ("paged_search", "search"):
            self.calls[f"{_LDAP3}.extend.standard.{way}"] = found
        for name in _SEARCHES:
            self.calls[f"{_PYTHON}.{name}"] = searches(0, "base", 2, "filterstr", name)
        for name in _SEARCHES[1:]:  # no other library's methods are called so
            self.methods[name] = searches(0, "base", 2, "filterstr", name)
        self.calls[f"{_BONSAI}.search"] = searches(0, "base", 2, "filter_exp", "LDAPConnection.search")
        self.methods["search"] = _maybe_search


def searches(base: int, base_name: str, filtered: int, filter_name: str, api: str) -> Handler:
    """A search by its two texts, each by place and by name."""

    def handler(site: CallSite) -> Val | None:
        texts = (site.argument(base, base_name), site.argument(filtered, filter_name))
        _search(site, [text for text in texts if text is not None], api)
        return NONE

    return handler


def _search(site: CallSite, texts: list[Val], api: str) -> None:
    parts = [text for text in texts if text.const is NO or text.origins]
    if len(parts) == 1:
        interpret(site, Language.LDAP, parts[0], api=api)
    elif parts:
        interpret(site, Language.LDAP, Val(("tuple",), (), NO, dict(enumerate(parts))), api=api)


def _maybe_search(site: CallSite) -> Val | None:
    """`x.search(base, search_filter=...)` on something unknown: the names of the arguments tell."""
    if "search_filter" not in site.keywords:
        return None
    base = site.argument(0, "search_base")
    _search(site, [site.keywords["search_filter"], *([base] if base is not None else [])], "Connection.search")
    return NONE
