"""Which files a blueprint becomes: their paths, their texts, and whose they are."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from archwright.build.callers import callers_module
from archwright.build.code import Code
from archwright.build.constraints import constraints_module
from archwright.build.names import camel, variable
from archwright.build.operation import asks_who, operation_module
from archwright.build.project_names import Names
from archwright.build.python import Imports, docstring, keyword_string, string
from archwright.build.templating import render
from archwright.build.test_calls import calls_module, needs_role, owned
from archwright.build.test_pages import pages_module
from archwright.build.test_rows import rows_module
from archwright.build.types import base_type
from archwright.build.wrap import wrap
from archwright.model.blueprint import Blueprint
from archwright.model.physical import Route, Table
from archwright.model.policy import ANYONE, AUTHENTICATED
from archwright.sql.ddl import schema_ddl
from archwright.sql.identifier import quote_identifier

IDEMPOTENCY_COLUMNS = frozenset({"caller", "operation", "key", "request_digest", "status", "reply", "created"})


OUTBOX_COLUMNS = frozenset({"id", "channel", "payload", "sent"})


class Role(enum.StrEnum):
    """Whose a file is."""

    GENERATED = "generated"
    """Written at each build, merged with edits."""
    OWNED = "owned"
    """The user's: written once."""


@dataclass(frozen=True)
class File:
    """One file of the project."""

    path: str
    text: str
    role: Role = Role.GENERATED


def plan(blueprint: Blueprint, tables: tuple[Table, ...] | None = None) -> tuple[File, ...]:
    """The files of the project but its migrations, sorted by path.

    `tables` is the schema after all migrations, where that is more than the blueprint's.
    """
    names = Names(blueprint)
    values = _values(names)
    package = names.package
    files = [File(path, render(template, values)) for path, template in _templates(names, values)]
    files.append(File("schema.sql", schema_ddl(tables if tables is not None else blueprint.physical.tables)))
    files.append(File(f"{package}/constraints.py", constraints_module(names)))
    files += [
        File(f"{package}/operations/{names.modules[route.operation]}.py", operation_module(names, route))
        for route in names.routes
    ]
    files += _owned(names, values)
    files.append(File("tests/rows.py", rows_module(names)))
    files.append(File("tests/calls.py", calls_module(names, render("tests/call.py", values))))
    found = callers_module(names)
    if found:
        files.append(File(f"{package}/callers.py", found))
    pages = pages_module(names)
    if pages:
        files.append(File("tests/test_pages.py", pages))
    return tuple(sorted(files, key=lambda file: file.path))


def _templates(names: Names, values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Paths and templates of the files that are mostly the same in every project."""
    package = names.package
    whole = ["app", "database", "settings", "__main__", "__init__", *(["auth"] if values["auth"] else [])]
    web = [
        "__init__",
        "context",
        "dependencies",
        "docs",
        "edge",
        "fields",
        "health",
        "keys",
        "logs",
        "metrics",
        "paging",
    ]
    web += ["problems", "rows", "wire"]
    web += ["idempotency"] if values["idempotency"] else []
    web += ["limits"] if values["writes"] else []
    web += ["peers"] if values["peers"] else []
    web += ["outbox"] if values["outbox"] else []
    tests = ["__init__", "conftest", "problem", "test_every_operation", "test_schema", "test_service"]
    tests += ["test_outbox"] if values["outbox"] else []
    tests += ["tokens"] if values["auth"] else []
    found = [(f"{package}/{name}.py", f"package/{name}.py") for name in whole]
    found += [(f"{package}/web/{name}.py", f"package/web/{name}.py") for name in web]
    found += [(f"{package}/{name}/__init__.py", f"package/{name}_init.py") for name in ("operations", "domain")]
    found.append((f"{package}/web/docs.html", "package/web/docs.html"))
    found += [(f"tests/{name}.py", f"tests/{name}.py") for name in tests]
    found += [("migrations/env.py", "migrations/env.py"), ("migrations/script.py.mako", "migrations/script.py.mako")]
    found += [(name, f"root/{name}") for name in ("AGENTS.md", "CLAUDE.md", "Dockerfile", "README.md")]
    found += [("pyproject.toml", "root/pyproject.toml"), ("alembic.ini", "root/alembic.ini")]
    found += [(f".{name}", f"root/{name}") for name in ("dockerignore", "gitignore", "env.example")]
    return [*found, (".github/workflows/ci.yml", "root/ci.yml")]


def _owned(names: Names, values: Mapping[str, object]) -> list[File]:
    files = []
    for route in names.routes:
        if not route.writes:
            continue
        module = names.modules[route.operation]
        own = {
            "operation": route.operation,
            "module": module,
            "prefix": camel(module),
            "has_body": bool(route.body),
            "has_principal": asks_who(Code(names, route, Imports(names.package))),
            "signature": _hook(names, route),
        }
        text = render("package/domain_operation.py", {**values, **own})
        files.append(File(f"{names.package}/domain/{module}.py", text, Role.OWNED))
    if values["outbox"]:
        path = f"{names.package}/domain/messages.py"
        files.append(File(path, render("package/domain_messages.py", values), Role.OWNED))
    for peer in names.peers:
        text = render("package/domain_peer.py", {**values, "peer": peer, "setting": peer.setting.upper()})
        files.append(File(f"{names.package}/domain/{peer.module}.py", text, Role.OWNED))
    return files


def _hook(names: Names, route: Route) -> str:
    arguments = ["connection: Connection"]
    if asks_who(Code(names, route, Imports(names.package))):
        arguments.append("principal: Principal")
    if route.body:
        arguments.append(f"body: {camel(names.modules[route.operation])}Body")
    return "\n".join(wrap(f"async def written({', '.join([*arguments, 'written: dict[str, Any]'])}) -> None:"))


def _values(names: Names) -> dict[str, object]:
    """What the templates ask for."""
    system = names.blueprint.system
    routes = names.routes
    guarded = [route for route in routes if names.needs_token(route)]
    auth = bool(guarded) or any(names.uses_principal(route) for route in routes)
    about = " ".join((system.description or f"The {system.name} API.").split())
    calls = ["CALLS", *(["GUARDED"] if guarded else []), *(["IDEMPOTENT"] if names.idempotent else [])]
    calls += [*(["OWNED"] if any(map(owned, routes)) else []), *(["WITH_BODY"] if any(r.body for r in routes) else [])]
    calls += [*(["WITH_ROLE"] if any(map(needs_role, routes)) else []), "Make"]
    return {
        "package": names.package,
        "distribution": names.package.replace("_", "-"),
        "title": string(system.name),
        "summary": "\n".join(docstring(f"{system.name}: {about}")),
        "plain_title": " ".join(system.name.replace("<", "").split()),
        "description": string(_first_sentence(about)),
        "described": "\n".join(keyword_string("description", about, 8)),
        "about": about,
        "auth": auth,
        "guarded": bool(guarded),
        "with_role": any(map(needs_role, routes)),
        "owned": any(map(owned, routes)),
        "bodies": any(route.body for route in routes),
        "writes": any(route.writes for route in routes),
        "idempotency": names.idempotent,
        "idempotency_table": _idempotency_table(names),
        "outbox": any(route.publishes for route in routes),
        "outbox_table": _outbox_table(names),
        "channels": ", ".join(dict.fromkeys(channel for route in routes for channel in route.publishes)),
        "json": any(
            base_type(column.type)[0] in {"json", "jsonb"}
            for table in names.blueprint.physical.tables
            for column in table.columns
        ),
        "peers": [_peer(names, peer.name) for peer in names.peers],
        "roles": [
            {"name": string(role.name), "claim": string(claim), "value": string(value)}
            for role in system.roles
            for claim, value in [_claim(role.claim, role.name)]
        ],
        "settings_imports": ", ".join(
            [
                *(["AnyHttpUrl"] if auth or names.peers else []),
                "Field",
                "SecretStr",
                "ValidationError",
                "field_validator",
                *(["model_validator"] if auth else []),
            ]
        ),
        "calls_imports": ", ".join(calls),
        "operation_imports": "\n".join(_operation_imports(names)),
        "operations": "\n".join(_operations(names)),
        "operation_rows": [
            {"name": route.operation, "route": f"{route.method} {route.path}", "who": _who(route)} for route in routes
        ],
    }


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0][:100].rstrip(".")


def _peer(names: Names, name: str) -> dict[str, object]:
    peer = next(peer for peer in names.peers if peer.name == name)
    known = next((known for known in names.blueprint.system.peers if known.name == name), None)
    return {
        "name": peer.name,
        "module": peer.module,
        "class_name": peer.class_name,
        "setting": peer.setting,
        "description": string(f"where {peer.name} is called"),
        "url": known.url if known is not None else "",
    }


def _claim(claim: str, role: str) -> tuple[str, str]:
    """The claim and its value: `groups/staff`; without one the `roles` claim holds the role's name (RFC 9068 2.2.3.1)."""
    name, slash, value = claim.rpartition("/")
    return (name, value) if slash else ("roles", claim or role)


def _idempotency_table(names: Names) -> str:
    for table in names.blueprint.physical.tables:
        if not table.entity and {column.name for column in table.columns} >= IDEMPOTENCY_COLUMNS:
            return quote_identifier(table.name)
    return "idempotency_keys"


def _outbox_table(names: Names) -> str:
    for table in names.blueprint.physical.tables:
        if not table.entity and {column.name for column in table.columns} >= OUTBOX_COLUMNS:
            return quote_identifier(table.name)
    return "outbox"


def _operation_imports(names: Names) -> list[str]:
    imports = Imports(names.package)
    for module in names.modules.values():
        imports.add(
            f"{names.package}.operations", f"{module} as {variable(module, _APP)}" if module in _APP else module
        )
    return imports.lines()[2:] if names.modules else []


_APP = frozenset(
    {"app", "asyncio", "docs", "health", "httpx", "logger", "logging", "metrics", "operation", "problems", "purge"}
)
"""Names that `app.py` has itself."""


def _operations(names: Names) -> list[str]:
    shown = [variable(module, _APP) if module in _APP else module for module in names.modules.values()]
    return wrap(f"OPERATIONS = ({', '.join(shown)}{',' if len(shown) == 1 else ''})")


def _who(route: Route) -> str:
    if not route.grants:
        return "nobody yet"
    parts = []
    for grant in route.grants:
        role = {ANYONE: "anyone", AUTHENTICATED: "anyone signed in"}.get(grant.role, grant.role)
        parts.append(f"{role}, own rows" if grant.owner is not None else role)
    return "; ".join(parts)
