"""One more entry in a JSON or TOML file of the user's, whose other text stays as it is to the byte."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from archwright.agent.error import AgentError

Entry = dict[str, Any]


def with_json_entry(text: str, key: str, name: str, entry: Entry, path: str, *, force: bool) -> str | None:
    """The text with `{key: {name: entry}}` in it; None where another entry of that name stands there.

    Raises AgentError for text that is no JSON object, and for places that hold something else than an object.
    """
    if not text.strip():
        return _dumped({key: {name: entry}}, "  ")
    data = _read_json(text, key, path)
    servers = data.get(key, {})
    if name in servers:
        if servers[name] == entry:
            return text
        if not force:
            return None
    indent = (re.search(r"\n([ \t]+)\S", text) or ["", "  "])[1]
    wanted = {**data, key: {**servers, name: entry}}
    if name not in servers:
        added = (
            _inserted(text, key, name, entry, indent) if key in data else _appended(text, 0, key, {name: entry}, indent)
        )
        if added is not None and _same(added, wanted):
            return added
    return _dumped(wanted, indent)


def with_toml_entry(text: str, key: str, name: str, entry: Entry, path: str) -> str | None:
    """The text with the table `[key.name]` at its end; None where there is another. Raises AgentError as for JSON."""
    try:
        servers = tomllib.loads(text).get(key, {})
    except tomllib.TOMLDecodeError as error:
        raise AgentError(f"{path} is not valid TOML: {error}", "mend it, then run this again") from error
    if isinstance(servers, dict) and name in servers:
        return text if servers[name] == entry else None
    lines = [f"[{key}.{name}]", *(f"{word} = {json.dumps(value, ensure_ascii=False)}" for word, value in entry.items())]
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    added = text + gap + "\n".join(lines) + "\n"
    try:
        tomllib.loads(added)
    except tomllib.TOMLDecodeError as error:
        table = " ".join(lines)
        raise AgentError(f"{path} can't take the table {key}.{name}: {error}", f"add by hand: {table}") from error
    return added


def _read_json(text: str, key: str, path: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f":{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        what = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise AgentError(
            f"{path}{where} is not valid JSON: {what}", "mend it (comments are not JSON), then run this again"
        ) from error
    if not isinstance(data, dict) or not isinstance(data.get(key, {}), dict):
        raise AgentError(f"{path}: {key!r} must be an object of servers by name", "mend it, then run this again")
    return data


def _inserted(text: str, key: str, name: str, entry: Entry, indent: str) -> str | None:
    """The text with the entry as the last of the object under `key`; None where that is not found in plain sight."""
    head = re.search(rf'"{re.escape(key)}"\s*:\s*(?=\{{)', text)
    return None if head is None else _appended(text, head.end(), name, entry, indent, depth=1)


def _appended(text: str, start: int, name: str, value: Entry, indent: str, depth: int = 0) -> str | None:
    """The text with a member as the last of the object that begins at or after `start`, `depth` objects deep."""
    start = text.index("{", start)
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except ValueError:
        return None
    before = text[: end - 1].rstrip()
    comma = "" if before.endswith("{") else ","
    inner = indent * (depth + 1)
    body = json.dumps(value, indent=indent, ensure_ascii=False).replace("\n", f"\n{inner}")
    return f"{before}{comma}\n{inner}{json.dumps(name)}: {body}\n{indent * depth}{text[end - 1 :]}"


def _same(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return json.dumps(json.loads(text)) == json.dumps(wanted)
    except ValueError:
        return False


def _dumped(data: dict[str, Any], indent: str) -> str:
    return json.dumps(data, indent=indent, ensure_ascii=False) + "\n"
