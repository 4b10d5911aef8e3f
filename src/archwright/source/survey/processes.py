"""What runs, as the project's own files say: Procfile, compose files, Dockerfile, entry points; else as its code suggests."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from archwright.model.operation import Command, Message, Operation, Schedule
from archwright.model.physical import Process
from archwright.model.system import ProjectFacts

_STORES: Final = (
    ("PostgreSQL", "database", ("psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "asyncpg", "pg8000")),
    ("MySQL", "database", ("mysqlclient", "pymysql", "aiomysql", "mysql-connector-python", "asyncmy")),
    ("SQLite", "database", ("aiosqlite",)),
    ("MongoDB", "database", ("pymongo", "motor", "beanie", "mongoengine")),
    ("Redis", "cache", ("redis", "django-redis", "aioredis", "hiredis", "channels-redis", "valkey")),
    ("Memcached", "cache", ("pymemcache", "pylibmc", "python-memcached")),
    ("RabbitMQ", "broker", ("pika", "aio-pika")),
    ("Kafka", "broker", ("kafka-python", "aiokafka", "confluent-kafka")),
    ("NATS", "broker", ("nats-py",)),
    ("Elasticsearch", "search", ("elasticsearch", "elasticsearch-dsl", "opensearch-py")),
    ("Object storage", "storage", ("boto3", "minio", "django-storages", "google-cloud-storage")),
)
_IMAGES: Final = (
    (re.compile(r"(?:^|/)(?:postgres|postgis|pgvector|timescaledb)"), "PostgreSQL", "database"),
    (re.compile(r"(?:^|/)(?:mysql|mariadb|percona)"), "MySQL", "database"),
    (re.compile(r"(?:^|/)mongo(?!-express)"), "MongoDB", "database"),
    (re.compile(r"(?:^|/)(?:redis|valkey|keydb)"), "Redis", "cache"),
    (re.compile(r"(?:^|/)memcached"), "Memcached", "cache"),
    (re.compile(r"(?:^|/)rabbitmq"), "RabbitMQ", "broker"),
    (re.compile(r"(?:^|/)(?:cp-)?kafka|redpanda"), "Kafka", "broker"),
    (re.compile(r"(?:^|/)nats"), "NATS", "broker"),
    (re.compile(r"(?:^|/)(?:elasticsearch|opensearch)"), "Elasticsearch", "search"),
    (re.compile(r"(?:^|/)(?:minio|localstack)"), "Object storage", "storage"),
)
_WORKERS: Final = ("celery", "dramatiq", "huey", "rq", "django-rq", "arq", "taskiq", "procrastinate", "django-q2")
_COMMANDS: Final = (
    (
        re.compile(r"\b(?:celery|arq|rq|taskiq)\b.*\b(?:beat|scheduler)\b|\brqscheduler\b|\bsupercronic\b|\bcrond?\b"),
        "scheduler",
    ),
    (
        re.compile(
            r"\bcelery\b.*\bworker\b|\bdramatiq\b|\bhuey_consumer\b|\brq\s+worker\b|\brqworker\b|\barq\s|\btaskiq\s+worker\b"
        ),
        "worker",
    ),
    (re.compile(r"\bfaststream\s+run\b|\bprocrastinate\b.*\bworker\b|\bqcluster\b|\bdb_worker\b|\bworker\b"), "worker"),
    (
        re.compile(
            r"\b(?:gunicorn|uvicorn|hypercorn|daphne|waitress-serve|granian|uwsgi|mod_wsgi-express)\b|\bmanage\.py\s+runserver"
            r"|\bflask\b.*\brun\b|\bfastapi\s+(?:run|dev)\b|\blitestar\b.*\brun\b|\bpserve\b"
        ),
        "service",
    ),
)
_TECHNOLOGY: Final = re.compile(
    r"\b(gunicorn|uvicorn|hypercorn|daphne|waitress|granian|uwsgi|celery|dramatiq|huey|rq|arq|taskiq|faststream|flask|fastapi|litestar|pserve|manage\.py|python3?)\b"
)
_STORED: Final = frozenset({"database", "cache", "broker", "search", "storage"})
_FILES: Final = ("Procfile*", "Dockerfile*", "*.dockerfile", "docker-compose*.y*ml", "compose*.y*ml")
_LARGEST: Final = 400_000


class _Said(NamedTuple):
    """A process as a file says it."""

    name: str
    kind: str
    technology: str


def processes(
    root: Path, facts: ProjectFacts, operations: Iterable[Operation], read: Callable[[str], str]
) -> tuple[Process, ...]:
    """Services, workers, schedulers and commands with what they serve, and the stores beside them.

    root: the project's directory; read: the text of a file by its path below it.
    """
    listed = list(operations)
    names = {dependency.name for dependency in facts.dependencies}
    said = list(_said(root, read))
    found = [*_running(said, facts, listed, names)]
    stores = {(each.technology, each.kind): each.name for each in said if each.kind in _STORED}
    for technology, kind, packages in _STORES:
        if names.intersection(packages):
            stores.setdefault((technology, kind), technology.lower())
    order = [(technology, kind) for technology, kind, _ in _STORES]
    found += [Process(name=stores[key], kind=key[1], technology=key[0]) for key in order if key in stores]
    return tuple(found)


def _running(said: list[_Said], facts: ProjectFacts, operations: list[Operation], names: set[str]) -> Iterator[Process]:
    """What runs the project's own code. What no file tells is told by what the code serves."""
    serves = {
        "service": [o.name for o in operations if not isinstance(o.trigger, (Message, Command, Schedule))],
        "worker": [o.name for o in operations if isinstance(o.trigger, Message)],
        "scheduler": [o.name for o in operations if isinstance(o.trigger, Schedule)],
        "command": [o.name for o in operations if isinstance(o.trigger, Command)],
    }
    title = " + ".join(name for name in facts.frameworks if name not in ("SQLAlchemy", "SQLModel")) or "Python"
    worker = next((name for name in _WORKERS if name in names), "tasks" if serves["worker"] else "")
    unsaid = {
        "service": title if serves["service"] else "",
        "worker": worker,
        "scheduler": "schedules" if serves["scheduler"] else "",
        "command": "command line" if serves["command"] else "",
    }
    for kind, technology in unsaid.items():
        known = [each for each in said if each.kind == kind]
        for each in known:
            yield Process(
                name=each.name,
                kind=kind,
                technology=each.technology or technology or title,
                serves=tuple(sorted(set(serves[kind]))),
            )
        if not known and technology:
            name = "commands" if kind == "command" and serves[kind] else kind
            yield Process(name=name, kind=kind, technology=technology, serves=tuple(sorted(set(serves[kind]))))
    for each in said:
        if each.kind == "process":
            yield Process(name=each.name, kind="process", technology=each.technology or "Python")


def _said(root: Path, read: Callable[[str], str]) -> Iterator[_Said]:
    """What files say, each name once. Procfiles and compose files say it best; a Dockerfile only where they do not."""
    found: dict[str, _Said] = {}
    paths = sorted(
        path for pattern in _FILES for base in (root, *_beside(root)) for path in base.glob(pattern) if path.is_file()
    )
    docker: list[_Said] = []
    for path in dict.fromkeys(paths):
        text = read(path.relative_to(root).as_posix())
        if not text or len(text) > _LARGEST:
            continue
        if path.name.startswith("Procfile"):
            each = _procfile(text)
        elif path.suffix in (".yml", ".yaml"):
            each = _compose(text)
        else:
            docker += _dockerfile(text)
            continue
        for one in each:
            found.setdefault(one.name, one)
    if not any(one.kind in ("service", "worker", "process") for one in found.values()):
        for one in docker:
            found.setdefault(one.name, one)
    for one in _scripts(read("pyproject.toml")):
        found.setdefault(one.name, one)
    yield from (found[name] for name in sorted(found))


def _beside(root: Path) -> list[Path]:
    """Directories where deployment files stand beside the code."""
    return [
        path
        for name in ("docker", "deploy", "deployment", "compose", "infra", ".docker")
        if (path := root / name).is_dir()
    ]


def _procfile(text: str) -> Iterator[_Said]:
    for line in text.splitlines():
        match = re.match(r"^([A-Za-z0-9_-]+):\s*(.+)$", line)
        if match is not None and match[1] != "release":
            yield _running_command(match[1], match[2])


def _compose(text: str) -> Iterator[_Said]:
    """Services of a compose file; those of other images than known stores only where they are built here or run a known command."""
    import yaml

    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, dict):
        return
    for name, service in services.items():
        if not isinstance(service, dict):
            continue
        image = str(service.get("image") or "").lower()
        store = next(((technology, kind) for pattern, technology, kind in _IMAGES if pattern.search(image)), None)
        command = _words(service.get("command")) or _words(service.get("entrypoint"))
        if store is not None and not service.get("build"):
            yield _Said(str(name), store[1], store[0])
        elif command and (said := _running_command(str(name), command)).kind != "process":
            yield said
        elif service.get("build"):
            yield _named(str(name), command)


def _named(name: str, command: str) -> _Said:
    """A service that is built here and whose command stands in its image: its name tells what it is, or nothing does."""
    for word, kind in (("beat", "scheduler"), ("scheduler", "scheduler"), ("worker", "worker"), ("celery", "worker")):
        if word in name.lower():
            return _Said(name, kind, "")
    if re.search(r"web|api|app|server|backend|django|flask", name.lower()):
        return _Said(name, "service", "")
    return _Said(name, "process", _technology(command))


def _dockerfile(text: str) -> Iterator[_Said]:
    for line in re.sub(r"\\\n", " ", text).splitlines():
        match = re.match(r"^\s*(?:CMD|ENTRYPOINT)\s+(.+)$", line, re.IGNORECASE)
        if match is not None:
            said = _running_command("service", " ".join(re.findall(r'"([^"]*)"', match[1])) or match[1])
            if said.kind != "process":
                yield said._replace(name=said.kind)


def _scripts(text: str) -> Iterator[_Said]:
    """Entry points that pyproject.toml gives a command."""
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    project = document.get("project")
    scripts = project.get("scripts") if isinstance(project, dict) else None
    poetry = document.get("tool", {}).get("poetry", {}) if isinstance(document.get("tool"), dict) else {}
    scripts = scripts or (poetry.get("scripts") if isinstance(poetry, dict) else None)
    for name, target in scripts.items() if isinstance(scripts, dict) else ():
        if isinstance(target, str):
            yield _Said(str(name), "command", target)


def _running_command(name: str, command: str) -> _Said:
    kind = next((kind for pattern, kind in _COMMANDS if pattern.search(command)), "process")
    return _Said(name, kind, _technology(command))


def _technology(command: str) -> str:
    found = _TECHNOLOGY.search(command)
    return (
        {"manage.py": "Django", "python": "Python", "python3": "Python"}.get(found[1], found[1])
        if found is not None
        else ""
    )


def _words(value: object) -> str:
    if isinstance(value, str):
        return value
    return shlex.join(str(each) for each in value) if isinstance(value, list) else ""
