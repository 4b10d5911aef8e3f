"""The tool `explain`: how to write a brief, a rule whole, a family, a kind of decision, or the list of all."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from archwright.agent.brief_words import brief_words
from archwright.agent.error import AgentError
from archwright.agent.output import Output
from archwright.design import catalogue
from archwright.review.catalogue import page
from archwright.review.choice import choose, near
from archwright.review.rule import documentation

BRIEF = "brief"
Name = Annotated[
    str,
    Field(
        description="brief: how to write one, with every word; a rule (query/n-plus-one), a family (query), a kind of "
        "decision (index); empty: list all"
    ),
]


class ExplainOut(Output):
    """A text in Markdown, or a list of names."""

    name: str
    what: Literal["manual", "rule", "decision", "list"]
    text: str


def explain(name: Name = "") -> ExplainOut:
    """How to write a brief; what a rule finds, why it is bad, what to do instead, examples; how a decision is made."""
    if name == BRIEF:
        return ExplainOut(name=name, what="manual", text=brief_words())
    rules = {rule.name: rule for rule in choose()}
    decisions = {kind: (title, text) for kind, title, text in catalogue()}
    kind = name.partition("/")[0]
    if name in rules:
        return ExplainOut(name=name, what="rule", text=page(rules[name]))
    listed = [rule for rule in rules.values() if name in ("", rule.family)]
    if listed:
        lines = [] if name else [f"{BRIEF} (manual): how to write one"]
        lines += [f"{rule.name}: {documentation(rule).summary}" for rule in listed]
        lines += [f"{kind} (decision): {title}" for kind, (title, _) in decisions.items() if not name]
        return ExplainOut(name=name, what="list", text="\n".join(lines))
    if kind in decisions:
        title, text = decisions[kind]
        return ExplainOut(name=kind, what="decision", text=f"# {kind}: {title}\n\n{text}\n")
    raise AgentError(f"there is no rule, family or decision {name!r}", near(name, [BRIEF, *rules, *decisions]))
