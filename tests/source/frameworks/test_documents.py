"""XML, XPath and directories: what is read as an expression, and which parsers fetch what a document names."""

from pathlib import Path

import pytest

from archwright.model.effect import Interpret, Language
from archwright.model.value import Clean, Use
from archwright.source.program import analyse

HEAD = """
import elementpath, ldap, ldap3, lxml.etree, lxml.objectify, xml.sax, xml.dom.pulldom
import xml.etree.ElementTree as ET
from xml.sax.handler import feature_external_ges, feature_external_pes
from lxml import etree
from flask import Flask, abort, request
app = Flask(__name__)

@app.post("/x/<name>")
def x(name):
    """

USES = {Language.XPATH: Use.XPATH, Language.LDAP: Use.LDAP, Language.XML: Use.XML}
DIRTY = {
    "an element": "lxml.etree.parse('f').getroot().xpath('//a[@b=\"' + name + '\"]')",
    "a tree": "lxml.etree.parse('f').xpath('//a[@b=\"%s\"]' % name)",
    "something unknown": "x.root.xpath(f'//a[@b=\"{name}\"]')",
    "an evaluator": "etree.XPathEvaluator(etree.fromstring('<a/>'))(name)",
    "compiled": "etree.XPath('//' + name)",
    "find": "ET.parse('f').find('.//a[@b=\"' + name + '\"]')",
    "elementpath": "elementpath.select(ET.fromstring('<a/>'), '//' + name)",
    "one quote of two": "etree.XPath('//a[@b=\"' + name.replace('\"', '\"\"') + '\"]')",
    "a filter": "ldap3.Connection('s').search('dc=x', '(uid=' + name + ')')",
    "a base": "ldap3.Connection('s').search('ou=' + name, '(uid=1)')",
    "by name": "x.directory.search(search_base='dc=x', search_filter=f'(uid={name})')",
    "python-ldap": "ldap.initialize('s').search_ext_s('dc=x', 2, '(uid=%s)' % name)",
    "all entities": "etree.fromstring(name, etree.XMLParser(resolve_entities=True))",
    "a DTD from elsewhere": "etree.XML(name, parser=etree.XMLParser(load_dtd=True, no_network=False))",
    "objectify": "lxml.objectify.fromstring(name, etree.XMLParser(resolve_entities=True))",
    "iterparse": "etree.iterparse(request.files['f'], resolve_entities=True)",
    "sax": "p = xml.sax.make_parser()\n    p.setFeature(feature_external_pes, True)\n    p.parse(request.files['f'])",
    "pulldom": "p = xml.sax.make_parser()\n    p.setFeature(feature_external_ges, 1)\n    xml.dom.pulldom.parseString(name, p)",
}
CLEAN = {
    "variables": "lxml.etree.parse('f').xpath('//a[@b=$b]', b=name)",
    "no quote left": "etree.XPath('//a[@b=\"' + name.replace('\"', '&quot;') + '\"]')",
    "no quote in it": "if '\"' in name:\n        abort(400)\n    etree.XPath(f'//a[@b=\"{name}\"]')",
    "no entities": "etree.fromstring(name, etree.XMLParser(resolve_entities=False))",
    "internal entities": "etree.fromstring(name, etree.XMLParser(resolve_entities='internal'))",
    "no parser": "etree.fromstring(name)",
    "switched off again": "p = xml.sax.make_parser()\n    p.setFeature(feature_external_ges, True)\n    p.setFeature(feature_external_ges, False)\n    p.feed(name)",
    "another feature": "p = xml.sax.make_parser()\n    p.setFeature(xml.sax.handler.feature_namespaces, True)\n    p.feed(name)",
}  # fmt: skip


def dirty(tmp_path: Path, body: str) -> bool:
    (tmp_path / "app.py").write_text(HEAD + body, encoding="utf-8")
    effects = analyse(["."], wanted=frozenset({Interpret}), root=tmp_path).effects
    return any(isinstance(e, Interpret) and e.text.state(USES[e.language]) is Clean.DIRTY for e in effects)


@pytest.mark.parametrize("body", DIRTY.values(), ids=DIRTY)
def test_what_the_sender_rewrites(tmp_path: Path, body: str) -> None:
    assert dirty(tmp_path, body)


@pytest.mark.parametrize("body", CLEAN.values(), ids=CLEAN)
def test_what_stays_the_authors(tmp_path: Path, body: str) -> None:
    assert not dirty(tmp_path, body)
