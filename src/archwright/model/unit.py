"""Units: the functions, methods, templates, serializers and resolvers a backend is made of.

A unit's body is control over effects. It is expanded from summaries when somebody looks, never stored.
"""

from __future__ import annotations

import enum

from archwright.model.base import Model, Place
from archwright.model.effect import AnyEffect


class UnitKind(enum.StrEnum):
    """What a unit is."""

    FUNCTION = "function"
    METHOD = "method"
    MODULE = "module"
    TEMPLATE = "template"
    SERIALIZER = "serializer"
    RESOLVER = "resolver"


class Node(Model, tag_field="node", frozen=True, kw_only=True):
    """A piece of control."""


class Do(Node, tag="do", frozen=True, kw_only=True):
    """One effect."""

    effect: AnyEffect


class Seq(Node, tag="seq", frozen=True, kw_only=True):
    """One after the other."""

    body: tuple[AnyNode, ...]


class Branch(Node, tag="branch", frozen=True, kw_only=True):
    """One of several ways; an empty way is a missing else."""

    condition: str
    ways: tuple[AnyNode, ...]


class Loop(Node, tag="loop", frozen=True, kw_only=True):
    """A body that runs any number of times."""

    over: str
    body: AnyNode


class Handler(Model, frozen=True, kw_only=True):
    """One except clause."""

    types: tuple[str, ...]
    body: AnyNode


class Try(Node, tag="try", frozen=True, kw_only=True):
    """A body whose errors are handled."""

    body: AnyNode
    handlers: tuple[Handler, ...]
    final: AnyNode | None = None


class With(Node, tag="with", frozen=True, kw_only=True):
    """A body inside a context: a transaction, a lock, an open file."""

    context: str
    body: AnyNode


AnyNode = Do | Seq | Branch | Loop | Try | With


class Unit(Model, frozen=True, kw_only=True):
    """A named piece of code with its body."""

    name: str
    """Dotted: module, then class and function."""
    kind: UnitKind
    place: Place
    parameters: tuple[str, ...] = ()
    body: AnyNode = Seq(body=())
