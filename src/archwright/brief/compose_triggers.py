"""What starts each operation, and the peers and channels that operations name."""

from __future__ import annotations

import re

from archwright.brief.accesses import CallDraft
from archwright.brief.kinds import Scope
from archwright.brief.nearest import suggest
from archwright.brief.nodes import quote
from archwright.brief.paths import Entities, field_of, look_up
from archwright.brief.table import Values
from archwright.brief.triggers import placeholders
from archwright.brief.vocabulary import Draft
from archwright.brief.words import Word, moved
from archwright.model.base import Place
from archwright.model.entity import Entity
from archwright.model.operation import Command, Filter, GraphqlField, Http, Message, Schedule, Trigger
from archwright.model.quantity import Duration
from archwright.model.system import Channel, Peer

_WORDS = ("at", "on", "every", "command")


class Triggers:
    """Endpoints, channels and peers of the whole brief; each endpoint is served once.

    Where a brief has no `peers` (or `channels`) section, the names that operations use are the declaration.
    """

    def __init__(self, peers: tuple[Draft, ...] | None, channels: tuple[Draft, ...] | None) -> None:
        self._peers = None if peers is None else {draft.name.text: draft for draft in peers}
        self._channels = None if channels is None else {draft.name.text: draft for draft in channels}
        self._used_peers: dict[str, Place] = {}
        self._used_channels: dict[str, Place] = {}
        self._endpoints: dict[str, tuple[str, Place]] = {}

    def peer_timeout(self, word: Word) -> Duration | None:
        """The timeout that the peer's own entry gives."""
        draft = (self._peers or {}).get(word.text)
        timeout: Duration | None = draft.values.get("timeout") if draft is not None else None
        return timeout

    def check_calls(self, calls: tuple[CallDraft, ...], scope: Scope) -> None:
        """Note peers that are not declared."""
        for call in calls:
            self._used_peers.setdefault(call.peer.text, call.peer.place)
            if self._peers is not None and call.peer.text not in self._peers:
                hint = suggest(call.peer.text, self._peers, "peers")
                scope.note(call.peer, f"unknown peer {quote(call.peer.text)} in {scope.path}", hint)

    def channel(self, word: Word, scope: Scope) -> str:
        """The channel's name, noted where it is not declared."""
        self._used_channels.setdefault(word.text, word.place)
        if self._channels is not None and word.text not in self._channels:
            hint = suggest(word.text, self._channels, "channels")
            scope.note(word, f"unknown channel {quote(word.text)} in {scope.path}", hint)
        return word.text

    def trigger(
        self, values: Values, filters: tuple[Filter, ...], subject: Entity | None, scope: Scope, *, writes: bool
    ) -> Trigger | None:
        """What starts the operation; None where the design is to choose."""
        given = [word for word in _WORDS if values.has(word)]
        for word in given[1:]:
            scope.note(values.at(word), f"{scope.path} has {given[0]} and {word}", "one operation has one trigger")
        if values.get("on") is not None:
            return Message(channel=self.channel(values.get("on"), scope))
        if values.get("command") is not None:
            return Command(name=values.get("command").text)
        schedule: Schedule | None = values.get("every")
        if schedule is not None:
            return schedule
        endpoint: Http | GraphqlField | None = values.get("at")
        if endpoint is not None:
            self._check_endpoint(endpoint, values, scope, writes=writes)
        if isinstance(endpoint, Http):
            self._check_placeholders(endpoint, filters, subject, values, scope)
        return endpoint

    def _check_endpoint(self, endpoint: Http | GraphqlField, values: Values, scope: Scope, *, writes: bool) -> None:
        place = values.nodes["at"].place
        reading = isinstance(endpoint, Http) and endpoint.method == "GET"
        reading = reading or (isinstance(endpoint, GraphqlField) and endpoint.type == "Query")
        if reading and writes:
            hint = "use POST, PATCH or DELETE" if isinstance(endpoint, Http) else "use Mutation"
            scope.note(place, f"{scope.path} writes, but {endpoint} may only read", hint)
        key = re.sub(r"\{[^}]*\}", "{}", str(endpoint))
        first = self._endpoints.setdefault(key, (scope.path, place))
        if first[1] != place:
            scope.note(place, f"{endpoint} serves {first[0]} already", f"line {first[1].line}; choose another path")

    def _check_placeholders(
        self, endpoint: Http, filters: tuple[Filter, ...], subject: Entity | None, values: Values, scope: Scope
    ) -> None:
        if subject is None:
            return
        known = [item.field.replace(".", "_") for item in filters if item.operator == "="]
        known += [field.name for field in subject.fields if field.name not in known]
        for name in placeholders(endpoint.path):
            if name not in known:
                message = f"{scope.path}: {{{name}}} in the path is no field of {subject.name}"
                scope.note(values.nodes["at"].place, message, suggest(name, known, "fields"))

    def peers(self) -> tuple[Peer, ...]:
        """All peers, declared or used."""
        if self._peers is None:
            return tuple(Peer(name=name, place=place) for name, place in self._used_peers.items())
        return tuple(
            Peer(
                name=draft.name.text,
                url=draft.values.get("url", ""),
                timeout=draft.values.get("timeout"),
                availability=draft.values.get("availability"),
                place=draft.place,
            )
            for draft in self._peers.values()
        )

    def channels(self, entities: Entities, scope: Scope) -> tuple[Channel, ...]:
        """All channels, declared or used."""
        if self._channels is None:
            return tuple(Channel(name=name, place=place) for name, place in self._used_channels.items())
        return tuple(
            Channel(
                name=draft.name.text,
                payload=tuple(
                    _carried(word, entities, scope.inner(draft.name.text)) for word in draft.values.get("carries", ())
                ),
                kind=draft.values.get("kind", "event"),
                place=draft.place,
            )
            for draft in self._channels.values()
        )


def _carried(word: Word, entities: Entities, scope: Scope) -> str:
    name, _, field = word.text.partition(".")
    entity = look_up(entities, Word(name, word.place), scope)
    if entity is not None and field:
        field_of(entity, Word(field, moved(word, len(name) + 1)), scope, f"{scope.path} carries")
    return word.text
