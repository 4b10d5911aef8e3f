from collections.abc import Callable

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp_types import CallToolResult

from archwright.brief import parse_brief
from archwright.brief.vocabulary import BRIEF, GOALS, OPERATION_TABLE, ROLE_TABLE
from archwright.design import catalogue
from archwright.review.registry import all_rules

Call = Callable[..., CallToolResult]


@pytest.mark.parametrize("name", [rule.name for rule in all_rules()])
def test_a_rule_is_explained_whole(call: Call, name: str) -> None:
    data = call("explain", name=name).structured_content
    assert data is not None
    assert (data["name"], data["what"]) == (name, "rule")
    assert "## Fine when" in data["text"]


def test_a_kind_of_decision_is_explained(call: Call) -> None:
    for name in ("index", "index/orders/customer_id-placed"):
        data = call("explain", name=name).structured_content
        assert data is not None
        assert (data["name"], data["what"]) == ("index", "decision")
        assert data["text"].startswith("# index: ")


def test_the_brief_is_explained_with_every_word(call: Call) -> None:
    data = call("explain", name="brief").structured_content
    assert data is not None
    assert data["what"] == "manual"
    example = data["text"].partition("```yaml\n")[2].partition("```")[0]
    assert parse_brief(example).name == "my-system"
    for table in (BRIEF, GOALS, OPERATION_TABLE, ROLE_TABLE):
        assert f"## {table.title}" in data["text"]
        assert all(f"- `{word}`: " in data["text"] for word in table.words)
    assert "- `money`: " in data["text"]


def test_all_and_a_family_are_listed(call: Call) -> None:
    data = call("explain").structured_content
    assert data is not None
    assert data["what"] == "list"
    assert len(data["text"].splitlines()) == 1 + len(all_rules()) + len(catalogue())
    family = call("explain", name="injection").structured_content
    assert family is not None
    listed = family["text"].splitlines()
    assert all(line.startswith("injection/") for line in listed)
    assert any(line.startswith("injection/sql: ") for line in listed)


@pytest.mark.parametrize(
    ("given", "told"), [("indx", "index"), ("n-plus-on", "query/n-plus-one"), ("zzz", "there are:")]
)
def test_an_unknown_name_is_told_with_the_nearest(call: Call, given: str, told: str) -> None:
    result = call("explain", name=given)
    assert result.is_error
    assert told in "".join(part.text for part in result.content if part.type == "text")
