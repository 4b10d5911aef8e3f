"""The shape of per-file facts: what one parsed file becomes, whichever front end read it.

Facts are plain nested tuples of ints and strings, because they are made, shipped between processes and
cached by the hundred thousand lines: a tuple costs a ninth of a frozen dataclass and marshal writes it whole.
Every node is `(KIND, position, ...)`. A position is `line * COLUMNS + column`; lines count from 1, columns
count *characters* from 1. `None` stands for an absent child. Sequences are tuples.

File facts: `(units, classes, line_count, errors)`
    units[0] is the module body; a unit names its parent by index, so nesting is recoverable.
    errors: `((line, message), ...)`: what could not be read; the rest of the file is still there.

Unit:  `(name, qualname, position, end_line, params, decorators, returns, body, flags, class_index, parent_index)`
    class_index: the class whose body holds the `def` (-1: none); parent_index: the unit that holds it (-1: the module unit itself).
    params: `((name, PARAM_*, annotation, default), ...)`; a lambda is a unit named `<lambda>` whose body is one RETURN.
Class: `(name, qualname, position, end_line, bases, keywords, decorators, body, parent_index, class_index)`
    bases: expressions; keywords: `((name | None, expression), ...)`; class_index: the enclosing class (-1: none).
qualname is dotted as in Python without `<locals>`: `Class.method`, `outer.inner`, `outer.<lambda>`.

A template has the same facts, with a fifth part: `(units, (), line_count, errors, links)`. units[0] is its body; further units are its
blocks (`block NAME`) and macros. The parameters of body and blocks are the names they read and do not bind: the context.
What only templates do is a call of a name that starts with `%` (`%include`, `%filter`): no name of a context does.
links: `(extends, blocks, uses, language)`
    extends: the name of the template it starts from; "" if that is no constant; None: it starts from none.
    blocks: `((name, unit index, index of the unit around it, inner, calls super), ...)`; an inner one stands where names are bound (a loop).
    uses: `((unit index, name of a template), ...)`: what a unit includes by a constant name.
    language: the one it was read in (`parse.templates`).
"""

COLUMNS = 4096
"""Positions pack a line and a column into one int; a column past 4095 is stored as 4095."""


def line_of(position: int) -> int:
    """The line (from 1) of a packed position."""
    return position // COLUMNS


def column_of(position: int) -> int:
    """The column (characters, from 1) of a packed position."""
    return position % COLUMNS


# --- parameters -----------------------------------------------------------------------------------
PARAM_POSITIONAL_ONLY, PARAM_NORMAL, PARAM_VARARGS, PARAM_KEYWORD_ONLY, PARAM_KWARGS = range(5)

# --- unit flags -----------------------------------------------------------------------------------
ASYNC, GENERATOR, LAMBDA = 1, 2, 4

# --- expressions: (KIND, position, ...) -------------------------------------------------------------
CONST = 1  # value: str | bytes | int | float | complex | bool | None | Ellipsis
NAME = 2  # name
ATTR = 3  # base, attribute                 position: start of the whole expression
CALL = 4  # function, args, keywords        keywords: ((name | None, expression), ...); None is **expression
BINOP = 5  # operator, left, right           operator: "+" "-" "*" "/" "//" "%" "**" "@" "&" "|" "^" "<<" ">>"
BOOL = 6  # "and" | "or", values
UNARY = 7  # "not" | "-" | "+" | "~", operand
COMPARE = 8  # left, ((operator, right), ...)  operator: "==" "!=" "<" "<=" ">" ">=" "is" "is not" "in" "not in"
IFEXP = 9  # test, body, orelse
SUBSCRIPT = 10  # base, index
SLICE = 11  # lower, upper, step
LIST = 12  # elements
TUPLE = 13  # elements
SET = 14  # elements
DICT = 15  # ((key | None, value), ...)      None is **value
FSTRING = 16  # parts                          CONST or FORMATTED, adjacent literals joined
FORMATTED = 17  # value, conversion, format     conversion: "" "r" "s" "a"; format: FSTRING | None
COMPREHENSION = (
    18  # "list"|"set"|"dict"|"generator", element, value | None, ((target, iterable, conditions, is_async), ...)
)
LAMBDA_EXPR = 19  # unit index
AWAIT = 20  # value
YIELD = 21  # value | None
YIELD_FROM = 22  # value
STARRED = 23  # value
WALRUS = 24  # target, value
TEMPLATE = 25  # parts, as FSTRING             a t-string: parts are kept apart from the text (PEP 750)
LOOKUP = 26  # base, name, called              of a template: an attribute or an item; `called`: and what it gives when called

# --- statements: (KIND, position, ...) --------------------------------------------------------------
EXPR = 40  # value
ASSIGN = 41  # targets, value
AUGASSIGN = 42  # target, operator, value
ANNASSIGN = 43  # target, annotation, value | None
RETURN = 44  # value | None
RAISE = 45  # exception | None, cause | None
DELETE = 46  # targets
ASSERT = 47  # test, message | None
GLOBAL = 48  # names
NONLOCAL = 49  # names
PASS = 50
BREAK = 51
CONTINUE = 52
IF = 53  # test, body, orelse
FOR = 54  # target, iterable, body, orelse, is_async
WHILE = 55  # test, body, orelse
WITH = 56  # ((expression, target | None), ...), body, is_async
TRY = 57  # body, handlers, orelse, final, is_star   handlers: ((position, type | None, name | None, body), ...)
MATCH = 58  # subject, ((pattern, guard | None, body), ...)
IMPORT = 59  # ((name, alias | None), ...)
FROM = 60  # module, ((name, alias | None), ...), level      module is "" for `from . import x`; name "*" for a star
DEF = 61  # unit index
CLASS = 62  # class index
TYPE_ALIAS = 63  # name, value

# --- patterns of MATCH: (KIND, position, ...) -------------------------------------------------------
P_VALUE = 80  # expression (a literal, None, True, False, or a dotted name)
P_SEQUENCE = 81  # patterns
P_MAPPING = 82  # ((key, pattern), ...), rest name | None
P_CLASS = 83  # class expression, patterns, ((name, pattern), ...)
P_STAR = 84  # name | None
P_AS = 85  # pattern | None, name | None           (None, None) is the wildcard
P_OR = 86  # patterns
