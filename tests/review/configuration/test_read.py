"""All mistakes of a configuration at once, each with its place and how to mend it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from archwright.model.settings import PathSettings, Settings
from archwright.review.configuration.error import ConfigurationError
from archwright.review.configuration.find import configuration
from archwright.review.configuration.options import OPTIONS, PER_PATH
from archwright.review.configuration.read import parse_config
from archwright.review.configuration.schema import config_schema, config_schema_text
from archwright.review.registry import all_rules

RULES = ["error/swallowed", "injection/sql", "query/n-plus-one"]
DOCS = Path(__file__).parents[3] / "docs"

WHOLE = """
select = ["injection", "query/n-plus-one"]
ignore = ['error']
exclude = [
  "legacy/", # not ours
  "**/generated_*.py",
]
fail-on = "medium"
all = true
baseline = "known.json"

[per-path."tests/"]
ignore = ["query"]

[per-path]
"scripts/**" = { fail-on = "never", select = ["injection"] }
"""


def read(text: str | bytes, *, pyproject: bool = False) -> Settings | None:
    data = text.encode() if isinstance(text, str) else text
    return parse_config(data, "pyproject.toml" if pyproject else "archwright.toml", RULES, pyproject=pyproject)


def told(text: str | bytes, *, pyproject: bool = False) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(text, pyproject=pyproject)
    return [f"{problem.line}:{problem.column} {problem.message} | {problem.hint}" for problem in caught.value.problems]


def test_every_option_is_read() -> None:
    text = WHOLE.replace(
        '[per-path."tests/"]\nignore = ["query"]\n\n[per-path]\n', '[per-path]\n"tests/".ignore = ["query"]\n'
    )
    assert read(text) == Settings(
        select=("injection", "query/n-plus-one"),
        ignore=("error",),
        exclude=("legacy/", "**/generated_*.py"),
        fail_on="medium",
        all=True,
        baseline="known.json",
        per_path=(
            PathSettings(pattern="tests/", ignore=("query",)),
            PathSettings(pattern="scripts/**", select=("injection",), fail_on="never"),
        ),
    )


def test_a_pyproject_without_our_table_says_nothing_even_if_it_is_broken() -> None:
    assert read("[tool.ruff]\nselect = []\n", pyproject=True) is None
    assert read("[tool.ruff\n", pyproject=True) is None
    assert read("[tool.archwright]\n", pyproject=True) == Settings()
    assert told("[tool.archwright\n", pyproject=True)[0].startswith("1:17 not TOML: ")


def test_all_mistakes_at_once_with_place_and_mend() -> None:
    text = """\
[tool.archwright]
igore = ["query"]
select = ["injection/sqli", "query", 3]
fail-on = "hihg"
all = "yes"
exclude = "legacy/"
baseline = ""

[tool.archwright.per-path."a/**"]
ignore = [
  "errors",
]
severity = "low"
"""
    assert told(text, pyproject=True) == [
        '2:1 unknown key "igore" in [tool.archwright] | did you mean ignore?',
        '3:11 there is no rule or family "injection/sqli" | did you mean injection/sql or injection?',
        '3:38 select holds the number 3 | write a list of rules or families: ["injection", "query/n-plus-one"]',
        '4:1 fail-on is "hihg" | did you mean high?',
        '5:1 all is "yes" | write true or false: true',
        '6:1 exclude is "legacy/" | write a list of patterns: ["legacy/", "**/generated_*.py"]',
        '7:1 baseline is an empty text | write a file: "archwright-baseline.json"',
        '11:3 there is no rule or family "errors" | did you mean error or error/swallowed?',
        '13:1 unknown key "severity" in [tool.archwright.per-path."a/**"] | did you mean fail-on?',
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = \n", "1:5 not TOML"),
        ("a = 'x", "1:"),
        (b"a = '\xff'", "1:1 byte 0xff is not UTF-8 text"),
        ("a = " + "[" * 50_000, "0:0 nested too deeply"),
        ("per-path = 3\n", "1:1 per-path is the number 3"),
        ("per-path = { x = 3 }\n", "1:14 [per-path.x] is the number 3"),
        ("[per-path]\n'' = {}\n", "2:1"),
        ("select = 1979-05-27\n", "1:1 select is a date or time"),
    ],
)
def test_whatever_the_bytes_the_mistake_is_told(text: str | bytes, message: str) -> None:
    assert told(text)[0].startswith(message)


def test_places_are_found_past_every_kind_of_value() -> None:
    text = '''\
# comment
all = true # and more
exclude = ["""a
]\\"""", \'\'\'b'\'\'\', "c\\"]", 'd']
per-path.'x y'.ignore = [
  # in between
  "injection",
  "none",
]
'''
    assert [mistake.partition(" | ")[0] for mistake in told(text)] == ['8:3 there is no rule or family "none"']


def test_the_schema_in_docs_is_fresh_and_takes_what_the_reader_takes() -> None:
    schema = config_schema([rule.name for rule in all_rules()])
    jsonschema.Draft202012Validator.check_schema(schema)
    committed = (DOCS / "config.schema.json").read_text(encoding="utf-8")
    fresh = config_schema_text(rule.name for rule in all_rules())
    assert committed == fresh, "run: archwright schema config > docs/config.schema.json"
    assert set(schema["properties"]) == {option.name for option in OPTIONS}
    validator = jsonschema.Draft202012Validator(schema)
    good = {
        "select": ["injection", "mine/own"],
        "per-path": {"a/": {"ignore": ["query"], "fail-on": "never"}},
        "all": True,
    }
    assert list(validator.iter_errors(good)) == []
    wrong: tuple[dict[str, object], ...] = (
        {"selct": []},
        {"all": 1},
        {"select": ["In Jection"]},
        {"per-path": {"a": {"all": True}}},
    )
    for bad in wrong:
        assert list(validator.iter_errors(bad)), json.dumps(bad)


def test_the_manual_names_every_option() -> None:
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    for option in (*OPTIONS, *PER_PATH):
        assert f"`{option.name}`" in page


def test_the_nearest_file_up_to_the_top_of_the_repository_holds(tmp_path: Path) -> None:
    inner = tmp_path / "repo" / "app" / "deep"
    inner.mkdir(parents=True)
    (tmp_path / "archwright.toml").write_text("all = true\n", encoding="utf-8")
    (tmp_path / "repo" / ".git").mkdir()
    assert configuration(inner, RULES).path == ""
    (tmp_path / "repo" / "pyproject.toml").write_text("[tool.archwright]\nbaseline = 'known.json'\n", encoding="utf-8")
    (inner / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    found = configuration(inner, RULES)
    assert (found.path, found.settings.base, found.settings.baseline) == (
        "../../pyproject.toml",
        "../..",
        "../../known.json",
    )
    (tmp_path / "repo" / "archwright.toml").write_text("fail-on = 'low'\n", encoding="utf-8")
    found = configuration(inner, RULES)
    assert (found.path, found.settings.fail_on, found.shadowed) == (
        "../../archwright.toml",
        "low",
        "../../pyproject.toml",
    )


def test_outside_of_a_repository_only_the_directory_of_the_call_is_looked_in(tmp_path: Path) -> None:
    (tmp_path / "archwright.toml").write_text("all = true\n", encoding="utf-8")
    (tmp_path / "app").mkdir()
    assert configuration(tmp_path, RULES).settings.all
    assert not configuration(tmp_path / "app", RULES).settings.all
    assert configuration(tmp_path / "app", RULES, "../archwright.toml").settings.all


def test_a_named_file_that_has_no_settings_is_told(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="has no table"):
        configuration(tmp_path, RULES, "pyproject.toml")
    with pytest.raises(ConfigurationError, match="can't be read"):
        configuration(tmp_path, RULES, "nowhere.toml")
