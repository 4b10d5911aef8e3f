"""Texts that are run as Python, and modules that are loaded by a name."""

from __future__ import annotations

from typing import Final

from archwright.model.effect import Language
from archwright.source.flow.operators import shape
from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite, Handler
from archwright.source.frameworks.shared.sinks import interpret, interprets


def _compiled(site: CallSite) -> Val:
    """`compile(source, name, mode)` runs nothing yet: what it gives is code made of the source."""
    source = site.argument(0, "source")
    return Val(("object", "types.CodeType"), source.origins if source is not None else (), NO)


def _imported(index: int, name: str, api: str) -> Handler:
    """The module, and with it the code, is the sender's to choose where its name begins with the sender's data."""

    def handler(site: CallSite) -> Val | None:
        text = site.argument(index, name)
        if text is not None and shape(text).startswith("{}"):
            interpret(site, Language.PYTHON, text, api=api)
        return None

    return handler


CALLS: Final[dict[str, Handler]] = {
    "builtins.compile": _compiled,
    "builtins.__import__": _imported(0, "name", "__import__"),
    "importlib.import_module": _imported(0, "name", "import_module"),
    "importlib.__import__": _imported(0, "name", "__import__"),
    "runpy.run_module": _imported(0, "mod_name", "run_module"),
    "werkzeug.utils.import_string": _imported(0, "import_name", "import_string"),
    "django.utils.module_loading.import_string": _imported(0, "dotted_path", "import_string"),
}
"""By dotted name."""
for _dotted, _keyword in (
    ("builtins.eval", "source"),
    ("builtins.exec", "source"),
    ("timeit.timeit", "stmt"),
    ("timeit.repeat", "stmt"),
    ("cProfile.run", "statement"),
    ("profile.run", "statement"),
    ("pandas.eval", "expr"),
    ("numexpr.evaluate", "ex"),
    ("sympy.sympify", "a"),
    ("sympy.parse_expr", "s"),
    ("sympy.parsing.sympy_parser.parse_expr", "s"),
):
    interprets(CALLS, _dotted, Language.PYTHON, 0, _keyword, api=_dotted.removeprefix("builtins."))
