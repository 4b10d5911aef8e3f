"""Fixtures for every room: one PostgreSQL of our own for the session, and the servers of the machine where they answer."""

import os
import socket
from collections.abc import Generator, Iterator

import pytest

from archwright.run.postgres import Postgres, temporary_postgres

# Set by continuous integration: where the servers answer, a skipped services test is a failure there.
_MUST_RUN = os.environ.get("ARCHWRIGHT_TEST_SERVICES") == "required"


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests neither read nor fill the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARCHWRIGHT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A temporary PostgreSQL of our own; `ensure_database` gives each test its own database."""
    with temporary_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The URL of the machine's Redis; the test is skipped where none answers."""
    return os.environ.get("REDIS_URL") or _service("Redis", 6379, "redis://127.0.0.1:6379/15")


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The URL of the machine's PostgreSQL; the test is skipped where none answers.

    A test writes only to databases that it creates and drops itself.
    """
    return os.environ.get("DATABASE_URL") or _service(
        "PostgreSQL", 5432, "postgresql://postgres:postgres@127.0.0.1:5432/postgres"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a services test into a failure where the services must be there."""
    report = yield
    if _MUST_RUN and report.skipped and item.get_closest_marker("services"):
        report.outcome = "failed"
        report.longrepr = f"skipped, though services tests are required: {report.longrepr}"
    return report


def _service(name: str, port: int, url: str) -> str:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError as problem:
        pytest.skip(f"no {name} on port {port}: {problem}")
    return url
