"""From the model to a blueprint: one file per kind of decision, in the order that `pipeline.STAGES` states.

`design(system)` gives the blueprint, `catalogue()` the documentation of every kind of decision.
"""

from archwright.design.error import DesignError
from archwright.design.pipeline import catalogue, design

__all__ = ["DesignError", "catalogue", "design"]
