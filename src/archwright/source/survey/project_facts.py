"""What a code base says of itself beside its code: dependencies, conventions, contracts, what runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from archwright.model.operation import Command, Message, Operation
from archwright.model.physical import Process
from archwright.model.system import Contract, ContractKind, Dependency, ProjectFacts
from archwright.source.program import Program
from archwright.source.survey.conventions import conventions
from archwright.source.survey.dependencies import declares, dependencies_of
from archwright.source.survey.tests_left_out import is_test

_STORES: Final = (
    ("PostgreSQL", "database", ("psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "asyncpg", "pg8000")),
    ("MySQL", "database", ("mysqlclient", "pymysql", "aiomysql", "mysql-connector-python", "asyncmy")),
    ("SQLite", "database", ("aiosqlite",)),
    ("MongoDB", "database", ("pymongo", "motor", "beanie", "mongoengine")),
    ("Redis", "cache", ("redis", "django-redis", "aioredis", "hiredis", "channels-redis", "valkey")),
    ("Memcached", "cache", ("pymemcache", "pylibmc", "python-memcached")),
    ("RabbitMQ", "broker", ("pika", "aio-pika")),
    ("Kafka", "broker", ("kafka-python", "aiokafka", "confluent-kafka")),
    ("Elasticsearch", "search", ("elasticsearch", "elasticsearch-dsl", "opensearch-py")),
    ("Object storage", "storage", ("boto3", "minio", "django-storages", "google-cloud-storage")),
)
_WORKERS: Final = ("celery", "dramatiq", "huey", "rq", "django-rq", "arq", "taskiq", "procrastinate", "django-q2")
_OPENAPI: Final = re.compile(r"(?:^|/)(?:openapi|swagger)[^/]*\.(?:ya?ml|json)$")


def project_facts(program: Program, root: Path, read: Callable[[str], str]) -> ProjectFacts:
    """The facts; `read` gives the text of a file by its path below `root`."""
    others = sorted(path for _, paths in program.discovery.others for path in paths if not is_test(path))
    needed: dict[tuple[str, str], Dependency] = {}
    for path in others:
        if declares(path):
            for dependency in dependencies_of(path, read(path)):
                needed.setdefault((dependency.name, dependency.specifier), dependency)
    dependencies = tuple(needed[key] for key in sorted(needed))
    contracts = [Contract(kind=ContractKind.OPENAPI, path=path) for path in others if _OPENAPI.search(path)]
    contracts += [
        Contract(kind=ContractKind.GRAPHQL, path=path) for path in others if path.endswith((".graphql", ".graphqls"))
    ]
    return ProjectFacts(
        frameworks=program.stats.frameworks,
        languages=(("Python", program.stats.lines),),
        dependencies=dependencies,
        contracts=tuple(contracts),
        conventions=conventions(program, root, dependencies, read),
    )


def processes(facts: ProjectFacts, operations: Iterable[Operation]) -> tuple[Process, ...]:
    """What runs: the service, its workers and commands, and the stores that the dependencies speak of."""
    listed = list(operations)
    names = {dependency.name for dependency in facts.dependencies}
    web = [operation.name for operation in listed if not isinstance(operation.trigger, (Message, Command))]
    tasks = [operation.name for operation in listed if isinstance(operation.trigger, Message)]
    commands = [operation.name for operation in listed if isinstance(operation.trigger, Command)]
    title = " + ".join(name for name in facts.frameworks if name not in ("SQLAlchemy", "SQLModel")) or "Python"
    found: list[Process] = []
    if web:
        found.append(Process(name="service", kind="service", technology=title, serves=tuple(sorted(set(web)))))
    worker = next((name for name in _WORKERS if name in names), "")
    if tasks or worker:
        found.append(
            Process(name="worker", kind="worker", technology=worker or "tasks", serves=tuple(sorted(set(tasks))))
        )
    if commands:
        found.append(
            Process(name="commands", kind="command", technology="command line", serves=tuple(sorted(set(commands))))
        )
    for technology, kind, packages in _STORES:
        if names.intersection(packages):
            found.append(Process(name=technology.lower(), kind=kind, technology=technology))
    return tuple(found)
