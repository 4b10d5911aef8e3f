"""Files of a developer's machine, by their paths: settings that do not hold where the service runs for others."""

from __future__ import annotations

import re
from typing import Final

_DEVELOPMENT: Final = re.compile(
    r"(?:^|[/_.-])(?:dev|devel|development|local|debug|tests?|testing|ci|examples?|demo)(?:[/_.-]|$)", re.IGNORECASE
)


def of_development(path: str) -> bool:
    """True for settings of a developer's machine."""
    return _DEVELOPMENT.search(path) is not None
