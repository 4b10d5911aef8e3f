"""What somebody outside sends and what becomes of it: the half that all rules on tainted data share.

A rule looks at one slot of an effect (the text that is run, the path that is opened) for one use. `sent` gives the most
dangerous data from outside in it, or None: data that can't be followed, that is clean for the use, that operators of the
service choose, or that only tests send.

A rule that asks for `stored` hands it on, and is then told of data that went through a field of a row too, where nothing comes
straight from outside: somebody wrote the field by one operation, and another reads it and uses what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from archwright.model.base import Place
from archwright.model.effect import Deserialise, Effect, Interpret, Setting
from archwright.model.finding import Confidence, Impact, Remedy, TraceStep
from archwright.model.value import Clean, Origin, OriginKind, Step, Trust, Use, Value
from archwright.review.beside import in_tests
from archwright.review.reaching import LEAST_FIRST
from archwright.review.rule import Reaching, Verdict, steps
from archwright.review.stored import Stored

_WHO = {
    Trust.ANYONE: "Anyone who can reach the service",
    Trust.SIGNED_IN: "Any signed-in user",
    Trust.UNKNOWN: "Whoever sends it",
    Trust.STAFF: "Any member of staff",
}
_ONE_LESS = {
    Impact.CRITICAL: Impact.HIGH,
    Impact.HIGH: Impact.MEDIUM,
    Impact.MEDIUM: Impact.LOW,
    Impact.LOW: Impact.LOW,
}


class Kept(NamedTuple):
    """The field of a row that data went through."""

    field: str
    """`Entity.field`."""
    written: Place
    read: tuple[Step, ...]
    """The way from the place where it is read."""
    sure: bool
    """True where nothing about the write had to be assumed."""
    told: bool
    """True where it is known by which operations it is written."""


class Sent(NamedTuple):
    """The most dangerous data from outside in a slot of an effect."""

    origin: Origin
    place: Place
    """Where the service receives it; the effect's place where its way is not known."""
    kept: Kept | None = None
    """None: it comes straight from outside."""

    @property
    def name(self) -> str:
        """The kind of source, with its name where the code tells it: `query parameter 'page'`."""
        return self.origin.name or "data from outside"

    @property
    def title(self) -> str:
        """`name` as the subject at the start of a sentence."""
        if self.kept is not None:
            return f"What {self.kept.field} holds"
        name = self.name
        return name[:1].upper() + name[1:] if name.startswith(("data", "the ")) else f"The {name}"

    @property
    def who(self) -> str:
        """Who can send it, as the subject at the start of a sentence."""
        return _WHO[self.origin.trust]

    def through(self, reaching: Reaching) -> str:
        """The operations by which it is sent, to be put behind a verb's object: ` through GET /search`; empty: not known."""
        by = "" if self.kept is None else f" by storing {_plain(self.name)}"
        operations = reaching(self.place) if self.kept is None or self.kept.told else ()
        if not operations:
            return by
        more = len(operations) - 1
        others = f" or {more} other operation{'s' if more > 1 else ''}" if more else ""
        return f"{by} through {operations[0]}{others}"

    def impact(self, gravest: Impact) -> Impact:
        """`gravest` where anyone may send the data, less where the sender has to sign in or belongs to the staff."""
        if self.origin.trust is Trust.ANYONE:
            return gravest
        once = _ONE_LESS[gravest]
        return _ONE_LESS[once] if self.origin.trust is Trust.STAFF else once

    def trace(self, effect: Effect, harm: str) -> tuple[TraceStep, ...]:
        """The way of the data to the effect. `harm`: what happens there."""
        way = [(step.place, step.note) for step in self.origin.steps]
        if self.kept is not None:
            way += [(self.kept.written, f"stored in {self.kept.field}")]
            way += [(step.place, step.note) for step in self.kept.read]
        return steps(*way, (effect.place, harm))

    def cause(self, effect: Effect) -> str:
        """What is one cause: the calls of one function with what it was given, or with what it read at one place.

        A branch for each method, or for each answer, lacks one check. Empty: how the data came is not known, so nothing says that it is
        the same.
        """
        way = self.origin.steps if self.kept is None else self.kept.read
        if not way:
            return ""
        # what is read where it is used was not given
        given = effect.context.calls and (self.kept is None or len(way) > 1)
        read = "" if given else f"{way[0].place} {self.origin.name}"
        return f"{effect.place.path} {effect.unit} {read}"

    def confidence(self, most: Confidence) -> Confidence:
        """`most`, less where the way of the data is not known whole."""
        known = bool(self.origin.steps) if self.kept is None else self.kept.sure and bool(self.kept.read)
        return most if known else max(most, Confidence.MEDIUM, key=lambda each: each.rank)

    @property
    def by_staff(self) -> bool:
        """True for what staff alone chooses: addresses, pieces of pages and plug-ins that are part of how the service is set up."""
        return self.origin.trust is Trust.STAFF


def _plain(name: str) -> str:
    return name if name.startswith(("data", "the ")) else f"the {name}"


def sent(
    effect: Effect,
    value: Value,
    use: Use,
    stored: Stored | None = None,
    *,
    apart: tuple[str, ...] = (),
    reaching: Reaching | None = None,
) -> Sent | None:
    """The most dangerous data from outside in `value`, a slot of `effect`, that is dirty for `use`; None if there is none.

    stored: who writes which field, where what rows hold counts too. apart: the beginnings of the names of sources that do not.
    reaching: what reaches a place, where it matters what the senders have to be.
    """
    if effect.context.setting is Setting.TEST or in_tests(effect.place.path):
        return None
    known = [
        _by(origin, reaching)
        for origin in value.origins
        if origin.kind is OriginKind.SOURCE
        and origin.state(use) is Clean.DIRTY
        and origin.trust in LEAST_FIRST
        and not (apart and origin.name.startswith(apart))
    ]
    if not known:
        return _stored(value, use, stored, apart) if stored is not None else None
    worst = min(known, key=lambda o: (LEAST_FIRST.index(o.trust), len(o.steps), o.name, [s.place for s in o.steps]))
    place = worst.steps[0].place if worst.steps else effect.place
    return None if in_tests(place.path) else Sent(worst, place)


def _by(origin: Origin, reaching: Reaching | None) -> Origin:
    """An origin as chosen by staff, where staff alone reaches the endpoints that receive it."""
    if reaching is None or not origin.steps or reaching.trust(origin.steps[0].place) is not Trust.STAFF:
        return origin
    return msgspec.structs.replace(origin, trust=Trust.STAFF)


def _stored(value: Value, use: Use, stored: Stored, apart: tuple[str, ...]) -> Sent | None:
    """The most dangerous data that somebody put into a field which the value goes back to."""
    found = [
        (writer, origin)
        for origin in value.origins
        if origin.kind is OriginKind.FIELD and (writer := stored.dirty(origin, use, apart)) is not None
    ]
    if not found:
        return None
    writer, read = min(
        found, key=lambda pair: (LEAST_FIRST.index(pair[0].origin.trust), not pair[0].sure, pair[1].name)
    )
    place = writer.origin.steps[0].place if writer.origin.steps else writer.place
    return Sent(writer.origin, place, Kept(read.name, writer.place, read.steps, writer.sure, writer.told))


def tainted(
    effect: Effect,
    value: Value,
    use: Use,
    reaching: Reaching,
    *,
    message: str,
    why: str,
    fix: str,
    harm: str,
    impact: Impact,
    remedy: Remedy | None = None,
    confidence: Confidence = Confidence.HIGH,
    stored: Stored | None = None,
    apart: tuple[str, ...] = (),
    staff: Confidence | None = None,
) -> Iterator[Verdict]:
    """The verdict that data from outside reaches a slot; none where `sent` finds none.

    message: what is said of the data, `{it}` for it (`{it} becomes part of the command that os.system runs.`); why: what its
    sender can do, `{who}` for who that is and `{through}` for the operations (`{who} can run commands{through}.`); harm: what
    happens at the effect, for the trace. The confidence is at most medium where the way of the data is not known, and `staff` where
    staff alone chooses the data: for harm that is no more than what the service lets its staff do. It is low where commands
    alone run what a row holds: who runs one chooses its rows and its database, often a copy. stored, apart: see `sent`.
    """
    found = sent(effect, value, use, stored, apart=apart, reaching=reaching)
    if found is None:
        return
    sure = staff if staff is not None and found.by_staff else found.confidence(confidence)
    if found.kept is not None and isinstance(effect, Deserialise | Interpret) and reaching.unserved(effect):
        sure = Confidence.LOW
    yield Verdict(
        message=message.replace("{it}", found.title),
        why=why.replace("{who}", found.who).replace("{through}", found.through(reaching)),
        fix=fix,
        impact=found.impact(impact),
        confidence=sure,
        trace=found.trace(effect, harm),
        start=found.place if found.kept is None or found.kept.told else None,
        remedy=remedy,
    )
