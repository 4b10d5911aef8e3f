import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp_types import CallToolResult

Call = Callable[..., CallToolResult]

SHOP = Path(__file__).parents[2] / "examples" / "shop.yaml"


@pytest.fixture(autouse=True)
def shop(project: Path) -> Path:
    return Path(shutil.copy(SHOP, project / "shop.yaml"))


def _data(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    data: dict[str, Any] = result.structured_content
    return data


def _error(result: CallToolResult) -> str:
    assert result.is_error
    return "".join(part.text for part in result.content if part.type == "text")


def test_decisions_come_with_their_numbers(call: Call) -> None:
    data = _data(call("design", brief="shop.yaml", kinds=["index"]))
    assert data["answer"].startswith("shop: one service, one PostgreSQL")
    assert 0 < data["total"] == len(data["decisions"])
    index = next(each for each in data["decisions"] if each["id"].startswith("index/orders/customer_id"))
    assert index["because"]
    assert {"name": "rate of my_orders", "value": "40/s"}.items() <= index["numbers"][1].items()
    assert index["numbers"][1]["source"].startswith("given, shop.yaml:")
    assert index["alternatives"]
    assert index["before"] is None
    assert data["tables"] == data["routes"] == data["summary"] == []
    whole = _data(call("design", brief="shop.yaml"))
    assert whole["summary"][0] == f"{whole['total']} decisions"
    assert any(route.endswith("POST /checkout: checkout, for shopper") for route in whole["routes"])
    assert any(table.startswith("orders (id, ") for table in whole["tables"])


def test_pages_hold_every_decision_once(call: Call) -> None:
    data = _data(call("design", brief="shop.yaml", limit=20))
    assert data["routes"]
    found = [decision["id"] for decision in data["decisions"]]
    while data["next"] is not None:
        data = _data(call("design", brief="shop.yaml", offset=data["next"], limit=20))
        assert not data["routes"]
        found += [decision["id"] for decision in data["decisions"]]
    assert len(found) == len(set(found)) == data["total"] > 40
    assert found[0].startswith("style")


def test_what_if_gives_only_what_turns(call: Call) -> None:
    data = _data(call("design", brief="shop.yaml", what_if=["browse.rate=40x", "show.rate=40x"], limit=20))
    assert 0 < data["total"] < 20
    assert all(decision["before"] != decision["choice"] for decision in data["decisions"])
    assert _data(call("design", brief="shop.yaml", what_if=["browse.rate=1x"]))["total"] == 0


def test_a_wrong_brief_is_a_tool_error_with_every_mistake(call: Call, shop: Path) -> None:
    text = (
        shop.read_text(encoding="utf-8").replace(" price: money", " price: mony").replace("by: category", "by: catgory")
    )
    shop.write_text(text, encoding="utf-8")
    told = _error(call("design", brief="shop.yaml"))
    assert "shop.yaml has 2 mistakes" in told
    assert "money" in told
    assert "category" in told
    assert str(shop.parent) not in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "Field required"),
        ({"brief": "shop.yml"}, "did you mean shop.yaml?"),
        ({"brief": "."}, "is a directory"),
        ({"brief": "../shop.yaml"}, "outside of the root"),
        ({"brief": "app.py"}, "app.py has"),
        ({"brief": "shop.yaml", "kinds": ["indx"]}, "did you mean index"),
        ({"brief": "shop.yaml", "what_if": ["browse=10x"]}, "write NAME.FIELD=VALUE"),
        ({"brief": "shop.yaml", "what_if": ["brwse.rate=10x"]}, "there are browse"),
        ({"brief": "shop.yaml", "offset": -1}, "greater than or equal to 0"),
        ({"brief": "shop.yaml", "limit": 21}, "less than or equal to 20"),
    ],
)
def test_a_wrong_argument_is_a_tool_error(call: Call, arguments: dict[str, Any], told: str) -> None:
    assert told in _error(call("design", **arguments))


def test_a_design_writes_nothing(call: Call, project: Path) -> None:
    before = sorted(project.rglob("*"))
    _data(call("design", brief="shop.yaml"))
    assert sorted(project.rglob("*")) == before
