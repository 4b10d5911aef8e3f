"""Settings that code fixes: names, attributes, items and keywords whose names rules know, bound to constants.

`SECRET_KEY = "..."`, `app.config["DEBUG"] = True`, `context.check_hostname = False`; of a call that asks the environment, the
constant that it falls back to.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.handshakes import only_greets
from archwright.source.flow.named_parts import dotted
from archwright.source.flow.opted import opted, vouched
from archwright.source.flow.replaced_settings import replaced
from archwright.source.flow.values import Val, constant
from archwright.source.link.module import UNIT_BITS

_TELLING = re.compile(
    r"secret|passw|pwd|token|api_?key|access_?key|private_?key|signing_?key|encryption_?key|credential|debug"
    r"|^check_hostname$|^verify_mode$|^verify$|^verify_ssl$|https_context$|hashers$|account_?key|jwt_?key|license_?key"
    r"|^(?:celery_)?(?:accept_content|result_accept_content)$|^session_serializer$"
    r"|^middleware(?:_classes)?$|(?:^|_)(?:database|db|redis|broker|mongo|mongodb|amqp|rabbitmq|cache|postgres)_?(?:url|uri|dsn)$"
    r"|^(?:session|csrf|remember)_cookie_secure$|^cors_(?:allow_all_origins|origin_allow_all|allow_credentials)$",
    re.IGNORECASE,
)
_CERTIFICATES = re.compile(r"^(?:check_hostname|verify_mode|verify|verify_ssl)$|https_context$", re.IGNORECASE)
"""Settings of whether certificates are looked at: none is fixed where it is somebody's choice."""
_LISTS = re.compile(r"accept_content$|^password_hashers$|^middleware(?:_classes)?$", re.IGNORECASE)
"""Settings that are lists of texts; their elements are told as one text, `?` for one that is no constant."""
_FORMATS = (
    *("AKIA", "ASIA", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "sk_live_", "rk_live_", "xoxb-", "xoxp-"),
    *("AIza", "SG.", "-----BEGIN ", "npm_", "pypi-", "sk-ant-", "dop_v1_", "hf_", "shpat_"),
)
"""How secrets of well-known services begin."""
_ASKS = re.compile(r"(?:^|\.)(?:environ\.get|getenv|config|env(?:\.(?:str|bool|get))?|get_env|environ\.setdefault)$")
"""Calls that ask the environment, with what holds where it says nothing."""
_NESTED = 3


@lru_cache(maxsize=4096)
def _telling(name: str) -> bool:
    return _TELLING.search(name) is not None


def bound(frame: Frame, targets: tuple[Any, ...], node: tuple[Any, ...], value: Val | None) -> None:
    """An assignment: of one of its targets, whether it fixes a setting. `value`: None where it was not evaluated."""
    kinds = frame.engine.kinds
    if kinds is not None and "Configure" not in kinds:
        return
    for target in targets:
        kind = target[0]
        if kind in (f.NAME, f.ATTR):
            name, how = target[-1], "name" if kind == f.NAME else "attribute"
        elif kind == f.SUBSCRIPT and target[3][0] == f.CONST and isinstance(target[3][2], str):
            name, how = target[3][2], "item"
        else:
            continue
        if node[0] == f.CONST or _telling(name):
            holder = "" if kind == f.NAME else dotted(target[2])
            _fixed(frame, name, how, holder, node, value, target[1])
        if node[0] == f.DICT and kind == f.NAME and name.isupper():
            _inside(frame, name, node, _NESTED)


def given(frame: Frame, holder: str, keywords: dict[str, Val], position: int) -> None:
    """Settings given to a call by keyword."""
    for name, value in keywords.items():
        if not _telling(name) or value.origins:
            continue
        if isinstance(value.const, (str, bool)):
            frame.emit("Configure", position, name=name, value=value, how="argument", holder=holder, fallback=False)
        elif value.items and _LISTS.search(name):
            fixed = constant(", ".join(str(item.const) for item in value.items.values()))
            frame.emit("Configure", position, name=name, value=fixed, how="argument", holder=holder, fallback=False)


def _fixed(
    frame: Frame, name: str, how: str, holder: str, node: tuple[Any, ...], value: Val | None, position: int
) -> None:
    fallback = False
    if node[0] == f.CONST:
        fixed: Any = node[2]
    elif node[0] in (f.LIST, f.TUPLE, f.SET) and _LISTS.search(name):
        fixed = ", ".join(part[2] if part[0] == f.CONST and isinstance(part[2], str) else "?" for part in node[2])
    elif node[0] in (f.CALL, f.BOOL) and _telling(name):
        fixed, fallback = _fallback(node), True
    elif _telling(name) and value is not None and not value.origins:
        fixed = value.const
    elif how == "attribute" and _telling(name) and value is not None and value.type is not None:
        fixed = str(value.type[1]) if value.type[0] == "external" else None
    else:
        return
    if isinstance(fixed, bytes):
        fixed = fixed.decode("latin-1")
    if _CERTIFICATES.search(name) is not None and (
        opted(frame, position)
        or (name == "check_hostname" and vouched(frame))
        or (how == "attribute" and holder.isidentifier() and only_greets(frame, holder))
    ):
        return
    if isinstance(fixed, (str, bool)) and (
        _telling(name) or (isinstance(fixed, str) and len(fixed) >= 20 and fixed.startswith(_FORMATS))
    ):
        frame.emit(
            "Configure",
            position,
            name=name,
            value=constant(fixed),
            how=how,
            holder=holder,
            fallback=fallback,
            replaced=how == "name"
            and isinstance(fixed, str)
            and _of_module(frame)
            and replaced(frame.engine, frame.module, name),
        )


def _of_module(frame: Frame) -> bool:
    return frame.unit & (1 << UNIT_BITS) - 1 == 0


def _inside(frame: Frame, holder: str, node: tuple[Any, ...], depth: int) -> None:
    """`DATABASES = {"default": {"PASSWORD": "..."}}`."""
    for key, value in node[2]:
        if key is None or key[0] != f.CONST or not isinstance(key[2], str):
            continue
        if value[0] == f.DICT and depth:
            _inside(frame, holder, value, depth - 1)
        else:
            _fixed(frame, key[2], "item", holder, value, None, key[1])


def _fallback(node: tuple[Any, ...]) -> Any:
    """The constant that a question to the environment falls back to; None where there is none."""
    if node[0] == f.BOOL:
        last = node[3][-1]
        asks = node[2] == "or" and last[0] == f.CONST and _asks(node[3][0])
        return last[2] if asks else None
    if not _asks(node):
        return None
    default = node[3][1] if len(node[3]) > 1 else next((v for k, v in node[4] if k == "default"), None)
    return default[2] if default is not None and default[0] == f.CONST else None


def _asks(node: tuple[Any, ...]) -> bool:
    if node[0] == f.CALL:
        return _ASKS.search(dotted(node[2])) is not None
    return node[0] == f.SUBSCRIPT and dotted(node[2]).endswith("environ")
