"""Arguments that a function hands on as it got them: `requests.get(*args, **kwargs)`."""

from __future__ import annotations

from archwright.source.flow.values import Origin, Val
from archwright.source.frameworks.base import CallSite


def handed_on(site: CallSite, index: int, name: str) -> Val | None:
    """The argument at a position, or of a name, that stands in the `*args` or `**kwargs` of the function around a call; None: none may.

    Which it is, each caller of the function tells.
    """
    around = site.frame.engine.signature(site.frame.unit)
    found: list[Origin] = []
    for value in site.spread:
        for key, cleaned, steps in value.origins:
            if key[:2] != ("parameter", site.frame.unit) or len(key) > 3:
                continue
            if key[2] == around.varargs and index >= len(site.args):
                found.append(((*key, index - len(site.args)), cleaned, steps))
            elif key[2] == around.keywords:
                found.append(((*key, name), cleaned, steps))
    return Val(None, tuple(found)) if found else None
