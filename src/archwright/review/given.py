"""Arguments that code puts into a text by hand: what all rules share that tell it of code that nothing in the program calls.

A library, a store or a plugin is called by code that isn't here. Where its own text shows that an argument stands in it as code
(between quotes that it writes itself, in a command), that is wrong whoever calls. Where the program itself calls the unit, the
arguments it gives are followed instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.base import Place
from archwright.model.effect import Effect
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Clean, Origin, OriginKind, Use, Value
from archwright.review.beside import UNSERVED, beside
from archwright.review.rule import Ungiven, Verdict, steps

_BUILT = "built into a text"
_MADE = re.compile(
    r"\.(?:\w*_)?(?:id|pk|uuid)s?$|(?:^|[_.])(?:hash|digest|checksum|uuid|guid|md5|sha1|sha256)$", re.IGNORECASE
)
"""A key that an object holds, a hash: most often made by the program, or by the service that it asked."""
_COUNTED = re.compile(
    r"(?:^|_)(?:time_?out|ttl|port|length|seconds|secs|minutes|hours|days|retries|attempts|delay|interval|count|limit|offset)$"
    r"|^(?:num|nr|max|min)_",
    re.IGNORECASE,
)
"""Names of numbers: a function that no code calls says too little to take them for texts."""
CATALOG = re.compile(
    r"(?:^|[_.])(?:table|schema|db|database|column|view|index|collection|partition)s?(?:_?names?)?$", re.IGNORECASE
)
"""Names of what a database holds, which seldom come from who uses the service."""
_HANDLE = re.compile(r"(?:^|[_.])(?:cursor|conn|connection|session|engine|client)$", re.IGNORECASE)
"""Names of what a service is asked through: no text, and what stands in one is an answer of it."""
_CONFIGURED = re.compile(r"(?:^|[_.])(?:config(?:uration)?|conf|cfg|settings|options)\.", re.IGNORECASE)
"""What an object holds that tells how the program is set up: who runs the program wrote it."""
_HANDED = "passed to"


def given(
    effect: Effect,
    value: Value,
    ungiven: Ungiven,
    *,
    mark: Use | None,
    use: Use,
    meant: re.Pattern[str],
    message: str,
    why: str,
    fix: str,
    harm: str,
    impact: Impact,
    near: bool = False,
    plain: bool = False,
) -> Iterator[Verdict]:
    """The verdict that code put an argument into `value` by hand, in a unit whose arguments nothing in the program gives.

    mark: how it was put there (None: however, and then the text proves nothing and the confidence is low); use: the use for which nothing may
    have cleaned it; meant: names of arguments that are code themselves; near: only where no other function has a hand in the text; plain: what an object
    holds is of low confidence; message: what is said of the argument, `{it}` for it; harm: what happens at the effect, for the trace.
    """
    if effect.context.setting in UNSERVED or beside(effect.place.path):
        return
    put = [
        origin
        for origin in value.origins
        if origin.kind is OriginKind.PARAMETER
        and (mark is None or mark in origin.clean_for)
        and origin.state(use) is not Clean.CLEAN
        and Use.FIXED not in origin.clean_for
        and not meant.search(origin.name)
        and not _HANDLE.search(origin.name)
        and not (near and any(step.note.startswith(_HANDED) for step in origin.steps))
    ]
    if not put or ungiven(effect) is None:
        return

    def unsure(origin: Origin) -> bool:
        return _doubtful(origin) or (plain and "." in origin.name)

    worst = min(put, key=lambda origin: (unsure(origin), len(origin.steps), origin.name))
    yield Verdict(
        message=message.replace(
            "{it}", f"The {'attribute' if worst.name.startswith('self.') else 'argument'} '{worst.name}'"
        ),
        why=why,
        fix=fix,
        impact=Impact.MEDIUM if CATALOG.search(worst.name) else impact,
        confidence=Confidence.LOW if mark is None or unsure(worst) else Confidence.MEDIUM,
        trace=steps(*((step.place, step.note) for step in worst.steps), (effect.place, harm)),
        place=_built(worst),
    )


def _doubtful(origin: Origin) -> bool:
    """True for what seldom is a text which somebody else chooses, and for what the code that writes the quotes was not given itself.

    A text that a function is given may be anybody's, in that function and in one that it hands it to. What an object holds that others
    made, seen from where it was handed on, and what comes from farther off, is the business of a program of which most isn't here.
    """
    if any(words.search(origin.name) for words in (_MADE, _COUNTED, CATALOG, _CONFIGURED)):
        return True
    handed = 0
    for step in origin.steps:
        if step.note == _BUILT:
            break
        handed += step.note.startswith(_HANDED)
    return handed > (0 if "." in origin.name.removeprefix("self.") else 1)


def _built(origin: Origin) -> Place | None:
    """Where the text was built that holds the argument; None: at the effect."""
    places = [step.place for step in origin.steps if step.note == _BUILT]
    return places[-1] if places else None
