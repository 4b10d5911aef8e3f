"""`secrets/debug`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.development import of_development
from archwright.model.effect import Configure, Setting
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.report.lines import lines_of
from archwright.review.beside import in_migrations, in_tests, in_tools, of_production
from archwright.review.excerpt import end_of
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example, steps

_RUNS = re.compile(r"^(?:app|application)\.run\(", re.MULTILINE)
"""A server started at the top level of a file, which a person runs: nothing can import it without being stopped there."""


class Debug(Rule):
    """The debugger or the debug mode of a framework is on in code that serves.

    Found are servers started with `debug=True` where the module is imported, and `DEBUG = True` in the settings of
    production. A start behind `if __name__ == "__main__"`, files that start the server where they are run, and settings that others may
    override, are listed with `--all`.

    Why: Werkzeug's debugger runs any Python that a visitor types; Django's error pages show settings and local variables.

    Instead: read it from the environment, and let it be off where the environment says nothing.

    Fine when: the file never runs but on a developer's machine.

    Fix safety: safe. The debug mode goes; what the service answers stays.
    """

    name = "secrets/debug"
    impact = Impact.CRITICAL
    cwe = "CWE-489"
    security = True
    bad = (
        example(
            "the module starts the server with its debugger",
            framework="flask",
            code="""
                from flask import Flask

                app = Flask(__name__)
                app.run(host="0.0.0.0", debug=True)
            """,
        ),
        example(
            "debug pages in production",
            framework="django",
            files={
                "shop/settings/production.py": "DEBUG = True\n",
                "shop/settings/__init__.py": "",
                "shop/__init__.py": "",
            },
        ),
    )
    good = (
        example(
            "the environment switches it on",
            framework="flask",
            code="""
                import os
                from flask import Flask

                app = Flask(__name__)

                if __name__ == "__main__":
                    app.run(debug=os.environ.get("SHOP_DEBUG") == "1")
            """,
        ),
    )

    def check(self, effect: Configure, program: Program) -> Iterator[Verdict]:
        path = effect.place.path
        on = effect.value.constant is True and effect.name.lower() == "debug"
        if not on or effect.fallback or in_tests(path) or in_migrations(path) or of_development(path):
            return
        if effect.how == "argument":
            tool = in_tools(path) or effect.context.setting is Setting.COMMAND
            started = tool or not effect.unit or _behind_main(program.source(path) or "", effect.place.line)
            sure = Confidence.LOW if started or _near(program, effect) else Confidence.HIGH
        elif effect.how == "name" and effect.name.isupper() and of_production(path):
            sure = Confidence.MEDIUM
        elif effect.how in ("attribute", "item") and effect.holder.partition(".")[0] in ("app", "application"):
            text = program.source(path) or ""
            started = _behind_main(text, effect.place.line) or _RUNS.search(text) is not None
            sure = Confidence.LOW if started else Confidence.MEDIUM
        elif effect.name.isupper():
            sure = Confidence.LOW
        else:
            return
        yield Verdict(
            message=f"The debug mode is on: {_where(effect)}.",
            why="A visitor who makes the service fail reads settings and variables, or runs code in the debugger.",
            fix="Leave it off, and let the environment switch it on.",
            impact=Impact.CRITICAL if effect.how == "argument" else Impact.MEDIUM,
            confidence=sure,
            trace=steps((effect.place, "the debug mode is switched on")),
            remedy=Remedy(kind=RemedyKind.KEYWORD, subject="debug=False") if effect.how == "argument" else None,
        )


def _near(program: Program, effect: Configure) -> bool:
    """True where the call says that the server answers this machine alone."""
    lines = lines_of(program.source(effect.place.path) or "")
    call = lines[effect.place.line - 1 : end_of(lines, effect.place.line, effect.place.column)]
    return any("127.0.0.1" in line or "localhost" in line for line in call)


def _where(effect: Configure) -> str:
    return f"{effect.holder} is given debug=True" if effect.how == "argument" else f"`{effect.name}` is True"


def _behind_main(text: str, line: int) -> bool:
    """True for an indented line: a branch (`if __name__ == "__main__"`) or a function, which a person starts."""
    lines = lines_of(text)
    return line > len(lines) or lines[line - 1][:1].isspace()
