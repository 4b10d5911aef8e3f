"""Node classes of newer Pythons, under one name on every host: the host's own where it has them."""

from __future__ import annotations

import ast
from typing import Any


class _TypeAlias(ast.stmt):
    """`type name = value` (PEP 695)."""

    _fields = ("name", "type_params", "value")


class _TemplateStr(ast.expr):
    """A t-string (PEP 750)."""

    _fields = ("values",)


class _Interpolation(ast.expr):
    """One replacement field of a t-string (PEP 750)."""

    _fields = ("value", "str", "conversion", "format_spec")


TypeAlias: Any = getattr(ast, "TypeAlias", _TypeAlias)
TemplateStr: Any = getattr(ast, "TemplateStr", _TemplateStr)
Interpolation: Any = getattr(ast, "Interpolation", _Interpolation)
