"""Which files are tests: what they define is no part of the architecture."""

from __future__ import annotations

import re
from typing import Final

_TESTS: Final = re.compile(
    r"(?:^|/)(?:tests?|testing|test_utils|testutils|factories)/|(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests|conftest|factories)\.py$"
)


def is_test(path: str) -> bool:
    """True for a file of tests, by the conventions of its path."""
    return _TESTS.search(path) is not None
