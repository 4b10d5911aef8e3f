"""Migrations: the first one creates everything; each later one changes what a new blueprint changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archwright.build.error import BuildError
from archwright.build.python import block, string
from archwright.model.physical import Table
from archwright.sql.change import Step, change

FOLDER = "migrations/versions"
LONGEST_NAME = 40
"""Characters of a migration's name, beside its number."""


@dataclass(frozen=True)
class Migration:
    """A new migration, the schema it leads to, and what it leaves alone."""

    path: str
    text: str
    tables: tuple[Table, ...]
    held: tuple[str, ...]


def migrate(old: tuple[Table, ...], new: tuple[Table, ...], existing: Mapping[str, str]) -> Migration | None:
    """The migration from `old` to `new`; None where there is nothing to do.

    `existing` are the migrations on disk, path to text, the user's own too: the new one follows the last of them.
    Raises BuildError for a change that needs a person, and where the existing ones have several ends.
    """
    found = change(old, new)
    if found.refused:
        raise BuildError(*(f"the schema can't be changed by itself: {reason}" for reason in found.refused))
    if not found.steps:
        return Migration("", "", tuple(found.tables), tuple(found.held)) if found.held or old != new else None
    number, last = _end(existing)
    name = "initial" if not old and last is None else _slug(found.names)
    revision = f"{number:04d}"
    about = "Create the schema." if name == "initial" else f"{'; '.join(found.names).capitalize()}."
    text = _module(about, revision, last, found.steps)
    return Migration(f"{FOLDER}/{revision}_{name}.py", text, tuple(found.tables), tuple(found.held))


def _end(existing: Mapping[str, str]) -> tuple[int, str | None]:
    """The number of the next migration, and the revision it follows."""
    revisions: dict[str, str | None] = {}
    numbers = [0]
    for path, text in existing.items():
        own = re.search(r"^revision(?:\s*:[^=]+)?\s*=\s*[\"']([^\"']+)[\"']", text, re.MULTILINE)
        before = re.search(r"^down_revision(?:\s*:[^=]+)?\s*=\s*[\"']([^\"']+)[\"']", text, re.MULTILINE)
        if own:
            revisions[own[1]] = before[1] if before else None
        digits = re.match(r"\d+", path.rpartition("/")[2])
        if digits and len(digits[0]) <= 6:
            numbers.append(int(digits[0]))
    ends = sorted(set(revisions) - {before for before in revisions.values() if before})
    if len(ends) > 1:
        raise BuildError(f"the migrations have several ends ({', '.join(ends)}); join them with `alembic merge heads`")
    return max(numbers) + 1, ends[0] if ends else None


def _slug(names: Iterable[str]) -> str:
    joined = "_".join(re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in names)
    return joined if len(joined) <= LONGEST_NAME else joined[:LONGEST_NAME].rpartition("_")[0]


def _module(about: str, revision: str, last: str | None, steps: list[Step]) -> str:
    plain = " ".join(about.replace("\\", "/").replace('"', "'").split())
    summary = plain if len(plain) <= 112 else f"{plain[:100].rpartition(' ')[0]} ..."
    lines = [
        f'"""{summary}"""',
        "",
        "from __future__ import annotations",
        "",
        "from alembic import op",
        "",
        f"revision = {string(revision)}",
        f"down_revision = {string(last) if last else None}",
        "branch_labels = None",
        "depends_on = None",
        "",
        "",
        "def upgrade() -> None:",
        '    """Apply the change."""',
        *_execute([(step.sql, step.alone) for step in steps]),
        "",
        "",
        "def downgrade() -> None:",
        '    """Undo the change."""',
        *_execute([(step.undo, step.alone) for step in reversed(steps) if step.undo]),
    ]
    return "\n".join(lines) + "\n"


def _execute(statements: list[tuple[str, bool]]) -> list[str]:
    """One call for each statement; those that can't run in a transaction each outside of one."""
    lines: list[str] = []
    for plain, alone in statements:
        sql = re.sub(r"(?<![:\w\\]):(?=\w)", r"\\:", plain)  # SQLAlchemy would take `:name` for a parameter
        indent = "    "
        if alone:
            lines.append("    with op.get_context().autocommit_block():")
            indent = "        "
        one_line = f"{indent}op.execute({string(sql)})"
        if "\n" in sql or len(one_line) > 120:
            lines += [f"{indent}op.execute(", *_literal(sql, indent), f"{indent})"]
        else:
            lines.append(one_line)
    return lines or ["    # Nothing to undo: every step only checked what was there."]


def _literal(sql: str, indent: str) -> list[str]:
    text = block(sql).splitlines()
    return [f"{indent}    {text[0]}", *text[1:]]
