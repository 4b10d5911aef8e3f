"""Brings a built project up on this machine: database, migrations, rows, sign-in, service."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from archwright.build.project_names import Names
from archwright.model.blueprint import Blueprint
from archwright.run.errors import ProcessEnded, RunError
from archwright.run.http import responds
from archwright.run.ports import LOOPBACK, claim_port
from archwright.run.postgres import Postgres, open_postgres
from archwright.run.process import Process, run, start

from .seed import Seeded, seed
from .signin import Issuer, Person, people
from .values import moment

PORT = 8000
"""The port that is tried first."""
DATA = ".data"
"""The folder in the project for the database and the logs; the project's .gitignore names it."""

_NEEDED = ("alembic", "asyncpg", "fastapi", "httpx", "jwt", "prometheus_client", "pydantic_settings", "uvicorn")
_READY = "/health/ready"
_MIGRATION_ADVICE = (
    "\n  Do the rows break a new rule? Change them and start again; or undo the change of the brief and delete the new "
    "file in migrations/versions/."
)

Tell = Callable[[str, str], None]
"""Called with a word and a sentence whenever a step is done."""


@dataclass
class Backend:
    """A served project. Leaving the `with` block, or `stop()`, ends the service and the database in this order."""

    url: str
    database: Postgres
    dsn: str
    service: Process
    seeded: Seeded
    people: list[Person]
    _stack: ExitStack = field(repr=False)

    def stop(self) -> None:
        """End everything that was started, and wait until it is gone."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def bring_up(
    blueprint: Blueprint,
    project: Path,
    *,
    port: int | None = None,
    database_url: str | None = None,
    tell: Tell,
) -> Backend:
    """Start the project that `build` wrote to `project`; it answers when this returns.

    Args:
        blueprint: what the project was built from.
        project: its directory.
        port: the port to serve on, which must be free; if None, 8000 or else a free one.
        database_url: a server with a database for it; if None, an embedded server on `project`/.data/postgres.
        tell: is told each step that is done.

    Raises:
        ModuleNotFoundError: a library that the project needs is not installed.
        RunError: the database or the service can't be started; it says why and what to do.

    """
    _check_libraries()
    names = Names(blueprint)
    data = project / DATA
    data.mkdir(parents=True, exist_ok=True)
    port = claim_port(PORT) if port is None else claim_port(port, strict=True)
    with ExitStack() as stack:
        database = stack.enter_context(open_postgres(data / "postgres", database_url))
        if database_url is None and not database.owned:
            raise RunError(
                f"{project} is up already", "Stop it there with Ctrl-C, or build into another directory (-o)."
            )
        dsn = database.ensure_database(names.package) if database_url is None else database.dsn()
        _migrate(project, data, dsn)
        seeded = asyncio.run(seed(dsn, blueprint, moment()))
        tell("database", _about(database, blueprint, seeded))
        issuer = Issuer(names.package)
        settings = {"DATABASE_URL": dsn, "HOST": LOOPBACK, "PORT": str(port), "METRICS_ENABLED": "true"}
        if names.authenticated:
            settings |= issuer.settings()
        service = stack.enter_context(_serve(project, data, names.package, settings))
        url = f"http://{LOOPBACK}:{port}"
        service.wait_ready(lambda: responds(url + _READY), seconds=60)
        tell("serving", f"{url}        docs /docs · health {_READY} · metrics /metrics")
        return Backend(url, database, dsn, service, seeded, people(blueprint, issuer, seeded.rows), stack.pop_all())


def _check_libraries() -> None:
    for name in _NEEDED:
        if importlib.util.find_spec(name) is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _migrate(project: Path, data: Path, dsn: str) -> None:
    log = data / "migrate.log"
    log.unlink(missing_ok=True)
    try:
        run(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            name="the migration",
            cwd=project,
            log=log,
            env=_environment(DATABASE_URL=dsn),
        )
    except ProcessEnded as error:
        error.advice += _MIGRATION_ADVICE
        raise


def _serve(project: Path, data: Path, package: str, settings: dict[str, str]) -> Process:
    log = data / "service.log"
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", package]
    return start(command, name="the service", cwd=project, log=log, env=_environment(**settings))


def _environment(**settings: str) -> dict[str, str]:
    """Ours, with the project's settings; bytecode stays out of the project's directory."""
    return {**os.environ, **settings, "PYTHONDONTWRITEBYTECODE": "1"}


def _about(database: Postgres, blueprint: Blueprint, seeded: Seeded) -> str:
    where = {"embedded": "embedded", "installed": "of this machine", "url": "given", "shared": "shared"}[database.kind]
    tables = len(blueprint.physical.tables)
    indexes = sum(len(table.indexes) for table in blueprint.physical.tables)
    rows = f", {seeded.added} rows to try it with" if seeded.added else ""
    return f"PostgreSQL {database.version} ({where}), {tables} tables, {indexes} indexes{rows}".replace("  ", " ")
