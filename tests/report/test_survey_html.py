"""The page of a survey: complete, closed to the outside, and deaf to what hostile names try."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

from archwright.model.base import Place
from archwright.model.blueprint import BLUEPRINT_VERSION, Blueprint
from archwright.model.effect import WriteKind
from archwright.model.entity import Entity, Field, Index, Relation, Type
from archwright.model.operation import Access, Command, Http, Message, Operation, PeerCall, Reach, Touch
from archwright.model.physical import Physical, Process
from archwright.model.policy import AttributeCondition, Policy
from archwright.model.quantity import Duration
from archwright.model.system import Convention, Dependency, EnvironmentSetting, Peer, ProjectFacts, System
from archwright.report.survey.layout import grid
from archwright.report.survey.page import render_page
from archwright.report.survey.text import render_survey
from archwright.report.terminal import Terminal

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'\u202e\x1b[31m"


def _blueprint(name: str = "Order", entities: int = 3) -> Blueprint:
    listed = tuple(
        Entity(
            name=f"{name}{index}",
            table=f"table_{name}",
            description=name,
            place=Place(f"{name}.py", 3),
            fields=(
                Field(name="id", type=Type.INT),
                Field(name=name, type=Type.ENUM, values=(name,), default=name, nullable=True),
                *(
                    [Field(name="parent", type=Type.REFERENCE, relation=Relation(target=f"{name}{index // 2}"))]
                    if index
                    else []
                ),
            ),
            indexes=(Index(fields=(name,), where=name),),
        )
        for index in range(entities)
    )
    access = Access(
        reads=(Touch(entity=f"{name}0"),),
        writes=(Touch(entity=f"{name}1"),),
        calls=(PeerCall(peer=name, timeout=Duration(2)),),
        reach=(
            Reach(
                entity=f"{name}0",
                roles=(name,),
                owners=(name,),
                conditions=(AttributeCondition(field=name, operator="=", caller=name),),
            ),
        ),
    )
    operations = (
        Operation(name="a", trigger=Http(method="GET|POST", path=f"/{name}"), access=access, place=Place(name, 7)),
        Operation(
            name="b", trigger=Http(method="PUT", path="/b"), guards=(name,), policies=(Policy(role="authenticated"),)
        ),
        Operation(name="c", trigger=Command(name=name)),
        Operation(name="d", trigger=Message(channel=name)),
    )
    facts = ProjectFacts(
        frameworks=(name,),
        conventions=(Convention(kind=name, text=name),),
        dependencies=(Dependency(name=f"{name}D", specifier=">=1"),),
        environment=(
            EnvironmentSetting(name="ORDER_URL", default=name, place=Place(name, 1)),
            EnvironmentSetting(name="ORDER_KEY", secret=True),
        ),
    )
    processes = (
        Process(name=name, kind="service", technology=name),
        Process(name="db", kind="database", technology=name),
    )
    return Blueprint(
        version=BLUEPRINT_VERSION,
        system=System(
            name=name,
            entities=listed,
            operations=operations,
            peers=(Peer(name=name, timeout=Duration(2)),),
            facts=facts,
        ),
        physical=Physical(processes=processes),
    )


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._script = tag == "script"
        if self._script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts[-1] += data


def _read(page: str) -> _Read:
    reader = _Read()
    reader.feed(page)
    return reader


def _data(page: str) -> dict[str, list[dict[str, object]]]:
    data: dict[str, list[dict[str, object]]] = json.loads(_read(page).scripts[0])
    return data


def test_everything_is_on_the_page() -> None:
    page = render_page(_blueprint())
    for said in ("Order0", "without authentication", "<b>3</b>", "OrderD&gt;=1", "ORDER_URL", "at most 2s"):
        assert said in page
    assert "s3cret" not in page
    operations = _data(page)["operations"]
    assert [(each["kind"], each["method"], each["path"], each["open"]) for each in operations] == [
        ("endpoint", "GET POST", "/Order", True),
        ("endpoint", "PUT", "/b", False),
        ("task", "task", "Order", False),
        ("command", "command", "Order", False),
    ]
    first = operations[0]
    assert (first["reads"], first["writes"], first["where"]) == (["Order0"], ["Order1"], "Order:7")
    assert first["calls"] == ["Order (at most 2s)"]
    assert first["rows"] == ["Order0: Order is the caller's and Order = caller's Order for Order"]
    assert _data(page)["entities"][1]["writers"] == [0]


def test_same_bytes() -> None:
    assert render_page(_blueprint()) == render_page(_blueprint())


def test_no_request_leaves_the_page_and_only_one_script_runs() -> None:
    page = render_page(_blueprint())
    read = _read(page)
    for _, attributes in read.tags:
        assert not {"src", "srcset", "action", "onclick", "onload", "onerror"} & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in page
    assert "@import" not in page
    policy = next(a["content"] for tag, a in read.tags if tag == "meta" and "http-equiv" in a)
    digest = base64.b64encode(hashlib.sha256(read.scripts[1].encode()).digest()).decode()
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}'" in policy


def test_hostile_names_are_text() -> None:
    page = render_page(_blueprint(HOSTILE))
    plain = _read(render_page(_blueprint()))
    hostile = _read(page)
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert hostile.scripts[1] == plain.scripts[1]
    assert "\u202e" not in page
    assert "\x1b" not in page
    entity = _data(page)["entities"][0]
    assert str(entity["name"]).startswith("</script><script>alert(1)")


def test_writes_outside_a_transaction_are_told() -> None:
    operation = Operation(
        name="a",
        trigger=Http(method="POST", path="/a"),
        access=Access(
            writes=(
                Touch(entity="Order0", kind=WriteKind.SAVE, outside=True),
                Touch(entity="Order1", kind=WriteKind.SAVE),
            )
        ),
    )
    entities = _blueprint().system.entities
    found = Blueprint(version=BLUEPRINT_VERSION, system=System(name="x", entities=entities, operations=(operation,)))
    assert "Order0: written by 1 operation, 1 of them outside a transaction, read by 0" in render_survey(
        found, Terminal()
    )
    page = render_page(found)
    assert "write outside of one transaction" in page
    assert _data(page)["operations"][0]["notes"] == [
        "written outside of a transaction: Order0",
        "writes are not in one transaction",
    ]


def test_the_script_makes_no_markup_of_texts() -> None:
    script = _read(render_page(_blueprint())).scripts[1]
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        'setAttribute("on',
    ):
        assert way not in script


def test_large_projects_are_grouped_by_area_and_none_of_their_boxes_overlap() -> None:
    entities = tuple(
        Entity(
            name=f"E{index}",
            fields=(
                Field(name="id", type=Type.INT),
                Field(name="other", type=Type.REFERENCE, relation=Relation(target=f"E{(index * 7) % 500}")),
            ),
            place=Place(f"shop/area{index % 23}/models.py", 1),
        )
        for index in range(500)
    )
    operations = tuple(
        Operation(
            name=f"o{index}",
            trigger=Http(method="GET", path=f"/things/{index}/" + "x" * 40),
            access=Access(reads=tuple(Touch(entity=f"E{(index + step) % 500}") for step in range(8))),
        )
        for index in range(3000)
    )
    page = render_page(
        Blueprint(version=BLUEPRINT_VERSION, system=System(name="big", entities=entities, operations=operations))
    )
    assert page.count('class="area"') == 23
    # the table is drawn page by page: no row stands in the page itself
    assert "<tr data-" not in page
    assert len(_data(page)["operations"]) == 3000
    found = re.findall(r'<g class="entity".*?<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', page)
    boxes = sorted(tuple(map(float, box)) for box in found)
    assert len(boxes) == 500
    for index, (x, y, w, h) in enumerate(boxes):
        for x2, y2, _, h2 in boxes[index + 1 :]:
            if x2 >= x + w:
                break
            assert y2 >= y + h or y >= y2 + h2


def test_an_empty_blueprint() -> None:
    page = render_page(Blueprint(version=BLUEPRINT_VERSION, system=System(name="empty")))
    assert page.count("none found") == 2
    assert "nothing found that tells what runs" in page


def test_boxes_stand_apart_and_related_ones_near() -> None:
    names = [f"n{index}" for index in range(80)]
    links = [(f"n{index}", f"n{index // 3}") for index in range(1, 60)]
    places = grid(names, links)
    assert len(set(places.values())) == len(names)
    assert places == grid(names, links)
    length = [abs(places[a][0] - places[b][0]) + abs(places[a][1] - places[b][1]) for a, b in links]
    assert sum(length) / len(length) < 2.5


def test_the_text_answers_in_its_first_line() -> None:
    text = render_survey(_blueprint(), Terminal(), ("survey.html",))
    assert text.splitlines()[0] == (
        "Order · 3 entities · 2 endpoints (1 without authentication) · 1 task · 1 command · 1 external service"
    )
    assert text.splitlines()[1] == "busiest entity  Order1: written by 1 operation, read by 0"
    hostile = render_survey(_blueprint(HOSTILE), Terminal())
    assert "\x1b" not in hostile
    assert "\u202e" not in hostile
