"""A person's brief in YAML to the model: every mistake at once, each at its line and column.

`read` is the way in; `vocabulary` declares every word once, for the reader, the JSON Schema and the manual.
"""

from archwright.brief.problems import BriefError
from archwright.brief.read import parse_brief, read_brief
from archwright.model.problems import Problem

__all__ = ["BriefError", "Problem", "parse_brief", "read_brief"]
