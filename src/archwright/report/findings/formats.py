"""The formats of a review, by the name that `--format` takes."""

from __future__ import annotations

from collections.abc import Callable

from archwright.model.base import Model
from archwright.report.findings import github, html, json, junit, markdown, sarif, text
from archwright.report.findings.document import Document, View


class Format(Model, frozen=True, kw_only=True):
    """One way to write a review."""

    name: str
    render: Callable[[Document, View], str]
    """Without the final newline. The same set of findings in every format."""
    describes: str
    person: bool = False
    """True where a person reads it on a terminal: times and hints belong in it."""


FORMATS = {
    format_.name: format_
    for format_ in (
        Format(name="text", render=text.render, describes="for people, with code", person=True),
        Format(name="json", render=json.render, describes="for scripts; its keys are a contract"),
        Format(name="sarif", render=sarif.render, describes="SARIF 2.1.0, for code scanning and editors"),
        Format(name="github", render=github.render, describes="annotations in GitHub Actions"),
        Format(name="markdown", render=markdown.render, describes="for a pull request or a job summary"),
        Format(name="junit", render=junit.render, describes="JUnit XML, for CI servers"),
        Format(name="html", render=html.render, describes="one self-contained page"),
    )
}
