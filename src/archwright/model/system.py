"""A backend as a whole: what it keeps, what it offers, who uses it, what it depends on."""

from __future__ import annotations

import enum

from archwright.model.base import Model, Place
from archwright.model.entity import Entity
from archwright.model.operation import Operation
from archwright.model.policy import Role
from archwright.model.quantity import Duration, Share
from archwright.model.workload import Goals


class Channel(Model, frozen=True, kw_only=True):
    """A named stream of messages or tasks."""

    name: str
    payload: tuple[str, ...] = ()
    kind: str = "event"
    place: Place | None = None


class Cache(Model, frozen=True, kw_only=True):
    """A named cache."""

    name: str
    holds: str = ""
    ttl: Duration | None = None
    place: Place | None = None


class Peer(Model, frozen=True, kw_only=True):
    """A service outside of this system that operations call."""

    name: str
    url: str = ""
    timeout: Duration | None = None
    availability: Share | None = None
    place: Place | None = None


class Rule(Model, frozen=True, kw_only=True):
    """A sentence that must always hold, in the brief's own terms."""

    text: str
    prose: bool = False
    """True where it is free text that no machine checks; else it parses as an expression."""
    place: Place | None = None


class ContractKind(enum.StrEnum):
    """A machine-readable promise to callers."""

    OPENAPI = "openapi"
    GRAPHQL = "graphql"
    ASYNCAPI = "asyncapi"


class Contract(Model, frozen=True, kw_only=True):
    """A contract file of the project."""

    kind: ContractKind
    path: str
    version: str = ""


class Dependency(Model, frozen=True, kw_only=True):
    """A library the project needs, with the versions it admits."""

    name: str
    specifier: str = ""
    place: Place | None = None


class Convention(Model, frozen=True, kw_only=True):
    """What a project does throughout or asks for: `line length` 120, `command: tests` pytest -q, `ban` Never call `print`."""

    kind: str
    text: str
    place: Place | None = None
    """Where it is said; None: it was seen in the code as a whole."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


class EnvironmentSetting(Model, frozen=True, kw_only=True):
    """A setting that the code reads from the environment."""

    name: str
    default: str | None = None
    """What holds where the environment says nothing, as written; None: nothing does, or the code does not tell. Never of a secret."""
    secret: bool = False
    place: Place | None = None


class ProjectFacts(Model, frozen=True, kw_only=True):
    """What a code base says of itself beside its code."""

    frameworks: tuple[str, ...] = ()
    languages: tuple[tuple[str, int], ...] = ()
    """Lines by language, most first."""
    dependencies: tuple[Dependency, ...] = ()
    contracts: tuple[Contract, ...] = ()
    conventions: tuple[Convention, ...] = ()
    environment: tuple[EnvironmentSetting, ...] = ()
    settings: tuple[tuple[str, str | int | float | bool | None], ...] = ()


class System(Model, frozen=True, kw_only=True):
    """The logical model of a backend, whether written in a brief or recovered from code."""

    name: str
    description: str = ""
    goals: Goals = Goals()
    roles: tuple[Role, ...] = ()
    entities: tuple[Entity, ...] = ()
    operations: tuple[Operation, ...] = ()
    channels: tuple[Channel, ...] = ()
    caches: tuple[Cache, ...] = ()
    peers: tuple[Peer, ...] = ()
    rules: tuple[Rule, ...] = ()
    facts: ProjectFacts = ProjectFacts()
    unknown: tuple[str, ...] = ()
    """Dotted paths of numbers the author wrote `unknown` for; design names the decisions that wait for them."""

    def entity(self, name: str) -> Entity | None:
        """The entity of that name, or None."""
        return next((entity for entity in self.entities if entity.name == name), None)

    def operation(self, name: str) -> Operation | None:
        """The operation of that name, or None."""
        return next((operation for operation in self.operations if operation.name == name), None)
