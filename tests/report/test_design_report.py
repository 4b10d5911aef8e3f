"""DESIGN.md, the summary and the diagrams, for a good design and for hostile names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archwright.brief import read_brief
from archwright.design import design
from archwright.model.blueprint import Blueprint
from archwright.model.decision import Alternative, Decision, Evidence, Flip
from archwright.model.entity import Entity
from archwright.model.physical import Column, ForeignKey, Physical, Process, Table
from archwright.model.system import System
from archwright.report.design_answer import answer, flip_points, opens
from archwright.report.design_markdown import render_design
from archwright.report.design_text import render_difference, render_summary
from archwright.report.mermaid import entity_diagram, process_diagram
from archwright.report.terminal import Terminal

SHOP = Path(__file__).parents[2] / "examples" / "shop.yaml"
HOSTILE = "x`|</a><script>alert(1)</script>\n```\n# head ]( \x1b[31m\u202e"


@pytest.fixture(scope="module")
def shop() -> Blueprint:
    return design(read_brief(SHOP))


@pytest.fixture
def hostile() -> Blueprint:
    table = Table(
        name=HOSTILE,
        columns=(Column(name=HOSTILE, type=HOSTILE, default=HOSTILE, nullable=True),),
        key=(HOSTILE,),
        foreign_keys=(ForeignKey(name="f", columns=(HOSTILE,), target=HOSTILE, target_columns=(HOSTILE,)),),
    )
    decision = Decision(
        id=f"style/{HOSTILE}",
        title=HOSTILE,
        choice=HOSTILE,
        because=HOSTILE,
        evidence=(Evidence(name=HOSTILE, value=HOSTILE, source=HOSTILE),),
        alternatives=(Alternative(name=HOSTILE, because=HOSTILE),),
        flips=(Flip(input=HOSTILE, at=HOSTILE, to=HOSTILE),),
        depends_on_unknown=(HOSTILE,),
    )
    return Blueprint(
        version=1,
        system=System(
            name=HOSTILE, description=HOSTILE, entities=(Entity(name=HOSTILE, fields=()),), unknown=(HOSTILE,)
        ),
        physical=Physical(tables=(table,), processes=(Process(name=HOSTILE, kind="database", technology=HOSTILE),)),
        decisions=(decision,),
    )


def test_the_first_line_answers(shop: Blueprint) -> None:
    assert answer(shop) == "one service, one PostgreSQL with a standby, no broker, no cache"
    assert render_design(shop).startswith(f"# shop: {answer(shop)}\n")
    assert render_summary(shop, Terminal(), "out/DESIGN.md").startswith(f"shop: {answer(shop)}")


def test_every_decision_stands_in_the_document_with_its_anchor(shop: Blueprint) -> None:
    text = render_design(shop)
    anchors = set(re.findall(r'<a id="([^"]+)"></a>', text))
    assert len(anchors) == len(shop.decisions)
    linked = set(re.findall(r"\]\(#(decision-[^)]+)\)", text))
    assert linked == anchors
    for heading in ("## Open", "## Decisions", "## Data", "## API", "## Load", "## Capacity", "## Reasons"):
        assert f"\n{heading}\n" in text


def test_equal_blueprints_give_equal_bytes(shop: Blueprint) -> None:
    assert render_design(shop) == render_design(design(read_brief(SHOP)))


def test_tables_have_as_many_cells_in_every_row(shop: Blueprint) -> None:
    blocks = re.findall(r"(?:^\|.*\n)+", render_design(shop), re.MULTILINE)
    assert len(blocks) > 20
    for block in blocks:
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(counts) == 1, block


def test_flip_points_are_ordered_by_how_near_they_are(shop: Blueprint) -> None:
    factors = [float(match[1]) for point in flip_points(shop) if (match := re.search(r" at ([\d.]+)x ", point))]
    assert factors == sorted(factors)
    assert factors


def test_open_names_contradictions_and_unknowns(shop: Blueprint) -> None:
    found = opens(shop)
    assert found[0].what.startswith("Order.count: the operations add 15/s")
    assert any(item.what == "Category.hot is unknown" and item.decisions == ("cache",) for item in found)


def test_a_narrow_terminal_is_respected(shop: Blueprint) -> None:
    text = render_summary(shop, Terminal(width=60), "out/DESIGN.md")
    wide = [line for line in text.splitlines()[2:] if len(line) > 60]
    assert wide == []


def test_hostile_text_breaks_out_of_nothing(hostile: Blueprint) -> None:
    text = render_design(hostile)
    spans_removed = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text.replace("\\`", ""))
    assert "<script" not in spans_removed.replace("\\<script", "")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.count("\n```mermaid\n") == 2
    assert len(re.findall(r"^```", text, re.MULTILINE)) == 4
    assert not re.search(r"^# head", text, re.MULTILINE)
    summary = render_summary(hostile, Terminal(), HOSTILE) + render_difference(
        ((None, hostile.decisions[0]),), Terminal()
    )
    assert "\x1b" not in summary
    assert "\u202e" not in summary


def test_hostile_names_in_diagrams(hostile: Blueprint) -> None:
    for diagram in (entity_diagram(hostile.physical), process_diagram(hostile.system, hostile.physical)):
        assert "`" not in diagram
        assert "script>" not in diagram
        assert all(line.startswith(("    ", "erDiagram", "flowchart")) for line in diagram.splitlines())


def test_difference() -> None:
    old = Decision(id="cache", title="", choice="none", because="")
    new = Decision(id="cache", title="", choice="a shared cache", because="It pays.")
    gone = Decision(id="events", title="", choice="outbox", because="")
    text = render_difference(((old, new), (gone, None)), Terminal())
    assert text.startswith("2 decisions change\n")
    assert "none → a shared cache" in text
    assert "outbox → (not needed)" in text
    assert render_difference((), Terminal()) == "No decision changes.\n"
