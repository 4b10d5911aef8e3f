"""What `access/unscoped-object` says, by what shows that a row is not everyone's."""

from __future__ import annotations

from collections.abc import Sequence

from archwright.model.base import Place
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.review.rule import Verdict, replaced, steps
from archwright.review.rules.access._owner import Owned
from archwright.review.rules.access._scope import Access, Limit


def limited_elsewhere(access: Access, limited: Sequence[Access], *, sure: bool) -> Verdict:
    """Other endpoints limit the same entity."""
    like = limited[0]
    tied = "who calls" if like.limit is Limit.CALLER else like.parent
    return _verdict(
        access,
        message=f"{access.entity} is {_done(access)} by {access.key} alone; {len(limited)} other "
        f"endpoint{'s limit' if len(limited) > 1 else ' limits'} it by {like.path}.",
        tied=tied,
        fix=f"Put {like.path} into the query, as {like.endpoint.title} does",
        confidence=Confidence.MEDIUM if sure else Confidence.LOW,
        before=((like.effect.place, f"{like.endpoint.title} limits {like.entity} by {like.path}"),),
        subject=like.path,
    )


def checked_elsewhere(access: Access, checked: Sequence[Access]) -> Verdict:
    """Other endpoints fetch the entity by a key as well, and check then whose it is."""
    like = checked[0]
    return _verdict(
        access,
        message=f"{access.entity} is {_done(access)} by {access.key} alone; {len(checked)} other endpoints check whose it is.",
        tied="who calls",
        fix=f"Check it as {like.endpoint.title} does ({like.endpoint.checks})",
        confidence=Confidence.MEDIUM,
        before=((like.endpoint.place, f"{like.endpoint.title} checks the row: {like.endpoint.checks}"),),
        subject="",
    )


def doubted(verdict: Verdict) -> Verdict:
    """Only endpoints that change rows are stricter."""
    return replaced(verdict, confidence=Confidence.LOW)


def owned(access: Access, owner: Owned) -> Verdict:
    """No other endpoint shows how the entity is limited; its owner does."""
    return _verdict(
        access,
        message=f"{access.entity} is changed by {access.key} alone, whoever its {owner.field} is.",
        tied="who calls",
        fix=f"Put {owner.field} into the query, or compare it with the caller",
        confidence=Confidence.MEDIUM if owner.sure else Confidence.LOW,
        before=(),
        subject=owner.field,
    )


def private(access: Access, owner: Owned, like: Access, entities: int) -> Verdict:
    """The project limits rows of other entities by the same owner."""
    return _verdict(
        access,
        message=f"{access.entity} is {_done(access)} by {access.key} alone, whoever its {owner.field} is; rows of {entities} other "
        f"entities are limited by their {owner.field}.",
        tied="who calls",
        fix=f"Put {owner.field} into the query, or compare it with the caller",
        confidence=Confidence.MEDIUM,
        before=((like.effect.place, f"{like.endpoint.title} limits {like.entity} by {like.path}"),),
        subject=owner.field,
    )


def loose_child(access: Access, parent: str, check: Place, by: str) -> Verdict:
    """The path names what the row is a part of, that alone is checked, and the row is not looked up in it."""
    return _verdict(
        access,
        message=f"{access.entity} is {_done(access)} by {access.key} alone, and need not belong to the {parent} that is checked.",
        tied=parent,
        fix=f"Look it up by {parent} too, or compare what it belongs to",
        confidence=Confidence.MEDIUM,
        before=((check, f"{by} checks {parent}"),),
        subject="",
    )


def _done(access: Access) -> str:
    return "changed" if access.writes else "fetched"


def _verdict(
    access: Access,
    *,
    message: str,
    tied: str,
    fix: str,
    confidence: Confidence,
    before: Sequence[tuple[Place, str]],
    subject: str,
) -> Verdict:
    endpoint, effect = access.endpoint, access.effect
    does = "changes it" if access.writes or "is changed" in message else "gets at it"
    return Verdict(
        message=message,
        why=f"Nothing ties the row to {tied}: whoever may call {endpoint.title} sends another key and {does}.",
        fix=fix,
        impact=Impact.HIGH,
        confidence=confidence,
        trace=(
            *steps(*before),
            *steps(
                (endpoint.place, f"{access.key} comes from the request"),
                *((place, "handed on") for place in effect.context.calls),
                (effect.place, f"{access.entity} by {access.path}, whosever it is"),
            ),
        ),
        place=effect.context.calls[0] if effect.context.calls else effect.place,
        start=endpoint.place,
        cause=f"{endpoint.unit} {access.entity}",
        remedy=Remedy(kind=RemedyKind.SCOPE, subject=subject) if subject else None,
    )
