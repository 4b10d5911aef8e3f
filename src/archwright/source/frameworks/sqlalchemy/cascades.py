"""New rows that come into the session because they refer to a row that is in it: SQLAlchemy's cascade along backrefs.

Up to 1.4, `Line(order=order)` and `line.order = order` put the line into `order.lines` (the relation that is kept in step),
whose `save-update` cascade takes it into the session of the order. SQLAlchemy 2.0 has taken this out
(`cascade_backrefs`, https://docs.sqlalchemy.org/en/14/orm/cascades.html#backref-cascade).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.transactions import implied
from archwright.source.flow.values import Row, Val, deep_origins, join_origins
from archwright.source.frameworks.shared.queries import emit_write
from archwright.source.frameworks.shared.sites import sites
from archwright.source.frameworks.sqlalchemy.declarations import dict_of
from archwright.source.frameworks.sqlalchemy.models import ModelInfo, Relation
from archwright.source.frameworks.sqlalchemy.values import kept, row_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_MAKERS: Final = ("sessionmaker", "Session", "scoped_session", "SQLAlchemy", "AsyncSession")


class Made(dict[str, Val]):
    """What a row that the code makes was given, and how it has come into a session, if it has."""

    came: tuple[int, int] | None = None
    """The unit and position where a cascade took it in."""
    added = False
    """It was handed to the session."""


def cascade_back(engine: Engine) -> bool:
    """True where the project runs with a version before 2.0, and no session of it is told to behave as those of 2.0 (`future=True`)."""
    if engine.versions.before("sqlalchemy", 2) is not True:
        return False
    for site in sites(engine, _MAKERS):
        given = dict(site.call[4])
        options = dict_of(given.get("session_options"))
        if site.name == "AsyncSession" or any(_is_true(each.get("future")) for each in (given, options)):
            return False
    return True


def _is_true(node: Any) -> bool:
    return node is not None and node[0] == f.CONST and node[2] is True


def taken_in(frame: Frame, position: int, value: Val, name: str, held: Val, models: Mapping[str, ModelInfo]) -> None:
    """A new row refers to `held` by its attribute `name`: if that is a row of a session, the new one joins it."""
    items, row = value.items, row_of(value)
    if not isinstance(items, Made) or items.added or items.came is not None or row is None:
        return
    model = models.get(row.entity)
    relation = model.relations.get(name) if model is not None else None
    if relation is None or not relation.back or not any(_takes(models, relation, each) for each in _rows(held)):
        return
    items.came = (frame.unit, position)
    implied(frame)
    fields = list(dict.fromkeys([*items, name]))
    emit_write(
        frame, position, row.entity, "insert", join_origins(kept(held), deep_origins(value)), fields=fields, row=row
    )


def handed_over(frame: Frame, value: Val) -> None:
    """A new row is given to the session: that is the place where it is written, not the one where a cascade took it in."""
    items = value.items
    if not isinstance(items, Made):
        return
    items.added = True
    if items.came is not None and items.came[0] == frame.unit:
        frame.effects[:] = [
            found
            for found in frame.effects
            if found.kind != "Write" or found.calls or (found.unit, found.position) != items.came
        ]


def _rows(held: Val) -> Iterator[Row]:
    for value in held.items.values() if held.type == ("list",) and held.items else (held,):
        row = row_of(value)
        if row is not None:
            yield row


def _takes(models: Mapping[str, ModelInfo], relation: Relation, row: Row) -> bool:
    """True for a row that a query gave, whose relation back takes new rows in."""
    other = models.get(row.entity)
    back = other.relations.get(relation.back) if other is not None else None
    return row.query is not None and row.path != "new" and back is not None and back.takes and back.backs_cascade
