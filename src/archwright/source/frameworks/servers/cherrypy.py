"""CherryPy: methods that are exposed, whose parameters are those of the query, the form and the rest of the path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from archwright.source.frameworks.base import Entry, Framework, Source
from archwright.source.frameworks.responses.pages import returned
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.handed import handed
from archwright.source.frameworks.shared.jobs import decorated

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

_REQUEST = {
    "params": "request parameter",
    "json": "request body",
    "headers": "request header",
    "cookie": "cookie",
    "query_string": "query string",
    "path_info": "request path",
    "body": "request body",
}


class CherryPy(Framework):
    """Exposed methods; what they return is a page."""

    name = "cherrypy"
    packages = ("cherrypy",)
    sources: ClassVar[dict[str, Source]] = {
        **{f"cherrypy.request.{name}": Source(said) for name, said in _REQUEST.items()},
        **{f"cherrypy.serving.request.{name}": Source(said) for name, said in _REQUEST.items()},
    }

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Methods decorated with `expose`. Where their class is mounted is not read, so they are no operations of a path."""
        for _, unit, _, _ in decorated(engine, frozenset({"cherrypy.expose"}), self.packages):
            names = {last_name(node) for node in engine.project.unit(unit)[1][5]}
            pages = None if "json_out" in names else returned
            yield Entry(unit, handed(engine, unit, "request parameter", decoded=False), None, pages)
