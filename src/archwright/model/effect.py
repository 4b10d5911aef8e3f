"""Effects: what code does to the world. The units' bodies are control (see `unit`) over these.

Every effect is placed (file, line, unit) and holds its `context`. Slots that carry data are `Value`s; a row or
query that an effect concerns has an identity, so that two effects on the same row can be told from two on rows alike.
"""

from __future__ import annotations

import enum

from archwright.model.base import Model, Place
from archwright.model.value import Value


class Transaction(enum.StrEnum):
    """Whether a transaction is open where an effect happens."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


class Setting(enum.StrEnum):
    """What runs the code."""

    REQUEST = "request"
    TASK = "task"
    COMMAND = "command"
    MIGRATION = "migration"
    TEST = "test"
    UNKNOWN = "unknown"


class LoopContext(Model, frozen=True, kw_only=True):
    """A loop around an effect, outermost first in `Context.loops`."""

    place: Place
    over: str
    """What is iterated: `rows` of a query, `pages`, `items` of anything else, `while`."""
    entity: str | None = None
    query: int | None = None
    """The identity of the query whose rows are iterated."""
    constant: bool = False
    """True where the number of turns is a small constant."""
    part: bool = False
    """True where the rows are those of a relation of one row (`order.lines`): as many as one whole has parts."""
    changes: bool = False
    """True where each turn writes, sends or queues something, beside which a query more is little."""
    concerned: bool = False
    """True where the effect depends on the element of this loop: it does something else on each turn."""


class Caught(Model, frozen=True, kw_only=True):
    """A handler around an effect: the exception types it catches, and what it does with them."""

    place: Place
    types: tuple[str, ...]


class Context(Model, frozen=True, kw_only=True):
    """Where an effect happens, beyond its place."""

    transaction: Transaction = Transaction.UNKNOWN
    setting: Setting = Setting.UNKNOWN
    is_async: bool = False
    deferred: str | None = None
    """`commit` for code that runs after the commit, `thread` for code handed to a worker of this process, `queue` for what
    a task does, later, with data that was queued here."""
    loops: tuple[LoopContext, ...] = ()
    sometimes: bool = False
    """True where a condition between the innermost loop over rows and the effect, other than of a row, decides whether it happens."""
    caught: tuple[Caught, ...] = ()
    calls: tuple[Place, ...] = ()
    """The call places from the unit under judgement down to the unit that holds the effect."""


class Effect(Model, tag_field="effect", frozen=True, kw_only=True):
    """The base of all effects."""

    place: Place
    unit: str
    """Dotted name of the unit that holds the effect."""
    context: Context = Context()


class Many(enum.StrEnum):
    """How many rows a read gives."""

    ONE = "one"
    MANY = "many"
    AGGREGATE = "aggregate"
    EXISTS = "exists"
    UNKNOWN = "unknown"


class Condition(Model, frozen=True, kw_only=True):
    """One condition of a predicate: a field path, an operator, and the value it is compared with.

    Path and operator are `?` for what could not be read: the predicate is then narrower than its other conditions tell.
    """

    path: str
    operator: str = "="
    value: Value = Value()


class Read(Effect, tag="read", frozen=True, kw_only=True):
    """Rows are fetched."""

    entity: str | None
    many: Many = Many.UNKNOWN
    predicate: tuple[Condition, ...] = ()
    order: tuple[str, ...] = ()
    limit: Value | None = None
    columns: tuple[str, ...] = ()
    """The columns fetched; empty: all."""
    loaded: tuple[str, ...] = ()
    """Relation paths fetched along (select_related, joinedload), dotted."""
    locked: bool = False
    built: Place | None = None
    """Where the query was built, if not where it is evaluated."""
    query: int = 0


class BodyLimit(Effect, tag="body-limit", frozen=True, kw_only=True):
    """How large a request may be is fixed in the code."""

    most: int
    """Bytes; 0: as large as its sender likes."""
    api: str = ""
    """The call or setting as a person would name it."""


class Take(Effect, tag="take", frozen=True, kw_only=True):
    """As many rows are fetched as data says."""

    entity: str | None
    amount: Value = Value()
    by: str = ""
    """The class of a library, or of its kind, that takes the amount from a request; empty: the code does."""


class Load(Effect, tag="load", frozen=True, kw_only=True):
    """A relation of a row is fetched because it was touched: lazy loading."""

    entity: str | None
    relation: str
    row: int = 0
    many: Many = Many.ONE
    loaded: tuple[str, ...] = ()
    built: Place | None = None
    query: int | None = None
    """The query that fetched the row."""
    by_key: bool = False
    """True where the session is asked for the row's key first: one query for each distinct row, not for each touch."""


class UseField(Effect, tag="use", frozen=True, kw_only=True):
    """A field of a row is read."""

    entity: str | None
    field: str
    row: int = 0


class WriteKind(enum.StrEnum):
    """What a write does."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    UPSERT = "upsert"
    SAVE = "save"
    """Insert or update, as the ORM decides."""


class Write(Effect, tag="write", frozen=True, kw_only=True):
    """Rows are changed."""

    entity: str | None
    kind: WriteKind
    row: int | None = None
    """The query that fetched the row written (as `Read.query`), 0 where that is not known; None: every row that matches `condition`."""
    fields: tuple[str, ...] = ()
    condition: tuple[Condition, ...] = ()
    count_used: bool = False
    """True where the number of rows changed is looked at."""
    constraint: tuple[str, ...] = ()
    """The fields of the unique constraint that would reject a duplicate; empty: none known."""


class Assign(Effect, tag="assign", frozen=True, kw_only=True):
    """Fields of a row are set, and data tells which: `Order(**given)`, `setattr(order, name, value)`."""

    entity: str | None
    names: Value = Value()
    """What tells the fields' names."""
    api: str = ""
    """The call as a person would name it: `Order(**…)`."""


class Store(Effect, tag="store", frozen=True, kw_only=True):
    """A field of a row is given a value: what becomes of it where somebody reads the field is told by that place."""

    entity: str | None
    field: str
    """Its name, `settings[url]` for a part of the document in a column; `*` where data tells which field it is."""
    names: tuple[str, ...] = ()
    """Of `*`, and of a document that a caller gives, the names in the data, `?` for one that can't be told; empty: the sender chooses."""
    value: Value = Value()


class TransactionBegin(Effect, tag="transaction", frozen=True, kw_only=True):
    """A transaction, or a savepoint in one, begins."""

    savepoint: bool = False


class Commit(Effect, tag="commit", frozen=True, kw_only=True):
    """The transaction is made durable."""


class Rollback(Effect, tag="rollback", frozen=True, kw_only=True):
    """The transaction is undone."""


class Lock(Effect, tag="lock", frozen=True, kw_only=True):
    """A lock is taken: a row, a table, an advisory key, a distributed or in-process lock."""

    kind: str
    subject: Value = Value()


class Publish(Effect, tag="publish", frozen=True, kw_only=True):
    """A message is sent to a channel."""

    channel: str
    """Its name, `{}` for each part that the code does not tell; empty: unknown."""
    message: Value = Value()


class Enqueue(Effect, tag="enqueue", frozen=True, kw_only=True):
    """A task is queued."""

    task: str
    """Dotted name of the unit that will run, or the name it is known by in the queue; empty: unknown."""
    arguments: tuple[Value, ...] = ()


class HttpCall(Effect, tag="http", frozen=True, kw_only=True):
    """A peer is called over HTTP."""

    peer: Value = Value()
    method: str = ""
    timeout: Value | None = None
    """None: none is given, and the client has none of its own: the call may wait for ever."""
    retry: bool = False
    redirects: bool | None = None
    """True where the client follows redirects; None: the code does not tell."""
    judged: bool = False
    """True where the network of some address was looked at before."""


class CacheGet(Effect, tag="cache-get", frozen=True, kw_only=True):
    """A cache is asked."""

    key: Value = Value()


class CacheSet(Effect, tag="cache-set", frozen=True, kw_only=True):
    """A cache is filled, or an entry of it is thrown away."""

    key: Value = Value()
    ttl: Value | None = None
    """How many seconds it stays; None: for ever."""
    removes: bool = False


class FileAccess(Effect, tag="file", frozen=True, kw_only=True):
    """A file is read, written, sent or unpacked."""

    kind: str
    """`read`, `write`, `delete`, `list`, `look` (whether there is one, how big it is), `send`, `serve` (any file of a folder) or `unpack`."""
    path: Value = Value()
    api: str = ""
    """The call as a person names it."""


class Unpack(Effect, tag="unpack", frozen=True, kw_only=True):
    """The members of an archive are written wherever their names, and the links among them, lead."""

    archive: Value = Value()
    """What the archive is read from."""
    links: bool = False
    """True where the names of members are looked at, and what links lead to is not."""
    api: str = ""
    """The call as a person names it."""


class Containment(Effect, tag="containment", frozen=True, kw_only=True):
    """A path is guarded against leading out of its folder, by something that doesn't hold it there."""

    flaw: str
    """`prefix` (compared with a folder's name, not with the folder), `letters` (`os.path.commonprefix`), `once` (`../` taken out
    once) or `early` (compared before `..` in it is resolved)."""
    path: Value = Value()
    api: str = ""
    """The call as a person names it."""


class Language(enum.StrEnum):
    """What interprets a text."""

    SQL = "sql"
    SHELL = "shell"
    PYTHON = "python"
    HTML = "html"
    TEMPLATE = "template"
    LDAP = "ldap"
    XPATH = "xpath"
    XML = "xml"
    REGEX = "regex"
    HEADER = "header"
    LOG = "log"
    FIELD = "field"
    """Names of fields that an ORM looks up, relations of relations included."""
    FILTER = "filter"
    """A document of conditions, in which a value that is itself a document is an operator."""
    QUERY = "query"
    """A text for a store that knows no SQL: Cypher, AQL, JavaScript."""


class Interpret(Effect, tag="interpret", frozen=True, kw_only=True):
    """A text is handed to an interpreter."""

    language: Language
    text: Value
    parameters: bool = False
    """True where values are passed apart from the text."""
    api: str = ""
    """The call as a person would name it: `cursor.execute`, `Manager.raw`."""


class Match(Effect, tag="match", frozen=True, kw_only=True):
    """A text is matched against a pattern that takes too long for some texts."""

    pattern: str
    degree: str = "exponential"
    """How the time grows with the length of such texts: `exponential` or `quadratic`, which is so or worse."""
    attack: tuple[str, str, str] = ("", "", "")
    """Of a quadratic one, such texts: what they begin with, what is repeated, what they end with."""
    text: Value = Value()
    api: str = ""
    """The call as a person would name it."""


class Decompress(Effect, tag="decompress", frozen=True, kw_only=True):
    """Compressed bytes are made whole in memory, however much comes out."""

    data: Value = Value()
    api: str = ""
    """The call as a person would name it."""


class Deserialise(Effect, tag="deserialise", frozen=True, kw_only=True):
    """Bytes become objects."""

    loader: str
    data: Value = Value()


class Admit(Effect, tag="admit", frozen=True, kw_only=True):
    """An unpickler of the project's own looks classes up without asking which."""

    flaw: str
    """`packages` (every name in some packages) or `builtins` (every name in a module that can run code)."""
    api: str = ""


class Crypto(Effect, tag="crypto", frozen=True, kw_only=True):
    """A hash, cipher, signature, comparison, token or random number is made."""

    kind: str
    """`hash`, `password` (a password's hash), `random`, `compare`, `cipher`, `encode` and `decode` (a signed token), `key`."""
    algorithm: str = ""
    """In lower case; empty: not known."""
    flags: tuple[str, ...] = ()
    data: Value = Value()
    """What is hashed, compared, enciphered, read."""
    key: Value = Value()
    """The secret that it is done with."""
    api: str = ""
    """The call as a person names it."""
    becomes: tuple[tuple[str, str], ...] = ()
    """What the result becomes in its unit, as (how, word): (`name`, "token"), (`key`, "password"), (`argument`, "salt"),
    (`call`, "time.sleep"), (`return`, "make_code"), (`condition`, ""), (`index`, "COLORS")."""
    taken: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """What is read of the result by a key (`?`: no constant), and what that becomes: ("sub", ((`name`, "user"),))."""
    made_of: tuple[str, ...] = ()
    """The names in the expressions of what is hashed."""


class Configure(Effect, tag="configure", frozen=True, kw_only=True):
    """A setting is fixed in the code: bound to a constant."""

    name: str
    value: Value
    how: str = "name"
    """`name` (of a module or class), `attribute`, `item` (of a dictionary), `argument` (of a call)."""
    holder: str = ""
    """What holds it, as written: `app.config`, `DATABASES`; of an argument, the call."""
    fallback: bool = False
    """True where it holds only if the environment says nothing."""
    replaced: bool = False
    """True where another module takes all names of this one and then binds this name to what the code does not say."""


class GuardKind(enum.StrEnum):
    """What a guard checks."""

    AUTHENTICATION = "authentication"
    ROLE = "role"
    OWNER = "owner"
    TENANT = "tenant"
    CSRF = "csrf"
    RATE = "rate"
    VALIDATE = "validate"


class Guard(Effect, tag="guard", frozen=True, kw_only=True):
    """Execution goes on only if a condition of the caller or of the data holds."""

    kind: GuardKind
    subject: str = ""


class Spawn(Effect, tag="spawn", frozen=True, kw_only=True):
    """Work is started beside this one: a thread, a process, an asyncio task."""

    kind: str
    target: str = ""


class Await(Effect, tag="await", frozen=True, kw_only=True):
    """The coroutine waits."""


class Log(Effect, tag="log", frozen=True, kw_only=True):
    """Something is written to a log, a metric or an error tracker."""

    level: str
    message: Value = Value()
    with_error: bool = False


class Raise(Effect, tag="raise", frozen=True, kw_only=True):
    """An error is raised."""

    error: str


class Swallow(Effect, tag="swallow", frozen=True, kw_only=True):
    """An error is caught and nothing of it is kept: no log, no re-raise, no use."""

    types: tuple[str, ...]
    """The exception types caught; `BaseException` for a bare except."""
    protects: tuple[str, ...] = ()
    """What the try body does that may fail: `write`, `read`, `http`, `file`, `call`, ..."""
    handler: str = ""
    """What the handler does instead: `pass`, `continue`, `return a default`."""


class Respond(Effect, tag="respond", frozen=True, kw_only=True):
    """An answer is sent."""

    status: int | None = None
    headers: tuple[tuple[str, Value], ...] = ()
    cookies: tuple[tuple[str, tuple[str, ...]], ...] = ()
    shape: Value = Value()
    api: str = ""
    """The call as a person would name it."""


class Redirect(Effect, tag="redirect", frozen=True, kw_only=True):
    """The client is sent to another address."""

    to: Value
    api: str = ""
    """The call as a person would name it."""


class SetCookie(Effect, tag="cookie", frozen=True, kw_only=True):
    """The client is given a cookie."""

    name: Value = Value()
    secure: bool | None = None
    """Sent over TLS alone; None: the code does not tell."""
    written: bool = False
    """True where the call says so itself, False where it is the library's default."""
    http_only: bool | None = None
    """Out of reach of scripts; None: the code does not tell."""
    api: str = ""
    """The call as a person would name it."""


class SessionSet(Effect, tag="session", frozen=True, kw_only=True):
    """Something is put into the session of who calls."""

    key: Value
    value: Value = Value()
    checked: bool = False
    """True where something was asked (a row, a hash, a peer, a condition) before it is put there."""


class Accept(Effect, tag="accept", frozen=True, kw_only=True):
    """A field of the data sent lets its sender name any row of an entity, and no code of the schema looks at which."""

    entity: str | None
    relation: str
    """The field's name."""
    holder: str = ""
    """The class that declares it."""
    many: bool = False
    """True where a list of keys is sent."""
    declared: Place


class Expose(Effect, tag="expose", frozen=True, kw_only=True):
    """Of the data sent, every column of an entity is taken but those that are named."""

    entity: str
    fields: tuple[str, ...]
    """The columns that are taken and that no code of the schema looks at."""
    holder: str = ""
    """The class that says so."""
    declared: Place


class CrossOrigin(Effect, tag="cross-origin", frozen=True, kw_only=True):
    """Pages of other origins may read the answers."""

    everyone: bool
    """Pages of every origin."""
    credentials: bool
    """With the cookies of who looks at the page."""
    api: str = ""
    """The call as a person would name it."""


class ServeGraphql(Effect, tag="serve-graphql", frozen=True, kw_only=True):
    """A GraphQL schema is put behind an address."""

    limited: bool
    """True where the call gives rules or extensions, which may limit queries."""
    batch: bool
    """True where a request may hold any number of queries."""
    page: bool
    """True where the code always serves a page to try queries on."""
    api: str = ""
    """The call as a person would name it."""


class SchemaChange(Effect, tag="schema", frozen=True, kw_only=True):
    """The database's schema is changed."""

    table: str
    change: str


class Call(Effect, tag="call", frozen=True, kw_only=True):
    """Another unit is called."""

    callee: str


AnyEffect = (
    Read
    | Take
    | BodyLimit
    | Load
    | UseField
    | Write
    | Assign
    | Store
    | TransactionBegin
    | Commit
    | Rollback
    | Lock
    | Publish
    | Enqueue
    | HttpCall
    | CacheGet
    | CacheSet
    | FileAccess
    | Unpack
    | Containment
    | Interpret
    | Match
    | Decompress
    | Deserialise
    | Admit
    | Crypto
    | Configure
    | Guard
    | Spawn
    | Await
    | Log
    | Raise
    | Swallow
    | Respond
    | Redirect
    | SetCookie
    | SessionSet
    | Accept
    | Expose
    | CrossOrigin
    | ServeGraphql
    | SchemaChange
    | Call
)
