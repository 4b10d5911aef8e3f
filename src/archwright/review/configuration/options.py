"""The options of a configuration, declared once for the reader, the JSON Schema and the manual."""

from __future__ import annotations

import enum

from archwright.model.base import Model
from archwright.model.settings import LEVELS, NEVER


class Kind(enum.StrEnum):
    """What may stand as a value; the text is how a message and the manual call it."""

    RULES = "a list of rules or families"
    PATTERNS = "a list of patterns"
    LEVEL = f"one of {', '.join((*LEVELS, NEVER))}"
    FLAG = "true or false"
    FILE = "a file"
    PATHS = "a table of patterns"


class Option(Model, frozen=True, kw_only=True):
    """One key."""

    name: str
    kind: Kind
    about: str
    example: str
    """A value as it would stand in the file."""
    default: str
    """What holds where the key is left out, in words."""


OPTIONS = (
    Option(
        name="select",
        kind=Kind.RULES,
        about="The rules that run, by name (`query/n-plus-one`) or by family (`query`).",
        example='["injection", "query/n-plus-one"]',
        default="all rules",
    ),
    Option(
        name="ignore",
        kind=Kind.RULES,
        about="Rules and families that don't run.",
        example='["error/swallowed"]',
        default="none",
    ),
    Option(
        name="exclude",
        kind=Kind.PATTERNS,
        about="Paths that are not read at all, written as in .gitignore, from the directory of the configuration. "
        "They hold for paths named on the command line too.",
        example='["legacy/", "**/generated_*.py"]',
        default="nothing beside what .gitignore names, vendored and generated code",
    ),
    Option(
        name="fail-on",
        kind=Kind.LEVEL,
        about="The exit code is 1 on a finding of this impact or graver.",
        example='"medium"',
        default="high",
    ),
    Option(
        name="all",
        kind=Kind.FLAG,
        about="Show findings that are less sure, too: of low confidence, or by rules that are not in the default set.",
        example="true",
        default="false",
    ),
    Option(
        name="baseline",
        kind=Kind.FILE,
        about="The file of known findings, which are not shown; written by `archwright review --write-baseline`.",
        example='"archwright-baseline.json"',
        default="no baseline",
    ),
    Option(
        name="per-path",
        kind=Kind.PATHS,
        about="What holds for some paths: a pattern, written as in .gitignore, and its own `select`, `ignore` or `fail-on`.",
        example='{ "scripts/" = { fail-on = "never" } }',
        default="the same holds everywhere",
    ),
)

PER_PATH = (
    Option(
        name="select",
        kind=Kind.RULES,
        about="The rules that run on these paths, whatever `select` and `ignore` say for all.",
        example='["injection"]',
        default="those that run everywhere",
    ),
    Option(
        name="ignore",
        kind=Kind.RULES,
        about="Rules that don't run on these paths, beside those ignored for all.",
        example='["query"]',
        default="none more",
    ),
    Option(
        name="fail-on",
        kind=Kind.LEVEL,
        about="The impact from which a finding on these paths makes the exit code 1.",
        example='"never"',
        default="the `fail-on` for all",
    ),
)
