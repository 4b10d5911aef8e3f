"""Endpoints: what callers of the service can ask for, with what stands before it, as rules judge it.

A rule that judges an endpoint annotates the first parameter of `check` with `Endpoint`. Beside it can ask for `siblings`,
for `effects` and for `touching` (see `needs.FACTS`).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Sequence

from archwright.model.base import Model, Place
from archwright.model.effect import Effect
from archwright.model.operation import GraphqlField, Http, Operation
from archwright.model.policy import ANYONE, AUTHENTICATED, Around, Shows


class Standing(Model, frozen=True, kw_only=True):
    """What stands before a handler: a decorator, a dependency, a permission class, a mixin."""

    name: str
    """As written."""
    role: str = ""
    """`anyone`, `authenticated`, or empty: the name alone does not tell."""
    allows: tuple[str, ...] = ()
    """The roles or permissions of which a caller must have one; empty: none is named."""
    blind: bool = False
    """True where it is known to look at nothing but who calls: not at what the request is about."""
    of_row: bool = False
    """True where it is known to look at the row that the library fetches for the handler."""
    granted: bool = False
    """True where whoever changes anything needs a permission on the entity, which staff gives to callers."""


class Does(enum.StrEnum):
    """What a decorator does."""

    ROUTE = "route"
    """It registers the function as it stands below, and gives it back."""
    GUARD = "guard"
    """It puts a check of the caller around the function."""
    OTHER = "other"


class Decorator(Model, frozen=True, kw_only=True):
    """A decorator of a handler."""

    name: str
    place: Place
    does: Does
    naming: Callable[[], frozenset[str]] = frozenset
    """Gives `names`."""
    sharing: Callable[[], bool] = bool
    """Gives `for_services`."""

    @property
    def names(self) -> frozenset[str]:
        """The names and short texts in its body, where it is the project's own; empty: it is a library's."""
        return self.naming()

    @property
    def for_services(self) -> bool:
        """True for a check of the project's own by a secret that the service shares with others: it lets a machine in, and no user."""
        return self.sharing()


class Inversion(Model, frozen=True, kw_only=True):
    """A branch that turns a caller away because a check said that it may."""

    check: str
    """The function that is asked."""
    place: Place
    like: Place
    """Where the same check is taken the other way round."""
    others: int
    """How often it is."""


class Endpoint(Model, frozen=True, kw_only=True):
    """A unit that serves requests."""

    unit: str
    """Its dotted name."""
    name: str
    """Its own name, without module and class."""
    place: Place
    operations: tuple[Operation, ...]
    guards: tuple[Standing, ...] = ()
    asking: Callable[[], str] = str
    """Gives `asks`: to look through all that is called takes long, and few endpoints are in doubt."""
    checking: Callable[[], str] = str
    """Gives `checks`."""
    hooking: Callable[[], str] = str
    """Gives `hooked`."""
    checking_itself: Callable[[], str] = str
    """Gives `checks_itself`."""
    decorators: tuple[Decorator, ...] = ()
    """Outermost first."""
    router: str = ""
    """The router it is registered on, unique in the project; empty: none is named where it is registered."""
    holder: str = ""
    """The class whose method it is; empty: none."""
    admin: bool = False
    """True for a view that is added to a framework's admin site."""
    heirs: bool = False
    """True where other classes inherit it, each with guards of its own."""
    exempt: Place | None = None
    """Where it is taken out of the check of CSRF tokens; None: it is not."""
    knowing: Callable[[], bool] = bool
    """Gives `by_session`."""
    linking: Callable[[], bool] = bool
    """Gives `by_link`."""
    filtering: Callable[[], str] = str
    """Gives `filtered`."""
    implied: bool = False
    """True where it is no function of the project, but inherited whole from a library."""
    ranking: Callable[[], str] = str
    """Gives `ranks`."""
    flagging: Callable[[], tuple[tuple[Place, str], ...]] = tuple
    """Gives `raw_flags`."""
    keeping: Callable[[], bool] = bool
    """Gives `keeps`."""
    sending: Callable[[], bool] = bool
    """Gives `sends_on`."""
    fixing: Callable[[], bool] = bool
    """Gives `fixed`."""
    showing: Callable[[], Shows] = lambda: Shows.OTHER
    """Gives `shows`."""
    welcoming: Callable[[], bool] = bool
    """Gives `welcomes`."""
    inverting: Callable[[], tuple[Inversion, ...]] = tuple
    """Gives `inverted`."""
    surrounding: Callable[[], Around] = lambda: Around.LETS_IN
    """Gives `around`."""

    @property
    def asks(self) -> str:
        """The name by which its own code, what it calls or a hook before it asks who calls; empty: nothing does."""
        return self.asking()

    @property
    def checks(self) -> str:
        """The name by which its own code, or what it calls, checks whose the data is that it works on; empty: nothing does."""
        return self.checking()

    @property
    def hooked(self) -> str:
        """The name by which a hook of its class that runs before it, or gives it its rows, checks the caller or chooses by it."""
        return self.hooking()

    @property
    def checks_itself(self) -> str:
        """As `checks`, by its own code and the hooks of its class alone."""
        return self.checking_itself()

    @property
    def by_session(self) -> bool:
        """True where the session's cookie alone tells it who calls, by a guard of a library; no token, key or signature is asked for."""
        return self.knowing()

    @property
    def by_link(self) -> bool:
        """True where its code reads neither the method nor the body of a request: a plain link is enough for it."""
        return self.linking()

    @property
    def filtered(self) -> str:
        """The name of what its class may do to the rows that `get_object` gives, and that can't be told further; empty: nothing."""
        return self.filtering()

    @property
    def ranks(self) -> str:
        """The attribute that says how much somebody may, by which its own code turns callers away; empty: it does not."""
        return self.ranking()

    @property
    def raw_flags(self) -> tuple[tuple[Place, str], ...]:
        """Where its own code turns callers away if a field of the body, as it was sent, is `True`, and the fields."""
        return self.flagging()

    @property
    def keeps(self) -> bool:
        """True where its own code puts rows into a collection of the caller's, or takes them out: a bookmark of anybody's."""
        return self.keeping()

    @property
    def sends_on(self) -> bool:
        """True where it looks a row up only to send callers on to an address made of the row's key."""
        return self.sending()

    @property
    def fixed(self) -> bool:
        """True where it answers the same to every request: it looks at nothing of it, and calls nothing of the project."""
        return self.fixing()

    @property
    def shows(self) -> Shows:
        """Whether it does nothing but show a page, or send callers on to an address, that is the same for everybody."""
        return self.showing()

    @property
    def welcomes(self) -> bool:
        """True where its own code, or what it calls, does the work for callers who are not signed in too: one way for them, one for others."""
        return self.welcoming()

    @property
    def inverted(self) -> tuple[Inversion, ...]:
        """The checks of the caller in its own code that are taken the wrong way round."""
        return self.inverting()

    @property
    def around(self) -> Around:
        """What its decorators do with callers, also those whose names say nothing, and a test of a secret that is sent along."""
        return self.surrounding()

    @property
    def asks_nobody(self) -> bool:
        """True where neither what stands before it nor its code asks who calls, or whose the data is."""
        return not (self.signed_in or self.asks or self.hooked or self.checks)

    @property
    def signed_in(self) -> bool:
        """True where what stands before it lets no anonymous caller through."""
        return any(guard.role == AUTHENTICATED or guard.allows for guard in self.guards)

    @property
    def open(self) -> bool:
        """True where what stands before it says that anyone may call."""
        return any(guard.role == ANYONE for guard in self.guards)

    @property
    def methods(self) -> frozenset[str]:
        """Its HTTP methods; `ANY` where all are served."""
        triggers = [operation.trigger for operation in self.operations]
        return frozenset(m for trigger in triggers if isinstance(trigger, Http) for m in trigger.method.split("|"))

    @property
    def paths(self) -> tuple[str, ...]:
        """Its paths, `{name}` for parameters."""
        triggers = [operation.trigger for operation in self.operations]
        return tuple(trigger.path for trigger in triggers if isinstance(trigger, Http))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of GraphQL's root types that it serves: `Mutation.orderCancel`."""
        triggers = [operation.trigger for operation in self.operations]
        return tuple(str(trigger) for trigger in triggers if isinstance(trigger, GraphqlField))

    @property
    def changes(self) -> bool:
        """True where its HTTP methods, or its root type, say that it changes something."""
        return bool(self.methods - _SAFE) or any(field.startswith("Mutation.") for field in self.fields)

    @property
    def title(self) -> str:
        """How people name it: `GET /orders/{id}`."""
        return str(self.operations[0])


_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "ANY"})


class Siblings:
    """The endpoints that stand beside one."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._groups: dict[tuple[str, str], list[Endpoint]] = {}
        for endpoint in endpoints:
            for by, key in _keys(endpoint).items():
                if key:
                    self._groups.setdefault((by, key), []).append(endpoint)

    def by(self, kind: str, endpoint: Endpoint) -> tuple[Endpoint, ...]:
        """The others of the same `router`, `class`, `file` or `package`, or of the same file whose paths begin alike (`address`).

        None where the endpoint has no such thing.
        """
        group = self._groups.get((kind, _keys(endpoint)[kind]), ())
        return tuple(each for each in group if each is not endpoint)


def _keys(endpoint: Endpoint) -> dict[str, str]:
    path = endpoint.place.path
    package = path.rpartition("/")[0]
    address = f"{path}:{start}" if (start := _start(endpoint)) else ""
    return {"router": endpoint.router, "class": endpoint.holder, "file": path, "package": package, "address": address}


def _start(endpoint: Endpoint) -> str:
    """What its path begins with, without versions: `orders` of `/api/v1/orders/{id}`; empty where that is a parameter."""
    parts = [part for path in endpoint.paths[:1] for part in path.split("/") if part and not _VERSION.match(part)]
    return parts[0] if parts and "{" not in parts[0] else ""


_VERSION = re.compile(r"^(?:api|rest|v\d+(?:\.\d+)?)$", re.IGNORECASE)


class Exemption(Model, frozen=True, kw_only=True):
    """What runs before handlers lets a request through unasked, because its address holds a text."""

    place: Place
    unit: str
    """The function that lets it through."""
    text: str
    of: str
    """`endpoint` (the name that a route has), `path`, or `address` (with the query)."""
    start: bool
    """True where the address must begin with the text."""
    decorator: str
    """The decorator whose endpoints it is about; empty: all."""

    def covers(self, endpoint: Endpoint) -> bool:
        """True where the code runs before an endpoint."""
        names = [each.name for each in endpoint.decorators] + [guard.name for guard in endpoint.guards]
        return not self.decorator or any(_last(name) == self.decorator for name in names)


def _last(name: str) -> str:
    return name.partition("(")[0].rpartition(".")[2]


EffectsOf = Callable[[Endpoint], Sequence[Effect]]
"""The effects of an endpoint's unit, with what it has done by functions that it gives arguments to, in the order of the code."""
