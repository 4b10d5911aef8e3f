"""Formulas for judged samples: proportions with their uncertainty, and agreement between readers.

Not a script; `precision.py` imports it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

Z_95 = 1.959964
"""Standard normal quantile of a two-sided 95 % interval."""


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % score interval of a proportion, both ends 0..1; (0, 1) where total is 0.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    Unlike the normal approximation it holds for few cases and for proportions near 0 and 1.
    """
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    spread = Z_95**2 / total
    centre = (share + spread / 2) / (1 + spread)
    half = Z_95 / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    return max(0.0, centre - half), min(1.0, centre + half)


def agreement(pairs: Sequence[tuple[str, str]]) -> float:
    """Share of pairs on which both readers said the same, 0..1; `pairs` must not be empty."""
    return sum(a == b for a, b in pairs) / len(pairs)


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Agreement beyond chance, -1..1, of two readers' labels; None where chance alone would agree always.

    Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960).
    """
    total = len(pairs)
    if total == 0:
        return None
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    by_chance = sum(first[label] * second[label] for label in first) / total**2
    if by_chance == 1:
        return None
    return (agreement(pairs) - by_chance) / (1 - by_chance)
