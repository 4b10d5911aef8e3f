"""Which handlers know their caller by the session's cookie alone, and which are taken out of the check of CSRF tokens.

A browser sends the session's cookie along with requests that pages of others make; it sends no header of theirs. A handler that
asks for a token, a key or a signature is therefore left out: what it asks for, no page of others can send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo
from archwright.source.nodes import nodes
from archwright.source.packed import body_of
from archwright.source.program import Program
from archwright.source.survey.asking import Asking
from archwright.source.survey.guards import decorators_of

_SESSION: Final = re.compile(
    r"^django\.contrib\.(?:auth\.(?:decorators|mixins)|admin\.views\.decorators)\.|^(?:flask_login|flask_security)\."
    r"|^(?:flask_principal|braces\.views)\."
)
"""Guards of libraries that look who is signed in, by the session."""
_TOKEN: Final = re.compile(
    r"authori[sz]ation|bearer|hmac|signature|signed|api_?key|token|secret|webhook|digest|jwt|oauth|basic_?auth|csrf|origin|referr?er"
    r"|x_requested_with|x-requested-with|is_ajax",
    re.IGNORECASE,
)
"""Names of what a caller proves itself by, beside the cookie."""
_METHOD: Final = frozenset(
    {"method", "POST", "body", "form", "json", "get_json", "is_valid", "validate_on_submit", "is_submitted", "validate"}
)
"""What a body reads of a request that a link can't be."""
_VERBS: Final = re.compile(r"require_|post|method|ajax|htmx", re.IGNORECASE)
"""Names of decorators that may look at the method: `require_POST`."""
_LOADERS: Final = (b"request_loader", b"header_loader", b"auth_token_required")
"""Words of projects with Flask-Login or Flask-Security whose sign-in takes tokens, too."""
_OWN_CHECKS: Final = ("rest_framework.", "ninja.", "graphene", "strawberry.", "tastypie.", "oauth2_provider.")
"""Libraries whose views are always taken out of Django's check, and check by themselves where a session is used."""
_NAMED: Final = frozenset({f.NAME, f.ATTR})
_EXEMPT: Final = b"exempt"
_EXEMPTS: Final = frozenset({"csrf_exempt", "exempt", "csrf_protect", "ensure_csrf_cookie"})
_MAX_UNITS: Final = 30
_ASKED: Final = frozenset({"request_user", "is_authenticated"})
"""What a view of Django reads that asks the session itself: `request.user.is_authenticated`."""


class Sessions:
    """What handlers ask of the cookie."""

    def __init__(self, program: Program, asking: Asking) -> None:
        self._program = program
        self._project = program.project
        self._asking = asking
        self._tokens = bool(program.modules_with(_LOADERS))
        self._django = any(framework.name == "django" for framework in program.engine.frameworks)
        self._exempt = dict(self._given())

    def known(self, unit: int, holder: ClassInfo | None) -> bool:
        """True where the session alone tells a handler who calls, as far as its code shows."""
        bases = [base for info in holder.mro() for base in info.external_bases()] if holder is not None else []
        decorators = list(decorators_of(self._program.engine, unit, holder))
        found = [*bases, *(self._dotted(where, node) for where, node in decorators)]
        guarded = [name for name in found if _SESSION.search(name)]
        own = (self._project.resolve_expression(where, _function(node)) for where, node in decorators)
        units = [unit, *(each.value for each in own if each is not None and each.kind == "unit")]
        asked = guarded or (self._django and any(self._asking.names(each) >= _ASKED for each in units))
        if not asked or self._tokens or any(name.startswith(_OWN_CHECKS) for name in found):
            return False
        names = [last_name(_function(node)) for _, node in decorators]
        names += [str(self._project.unit(unit)[1][0]), holder.short if holder is not None else ""]
        names += [name for each in units for name in self._names(each)]
        return not any(_TOKEN.search(name) for name in names if name not in _EXEMPTS)

    def links(self, unit: int, holder: ClassInfo | None) -> bool:
        """True where neither a body nor what stands around it reads what a plain link lacks: it works as well by GET."""
        if any(not _METHOD.isdisjoint(self._asking.names(each)) for each in (unit, *self._handed_on(unit))):
            return False
        for where, node in decorators_of(self._program.engine, unit, holder):
            named = _function(node)
            found = self._project.resolve_expression(where, named)
            own = found is not None and found.kind == "unit" and "method" in self._asking.names(found.value)
            if own or (_VERBS.search(last_name(named)) and not last_name(named).endswith(("GET", "safe"))):
                return False
        return True

    def _handed_on(self, unit: int) -> list[int]:
        """The functions that a handler calls and that take a request, and those that they call: they may look at its method."""
        found: list[int] = []
        todo = [unit]
        while todo and len(found) < _MAX_UNITS:
            for callee in sorted(self._program.called_by(todo.pop())):
                facts = self._project.unit(callee)[1]
                if callee not in found and any(parameter[0] == "request" for parameter in facts[4]):
                    found.append(callee)
                    todo.append(callee)
        return found

    def exempt(self, unit: int, holder: ClassInfo | None) -> tuple[Module, int] | None:
        """Where a handler is taken out of the check of tokens: the module, and the position in it; None: it is not."""
        for where, node in decorators_of(self._program.engine, unit, holder):
            if _exempting(node):
                return where, node[1]
        return self._exempt.get(unit) or self._exempt.get(holder.name if holder is not None else "")

    def _given(self) -> Iterator[tuple[int | str, tuple[Module, int]]]:
        """`csrf.exempt(view)`, `path("orders", csrf_exempt(view))`: what calls take out, functions and classes."""
        for module in self._program.modules_with((_EXEMPT,)):
            for facts in module.units:
                for node in nodes(body_of(facts)):
                    if node[0] == f.CALL and len(node[3]) == 1 and _exempting(node[2]):
                        view = node[3][0]
                        if view[0] == f.CALL and last_name(view[2]) == "as_view":  # csrf_exempt(Orders.as_view())
                            view = view[2][2]
                        target = self._project.resolve_expression(module, view) if view[0] in _NAMED else None
                        if target is not None and target.kind == "unit":
                            yield target.value, (module, node[1])
                        elif target is not None and target.kind == "class":
                            yield target.value.name, (module, node[1])

    def _dotted(self, module: Module, node: Any) -> str:
        found = self._project.resolve_expression(module, _function(node))
        return str(found.value) if found is not None and found.kind == "external" else ""

    def _names(self, unit: int) -> Iterator[str]:
        """The names in a body and in what it calls."""
        yield from self._asking.names(unit)
        for callee in sorted(self._program.called_by(unit)):
            yield from self._asking.names(callee)


def _function(node: Any) -> Any:
    """A decorator without what it is called with."""
    return node[2] if node[0] == f.CALL else node


def _exempting(node: Any) -> bool:
    named = _function(node)
    if named[0] == f.ATTR and named[3] == "exempt":
        return "csrf" in last_name(named[2]).lower()
    return last_name(named) == "csrf_exempt"
