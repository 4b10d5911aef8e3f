from collections.abc import Callable

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp_types import CallToolResult

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


def test_all_and_a_family_are_listed(call: Call) -> None:
    data = call("explain").structured_content
    assert data is not None
    assert data["what"] == "list"
    assert len(data["text"].splitlines()) == len(all_rules()) + len(catalogue())
    family = call("explain", name="injection").structured_content
    assert family is not None
    assert family["text"].startswith("injection/sql: ")


@pytest.mark.parametrize(
    ("given", "told"), [("indx", "index"), ("n-plus-on", "query/n-plus-one"), ("zzz", "there are:")]
)
def test_an_unknown_name_is_told_with_the_nearest(call: Call, given: str, told: str) -> None:
    result = call("explain", name=given)
    assert result.is_error
    assert told in "".join(part.text for part in result.content if part.type == "text")
