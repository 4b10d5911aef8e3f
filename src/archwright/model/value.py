"""Values: where a piece of data comes from, how it got here, and for which uses it is clean."""

from __future__ import annotations

import enum

from archwright.model.base import Model, Place

MEMBER = "name of an archive's member"
"""The kind of source that tells where a member of an archive is to lie."""
UNFILTERED = "made HTML as it is, which another way here filters"
"""What happens to a text at a place where the code decides whether to filter it: the way of data that a caller of the code chooses."""

OWN_TOKEN = "token that is made here"  # noqa: S105 - a kind of result, no token
"""The result that tells a token which the program itself has signed."""


class Use(enum.StrEnum):
    """What a value may be used for; what is clean for one use may be dirty for another."""

    SQL_TEXT = "sql text"
    SQL_IDENTIFIER = "sql identifier"
    SHELL = "shell"
    PYTHON = "python"
    HTML = "html"
    TEMPLATE = "template"
    LDAP = "ldap"
    XPATH = "xpath"
    XML = "xml"
    REGEX = "regex"
    LENGTH = "length"
    """Data that may be of any length: clean once its length was compared with a limit, or it was cut."""
    HEADER = "header"
    LOG = "log"
    HOST = "host"
    ROOTED = "address from the root"
    """An address that begins with a slash."""
    SINGLE = "address with one slash"
    """An address that does not begin with two slashes, behind which a host would stand."""
    URL = "url"
    PATH = "path"
    PREFIX = "path prefix"
    """A path that is compared with a folder: clean once `..` and links in it are resolved."""
    PARENTS = "path without parents"
    """A path from which no `..` leads to the parent of a folder."""
    RELATIVE = "relative path"
    """A path that does not begin at the root: joining it does not throw the folder before it away."""
    SEGMENT = "path segment"
    """A part of a path without separators: at worst `..` itself, which is a folder and no file."""
    ENDING = "ending of a file name"
    """What tells programs the kind of a file: only what fixes the ending, or looks at it, makes a name clean."""
    DESERIALISE = "deserialise"
    SESSION = "session"
    FIELDS = "names of fields"
    """The names of what is set: a mapping's keys, the second argument of `setattr`."""
    FILTER = "filter"
    AMOUNT = "amount"
    """How much is done: clean where something bounds it from above. That it is a number bounds nothing."""
    REVEAL = "reveal"
    """Being read by others, as in a log: clean where the declaration that it was sent by calls it nothing that is secret."""
    PASTED = "pasted"
    """No use but a mark: code put the value into a text behind letters of its own. Data is `clean` for it once that happened."""
    QUOTED = "quoted"
    """The same, where the value stands between quotes that the code wrote itself."""
    FIXED = "fixed"
    """No use but a mark: code wrote it. The attribute's own class assigns texts of its own to it, or what has no letters that others choose,
    and nothing else; or a library gives a unit a name that code declared."""
    KEYS = "declared keys"
    """No use but a mark: a class declares the keys of the mapping, whoever chooses the values."""


class Clean(enum.StrEnum):
    """Three answers. UNKNOWN silences a rule."""

    CLEAN = "clean"
    DIRTY = "dirty"
    UNKNOWN = "unknown"


class OriginKind(enum.StrEnum):
    """What a value goes back to."""

    CONSTANT = "constant"
    SOURCE = "source"
    """Data from outside: a request, a message, a file."""
    FIELD = "field"
    """A field of a stored row."""
    RESULT = "result"
    """The result of an effect, such as a call to a peer."""
    PARAMETER = "parameter"
    """An argument of the unit, while no caller is chosen."""
    UNKNOWN = "unknown"


class Trust(enum.StrEnum):
    """Who chooses the data."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    STAFF = "staff"
    OPERATOR = "operator"
    """Settings, environment, command line: those who run the service."""
    UNKNOWN = "unknown"


class Step(Model, frozen=True, kw_only=True):
    """One place a value passed, with what happened there."""

    place: Place
    note: str


_INSIDE = frozenset({Use.PARENTS, Use.RELATIVE})
_ENOUGH = {
    Use.PATH: (_INSIDE,),
    Use.SEGMENT: (_INSIDE, frozenset({Use.PATH})),
    Use.HOST: (frozenset({Use.ROOTED, Use.SINGLE}),),
}
"""Uses for which data is clean once it is clean for all of some others."""


class Origin(Model, frozen=True, kw_only=True):
    """One thing a value goes back to, the way it came, and the uses it was cleaned for on that way."""

    kind: OriginKind
    name: str = ""
    """The kind of source (`query parameter`, `request body`), `Entity.field`, or a parameter's name."""
    trust: Trust = Trust.UNKNOWN
    steps: tuple[Step, ...] = ()
    clean_for: frozenset[Use] = frozenset()

    def state(self, use: Use) -> Clean:
        """Whether data of this origin is clean for `use`."""
        if use in self.clean_for or self.kind is OriginKind.CONSTANT:
            return Clean.CLEAN
        if any(clean_for <= self.clean_for for clean_for in _ENOUGH.get(use, ())):
            return Clean.CLEAN
        if self.kind is OriginKind.SOURCE:
            return Clean.CLEAN if self.trust is Trust.OPERATOR else Clean.DIRTY
        return Clean.UNKNOWN


class Value(Model, frozen=True, kw_only=True):
    """What is known of one value: all its origins and, where it is a constant, the constant."""

    origins: tuple[Origin, ...] = ()
    constant: str | int | float | bool | None = None
    text: str | None = None
    """The text as built, `{}` for each part that is not constant; None where it is not a text."""

    def state(self, use: Use) -> Clean:
        """Dirty if any origin is; else unknown if any is; else clean. No origin at all is unknown."""
        states = {origin.state(use) for origin in self.origins}
        if Clean.DIRTY in states:
            return Clean.DIRTY
        return Clean.UNKNOWN if Clean.UNKNOWN in states or not states else Clean.CLEAN
