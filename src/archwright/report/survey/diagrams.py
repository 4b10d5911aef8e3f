"""Diagrams of a survey as SVG text: entities with their relations, and what runs with what it talks to."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from archwright.model.blueprint import Blueprint
from archwright.model.entity import Entity, Field
from archwright.model.physical import Process
from archwright.report.survey.layout import grid
from archwright.report.terminal import clip, visible

_WIDTH, _ROW, _HEAD, _SHOWN = 230, 17, 26, 7
_GAP_X, _GAP_Y = 70, 46
_BOX_W, _BOX_H, _STEP = 210, 52, 66
_PEERS = 8
"""External services that the diagram shows; the page lists them all."""
_STORES = ("database", "cache", "broker", "search", "storage")


def text_of(value: str) -> str:
    """A text from code as HTML or SVG shows it: no markup, no invisible characters."""
    return escape(visible(value))


def entity_diagram(blueprint: Blueprint) -> str:
    """All entities with their first fields; lines are references, a double one is many-to-many."""
    entities = blueprint.system.entities
    if not entities:
        return ""
    names = {entity.name for entity in entities}
    links = [
        (entity.name, field.relation.target, field)
        for entity in entities
        for field in entity.fields
        if field.relation is not None and field.relation.target in names
    ]
    places = grid([entity.name for entity in entities], [(left, right) for left, right, _ in links])
    number = {entity.name: index for index, entity in enumerate(entities)}
    heights = {entity.name: _height(entity) for entity in entities}
    rows = max(y for _, y in places.values()) + 1
    tallest = [max((heights[n] for n, (_, y) in places.items() if y == row), default=0) for row in range(rows)]
    tops = [sum(tallest[:row]) + row * _GAP_Y + 20 for row in range(rows)]
    columns = max(x for x, _ in places.values()) + 1
    corner = {name: (20 + x * (_WIDTH + _GAP_X), tops[y]) for name, (x, y) in places.items()}
    width, height = 40 + columns * _WIDTH + (columns - 1) * _GAP_X, tops[-1] + tallest[-1] + 20
    size = f'viewBox="0 0 {width} {height}" data-width="{width}" data-height="{height}"'
    parts = [f'<svg id="entities" {size} role="img" aria-label="Entities and their relations">']
    for left, right, field in links:
        parts.append(
            _line(corner[left], heights[left], corner[right], heights[right], number[left], number[right], field)
        )
    for entity in entities:
        parts += _entity(entity, corner[entity.name], heights[entity.name], number[entity.name])
    return "".join([*parts, "</svg>"])


def _height(entity: Entity) -> int:
    return _HEAD + _ROW * (min(len(entity.fields), _SHOWN) + (len(entity.fields) > _SHOWN)) + 6


def _first(entity: Entity) -> list[Field]:
    """The fields that tell most: the key, references, what is unique, then the rest in order."""
    unique = {name for each in entity.uniques for name in each.fields}

    def rank(field: Field) -> int:
        if field.name in entity.key:
            return 0
        return 1 if field.relation is not None else 2 if field.unique or field.name in unique else 3

    return sorted(entity.fields, key=rank)[:_SHOWN]


def _entity(entity: Entity, corner: tuple[int, int], height: int, number: int) -> Iterator[str]:
    x, y = corner
    name = text_of(entity.name)
    yield f'<g class="entity" data-entity="{number}" tabindex="0" role="button" aria-label="{name}"><title>{name}</title>'
    yield f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{height}" rx="5"/>'
    yield f'<path class="head" d="M{x} {y + _HEAD}h{_WIDTH}"/>'
    yield f'<text class="name" x="{x + 9}" y="{y + 18}">{text_of(clip(visible(entity.name), 26))}</text>'
    shown = _first(entity)
    for index, field in enumerate(shown):
        line = y + _HEAD + _ROW * (index + 1) - 2
        mark = "key" if field.name in entity.key else "ref" if field.relation is not None else "field"
        type_ = field.relation.target if field.relation is not None else str(field.type)
        many = "*" if field.relation is not None and field.relation.many else "?" if field.nullable else ""
        yield f'<text class="{mark}" x="{x + 9}" y="{line}">{text_of(clip(visible(field.name), 16))}</text>'
        yield f'<text class="type" x="{x + _WIDTH - 9}" y="{line}">{text_of(clip(visible(type_), 11))}{many}</text>'
    if len(entity.fields) > len(shown):
        line = y + _HEAD + _ROW * (len(shown) + 1) - 2
        yield f'<text class="type more" x="{x + 9}" y="{line}">+ {len(entity.fields) - len(shown)} more</text>'
    yield "</g>"


def _line(
    start: tuple[int, int],
    start_height: int,
    end: tuple[int, int],
    end_height: int,
    left: int,
    right: int,
    field: Field,
) -> str:
    """A curve from the box that holds the reference to the box that it refers to, with a point at its end."""
    x1, x2 = start[0] + _WIDTH / 2, end[0] + _WIDTH / 2
    classes = "link many" if field.relation is not None and field.relation.many else "link"
    head = f'<path class="{classes}" data-from="{left}" data-to="{right}" d="'
    if left == right:
        x, y = start[0] + _WIDTH, start[1] + 14
        return f'{head}M{x} {y}c34 -26 34 44 0 24"/>'
    if abs(x1 - x2) < _WIDTH:  # one above the other
        down = end[1] > start[1]
        ya, yb = (start[1] + start_height, end[1]) if down else (start[1], end[1] + end_height)
        bend = 26 if down else -26
        shift = (left * 13 + right * 7) % 60 - 30  # lines between the same columns stay apart
        return (
            f'{head}M{x1 + shift:g} {ya}C{x1 + shift:g} {ya + bend} {x2 + shift:g} {yb - bend} {x2 + shift:g} {yb}"/>'
        )
    rightward = x2 > x1
    xa, xb = (start[0] + _WIDTH, end[0]) if rightward else (start[0], end[0] + _WIDTH)
    bend = 40 if rightward else -40
    y_from, y_to = start[1] + min(40, start_height / 2), end[1] + 13
    return f'{head}M{xa} {y_from:g}C{xa + bend} {y_from:g} {xb - bend} {y_to:g} {xb} {y_to:g}"/>'


# --- components ----------------------------------------------------------------------------------------------
def component_diagram(blueprint: Blueprint) -> str:
    """Callers, what runs, what it keeps its data in, and the services it calls, in three columns."""
    runs = [process for process in blueprint.physical.processes if process.kind not in _STORES]
    stores = [process for process in blueprint.physical.processes if process.kind in _STORES]
    peers = blueprint.system.peers
    if not runs and not stores and not peers:
        return ""
    middle = [(process.name, _said(process)) for process in runs]
    right = [(process.technology, process.kind, "store") for process in stores]
    right += [
        (peer.name, _limit(str(peer.timeout) if peer.timeout is not None else ""), "peer") for peer in peers[:_PEERS]
    ]
    if len(peers) > _PEERS:
        right.append((f"{len(peers) - _PEERS} more", "listed under Project", "peer"))
    rows = max(len(middle), len(right), 1)
    height = rows * _STEP + 30
    columns = (20, 20 + _BOX_W + 90, 20 + 2 * (_BOX_W + 90))
    parts = [
        f'<svg viewBox="0 0 {columns[2] + _BOX_W + 20} {height}" role="img" aria-label="What runs and what it talks to">'
    ]
    tops_middle = [_top(index, len(middle), height) for index in range(len(middle))]
    tops_right = [_top(index, len(right), height) for index in range(len(right))]
    serves = [index for index, process in enumerate(runs) if process.kind == "service"]
    if serves:
        top = tops_middle[serves[0]]
        parts.append(_arrow(columns[0] + _BOX_W, top + _BOX_H / 2, columns[1], top + _BOX_H / 2))
        parts.append(_box(columns[0], top, "callers", "over HTTP", "person"))
    hub = serves[0] if serves else 0
    for index, (_, _, kind) in enumerate(right):
        for process in range(len(middle)) if kind == "store" else [hub] if middle else []:
            start, end = tops_middle[process] + _BOX_H / 2, tops_right[index] + _BOX_H / 2
            parts.append(_arrow(columns[1] + _BOX_W, start, columns[2], end))
    for (name, said), top in zip(middle, tops_middle, strict=True):
        parts.append(_box(columns[1], top, name, said, "process"))
    for (name, said, kind), top in zip(right, tops_right, strict=True):
        parts.append(_box(columns[2], top, name, said, kind))
    return "".join([*parts, "</svg>"])


def _said(process: Process) -> str:
    return f"{process.technology}, {len(process.serves)} operations" if process.serves else process.technology


def _limit(timeout: str) -> str:
    return f"at most {timeout}" if timeout else "no time limit found"


def _top(index: int, number: int, height: int) -> float:
    return (height - number * _STEP) / 2 + index * _STEP + (_STEP - _BOX_H) / 2


def _box(x: float, y: float, name: str, said: str, kind: str) -> str:
    radius = 24 if kind in ("person", "peer") else 5
    return (
        f'<g class="box {kind}"><title>{text_of(name)}</title>'
        f'<rect x="{x}" y="{y:g}" width="{_BOX_W}" height="{_BOX_H}" rx="{radius}"/>'
        f'<text class="name" x="{x + _BOX_W / 2}" y="{y + 22:g}">{text_of(clip(visible(name), 28))}</text>'
        f'<text class="said" x="{x + _BOX_W / 2}" y="{y + 39:g}">{text_of(clip(visible(said), 34))}</text></g>'
    )


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    middle = (x1 + x2) / 2
    return (
        f'<path class="link" d="M{x1} {y1:g}C{middle} {y1:g} {middle} {y2:g} {x2 - 7} {y2:g}"/>'
        f'<path class="point" d="M{x2} {y2:g}l-8 -4v8z"/>'
    )
