"""What is taken out of a document is as trusted as the document: it chooses hosts, and pages are told of what is not filtered."""

from pathlib import Path

import pytest

from archwright.model.finding import Confidence
from archwright.review.project import review_project
from archwright.review.registry import all_rules

RULES = tuple(rule for rule in all_rules() if rule.name in ("request/ssrf", "injection/html", "request/open-redirect"))

PROGRAM = """
import csv
import io
import re
import json
import yaml
import markdown
import requests
import xmltodict
from bs4 import BeautifulSoup
from flask import Flask, redirect, request
from lxml import html
from markupsafe import Markup
from xml.etree import ElementTree

app = Flask(__name__)

@app.post("/import")
def load():
    text = request.form["text"]
{body}
    return redirect("/")
"""
FOUND = {
    "a tag's attribute": 'requests.get(BeautifulSoup(text, "html.parser").find("img")["src"], timeout=5)',
    "each of several tags": 'for tag in BeautifulSoup(text, "lxml").select("img"): requests.get(tag.get("src"), timeout=5)',
    "a way through a tree": "requests.get(BeautifulSoup(text).body.a.attrs['href'], timeout=5)",
    "lxml by XPath": 'requests.get(html.fromstring(text).xpath("//img/@src")[0], timeout=5)',
    "elements of lxml": 'for each in html.fromstring(text).iter("img"): requests.get(each.get("src"), timeout=5)',
    "ElementTree": 'requests.get(ElementTree.fromstring(text).find("url").text, timeout=5)',
    "XML as dictionaries": 'requests.get(xmltodict.parse(text)["feed"]["url"], timeout=5)',
    "YAML": 'requests.get(yaml.safe_load(text)["url"], timeout=5)',
    "JSON of an upload": 'requests.get(json.load(request.files["f"])["url"], timeout=5)',
    "rows of a table": "for row in csv.reader(io.StringIO(text)): requests.get(row[0], timeout=5)",
    "rows by name": 'for row in csv.DictReader(io.StringIO(text)): requests.get(row["url"], timeout=5)',
    "addresses that a pattern finds": r'for url in re.findall(r"https?://\S+", text): requests.get(url, timeout=5)',
    "a group of a pattern": """requests.get(re.search(r'src="([^"]+)"', text).group(1), timeout=5)""",
    "a compiled pattern": """requests.get(re.compile(r'src="([^"]+)"').search(text)[1], timeout=5)""",
    "Markdown in a page": "return Markup(markdown.markdown(text))",
    "a converter of Markdown": 'return Markup(markdown.Markdown(extensions=["tables"]).convert(text))',
}
SILENT = {
    "a group of letters": 'requests.get(re.search(r"(\\w+)", text).group(1), timeout=5)',
    "a host below a domain": 'requests.get(re.match(r"https://([a-z]+\\.shop\\.example)/.*", text).group(1), timeout=5)',
    "an address of this service": 'return redirect(re.match(r"^(/[^/].*)$", text).group(1))',
    "a path below a fixed host": """requests.get("https://a.example/" + re.search(r'id="([^"]+)"', text)[1], timeout=5)""",
    "a page that is filtered tag by tag": "return Markup(str(filtered(BeautifulSoup(text))))",
    "a document of the service's own": 'requests.get(BeautifulSoup(open("page.html")).a["href"], timeout=5)',
    "Markdown that an extension filters": 'return Markup(markdown.markdown(text, extensions=["mdx_bleach"]))',
    "how many tags": 'requests.get(f"http://{len(BeautifulSoup(text).find_all(1))}.example/", timeout=5)',
}


def found(body: str, directory: Path) -> list[str]:
    (directory / "app.py").write_text(PROGRAM.format(body=f"    {body}"), encoding="utf-8")
    reviewed = review_project(["."], RULES, root=directory, workers=1, everything=True)
    assert not reviewed.faults
    return [each.rule for each in reviewed.document.findings if each.confidence is not Confidence.LOW]


@pytest.mark.parametrize("title", FOUND)
def test_a_part_of_a_document_is_what_the_document_is(title: str, tmp_path: Path) -> None:
    assert found(FOUND[title], tmp_path) == ["injection/html" if "Markup" in FOUND[title] else "request/ssrf"]


@pytest.mark.parametrize("title", SILENT)
def test_what_the_code_fixes_or_may_have_filtered_is_silent(title: str, tmp_path: Path) -> None:
    assert found(SILENT[title], tmp_path) == []
