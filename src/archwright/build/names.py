"""Names of the brief as names of Python: legal, and apart from each other and from what stands around them."""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from collections.abc import Iterable

_TAKEN_PACKAGES = frozenset(sys.stdlib_module_names) | {
    "alembic",
    "asyncpg",
    "fastapi",
    "httpx",
    "jwt",
    "migrations",
    "msgspec",
    "prometheus_client",
    "pydantic",
    "pydantic_settings",
    "pytest",
    "sqlalchemy",
    "starlette",
    "test",
    "tests",
    "uvicorn",
}
"""Names that would shadow what the project imports."""

BODY_RESERVED = frozenset(
    {
        "construct",
        "copy",
        "dict",
        "from_orm",
        "json",
        "parse_file",
        "parse_obj",
        "parse_raw",
        "schema",
        "schema_json",
        "update_forward_refs",
        "validate",
    }
)
"""Attributes of a pydantic model that a field would shadow; everything with `model_` is taken as well."""


def words(name: str) -> list[str]:
    """The words of a name in any case style: `OrderLine`, `order-line` and `order_line` have two, `HTTPLog` two."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return re.findall(r"[A-Za-z0-9]+", spaced)


def snake(name: str) -> str:
    """`order_line`; always an identifier and no keyword."""
    joined = "_".join(word.lower() for word in words(name)) or "unnamed"
    if joined[0].isdigit():
        joined = f"n{joined}"
    return f"{joined}_" if keyword.iskeyword(joined) or keyword.issoftkeyword(joined) else joined


def camel(name: str) -> str:
    """`OrderLine`."""
    joined = "".join(word[0].upper() + word[1:] for word in words(name)) or "Unnamed"
    return f"N{joined}" if joined[0].isdigit() else joined


def package_name(system: str) -> str:
    """The name of the project's package, apart from the standard library's and its dependencies'."""
    name = snake(system).rstrip("_")
    return f"{name}_api" if name in _TAKEN_PACKAGES or keyword.iskeyword(name) or keyword.issoftkeyword(name) else name


def variable(name: str, taken: Iterable[str] = ()) -> str:
    """A variable or argument for a column or parameter, apart from `taken`; `id` and `type` stay what they are."""
    candidate = snake(name)
    hides = {*taken, *(n for n in dir(builtins) if n not in {"id", "type", "filter", "hash", "format"})}
    while candidate in hides:
        candidate += "_"
    return candidate


def attribute(name: str) -> str:
    """A field of a pydantic model; where it differs from `name`, the model needs an alias."""
    legal = name.isidentifier() and name.isascii() and not name.startswith("_")
    if legal and not keyword.iskeyword(name) and name not in BODY_RESERVED and not name.startswith("model_"):
        return name
    candidate = snake(name)
    return candidate if candidate not in BODY_RESERVED and not candidate.startswith("model_") else f"{candidate}_"


def distinct(names: Iterable[str]) -> dict[str, str]:
    """Each name's snake form, apart from Python's own names, numbered where two would be the same; in the order given."""
    result: dict[str, str] = {}
    for name in names:
        plain = f"{snake(name)}_" if hasattr(builtins, snake(name)) else snake(name)
        candidate, number = plain, 2
        while candidate in result.values():
            candidate = f"{plain.rstrip('_')}_{number}"
            number += 1
        result[name] = candidate
    return result
