"""English words as names: snake case, plurals, and what to do with characters that names can't have."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_IRREGULAR = {
    "child": "children",
    "datum": "data",
    "foot": "feet",
    "goose": "geese",
    "leaf": "leaves",
    "life": "lives",
    "man": "men",
    "mouse": "mice",
    "person": "people",
    "shelf": "shelves",
    "tooth": "teeth",
    "wolf": "wolves",
    "woman": "women",
}
_UNCOUNTABLE = frozenset(
    {
        "data",
        "equipment",
        "evidence",
        "feedback",
        "information",
        "inventory",
        "media",
        "metadata",
        "money",
        "news",
        "people",
        "progress",
        "series",
        "software",
        "species",
        "staff",
        "stock",
        "traffic",
    }
)


def snake(name: str) -> str:
    """`OrderLine`, `order-line` and `ORDER LINE` as `order_line`; what is left of a name without letters is a digest."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain)
    words = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
    if not words:
        return "x" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return words if words[0].isalpha() else "x" + words


def plural(name: str) -> str:
    """The plural of the last word of a snake-case name: `order_line` gives `order_lines`, `category` `categories`."""
    head, _, last = name.rpartition("_")
    prefix = head + "_" if head else ""
    return prefix + _plural_word(last)


def _plural_word(word: str) -> str:
    if word in _UNCOUNTABLE or word in _IRREGULAR.values():
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    if re.search(r"(s|x|z|ch|sh)$", word):
        return word if re.search(r"[^s]s$", word) and not re.search(r"(us|is|as|os)$", word) else word + "es"
    return word + "s"


def kebab(name: str) -> str:
    """The name as a path segment: `my_orders` gives `my-orders`."""
    return snake(name).replace("_", "-")
