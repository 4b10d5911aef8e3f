"""Documents that are taken apart: what stands in a tree, a table or a feed is what was parsed, and whose that is."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework, Handler, Iteration
from archwright.source.frameworks.documents.lxml import ELEMENT as LXML_ELEMENT
from archwright.source.frameworks.documents.lxml import TREE as LXML_TREE
from archwright.source.frameworks.python.matching import MATCH
from archwright.source.frameworks.python.xml_parsers import ELEMENT, IN_PAGES, TREE, carried

NODE: Final = "parsed document"
"""Stands for a tree, a part of one, or what a part leads to."""
_TREES: Final = {
    "bs4.BeautifulSoup": ("markup", NODE),
    "html5lib.parse": ("doc", NODE),
    "xmltodict.parse": ("xml_input", NODE),
    "pyquery.PyQuery": ("", NODE),
    "selectolax.parser.HTMLParser": ("html", NODE),
    "lxml.html.fromstring": ("html", LXML_ELEMENT),
    "lxml.html.document_fromstring": ("html", LXML_ELEMENT),
    "lxml.etree.HTML": ("text", LXML_ELEMENT),
    "xml.etree.ElementTree.parse": ("source", TREE),
    "xml.etree.ElementTree.fromstring": ("text", ELEMENT),
    "xml.etree.ElementTree.XML": ("text", ELEMENT),
    "defusedxml.ElementTree.parse": ("source", TREE),
    "defusedxml.ElementTree.fromstring": ("text", ELEMENT),
}
"""Parsers, with the keyword of what they are given and the class of what they give."""
_TABLES: Final = {
    "csv.reader": "csvfile",
    "csv.DictReader": "f",
    "tomllib.loads": "s",
    "toml.loads": "s",
    "tomli.loads": "s",
    "vobject.readComponents": "streamOrString",
}


class Parsed(Framework):
    """Trees of pages and of XML, tables, and what patterns find."""

    name = "parsed"
    objects = (NODE, MATCH, ELEMENT, TREE, LXML_ELEMENT, LXML_TREE)
    aliases: ClassVar[dict[str, str]] = {"bs4.element.Tag": NODE}

    def __init__(self) -> None:
        super().__init__()
        for dotted, (keyword, gives) in _TREES.items():
            self.calls[dotted] = _parses(keyword, gives, IN_PAGES)
        for dotted, keyword in _TABLES.items():
            self.calls[dotted] = _parses(keyword, NODE, 0)

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        return Val(("member", value, name), value.origins) if value.origins else None

    def item(self, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        return _part(base)

    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        part = _part(value)
        return Iteration(part, "items") if part is not None else None

    def method(self, call: CallSite) -> Val | None:
        """What a tree, or a part of it, gives; what an element is told changes nothing of whose it is."""
        return _part(call.receiver) if call.receiver is not None else None


def _part(whole: Val) -> Val | None:
    """A part of a document: it has parts itself, but for what a pattern found."""
    if not whole.origins or whole.type is None:
        return None
    return Val(("text",) if whole.type[1] == MATCH else whole.type, whole.origins)


def _parses(keyword: str, gives: str, uses: int) -> Handler:
    def handler(site: CallSite) -> Val | None:
        origins = carried(site.argument(0, keyword), uses)
        return Val(("object", gives), origins) if origins else None

    return handler
