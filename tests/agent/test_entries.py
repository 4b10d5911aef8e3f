import json

import pytest

from archwright.agent.entries import with_json_entry, with_toml_entry
from archwright.agent.error import AgentError

ENTRY = {"command": "archwright", "args": ["mcp"]}


def _json(text: str, *, force: bool = False) -> str | None:
    return with_json_entry(text, "servers", "archwright", ENTRY, "mcp.json", force=force)


def test_a_new_file_holds_the_entry_alone() -> None:
    assert json.loads(_json("") or "") == {"servers": {"archwright": ENTRY}}


def test_the_text_of_others_stays_to_the_byte() -> None:
    text = '{\n    "inputs": [ {"id":"key"} ],\n    "servers": {\n        "other": { "command": "npx", "args": ["-y", "x"] }\n    }\n}\n'
    added = _json(text)
    assert added is not None
    assert json.loads(added)["servers"] == {"other": {"command": "npx", "args": ["-y", "x"]}, "archwright": ENTRY}
    assert added.startswith(text.partition("}\n    }")[0] + "},\n        " + '"archwright": {\n            "command"')
    assert added.endswith("\n        }\n    }\n}\n")
    assert _json(added) == added


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"servers": {}}',
        '{"servers":{"a":{"command":"x"}},"inputs":[]}',
        '{"inputs": [{"description": "the \\"servers\\": {"}]}',
        '{"x": {"servers": {"b": {}}}, "servers": {"a": {}}}',
        '\t{\n\t"inputs": []\n}',
        '{"name": "héllo \\ud83d\\ude00"}',
    ],
)
def test_every_other_value_is_kept(text: str) -> None:
    added = _json(text)
    assert added is not None
    data, before = json.loads(added), json.loads(text)
    assert data == {**before, "servers": {**before.get("servers", {}), "archwright": ENTRY}}
    assert list(data) == list(dict.fromkeys([*before, "servers"]))


def test_an_entry_of_the_same_name_is_the_users() -> None:
    text = '{"servers": {"archwright": {"command": "uvx"}, "b": {}}}'
    assert _json(text) is None
    assert json.loads(_json(text, force=True) or "")["servers"] == {"archwright": ENTRY, "b": {}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{,}", "mcp.json:1:2 is not valid JSON"),
        ('{\n// a comment\n"servers": {}}', "mcp.json:2:1 is not valid JSON"),
        ("[]", "must be an object"),
        ('{"servers": []}', "must be an object"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_what_is_no_object_is_told(text: str, told: str) -> None:
    with pytest.raises(AgentError, match=told):
        _json(text)


def test_toml_gets_a_table_at_its_end() -> None:
    text = '# mine\nmodel = "x"\n\n[mcp_servers.other]\ncommand = "npx"'
    added = with_toml_entry(text, "mcp_servers", "archwright", ENTRY, "config.toml")
    assert added == text + '\n\n[mcp_servers.archwright]\ncommand = "archwright"\nargs = ["mcp"]\n'
    assert with_toml_entry(added, "mcp_servers", "archwright", ENTRY, "config.toml") == added
    assert with_toml_entry(added, "mcp_servers", "archwright", {"command": "x"}, "config.toml") is None


@pytest.mark.parametrize(
    ("text", "told"), [("a = ", "is not valid TOML"), ('mcp_servers = {a = {command = "x"}}', "add by hand")]
)
def test_toml_that_takes_no_table_is_told(text: str, told: str) -> None:
    with pytest.raises(AgentError, match=r"config\.toml") as caught:
        with_toml_entry(text, "mcp_servers", "archwright", ENTRY, "config.toml")
    assert told in f"{caught.value} {caught.value.advice}"
