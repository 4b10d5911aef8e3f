"""The fast front end: the parser of the Python that runs archwright."""

from __future__ import annotations

import ast
import warnings


class Refused(Exception):
    """The host's parser does not accept the text; `depth`: only because it nests too deeply for it."""

    def __init__(self, line: int, message: str, *, depth: bool = False) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message
        self.depth = depth


def parse(text: str) -> ast.Module:
    """The tree of a module; columns count the bytes of UTF-8. Raises Refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Refused(error.lineno or 1, error.msg) from None
    except (RecursionError, MemoryError):
        raise Refused(1, "nested too deeply", depth=True) from None
    except (ValueError, OverflowError) as error:
        raise Refused(1, str(error)) from None
