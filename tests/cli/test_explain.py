import pytest

from archwright.cli.main import main
from archwright.design import catalogue
from archwright.review.registry import all_rules


@pytest.mark.parametrize("rule", [rule.name for rule in all_rules()])
def test_a_rule_is_explained_whole(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", rule]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"# {rule}\n")
    assert "## Fine when" in out


def test_a_family_and_all_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "injection"]) == 0
    listed = capsys.readouterr().out
    assert listed.startswith("injection/")
    assert "\ninjection/sql " in listed
    assert main(["explain"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(all_rules()) + len(catalogue())


@pytest.mark.parametrize("kind", [kind for kind, _, _ in catalogue()])
def test_a_decision_is_explained_whole(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", f"{kind}/some/table"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{kind}: ")
    assert len(said) > 200


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("query/n-plus-on", "query/n-plus-one"),
        ("n-plus-one", "query/n-plus-one"),
        ("sql", "injection/sql"),
        ("zzz", "there are:"),
        ("cach", "the decision cache"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(given: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", given]) == 2
    assert told in capsys.readouterr().err
