"""What runs and what it talks to, as a C4 container diagram: callers, the system's own parts, outside services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archwright.model.blueprint import Blueprint
from archwright.model.physical import Process
from archwright.report.survey.figures import counted
from archwright.report.survey.markup import text_of
from archwright.report.terminal import clip, visible

_W, _H, _STEP = 214, 66, 86
_GAP = 122
_PEERS = 7
"""External services that the diagram shows; the page lists them all."""
_PARTS = 9
"""Processes that the diagram shows."""
_STORES = ("database", "cache", "broker", "search", "storage")
_VERBS = {
    "database": "reads and writes",
    "cache": "keeps for a while",
    "broker": "sends messages",
    "search": "searches",
    "storage": "stores files",
}


class _Part(NamedTuple):
    name: str
    kind: str
    """What C4 calls it: person, container, store, system."""
    said: str
    detail: str
    verb: str = ""


def component_diagram(blueprint: Blueprint) -> str:
    """Empty where nothing is known of what runs."""
    processes = blueprint.physical.processes
    runs = [process for process in processes if process.kind not in _STORES]
    stores = [process for process in processes if process.kind in _STORES]
    peers = blueprint.system.peers
    if not runs and not stores and not peers:
        return ""
    middle = _cut([_Part(each.name, "container", _said(each), _serves(each)) for each in runs], _PARTS)
    right = [_Part(each.technology, "store", each.kind, "", _VERBS[each.kind]) for each in stores]
    outside = [
        _Part(
            peer.name,
            "system",
            "external service",
            f"at most {peer.timeout}" if peer.timeout else "no time limit found",
            "calls",
        )
        for peer in peers
    ]
    return "".join(_drawn(middle, right, _cut(outside, _PEERS), [each.kind for each in runs]))


def _cut(parts: list[_Part], most: int) -> list[_Part]:
    if len(parts) <= most:
        return parts
    kind = parts[0].kind
    return [*parts[: most - 1], _Part(f"{len(parts) - most + 1} more", kind, "listed below", "", parts[0].verb)]


def _said(process: Process) -> str:
    """What it is and what it is made with; its kind only where its name does not say it."""
    return process.technology if process.kind in process.name else f"{process.kind}: {process.technology}"


def _serves(process: Process) -> str:
    return counted(len(process.serves), "handler") if process.serves else ""


def _drawn(middle: list[_Part], stores: list[_Part], peers: list[_Part], kinds: list[str]) -> Iterator[str]:
    """Callers | processes | stores, with a boundary around the last two; outside services stand below it."""
    lefts = [18.0 + number * (_W + _GAP) for number in range(3)]
    rows = max(len(middle), len(stores), 1)
    inside = rows * _STEP
    height = inside + 78 + (len(peers) * _STEP + 18 if peers else 0)
    tops = [_top(index, len(middle), inside) for index in range(len(middle))]
    store_tops = [_top(index, len(stores), inside) for index in range(len(stores))]
    peer_tops = [inside + 76 + index * _STEP for index in range(len(peers))]
    yield f'<svg viewBox="0 0 {lefts[2] + _W + 34:g} {height:g}" role="img" aria-label="What runs and what it talks to">'
    wide = (lefts[2] if stores else lefts[1]) + _W - lefts[1] + 32
    yield f'<rect class="boundary" x="{lefts[1] - 16:g}" y="14" width="{wide:g}" height="{inside + 36:g}" rx="12"/>'
    yield f'<text class="said left" x="{lefts[1] - 4:g}" y="32">this system</text>'
    served = [index for index, kind in enumerate(kinds[: len(middle)]) if kind in ("service", "web")]
    for index in served[:3]:
        yield _arrow((lefts[0] + _W, tops[served[0]]), (lefts[1], tops[index]), "HTTP" if index == served[0] else "")
    if served:
        yield from _box(lefts[0], tops[served[0]], _Part("Callers", "person", "people and programs", ""))
    hubs = [index for index, kind in enumerate(kinds[: len(middle)]) if kind in ("service", "web", "worker")]
    hubs = hubs or list(range(min(1, len(middle))))
    for y, each in zip(store_tops, stores, strict=True):
        for index in hubs:
            yield _arrow((lefts[1] + _W, tops[index]), (lefts[2], y), each.verb if index == hubs[0] else "")
    for y, each in zip(peer_tops, peers, strict=True):
        if middle:  # around the stores: down beside the processes, then out
            start = lefts[1] + _W / 2
            yield f'<path class="link" d="M{start:g} {tops[-1] + _H:g}V{y + _H / 2:g}H{lefts[2] - 7:g}"/>'
            yield f'<path class="point" d="M{lefts[2]:g} {y + _H / 2:g}l-9 -4.5v9z"/>'
            yield f'<text class="said" x="{lefts[2] - _GAP / 2:g}" y="{y + _H / 2 - 8:g}">{text_of(each.verb)}</text>'
    for left, column, parts in ((lefts[1], tops, middle), (lefts[2], store_tops, stores), (lefts[2], peer_tops, peers)):
        for y, each in zip(column, parts, strict=True):
            yield from _box(left, y, each)
    yield "</svg>"


def _top(index: int, number: int, height: float) -> float:
    return 38 + (height - number * _STEP) / 2 + index * _STEP + (_STEP - _H) / 2 - 6


def _box(x: float, y: float, part: _Part) -> Iterator[str]:
    radius = 26 if part.kind == "person" else 7
    yield f'<g class="box {part.kind}"><title>{text_of(part.name)}</title>'
    if part.kind == "store":  # the cylinder that stands for kept data
        yield f'<path class="shape" d="M{x} {y + 9:g}c0 -12 {_W} -12 {_W} 0v{_H - 18}c0 12 {-_W} 12 {-_W} 0z"/>'
        yield f'<path class="shape lid" d="M{x} {y + 9:g}c0 12 {_W} 12 {_W} 0"/>'
    else:
        yield f'<rect class="shape" x="{x:g}" y="{y:g}" width="{_W}" height="{_H}" rx="{radius}"/>'
    middle, down = x + _W / 2, 5 if part.kind == "store" else 0
    lines = [line for line in (part.said, part.detail) if line]
    first = y + (_H / 2 + 5 if not lines else 27 if len(lines) == 1 else 22) + down
    yield f'<text class="name" x="{middle:g}" y="{first:g}">{text_of(clip(visible(part.name), 26))}</text>'
    for index, line in enumerate(lines):
        yield f'<text class="said" x="{middle:g}" y="{first + 17 + 16 * index:g}">{text_of(clip(visible(line), 32))}</text>'
    yield "</g>"


def _arrow(start: tuple[float, float], end: tuple[float, float], label: str) -> str:
    """From the right side of a box to the left side of another, with what it means near its end."""
    x1, y1, x2, y2 = start[0], start[1] + _H / 2, end[0], end[1] + _H / 2
    bend = x2 - _GAP / 2
    said = f'<text class="said" x="{x2 - _GAP / 2:g}" y="{y2 - 8:g}">{text_of(label)}</text>' if label else ""
    return (
        f'<path class="link" d="M{x1:g} {y1:g}C{x1 + _GAP / 2:g} {y1:g} {bend:g} {y2:g} {x2 - 7:g} {y2:g}"/>'
        f'<path class="point" d="M{x2:g} {y2:g}l-9 -4.5v9z"/>{said}'
    )
