import pytest

from archwright.model.finding import Confidence, Finding, Impact
from archwright.review.suppress import Suppressed, comments_in, suppress

RAN = frozenset({"query/n-plus-one", "injection/sql"})
KNOWN = sorted({*RAN, "race/other"})


def finding(line: int, rule: str = "query/n-plus-one", end_line: int = 0) -> Finding:
    return Finding(
        rule=rule,
        path="app.py",
        line=line,
        column=1,
        end_line=end_line or line,
        message="m",
        why="w",
        fix="f",
        impact=Impact.LOW,
        confidence=Confidence.HIGH,
        fingerprint="0",
    )


def suppressed(code: str, *findings: Finding, whole: bool = True) -> Suppressed:
    return suppress(findings, ["app.py"], {"app.py": code}.get, lambda _: RAN, KNOWN, whole=whole)


@pytest.mark.parametrize(
    "code",
    [
        "run(row)  # archwright: ignore[query/n-plus-one] three rows at most\n",
        "run(row)  # archwright: ignore[query] three rows at most\n",
        "run(row)  # noqa # archwright:ignore[injection/sql, query/n-plus-one] three rows\n",
    ],
)
def test_a_comment_on_the_line_silences(code: str) -> None:
    result = suppressed(code, finding(1))
    assert (result.kept, len(result.silenced), result.complaints) == ((), 1, ())


def test_a_comment_of_its_own_counts_for_the_next_code() -> None:
    code = "# archwright: ignore[query/n-plus-one] three rows\n# and more\n\nrun(\n  row,\n)\n"
    assert suppressed(code, finding(4)).silenced
    assert not suppressed(code, finding(6)).silenced


def test_a_comment_on_any_line_of_the_expression_counts() -> None:
    code = "run(\n  row,\n)  # archwright: ignore[query/n-plus-one] three rows\n"
    assert suppressed(code, finding(1, end_line=3)).silenced


def test_another_rules_comment_does_not_silence() -> None:
    result = suppressed("run(row)  # archwright: ignore[injection/sql] constant\n", finding(1))
    assert len(result.kept) == 1
    assert [complaint[1] for complaint in result.complaints] == [1]


@pytest.mark.parametrize(
    ("comment", "complaint"),
    [
        ("# archwright: ignore", "names no rule"),
        ("# archwright: ignore because I say so", "names no rule"),
        ("# archwright: ignore[]", "names no rule"),
        ("# archwright: ignore[query/n-plus-one]", "without a reason"),
    ],
)
def test_a_comment_that_is_not_whole_is_told(comment: str, complaint: str) -> None:
    ((path, line, text),) = suppressed(f"run(row)  {comment}\n", finding(1)).complaints
    assert (path, line) == ("app.py", 1)
    assert complaint in text


def test_an_unused_comment_is_told_but_not_where_its_rule_was_not_run() -> None:
    assert "can go" in suppressed("x = 1  # archwright: ignore[injection/sql] constant\n").complaints[0][2]
    assert "can go" in suppressed("x = 1  # archwright: ignore[injection] constant\n").complaints[0][2]
    assert suppressed("x = 1  # archwright: ignore[race/other] constant\n").complaints == ()


def test_of_files_reviewed_alone_no_comment_is_called_unused() -> None:
    code = "x = 1  # archwright: ignore[injection/sql] constant\n"
    assert suppressed(code, whole=False).complaints == ()


def test_a_name_that_is_no_rule_is_told_with_the_nearest() -> None:
    ((_, line, text),) = suppressed(
        "run(row)  # archwright: ignore[query/n-plus-on] three rows\n", finding(1)
    ).complaints
    assert line == 1
    assert "names query/n-plus-on, which is no rule or family; did you mean query/n-plus-one" in text


def test_a_string_is_no_comment() -> None:
    text = (
        'TEXT = """\n# archwright: ignore[query/n-plus-one] only shown\n"""\nprint("# archwright: ignore[query] too")\n'
    )
    assert comments_in("app.py", text) == []


def test_a_template_is_silenced_by_its_own_comment() -> None:
    text = (
        "{# archwright: ignore[query/n-plus-one] few rows #}\n"
        "<a href='#archwright: ignore[query/n-plus-one]'>{{ a.b }}</a>\n"
        "{{ c.d }} {#- archwright: ignore[query] staff alone -#}\n"
    )
    found = [(each.line, each.lines, each.names, each.reason) for each in comments_in("shop/templates/x.html", text)]
    assert found == [(1, (1, 2), ("query/n-plus-one",), "few rows"), (3, (3,), ("query",), "staff alone")]
