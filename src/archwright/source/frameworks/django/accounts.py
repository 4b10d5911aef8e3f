"""Django's accounts: who sends a request, and what logging in reads and writes (django.contrib.auth)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, Query, Row, Val, constant
from archwright.source.frameworks.base import CallSite, Entry, Framework
from archwright.source.frameworks.django.generic_views import REQUEST
from archwright.source.frameworks.django.orm import DjangoOrm
from archwright.source.frameworks.django.request_attributes import RequestAttributes
from archwright.source.frameworks.django.rows import ORM
from archwright.source.frameworks.django.settings import Settings
from archwright.source.frameworks.shared.inherited import call_own
from archwright.source.frameworks.shared.queries import emit_read
from archwright.source.link.project import Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_BACKEND: Final = "django.contrib.auth.backends.ModelBackend"


class Accounts(Framework):
    """The user of a request and what else it carries, `login` and `authenticate`."""

    name = "django_accounts"
    packages = ("django",)
    objects = (REQUEST,)

    def __init__(self) -> None:
        super().__init__()
        self._orm: DjangoOrm | None = None
        self._asks = False
        self._added: RequestAttributes | None = None
        self._table: tuple[tuple[str, str], ...] = ()
        for name in ("login", "alogin"):
            self.calls[f"django.contrib.auth.{name}"] = self._login
        for name in ("authenticate", "aauthenticate"):
            self.calls[f"django.contrib.auth.{name}"] = self._authenticate

    def prepare(self, project: Project, engine: Engine) -> None:
        orm = engine.frameworks_by_name.get(ORM)
        self._orm = orm if isinstance(orm, DjangoOrm) else None
        settings = Settings(project, engine)
        backends = settings.node("AUTHENTICATION_BACKENDS")
        self._asks = backends is None or _BACKEND in settings.classes(*backends)

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        """`request.user`: the row that the middleware fetched, which the project may have changed to hold more; what the project adds."""
        user = self._user() if name == "user" else None
        return user if user is not None or self._added is None else self._added.value(name)

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """None; but what the project adds to requests can be told now, as every library has read its part."""
        self._added = RequestAttributes(project, engine)
        self._table = self._added.table()
        return ()

    def tables(self) -> tuple[tuple[str, str], ...]:
        return self._table

    def _user(self) -> Val | None:
        orm = self._orm
        known = orm is not None and orm.user_model in orm.models
        return Val(("row", Row(ORM, orm.user_model or "", None))) if known and orm is not None else None

    def _login(self, call: CallSite) -> Val:
        """`login(request, user)` sends `user_logged_in`, whose receiver `update_last_login` saves that column."""
        given = call.argument(1, "user")
        user = given if given is not None and given.type is not None and given.type[0] == "row" else None
        entity = self._orm.user_model if self._orm is not None else None
        if user is None and entity is not None:
            user = Val(("row", Row(ORM, entity, None)))
        if user is not None:
            columns = Val(("list",), (), NO, {0: constant("last_login")})
            call_own(call.frame, user, "save", [], call.position, update_fields=columns)
        return Val(None, (), None)

    def _authenticate(self, call: CallSite) -> Val:
        """`authenticate(request, **credentials)` asks the model backend for the user of that name, where it is among those set."""
        entity = self._orm.user_model if self._orm is not None else None
        if entity is None or not self._asks:
            return self._user() or UNKNOWN
        query = Query(ORM, entity, call.frame.unit, call.position)
        emit_read(call.frame, call.position, query, call.derived().origins, "one")
        return Val(("row", Row(ORM, entity, query)))
