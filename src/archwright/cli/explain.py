"""`archwright explain NAME`: any rule or decision, whole."""

import argparse
import difflib
import sys
from collections.abc import Sequence

from archwright.cli._failure import WrongUse


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser(
        "explain",
        help="a rule or a decision, whole",
        description="Print a rule whole: what it finds, why that is bad, what to do instead, when it is fine, examples.",
    )
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="a rule (query/n-plus-one) or a family (query); none: list all"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the documentation of a rule, or the list of a family's rules, or of all."""
    from archwright.review.catalogue import page
    from archwright.review.registry import all_rules, select
    from archwright.review.rule import RuleError, documentation

    try:
        rules = all_rules()
        if arguments.name is not None:
            rules = select(rules, [arguments.name])
    except RuleError as error:
        raise WrongUse(str(error), "mend or uninstall the package that brings this rule") from error
    except KeyError:
        raise WrongUse(
            f"there is no rule or family {arguments.name!r}", near(arguments.name, [r.name for r in rules])
        ) from None
    if arguments.name in {rule.name for rule in rules}:
        sys.stdout.write(page(rules[0]))
    else:
        width = max(len(rule.name) for rule in rules)
        for rule in rules:
            sys.stdout.write(f"{rule.name.ljust(width)}  {documentation(rule).summary}\n")
    return 0


def near(given: str, names: Sequence[str]) -> str:
    """What the user may have meant: the nearest names, or all of them."""
    known = sorted({*names, *(name.partition("/")[0] for name in names)})
    close = difflib.get_close_matches(given, known, n=2, cutoff=0.5)
    last = [
        name
        for name in names
        if difflib.get_close_matches(given.rpartition("/")[2], [name.rpartition("/")[2]], cutoff=0.6)
    ]
    found = list(dict.fromkeys([*close, *last]))
    return f"did you mean {' or '.join(found[:2])}?" if found else f"there are: {', '.join(known)}"
