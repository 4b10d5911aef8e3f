"""Text that is ours in files that are the user's: found again, renewed while nobody has edited it, left alone afterwards.

Each text carries a digest of itself. While the digest is right the text is as we wrote it.
"""

from __future__ import annotations

import hashlib
import re

from archwright.agent.error import AgentError

_BEGIN, _END = "<!-- archwright:begin {} -->", "<!-- archwright:end -->"
_BLOCK = re.compile(r"<!-- archwright:begin ([0-9a-f]{12}) -->\n(.*?)<!-- archwright:end -->\n?", re.DOTALL)
_SIGNED = re.compile(r"^# archwright ([0-9a-f]{12})\n", re.MULTILINE)


def block(body: str) -> str:
    """A body between marks, for a Markdown file that holds other things too."""
    return f"{_BEGIN.format(_digest(body))}\n{body}{_END}\n"


def with_block(text: str, body: str, path: str, *, force: bool) -> str | None:
    """The text with the block in it, renewed or added at the end; None where the user edited the block.

    Raises AgentError where one of the marks is missing.
    """
    found = _BLOCK.search(text)
    if found is not None:
        if _digest(found[2]) != found[1] and not force:
            return None
        return text[: found.start()] + block(body) + text[found.end() :]
    if "<!-- archwright:" in text:
        raise AgentError(
            f"{path} has a broken pair of archwright marks",
            f"remove its lines with <!-- archwright:...; end with {_END}",
        )
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return text + gap + block(body)


def signed(text: str) -> str:
    """A text with YAML front matter and, as a comment at its head, its digest."""
    return text.replace("---\n", f"---\n# archwright {_digest(text)}\n", 1)


def edited(text: str) -> bool:
    """Whether a signed text is no longer as we wrote it."""
    found = _SIGNED.search(text)
    return found is None or _digest(text[: found.start()] + text[found.end() :]) != found[1]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
