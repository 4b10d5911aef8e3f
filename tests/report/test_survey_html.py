"""The page of a survey: complete, closed to the outside, and deaf to what hostile names try."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

from archwright.model.base import Place
from archwright.model.blueprint import BLUEPRINT_VERSION, Blueprint
from archwright.model.entity import Entity, Field, Index, Relation, Type
from archwright.model.operation import Access, Command, Http, Message, Operation, PeerCall, Touch
from archwright.model.physical import Physical, Process
from archwright.model.policy import Policy
from archwright.model.quantity import Duration
from archwright.model.system import Convention, Dependency, Peer, ProjectFacts, System
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
        frameworks=(name,), conventions=(Convention(kind=name, text=name),), dependencies=(Dependency(name=name),)
    )
    processes = (
        Process(name=name, kind="service", technology=name),
        Process(name="db", kind="database", technology=name),
    )
    return Blueprint(
        version=BLUEPRINT_VERSION,
        system=System(name=name, entities=listed, operations=operations, peers=(Peer(name=name),), facts=facts),
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


def test_everything_is_on_the_page() -> None:
    page = render_page(_blueprint())
    for said in (
        "Order0",
        "GET POST",
        "/Order",
        "calls Order (at most 2s)",
        "without authentication",
        "Order:7",
        "task",
    ):
        assert said in page
    rows = re.findall(r'<tr data-kinds="([^"]*)">', page)
    assert rows == ["http open writes calls", "http", "other", "other"]


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
    data = json.loads(hostile.scripts[0])
    assert data[0]["name"].startswith("</script><script>alert(1)")


def test_an_empty_blueprint() -> None:
    page = render_page(Blueprint(version=BLUEPRINT_VERSION, system=System(name="empty")))
    assert page.count("none found") == 2


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
