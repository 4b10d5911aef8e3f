"""Chainlit and Streamlit: what a visitor types into a chat or a widget."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from archwright.model.effect import Language
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Entry, Framework, Source
from archwright.source.frameworks.shared.jobs import decorated
from archwright.source.frameworks.shared.sinks import interpret

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

_MESSAGE: Final = "chainlit.Message"
_WIDGETS: Final = ("text_input", "text_area", "chat_input")


class Chainlit(Framework):
    """Messages of a chat."""

    name = "chainlit"
    packages = ("chainlit",)
    aliases: ClassVar[dict[str, str]] = {"chainlit.message.Message": _MESSAGE}
    sources: ClassVar[dict[str, Source]] = {f"{_MESSAGE}.content": Source("chat message")}

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Functions decorated with `on_message`."""
        for _, unit, _, _ in decorated(engine, frozenset({"chainlit.on_message"}), self.packages):
            parameters = engine.project.unit(unit)[1][4]
            if parameters:
                yield Entry(unit, {parameters[0][0]: Val(("object", _MESSAGE))})


class Streamlit(Framework):
    """Widgets, on the page or in its sidebar."""

    name = "streamlit"
    packages = ("streamlit",)
    sources: ClassVar[dict[str, Source]] = {
        **{f"streamlit.{where}{name}": Source("text of a widget") for where in ("", "sidebar.") for name in _WIDGETS},
        "streamlit.query_params": Source("query parameter"),
        "streamlit.experimental_get_query_params": Source("query parameter"),
    }

    def __init__(self) -> None:
        super().__init__()
        for where in ("", "sidebar."):
            for name in ("markdown", "write", "caption"):
                self.calls[f"streamlit.{where}{name}"] = _written


def _written(site: CallSite) -> Val | None:
    """`st.markdown(text, unsafe_allow_html=True)`."""
    allowed = site.keywords.get("unsafe_allow_html")
    if allowed is not None and allowed.const is True:
        interpret(site, Language.HTML, site.argument(0, "body"), api=f"{site.name} with unsafe_allow_html")
    return None
