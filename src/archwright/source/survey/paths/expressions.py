"""Expressions on a walk: what they do, and what is known of their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.databases.dbapi import SQL_START
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo
from archwright.source.packed import body_of
from archwright.source.program import Program
from archwright.source.survey.paths.marks import CALLER, Mark, Started, annotated, constant, join
from archwright.source.survey.paths.record import Executed, Http, Record, State
from archwright.sql.row_conditions import rows_of

_EXECUTES: Final = frozenset(
    {
        "execute",
        "executemany",
        "fetch",
        "fetchrow",
        "fetchval",
        "fetch_all",
        "fetch_one",
        "fetch_val",
        "cursor",
        "prepare",
        "scalar",
        "scalars",
        "raw",
        "query",
        "mogrify",
        "execute_many",
    }
)
"""Methods of DB-API cursors, asyncpg, databases and SQLAlchemy that run the text they are given first."""
_TRANSACTIONS: Final = frozenset({"transaction", "begin", "begin_nested", "atomic", "in_transaction"})
"""asyncpg, psycopg and databases: `transaction`; SQLAlchemy: `begin`; Django and Peewee: `atomic`; Tortoise: `in_transaction`."""
_LIMITS: Final = frozenset(
    {"asyncio.timeout", "asyncio.wait_for", "async_timeout.timeout", "anyio.fail_after", "anyio.move_on_after"}
)
_USERS: Final = frozenset({"request.user", "self.request.user", "g.user", "info.context.user", "flask.g.user"})
_CURRENT: Final = frozenset(
    {"flask_login.current_user", "flask_security.current_user", "flask_jwt_extended.current_user"}
)


class Evaluator:
    """The half of a walk that reads expressions; statements are in `walk`."""

    def __init__(self, program: Program, identifying: frozenset[tuple[str, str]] = frozenset()) -> None:
        """identifying: the (table, column) that name one row: keys and unique columns."""
        self._identifying = identifying
        self.project = program.project
        self.record = Record()
        self.module: Module = program.project.modules[0] if program.project.modules else None  # type: ignore[assignment]
        self._clients = frozenset(
            name
            for framework in program.engine.frameworks
            if framework.name == "http_clients"
            for name in framework.calls
        )
        self._held: dict[tuple[int, int, str], Mark] = {}
        self._readers: dict[int, Callable[[Any, dict[str, Mark], State], Mark]] = {
            f.ATTR: self._attribute,
            f.AWAIT: self._await,
            f.CALL: self._call,
            f.TUPLE: self._several,
            f.LIST: self._several,
            f.SET: self._several,
            f.DICT: self._dict,
            f.SUBSCRIPT: self._subscript,
            f.IFEXP: self._choice,
            f.WALRUS: self._walrus,
            f.COMPREHENSION: self._comprehension,
            f.FSTRING: self._text,
            f.TEMPLATE: self._text,
            f.BOOL: self._bool,
            f.BINOP: self._binary,
            f.COMPARE: self._compare,
            f.UNARY: self._inner,
            f.STARRED: self._inner,
            f.YIELD: self._inner,
            f.YIELD_FROM: self._inner,
        }

    def run(self, unit: int, env: dict[str, Mark], state: State) -> Mark:
        """Walk a unit."""
        raise NotImplementedError

    # --- values ------------------------------------------------------------------------------------------
    def value(self, node: Any, env: dict[str, Mark], state: State, *, awaited: bool = False) -> Mark:
        """What is known of an expression; what it does is recorded. awaited: a coroutine that it gives runs at once."""
        if node[0] == f.CONST:
            return constant(node[2])
        if node[0] == f.NAME:
            mark = env[node[2]] if node[2] in env else self._global(node)
        else:
            reader = self._readers.get(node[0])
            mark = reader(node, env, state) if reader is not None else None
        return self.finish(mark, state) if awaited else mark

    def _await(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        return self.value(node[2], env, state, awaited=True)

    def _several(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        return ("several", tuple(self._spread(node[2], env, state)))

    def _dict(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        pairs = [(key, self.value(value, env, state)) for key, value in node[2]]
        return ("named", {key[2]: mark for key, mark in pairs if key is not None and key[0] == f.CONST})

    def _subscript(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        base = self.value(node[2], env, state)
        index = self.value(node[3], env, state)
        if base is not None and base[0] == "several" and index is not None and index[0] == "number":
            place = int(index[1])
            mark: Mark = base[1][place] if -len(base[1]) <= place < len(base[1]) else None
            return mark
        return base if base == CALLER else None

    def _choice(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        self.value(node[2], env, state)
        return join(self.value(node[3], env, state), self.value(node[4], env, state))

    def _walrus(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        mark = self.value(node[3], env, state)
        if node[2][0] == f.NAME:
            env[node[2][2]] = mark
        return mark

    def _comprehension(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        inner = dict(env)
        for target, iterable, conditions, _ in node[5]:
            self.value(iterable, inner, state)
            inner.update(dict.fromkeys(_names(target)))
            for condition in conditions:
                self.value(condition, inner, state)
        for part in (node[3], node[4]):
            if part is not None:
                self.value(part, inner, state)
        return None

    def _text(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        for part in node[2]:
            if part[0] == f.FORMATTED:
                self.value(part[2], env, state)
        return None

    def _bool(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        marks = [self.value(part, env, state) for part in node[3]]
        return marks[0] if all(mark == marks[0] for mark in marks) else None

    def _binary(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        left, right = self.value(node[3], env, state), self.value(node[4], env, state)
        if node[2] == "+" and left is not None and right is not None and left[0] == right[0] == "text":
            return ("text", left[1] + right[1])
        return None

    def _compare(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        self.value(node[2], env, state)
        for _, part in node[3]:
            self.value(part, env, state)
        return None

    def _inner(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        """A part that gives nothing to know: `not x`, `*x`, `yield x`."""
        if node[-1] is not None:
            self.value(node[-1], env, state)
        return None

    def finish(self, mark: Mark, state: State) -> Mark:
        """Await: a coroutine runs now, within the limits of time that hold here."""
        if mark is not None and mark[0] == "started":
            started: Started = mark[1]
            return self.run(started.unit, dict(started.env), state)
        return mark

    def _spread(self, nodes: Any, env: dict[str, Mark], state: State) -> list[Mark]:
        found: list[Mark] = []
        for node in nodes:
            if node[0] == f.STARRED:
                mark = self.value(node[2], env, state)
                found.extend(mark[1] if mark is not None and mark[0] == "several" else (None,))
            else:
                found.append(self.value(node, env, state))
        return found

    def _global(self, node: Any) -> Mark:
        found = self.project.resolve_name(self.module, node[2])
        for _ in range(4):
            if found is None:
                return None
            if found.kind == "external":
                return CALLER if found.value in _CURRENT else ("object", found.value)
            if found.kind == "class":
                return ("class", found.value)
            value = (
                found.value[2] if found.kind == "expression" else found.value[3] if found.kind == "annotation" else None
            )
            while value is not None and value[0] == f.CALL and len(value[3]) == 1:  # text("SELECT ...")
                value = value[3][0]
            if value is None:
                return None
            if value[0] == f.CONST:
                return constant(value[2])
            if value[0] not in (f.NAME, f.ATTR):
                return None
            found = self.project.resolve_expression(found.value[0], value)
        return None

    def _attribute(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        if dotted(node) in _USERS:
            return CALLER
        base = self.value(node[2], env, state)
        if base == CALLER:
            return CALLER
        if base is not None and base[0] == "instance":
            return self._kept(base[1], node[3])
        if base is None or base[0] in ("object", "class"):
            found = self.project.resolve_expression(self.module, node)
            if found is not None and found.kind == "external":
                return ("object", found.value)
            if found is not None and found.kind in ("expression", "annotation"):
                value = found.value[2] if found.kind == "expression" else found.value[3]
                return constant(value[2]) if value is not None and value[0] == f.CONST else None
        return None

    def _kept(self, info: ClassInfo, name: str) -> Mark:
        """What an attribute of an instance holds: as annotated in the class, or as its constructor is given it."""
        key = (info.module.index, info.index, name)
        if key in self._held:
            return self._held[key]
        self._held[key] = None
        hit = info.lookup(name)
        mark: Mark = None
        if hit is not None and hit[1].kind == "annotation":
            mark = annotated(self.project, hit[0].module, hit[1].value[0])
        init = info.method("__init__")
        if mark is None and init is not None:
            module, facts = self.project.unit(init)
            types = {parameter[0]: parameter[2] for parameter in facts[4]}
            for statement in body_of(facts):
                target = (
                    statement[2][0]
                    if statement[0] == f.ASSIGN
                    else statement[2]
                    if statement[0] == f.ANNASSIGN
                    else None
                )
                if target is not None and dotted(target) == f"self.{name}":
                    given = statement[3] if statement[0] == f.ASSIGN else statement[4]
                    if given is not None and given[0] == f.NAME:
                        mark = annotated(self.project, module, types.get(given[2]))
                    elif given is not None and given[0] == f.CALL:
                        mark = annotated(self.project, module, given[2])
        self._held[key] = mark
        return mark

    # --- calls -------------------------------------------------------------------------------------------
    def callee(self, node: Any, env: dict[str, Mark]) -> tuple[int | None, Mark]:
        """The unit of the project that a call goes to, and what it is called on."""
        function = node[2]
        if function[0] == f.ATTR:
            base = self.value(function[2], env, State(depth=99)) if function[2][0] in (f.NAME, f.ATTR) else None
            if base is not None and base[0] == "instance":
                return base[1].method(function[3]), base
        if function[0] in (f.NAME, f.ATTR) and not (function[0] == f.NAME and function[2] in env):
            found = self.project.resolve_expression(self.module, function)
            if found is not None and found.kind == "unit":
                return int(found.value), None
            if found is not None and found.kind == "class":
                return found.value.method("__init__"), ("instance", found.value)
        return None, None

    def _call(self, node: Any, env: dict[str, Mark], state: State) -> Mark:
        function = node[2]
        unit, holder = self.callee(node, env)
        base = self.value(function[2], env, state) if function[0] == f.ATTR else None
        name = function[3] if function[0] == f.ATTR else function[2] if function[0] == f.NAME else ""
        marks = self._spread(node[3], env, state)
        named = {key: self.value(value, env, state) for key, value in node[4]}
        if unit is not None and not _is_empty(body_of(self.project.unit(unit)[1])):
            return self._enter(unit, holder, marks, named, state)
        first = marks[0] if marks else None
        if name in _EXECUTES and first is not None and first[0] == "text" and SQL_START.match(first[1]):
            return self._execute(first[1], marks[1:], named, state)
        if name == "wait_for" and marks:
            limit = named.get("timeout") or (marks[1] if len(marks) > 1 else None)
            within = state._replace(limit=limit[1]) if limit is not None and limit[0] == "number" else state
            return self.finish(marks[0], within)
        if name == "gather":
            for mark in marks:
                self.finish(mark, state)
            return None
        if base is not None and base[0] == "object" and f"{base[1]}.{name}" in self._clients:
            self._http(node, named.get("timeout"), state)
            return None
        if holder is not None and holder[0] == "instance":
            return holder
        if name == "text" and first is not None and first[0] == "text":
            return first
        if base == CALLER:
            return CALLER
        return CALLER if CALLER in marks and all(mark == CALLER for mark in marks if mark is not None) else None

    def _http(self, node: Any, given: Mark, state: State) -> None:
        limits = [
            limit for limit in (state.limit, given[1] if given is not None and given[0] == "number" else None) if limit
        ]
        self.record.http.append(Http(self.module.path, f.line_of(node[1]), min(limits) if limits else None))

    def _enter(self, unit: int, holder: Mark, marks: list[Mark], named: dict[str | None, Mark], state: State) -> Mark:
        """A call into the project: arguments to parameters; a coroutine only starts."""
        module, facts = self.project.unit(unit)
        parameters = list(facts[4])
        env: dict[str, Mark] = {}
        static = any(node[0] == f.NAME and node[2] == "staticmethod" for node in facts[5])
        if facts[9] >= 0 and not static and parameters:
            env[parameters[0][0]] = holder or ("instance", self.project.class_at(module, facts[9]))
            parameters = parameters[1:]
        rest = list(marks)
        for name, kind, _, _ in parameters:
            if kind == f.PARAM_VARARGS:
                env[name] = ("several", tuple(rest))
                rest = []
            elif kind == f.PARAM_KWARGS:
                continue
            elif kind != f.PARAM_KEYWORD_ONLY and rest:
                env[name] = rest.pop(0)
            if name in named:
                env[name] = named[name]
        if facts[0] == "__init__":
            self.run(unit, env, state)
            return holder
        if facts[8] & f.ASYNC and not facts[8] & f.GENERATOR:
            return ("started", Started(unit, env))
        return self.run(unit, env, state)

    def _execute(self, text: str, marks: list[Mark], named: dict[str | None, Mark], state: State) -> Mark:
        """A statement runs. A row that is found by who calls stands for the caller."""
        if len(marks) == 1 and marks[0] is not None and marks[0][0] in ("several", "named"):
            only = marks[0]
            given = only[1] if only[0] == "named" else {str(n): mark for n, mark in enumerate(only[1], 1)}
            given.update({} if only[0] == "named" else {"1": only if "$1" in text else given.get("1")})
        else:
            given = {str(n): mark for n, mark in enumerate(marks, 1)}
        given = {**given, **{key: mark for key, mark in named.items() if key is not None}}
        finds = self._finds_caller(text, given)
        self.record.executed.append(Executed(text, given, state, finds))
        return CALLER if finds else None

    def _finds_caller(self, text: str, given: dict[str, Mark]) -> bool:
        """True for a read of one row by a key of its table, where the key says who calls."""
        rows = [each for each in rows_of(text) if each.kind != "lookup"]
        if len(rows) != 1 or rows[0].kind != "read":
            return False
        asked = [each for each in rows[0].compared if each.parameter]
        return (
            bool(asked)
            and all(given.get(each.parameter) == CALLER and each.operator == "=" for each in asked)
            and any((rows[0].table, each.column) in self._identifying for each in asked)
        )

    # --- questions ---------------------------------------------------------------------------------------
    def asked(self, node: Any, env: dict[str, Mark]) -> tuple[tuple[str, ...], bool] | None:
        """The roles that a condition asks the caller for, and whether it holds for those who have them; else None."""
        if node[0] == f.UNARY and node[2] == "not":
            inner = self.asked(node[3], env)
            return (inner[0], not inner[1]) if inner is not None else None
        if node[0] == f.CALL and node[2][0] == f.ATTR and node[3] and not node[4]:
            given = [part[2] if part[0] == f.CONST else None for part in node[3]]
            if all(isinstance(each, str) for each in given) and self._is_caller(node[2][2], env):
                return tuple(str(each) for each in given), True
        if node[0] == f.COMPARE and len(node[3]) == 1 and node[2][0] == f.CONST and isinstance(node[2][2], str):
            operator, right = node[3][0]
            if operator in ("in", "not in") and self._is_caller(right, env):
                return (node[2][2],), operator == "in"
        if node[0] == f.ATTR and node[3].startswith("is_") and self._is_caller(node[2], env):
            return (node[3],), True
        return None

    def _is_caller(self, node: Any, env: dict[str, Mark]) -> bool:
        return node[0] in (f.NAME, f.ATTR) and self.value(node, env, State()) == CALLER

    def begins(self, node: Any) -> bool:
        """True where a `with` begins a transaction of a database library."""
        called = node[2] if node[0] == f.CALL else node
        if called[0] == f.ATTR and called[3] in _TRANSACTIONS:
            return True
        found = self.project.resolve_expression(self.module, called) if called[0] == f.NAME else None
        return found is not None and found.kind == "external" and str(found.value).rpartition(".")[2] in _TRANSACTIONS

    def limit(self, node: Any, env: dict[str, Mark], state: State) -> float | None:
        """The seconds that a `with` gives what is inside; None where it gives no limit."""
        if node[0] != f.CALL or not node[3]:
            return None
        found = self.project.resolve_expression(self.module, node[2]) if node[2][0] in (f.NAME, f.ATTR) else None
        if found is None or found.kind != "external" or found.value not in _LIMITS:
            return None
        mark = self.value(node[3][0], env, state)
        return float(mark[1]) if mark is not None and mark[0] == "number" else None


def _is_empty(body: Any) -> bool:
    """True for a protocol's or an abstract method: what runs stands elsewhere."""
    return all(node[0] == f.PASS or (node[0] == f.EXPR and node[2][0] == f.CONST) for node in body)


def dotted(node: Any) -> str:
    """`a.b.c` as text; empty for anything else."""
    parts = []
    while node[0] == f.ATTR:
        parts.append(node[3])
        node = node[2]
    return ".".join([node[2], *reversed(parts)]) if node[0] == f.NAME else ""


def _names(target: Any) -> list[str]:
    if target[0] == f.NAME:
        return [target[2]]
    return [name for part in target[2] for name in _names(part)] if target[0] in (f.TUPLE, f.LIST) else []
