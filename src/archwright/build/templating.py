"""Templates: text with « » in it.

Marks are « » and «% %», which Python, SQL, YAML, HTML and Docker files do not use, so that a template reads like its
result. Nothing is escaped: what is written is source code, not HTML; every value that becomes a literal comes as a literal
already (`python.string`). An unknown name is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("archwright.build"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - source code is written, see above
        block_start_string="«%",
        block_end_string="%»",
        variable_start_string="«",
        variable_end_string="»",
        comment_start_string="«#",
        comment_end_string="#»",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(template: str, values: Mapping[str, object]) -> str:
    """The template of that path with the values in place, ending in one line end."""
    return _environment().get_template(f"{template}.jinja").render(values).rstrip("\n") + "\n"
