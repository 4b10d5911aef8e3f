"""How an operation reaches rows, as written: what it touches, by which filters, in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archwright.brief.entities import Formula, formula
from archwright.brief.kinds import Choice, Definitions, Either, Flag, Kind, Listed, Name, Schema, Scope, Short
from archwright.brief.lexicon import (
    ENTITY,
    ENTITY_NAME,
    FIELD,
    FIELD_NAME,
    FIELD_PATH,
    LABEL,
    LABEL_NAME,
    PATH,
    scalar,
)
from archwright.brief.nodes import Node, Pairs, Scalar, describe, quote
from archwright.brief.numbers import DURATION, RATE, take_quantity
from archwright.brief.table import Built, Entry, Table, Values
from archwright.brief.words import Stream, Word, moved, whole
from archwright.model.quantity import Duration, Rate

OPERATORS = {"from": ">=", "to": "<=", "in": "in"}
MEASURES = ("sum", "avg", "min", "max")


@dataclass(frozen=True, slots=True)
class SetDraft:
    """A field's new value: `stock -= OrderLine.qty`."""

    field: Word
    operator: str
    value: Formula


@dataclass(frozen=True, slots=True)
class TouchDraft:
    """An entity, the fields of it, and what they become."""

    entity: Word
    fields: tuple[Word, ...] = ()
    sets: tuple[SetDraft, ...] = ()
    through: Word | None = None


@dataclass(frozen=True, slots=True)
class FilterDraft:
    """A condition that the caller fills."""

    field: Word
    operator: str = "="
    optional: bool = False
    window: Duration | None = None


@dataclass(frozen=True, slots=True)
class SortDraft:
    """One key of an order."""

    field: Word
    descending: bool


@dataclass(frozen=True, slots=True)
class CallDraft:
    """A call to a peer."""

    peer: Word
    timeout: Duration | None


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """A figure of an aggregate."""

    function: str
    field: Word | None


@dataclass(frozen=True, slots=True)
class RateDraft:
    """The usual and the highest rate."""

    usual: Rate | None
    peak: Rate | None


class _Touched(Kind[TouchDraft]):
    """`Order`, `Order.status`, and for a write also `Order.status = paid`."""

    def __init__(self, *, write: bool) -> None:
        self.write = write
        self.expected = "Order, Order.status or Order.status = paid" if write else "Order or Order.total"

    def read(self, node: Node, scope: Scope) -> TouchDraft | None:
        if self.text(node, scope) is None or not isinstance(node, Scalar):
            return None
        match = re.match(
            rf"\s*(?P<entity>{ENTITY})(\.(?P<field>{FIELD}))?\s*(?P<rest>(?P<op>=|\+=|-=)?.*)$", node.text, re.DOTALL
        )
        if match is None or (match["rest"] and not (self.write and match["op"] and match["field"])):
            scope.note(node, f"{scope.path} can't be {quote(node.text.strip())}", f"write {self.expected}")
            return None
        entity = Word(match["entity"], node.at(match.start("entity")))
        if match["field"] is None:
            return TouchDraft(entity)
        field = Word(match["field"], node.at(match.start("field")))
        if not match["rest"]:
            return TouchDraft(entity, (field,))
        value = formula(node, node.text[match.end("op") :].rstrip(), match.end("op"), scope)
        if value is None:
            return None
        return TouchDraft(entity, (field,), (SetDraft(field, match["op"], value),))

    def schema(self, _definitions: Definitions, /) -> Schema:
        change = rf"(\.{FIELD}(\s*(=|\+=|-=)\s*\S.*)?)?" if self.write else rf"(\.{FIELD})?"
        return {"type": "string", "pattern": rf"^\s*{ENTITY}{change}\s*$"}


class _Sets(Kind[tuple[SetDraft, ...]]):
    """A mapping of fields to expressions."""

    expected = "a mapping such as {status: paid}"

    def read(self, node: Node, scope: Scope) -> tuple[SetDraft, ...] | None:
        if not isinstance(node, Pairs):
            scope.note(node, f"{scope.path} is {describe(node)}", f"write {self.expected}")
            return None
        found = []
        for key, value in node.pairs:
            inner = scope.inner(key.text)
            field = FIELD_NAME.read(key, inner)
            if field is None or self.text(value, inner) is None or not isinstance(value, Scalar):
                continue
            match = re.match(r"\s*(?P<op>\+=|-=)?", value.text)
            assert match is not None
            tree = formula(value, value.text[match.end() :].rstrip(), match.end(), inner)
            if tree is not None:
                found.append(SetDraft(field, match["op"] or "=", tree))
        return tuple(found)

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{FIELD}$"},
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        }


def _touch_table(name: str, *, write: bool) -> Built[TouchDraft]:
    entries = [
        Entry("entity", ENTITY_NAME, "The entity.", "Order", required=True),
        Entry("fields", Listed(FIELD_NAME), "Its fields.", "[id, status]", "the row as a whole"),
        Entry("through", THROUGH, "The reference that leads to it, where there are several.", "OrderLine.product"),
    ]
    if write:
        entries.insert(2, Entry("set", _Sets(), "New values that the caller does not give.", "{status: paid}"))

    def make(values: Values, _scope: Scope) -> TouchDraft | None:
        entity = values.get("entity")
        sets: tuple[SetDraft, ...] = values.get("set", ())
        fields = tuple(values.get("fields", ())) + tuple(draft.field for draft in sets)
        return None if entity is None else TouchDraft(entity, fields, sets, values.get("through"))

    return Built(Table(name, "What is touched, in full", tuple(entries)), make)


THROUGH = Name("through", rf"{ENTITY}\.{FIELD}", "a reference such as OrderLine.product")
READS = Listed(Either("read_touch", _Touched(write=False), _touch_table("read_touch_long", write=False)))
WRITES = Listed(Either("write_touch", _Touched(write=True), _touch_table("write_touch_long", write=True)))
DELETES = Listed(ENTITY_NAME)


def _filter(stream: Stream, scope: Scope) -> FilterDraft | None:
    first = stream.take()
    assert first is not None
    field = FIELD_PATH.read(scalar(first), scope)
    operator = stream.accept(*OPERATORS)
    optional = stream.accept("optional") is not None
    return None if field is None else FilterDraft(field, OPERATORS[operator.text] if operator else "=", optional)


def _filter_long(values: Values, _scope: Scope) -> FilterDraft | None:
    field = values.get("field")
    kind = values.get("is", "equal")
    return None if field is None else FilterDraft(field, OPERATORS.get(kind, "="), values.get("optional", False))


_FILTER = Table(
    "filter_long",
    "A filter, in full",
    (
        Entry("field", FIELD_PATH, "The field, or a path to it.", "placed", required=True),
        Entry(
            "is",
            Choice("filter_is", "comparison", ("equal", *OPERATORS)),
            "How it is compared with what the caller gives: equal, from (or later), to (or earlier), in (a list).",
            "from",
            "equal",
        ),
        Entry("optional", Flag(), "The caller may leave it out.", "true"),
    ),
)
FILTERS = Listed(
    Either(
        "filter",
        Short(
            _filter,
            rf"\s*{PATH}(\s+({'|'.join(OPERATORS)}))?(\s+optional)?\s*",
            "a field, such as category or placed from optional",
        ),
        Built(_FILTER, _filter_long),
    )
)


def _scan(stream: Stream, scope: Scope) -> FilterDraft | None:
    first = stream.take()
    assert first is not None
    if first.text == "all":
        return FilterDraft(first, "all")
    field = FIELD_PATH.read(scalar(first), scope)
    if not stream.accept("last"):
        scope.note(stream.peek() or stream.end, f"{scope.path} needs a window", "write placed last 1d, or all")
        return None
    before = len(scope.unknown)
    window = take_quantity(stream, Duration, scope, "the window")
    if field is None or (window is None and len(scope.unknown) == before):
        return None
    return FilterDraft(field, "within", window=window)


def _scan_long(values: Values, _scope: Scope) -> FilterDraft | None:
    field = values.get("field")
    return None if field is None else FilterDraft(field, "within", window=values.get("last"))


_SCAN = Table(
    "scan_long",
    "A scan, in full",
    (
        Entry("field", FIELD_PATH, "A time or date.", "placed", required=True),
        Entry("last", DURATION, "The window up to now.", "1d", required=True),
    ),
)
SCAN = Either(
    "scan",
    Short(_scan, rf"\s*(all|{PATH}\s+last\s+\S+(\s+\S+)?)\s*", "a window such as placed last 1d, or all"),
    Built(_SCAN, _scan_long),
)


class _Sorted(Kind[SortDraft]):
    """`price`, or `-placed` for descending."""

    expected = "a field, such as price, or -placed to begin with the latest"

    def read(self, node: Node, scope: Scope) -> SortDraft | None:
        if self.text(node, scope) is None or not isinstance(node, Scalar):
            return None
        word = whole(node)
        down = word.text.startswith("-")
        if not re.fullmatch(f"-?{PATH}", word.text):
            scope.note(word, f"{scope.path} can't be {quote(word.text)}", f"write {self.expected}")
            return None
        return SortDraft(Word(word.text[down:], moved(word, int(down))), down)

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": "string", "pattern": rf"^\s*-?{PATH}\s*$"}


_SORT = Table(
    "sort_long",
    "A sort key, in full",
    (
        Entry("field", FIELD_PATH, "The field.", "placed", required=True),
        Entry("descending", Flag(), "The greatest or latest first.", "true"),
    ),
)
SORT = Listed(
    Either(
        "sort",
        _Sorted(),
        Built(
            _SORT,
            lambda values, _: (
                SortDraft(values.get("field"), values.get("descending", False)) if values.get("field") else None
            ),
        ),
    )
)


def _call(stream: Stream, scope: Scope) -> CallDraft | None:
    first = stream.take()
    assert first is not None
    peer = LABEL_NAME.read(scalar(first), scope)
    timeout = take_quantity(stream, Duration, scope, "the timeout") if stream.peek() is not None else None
    return None if peer is None else CallDraft(peer, timeout)


_CALL = Table(
    "call_long",
    "A call to a peer, in full",
    (
        Entry("peer", LABEL_NAME, "A service outside of this system.", "payment-provider", required=True),
        Entry("timeout", DURATION, "The longest time the call may take.", "3s", "the peer's timeout"),
    ),
)
CALLS = Listed(
    Either(
        "call",
        Short(
            _call, rf"\s*{LABEL}(\s+\S+)?\s*", "a peer and the longest time it may take, such as payment-provider 3s"
        ),
        Built(
            _CALL,
            lambda values, _: CallDraft(values.get("peer"), values.get("timeout")) if values.get("peer") else None,
        ),
    )
)


def _rate(stream: Stream, scope: Scope) -> RateDraft | None:
    usual = take_quantity(stream, Rate, scope, "the rate")
    if not stream.accept("peak"):
        return RateDraft(usual, None)
    return RateDraft(usual, take_quantity(stream, Rate, scope.inner("peak"), "the peak"))


_RATE = Table(
    "rate_long",
    "A rate, in full",
    (
        Entry("usual", RATE, "The rate of an ordinary busy hour.", "15/s", required=True),
        Entry("peak", RATE, "The highest rate that lasts for minutes.", "150/s"),
    ),
)
RATES = Either(
    "rate",
    Short(_rate, r"\s*(\d\S*|unknown)(\s+peak\s+(\d\S*|unknown))?\s*", "a rate such as 15/s or 15/s peak 150/s"),
    Built(_RATE, lambda values, _: RateDraft(values.get("usual"), values.get("peak"))),
)


class _Measured(Kind[MeasureDraft]):
    """`count`, or `sum OrderLine.qty`."""

    name = "measure"
    expected = "count, or sum, avg, min or max of a field, such as sum total or sum OrderLine.qty"

    def read(self, node: Node, scope: Scope) -> MeasureDraft | None:
        if self.text(node, scope) is None or not isinstance(node, Scalar):
            return None
        match = re.fullmatch(
            rf"\s*(count|(?P<function>{'|'.join(MEASURES)})\s+(?P<field>({ENTITY}\.)?{FIELD}))\s*", node.text
        )
        if match is None:
            scope.note(node, f"{scope.path} can't be {quote(node.text.strip())}", f"write {self.expected}")
            return None
        if match["function"] is None:
            return MeasureDraft("count", None)
        return MeasureDraft(match["function"], Word(match["field"], node.at(match.start("field"))))

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": "string", "pattern": rf"^\s*(count|({'|'.join(MEASURES)})\s+({ENTITY}\.)?{FIELD})\s*$"}


MEASURE = Listed(_Measured())
