"""The front end for Django's template language: tags to statements. What it does not know it reads through."""

from __future__ import annotations

from collections.abc import Callable

from archwright.source import facts as f
from archwright.source.parse.state import Fact
from archwright.source.parse.templates.building import Builder, TooNested
from archwright.source.parse.templates.django_expressions import Unreadable, expression
from archwright.source.parse.templates.django_tokens import Bit, Token, tokens_of
from archwright.source.parse.text import Errors, count_lines

_SEPARATORS = ("else", "elif", "empty", "plural")
Handler = Callable[["Parser", Token], list[Fact]]

TAGS: dict[str, Handler] = {}
"""What reads a tag, by its name; the others are taken for a project's or a library's own."""


def read(text: str, errors: Errors) -> tuple[tuple[Fact, ...], Fact]:
    """Units and links of a Django template; what is wrong with it is added to `errors`."""
    from archwright.source.parse.templates import django_tags

    TAGS.update(django_tags.TAGS)
    parser = Parser(tokens_of(text), count_lines(text), errors)
    return parser.whole()


class Parser:
    """Reads tokens one after the other. `b` takes the names and units, `escaped` says whether output is escaped here."""

    def __init__(self, tokens: list[Token], lines: int, errors: Errors) -> None:
        self.b = Builder("django", lines)
        self.escaped = True
        self.errors = errors
        self._tokens = tokens
        self._lines = lines
        self._at = 0
        self._open: list[tuple[str, ...]] = []
        self._ends: dict[str, list[int]] = {}
        for index, token in enumerate(tokens):
            if token.tag.startswith("end"):
                self._ends.setdefault(token.tag, []).append(index)

    def whole(self) -> tuple[tuple[Fact, ...], Fact]:
        """The units and links of the template."""
        statements: list[Fact] = []
        try:
            self.statements((), statements)
        except (TooNested, RecursionError):
            self.errors.append((self.line, "nested too deep: the rest of the template was not read"))
        return self.b.finished(statements)

    @property
    def line(self) -> int:
        """The line of the token read last."""
        return f.line_of(self._tokens[self._at - 1].position) if 0 < self._at <= len(self._tokens) else self._lines

    # --- bodies ------------------------------------------------------------------------------------------
    def statements(self, stops: tuple[str, ...], into: list[Fact]) -> Token | None:
        """Read up to one of the tags in `stops`, which is returned; None at the end of the file."""
        self._open.append(stops)
        try:
            while self._at < len(self._tokens):
                token = self._tokens[self._at]
                self._at += 1
                tag = token.tag
                if not tag:
                    into.extend(self._variable(token))
                elif tag in stops:
                    return token
                elif tag in _SEPARATORS or (tag.startswith("end") and tag not in TAGS):
                    if any(tag in around for around in self._open[:-1]):
                        self.wrong(token, f"{{% {tag} %}} comes before {{% {stops[-1]} %}}")
                        self._at -= 1
                        return None
                    self._stray(token)
                else:
                    into.extend(TAGS.get(tag, unknown)(self, token))
            if stops:
                self.errors.append((self._lines or 1, f"{{% {stops[-1]} %}} is missing"))
            return None
        finally:
            self._open.pop()

    def _stray(self, token: Token) -> None:
        if token.tag in _SEPARATORS or token.tag[3:] in TAGS:
            self.wrong(token, f"{{% {token.tag} %}} belongs to nothing")

    def body(self, *stops: str) -> tuple[list[Fact], Token | None]:
        """The statements up to one of the tags in `stops`, in a scope of their own."""
        statements: list[Fact] = []
        with self.b.scope():
            stop = self.statements(stops, statements)
        return statements, stop

    def ends(self, tag: str) -> bool:
        """Whether an end tag for `tag` is still to come."""
        return any(index >= self._at for index in self._ends.get(f"end{tag}", ())[-1:])

    def wrong(self, token: Token, message: str) -> None:
        """Record what is wrong at a token."""
        self.errors.append((f.line_of(token.position), message))

    # --- expressions ---------------------------------------------------------------------------------------
    def _variable(self, token: Token) -> list[Fact]:
        try:
            value, safe = expression(self.b, token.content, token.position)
        except Unreadable:
            self.wrong(token, f"not read: {{{{ {token.content[:60]} }}}} is no filter expression")
            return []
        if value[0] == f.CONST:
            return []
        return [self.b.output(value, escaped=self.escaped and not safe, runs=token.runs)]

    def value(self, bit: Bit) -> Fact | None:
        """The value of a word, or None where it is no expression."""
        try:
            return expression(self.b, bit.text, bit.position)[0]
        except Unreadable:
            return None

    def arguments(self, bits: list[Bit]) -> tuple[list[Fact], list[tuple[str | None, Fact]]]:
        """Words as arguments, `name=value` as keywords; what is no expression (a tag's own word) is left out."""
        args: list[Fact] = []
        keywords: list[tuple[str | None, Fact]] = []
        for bit in bits:
            name, equals, rest = bit.text.partition("=")
            if equals and name.isidentifier() and rest and not rest.startswith("="):
                value = self.value(Bit(rest, bit.position + len(name) + 1))
                if value is not None:
                    keywords.append((name, value))
            elif bit.text not in _WORDS:
                value = self.value(bit)
                if value is not None:
                    args.append(value)
        return args, keywords


_WORDS = frozenset(
    [
        "and",
        "as",
        "by",
        "for",
        "from",
        "in",
        "into",
        "not",
        "of",
        "off",
        "on",
        "only",
        "or",
        "to",
        "using",
        "with",
        "without",
    ]
)
"""Words that tags use between their arguments."""


def unknown(parser: Parser, token: Token) -> list[Fact]:
    """A tag of the project or of a library: its arguments are read, and its body where it has one."""
    bits = token.bits()
    target = None
    if len(bits) >= 2 and bits[-2].text == "as" and bits[-1].text.isidentifier():
        target, bits = bits[-1], bits[:-2]
    args, keywords = parser.arguments(bits)
    call = parser.b.operation("tag", token.position, ((f.CONST, token.position, token.tag), *args), keywords)
    statements: list[Fact] = []
    if target is not None:
        statements.append((f.ASSIGN, token.position, (parser.b.bind(target.text, target.position),), call))
    else:
        statements.append((f.EXPR, token.position, call))
    end = f"end{token.tag}"
    if parser.ends(token.tag):
        stops = (*_SEPARATORS, end)
        while (stop := parser.statements(stops, statements)) is not None and stop.tag != end:
            pass  # `{% else %}` of a tag that is not known here: either part may be rendered
    return statements
