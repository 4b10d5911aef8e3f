"""`archwright schema [brief|blueprint|config]`: the JSON Schema of what people and programs write and read."""

import argparse
import json
import sys

_WHAT = ("brief", "blueprint", "config")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "schema",
        help="the JSON Schema of the brief, of the blueprint or of the configuration",
        description="Print a JSON Schema (2020-12): of the brief, for completion and checks in an editor "
        "(# yaml-language-server: $schema=FILE), of blueprint.json, for programs that read it, or of archwright.toml.",
    )
    parser.add_argument("what", nargs="?", choices=_WHAT, default="brief", help="which one (default: brief)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the schema."""
    if arguments.what == "blueprint":
        from archwright.model.blueprint import Blueprint
        from archwright.model.serial import json_schema

        dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
        text = json.dumps({**dialect, **json_schema(Blueprint)}, indent=2, ensure_ascii=False) + "\n"
    elif arguments.what == "config":
        from archwright.review.configuration.schema import config_schema_text
        from archwright.review.registry import all_rules

        text = config_schema_text(rule.name for rule in all_rules())
    else:
        from archwright.brief.schema import brief_schema_text

        text = brief_schema_text()
    sys.stdout.write(text)
    return 0
