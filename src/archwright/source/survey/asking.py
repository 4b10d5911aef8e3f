"""What a handler's own code asks of the caller: names in its body, checks in what it calls, hooks that run before it.

Decorators and dependencies are guards (`guards`); a check in a body is looser code. It is told by names alone, broadly:
who reads this wants to know that nothing asks, so a doubt counts as asking.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final

from archwright.model.policy import AUTHENTICATED
from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name, written
from archwright.source.link.module import UNIT_BITS
from archwright.source.nodes import nodes
from archwright.source.packed import body_of
from archwright.source.program import Program
from archwright.source.survey.guards import guard_of
from archwright.source.survey.middlewares import ends_anonymous, run_by
from archwright.source.survey.strangers import CALLER, turns_strangers_away

USER: Final = "request_user"
"""Stands among the names of a body for the user of a request: `request.user`, `g.user`."""
OWN: Final = re.compile(
    r"current_?user|request_?user|logged_?in|authenti|authori[sz]|permi(?:ssion|tted)|allowed|forbidden|can_access"
    r"|has_perm|user_can(?:_|$)|is_?(?:admin|staff|superuser|owner|member)|check_(?:access|perm|auth|user|owner|password)"
    r"|(?:^|_)(?:login|auth\w*|jwt|credentials?|signature|hmac|api_?key|secret|passwords?|roles?|acl|scopes?|principal"
    r"|identity|account|csrf|token)(?:$|_)",
    re.IGNORECASE,
)
"""Names in a handler's own body that may ask who calls."""
_CALLEE: Final = re.compile(
    r"current_?user|is_?authenticated|unauthori[sz]ed|forbidden|permission_?denied|not_?authenticated"
    r"|authentication_?failed|compare_digest|check_password|has_perm|verify_\w*(?:signature|token|auth)",
    re.IGNORECASE,
)
"""Names that tell a check in code which a handler calls, where other things happen too."""
_OBJECT: Final = re.compile(
    r"current_?user|unauthori[sz]ed|forbidden|permission_?denied|has_perm|verify_\w*(?:signature|token)", re.IGNORECASE
)
"""Of those, the ones that may tell a check of whose the data is; that somebody is signed in says nothing of it."""
_CHECKS: Final = re.compile(
    r"(?:^|_)(?:check\w*|perms?|permi\w*|access\w*|allow\w*|authori\w*|can|owns|owner\w*|ensure|requires?|assert|forbid\w*"
    r"|guard|valid(?:ate)?_\w*(?:key|token|signature)\w*|belongs|members?|membership|visible|restrict\w*|scoped?|for_user|policy|enforce)(?:_|$)|is_valid_for|_or_403",
    re.IGNORECASE,
)
"""Names of functions that turn a caller away, or give only what the caller may see."""
_IDENTITY: Final = re.compile(
    r"current_?user|request_?user|^(?:user|me|viewer|requester|principal)(?:_id)?$|owner|tenant|(?:^|_)org(?:$|_)|organi[sz]ation"
    r"|is_?(?:staff|admin|superuser)|(?:^|_)roles?(?:$|_)|permission|created_by|author|member|team|workspace|project",
    re.IGNORECASE,
)
"""Names in a condition that say that it concerns the caller, or what belongs to the caller."""
_SWITCH: Final = re.compile(r"(?:^|_)(?:settings|config|debug|features?|flags?|enabled?)(?:_|$)", re.IGNORECASE)
_EQUALS: Final = frozenset({"==", "!=", "in", "not in", "is", "is not"})
_OF_OBJECT: Final = re.compile(
    r"^(?:check|has|have|verify|validate|ensure|assert|require|enforce|is|test|user)\w*_(?:\w*_)?(?:perm\w*|access\w*|auth\w*|owner\w*|owned"
    r"|roles?|members?|team|tenant|allowed)(?:_|$)|^get_(?:\w+_)?(?:owned|allowed|permitted|visible)(?:_|$)|accessible|^can_|^user_can|^authori[sz]e|permission",
    re.IGNORECASE,
)
"""Of those, the ones that tell as much where other things are checked, too: in functions that a handler calls."""
_SECRET: Final = re.compile(
    r"(?:^|_)(?:token|secret|signature|otp|pass(?:word|code)|(?:api|access|activation|auth|confirm\w*|invit\w*|reset|secret)_key)$",
    re.IGNORECASE,
)
"""What a row holds that only who may work on it was told: whoever sends the same was."""
_COMPARES: Final = frozenset({"compare_digest", "constant_time_compare"})
_KEEPS: Final = frozenset({"add", "remove", "append", "discard", "aadd", "aremove"})
_FUNCTION: Final = re.compile(r"(?:^|_)(?:func\w*|fn|f|callable|callback|target|coro\w*|job|method|call)$")
"""Names of parameters that stand for a function."""
_SIGNED_IN: Final = re.compile(r"^is_?(?:authenticated|anonymous)$", re.IGNORECASE)
_ANSWERS: Final = re.compile(r"(?:^|_)(?:errors?|exceptions?)(?:_|$)", re.IGNORECASE)
"""Names of functions that make an answer of what went wrong elsewhere: they hold the words of checks, and check nothing."""
_REFUSALS: Final = frozenset({401, 403})
_HOLDERS: Final = frozenset(
    {"request", "g", "info", "context", "ctx", "self", "state", "scope", "websocket", "session"}
)
_GLOBALS: Final = frozenset({"request", "g", "session", "current_user", "websocket"})
"""What a request is known by without being a parameter."""
_PLAIN: Final = frozenset({"Response", "JsonResponse", "HttpResponse", "jsonify", "list", "dict", "sorted", "tuple"})
"""Calls that read nothing but what they are given."""
_HOOKS: Final = frozenset({"before_request", "before_app_request", "middleware", "before_websocket"})
_HOOK_WORDS: Final = (b"before_request", b"before_app_request", b"middleware", b"MIDDLEWARE", b"before_websocket")
_MIDDLEWARE: Final = re.compile(r"login_?required|auth\w*required|require\w*(?:login|auth)", re.IGNORECASE)
_NAME: Final = re.compile(r"\w+")
_MAX_UNITS: Final = 60
_MAX_TEXT: Final = 40


class Asking:
    """What bodies ask of the caller, by unit."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.project = program.project
        self._inner: dict[int, dict[int, list[int]]] = {}
        self._strict: dict[tuple[int, re.Pattern[str]], str] = {}
        self._everywhere: str | None = None
        self._on_router: dict[str, str] = {}
        """Routers by file and name as written -> the hook that asks who calls before each handler of it."""

    def of(self, unit: int) -> str:
        """The name by which a unit or what it calls asks who calls; empty: nothing does."""
        own = next((name for each in self.whole(unit) for name in self._names(each) if OWN.search(name)), "")
        return own or self._of_callees(unit) or self._switched(unit) or self._project_wide()

    def checks_itself(self, unit: int) -> str:
        """The name by which a unit's own code checks whose the data is; empty: it does not."""
        return next((name for each in self.whole(unit) for name in self._tested(each)), "")

    def checks(self, unit: int, guards: Iterable[str] = ()) -> str:
        """The name by which a unit checks that what it works on is the caller's, here or in what it calls; empty: it does not.

        guards: names of what stands before it, as written: they ask who calls, not whose the data is.
        """
        left_out = frozenset(name for guard in guards for name in _NAME.findall(guard))
        return self.checks_itself(unit) or self._of_callees(unit, left_out, _OBJECT)

    def _tested(self, unit: int) -> Iterator[str]:
        for node in self._nodes(unit):
            if node[0] == f.CALL and (_CHECKS.search(name := last_name(node[2])) or name in _COMPARES):
                yield name
            elif node[0] == f.COMPARE:
                sides = (node[2], *(right for operator, right in node[3] if operator in _EQUALS))
                sides = tuple(side[3][0] if side[0] == f.CALL and len(side[3]) == 1 else side for side in sides)
                names = [last_name(side) for side in sides]
                if len(sides) > 1 and all(names) and any(_is_id(side) or _is_secret(side) for side in sides):
                    yield written(node)
            if node[0] in (f.IF, f.ASSERT, f.IFEXP, f.WHILE):
                yield from (name for name in names_in(node[2]) if _IDENTITY.search(name))

    def names(self, unit: int) -> frozenset[str]:
        """The names, attributes, keywords and short texts in a unit's body and in the functions inside of it."""
        return frozenset(name for each in self.whole(unit) for name in self._names(each))

    def keeps(self, unit: int) -> bool:
        """True where a unit puts something into, or takes it out of, a collection of the caller's: `request.user.saved.add(row)`."""
        return any(
            node[0] == f.CALL
            and node[2][0] == f.ATTR
            and node[2][3] in _KEEPS
            and node[2][2][0] == f.ATTR
            and CALLER.match(last_name(node[2][2][2])) is not None
            for each in self.whole(unit)
            for node in self._nodes(each)
        )

    def fixed(self, unit: int) -> bool:
        """True for a function that answers the same to every request: it looks at nothing of it, and calls nothing of the project.

        A request that is handed on as a first argument is what libraries want for a page: `render(request, "done.html")`. Pages may
        look at it all the same; they show everyone what is theirs.
        """
        facts = self.project.unit(unit)[1]
        given = {str(parameter[0]) for parameter in facts[4]}
        made = [last_name(node[2]) for node in self._nodes(unit) if node[0] == f.CALL]
        if "self" in given and not (made and _PLAIN.issuperset(made)):
            return False  # what a method reads may be whatever its class says
        if self.calls_own(unit):
            return False
        handed = [
            node[3][0]
            for node in self._nodes(unit)
            if node[0] == f.CALL and node[3] and node[3][0][0] == f.NAME and node[3][0][2] == "request"
        ]
        used = [node for node in self._nodes(unit) if node[0] == f.NAME and (node[2] in given or node[2] in _GLOBALS)]
        return all(any(node is each for each in handed) for node in used)

    def calls_own(self, unit: int) -> bool:
        """True for a function that calls another of the project; templates are no functions."""
        return any(not self.project.unit(callee)[0].language for callee in self._program.called_by(unit))

    def welcomes(self, unit: int) -> bool:
        """True where a unit, or a function that it calls, does its work for callers who are not signed in too: it tells them apart."""
        return any(
            node[0] == f.IF
            and any(_SIGNED_IN.search(name) for name in names_in(node[2]))
            and not any(not way or aborts(way[-1]) for way in (node[3], node[4]))
            for each in (unit, *sorted(self._program.called_by(unit)))
            for node in self._nodes(each)
        )

    def before(self, router: str) -> str:
        """The hook that asks who calls before every handler of a router (`path:name`); empty: none does."""
        self._project_wide()
        return self._on_router.get(router, "")

    def _switched(self, unit: int) -> str:
        """The setting without which a unit ends at once: where it is served at all is the operator's decision."""
        for node in self._nodes(unit):
            if node[0] == f.IF and (_ends(node[3][:1]) or (node[4] and aborts(node[4][-1]))):
                for name in names_in(node[2]):
                    if _SWITCH.search(name):
                        return name
        return ""

    def _of_callees(self, unit: int, left_out: frozenset[str] = frozenset(), telling: re.Pattern[str] = _CALLEE) -> str:
        todo: deque[tuple[int, tuple[int, ...]]] = deque([(unit, (unit,))])
        seen = {unit}
        while todo and len(seen) < _MAX_UNITS:
            caller, way = todo.popleft()
            runs = caller != unit and self._runs_anything(caller)
            for callee in sorted(self._program.called_by(caller)):
                name = str(self.project.unit(callee)[1][0])
                if callee in seen or name in left_out or (_ANSWERS.search(name) and not _CALLEE.search(name)):
                    continue
                if runs and not any(self._mentions(each, name) for each in way):
                    continue
                seen.add(callee)
                todo.append((callee, (*way, callee)))
                found = self._refuses(callee, telling)
                if found:
                    return found
        return ""

    def _runs_anything(self, unit: int) -> bool:
        """True for a function that runs what it is given, as one that hands work to threads: it calls what any caller gives it."""
        return any(_FUNCTION.search(str(parameter[0])) for parameter in self.project.unit(unit)[1][4])

    def _mentions(self, unit: int, name: str) -> bool:
        return any(node[-1] == name for node in self._nodes(unit) if node[0] in (f.NAME, f.ATTR))

    def _refuses(self, unit: int, telling: re.Pattern[str] = _CALLEE) -> str:
        key = (unit, telling)
        known = self._strict.get(key)
        if known is None:
            known = self._strict[key] = next(self._refusing(unit, telling), "")
        return known

    def _refusing(self, unit: int, telling: re.Pattern[str]) -> Iterator[str]:
        yield from (name for each in self.whole(unit) for name in self._names(each) if telling.search(name))
        around = (last_name(node[2] if node[0] == f.CALL else node) for node in self.project.unit(unit)[1][5])
        yield from (name for name in around if telling.search(name) or _OF_OBJECT.search(name))
        for node in self._nodes(unit):
            if node[0] == f.CONST and node[2] in _REFUSALS:
                yield str(node[2])
            elif node[0] == f.CALL and _OF_OBJECT.search(name := last_name(node[2])):
                yield name
        if telling is _OBJECT:
            yield from filter(
                None, (turns_strangers_away(body_of(self.project.unit(each)[1])) for each in self.whole(unit))
            )
        if telling is _CALLEE:
            guarding = (guard_of(node) for node in self.project.unit(unit)[1][5])
            yield from (each.name for each in guarding if each is not None and each.role == AUTHENTICATED)

    def whole(self, unit: int) -> Iterator[int]:
        """A unit and the functions inside of it."""
        module, _ = self.project.unit(unit)
        inner = self._inner.get(module.index)
        if inner is None:
            inner = self._inner[module.index] = {}
            for index, facts in enumerate(module.units):
                if facts[10] > 0:
                    inner.setdefault(facts[10], []).append(index)
        todo = [unit & (1 << UNIT_BITS) - 1]
        while todo:
            index = todo.pop()
            yield module.index << UNIT_BITS | index
            todo += inner.get(index, ())

    def _nodes(self, unit: int) -> Iterator[tuple[Any, ...]]:
        return nodes(body_of(self.project.unit(unit)[1]))

    def _names(self, unit: int) -> Iterator[str]:
        """Names, attributes, keywords and short texts of a body; the user of a request as `USER`."""
        yield from names_in(body_of(self.project.unit(unit)[1]))

    # --- hooks -------------------------------------------------------------------------------------------
    def _project_wide(self) -> str:
        """A hook or middleware that asks who calls before every handler of the project."""
        if self._everywhere is None:
            self._everywhere = ""
            for module in self._program.modules_with(_HOOK_WORDS):
                for index, facts in enumerate(module.units):
                    self._hooks(module.index << UNIT_BITS | index, facts)
        return self._everywhere

    def _hooks(self, unit: int, facts: Any) -> None:
        module, _ = self.project.unit(unit)
        for decorator in facts[5]:
            named = decorator[2] if decorator[0] == f.CALL else decorator
            if named[0] == f.ATTR and named[3] in _HOOKS and (self._refuses(unit) or self._of_callees(unit)):
                self._hooked(module.path, named, str(facts[0]))
        for node in nodes(body_of(facts)):
            if node[0] == f.ASSIGN and last_name(node[2][0]) == "MIDDLEWARE":
                texts = [part[2] for part in nodes(node[3]) if part[0] == f.CONST and isinstance(part[2], str)]
                self._everywhere = next((text for text in texts if self._asks_all(text)), self._everywhere)
            elif node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] in _HOOKS and node[3]:
                target = self.project.resolve_expression(module, node[3][0])
                if target is not None and target.kind == "unit" and self._refuses(target.value):
                    self._hooked(module.path, node[2], written(node[3][0]))

    def _asks_all(self, middleware: str) -> bool:
        """True for the dotted name of a middleware that says, or whose code shows, that it asks who calls."""
        if _MIDDLEWARE.search(middleware):
            return True
        found = self.project.resolve_dotted(middleware)
        units: Iterable[int] = ()
        if found is not None and found.kind == "class":
            units = run_by(found.value)
        elif found is not None and found.kind == "unit":
            units = self.whole(found.value)
        return any(ends_anonymous(body_of(self.project.unit(each)[1])) for each in units)

    def _hooked(self, path: str, named: Any, hook: str) -> None:
        router = written(named[2])
        if named[3] in ("before_app_request", "middleware") or router.rpartition(".")[2] in ("app", "application"):
            self._everywhere = self._everywhere or hook
        else:
            self._on_router[f"{path}:{router}"] = hook


def names_in(body: Any) -> Iterator[str]:
    """Names, attributes, keywords and short texts of statements or an expression; the user of a request as `USER`."""
    for node in nodes(body):
        if node[0] == f.NAME:
            yield node[2]
        elif node[0] == f.ATTR:
            yield node[3]
            if node[3] in ("user", "user_id", "session", "auth", "tenant") and last_name(node[2]) in _HOLDERS:
                yield USER
        elif node[0] == f.CALL:
            yield from (name for name, _ in node[4] if name)
            yield from (each[2] for each in node[3] if _is_word(each))
        elif node[0] == f.SUBSCRIPT and _is_word(node[3]):
            yield node[3][2]


def _ends(body: Any) -> bool:
    return bool(body) and (body[0][0] == f.RETURN or aborts(body[0]))


def aborts(node: Any) -> bool:
    """True for an error, and `abort(404)`."""
    called = node[0] == f.EXPR and node[2][0] == f.CALL
    return bool(node[0] == f.RAISE or (called and last_name(node[2][2]) == "abort"))


def _is_id(node: Any) -> bool:
    """`row.owner_id`, `order.id`: what a row says of whose it is."""
    return node[0] == f.ATTR and (
        node[3] in ("id", "pk", "owner", "user", "author") or node[3].endswith(("_id", "_by"))
    )


def _is_secret(node: Any) -> bool:
    """`row.token`: who knows it was given it with the row."""
    return node[0] == f.ATTR and _SECRET.search(node[3]) is not None


def _is_word(node: Any) -> bool:
    return node[0] == f.CONST and isinstance(node[2], str) and len(node[2]) <= _MAX_TEXT and " " not in node[2]
