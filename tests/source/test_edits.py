"""What an edit of one file changes of its facts."""

from __future__ import annotations

import textwrap

import pytest

from archwright.source.edits import Edit, compare
from archwright.source.facts import COLUMNS
from archwright.source.parse import facts_of_text

BEFORE = """
import os
from shop import models

LIMIT = 10

class Basket:
    size = 3

    def total(self, rows):
        return sum(row.price for row in rows)

def first(rows):
    return rows[0]

def second(rows):
    key = lambda row: row.name
    return sorted(rows, key=key)
"""


def _edit(after: str, before: str = BEFORE) -> Edit | None:
    return compare(facts_of_text(textwrap.dedent(before)), facts_of_text(textwrap.dedent(after)))


def _unchanged(edit: Edit | None, before: str = BEFORE) -> set[str]:
    assert edit is not None
    units = facts_of_text(before)[0]
    return {units[index][1] for index in edit.units}


ALL = {"<module>", "Basket.total", "first", "second", "Basket.total.<lambda>", "second.<lambda>"}


def test_lines_that_moved_change_nothing_but_places() -> None:
    edit = _edit("# a comment\n\n" + BEFORE)
    assert edit is not None
    assert _unchanged(edit) == ALL & {unit[1] for unit in facts_of_text(BEFORE)[0]}
    assert not edit.names
    assert edit.line(14) == 16
    assert edit.moved(14 * COLUMNS + 5) == 16 * COLUMNS + 5


def test_a_changed_body_concerns_that_function_alone() -> None:
    edit = _edit(BEFORE.replace("return rows[0]", "return rows[1]"))
    assert edit is not None
    assert _unchanged(edit) == {"<module>", "Basket.total", "second", "second.<lambda>"}
    assert not edit.names


def test_a_changed_lambda_does_not_concern_the_function_around_it() -> None:
    edit = _edit(BEFORE.replace("row.name", "row.size"))
    assert "second" in _unchanged(edit)
    assert "second.<lambda>" not in _unchanged(edit)


@pytest.mark.parametrize(
    ("after", "names"),
    [
        (BEFORE.replace("import os\n", "import os\nimport sys, os.path as p\n"), {"sys", "p"}),
        (BEFORE.replace("from shop import models", "from store import models"), {"models"}),
        (BEFORE + "\ndef third(rows):\n    return rows[2]\n", {"third"}),
        (BEFORE.replace("def first(rows):\n    return rows[0]\n", ""), {"first"}),
    ],
    ids=["new import", "other import", "new function", "function gone"],
)
def test_other_names_at_the_top_level_are_told(after: str, names: set[str]) -> None:
    edit = _edit(after)
    assert edit is not None
    assert edit.names == names
    assert {"Basket.total", "second"} <= _unchanged(edit)


@pytest.mark.parametrize(
    "after",
    [
        BEFORE.replace("LIMIT = 10", "LIMIT = 11"),
        BEFORE.replace("size = 3", "size = 4"),
        BEFORE.replace("class Basket:", "class Basket(models.Model):"),
        BEFORE.replace("    def total(self, rows):", "    @property\n    def total(self, rows):"),
        BEFORE.replace("def total(self, rows)", "def total(self, lines)"),
        BEFORE + "\nclass Other:\n    pass\n",
        BEFORE + "\nregister(Basket)\n",
        BEFORE + "\nfrom shop import *\n",
    ],
    ids=["constant", "attribute", "base", "decorator", "parameter", "new class", "call of the module", "star"],
)
def test_of_what_may_reach_anything_nothing_is_said(after: str) -> None:
    assert _edit(after) is None


def test_true_is_not_one() -> None:
    assert _edit("def f():\n    return True\n", "def f():\n    return 1\n") is not None
    assert "f" not in _unchanged(
        _edit("def f():\n    return True\n", "def f():\n    return 1\n"), "def f():\n    return 1\n"
    )
