"""The tool `design`: decisions with their numbers, as pages; or what a change of a number would turn."""

from __future__ import annotations

from functools import reduce
from typing import Annotated

from pydantic import Field

from archwright.agent.error import AgentError
from archwright.agent.output import Output, some
from archwright.agent.root import Root
from archwright.brief import parse_brief
from archwright.design import catalogue, design
from archwright.design.difference import differences
from archwright.design.what_if import what_if as change
from archwright.model.blueprint import Blueprint
from archwright.model.decision import Decision
from archwright.model.physical import Route, Table
from archwright.model.system import System
from archwright.report.design_answer import Open, answer, grouped, kind, opens, summary
from archwright.report.findings.document import counted
from archwright.review.choice import near

PAGE = 20
"""The most decisions of a page."""
_FEW = 10
_LISTED = 60
"""Tables or routes that an answer lists."""
_OPEN = 20


class Number(Output):
    """A number a decision rests on."""

    name: str
    value: str
    source: str = Field(description="given (with its place in the brief), measured, derived or default")


class DecisionOut(Output):
    """One decision with its reasons."""

    id: str
    choice: str
    before: str | None = Field(description="with what_if: the choice without the change")
    because: str
    formula: str
    threshold: str
    numbers: list[Number]
    alternatives: list[str] = Field(description="what was not chosen: why")
    flips: list[str] = Field(description="where the choice turns")
    unknown: list[str] = Field(description="numbers not given, for which a default stood in")
    source: str = Field(description="where the formula or rule comes from")


class DesignOut(Output):
    """One page of a design."""

    answer: str
    summary: list[str] = Field(description="what decides most; as tables and routes, on the first page of the whole")
    open: list[str] = Field(description="to ask the author")
    total: int
    decisions: list[DecisionOut]
    next: int | None = Field(description="offset of the next page; null: this is the last")
    tables: list[str]
    routes: list[str]


Brief = Annotated[str, Field(description="path of the brief (YAML); explain('brief') tells how to write one")]
WhatIf = Annotated[
    list[str], Field(description="changes as browse.rate=10x or Order.count=50M: gives only the decisions they turn")
]
Kinds = Annotated[list[str], Field(description="only decisions of these kinds, as index or cache; []: all")]
Offset = Annotated[int, Field(ge=0)]
Limit = Annotated[int, Field(ge=1, le=PAGE)]


def system_of(root: Root, brief: str) -> System:
    """The model of a brief below the root. Raises AgentError where there is no such file, BriefError for its mistakes."""
    path = root.file(brief)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AgentError(f"{brief} can't be read: {error.strerror}") from error
    return parse_brief(data, root.shown(path))


class Designs:
    """Designs from briefs below a root."""

    def __init__(self, root: Root) -> None:
        self._root = root

    def page(
        self,
        brief: Brief,
        what_if: WhatIf = [],  # noqa: B006 - the schema shows the value; nothing changes it
        kinds: Kinds = [],  # noqa: B006
        offset: Offset = 0,
        limit: Limit = _FEW,
    ) -> DesignOut:
        """Decide a backend from a brief: tables, indexes, routes, transactions, caches, capacity; each with its numbers.

        Writes nothing: build does. A wrong brief is an error with the place of every mistake.
        """
        system = system_of(self._root, brief)
        blueprint = design(system)
        _refuse_unknown(kinds, blueprint)
        found = [_made(decision) for _, decisions in grouped(blueprint) for decision in decisions]
        if what_if:
            changed = design(reduce(change, what_if, system))
            found = [_turned(before, after) for before, after in differences(blueprint, changed)]
            blueprint = changed
        found = [decision for decision in found if not kinds or _kind(decision) in kinds]
        end = offset + limit
        first = not (offset or what_if or kinds)
        return DesignOut(
            answer=f"{blueprint.system.name}: {answer(blueprint)}",
            summary=_summary(blueprint) if first else [],
            open=some([_open(each) for each in opens(blueprint)], _OPEN),
            total=len(found),
            decisions=found[offset:end],
            next=end if end < len(found) else None,
            tables=some([_table(table) for table in blueprint.physical.tables], _LISTED) if first else [],
            routes=some([_route(route) for route in blueprint.physical.routes], _LISTED) if first else [],
        )


def _refuse_unknown(kinds: list[str], blueprint: Blueprint) -> None:
    named = {name for name, _, _ in catalogue()}
    known = sorted(named | {kind(decision) for decision in blueprint.decisions})
    for name in kinds:
        if name not in known:
            raise AgentError(f"there is no kind of decision {name!r}", near(name, known))


def _kind(decision: DecisionOut) -> str:
    return decision.id.partition("/")[0]


def _made(decision: Decision, before: str | None = None) -> DecisionOut:
    return DecisionOut(
        id=decision.id,
        choice=decision.choice,
        before=before,
        because=decision.because,
        formula=decision.formula,
        threshold=decision.threshold,
        numbers=[Number(name=each.name, value=each.value, source=each.source) for each in decision.evidence],
        alternatives=[f"{each.name}: {each.because}" for each in decision.alternatives],
        flips=[f"{each.to} when {each.input} is {each.at}" for each in decision.flips],
        unknown=list(decision.depends_on_unknown),
        source=decision.source,
    )


def _turned(before: Decision | None, after: Decision | None) -> DecisionOut:
    """A decision that a change turns; where one side does not make it, its choice there says so."""
    if after is not None:
        return _made(after, "(not made)" if before is None else before.choice)
    assert before is not None
    return _made(before, before.choice).model_copy(update={"choice": "(not needed)"})


def _open(question: Open) -> str:
    return f"{question.what} ({counted(len(question.decisions), 'decision')})"


def _summary(blueprint: Blueprint) -> list[str]:
    lines = [
        f"{line.label}: {line.choice}" + (f" ({line.reason})" if line.reason else "")
        for line in summary(blueprint)
        if line.label != "open"  # the answer has a list of them
    ]
    return [f"{len(blueprint.decisions)} decisions", *lines]


def _table(table: Table) -> str:
    """`orders (id, customer_id, status) key id; 2 indexes`."""
    columns = ", ".join(column.name for column in table.columns)
    count = len(table.indexes)
    indexes = f"; {count} index{'es' if count != 1 else ''}" if count else ""
    return f"{table.name} ({columns}) key {', '.join(table.key)}{indexes}"


def _route(route: Route) -> str:
    """`GET /v1/orders: my_orders, for shopper`."""
    roles = ", ".join(dict.fromkeys(grant.role for grant in route.grants)) or "nobody"
    return f"{route.method} {route.path}: {route.operation}, for {roles}"
