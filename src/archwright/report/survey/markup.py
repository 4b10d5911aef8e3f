"""Text from code on a page."""

from __future__ import annotations

from html import escape

from archwright.report.terminal import visible


def text_of(value: str) -> str:
    """A text from code as HTML or SVG shows it: no markup, no invisible characters."""
    return escape(visible(value))
