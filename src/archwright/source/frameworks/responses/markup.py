"""Texts that are called safe HTML: MarkupSafe, Django's safestring, and what escapes or filters for a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from archwright.model.effect import Language
from archwright.model.value import UNFILTERED, Use
from archwright.source import facts as f
from archwright.source.flow import dispatch
from archwright.source.flow.frame import Frame
from archwright.source.flow.operators import shape
from archwright.source.flow.values import NO, Val, clean, constant, deep_origins, join_origins, step
from archwright.source.frameworks.base import CallSite, Framework, Handler, mask
from archwright.source.frameworks.crypto.made import whither
from archwright.source.frameworks.shared.confined import WORD
from archwright.source.frameworks.shared.sinks import interpret
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

_MARKUP: Final = "markupsafe.Markup"
_HTML: Final = mask(Use.HTML)
_READS: Final = frozenset({"unescape", "striptags"})
_FILLS: Final = frozenset({"format", "format_map", "join", "replace"})
"""Methods of a safe text that escape what is put into it."""


_MARKDOWN: Final = (
    "markdown.markdown",
    "markdown.Markdown.convert",
    "markdown2.markdown",
    "mistune.html",
    "commonmark.commonmark",
)
"""Calls that make HTML of Markdown, in which HTML stands as it was written."""
_FILTERS: Final = ("bleach", "sanit", "nh3", "escape", "safe")


_SAID: Final = "mark_safe"
"""It holds one of these words, and filters nothing."""
_CONVERTER: Final = "markdown.Markdown"
_FILTERED: Final = "filtered"
"""The key under which a converter keeps that its options may filter what it makes."""


def _filters(site: CallSite, given: Sequence[Val]) -> bool:
    """True where an option filters HTML, or an extension of the project's own may."""
    parts = [each for value in given for each in (value, *(value.items or {}).values())]
    named = [*site.keywords, *(str(each.const) for each in parts)]
    return (
        bool(site.spread)
        or any(word in name.lower() for name in named for word in _FILTERS)
        or any(each.type is not None and each.type[0] in ("instance", "class") for each in parts)
    )


def _rendered(site: CallSite) -> Val | None:
    """HTML made of Markdown, unless an option or an extension filters it."""
    text = site.argument(0, "text")
    held = site.receiver.items if site.receiver is not None else None
    if text is None or _FILTERED in (held or {}) or _filters(site, [*site.args[1:], *site.keywords.values()]):
        return None
    origins = deep_origins(text)
    if _filtered_otherwise(site):
        origins = step(origins, site.frame.unit, site.position, UNFILTERED)
    return Val(("text",), origins)


def _filtered_otherwise(site: CallSite) -> bool:
    """True for the shorter of two calls of a function, of which the other is told more, beside a name that speaks of filtering."""
    parts = list(nodes(body_of(site.frame.facts)))
    calls = [node for node in parts if node[0] == f.CALL and node[2][-1] == site.name.rpartition(".")[2]]
    mine = next((len(node[3]) + len(node[4]) for node in calls if node[1] == site.position), 0)
    names = (str(node[-1]).lower() for node in parts if node[0] in (f.NAME, f.ATTR))
    return any(len(node[3]) + len(node[4]) > mine for node in calls) and any(
        word in name for name in names for word in _FILTERS if name != _SAID
    )


def _converter(site: CallSite) -> Val:
    """`Markdown(extensions=[...])`."""
    filters = _filters(site, site.values())
    return Val(("object", _CONVERTER), (), NO, {_FILTERED: constant(True)} if filters else None)


def _safe(api: str, index: int = 0, keyword: str = "") -> Handler:
    """A call that says of a text that it is HTML: it is told there, and not again where the text is shown."""

    def handler(site: CallSite) -> Val | None:
        text = site.argument(index, keyword)
        if (
            text is not None
            and deep_origins(text)
            and not any(_undone(node, site.position) for node in nodes(body_of(site.frame.facts)))
            and not _into_row(site)
        ):
            interpret(site, Language.HTML, text, api=api)
        return _markup(site, text)

    return handler


def _into_row(site: CallSite) -> bool:
    """True for `Mail(subject=mark_safe(subject))`, a row that is made of it: a column keeps a text, and not that it is safe."""
    given = [each.word for each in whither(site.frame, site.position).becomes if each.how == "call"]
    return bool(given) and all(_makes_row(site.frame, word) for word in given)


def _makes_row(frame: Frame, word: str) -> bool:
    found = frame.engine.project.resolve_name(frame.module, word) if word.isidentifier() else None
    return found is not None and found.kind == "class" and frame.engine.instance_type(found.value)[0] == "row"


def _said_of_results(frame: Frame, returns: Val) -> Val:
    """`@mark_safe`: what the function returns is said to be HTML."""
    for value in frame.returns:
        if deep_origins(value) and value.type != ("object", _MARKUP):
            ends = [steps for _, _, steps in value.origins if steps is not None and steps[1] == frame.unit]
            position = ends[0][2] if ends else frame.facts[2]
            text = shape(value)
            frame.emit(
                "Interpret", position, language="html", text=value, api="mark_safe", parameters=False, shape=text
            )
    return Val(("object", _MARKUP), clean(deep_origins(returns), _HTML))


def _undone(node: Any, position: int) -> bool:
    """True where the call at a place is `Markup(text).unescape()`: a way to read HTML, which makes a plain text of it."""
    return bool(node[0] == f.ATTR and node[3] in _READS and node[2][0] == f.CALL and node[2][1] == position)


def _markup(site: CallSite, text: Val | None) -> Val:
    origins = clean(deep_origins(text), _HTML) if text is not None else ()
    return Val(("object", _MARKUP), origins)


def _escaped(site: CallSite) -> Val:
    return _markup(site, site.argument(0, "s") or site.argument(0, "text"))


def _format_html(site: CallSite) -> Val:
    """`format_html(text, ...)` escapes its arguments, not its text."""
    text = site.argument(0, "format_string")
    if text is not None:
        interpret(site, Language.HTML, text, api="format_html")
    return Val(("object", _MARKUP), clean(site.derived().origins, _HTML))


class Markup(Framework):
    """Safe texts."""

    name = "markup"
    objects = (_MARKUP,)
    aliases: ClassVar[dict[str, str]] = {
        "flask.Markup": _MARKUP,
        "jinja2.Markup": _MARKUP,
        "flask.escape": "markupsafe.escape",
        "jinja2.escape": "markupsafe.escape",
        "jinja2.utils.markupsafe.escape": "markupsafe.escape",
        "markupsafe.Markup.escape": "markupsafe.escape",
        "django.utils.safestring.SafeString": "django.utils.safestring.mark_safe",
        "django.utils.safestring.SafeText": "django.utils.safestring.mark_safe",
        "django.utils.html.mark_safe": "django.utils.safestring.mark_safe",
        "django.utils.html.SafeString": "django.utils.safestring.mark_safe",
    }
    cleaners: ClassVar[dict[str, int]] = {
        "django.utils.text.slugify": WORD,
        "slugify.slugify": WORD,
        **dict.fromkeys(
            (
                "bleach.clean",
                "bleach.linkify",
                "nh3.clean",
                "nh3.clean_text",
                "lxml.html.clean.clean_html",
                "lxml_html_clean.clean_html",
                "django.utils.html.strip_tags",
                "django.utils.html.escapejs",
                "markupsafe.escape_silent",
                "tornado.escape.xhtml_escape",
                "cgi.escape",
            ),
            _HTML,
        ),
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls[_MARKUP] = _safe("Markup", 0, "base")
        self.calls["django.utils.safestring.mark_safe"] = _safe("mark_safe", 0, "s")
        self.results["django.utils.safestring.mark_safe"] = _said_of_results
        for dotted in ("markupsafe.escape", "django.utils.html.escape", "django.utils.html.conditional_escape"):
            self.calls[dotted] = _escaped
        self.calls[_CONVERTER] = _converter
        for dotted in _MARKDOWN:
            self.calls[dotted] = _rendered
        self.calls["django.utils.html.format_html"] = _format_html
        self.calls["django.utils.html.format_html_join"] = _format_html

    def method(self, call: CallSite) -> Val | None:
        """A safe text is a text; what it is filled with is escaped."""
        receiver = call.receiver
        if receiver is None:
            return None
        if call.name in _FILLS:
            return Val(receiver.type, clean(call.derived().origins, _HTML))
        plain = CallSite(
            call.frame, call.position, call.name, receiver.with_type(("text",)), call.args, call.keywords, call.spread
        )
        return dispatch.call_member(call.frame.engine, plain)

    def operate(self, frame: Frame, op: str, left: Val, right: Val, position: int) -> Val | None:
        """`+` and `%` escape the other side."""
        origins = clean(join_origins(deep_origins(left), deep_origins(right)), _HTML)
        return Val(("object", _MARKUP), step(origins, frame.unit, position, "built into a text"))
