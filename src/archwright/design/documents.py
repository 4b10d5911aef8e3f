"""A design as files: for people, for programs, and for a database."""

from __future__ import annotations

from archwright.model.blueprint import Blueprint
from archwright.model.serial import to_json
from archwright.report.design_markdown import render_design
from archwright.sql.ddl import schema_ddl

MARKDOWN, BLUEPRINT, SCHEMA = "DESIGN.md", "blueprint.json", "schema.sql"


def documents(blueprint: Blueprint) -> tuple[tuple[str, str], ...]:
    """The name and the text of each file; the one to read first comes first."""
    return (
        (MARKDOWN, render_design(blueprint)),
        (BLUEPRINT, to_json(blueprint)),
        (SCHEMA, schema_ddl(blueprint.physical.tables)),
    )
