"""A walk through an operation: statements in their order, calls into the project followed, branches on roles kept apart.

The flow of values (`source/flow`) says what can happen at all. A walk says less and for one operation alone: which SQL
runs with which arguments, where the caller has which role, inside which transaction, within which limit of time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.packed import body_of
from archwright.source.program import Program
from archwright.source.survey.paths.expressions import Evaluator
from archwright.source.survey.paths.marks import CALLER, Mark, annotated, joined
from archwright.source.survey.paths.record import Record, State

_MAX_UNITS: Final = 200
_MAX_DEPTH: Final = 14
_MAX_PATHS: Final = 32


class Returned(NamedTuple):
    """What a block leads to: whether it always leaves its unit, and the state after it."""

    left: bool
    state: State
    env: dict[str, Mark]


class Walker(Evaluator):
    """Walks operations of one program."""

    def __init__(self, program: Program, identifying: frozenset[tuple[str, str]] = frozenset()) -> None:
        super().__init__(program, identifying)
        self._units = 0
        self._transactions = 0
        self._returns: list[Mark] = []
        self._yielded: list[State] = []
        self._paths = 0
        self._statements: dict[int, Callable[[Any, dict[str, Mark], State], Returned | None]] = {
            f.EXPR: self._expression,
            f.ASSIGN: self._assign,
            f.ANNASSIGN: self._annotated_assign,
            f.AUGASSIGN: self._augmented_assign,
            f.ASSERT: self._assert,
            f.RETURN: self._return,
            f.RAISE: self._raise,
            f.IF: self._if,
            f.FOR: self._loop,
            f.WHILE: self._loop,
            f.WITH: self._with,
            f.TRY: self._try,
            f.MATCH: self._match,
        }

    def walk(self, unit: int, callers: tuple[str, ...]) -> Record:
        """What happens from a unit on; `callers`: its parameters that hold who calls."""
        self.record = Record()
        self._units = self._transactions = self._paths = 0
        env: dict[str, Mark] = dict.fromkeys(callers, CALLER)
        self.run(unit, env, State())
        return self.record

    def run(self, unit: int, env: dict[str, Mark], state: State) -> Mark:
        """Walk a unit's body; what it returns."""
        self._units += 1
        if self._units > _MAX_UNITS or state.depth > _MAX_DEPTH:
            self.record.complete = False
            return None
        module, facts = self.project.unit(unit)
        for name, _, annotation, _ in facts[4]:
            if env.get(name) is None:
                env[name] = annotated(self.project, module, annotation)
        kept, self._returns = self._returns, []
        previous, self.module = self.module, module
        self._block(body_of(facts), 0, env, state._replace(depth=state.depth + 1))
        self.module = previous
        returns, self._returns = self._returns, kept
        known = returns[0] if returns and all(mark == returns[0] for mark in returns) else None
        return known if known is not None else annotated(self.project, module, facts[6])

    # --- statements --------------------------------------------------------------------------------------
    def _block(self, statements: Any, start: int, env: dict[str, Mark], state: State) -> Returned:
        for index in range(start, len(statements)):
            node = statements[index]
            if node[0] == f.IF:
                asked = self.asked(node[2], env)
                if asked is not None and self._paths < _MAX_PATHS:
                    return self._apart(node, asked, statements, index + 1, env, state)
            after = self._statement(node, env, state)
            if after is not None:
                if after.left:
                    return after
                state, env = after.state, after.env
        return Returned(False, state, env)

    def _apart(
        self,
        node: Any,
        asked: tuple[tuple[str, ...], bool],
        statements: Any,
        start: int,
        env: dict[str, Mark],
        state: State,
    ) -> Returned:
        """A branch on the caller's roles: the rest of the block is walked once for those who have them, once for the others."""
        self._paths += 1
        roles, holds = asked
        ends: list[Returned] = []
        for body, has in ((node[3], holds), (node[4], not holds)):
            if (roles, not has) in state.asked:
                continue
            here = state._replace(asked=(*state.asked, (roles, has)))
            end = self._block(body, 0, dict(env), here)
            if not end.left:
                end = self._block(statements, start, end.env, end.state)
            ends.append(end)
        through = [end for end in ends if not end.left]
        if not through:
            return Returned(True, state, env)
        return Returned(False, state, through[0].env if len(through) == 1 else joined(through[0].env, through[1].env))

    def _statement(self, node: Any, env: dict[str, Mark], state: State) -> Returned | None:
        reader = self._statements.get(node[0])
        return reader(node, env, state) if reader is not None else None

    def _expression(self, node: Any, env: dict[str, Mark], state: State) -> None:
        if node[2][0] in (f.YIELD, f.YIELD_FROM):
            self._yielded.append(state)
        self.value(node[2], env, state)

    def _assign(self, node: Any, env: dict[str, Mark], state: State) -> None:
        mark = self.value(node[3], env, state)
        for target in node[2]:
            self.assign(target, mark, env)

    def _annotated_assign(self, node: Any, env: dict[str, Mark], state: State) -> None:
        if node[4] is not None:
            mark = self.value(node[4], env, state)
            self.assign(node[2], mark or annotated(self.project, self.module, node[3]), env)

    def _augmented_assign(self, node: Any, env: dict[str, Mark], state: State) -> None:
        self.value(node[4], env, state)
        self.assign(node[2], None, env)

    def _assert(self, node: Any, env: dict[str, Mark], state: State) -> None:
        self.value(node[2], env, state)

    def _return(self, node: Any, env: dict[str, Mark], state: State) -> Returned:
        self._returns.append(self.value(node[2], env, state) if node[2] is not None else None)
        return Returned(True, state, env)

    def _raise(self, node: Any, env: dict[str, Mark], state: State) -> Returned:
        if node[2] is not None:
            self.value(node[2], env, state)
        return Returned(True, state, env)

    def _if(self, node: Any, env: dict[str, Mark], state: State) -> Returned:
        self.value(node[2], env, state)
        then = self._block(node[3], 0, dict(env), state)
        other = self._block(node[4], 0, dict(env), state)
        if then.left or other.left:
            return Returned(then.left and other.left, state, other.env if then.left else then.env)
        return Returned(False, state, joined(then.env, other.env))

    def _loop(self, node: Any, env: dict[str, Mark], state: State) -> Returned:
        if node[0] == f.FOR:
            self.value(node[3], env, state)
            self.assign(node[2], None, env)
            body, orelse = node[4], node[5]
        else:
            self.value(node[2], env, state)
            body, orelse = node[3], node[4]
        end = self._block(body, 0, dict(env), state)
        after = joined(env, end.env)
        self._block(orelse, 0, after, state)
        return Returned(False, state, after)

    def _with(self, node: Any, env: dict[str, Mark], state: State) -> Returned:
        inside = state
        for expression, target in node[2]:
            inside, mark = self._entered(expression, env, inside)
            if target is not None:
                self.assign(target, mark, env)
        end = self._block(node[3], 0, env, inside)
        return Returned(end.left, state._replace(asked=end.state.asked), end.env)

    def _entered(self, expression: Any, env: dict[str, Mark], state: State) -> tuple[State, Mark]:
        """The state inside of a `with`: a transaction or a limit of time may have begun."""
        unit = self.callee(expression, env)[0] if expression[0] == f.CALL else None
        if unit is not None:
            _, facts = self.project.unit(unit)
            if any(str(node[-1]).endswith("contextmanager") for node in facts[5] if node[0] in (f.NAME, f.ATTR)):
                kept, self._yielded = self._yielded, []
                self.value(expression, env, state, awaited=True)
                yielded, self._yielded = self._yielded, kept
                return (yielded[0]._replace(depth=state.depth) if yielded else state), None
        mark = self.value(expression, env, state, awaited=True)
        limit = self.limit(expression, env, state)
        if limit is not None:
            limit = limit if state.limit is None else min(limit, state.limit)
            return state._replace(limit=limit), mark
        if self.begins(expression) and state.transaction is None:
            self._transactions += 1
            return state._replace(transaction=self._transactions), mark
        return state, mark

    def _try(self, node: Any, env: dict[str, Mark], state: State) -> Returned:
        end = self._block(node[2], 0, dict(env), state)
        ends = [end]
        for _, _, name, body in node[3]:
            inner = joined(env, end.env)
            if name is not None:
                inner[name] = None
            ends.append(self._block(body, 0, inner, state))
        if node[4] and not end.left:
            ends[0] = self._block(node[4], 0, end.env, end.state)
        through = [each for each in ends if not each.left]
        after = through[0].env if through else env
        for each in through[1:]:
            after = joined(after, each.env)
        final = self._block(node[5], 0, after, state)
        return Returned(not through or final.left, state, final.env)

    def _match(self, node: Any, env: dict[str, Mark], state: State) -> Returned:
        self.value(node[2], env, state)
        for _, guard, body in node[3]:
            inner = dict(env)
            if guard is not None:
                self.value(guard, inner, state)
            self._block(body, 0, inner, state)
        return Returned(False, state, {})

    def assign(self, target: Any, mark: Mark, env: dict[str, Mark]) -> None:
        """Bind what an assignment's left side names."""
        if target[0] == f.NAME:
            env[target[2]] = mark
        elif target[0] in (f.TUPLE, f.LIST):
            several = mark[1] if mark is not None and mark[0] == "several" else ()
            for index, part in enumerate(target[2]):
                self.assign(part, several[index] if len(several) == len(target[2]) else None, env)
