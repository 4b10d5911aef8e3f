"""The argument parser: commands found by their files, wrong use told in one line with the nearest right word."""

import argparse
import difflib
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from archwright import __version__, cli

#: The order in which a newcomer meets them; commands not listed follow in alphabetical order.
_ORDER = ("init", "design", "build", "up", "review", "survey", "tune", "prove", "explain", "schema", "mcp", "ask")


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line that ends with how to mend it, and that guesses no options."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        """Tell the mistake and leave with exit code 2."""
        self.exit(2, f"{self.prog}: {message}    see {self.prog} --help\n")


def command_names() -> list[str]:
    """The names of all commands, in the order of the help text."""
    names = [module.name for module in pkgutil.iter_modules(cli.__path__) if not module.name.startswith("_")]
    names.remove("main")
    return sorted(names, key=lambda name: (_ORDER.index(name) if name in _ORDER else 99, name))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; raises SystemExit for --help, --version and wrong use."""
    names = command_names()
    asked = next((each for each in arguments if not each.startswith("-")), None)
    if asked is not None and asked not in names:
        near = difflib.get_close_matches(asked, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"
        sys.stderr.write(f"archwright: no command {asked!r}    {hint}\n")
        raise SystemExit(2)
    parser = Parser(
        prog="archwright",
        description="A backend architect that proves its advice: designs, builds and reviews backends.",
        epilog="archwright COMMAND --help tells more. Exit codes: 0 done or clean, 1 findings or a goal missed, "
        "2 wrong use or bad input, 3 an internal fault.",
    )
    parser.add_argument("--version", action="version", version=f"archwright {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", parser_class=Parser)
    for name in [asked] if asked else names:
        importlib.import_module(f"archwright.cli.{name}").register(commands)
    parsed, unknown = parser.parse_known_args(arguments)
    if unknown:
        commands.choices.get(parsed.command, parser).error(f"unknown: {' '.join(unknown)}")
    if parsed.command is None:
        parser.print_help()
        raise SystemExit(2)
    return parsed
