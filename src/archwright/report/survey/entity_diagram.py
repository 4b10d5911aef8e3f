"""Entities and their relations as SVG text, grouped by area where there are many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archwright.model.blueprint import Blueprint
from archwright.model.entity import Entity, Field
from archwright.report.survey.areas import Box, areas_of, packed
from archwright.report.survey.layout import grid
from archwright.report.survey.markup import text_of
from archwright.report.terminal import clip, visible

_WIDTH, _ROW, _HEAD, _SHOWN = 230, 17, 26, 7
_GAP_X, _GAP_Y = 70, 46
_CLOSE_X, _CLOSE_Y = 34, 26
"""Gaps within an area of a large diagram."""
_PAD, _TITLE = 18, 44
_FEW = 40
"""Up to so many entities every line is drawn from the start; in a larger diagram, those of the chosen entity."""


def entity_diagram(blueprint: Blueprint) -> str:
    """All entities with their first fields; lines are references, a dashed one is many-to-many."""
    entities = blueprint.system.entities
    if not entities:
        return ""
    number = {entity.name: index for index, entity in enumerate(entities)}
    links = [
        (entity.name, field.relation.target, field)
        for entity in entities
        for field in entity.fields
        if field.relation is not None and field.relation.target in number
    ]
    areas = areas_of(entities)
    boxes, frames, (width, height) = _places(areas, links)
    quiet = " quiet" if len(entities) > _FEW else ""
    size = f'viewBox="0 0 {width:g} {height:g}" data-width="{width:g}" data-height="{height:g}"'
    parts = [f'<svg id="entities" class="map{quiet}" {size} role="group" aria-label="Entities and their relations">']
    for name, frame in frames.items():
        parts.append(
            f'<g class="area"><rect x="{frame.x:g}" y="{frame.y:g}" width="{frame.w:g}" height="{frame.h:g}" rx="10"/>'
            f'<text x="{frame.x + _PAD:g}" y="{frame.y + 31:g}">{text_of(clip(visible(name), max(8, int(frame.w / 15))))}</text></g>'
        )
    area = {entity.name: name for name, listed in areas.items() for entity in listed}
    for left, right, field in links:
        inner = area[left] == area[right]
        parts.append(_line(boxes[left], boxes[right], number[left], number[right], field, inner=inner))
    for entity in entities:
        parts += _entity(entity, boxes[entity.name], number[entity.name])
    return "".join([*parts, "</svg>"])


def _places(
    areas: dict[str, list[Entity]], links: Sequence[tuple[str, str, Field]]
) -> tuple[dict[str, Box], dict[str, Box], tuple[float, float]]:
    """Where boxes and frames stand, and the size of the whole."""
    grouped = len(areas) > 1
    gaps = (_CLOSE_X, _CLOSE_Y) if grouped else (_GAP_X, _GAP_Y)
    inner = {name: _within(listed, links, gaps) for name, listed in areas.items()}
    sizes = {}
    for name, boxes in inner.items():
        sizes[name] = (max(b.x + b.w for b in boxes.values()), max(b.y + b.h for b in boxes.values()))
    if not grouped:
        ((boxes, (w, h)),) = zip(inner.values(), sizes.values(), strict=True)
        return {name: b._replace(x=b.x + 20, y=b.y + 20) for name, b in boxes.items()}, {}, (w + 40, h + 40)
    frames = packed({name: (w + 2 * _PAD, h + _PAD + _TITLE) for name, (w, h) in sizes.items()}, 30)
    frames = {name: frames[name]._replace(x=frames[name].x + 16, y=frames[name].y + 16) for name in sizes}
    placed = {
        each: box._replace(x=box.x + frames[name].x + _PAD, y=box.y + frames[name].y + _TITLE)
        for name, boxes in inner.items()
        for each, box in boxes.items()
    }
    whole = (max(b.x + b.w for b in frames.values()) + 16, max(b.y + b.h for b in frames.values()) + 16)
    return placed, frames, whole


def _within(
    entities: Sequence[Entity], links: Sequence[tuple[str, str, Field]], gaps: tuple[float, float]
) -> dict[str, Box]:
    names = {entity.name for entity in entities}
    near = [(left, right) for left, right, _ in links if left in names and right in names]
    cells = grid([entity.name for entity in entities], near)
    heights = {entity.name: _height(entity) for entity in entities}
    rows = max(y for _, y in cells.values()) + 1
    tallest = [max((heights[name] for name, (_, y) in cells.items() if y == row), default=0) for row in range(rows)]
    tops = [sum(tallest[:row]) + row * gaps[1] for row in range(rows)]
    return {name: Box(x * (_WIDTH + gaps[0]), tops[y], _WIDTH, heights[name]) for name, (x, y) in cells.items()}


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


def _entity(entity: Entity, box: Box, number: int) -> Iterator[str]:
    x, y = box.x, box.y
    name = text_of(entity.name)
    yield f'<g class="entity" data-entity="{number}" tabindex="0" role="button" aria-label="{name}"><title>{name}</title>'
    yield f'<rect x="{x:g}" y="{y:g}" width="{box.w:g}" height="{box.h:g}" rx="6"/>'
    yield f'<path class="head" d="M{x:g} {y + _HEAD:g}h{_WIDTH}"/>'
    yield f'<text class="name" x="{x + 9:g}" y="{y + 18:g}">{text_of(clip(visible(entity.name), 26))}</text>'
    shown = _first(entity)
    for index, field in enumerate(shown):
        line = y + _HEAD + _ROW * (index + 1) - 2
        mark = "key" if field.name in entity.key else "ref" if field.relation is not None else "field"
        type_ = field.relation.target if field.relation is not None else str(field.type)
        many = "*" if field.relation is not None and field.relation.many else "?" if field.nullable else ""
        yield f'<text class="{mark}" x="{x + 9:g}" y="{line:g}">{text_of(clip(visible(field.name), 16))}</text>'
        yield f'<text class="type" x="{x + _WIDTH - 9:g}" y="{line:g}">{text_of(clip(visible(type_), 11))}{many}</text>'
    if len(entity.fields) > len(shown):
        line = y + _HEAD + _ROW * (len(shown) + 1) - 2
        yield f'<text class="type more" x="{x + 9:g}" y="{line:g}">+ {len(entity.fields) - len(shown)} more</text>'
    yield "</g>"


def _line(start: Box, end: Box, left: int, right: int, field: Field, *, inner: bool) -> str:
    """A curve from the box that holds the reference to the box that it refers to."""
    x1, x2 = start.x + _WIDTH / 2, end.x + _WIDTH / 2
    many = " many" if field.relation is not None and field.relation.many else ""
    head = f'<path class="link{many}{"" if inner else " across"}" data-from="{left}" data-to="{right}" d="'
    if left == right:
        x, y = start.x + _WIDTH, start.y + 14
        return f'{head}M{x:g} {y:g}c34 -26 34 44 0 24"/>'
    if abs(x1 - x2) < _WIDTH:  # one above the other
        down = end.y > start.y
        ya, yb = (start.y + start.h, end.y) if down else (start.y, end.y + end.h)
        bend = 26 if down else -26
        shift = (left * 13 + right * 7) % 60 - 30  # lines between the same columns stay apart
        a, b = x1 + shift, x2 + shift
        return f'{head}M{a:g} {ya:g}C{a:g} {ya + bend:g} {b:g} {yb - bend:g} {b:g} {yb:g}"/>'
    rightward = x2 > x1
    xa, xb = (start.x + _WIDTH, end.x) if rightward else (start.x, end.x + _WIDTH)
    bend = 40 if rightward else -40
    y_from, y_to = start.y + min(40, start.h / 2), end.y + 13
    return f'{head}M{xa:g} {y_from:g}C{xa + bend:g} {y_from:g} {xb - bend:g} {y_to:g} {xb:g} {y_to:g}"/>'
