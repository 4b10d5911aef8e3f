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


def _executed(site: CallSite) -> Val | None:
    """`exec(text)`; `exec(text, module.__dict__)` makes a module of it."""
    names = site.argument(1, "globals")
    type_ = names.type if names is not None else None
    module = type_ is not None and type_[0] == "member" and type_[2] == "__dict__"
    interpret(site, Language.PYTHON, site.argument(0, "source"), api="exec, as a module," if module else "exec")
    return None


CALLS: Final[dict[str, Handler]] = {
    "builtins.compile": _compiled,
    "builtins.exec": _executed,
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
