"""A development sign-in: an issuer of our own whose secret lives as long as one run, and tokens for the seeded rows."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import jwt

from archwright.model.blueprint import Blueprint
from archwright.model.policy import ANYONE, AUTHENTICATED, Role

from .rows import Row

_ISSUER = "https://archwright.invalid"  # RFC 6761: a name that never resolves
_HOURS = 12
_EACH = 2


@dataclass(frozen=True)
class Person:
    """Somebody to sign in as."""

    role: str
    subject: str
    """What the token calls them: the key of their row, or the field that the role names."""
    token: str
    label: str = ""
    """How a person knows them: an email or a name of their row."""

    def headers(self) -> dict[str, str]:
        """The header to call the service with."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class Issuer:
    """Gives out tokens that only the service started with `settings` believes."""

    audience: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    def settings(self) -> dict[str, str]:
        """The settings of the service, as environment variables."""
        return {"AUTH_ISSUER": _ISSUER, "AUTH_AUDIENCE": self.audience, "AUTH_SECRET": self.secret}

    def token(self, role: Role, subject: str) -> str:
        """A token for `subject` with `role`, good for 12 hours."""
        claim, slash, value = role.claim.rpartition("/")
        claims: dict[str, object] = {
            "iss": _ISSUER,
            "aud": self.audience,
            "sub": subject,
            "exp": int(time.time()) + _HOURS * 3600,
            (claim if slash else "roles"): [value or role.name],
        }
        if role.subject:
            claims[role.subject] = subject
        return jwt.encode(claims, self.secret, algorithm="HS256")


def people(blueprint: Blueprint, issuer: Issuer, rows: Mapping[str, Sequence[Row]]) -> list[Person]:
    """Two callers for each role that stands for a row of an entity, one for every other role."""
    found = []
    for role in blueprint.system.roles:
        if role.name in {ANYONE, AUTHENTICATED}:
            continue
        table = blueprint.physical.table_of(role.entity) if role.entity else None
        if table is None:
            found.append(Person(role.name, role.name, issuer.token(role, role.name)))
            continue
        entity = next(entity for entity in blueprint.system.entities if entity.name == role.entity)
        named = role.entity_field or entity.key[0]
        column = next((column.name for column in table.columns if column.field == named), named)
        for row in rows.get(table.name, ())[:_EACH]:
            subject = row[column] or ""
            label = next((row[name] for name in ("email", "name") if row.get(name)), None) or subject
            found.append(Person(role.name, subject, issuer.token(role, subject), label))
    return found
