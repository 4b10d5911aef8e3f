"""`archwright explain NAME`: any rule or decision, whole."""

import argparse
import difflib
import inspect
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
        "name",
        nargs="?",
        metavar="NAME",
        help="a rule (query/n-plus-one), a family (query) or a decision (index); none: list all",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the documentation of a rule or of a kind of decision, the list of a family's rules, or of all."""
    from archwright.design import catalogue
    from archwright.review.catalogue import page
    from archwright.review.choice import UnknownRule, choose
    from archwright.review.rule import RuleError, documentation

    decisions = {kind: (title, inspect.cleandoc(text)) for kind, title, text in catalogue()}
    kind = (arguments.name or "").partition("/")[0]  # index/orders/customer_id: a decision of DESIGN.md
    try:
        rules = choose([arguments.name] if arguments.name is not None else [])
    except RuleError as error:
        raise WrongUse(str(error), "mend or uninstall the package that brings this rule") from error
    except UnknownRule as error:
        if kind not in decisions:
            near = difflib.get_close_matches(kind, decisions, n=1)
            advice = f"did you mean the decision {near[0]}?" if near else f"{error.advice}; or a kind of decision"
            raise WrongUse(str(error).replace("rule or family", "rule, family or decision"), advice) from None
        title, text = decisions[kind]
        sys.stdout.write(f"{kind}: {title}\n\n{text}\n")
        return 0
    if arguments.name in {rule.name for rule in rules}:
        sys.stdout.write(page(rules[0]))
        return 0
    listed = [(rule.name, documentation(rule).summary) for rule in rules]
    if arguments.name is None:
        listed += [(kind, f"{title} (decision)") for kind, (title, _) in decisions.items()]
    width = max(len(name) for name, _ in listed)
    for name, said in listed:
        sys.stdout.write(f"{name.ljust(width)}  {said}\n")
    return 0
