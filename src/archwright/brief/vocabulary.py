"""The vocabulary of a brief: every word, with what may stand after it and what it means.

The reader, the JSON Schema and the tests of the manual all walk these tables, so they can't differ.
"""

from __future__ import annotations

from dataclasses import dataclass

from archwright.brief import accesses, triggers
from archwright.brief.entities import ENTITIES, Formula, formula
from archwright.brief.kinds import Choice, Definitions, Either, Flag, Kind, Listed, Name, Named, Schema, Scope, Text
from archwright.brief.lexicon import (
    ENTITY,
    ENTITY_NAME,
    FIELD,
    FIELD_NAME,
    FIELD_PATH,
    LABEL_NAME,
    OPERATION_NAME,
    SYSTEM_NAME,
)
from archwright.brief.nodes import Items, Node, Scalar
from archwright.brief.numbers import BUDGET, COUNT, DURATION, GROWTH, SHARE, Period, Whole
from archwright.brief.policies import WHO
from archwright.brief.table import Built, Entry, Table, Values
from archwright.brief.words import Word
from archwright.model.base import Place
from archwright.model.entity import Type

DEFAULT_PAGE = 50
"""Rows a page of a list whose brief says nothing: fills a screen, and stays far from any limit."""
LARGEST_PAGE = 1000
FLAG = Flag()
TEXT = Text()


@dataclass(frozen=True, slots=True)
class Draft:
    """A named mapping as written: a role, an operation, a peer or a channel."""

    name: Word
    values: Values
    place: Place


def _draft(name: Word, values: Values, place: Place) -> Draft:
    return Draft(name, values, place)


GOALS = Table(
    "goals",
    "Goals of the system as a whole",
    (
        Entry("availability", SHARE, "The share of time in which it answers.", "99.9%"),
        Entry("rpo", DURATION, "How much acknowledged work a disaster may cost (recovery point objective).", "0s"),
        Entry("rto", DURATION, "How long it may be away after a disaster (recovery time objective).", "15m"),
        Entry("team", Whole("team", 1, 10_000, "engineers?|people|person|developers?"), "Who owns it.", "4 engineers"),
        Entry("budget", BUDGET, "What it may cost to run.", "600 USD/month"),
        Entry("horizon", Period(), "How far ahead the design must hold.", "18 months"),
        Entry("growth", GROWTH, "How rates and rows grow, unless an entity says otherwise.", "2x/year"),
        Entry("tenants", COUNT, "How many customers' worlds it keeps apart, where it does.", "300"),
    ),
)


@dataclass(frozen=True, slots=True)
class Stand:
    """The entity whose row stands for a caller, and how the row is found."""

    entity: Word
    by: Word | None
    claim: str


class _Stand(Kind[Stand]):
    """`Customer`, `Customer by email`, `Customer by email from email`."""

    expected = "an entity such as Customer, or Customer by login from preferred_username"
    claim = r"[A-Za-z_][A-Za-z0-9_:./-]{0,99}"

    def read(self, node: Node, scope: Scope) -> Stand | None:
        from archwright.brief.lexicon import scalar
        from archwright.brief.words import Stream

        if self.text(node, scope) is None or not isinstance(node, Scalar):
            return None
        stream = Stream(node)
        first = stream.take()
        assert first is not None
        entity = ENTITY_NAME.read(scalar(first), scope)
        given = stream.take_name() if stream.accept("by") else None
        by = FIELD_NAME.read(scalar(given), scope) if given is not None else None
        claim = stream.take_name() if stream.accept("from") else None
        left = stream.peek()
        if left is not None:
            scope.note(left, f'"{left.text}" is not understood in {scope.path}', f"write {self.expected}")
            return None
        if entity is None or (given is not None and by is None):
            return None
        return Stand(entity, by, claim.text if claim is not None else "sub")

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": "string", "pattern": rf"^\s*{ENTITY}(\s+by\s+{FIELD})?(\s+from\s+{self.claim})?\s*$"}


STAND_TABLE = Table(
    "role_entity_long",
    "The row that stands for a caller, in full",
    (
        Entry("entity", ENTITY_NAME, "The entity.", "Customer", required=True),
        Entry("by", FIELD_NAME, "The field that holds the caller's name.", "login", "the key"),
        Entry("from", TEXT, "The claim of the token that names the caller.", "preferred_username", "sub"),
    ),
)
SOURCE = Choice("source", "source", ("oidc", "service-account", "local"))
ROLE_TABLE = Table(
    "role_long",
    "A role, in full",
    (
        Entry(
            "from",
            SOURCE,
            "Where callers of this role sign in: an OpenID Connect provider, as a machine, or with the service itself.",
            "oidc",
            "oidc",
        ),
        Entry("claim", TEXT, "The token's claim and value that give the role.", "groups/staff", "roles/NAME"),
        Entry(
            "entity",
            Either(
                "role_entity",
                _Stand(),
                Built(
                    STAND_TABLE,
                    lambda values, _: (
                        Stand(values.get("entity"), values.get("by"), values.get("from", "sub"))
                        if values.get("entity")
                        else None
                    ),
                ),
            ),
            "The entity whose row stands for the caller; `by` a field other than the key, `from` a claim other than "
            "`sub`.",
            "Customer",
            "the entity that the role's `owns` paths lead to",
        ),
        Entry("about", TEXT, "A sentence for the documentation.", "Anyone who buys."),
    ),
)


class _RoleSource(Kind[Values]):
    """The short form of a role: its source alone."""

    expected = SOURCE.expected

    def read(self, node: Node, scope: Scope) -> Values | None:
        source = SOURCE.read(node, scope)
        values = Values(node.place)
        if source is not None:
            values.read["from"] = source
        return values

    def schema(self, definitions: Definitions, /) -> Schema:
        return SOURCE.schema(definitions)


PEER_TABLE = Table(
    "peer",
    "A service outside of this system that operations call",
    (
        Entry("url", TEXT, "Where it is.", "https://api.example.com"),
        Entry("timeout", DURATION, "The longest time a call may take, unless the operation says.", "3s"),
        Entry("availability", SHARE, "The share of time in which it answers.", "99.5%"),
        Entry("about", TEXT, "A sentence for the documentation.", "Takes the card payments."),
    ),
)
CARRIED = Name("carried", rf"{ENTITY}(\.{FIELD})?", "an entity or a field of it, such as Order or Order.id")
CHANNEL_TABLE = Table(
    "channel",
    "A named stream of messages",
    (
        Entry("carries", Listed(CARRIED), "What a message holds.", "[Order.id, Order.total]"),
        Entry(
            "kind",
            Choice("channel_kind", "kind", ("event", "task")),
            "An event tells any number of receivers what happened; a task is done once by one of them.",
            "event",
            "event",
        ),
        Entry("about", TEXT, "A sentence for the documentation.", "An order was placed."),
    ),
)
OPERATION_TABLE = Table(
    "operation",
    "An operation: what callers can ask for",
    (
        Entry("about", TEXT, "A sentence for the documentation.", "Turns a basket into an order."),
        Entry("read", accesses.READS, "The entities (or single fields) it gives.", "[Order, OrderLine]"),
        Entry(
            "write",
            accesses.WRITES,
            "What it writes: `Order` adds a row, `Order.status` changes a field of a row, `Order.status = paid` "
            "changes it to that.",
            "[Order, OrderLine, Product.stock -= OrderLine.qty]",
        ),
        Entry("update", accesses.WRITES, "Rows or fields that it changes; adds none.", "Customer"),
        Entry("delete", accesses.DELETES, "The entities of which it deletes a row.", "Order"),
        Entry(
            "by",
            accesses.FILTERS,
            "The fields by which the caller chooses rows: equal, or `from`, `to`, `in`; `optional` where it may be "
            "left out.",
            "category",
            "for a change or deletion: the key",
        ),
        Entry("match", Listed(FIELD_PATH), "Text fields that the caller searches for words.", "name"),
        Entry(
            "scan",
            accesses.SCAN,
            "It reads many rows to give a few figures: a window of time, or all.",
            "placed last 1d",
        ),
        Entry("measure", accesses.MEASURE, "The figures it gives.", "[count, sum total]", "count"),
        Entry("group", Listed(FIELD_PATH), "The fields by which figures are grouped.", "status"),
        Entry("sort", accesses.SORT, "The order, `-` before what begins with the greatest or latest.", "-placed"),
        Entry("page", Whole("page", 1, LARGEST_PAGE), "Rows a page.", "24", f"{DEFAULT_PAGE} for a list"),
        Entry("rate", accesses.RATES, "How often it is asked for: usually, and at its peak.", "15/s peak 150/s"),
        Entry("p95", DURATION, "The time within which 95 of 100 answers must come.", "200ms"),
        Entry("stale", DURATION, "How old an answer may be; 0s: callers see their own writes at once.", "30s", "0s"),
        Entry(
            "together",
            FLAG,
            "All its writes hold or none does: one transaction.",
            "true",
            "true where it writes several things",
        ),
        Entry(
            "idempotent",
            FLAG,
            "The caller may send the same request again, and it takes effect once.",
            "true",
            "false",
        ),
        Entry("calls", accesses.CALLS, "Peers it waits for, each with the longest time.", "payment-provider 3s"),
        Entry("publishes", Listed(LABEL_NAME), "Channels it sends a message to when it has succeeded.", "order_placed"),
        Entry(
            "who",
            WHO,
            "Who may call: a role, `anyone`, or `authenticated`; `owns` limits it to the caller's rows, `when` to rows "
            "in a certain state. Any one of a list is enough.",
            "shopper owns customer",
        ),
        Entry(
            "at",
            triggers.ENDPOINT,
            "The method and path, or the GraphQL field, where it is called.",
            "POST /checkout",
            "chosen by the design",
        ),
        Entry("on", LABEL_NAME, "The channel whose messages start it, in place of a caller.", "order_placed"),
        Entry("every", triggers.EVERY, "The time after which it runs again, in place of a caller.", "1h"),
        Entry("command", LABEL_NAME, "The command line word that starts it, in place of a caller.", "close-day"),
    ),
)


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as written; `formula` is None for prose."""

    text: str
    node: Node
    formula: Formula | None


_RULE_HINT = "write a condition such as Product.stock >= 0, or says: with free words"


class _RuleText(Kind[RuleDraft]):
    """An expression, with `always` after it if one likes."""

    expected = "a rule such as Order.total = sum(OrderLine.qty * OrderLine.unit_price)"

    def read(self, node: Node, scope: Scope) -> RuleDraft | None:
        if self.text(node, scope) is None or not isinstance(node, Scalar):
            return None
        text = node.text.rstrip().removesuffix(" always").rstrip()
        tree = formula(node, text, 0, scope, _RULE_HINT)
        return None if tree is None else RuleDraft(text.strip(), node, tree)

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": "string", "minLength": 1}


RULE_TABLE = Table(
    "rule_long",
    "A rule, in full",
    (
        Entry("holds", _RuleText(), "An expression that always holds.", "Product.stock >= 0"),
        Entry(
            "says", TEXT, "A rule in free words, which people read and no machine checks.", "No refund after 30 days."
        ),
    ),
)


def _rule(values: Values, scope: Scope) -> RuleDraft | None:
    if values.has("holds") == values.has("says"):
        scope.note(values.place, f"{scope.path} needs one of holds and says", "write holds: and an expression")
        return None
    if values.has("holds"):
        held: RuleDraft | None = values.get("holds")
        return held
    said = values.get("says")
    return None if said is None else RuleDraft(said, values.nodes["says"], None)


class _Rules(Kind[tuple[RuleDraft, ...]]):
    """A list of rules, each read for itself."""

    expected = "a list of rules"
    rule: Kind[RuleDraft] = Either("rule", _RuleText(), Built(RULE_TABLE, _rule))

    def read(self, node: Node, scope: Scope) -> tuple[RuleDraft, ...] | None:
        nodes = node.items if isinstance(node, Items) else (node,)
        drafts = [self.rule.read(item, scope) for item in nodes]
        return tuple(draft for draft in drafts if draft is not None)

    def schema(self, definitions: Definitions, /) -> Schema:
        return Listed(self.rule).schema(definitions)


ROLES = Named("role", LABEL_NAME, Either("role", _RoleSource(), ROLE_TABLE), _draft)
PEERS = Named("peer", LABEL_NAME, PEER_TABLE, _draft)
CHANNELS = Named("channel", LABEL_NAME, CHANNEL_TABLE, _draft)
OPERATIONS = Named("operation", OPERATION_NAME, OPERATION_TABLE, _draft)
BRIEF = Table(
    "",
    "A brief for archwright",
    (
        Entry("system", SYSTEM_NAME, "The name of the system.", "shop", required=True),
        Entry("about", TEXT, "What it is for, in a sentence or a few.", "Sells books to the whole world."),
        Entry("goals", GOALS, "What the system as a whole must reach.", "{availability: 99.9%, team: 4 engineers}"),
        Entry("roles", ROLES, "The kinds of callers.", "{shopper: {from: oidc}}"),
        Entry("peers", PEERS, "The services outside that it calls.", "{payment-provider: {timeout: 3s}}"),
        Entry(
            "channels", CHANNELS, "The streams of messages it sends or receives.", "{order_placed: {carries: Order}}"
        ),
        Entry("entities", ENTITIES, "What it keeps.", "{Customer: {email: email unique pii}}", required=True),
        Entry("operations", OPERATIONS, "What callers can ask for.", "{show: {read: Customer, by: id, who: staff}}"),
        Entry("rules", _Rules(), "What always holds.", "[Product.stock >= 0]"),
    ),
)
TYPE_MEANINGS = {
    Type.TEXT: "letters of any language",
    Type.EMAIL: "an address of electronic mail, compared without case",
    Type.URL: "a web address",
    Type.INT: "a whole number, 64 bits",
    Type.DECIMAL: "an exact number with a fraction",
    Type.MONEY: "an exact amount",
    Type.BOOL: "true or false",
    Type.DATE: "a day",
    Type.TIMESTAMP: "a moment, kept in UTC",
    Type.UUID: "a random or time-ordered identifier",
    Type.JSON: "a document without a schema",
    Type.BYTES: "a few raw bytes; large files belong outside",
    Type.FLOAT: "an approximate number",
}
"""What each type of a field is, for the manual and for editors."""
