"""What somebody outside sends and what becomes of it: the half that all rules on tainted data share.

A rule looks at one slot of an effect (the text that is run, the path that is opened) for one use. `sent` gives the most
dangerous data from outside in it, or None: data that can't be followed, that is clean for the use, that operators of the
service choose, or that only tests send.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archwright.model.base import Place
from archwright.model.effect import Effect, Setting
from archwright.model.finding import Confidence, Impact, Remedy, TraceStep
from archwright.model.value import Clean, Origin, OriginKind, Trust, Use, Value
from archwright.review.beside import in_tests
from archwright.review.rule import Reaching, Verdict, steps

_ORDER = (Trust.ANYONE, Trust.SIGNED_IN, Trust.UNKNOWN, Trust.STAFF)
"""Who chooses the data, the most dangerous first. Operators own the service anyhow, so their data is clean."""
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


class Sent(NamedTuple):
    """The most dangerous data from outside in a slot of an effect."""

    origin: Origin
    place: Place
    """Where the service receives it; the effect's place where its way is not known."""

    @property
    def name(self) -> str:
        """The kind of source, with its name where the code tells it: `query parameter 'page'`."""
        return self.origin.name or "data from outside"

    @property
    def title(self) -> str:
        """`name` as the subject at the start of a sentence."""
        name = self.name
        return name[:1].upper() + name[1:] if name.startswith(("data", "the ")) else f"The {name}"

    @property
    def who(self) -> str:
        """Who can send it, as the subject at the start of a sentence."""
        return _WHO[self.origin.trust]

    def through(self, reaching: Reaching) -> str:
        """The operations by which it is sent, to be put behind a verb's object: ` through GET /search`; empty: not known."""
        operations = reaching(self.place)
        if not operations:
            return ""
        more = len(operations) - 1
        return f" through {operations[0]}" + (f" or {more} other operation{'s' if more > 1 else ''}" if more else "")

    def impact(self, gravest: Impact) -> Impact:
        """`gravest` where anyone may send the data, less where the sender has to sign in or belongs to the staff."""
        if self.origin.trust is Trust.ANYONE:
            return gravest
        once = _ONE_LESS[gravest]
        return _ONE_LESS[once] if self.origin.trust is Trust.STAFF else once

    def trace(self, effect: Effect, harm: str) -> tuple[TraceStep, ...]:
        """The way of the data to the effect. `harm`: what happens there."""
        return steps(*((step.place, step.note) for step in self.origin.steps), (effect.place, harm))


def sent(effect: Effect, value: Value, use: Use) -> Sent | None:
    """The most dangerous data from outside in `value`, a slot of `effect`, that is dirty for `use`; None if there is none."""
    if effect.context.setting is Setting.TEST or in_tests(effect.place.path):
        return None
    known = [
        origin
        for origin in value.origins
        if origin.kind is OriginKind.SOURCE and origin.state(use) is Clean.DIRTY and origin.trust in _ORDER
    ]
    if not known:
        return None
    worst = min(known, key=lambda o: (_ORDER.index(o.trust), len(o.steps), o.name, [s.place for s in o.steps]))
    place = worst.steps[0].place if worst.steps else effect.place
    return None if in_tests(place.path) else Sent(worst, place)


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
) -> Iterator[Verdict]:
    """The verdict that data from outside reaches a slot; none where `sent` finds none.

    message: what is said of the data, `{it}` for it (`{it} becomes part of the command that os.system runs.`); why: what its
    sender can do, `{who}` for who that is and `{through}` for the operations (`{who} can run commands{through}.`); harm: what
    happens at the effect, for the trace. The confidence is at most medium where the way of the data is not known.
    """
    found = sent(effect, value, use)
    if found is None:
        return
    yield Verdict(
        message=message.replace("{it}", found.title),
        why=why.replace("{who}", found.who).replace("{through}", found.through(reaching)),
        fix=fix,
        impact=found.impact(impact),
        confidence=confidence if found.origin.steps else max(confidence, Confidence.MEDIUM, key=lambda each: each.rank),
        trace=found.trace(effect, harm),
        start=found.place,
        remedy=remedy,
    )
