"""The front end for Jinja2: the trees of the library's own parser to statements. Nothing is compiled or rendered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from archwright.source import facts as f
from archwright.source.parse.state import Fact
from archwright.source.parse.templates.building import Builder, TooNested
from archwright.source.parse.templates.jinja_expressions import Expressions
from archwright.source.parse.templates.jinja_places import Places
from archwright.source.parse.templates.scripts import Scripts
from archwright.source.parse.text import Errors, count_lines

_EXTENSIONS = ("jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols")
_UNKNOWN_TAG = re.compile(r"Encountered unknown tag '(\w+)'")
_MAX_TAGS = 24
"""Tags of extensions that are not known, in one template."""


def read(text: str, errors: Errors) -> tuple[tuple[Fact, ...], Fact]:
    """Units and links of a Jinja2 template; what is wrong with it is added to `errors`."""
    builder = Builder("jinja2", count_lines(text))
    lowering = _Lowering(builder, Places(text))
    statements: list[Fact] = []
    try:
        tree = _parsed(text)
        lowering.block(tree.body, statements)
    except TemplateSyntaxError as error:
        errors.append((error.lineno or 1, f"not read: {error.message}"))
    except (TooNested, RecursionError):
        errors.append((1, "nested too deep: the rest of the template was not read"))
    return builder.finished(statements)


def _parsed(text: str) -> nodes.Template:
    """The tree. A tag of an extension that is not known here is read through: its body stays, its arguments do not."""
    tags: tuple[tuple[str, bool], ...] = ()
    while True:
        try:
            return _environment(tags).parse(text)
        except TemplateSyntaxError as error:
            found = _UNKNOWN_TAG.search(error.message or "")
            if found is None or found[1].startswith("end") or len(tags) >= _MAX_TAGS:
                raise
            closed = re.search(rf"\{{%[-+]?\s*end{found[1]}\b", text) is not None
            if any(tag == found[1] for tag, _ in tags):
                raise
            tags = (*tags, (found[1], closed))


@lru_cache(maxsize=64)
def _environment(tags: tuple[tuple[str, bool], ...]) -> Environment:
    extensions: list[str | type[Extension]] = list(_EXTENSIONS)
    if tags:
        extensions.append(
            type("ReadThrough", (_ReadThrough,), {"tags": {tag for tag, _ in tags}, "closed": dict(tags)})
        )
    return Environment(extensions=extensions, autoescape=True)


class _ReadThrough(Extension):
    """Tags of extensions that are not installed."""

    closed: ClassVar[dict[str, bool]] = {}
    """Whether a tag has an end and so a body."""

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        token = next(parser.stream)
        while parser.stream.current.type not in ("block_end", "eof"):
            next(parser.stream)
        if not self.closed.get(token.value):
            return nodes.Output([], lineno=token.lineno)
        body = parser.parse_statements((f"name:end{token.value}",), drop_needle=True)
        return nodes.Scope(body, lineno=token.lineno)


class _Lowering:
    """Statements of one template."""

    def __init__(self, builder: Builder, places: Places) -> None:
        self.b = builder
        self._places = places
        self._expressions = Expressions(builder, places)
        self._escaped = True
        self._scripts = Scripts()

    def block(self, body: Iterable[nodes.Node], into: list[Fact]) -> None:
        """Lower statements into a list."""
        for node in body:
            handler = getattr(self, f"_{type(node).__name__.lower()}", None)
            if handler is not None:
                handler(node, into)

    def _body(self, body: Iterable[nodes.Node]) -> tuple[Fact, ...]:
        statements: list[Fact] = []
        self.block(body, statements)
        return tuple(statements)

    def _value(self, node: nodes.Node) -> Fact:
        return self._expressions.value(node)

    def _target(self, node: nodes.Node) -> Fact:
        position = self._places.of(node)
        if isinstance(node, nodes.Name):
            return self.b.bind(node.name, position)
        if isinstance(node, nodes.Tuple):
            return (f.TUPLE, position, tuple(self._target(item) for item in node.items))
        if isinstance(node, nodes.NSRef):
            return (f.ATTR, position, self.b.name(node.name, position), node.attr)
        return (f.NAME, position, "%unknown")

    # --- output ------------------------------------------------------------------------------------------
    def _output(self, node: nodes.Output, into: list[Fact]) -> None:
        for part, after in zip(node.nodes, [*node.nodes[1:], None], strict=False):
            if isinstance(part, nodes.TemplateData):
                self._scripts.text(part.data)
            elif not isinstance(part, nodes.Const):
                safe = isinstance(part, nodes.Filter) and part.name == "safe"
                runs = self._scripts.value(after.data if isinstance(after, nodes.TemplateData) else "")
                into.append(self.b.output(self._value(part), escaped=self._escaped and not safe, runs=runs))

    def _scopedevalcontextmodifier(self, node: nodes.ScopedEvalContextModifier, into: list[Fact]) -> None:
        before = self._escaped
        for option in node.options:
            if option.key == "autoescape":
                self._escaped = not (isinstance(option.value, nodes.Const) and not option.value.value)
        self.block(node.body, into)
        self._escaped = before

    def _scope(self, node: nodes.Scope, into: list[Fact]) -> None:
        with self.b.scope():
            self.block(node.body, into)

    def _exprstmt(self, node: nodes.ExprStmt, into: list[Fact]) -> None:
        value = self._value(node.node)
        into.append((f.EXPR, value[1], value))

    # --- control -----------------------------------------------------------------------------------------
    def _for(self, node: nodes.For, into: list[Fact]) -> None:
        position = self._places.of(node)
        iterable = self._value(node.iter)
        with self.b.scope():
            target = self._target(node.target)
            self.b.bind("loop", position)
            test = self._value(node.test) if node.test is not None else None
            body = self._body(node.body)
        if test is not None:
            body = ((f.IF, test[1], test, body, ()),)
        into.append((f.FOR, position, target, iterable, body, self._body(node.else_), False))

    def _if(self, node: nodes.If, into: list[Fact]) -> None:
        position = self._places.of(node)
        test = self._value(node.test)
        then = self._body(node.body)
        ways = [(self._places.of(way), self._value(way.test), self._body(way.body)) for way in node.elif_]
        orelse = self._body(node.else_)
        for at, other, statements in reversed(ways):
            orelse = ((f.IF, at, other, statements, orelse),)
        into.append((f.IF, position, test, then, orelse))

    def _continue(self, node: nodes.Continue, into: list[Fact]) -> None:
        into.append((f.CONTINUE, self._places.of(node)))

    def _break(self, node: nodes.Break, into: list[Fact]) -> None:
        into.append((f.BREAK, self._places.of(node)))

    # --- names ---------------------------------------------------------------------------------------------
    def _assign(self, node: nodes.Assign, into: list[Fact]) -> None:
        value = self._value(node.node)
        into.append((f.ASSIGN, value[1], (self._target(node.target),), value))

    def _assignblock(self, node: nodes.AssignBlock, into: list[Fact]) -> None:
        with self.b.scope():
            self.block(node.body, into)
        position = self._places.of(node)
        into.append((f.ASSIGN, position, (self._target(node.target),), (f.NAME, position, "%unknown")))

    def _with(self, node: nodes.With, into: list[Fact]) -> None:
        values = [self._value(value) for value in node.values]
        with self.b.scope():
            for target, value in zip(node.targets, values, strict=False):
                into.append((f.ASSIGN, value[1], (self._target(target),), value))
            self.block(node.body, into)

    def _filterblock(self, node: nodes.FilterBlock, into: list[Fact]) -> None:
        with self.b.scope():
            self.block(node.body, into)

    def _macro(self, node: nodes.Macro, into: list[Fact]) -> None:
        position = self._places.of(node)
        defaults: list[Fact | None] = [None] * (len(node.args) - len(node.defaults))
        defaults += [self._value(value) for value in node.defaults]
        params = tuple(
            (arg.name, f.PARAM_NORMAL, None, default) for arg, default in zip(node.args, defaults, strict=True)
        )
        end = [position // f.COLUMNS]
        with self.b.macro(node.name, position, end, params, ("caller", "varargs", "kwargs")) as statements:
            index = self.b.last_unit()
            self.block(node.body, statements)
            end[0] = self._places.last
        into.append((f.DEF, position, index))

    def _callblock(self, node: nodes.CallBlock, into: list[Fact]) -> None:
        """`{% call(row) macro(rows) %}`: the body runs where the macro calls it; of what it is given, nothing is known."""
        value = self._value(node.call)
        into.append((f.EXPR, value[1], value))
        with self.b.scope():
            for arg in node.args:
                position = self._places.of(arg)
                unknown: Fact = (f.NAME, position, "%unknown")
                into.append((f.ASSIGN, position, (self._target(arg),), unknown))
            self.block(node.body, into)

    # --- other templates -----------------------------------------------------------------------------------
    def _extends(self, node: nodes.Extends, _: list[Fact]) -> None:
        name = node.template
        self.b.extends = name.value if isinstance(name, nodes.Const) and isinstance(name.value, str) else ""

    def _block(self, node: nodes.Block, into: list[Fact]) -> None:
        position = self._places.of(node)
        end = [position // f.COLUMNS]
        with self.b.block(node.name, position, end) as statements:
            self.block(node.body, statements)
            end[0] = self._places.last
        call = self.b.block_call(position)
        if call is not None:
            into.append(call)

    def _include(self, node: nodes.Include, into: list[Fact]) -> None:
        into.append(self.b.include(self._value(node.template), self._places.of(node), (), only=not node.with_context))

    def _import(self, node: nodes.Import, into: list[Fact]) -> None:
        position = self._places.of(node)
        call = self.b.operation("import", position, (self._value(node.template),))
        into.append((f.ASSIGN, position, (self.b.bind(node.target, position),), call))

    def _fromimport(self, node: nodes.FromImport, into: list[Fact]) -> None:
        position = self._places.of(node)
        call = self.b.operation("import", position, (self._value(node.template),))
        for each in node.names:
            name, alias = each if isinstance(each, tuple) else (each, each)
            value: Fact = (f.LOOKUP, position, call, name, False)
            into.append((f.ASSIGN, position, (self.b.bind(alias, position),), value))
