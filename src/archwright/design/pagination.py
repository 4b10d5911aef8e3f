"""Pages by key, not by offset.

A page is `WHERE (sort, id) > (last row's) ORDER BY sort, id LIMIT n`: its cost does not grow with its number, and a row that
is added meanwhile neither repeats nor hides another. The order ends in the key, which makes it total; the key takes the
direction of the last sort field, so that one index range serves it. A page has a default and a maximum size, so that no
request can ask for the whole table.

Rows read for page p: n with a key, p * n with an offset; the flip point is where the reader never leaves the first page.
Source: Winand, Use The Index, Luke, "Paging Through Results" (the seek method); rule 37 of the design rules.
"""

from __future__ import annotations

import msgspec

from archwright.design import assumption
from archwright.design.draft import Draft, Stage
from archwright.design.number import assumed, derived, given, plain
from archwright.design.soundness import is_key, main_entity
from archwright.design.subject import Shape, is_list, shape
from archwright.model.decision import Alternative, Decision, Flip
from archwright.model.entity import Entity
from archwright.model.operation import Operation, Sort
from archwright.model.physical import Pagination, ParameterIn, RouteParameter

RANGES = ("within", ">=", ">", "<=", "<")


def decide(draft: Draft) -> None:
    """Give every list its total order, its sizes, and the parameters `cursor` and `limit`."""
    for operation in draft.system.operations:
        route = draft.routes.get(operation.name)
        main = main_entity(draft.system, operation)
        if route is None or main is None or shape(draft, operation) != Shape.READ or not is_list(draft, operation):
            continue
        size = operation.access.page or int(assumption.PAGE.value)
        maximum = max(size, int(assumption.PAGE_MAXIMUM.value))
        pagination = Pagination(order=total_order(draft, operation, main), size=size, maximum=maximum)
        parameters = (
            *route.parameters,
            RouteParameter(name="cursor", located=ParameterIn.QUERY, type="text", required=False),
            RouteParameter(name="limit", located=ParameterIn.QUERY, type="int", required=False),
        )
        draft.put_route(msgspec.structs.replace(route, pagination=pagination, parameters=parameters))
        _record(draft, operation, pagination)


def total_order(draft: Draft, operation: Operation, main: Entity) -> tuple[Sort, ...]:
    """The operation's sort as columns, ended by what is missing of the key, in the direction of the last.

    A list without a sort, but with a range, is sorted by the range's column: one index range then gives both.
    """
    order: list[Sort] = []
    for key in operation.access.sort:
        columns = draft.keys[main.name] if is_key(main, key.field) else draft.columns_of(main.name, key.field)
        order += [Sort(field=c, descending=key.descending) for c in columns if c not in {s.field for s in order}]
    if not order:
        ranged = next((f for f in operation.access.filters if f.operator in RANGES), None)
        order += [Sort(field=c) for c in draft.columns_of(main.name, ranged.field)] if ranged is not None else []
    descending = order[-1].descending if order else False
    present = {sort.field for sort in order}
    order += [Sort(field=c, descending=descending) for c in draft.keys[main.name] if c not in present]
    return tuple(order)


def _record(draft: Draft, operation: Operation, pagination: Pagination) -> None:
    given_size = operation.access.page
    number = (
        given("page", given_size, f"{given_size} rows", operation.place)
        if given_size is not None
        else assumed("page", assumption.PAGE)
    )
    tenth = derived("rows read for page 10 by offset", 10 * pagination.size, plain(10 * pagination.size), "10 * page")
    order = ", ".join(sort.field + (" descending" if sort.descending else "") for sort in pagination.order)
    draft.decide(
        Decision(
            id=f"page/{operation.name}",
            title=f"Pages of {operation.name}",
            choice=f"by key ({order}), {pagination.size} rows, at most {pagination.maximum}",
            because=f"Page 10 reads {pagination.size} rows instead of {tenth.shown}, and no row is shown twice or lost.",
            formula="rows read = page size (key) or page number * page size (offset)",
            threshold="the first page beyond the first",
            source="Winand, Use The Index, Luke: the seek method",
            evidence=(number.evidence, tenth.evidence, assumed("maximum", assumption.PAGE_MAXIMUM).evidence),
            alternatives=(
                Alternative(
                    name="limit and offset", because="the cost grows with the page, and rows shift between pages"
                ),
            ),
            flips=(Flip(input="callers who jump to page n", at="if they must", to="offset with a bound on n"),),
            elements=(f"route {draft.routes[operation.name].method} {draft.routes[operation.name].path}",),
        )
    )


STAGE = Stage("page", "Pages", __doc__, decide)
