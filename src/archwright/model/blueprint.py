"""The blueprint: the logical model, its physical part and the decisions between them, in one document."""

from __future__ import annotations

from archwright.model.base import Model
from archwright.model.decision import Decision
from archwright.model.physical import Physical
from archwright.model.system import System

BLUEPRINT_VERSION = 1
"""Raised when a reader of the old form could misread the new one."""


class Blueprint(Model, frozen=True, kw_only=True):
    """Written by `design` (from a brief) and by `survey` (from code); read by `build`, `prove` and `survey --compare`."""

    version: int
    """`BLUEPRINT_VERSION` of the writer. Required, so that it always stands in the JSON."""
    system: System
    physical: Physical = Physical()
    decisions: tuple[Decision, ...] = ()
