"""The draft: the physical part while the stages work on it, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from archwright.model.decision import Decision
from archwright.model.entity import Entity
from archwright.model.physical import Physical, Process, Route, Table
from archwright.model.system import System


@dataclass
class Draft:
    """What has been decided so far. Stages add to it and replace its parts; they never look at the clock or at files."""

    system: System
    tables: dict[str, Table] = field(default_factory=dict)
    """By name, in the order in which they were decided."""
    routes: dict[str, Route] = field(default_factory=dict)
    """By operation."""
    processes: dict[str, Process] = field(default_factory=dict)
    """By name."""
    decisions: list[Decision] = field(default_factory=list)
    table_names: dict[str, str] = field(default_factory=dict)
    """Entity to table."""
    column_names: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """Entity and field to columns; a reference to a key of several columns has several."""
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Entity to the columns of its key."""

    def entity(self, name: str) -> Entity:
        """The entity of that name; the system was checked, so it is there."""
        entity = self.system.entity(name)
        assert entity is not None, name
        return entity

    def table_of(self, entity: str) -> Table:
        """The table that keeps an entity's rows."""
        return self.tables[self.table_names[entity]]

    def columns_of(self, entity: str, name: str) -> tuple[str, ...]:
        """The columns of a field, or of the key where the field is `id` and the design added it."""
        return self.column_names.get((entity, name), ())

    def put_table(self, table: Table) -> None:
        """Add a table, or replace the one of the same name."""
        self.tables[table.name] = table

    def put_route(self, route: Route) -> None:
        """Add a route, or replace the one of the same operation."""
        self.routes[route.operation] = route

    def decide(self, decision: Decision) -> None:
        """Record a decision."""
        self.decisions.append(decision)

    def physical(self) -> Physical:
        """Everything decided, as the blueprint keeps it."""
        return Physical(
            tables=tuple(self.tables.values()),
            routes=tuple(self.routes.values()),
            processes=tuple(self.processes.values()),
        )


@dataclass(frozen=True)
class Stage:
    """One kind of decision: its name, its documentation (the docstring of its file) and what decides it."""

    kind: str
    title: str
    documentation: str
    decide: Callable[[Draft], None]
