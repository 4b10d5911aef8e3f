"""`archwright mcp`: review, explain, design and build as tools for a coding agent, over standard input and output."""

import argparse
from pathlib import Path


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "mcp",
        help="the same as tools for a coding agent (needs the extra: archwright[mcp])",
        description="Serve the Model Context Protocol over standard input and output. A coding agent starts this; "
        "`archwright init --agent claude` writes what it needs to know.",
    )
    parser.add_argument(
        "--root", default=".", metavar="DIR", help="the project; tools see nothing outside of it (default: .)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until the host closes the connection."""
    from archwright.agent.server import serve

    serve(Path(arguments.root))
    return 0
