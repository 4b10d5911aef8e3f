"""Nodes as the YAML 1.2 core schema sees them: what an editor validates against the JSON Schema."""

from __future__ import annotations

import re
from typing import Any

from archwright.brief.load import load
from archwright.brief.nodes import Items, Node, Pairs
from archwright.model.problems import Notes

_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def json_value(node: Node) -> Any:
    """The node as JSON holds it."""
    if isinstance(node, Pairs):
        return {key.text: json_value(value) for key, value in node.pairs}
    if isinstance(node, Items):
        return [json_value(item) for item in node.items]
    if not node.plain:
        return node.text
    if node.text in _WORDS:
        return _WORDS[node.text]
    if re.fullmatch(r"[-+]?\d+", node.text, re.ASCII):
        return int(node.text)
    if re.fullmatch(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?", node.text, re.ASCII):
        return float(node.text)
    return node.text


def example(text: str) -> Any:
    """An example of the vocabulary, written as YAML, as JSON."""
    notes = Notes("example")
    node = load(text, "example", notes)
    assert node is not None, notes.problems
    return json_value(node)
