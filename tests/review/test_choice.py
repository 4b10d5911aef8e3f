import pytest

from archwright.review.choice import UnknownRule, choose, near


def test_rules_are_chosen_by_rule_and_by_family() -> None:
    every = {rule.name for rule in choose()}
    assert {"injection/sql", "query/n-plus-one"} <= every
    assert {rule.name for rule in choose(["injection"])} == {name for name in every if name.startswith("injection/")}
    assert {rule.name for rule in choose([], ["injection", "query/n-plus-one"])} == {
        name for name in every if not name.startswith("injection/") and name != "query/n-plus-one"
    }


def test_a_name_that_matches_nothing_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownRule, match="no rule or family 'query/n-plus-on'") as caught:
        choose(["query/n-plus-on"])
    assert "query/n-plus-one" in caught.value.advice


def test_without_a_near_name_all_are_told() -> None:
    assert near("zzz", ["a/one", "b/two"]) == "there are: a, a/one, b, b/two"
