"""What stands beside the service: tests, migrations, tools. Most rules have nothing to say of it."""

from __future__ import annotations

import re
from typing import Final

from archwright.model.effect import Setting

UNSERVED: Final = frozenset({Setting.TEST, Setting.MIGRATION, Setting.COMMAND})
"""Where code runs that no request reaches, by the effect's own account."""
_TESTS = re.compile(
    r"(?:^|/)(?:tests?|t|testing|test_?utils?|benchmarks?|(?:[^/]*[_-])?mocks?(?:[_-][^/]*)?|fakes?|(?:fake|stub)[_-]?servers?)(?:/|\.py$)"
    r"|(?:^|/)(?:unit|py|func|functional|integration|e2e|acceptance|regression|smoke|system|selenium|api|load|perf|performance|stress)[_-]?tests?/"
    r"|(?:^|/)[^/]+tests?/(?:unit|functional|e2e|acceptance)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_tests?|conftest|locustfile)\.py$"
)
_MIGRATIONS = re.compile(r"(?:^|/)(?:migrations|alembic)/")
_TOOLS = re.compile(
    r"(?:^|/)(?:(?:build[-_])?scripts?|tools?|examples?|demos?|docs?|devtools|\.github|noxfile\.py$|setup\.py$|fabfile\.py$)(?:/|$)"
    r"|/management/commands/(?:[^/]*[_-])?(?:dummy|demo|fake|mock|sample|seed)(?:[_-][^/]*)?\.py$"
)
_PRODUCTION = re.compile(r"(?:^|[/_.-])(?:prod|production|live|deploy\w*|staging)(?:[/_.-]|$)", re.IGNORECASE)


def in_tests(path: str) -> bool:
    """True for tests and what only they use: mocks and fakes of servers among it."""
    return _TESTS.search(path) is not None


def in_migrations(path: str) -> bool:
    """True for changes of a schema, which run once."""
    return _MIGRATIONS.search(path) is not None


def in_tools(path: str) -> bool:
    """True for scripts, examples, and commands that make data to look at: no part of the service."""
    return _TOOLS.search(path) is not None


def beside(path: str) -> bool:
    """True for tests, migrations and tools: nothing that serves."""
    return in_tests(path) or in_migrations(path) or in_tools(path)


def of_production(path: str) -> bool:
    """True for settings of the machines that serve."""
    return _PRODUCTION.search(path) is not None
