"""Words of names."""

from __future__ import annotations

import re
from typing import Final

_BOUNDARY: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake(name: str) -> str:
    """`OrderLine` as `order_line`, `HTTPJob` as `http_job`."""
    return _BOUNDARY.sub("_", name).lower()
