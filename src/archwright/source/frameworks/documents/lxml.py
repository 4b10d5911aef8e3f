"""lxml, elementpath and parsel: XPath expressions, and parsers that fetch what a document names.

Since lxml 5.0 a parser resolves internal entities alone; before, it reads files that a document names unless it is told
`resolve_entities=False`. It fetches others where it is told `resolve_entities=True`, and the DTD that a document names over the
network with `no_network=False` and `load_dtd=True`.
"""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.model.effect import Language
from archwright.source.flow.operators import truth
from archwright.source.flow.values import NO, Val, constant
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.python.xml_parsers import FINDS, UNSAFE, parses, with_parser, xpath
from archwright.source.frameworks.shared.sinks import interpret

_PARSER: Final = "lxml.etree.XMLParser"
ELEMENT: Final = "lxml.etree._Element"
TREE: Final = "lxml.etree._ElementTree"
_EVALUATOR: Final = "lxml.etree.XPathEvaluator"
_SELECTOR: Final = "parsel.Selector"


class Lxml(Framework):
    """Trees of lxml, and what evaluates XPath over them or others."""

    name = "lxml"
    packages = ("lxml", "elementpath", "parsel", "scrapy")
    aliases: ClassVar[dict[str, str]] = {
        "lxml.etree.ETCompatXMLParser": _PARSER,
        "lxml.etree.XPathElementEvaluator": _EVALUATOR,
        "lxml.etree.XPathDocumentEvaluator": _EVALUATOR,
        "scrapy.Selector": _SELECTOR,
        "scrapy.selector.Selector": _SELECTOR,
        "parsel.selector.Selector": _SELECTOR,
    }
    returns: ClassVar[dict[str, str]] = {
        f"{TREE}.getroot": ELEMENT,
        f"{ELEMENT}.getroottree": TREE,
        "lxml.html.fromstring": ELEMENT,
        "lxml.html.document_fromstring": ELEMENT,
        "lxml.html.parse": TREE,
        "lxml.etree.HTML": ELEMENT,
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls[_PARSER] = _parser
        self.calls[f"{_PARSER}.feed"] = _fed
        for module in ("lxml.etree", "lxml.objectify"):
            self.calls[f"{module}.parse"] = parses("etree.parse", 0, "source", 1, gives=TREE, default=_default)
            for name in ("fromstring", "XML", "fromstringlist"):
                self.calls[f"{module}.{name}"] = parses(f"etree.{name}", 0, "text", 1, gives=ELEMENT, default=_default)
        self.calls["lxml.etree.iterparse"] = _iterparse
        for holder in (TREE, ELEMENT):
            self.calls[f"{holder}.xpath"] = xpath(0, "_path", "xpath")
            for name in FINDS:
                self.calls[f"{holder}.{name}"] = xpath(0, "path", name)
        self.methods["xpath"] = xpath(0, "query", "xpath")  # no other library's method is called so
        for name in ("XPath", "ETXPath"):
            self.calls[f"lxml.etree.{name}"] = xpath(0, "path", name)
        self.calls[_EVALUATOR] = lambda _: Val(("object", _EVALUATOR))
        self.calls[f"{_EVALUATOR}.__call__"] = xpath(0, "path", "XPathEvaluator")
        self.calls[f"{_SELECTOR}.xpath"] = xpath(0, "query", "Selector.xpath")
        for name in ("select", "iter_select"):
            self.calls[f"elementpath.{name}"] = xpath(1, "path", f"elementpath.{name}")
        self.calls["elementpath.Selector"] = _compiled


def _parser(site: CallSite) -> Val:
    """`XMLParser(...)`, with what of its arguments lets a document name other files."""
    reason = _reason(site)
    return Val(("object", _PARSER), (), NO, {UNSAFE: constant(reason)} if reason else {})


def _reason(site: CallSite) -> str:
    def said(name: str) -> bool | None:
        value = site.keywords.get(name)
        return truth(value) if value is not None and value.const != "internal" else None

    if said("resolve_entities"):
        return "resolve_entities=True"
    if "resolve_entities" not in site.keywords and not site.spread and (old := _default(site)):
        return old
    reads = said("load_dtd") or said("dtd_validation") or said("attribute_defaults")
    return "no_network=False" if reads and said("no_network") is False else ""


def _default(site: CallSite) -> str:
    """What lets documents name files where nothing is said: the project runs with a version whose default it is."""
    return "the defaults of lxml before 5.0" if site.frame.engine.versions.before("lxml", 5) is True else ""


def _fed(site: CallSite) -> Val | None:
    with_parser(site, site.argument(0, "data"), site.receiver, "XMLParser.feed")
    return None


def _iterparse(site: CallSite) -> Val | None:
    source, reason = site.argument(0, "source"), _reason(site)
    if source is not None and reason:
        interpret(site, Language.XML, source, api=f"etree.iterparse with {reason}")
    return None


def _compiled(site: CallSite) -> Val:
    """`Selector(path)`: an expression that is evaluated later, on any tree."""
    interpret(site, Language.XPATH, site.argument(0, "path"), api="elementpath.Selector")
    return Val(("object", "elementpath.Selector"))
