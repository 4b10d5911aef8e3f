"""What a framework file offers, and what it is given: the door between a library's calls and the model's words.

Most of a library is data: which dotted names give an outside object (`returns`), data from outside (`sources`),
clean data (`cleaners`), or do something (`calls`). What needs more (an ORM's rows and queries) overrides methods.
Outside packages register a `Framework` under the entry point group `archwright.frameworks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from archwright.model.entity import Entity
from archwright.model.finding import Remedy
from archwright.model.operation import Operation
from archwright.model.value import Trust, Use
from archwright.source.flow.effects import LoopMark
from archwright.source.flow.frame import Frame
from archwright.source.flow.transactions import Scope
from archwright.source.flow.values import ALL_USES, BIT, Val, origins_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import ClassInfo, Project


class Source(NamedTuple):
    """Data from outside: what a person calls it, and who chooses it."""

    name: str
    trust: Trust = Trust.ANYONE
    type: str = ""
    """Dotted class of the object that holds it; empty: not known, or of no interest."""
    cleaned: int = 0
    """The uses for which the library has cleaned it."""


class Given(NamedTuple):
    """The argument of a call that matters: the host of a connection, the content of an answer."""

    place: int
    """Among the positional arguments; -1: only by name."""
    names: tuple[str, ...]


class CallSite:
    """A call to something that is not a function of the project."""

    __slots__ = ("args", "frame", "keywords", "name", "position", "receiver", "spread")

    def __init__(
        self,
        frame: Frame,
        position: int,
        name: str,
        receiver: Val | None,
        args: list[Val],
        keywords: dict[str, Val],
        spread: list[Val],
    ) -> None:
        self.frame = frame
        self.position = position
        self.name = name
        """The dotted name of what is called, or the method's name."""
        self.receiver = receiver
        self.args = args
        self.keywords = keywords
        self.spread = spread
        """Values of `*args` and `**kwargs` at the call."""

    def argument(self, index: int, name: str = "") -> Val | None:
        """The argument given by position or by name; None if it is not given (or only by a spread)."""
        if 0 <= index < len(self.args):
            return self.args[index]
        return self.keywords.get(name) if name else None

    def values(self) -> list[Val]:
        """Every value given, the receiver left out."""
        return [*self.args, *self.keywords.values(), *self.spread]

    def emit(self, effect: str, /, **slots: Any) -> None:
        """Record an effect at the call."""
        self.frame.emit(effect, self.position, **slots)

    def derived(self, type: tuple[Any, ...] | None = None, cleaned: int = 0) -> Val:  # noqa: A002
        """A value made of the receiver and all arguments."""
        origins = origins_of([*([self.receiver] if self.receiver is not None else []), *self.values()])
        if cleaned:
            origins = tuple((key, mask | cleaned, steps) for key, mask, steps in origins)
        return Val(type, origins)


class Iteration(NamedTuple):
    """What a loop over a value gives."""

    element: Val
    over: str
    entity: str | None = None
    query: tuple[int, int] | None = None


class Entry(NamedTuple):
    """A unit that the framework calls, with what it passes.

    `parameters`: values by parameter name; `operation` is None for units that run but are no operation (signals, hooks).
    """

    unit: int
    parameters: dict[str, Val]
    operation: Operation | None = None
    answer: Callable[[Frame, Val], None] | None = None
    """Called with what the unit returns: the framework reads on, to make an answer of it."""
    loops: Callable[[], tuple[LoopMark, ...]] | None = None
    """The loops in which the framework itself runs the unit: a resolver runs once for each row that another one gave."""
    around: tuple[tuple[Module, Any], ...] = ()
    """The decorators that are put around it where it is registered, outermost first: `path("x", login_required(view))`."""


class Guarding(NamedTuple):
    """What stands before a handler: its name as written, and the role it lets through where that is certain."""

    name: str
    role: str = ""
    """`anyone`, `authenticated`, or empty: the name alone does not tell."""
    allows: tuple[str, ...] = ()
    """The roles, scopes or permissions of which a caller must have one; empty: none is named."""
    parameter: str = ""
    """The handler's parameter that is given who calls; empty: none is."""
    blind: bool = False
    """True where it is known to look at nothing but who calls: not at what the request is about."""
    of_row: bool = False
    """True where it is known to look at the row that the library fetches for the handler."""
    granted: bool = False
    """True where whoever changes anything needs a permission on the entity, which staff gives to callers."""


Handler = Callable[[CallSite], Val | None]


def mask(*uses: Use) -> int:
    """The bit set of some uses; none given: all."""
    bits = 0
    for use in uses:
        bits |= BIT[use]
    return bits or ALL_USES


def few(index: Val) -> bool:
    """True for a slice of so few elements that a loop over it runs a constant, small number of times."""
    items = index.items or {}
    upper = items.get(1)
    lower = items.get(0)
    start = lower.const if lower is not None else 0
    return (
        upper is not None
        and isinstance(upper.const, int)
        and isinstance(start, int)
        and 0 <= upper.const - start <= SMALL
    )


SMALL = 12
"""A loop over at most so many elements, known from the code, is no loop whose turns grow with the data."""


class Framework:
    """The base of all framework files: a library that says nothing."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    """The library as a person writes it, for reports; empty: not worth a word."""
    packages: ClassVar[tuple[str, ...]] = ()
    """Top-level import names; the file is skipped where no module imports one. Empty: always on."""
    aliases: ClassVar[dict[str, str]] = {}
    """Other dotted names of the same thing -> the name used in the tables below."""
    returns: ClassVar[dict[str, str]] = {}
    """Callable -> dotted class of the object it gives. A class gives its own instances without being listed."""
    sources: ClassVar[dict[str, Source]] = {}
    """Attribute or callable -> data from outside."""
    cleaners: ClassVar[dict[str, int]] = {}
    """Callable -> the uses its result is clean for (see `mask`)."""
    objects: ClassVar[tuple[str, ...]] = ()
    """Outside classes whose instances this file answers for in `attribute`, `method`, `iterate` and `item`."""
    attributes: ClassVar[dict[str, str]] = {}
    """Attribute -> dotted class of the object it holds."""
    never: ClassVar[frozenset[str]] = frozenset()
    """Callables that never return: they end the request, the process, or raise."""
    connects: ClassVar[dict[str, Given]] = {}
    """Callable -> the host that it connects to, or an address with it, told beside what `calls` says of it."""
    answers: ClassVar[dict[str, Given]] = {}
    """Callable -> what it sends to who asked, told beside what `calls` says of it."""
    scopes: ClassVar[dict[str, Scope]] = {}
    """Classes of context managers, and decorators, -> what a block over them does to the transaction."""
    named: ClassVar[tuple[str, ...]] = ()
    """Outside names whose attributes `outside` is asked for (`django.conf.settings`), and last names after a dot (`.objects`)."""
    bases: ClassVar[tuple[str, ...]] = ()
    """Outside classes whose project subclasses this file claims (see `claims`)."""

    def __init__(self) -> None:
        self.calls: dict[str, Handler] = {}
        """Dotted callable, or `Class.method` of an outside class -> what the call does and gives."""
        self.decorators: dict[str, Handler] = {}
        """Dotted decorator, or `Class.method` of an outside class -> what each call of the decorated function does beside it."""
        self.results: dict[str, Callable[[Frame, Val], Val]] = {}
        """Dotted decorator, used without arguments -> what it makes of what the decorated function returns."""
        self.methods: dict[str, Handler] = {}
        """Method name -> what it does on a receiver whose type is not known; it must look closely before it speaks."""

    def prepare(self, project: Project, engine: Engine) -> None:
        """Collect what the whole project says (models, routers), once, before anything is interpreted."""

    def claims(self, info: ClassInfo) -> bool:
        """True where instances of a project class are this file's business."""
        return any(base in self.bases for base in info.external_bases())

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """The units that the framework calls."""
        return ()

    def tables(self) -> Any:
        """What the file made of the whole project beside entries, the same in every run: an edit that changes it can reach anything."""
        return ()

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        """`value.name` for a row, a query, an instance of a claimed class; None: not known here."""
        return None

    def class_attribute(self, frame: Frame, info: ClassInfo, name: str, position: int) -> Val | None:
        """`Class.name` for a claimed class."""
        return None

    def assigned(self, frame: Frame, value: Val, name: str, held: Val, position: int) -> None:
        """`row.name = held`: a write, where the library keeps account of what changes. Empty: some attribute, not known which."""

    def construct(self, call: CallSite, info: ClassInfo) -> Val | None:
        """`Class(...)` for a claimed class."""
        return None

    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        """The type of a parameter without annotation that the library's conventions name (`request` of a view)."""
        return None

    def outside(self, frame: Frame | None, parent: str, name: str, position: int) -> Val | None:
        """`parent.name`, an outside name that `named` told of; None: nothing is known of it."""
        return None

    def instance(self, info: ClassInfo) -> tuple[Any, ...] | None:
        """The type of an instance of a claimed class, where it is more than an instance (a stored row)."""
        return None

    def item(self, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        """`base[index]` for a query, a row, or an object this file knows."""
        return None

    def method(self, call: CallSite) -> Val | None:
        """`receiver.name(...)` where `attribute` gave a ("member", receiver, name)."""
        return None

    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        """A loop over a query, or over another value this file knows."""
        return None

    def evaluate(self, frame: Frame, value: Val, position: int, how: str) -> None:
        """A query is used where it must run: `len`, `bool`, `list`."""

    def tested(self, frame: Frame, value: Val, position: int) -> None:
        """A query is asked whether it is true, where that makes it run."""

    def awaited(self, frame: Frame, value: Val, position: int) -> Val | None:
        """`await query` for a query that runs when it is awaited; None: the value itself."""
        return None

    def operate(self, frame: Frame, op: str, left: Val, right: Val, position: int) -> Val | None:
        """`left op right` where one side is a query of this file, or a column of one."""
        return None

    def enter(self, frame: Frame, value: Val, position: int) -> Val | None:
        """`with value as x`: what x is."""
        return None

    def row_classes(self) -> Iterable[tuple[ClassInfo, Callable[[str], bool]]]:
        """The classes of the project whose instances are stored rows, each with whether an attribute is one of its rows'."""
        return ()

    def entities(self, project: Project, engine: Engine) -> Iterable[Entity]:
        """What the project keeps rows of, as the library's models declare it."""
        return ()

    def surrounds(self, engine: Engine, entry: Entry) -> str:
        """The state of the transaction in which the library calls a unit: a state of `flow.transactions`; empty: nothing to say."""
        return ""

    def guards(self, engine: Engine, unit: int) -> Iterable[Guarding]:
        """What the library runs before a handler, beside its decorators: dependencies, permission classes."""
        return ()

    def remedy(self, remedy: Remedy) -> str | None:
        """The change in the library's own words; None: not known here."""
        return None
