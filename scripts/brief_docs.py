"""Writes docs/brief.schema.json, and the tables and the mistakes in docs/brief.md, from the brief's vocabulary.

Run it after a change of the vocabulary: `python scripts/brief_docs.py`. A test fails until it was run.
"""

import re
from pathlib import Path

from archwright.brief import BriefError, parse_brief, vocabulary
from archwright.brief.entities import ENTITY_TABLE
from archwright.brief.fields import FIELD_TABLE
from archwright.brief.kinds import Kind
from archwright.brief.schema import brief_schema_text
from archwright.brief.table import Built, Table

DOCS = Path(__file__).resolve().parents[1] / "docs"
TABLES = {
    "brief": vocabulary.BRIEF,
    "goals": vocabulary.GOALS,
    "role": vocabulary.ROLE_TABLE,
    "peer": vocabulary.PEER_TABLE,
    "channel": vocabulary.CHANNEL_TABLE,
    "entity": ENTITY_TABLE,
    "field": FIELD_TABLE,
    "operation": vocabulary.OPERATION_TABLE,
    "rule": vocabulary.RULE_TABLE,
}


def words(table: Table) -> str:
    """A table of the words of one mapping."""
    lines = ["| word | meaning | example | left out |", "| --- | --- | --- | --- |"]
    for entry in table.entries:
        cells = (f"`{entry.name}`", entry.about, f"`{entry.example}`" if entry.example else "", entry.default)
        needed = "must stand" if entry.required else cells[3]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in (*cells[:3], needed)) + " |")
    return "\n".join(lines)


def types() -> str:
    """A table of the field types."""
    lines = ["| type | holds |", "| --- | --- |"]
    return "\n".join(lines + [f"| `{type_}` | {meaning} |" for type_, meaning in vocabulary.TYPE_MEANINGS.items()])


def long_forms() -> str:
    """A table of the long forms of values that are usually written short."""
    lines = ["| long form of | words | meaning |", "| --- | --- | --- |"]
    for title, table in sorted(found_long_forms().items()):
        for index, entry in enumerate(table.entries):
            cells = (title if not index else "", f"`{entry.name}: {entry.example}`", entry.about)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def found_long_forms() -> dict[str, Table]:
    """The tables of long forms that hang on the words of other tables, by the name of the value."""
    found: dict[str, Table] = {}

    def walk(kind: Kind[object]) -> None:
        if isinstance(kind, Built) and kind.table not in TABLES.values():
            found[kind.table.name.removesuffix("_long").replace("_", " ")] = kind.table
        for inner in vars(kind).values():
            if isinstance(inner, Kind) and inner is not kind:
                walk(inner)

    for table in TABLES.values():
        for entry in table.entries:
            walk(entry.kind)
    return found


def mistakes(page: str) -> str:
    """What the reader says to the brief with mistakes that stands in the page."""
    given = re.search(r"<!-- wrong -->\n```yaml\n(.*?)```", page, re.DOTALL)
    assert given is not None
    try:
        parse_brief(given[1], "shop.yaml")
    except BriefError as error:
        return f"```text\n{error}\n```"
    raise AssertionError("the brief with mistakes has none")


def refreshed(page: str) -> str:
    """The page with all that is generated written anew."""
    parts = {f"words {name}": words(table) for name, table in TABLES.items()}
    parts |= {"types": types(), "long forms": long_forms(), "mistakes": mistakes(page)}
    for name, text in parts.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        page, count = re.subn(pattern, lambda match, text=text: f"{match[1]}{text}\n{match[2]}", page, flags=re.DOTALL)  # type: ignore[misc]
        assert count == 1, name
    return page


def main() -> None:
    """Write both files."""
    page = DOCS / "brief.md"
    page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    (DOCS / "brief.schema.json").write_text(brief_schema_text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
