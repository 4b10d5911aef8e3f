"""`query/n-plus-one`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archwright.model.base import Place
from archwright.model.effect import Load, LoopContext, Many, Read, Setting
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind, TraceStep
from archwright.model.which import Which
from archwright.report.lines import lines_of
from archwright.review.beside import in_migrations, in_tests
from archwright.review.program import Program
from archwright.review.rule import Reaching, Rule, Verdict, example, replaced, steps
from archwright.review.surroundings import leaves

_DJANGO_MODELS = """
    from django.db import models

    class Customer(models.Model):
        name = models.CharField(max_length=100)

    class Order(models.Model):
        customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="orders")
        placed = models.DateTimeField()
"""
_READING = ("GET ", "HEAD ", "ANY ", "Query.", "Subscription.")
"""How the names of operations begin by which callers read."""
_DEEP = 3
"""Calls between a loop and a query, after which the query hardly runs for each row."""
_HELD = ("_prefetched_objects_cache", "_result_cache")
_AGAIN = re.compile(r"\.a?refresh(?:_from_db)?\(")
_DJANGO_URLS = """
    from django.urls import path
    from shop import views

    urlpatterns = [path("orders/", views.orders), path("customers/", views.customers)]
"""


class NPlusOne(Rule):
    """A query runs once for each row of another query.

    Either a relation of the row is touched that was not fetched along (lazy loading), or the loop's body asks the
    database about the row, itself or in a function it calls. What the query loads is subtracted path by path: that it
    loads something else does not help.

    Why: N rows cost N more round trips. A page that takes two queries with ten rows in a test takes a thousand in
    production, and each one waits for the network and holds a connection.

    Instead: fetch the relation along with the query, or collect the keys first and fetch all rows with one query.

    Fine when: the rows are few by design (the members of an enum table), the query belongs to a step that has to see the state
    that the step before left, or the caller loads the relation in a way that can't be read from the code. In commands, and in
    loops that write a row, send or queue something on each turn, it is told of with low confidence: a query more is little there. So
    are queries behind calls that an option, not the row, decides about.

    Fix safety: no automatic fix. A join repeats the parent's columns in every row, and a prefetch holds all children
    in memory; for wide or many rows, choose columns too.
    """

    name = "query/n-plus-one"
    impact = Impact.HIGH
    cwe = "CWE-1073"
    which = Which.LOOPED
    bad = (
        example(
            "a foreign key touched in a loop over a queryset",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": _DJANGO_MODELS,
                "shop/urls.py": _DJANGO_URLS,
                "shop/views.py": """
                    from django.http import JsonResponse
                    from shop.models import Customer, Order

                    def orders(request):
                        rows = Order.objects.filter(placed__isnull=False)
                        return JsonResponse({"orders": [describe(order) for order in rows]})

                    def describe(order):
                        return {"id": order.pk, "customer": order.customer.name}

                    def customers(request):
                        return JsonResponse({"customers": list(Customer.objects.values_list("name", flat=True))})
                """,
            },
        ),
        example(
            "a query about each row",
            framework="sqlalchemy",
            code="""
                from sqlalchemy import ForeignKey, func, select
                from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

                class Base(DeclarativeBase):
                    pass

                class Customer(Base):
                    __tablename__ = "customer"
                    id: Mapped[int] = mapped_column(primary_key=True)

                class Order(Base):
                    __tablename__ = "order"
                    id: Mapped[int] = mapped_column(primary_key=True)
                    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))

                def counts(session: Session) -> dict[int, int]:
                    found = {}
                    for customer in session.scalars(select(Customer)):
                        statement = select(func.count()).where(Order.customer_id == customer.id)
                        found[customer.id] = session.scalar(statement)
                    return found
            """,
        ),
    )
    good = (
        example(
            "the relation is fetched along",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": _DJANGO_MODELS,
                "shop/urls.py": _DJANGO_URLS,
                "shop/views.py": """
                    from django.http import JsonResponse
                    from shop.models import Customer, Order

                    def orders(request):
                        rows = Order.objects.select_related("customer")
                        return JsonResponse({"orders": [order.customer.name for order in rows]})

                    def customers(request):
                        rows = Customer.objects.prefetch_related("orders")
                        return JsonResponse({"customers": [len(customer.orders.all()) for customer in rows]})
                """,
            },
        ),
        example(
            "one query for all rows, before the loop",
            framework="sqlalchemy",
            code="""
                from sqlalchemy import ForeignKey, func, select
                from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

                class Base(DeclarativeBase):
                    pass

                class Order(Base):
                    __tablename__ = "order"
                    id: Mapped[int] = mapped_column(primary_key=True)
                    customer_id: Mapped[int]

                def counts(session: Session) -> dict[int, int]:
                    statement = select(Order.customer_id, func.count()).group_by(Order.customer_id)
                    return {customer: count for customer, count in session.execute(statement)}
            """,
        ),
    )

    def check(self, effect: Load | Read, reaching: Reaching, program: Program) -> Iterator[Verdict]:
        if effect.context.setting in (Setting.TEST, Setting.MIGRATION):
            return
        around = _loop(effect)
        if around is None:
            return
        start = _rows_loops(effect)[0].place
        places = (start, around.place, effect.built or effect.place, effect.place)
        if any(in_tests(place.path) or in_migrations(place.path) for place in places):
            return
        if _once(effect, around, program) or _looks(effect, program):
            return
        operations = reaching(start)
        request = bool(operations) or effect.context.setting is Setting.REQUEST
        yield Verdict(
            message=_message(effect, around),
            why=_why(effect, around, operations),
            fix=_fix(effect, around),
            impact=_impact(effect, request),
            confidence=_confidence(effect, around, operations) if _certain(effect, program) else Confidence.LOW,
            trace=_trace(effect, around),
            start=start,
            cause=_cause(effect, around),
            remedy=_remedy(effect),
        )

    def joined(self, verdicts: Sequence[Verdict]) -> Verdict:
        """All relations that one query lacks are one finding."""
        first = verdicts[0]
        paths = sorted(
            {v.remedy.subject for v in verdicts if v.remedy is not None and v.remedy.kind is RemedyKind.LOAD}
        )
        lacking = [path for path in paths if not any(other.startswith(path + ".") for other in paths)]
        if len(paths) < 2 or first.remedy is None:
            return first
        names = ", ".join(lacking[:-1]) + f" and {lacking[-1]}" if len(lacking) > 1 else lacking[0]
        fix = f"Fetch {names} along with the query at {first.remedy.path}:{first.remedy.line}."
        others = len(paths) - 1
        also = "is 1 other relation" if others == 1 else f"are {others} other relations"
        message = f"{first.message.removesuffix('.')}, and so {also}."
        return replaced(first, message=message, fix=fix, remedy=None)


def _rows_loops(effect: Load | Read) -> list[LoopContext]:
    return [loop for loop in effect.context.loops if loop.over == "rows" and not loop.constant]


def _loop(effect: Load | Read) -> LoopContext | None:
    """The loop over the rows that the effect depends on, innermost first; None: it runs once, or can't be known."""
    loops = _rows_loops(effect)[::-1]
    if isinstance(effect, Read):
        return next((loop for loop in loops if loop.concerned), None)
    if effect.relation in effect.loaded or effect.query is None:
        return None
    return next((loop for loop in loops if loop.query == effect.query and loop.concerned), None)


def _message(effect: Load | Read, loop: LoopContext) -> str:
    turns = f"for each {loop.entity or 'row'} of the loop at {loop.place.path}:{loop.place.line}"
    if isinstance(effect, Load):
        owner = f"{effect.entity}." if effect.entity else ""
        each = f"for each distinct one among the rows of the loop at {loop.place.path}:{loop.place.line}"
        name = effect.relation.rpartition(".")[2]
        return f"{owner}{name} is fetched by one more query {each if effect.by_key else turns}."
    asked = f"{effect.entity} is queried" if effect.entity else "A query runs"
    return f"{asked} once {turns}."


def _why(effect: Load | Read, loop: LoopContext, operations: tuple[str, ...]) -> str:
    loops = len(_rows_loops(effect))
    cost = (
        "N rows cost N + 1 queries" if loops == 1 else f"{loops} nested loops over rows multiply the number of queries"
    )
    where = f" in {operations[0]}" if operations else ""
    more = f" and {len(operations) - 1} other operations" if len(operations) > 1 else ""
    return f"{cost}{where}{more}: the time grows with the number of rows of {loop.entity or 'the query'}."


def _fix(effect: Load | Read, loop: LoopContext) -> str:
    if isinstance(effect, Load):
        place = effect.built or loop.place
        return f"Fetch {effect.relation} along with the query at {place.path}:{place.line}."
    what = effect.entity or "what is needed"
    return f"Collect the keys before the loop, fetch {what} for all of them with one query, and look each one up."


def _remedy(effect: Load | Read) -> Remedy:
    if isinstance(effect, Load):
        built = effect.built or effect.place
        return Remedy(
            kind=RemedyKind.LOAD,
            subject=effect.relation,
            many=effect.many is Many.MANY,
            path=built.path,
            line=built.line,
        )
    return Remedy(kind=RemedyKind.BATCH, subject=effect.entity or "")


def _impact(effect: Load | Read, request: bool) -> Impact:
    """Nested loops in a request bring a service down; outside of requests nobody waits."""
    if not request:
        return Impact.LOW
    return Impact.HIGH if len(_rows_loops(effect)) > 1 else Impact.MEDIUM


def _confidence(effect: Load | Read, loop: LoopContext, operations: tuple[str, ...]) -> Confidence:
    """High where the query, the loop and what is fetched were all read from code, and somebody waits for what is read.

    Low where a query a row is often meant, or nobody would notice it: in jobs and commands; in operations that change rows, which do
    the whole work of each, one by one, beside which a query more is little, and so do loops that change something on each turn; of
    the parts of one whole, as the lines of one order, which are few as a rule.
    """
    loops = _rows_loops(effect)
    if not _waited_for(effect, operations) or all(each.part for each in loops) or any(each.changes for each in loops):
        return Confidence.LOW
    calls, sometimes = len(effect.context.calls), effect.context.sometimes
    if isinstance(effect, Read) and calls and sometimes:
        return Confidence.LOW  # few rows may take that way: an option that is off, a row that is met before it is whole
    if isinstance(effect, Read) and (effect.locked or calls >= _DEEP):
        return (
            Confidence.LOW
        )  # it reads the row again in order to change it; whether a query so deep runs for each row is open
    same_line = (effect.place.path, effect.place.line) == (loop.place.path, loop.place.line)
    one = isinstance(effect, Load) and effect.many is Many.ONE  # of a row: no rows that a loop could be over
    if effect.context.calls and same_line and not one:
        return Confidence.LOW  # the loop's own query, met again in a recursion that may end after one level
    if isinstance(effect, Load) and effect.by_key:
        # all rows may share one; the rows of one other row, as the lines of an order, have few between them
        of_one_row = "." in effect.relation and effect.entity is not None and effect.entity == loop.entity
        return Confidence.LOW if of_one_row else Confidence.MEDIUM
    sure = loop.entity is not None and loop.query is not None and effect.entity is not None
    sure = (
        sure and not sometimes and not (isinstance(effect, Read) and calls)
    )  # what stands between may decide for which rows it runs
    return Confidence.HIGH if sure else Confidence.MEDIUM


def _waited_for(effect: Load | Read, operations: tuple[str, ...]) -> bool:
    """Whether a caller waits for what the loop reads."""
    if effect.context.setting in (Setting.COMMAND, Setting.TASK):
        return False
    reading = any(operation.startswith(_READING) for operation in operations)
    return reading or (not operations and effect.context.setting is Setting.REQUEST)


def _trace(effect: Load | Read, around: LoopContext) -> tuple[TraceStep, ...]:
    """The query, the loops and the calls in the order in which they run, down to the access."""
    calls = effect.context.calls
    bodies = [*calls, effect.place]
    """Each body of code that is entered leaves through one of these: the next call, or the access."""
    entered = 0
    story: list[list[tuple[Place, str]]] = [[] for _ in bodies]
    for loop in _rows_loops(effect):
        entered = _body(loop.place, bodies, entered)
        if loop is around and isinstance(effect, Load) and effect.built is not None:
            note = f"the query for {loop.entity or 'the rows'} is built, without {effect.relation}"
            story[entered].append((effect.built, note))
        story[entered].append((loop.place, f"for each {loop.entity or 'row'}"))
    for body, call in zip(story, calls, strict=False):
        body.append((call, "which calls"))
    return steps(*(step for body in story for step in body), (effect.place, _happens(effect)))


def _body(place: Place, bodies: list[Place], entered: int) -> int:
    """Which body a loop stands in: the one that is left soonest after it, in the same file."""
    after = [i for i in range(entered, len(bodies)) if bodies[i].path == place.path and bodies[i].line >= place.line]
    return min(after, key=lambda i: (bodies[i].line, i), default=entered)


def _happens(effect: Load | Read) -> str:
    if isinstance(effect, Load):
        return f"{effect.relation} is fetched"
    what = effect.entity or "the database"
    asked = {Many.EXISTS: f"{what} is asked for existence", Many.AGGREGATE: f"{what} is counted or summed up"}
    return asked.get(effect.many, f"{what} is queried")


def _once(effect: Load | Read, around: LoopContext, program: Program) -> bool:
    """True if the loop is left after the access, as in a search for one row."""
    bodies = [*effect.context.calls, effect.place]
    access = bodies[_body(around.place, bodies, 0)]
    lines = lines_of(program.source(around.place.path) or "")
    return access.path == around.place.path and leaves(lines, around.place.line, access.line)


def _cause(effect: Load | Read, around: LoopContext) -> str:
    """A query that lacks relations is one cause, however often they are touched; so is a call that asks several times.

    Where the loop is a library's, over what a list or a page gives, there is no body of it to change: the cause is the class that
    asks about each row, whatever lists of the project hold it.
    """
    if isinstance(effect, Load):
        return str(effect.built) if effect.built is not None else ""
    calls = effect.context.calls
    body = _body(around.place, [*calls, effect.place], 0)
    if body == len(calls):
        built = effect.built or effect.place
        return f"{around.place} {built.path}:{built.line}"
    if len(calls) > body + 1 and (calls[body].path, calls[body].line) == (around.place.path, around.place.line):
        return f"{effect.place.path} {effect.unit.rpartition('.')[0]}"
    return f"{around.place} {calls[body]}"


def _certain(effect: Load | Read, program: Program) -> bool:
    """False for a row that is read again, and for what a function asks when it calls itself: the recursion may end after one level."""
    recursive = any(program.unit_at(call) == effect.unit for call in effect.context.calls)
    return not recursive and not _again(effect, program)


def _again(effect: Load | Read, program: Program) -> bool:
    """True where a row that is there is read again, `session.refresh(row)`: what the database made of it is wanted."""
    lines = lines_of(program.source(effect.place.path) or "")
    return effect.place.line <= len(lines) and _AGAIN.search(lines[effect.place.line - 1]) is not None


def _looks(effect: Load | Read, program: Program) -> bool:
    """True where the code asks Django whether the rows came along before it queries: `_prefetched_objects_cache`."""
    place = effect.place if isinstance(effect, Load) else effect.built or effect.place
    lines = lines_of(program.source(place.path) or "")
    return any(held in line for line in lines[max(place.line - 5, 0) : place.line] for held in _HELD)
