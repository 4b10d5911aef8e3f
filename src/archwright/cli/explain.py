"""`archwright explain NAME`: any rule or decision, whole."""

import argparse
import sys

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
    from archwright.review.choice import UnknownRule, choose
    from archwright.review.rule import RuleError, documentation

    try:
        rules = choose([arguments.name] if arguments.name is not None else [])
    except RuleError as error:
        raise WrongUse(str(error), "mend or uninstall the package that brings this rule") from error
    except UnknownRule as error:
        raise WrongUse(str(error), error.advice) from None
    if arguments.name in {rule.name for rule in rules}:
        sys.stdout.write(page(rules[0]))
    else:
        width = max(len(rule.name) for rule in rules)
        for rule in rules:
            sys.stdout.write(f"{rule.name.ljust(width)}  {documentation(rule).summary}\n")
    return 0
