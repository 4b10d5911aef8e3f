"""Python-Markdown: extensions of a project's own are given the text that people wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from archwright.model.value import Trust
from archwright.source.flow.values import Origin, Val
from archwright.source.frameworks.base import Entry, Framework

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

_GIVEN: Final = {
    "markdown.preprocessors.Preprocessor": (("run", 1, "list"),),
    "markdown.blockprocessors.BlockProcessor": (("test", 2, "text"), ("run", 2, "list")),
}
"""Class -> its methods that are given the text: where it stands among their parameters, whole or in lines."""
_SAID: Final = "text in Markdown"


class Markdown(Framework):
    """The methods that the converter calls; who wrote the text is not known here."""

    name = "markdown"
    packages = ("markdown",)
    bases: ClassVar[tuple[str, ...]] = tuple(_GIVEN)

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """The methods of the project's own processors."""
        for info in project.all_classes():
            for base in _GIVEN.keys() & set(info.external_bases()):
                for method, index, type_ in _GIVEN[base]:
                    unit = info.method(method)
                    if unit is None:
                        continue
                    facts = project.unit(unit)[1]
                    if len(facts[4]) > index:
                        written: Origin = (("source", _SAID, Trust.UNKNOWN.value), 0, (None, unit, facts[2], _SAID))
                        yield Entry(unit, {facts[4][index][0]: Val((type_,), (written,))})
