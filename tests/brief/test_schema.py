"""Schema, reader and manual come from one vocabulary: what one knows, all know."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from archwright.brief import parse_brief
from archwright.brief.core import json_value
from archwright.brief.fields import FIELD_TABLE, SHORT_WORDS, TYPES
from archwright.brief.kinds import Kind, Named, Scope
from archwright.brief.load import load
from archwright.brief.schema import brief_schema, brief_schema_text
from archwright.brief.starter import starter, system_name
from archwright.brief.table import Entry, Table
from archwright.brief.vocabulary import BRIEF, TYPE_MEANINGS
from archwright.model.problems import Notes

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
SCHEMA = brief_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def tables() -> list[Table]:
    """Every table that the brief leads to."""
    found: dict[int, Table] = {}

    def walk(kind: Kind[Any]) -> None:
        if isinstance(kind, Table):
            if id(kind) in found:
                return
            found[id(kind)] = kind
            for entry in kind.entries:
                walk(entry.kind)
        for inner in vars(kind).values():
            if isinstance(inner, Kind):
                walk(inner)
        rule = getattr(type(kind), "rule", None)
        if isinstance(rule, Kind):
            walk(rule)

    walk(BRIEF)
    return list(found.values())


ENTRIES = [(table, entry) for table in tables() for entry in table.entries]


def value(text: str) -> Any:
    node = load(text, "b.yaml", Notes("b.yaml"))
    assert node is not None
    return json_value(node)


def errors(instance: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(instance)]


def test_it_is_a_schema_and_the_committed_one_is_fresh() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    committed = (ROOT / "docs" / "brief.schema.json").read_text(encoding="utf-8")
    assert committed == brief_schema_text(), "run python scripts/brief_docs.py"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_read_validate_and_name_the_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert parse_brief(text, path.name).operations
    assert errors(value(text)) == []
    first = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert first is not None
    assert (path.parent / first[1]).resolve() == ROOT / "docs" / "brief.schema.json"


def test_the_starter_is_read_and_validates() -> None:
    for name in ("My Shop 2", "42", "ünïcode", "x" * 99, ""):
        text = starter(name, "brief.schema.json")
        assert parse_brief(text).name == system_name(name)
        assert errors(value(text)) == []


def test_schema_and_reader_know_the_same_words() -> None:
    definitions = {**SCHEMA["$defs"], "": SCHEMA}
    for table in tables():
        if table.name in definitions:
            assert list(definitions[table.name]["properties"]) == list(table.words), table.name
            required = [entry.name for entry in table.entries if entry.required]
            assert definitions[table.name].get("required", []) == required
    named = {table.name for table in tables()}
    assert {"", "goals", "entity", "field_long", "operation", "role_long", "peer", "channel", "policy_long"} <= named
    assert named - {"fields"} <= set(definitions)


def test_a_word_that_the_reader_does_not_know_is_refused_by_the_schema() -> None:
    good = value((ROOT / "examples" / "shop.yaml").read_text(encoding="utf-8"))
    for spot in ((), ("goals",), ("operations", "show"), ("roles", "staff"), ("peers", "payment-provider")):
        broken = json.loads(json.dumps(good))
        at = broken
        for key in spot:
            at = at[key]
        at["wrongword"] = 1
        assert errors(broken), spot


@pytest.mark.parametrize(("table", "entry"), ENTRIES, ids=[f"{table.name}.{entry.name}" for table, entry in ENTRIES])
def test_the_example_of_each_word_is_read_and_validates(table: Table, entry: Entry) -> None:
    assert entry.about.endswith((".", "...")), "a whole sentence"
    assert entry.example
    notes = Notes("b.yaml")
    node = load(f"[{entry.example}]" if isinstance(entry.kind, Named) else entry.example, "b.yaml", notes)
    assert node is not None
    inner = getattr(node, "items", (node,))[0] if isinstance(entry.kind, Named) else node
    entry.kind.read(inner, Scope(entry.name, notes, []))
    assert not notes.problems
    schema = {"$defs": SCHEMA["$defs"], **_property(table, entry)}
    jsonschema.Draft202012Validator(schema).validate(value(entry.example))


def _property(table: Table, entry: Entry) -> dict[str, Any]:
    whole = SCHEMA["$defs"].get(table.name, SCHEMA)
    found: dict[str, Any] = whole["properties"][entry.name]
    assert found["description"].startswith(entry.about)
    return found


SHORT_FIELDS = (
    "text", "money >=0", "money >= 0 <=10.5", "int >5 default 7", "-> Order", "->Order optional", "-> many Order reverse others",
    "-> Order optional on_delete clear", "open|paid", "open | paid default paid", "text max 20 unique pii secret search",
    "text default 'two words'", 'text default "x"', "bool default true", "timestamp default now", "money copied",
    "text copied from order.note", "float below 1 above 0", "decimal min 0 max 9",
)  # fmt: skip
WRONG_FIELDS = (
    "mony",
    "open|",
    "|open",
    "-> order",
    "->",
    "money >=",
    "money >= x",
    "text uniqe",
    "text max",
    "unique",
    "text default a b",
)


@pytest.mark.parametrize("text", SHORT_FIELDS)
def test_short_fields_that_reader_and_schema_take(text: str) -> None:
    brief = f"system: a\nentities:\n  Order: {{note: text}}\n  A: {{order: -> Order, f: {json.dumps(text)}}}\n"
    assert parse_brief(brief).entities[1].field("f") is not None
    assert errors(value(brief)) == []


@pytest.mark.parametrize("text", WRONG_FIELDS)
def test_short_fields_that_reader_and_schema_refuse(text: str) -> None:
    brief = f"system: a\nentities:\n  Order: {{note: text}}\n  A: {{f: {json.dumps(text)}}}\n"
    with pytest.raises(ValueError, match="1 mistake"):
        parse_brief(brief)
    assert errors(value(brief))


def test_every_word_stands_in_the_manual() -> None:
    page = (ROOT / "docs" / "brief.md").read_text(encoding="utf-8")
    for table in tables():
        for word in table.words:
            assert f"`{word}`" in page or f"`{word}:" in page, f"{table.name}.{word}"
    for word in (
        *TYPES,
        *SHORT_WORDS,
        "always",
        "caller.clinic",
        "anyone",
        "authenticated",
        "unknown",
        "peak",
        "zipf",
        "even",
    ):
        assert word in page
    assert set(TYPE_MEANINGS) == set(TYPES)
    assert FIELD_TABLE.words


def test_the_manual_is_fresh_and_its_briefs_are_read() -> None:
    spec = importlib.util.spec_from_file_location("brief_docs", ROOT / "scripts" / "brief_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (ROOT / "docs" / "brief.md").read_text(encoding="utf-8")
    assert module.refreshed(page) == page, "run python scripts/brief_docs.py"
    first = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert first is not None
    assert parse_brief(first[1]).operation("my_orders") is not None
    assert len(re.findall(r"^  shop\.yaml:", page, re.MULTILINE)) >= 12
