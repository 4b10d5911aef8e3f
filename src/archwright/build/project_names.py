"""The project as the writers see it: the blueprint with every name of Python chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from archwright.build.error import BuildError
from archwright.build.names import camel, distinct, package_name, snake
from archwright.model.blueprint import Blueprint
from archwright.model.entity import Entity
from archwright.model.operation import Operation
from archwright.model.physical import FillBy, Grant, Route, Table
from archwright.model.policy import ANYONE

LONGEST_PACKAGE = 40
"""Characters of a package's name: longer ones would push import lines over the line length."""


@dataclass(frozen=True)
class Peer:
    """A service that operations call."""

    name: str
    module: str
    """Its module under `domain/`, which is also its name among the dependencies."""
    class_name: str
    setting: str
    operations: tuple[str, ...]
    """Names of the methods: the operations that call it."""


@dataclass(frozen=True)
class Names:
    """A blueprint and the names that its parts have in the project."""

    blueprint: Blueprint

    @cached_property
    def package(self) -> str:
        """The package's name. Raises BuildError where it is too long."""
        name = package_name(self.blueprint.system.name)
        if len(name) > LONGEST_PACKAGE:
            raise BuildError(f"the system's name gives the package {name!r}: more than {LONGEST_PACKAGE} characters")
        return name

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Tables by name."""
        return {table.name: table for table in self.blueprint.physical.tables}

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The routes, in the order in which they must be registered."""
        return self.blueprint.physical.routes

    @cached_property
    def modules(self) -> dict[str, str]:
        """Operation to module (and function)."""
        return distinct(route.operation for route in self.routes)

    @cached_property
    def row_functions(self) -> dict[str, str]:
        """Table to function in the tests that inserts a row."""
        return distinct(table.name for table in self.blueprint.physical.tables)

    @cached_property
    def peers(self) -> tuple[Peer, ...]:
        """Every peer that a route calls."""
        calling: dict[str, list[str]] = {}
        for route in self.routes:
            for call in route.calls:
                calling.setdefault(call.peer, []).append(self.modules[route.operation])
        taken = set(self.modules.values())
        peers = []
        for name, module in distinct(calling).items():
            own = f"{module}_client" if module in taken else module
            peers.append(Peer(name, own, camel(module), f"{snake(module)}_url", tuple(dict.fromkeys(calling[name]))))
        return tuple(peers)

    @cached_property
    def idempotent(self) -> bool:
        """Whether some route takes an Idempotency-Key."""
        return any(self.takes_key(route) for route in self.routes)

    @cached_property
    def authenticated(self) -> bool:
        """Whether some route needs a caller with a token."""
        return any(self.needs_token(route) for route in self.routes)

    def takes_key(self, route: Route) -> bool:
        """Whether the route takes an Idempotency-Key: declared, or a write that calls a peer after its commit.

        Without the key a caller whose peer call failed could not repeat the request without a second write.
        """
        return bool(route.writes) and (route.idempotency_key or bool(route.calls))

    def table(self, route: Route) -> Table | None:
        """The table that the route is about."""
        return self.tables.get(route.table or "")

    def entity(self, table: Table) -> Entity | None:
        """The entity whose rows the table keeps."""
        return self.blueprint.system.entity(table.entity) if table.entity else None

    def entity_name(self, table: Table) -> str:
        """The table's rows as a person calls them."""
        return table.entity or table.name

    def operation(self, route: Route) -> Operation | None:
        """The logical operation."""
        return self.blueprint.system.operation(route.operation)

    def needs_token(self, route: Route) -> bool:
        """Whether no caller without a token may use the route."""
        return not any(grant.role == ANYONE for grant in route.grants)

    def uses_principal(self, route: Route) -> bool:
        """Whether the route's code asks who calls."""
        return self.needs_token(route) or any(_asks(grant) for grant in route.grants) or fills_principal(route)


def fills_principal(route: Route) -> bool:
    """Whether the route writes the caller's own id."""
    return any(fill.by is FillBy.PRINCIPAL for step in route.writes for fill in (*step.fills, *step.match))


def _asks(grant: Grant) -> bool:
    return grant.owner is not None
