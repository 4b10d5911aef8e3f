"""The standard library's XML: queries over trees, and parsers that fetch what a document names.

ElementTree and expat never fetch external entities. `xml.sax` does not either since Python 3.7.1, unless
`setFeature(feature_external_ges, True)` says so; minidom and pulldom use the parser that they are given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from archwright.model.effect import Language
from archwright.model.value import Use
from archwright.source.flow.operators import truth
from archwright.source.flow.values import NO, NONE, Origin, Val, clean, constant, deep_origins
from archwright.source.frameworks.base import CallSite, Handler, mask
from archwright.source.frameworks.shared.sinks import interpret

_SAX: Final = "xml.sax.xmlreader.XMLReader"
ELEMENT: Final = "xml.etree.ElementTree.Element"
TREE: Final = "xml.etree.ElementTree.ElementTree"
_EXTERNAL: Final = frozenset({
    "feature_external_ges", "feature_external_pes",
    "http://xml.org/sax/features/external-general-entities", "http://xml.org/sax/features/external-parameter-entities",
})  # fmt: skip
IN_PAGES: Final = mask(Use.HTML)
"""What comes out of a tree counts as clean for pages: they are often filtered on the way, tag by tag, which can't be followed."""
FINDS: Final = ("find", "findall", "findtext", "iterfind")
UNSAFE: Final = "unsafe"
"""The item of a parser that says how it was told to fetch external entities."""


def parses(
    api: str,
    data: int,
    keyword: str,
    parser: int,
    *,
    gives: str = "",
    default: Callable[[CallSite], str] | None = None,
) -> Handler:
    """A call that reads a document with a parser that it is given. It matters where the parser fetches external entities.

    default: why the one does that is used where none is given; empty: it does not.
    """

    def handler(site: CallSite) -> Val | None:
        given = site.argument(parser, "parser")
        if default is not None and (given is None or given.const is None) and (reason := default(site)):
            given = Val(None, (), NO, {UNSAFE: constant(reason)})
        with_parser(site, site.argument(data, keyword), given, api)
        return Val(("object", gives), carried(site.argument(data, keyword), IN_PAGES)) if gives else None

    return handler


def carried(value: Val | None, uses: int = 0) -> tuple[Origin, ...]:
    """The origins of what was parsed. uses: a bit set of what taking it apart cleans it for."""
    return clean(deep_origins(value), uses) if value is not None else ()


def with_parser(site: CallSite, data: Val | None, parser: Val | None, api: str) -> None:
    """Record that a parser reads data, where it fetches external entities."""
    told = (parser.items or {}).get(UNSAFE) if parser is not None else None
    if told is not None and data is not None:
        interpret(site, Language.XML, data, api=f"{api} with {told.const}")


def xpath(index: int, keyword: str, api: str) -> Handler:
    """A call that evaluates an XPath expression; variables are given apart from it."""

    def handler(site: CallSite) -> Val | None:
        interpret(site, Language.XPATH, site.argument(index, keyword), api=api)
        return None

    return handler


def _sax(site: CallSite) -> Val:
    return Val(("object", _SAX), (), NO, {})


def _feature(site: CallSite) -> Val:
    """`parser.setFeature(feature, state)`."""
    receiver, feature, state = site.receiver, site.argument(0, "name"), site.argument(1, "state")
    if receiver is None or receiver.items is None or feature is None or state is None:
        return NONE
    named = feature.type[1].rpartition(".")[2] if feature.type is not None and feature.type[0] == "external" else ""
    said = feature.const if isinstance(feature.const, str) else named
    if said in _EXTERNAL:
        short = named or str(said).rpartition("/")[2]
        if truth(state) is True:
            receiver.items[UNSAFE] = constant(short)
        elif truth(state) is False:
            receiver.items.pop(UNSAFE, None)
    return NONE


def _parse(site: CallSite) -> Val:
    with_parser(site, site.argument(0, "source"), site.receiver, "XMLReader.parse")
    return NONE


CALLS: Final[dict[str, Handler]] = {
    "xml.sax.make_parser": _sax,
    "xml.sax.expatreader.create_parser": _sax,
    f"{_SAX}.setFeature": _feature,
    f"{_SAX}.parse": _parse,
    f"{_SAX}.feed": _parse,
    "xml.dom.minidom.parseString": parses("minidom.parseString", 0, "string", 1),
    "xml.dom.minidom.parse": parses("minidom.parse", 0, "file", 1),
    "xml.dom.pulldom.parseString": parses("pulldom.parseString", 0, "string", 1),
    "xml.dom.pulldom.parse": parses("pulldom.parse", 0, "stream_or_string", 1),
    **{f"{holder}.{name}": xpath(0, "path", name) for holder in (TREE, ELEMENT) for name in FINDS},
}
"""By dotted name."""
RETURNS: Final[dict[str, str]] = {
    "xml.etree.ElementTree.parse": TREE,
    "xml.etree.ElementTree.fromstring": ELEMENT,
    "xml.etree.ElementTree.XML": ELEMENT,
    f"{TREE}.getroot": ELEMENT,
    "defusedxml.ElementTree.parse": TREE,
    "defusedxml.ElementTree.fromstring": ELEMENT,
}
"""Callable -> the class of the object it gives."""
