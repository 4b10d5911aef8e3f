"""pandas: tables in memory, whose conditions and formulas are texts that reach every name of Python (`@pd.io.common.os`)."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.model.effect import Language
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.sinks import interpret

_FRAME: Final = "pandas.DataFrame"
_READERS: Final = (
    "read_csv", "read_table", "read_excel", "read_json", "read_parquet", "read_feather", "read_hdf", "read_orc", "concat", "merge",
    "json_normalize",
)  # fmt: skip
_SAME: Final = (
    "copy", "head", "tail", "sample", "dropna", "fillna", "drop", "drop_duplicates", "rename", "reset_index", "set_index", "sort_values",
    "sort_index", "astype", "merge", "join", "assign", "replace",
)  # fmt: skip
"""Methods that give a table again."""


class Frames(Framework):
    """Tables of pandas."""

    name = "frames"
    packages = ("pandas",)
    aliases: ClassVar[dict[str, str]] = {"pandas.core.frame.DataFrame": _FRAME}
    returns: ClassVar[dict[str, str]] = {
        **{f"pandas.{name}": _FRAME for name in _READERS},
        **{f"{_FRAME}.{name}": _FRAME for name in _SAME},
    }

    def __init__(self) -> None:
        super().__init__()
        for name in ("query", "eval"):
            self.calls[f"{_FRAME}.{name}"] = _evaluated


def _evaluated(site: CallSite) -> Val | None:
    """`table.query("price > 3")`."""
    name = site.name.rpartition(".")[2]
    interpret(site, Language.PYTHON, site.argument(0, "expr"), api=f"DataFrame.{name}")
    return Val(("object", _FRAME)) if name == "query" else None
