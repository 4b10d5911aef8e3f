"""The rules' documentation: for `explain`, for the formats that carry it, and as pages in docs/rules/.

`python -m archwright.review.catalogue DIR` writes the pages; a test proves that those in docs/rules are fresh.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from archwright.report.findings.document import RuleDoc
from archwright.review.registry import all_rules
from archwright.review.rule import Documentation, Example, Rule, documentation

_GENERATED = "<!-- Generated from the rule's own file by `python -m archwright.review.catalogue docs/rules`. -->"


def rule_docs(rules: Iterable[Rule]) -> tuple[RuleDoc, ...]:
    """What the formats need of the rules."""
    return tuple(_doc(rule) for rule in rules)


def page(rule: Rule) -> str:
    """A rule whole, as Markdown: what, why, instead, when it is fine, how safe a fix is, examples."""
    return "\n".join(_page(rule, documentation(rule))) + "\n"


def pages(rules: Iterable[Rule]) -> dict[str, str]:
    """Every page by its path below docs/rules, and the index."""
    rules = tuple(rules)
    index = [_GENERATED, "", "# Rules", "", "| rule | finds | impact | |", "| --- | --- | --- | --- |"]
    for rule in rules:
        cwe = f"[{rule.cwe}]({_cwe_uri(rule.cwe)})" if rule.cwe else ""
        index.append(f"| [{rule.name}]({rule.name}.md) | {documentation(rule).summary} | {_impact(rule)} | {cwe} |")
    return {
        "README.md": "\n".join(index) + "\n",
        **{f"{rule.name}.md": f"{_GENERATED}\n\n{page(rule)}" for rule in rules},
    }


def main(arguments: list[str]) -> int:
    """Write the pages below the directory given."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m archwright.review.catalogue DIR\n")
        return 2
    for path, text in pages(all_rules()).items():
        target = Path(arguments[0], path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return 0


def _doc(rule: Rule) -> RuleDoc:
    text = documentation(rule)
    sections = (text.what, f"**Why:** {text.why}", f"**Instead:** {text.instead}", f"**Fine when:** {text.fine_when}")
    return RuleDoc(
        name=rule.name,
        impact=rule.impact,
        summary=text.summary,
        description=" ".join(f"{text.summary} {text.what}".split()),
        help="\n\n".join(section for section in sections if section),
        cwe=rule.cwe,
        security=rule.security,
    )


def _page(rule: Rule, text: Documentation) -> Iterator[str]:
    yield f"# {rule.name}"
    yield ""
    facts = [f"Impact: {_impact(rule)}"]
    if rule.cwe:
        facts.append(f"[{rule.cwe}]({_cwe_uri(rule.cwe)})")
    yield " · ".join(facts)
    yield ""
    yield text.summary
    if text.what:
        yield ""
        yield text.what
    if rule.doubted:
        yield ""
        yield "Not in the default set: too little of what it told on public projects was right so far. `--all` adds it."
    for heading, body in (
        ("Why", text.why),
        ("Instead", text.instead),
        ("Fine when", text.fine_when),
        ("Fix safety", text.fix_safety),
    ):
        yield ""
        yield f"## {heading}"
        yield ""
        yield body[:1].upper() + body[1:]
    if rule.twins:
        yield ""
        yield "## Left to ruff"
        yield ""
        yield "Where the project's ruff configuration selects one of these, ruff tells of the place, and archwright does not:"
        yield ""
        for code, what in sorted(rule.twins.items()):
            yield f"- `{code}`: {what}"
    yield from _examples("Found", rule.bad)
    yield from _examples("Not found", rule.good)


def _examples(heading: str, examples: Iterable[Example]) -> Iterator[str]:
    yield ""
    yield f"## {heading}"
    for example in examples:
        yield ""
        yield f"### {example.title[:1].upper()}{example.title[1:]} ({example.framework})"
        for path, code in example.files.items():
            if not code.strip():
                continue
            yield ""
            if len(example.files) > 1:
                yield f"`{path}`"
                yield ""
            yield "```python"
            yield code.rstrip("\n")
            yield "```"


def _impact(rule: Rule) -> str:
    return f"up to {rule.impact}"


def _cwe_uri(cwe: str) -> str:
    return f"https://cwe.mitre.org/data/definitions/{cwe.rpartition('-')[2]}.html"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
