"""Operations: what they touch, filter, give and start from; who may; and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.brief import Problem
from archwright.model.effect import WriteKind
from archwright.model.operation import (
    Action,
    Assignment,
    Command,
    Filter,
    GraphqlField,
    Http,
    Measure,
    Message,
    Operation,
    PeerCall,
    Schedule,
    Sort,
    Touch,
)
from archwright.model.policy import AttributeCondition, Ownership, Policy
from archwright.model.quantity import Duration, Rate
from archwright.model.system import System

Read = Callable[[str], System]
Wrong = Callable[[str], tuple[Problem, ...]]
Make = Callable[[str], System]
Mistake = Callable[[str], tuple[str, str]]


@pytest.fixture
def it(operation: Make) -> Callable[[str], Operation]:
    return lambda text: operation(text).operations[0]


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("{read: Order, by: id, who: staff}", Action.READ_ONE),
        ("{read: Customer, by: email, who: staff}", Action.READ_ONE),
        ("{read: Customer, who: shopper owns id}", Action.READ_ONE),
        ("{read: Customer, by: email optional, who: staff}", Action.READ_MANY),
        ("{read: Order, who: staff}", Action.READ_MANY),
        ("{read: Order, measure: count, who: staff}", Action.AGGREGATE),
        ("{read: Order, scan: all, who: staff}", Action.AGGREGATE),
        ("{write: Order, who: staff}", Action.CREATE),
        ("{write: [Order, OrderLine], who: staff}", Action.CREATE),
        ("{write: [Order, OrderLine, Product.stock], who: staff}", Action.CUSTOM),
        ("{write: Order.status, who: staff}", Action.UPDATE),
        ("{update: Order, who: staff}", Action.UPDATE),
        ("{delete: Order, who: staff}", Action.DELETE),
        ("{calls: bank 1s, who: staff}", Action.CUSTOM),
    ],
)
def test_actions(it: Callable[[str], Operation], text: str, action: Action) -> None:
    made = it(text)
    assert made.action is action
    assert made.access.page == (50 if action is Action.READ_MANY else None)


def test_touches(it: Callable[[str], Operation]) -> None:
    assert it("{read: [Product.name, Product.price], who: staff}").access.reads == (
        Touch(entity="Product", fields=("name", "price")),
    )
    assert (
        it("{update: Customer, who: shopper owns id}").access
        == it("{update: {entity: Customer}, who: shopper owns id}").access
    )
    long = it("{write: [Order, {entity: Product, set: {stock: -= 2, price: 5}}, OrderLine], who: staff}").access
    assert long.writes[1] == Touch(
        entity="Product",
        fields=("stock", "price"),
        kind=WriteKind.UPDATE,
        sets=(Assignment(field="stock", operator="-=", value="2"), Assignment(field="price", value="5")),
        through="OrderLine.product",
    )
    assert long.together


def test_changes_without_by_take_the_key(it: Callable[[str], Operation]) -> None:
    assert it("{update: Order.total, who: staff}").access.filters == (Filter(field="id"),)
    assert it("{delete: Order, by: customer, who: staff}").access.filters == (Filter(field="customer"),)
    assert it("{write: Order, who: staff}").access.filters == ()


def test_filters_order_and_figures(it: Callable[[str], Operation]) -> None:
    made = it(
        "{read: Order, by: [customer, status in optional, placed from, placed to optional, customer.email], sort: [-placed, total], who: staff}"
    )
    assert made.access.filters == (
        Filter(field="customer"),
        Filter(field="status", operator="in", optional=True),
        Filter(field="placed", operator=">="),
        Filter(field="placed", operator="<=", optional=True),
        Filter(field="customer.email"),
    )
    assert made.access.sort == (Sort(field="placed", descending=True), Sort(field="total"))
    same = it(
        "{read: Order, by: {field: placed, is: from, optional: true}, sort: {field: placed, descending: true}, who: staff}"
    )
    assert same.access.filters == (Filter(field="placed", operator=">=", optional=True),)
    assert same.access.sort == (Sort(field="placed", descending=True),)
    figures = it(
        "{read: [Order, OrderLine], scan: {field: placed, last: 2h}, measure: [sum total, max OrderLine.qty], group: [status, customer.name], who: staff}"
    )
    assert figures.access.filters == (Filter(field="placed", operator="within", window=Duration(7200)),)
    assert figures.access.measures == (
        Measure(function="sum", field="Order.total"),
        Measure(function="max", field="OrderLine.qty"),
    )
    assert figures.access.group == ("status", "customer.name")


def test_load_calls_and_messages(it: Callable[[str], Operation]) -> None:
    made = it(
        "{write: Order, rate: 2/s peak 9/s, p95: 1s, stale: 0s, calls: [bank 2s, post], publishes: [a, b], together: false, who: staff}"
    )
    assert (made.load.rate, made.load.peak, made.load.p95, made.load.stale) == (
        Rate(2),
        Rate(9),
        Duration(1),
        Duration(0),
    )
    assert made.access.calls == (PeerCall(peer="bank", timeout=Duration(2)), PeerCall(peer="post"))
    assert made.access.publishes == ("a", "b")
    assert it(
        "{write: Order, rate: {usual: 2/s, peak: 9/s}, calls: {peer: bank, timeout: 2s}, who: staff}"
    ).load.peak == Rate(9)


def test_triggers(it: Callable[[str], Operation]) -> None:
    assert it("{read: Order, by: id, who: staff, at: GET /orders/:id}").trigger == Http(
        method="GET", path="/orders/{id}"
    )
    assert it('{read: Order, by: id, who: staff, at: "GET /orders/{id}"}').trigger == Http(
        method="GET", path="/orders/{id}"
    )
    assert it("{write: OrderLine, who: staff, at: POST /orders/:order/lines}").trigger is not None
    assert it("{read: Order, who: staff, at: Query.orders}").trigger == GraphqlField(type="Query", field="orders")
    assert it("{write: Order, on: basket}").trigger == Message(channel="basket")
    assert it("{delete: Order, by: placed to, every: 1h}").trigger == Schedule(every="1h")
    assert it('{delete: Order, by: placed to, every: "15 3 * * 1-5"}').trigger == Schedule(every="15 3 * * 1-5")
    assert it("{write: Product, command: load-products}").trigger == Command(name="load-products")
    assert it("{read: Order, who: staff}").trigger is None


def test_policies(it: Callable[[str], Operation]) -> None:
    made = it(
        "{read: Order, by: id, who: [shopper owns customer when status = open and total <= 5.5 and placed < now, staff, authenticated when customer.name != 'A B']}"
    )
    assert made.policies == (
        Policy(
            role="shopper",
            owns=Ownership(path="customer"),
            conditions=(
                AttributeCondition(field="status", operator="=", value="open"),
                AttributeCondition(field="total", operator="<=", value=5.5),
                AttributeCondition(field="placed", operator="<", value="now"),
            ),
        ),
        Policy(role="staff"),
        Policy(
            role="authenticated", conditions=(AttributeCondition(field="customer.name", operator="!=", value="A B"),)
        ),
    )
    long = it("{read: Order, by: id, who: {role: shopper, owns: customer, when: status = open}}")
    assert long.policies == it("{read: Order, by: id, who: shopper owns customer when status = open}").policies


def test_the_entity_behind_a_role_is_told_or_follows_from_what_it_owns(base: str, read: Read, wrong: Wrong) -> None:
    system = read(base + "operations: {a: {read: OrderLine, who: shopper owns order.customer}}")
    assert [role.entity for role in system.roles] == ["Customer", None]
    told = base.replace("staff: oidc", "staff: {entity: Customer by email from mail}")
    staff = read(told).roles[1]
    assert (staff.entity, staff.entity_field, staff.subject) == ("Customer", "email", "mail")
    long = base.replace("staff: oidc", "staff: {entity: {entity: Customer, by: email, from: mail}}")
    assert read(long).roles[1].entity_field == "email"
    two = "operations: {a: {read: Order, who: shopper owns customer}, b: {read: OrderLine, who: shopper owns product}}"
    (problem,) = wrong(base + two)
    assert problem.message == 'shopper owns by "product", a Product, but elsewhere it owns by Customer'
    (problem,) = wrong(base.replace("staff: oidc", "staff: {entity: Customer by name}"))
    assert problem.message == "staff is found by Customer.name, which is not unique"


def test_the_caller_s_own_row_in_conditions(read: Read, wrong: Wrong) -> None:
    text = """\
system: clinic
roles: {doctor: {entity: Staff}, guest: oidc}
entities:
  Clinic: {name: text}
  Staff: {clinic: -> Clinic, name: text}
  Room: {clinic: -> Clinic, label: text}
operations: {rooms: {read: Room, who: %s}}
"""
    system = read(text % "doctor when clinic = caller.clinic")
    condition = AttributeCondition(field="clinic", operator="=", caller="clinic")
    assert system.operations[0].policies == (Policy(role="doctor", conditions=(condition,)),)
    assert (
        read(text % "doctor when clinic.id = caller.clinic").operations[0].policies[0].conditions[0].caller == "clinic"
    )
    messages = {
        "doctor when clinic = caller.name": "rooms compares clinic (a Clinic) with caller.name (text)",
        "doctor when clinic = caller.clinc": 'rooms compares with caller "clinc", Staff has no such field',
        "doctor when clinic = caller": "rooms: caller alone is no value",
        "guest when clinic = caller.clinic": "rooms: no entity stands for guest, so caller has no fields",
        "anyone when clinic = caller.clinic": "rooms: anyone is nobody in particular",
        "doctor when clinic = 5": "rooms: clinic is a reference",
    }
    for who, message in messages.items():
        (problem,) = wrong(text % who)
        assert problem.message == message


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("{who: staff}", "it neither reads nor writes", "add read:"),
        ("{read: Order}", "it does not say who may call it", "add who:"),
        ("{read: Order, who: stuff}", 'unknown role "stuff" in it', "did you mean staff?"),
        ("{read: Order, who: staff or shopper}", '"or" is not understood in it.who', "item of a list"),
        ("{read: Order, who: shopper owns}", "nothing stands after owns", ""),
        ("{read: Order, who: shopper owns custmer}", 'it owns by "custmer", Order has no such field', "did you mean customer?"),
        ("{read: Order, who: shopper owns total}", 'it owns by "total", which refers to no entity', "references of Order: customer"),
        ("{read: Order, who: anyone owns customer}", "it: anyone is nobody in particular", "a role that signs in"),
        ("{read: Order, who: authenticated owns customer}", "it: no entity stands for every caller", "declare a role"),
        ("{read: Order, who: staff when status}", "a condition is not complete", "when status = open"),
        ("{read: Order, who: staff when status = shut}", 'it: "shut" is no value of status', "values: open, paid"),
        ("{read: Order, who: staff when total = much}", 'it: "much" does not fit total (money)', "write a number"),
        ("{read: Ordr, who: staff}", 'unknown entity "Ordr" in it.read', "did you mean Order?"),
        ("{read: Order.totl, who: staff}", 'it reads "totl", Order has no such field', "did you mean total?"),
        ("{read: order, who: staff}", 'it.read can\'t be "order"', "write Order"),
        ("{read: Order.status = paid, who: staff}", 'it.read can\'t be "Order.status = paid"', "write Order"),
        ("{read: [Order, Order], who: staff}", "it names Order twice", ""),
        ("{read: [Order, Product], who: staff}", "it touches Product, but no reference joins it with Order", "in between"),
        ("{write: Order.id, who: staff}", "it changes the key of Order", ""),
        ("{write: Order.status = shut, who: staff}", 'it.write.Order.status: "shut" is no value of status', "values: open, paid"),
        ("{write: Order.status += 1, who: staff}", "it.write.Order.status is enum and can't take +=", "write ="),
        ("{write: Order.total = OrderLine.quantity, who: staff}", 'it.write.Order.total names "quantity", OrderLine has no such', ""),
        ("{write: Order.total = Nothing.x * 2, who: staff}", 'unknown entity "Nothing" in it.write.Order.total', "entities"),
        ("{write: [OrderLine, {entity: Product, set: {stock: 1}, through: OrderLine.order}], who: staff}", '"OrderLine.order" does not lead to Product', "did you mean OrderLine.product?"),
        ("{read: Order, by: custmer, who: staff}", 'it reads by "custmer", Order has no such field', "did you mean customer?"),
        ("{read: Order, by: customer.total, who: staff}", 'it reads by "total", Customer has no such field', "fields"),
        ("{read: Order, by: total.x, who: staff}", 'it reads by "total.x", but Order.total refers to no entity', "only a reference"),
        ("{read: Order, by: status from, who: staff}", 'it takes a range of "status", which is enum', "numbers, times"),
        ("{read: Order, by: [status, status], who: staff}", 'it reads by "status" twice', ""),
        ("{read: Order, by: status sometimes, who: staff}", '"sometimes" is not understood in it.by', "write a field"),
        ("{read: Order, match: total, who: staff}", 'it matches "total", which is money', "only a text"),
        ("{read: Order, scan: total last 1d, who: staff}", 'it scans "total", which is money', "a time or date"),
        ("{read: Order, scan: placed, who: staff}", "it.scan needs a window", "placed last 1d"),
        ("{read: Order, scan: placed last 1, who: staff}", 'it.scan: "1" has no unit', "write 1ms, 1s or 1h"),
        ("{read: Order, scan: placed last 1d, page: 5, who: staff}", "it gives figures, which have no pages", ""),
        ("{read: Order, measure: sum status, who: staff}", "it has no sum of Order.status, which is enum", ""),
        ("{read: Order, measure: sum Product.price, who: staff}", 'it measures "Product", which it does not read', ""),
        ("{read: Order, measure: total, who: staff}", 'it.measure can\'t be "total"', "write count, or sum"),
        ("{read: Order, group: status, who: staff}", "it groups, but gives no figures", "add measure: count"),
        ("{read: Order, sort: -plced, who: staff}", 'it sorts by "plced", Order has no such field', "did you mean placed?"),
        ("{read: Order, by: id, page: 5, who: staff}", "it gives one row, so it has no page", "leave page out"),
        ("{read: Order, page: 0, who: staff}", 'it.page: "0" is not right', "from 1 to 1000"),
        ("{write: Order, page: 5, who: staff}", "it has page, but reads nothing", "add read:"),
        ("{read: Order, together: true, who: staff}", "it has together, but writes nothing", ""),
        ("{read: Order, together: yes, who: staff}", 'it.together is "yes"', "write true"),
        ("{read: Order, rate: 40, who: staff}", 'it.rate: "40" has no unit', "write 40/s, 40/min or 40/day"),
        ("{read: Order, rate: 4/s peek 5/s, who: staff}", '"peek" is not understood in it.rate', "peak"),
        ("{read: Order, rate: 4/s peak, who: staff}", "the peak is missing in it.rate.peak", "write a rate"),
        ("{read: Order, rate: 4/s peak 1/s, who: staff}", "it: the peak 1/s is below the usual 4/s", ""),
        ("{read: Order, p95: fast, who: staff}", 'it.p95: "fast" is not a duration', "such as 150ms"),
        ("{read: Order, at: get /x, who: staff}", 'it.at: "get" is not a method', "write GET"),
        ("{read: Order, at: orders, who: staff}", 'it.at can\'t be "orders"', "write a method and a path"),
        ("{read: Order, at: GET /x/:y, who: staff}", "it: {y} in the path is no field of Order", "fields"),
        ("{read: Order, by: id, at: GET /x/:id/:id, who: staff}", "it.at: {id} stands twice in the path", ""),
        ("{write: Order, at: GET /x, who: staff}", "it writes, but GET /x may only read", "use POST"),
        ("{write: Order, at: Query.x, who: staff}", "it writes, but Query.x may only read", "use Mutation"),
        ("{write: Order, at: POST /x, on: y, who: staff}", "it has at and on", "one trigger"),
        ("{write: Order, every: 5 minutes}", 'it.every can\'t be "5 minutes"', "write a duration"),
        ('{write: Order, every: "0 25 * * *"}', 'it.every: "25" is no hour', "0 to 23"),
        ("{wirte: Order, read: Order, who: staff}", 'unknown word "wirte" in it', "did you mean write?"),
        ("{read: Order, filter: id, who: staff}", 'unknown word "filter" in it', "did you mean by?"),
    ],
)  # fmt: skip
def test_mistakes(mistake: Mistake, text: str, message: str, hint: str) -> None:
    told, mend = mistake(text)
    assert message in told
    assert hint in mend


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("peers: {bank: {timeout: 2s}}\noperations: {a: {calls: bnk, who: staff}}", 'unknown peer "bnk" in a'),
        ("channels: {x: {carries: Order.totl}}", 'x carries "totl", Order has no such field'),
        ("channels: {x: {carries: Order}}\noperations: {a: {write: Order, on: y}}", 'unknown channel "y" in a'),
        (
            "operations: {a: {read: Order, by: id, at: GET /o/:id, who: staff}, b: {read: Order, by: customer, at: GET /o/:customer, who: staff}}",
            "GET /o/{customer} serves a already",
        ),
        ("operations: {a: {read: Order, who: staff}, A: {read: Order, who: staff}}", '"A" can\'t name an operation'),
        ("rules: [Order.totl >= 0]", 'rules names "totl", Order has no such field'),
        ("rules: [total >= 0]", 'rules names "total"'),
        ("rules: [Ordr.total >= 0]", 'unknown entity "Ordr" in rules'),
        ("rules: [{says: x, holds: Order.total > 0}]", "rules needs one of holds and says"),
        ("goals: {availability: 101%}", 'goals.availability: "101%" is not a percentage'),
    ],
)
def test_mistakes_between_parts(base: str, wrong: Wrong, rest: str, message: str) -> None:
    problems = wrong(base + rest + "\n")
    assert message in problems[0].message, problems


def test_peers_and_channels_are_declared_by_use_where_no_section_lists_them(base: str, read: Read) -> None:
    used = read(base + "operations: {a: {write: Order, calls: bank 2s, publishes: sold, who: staff}}")
    assert ([p.name for p in used.peers], [c.name for c in used.channels]) == (["bank"], ["sold"])
    told = read(
        base
        + "peers: {bank: {timeout: 2s}}\nchannels: {sold: {carries: [Order, Customer.email], kind: task}}\noperations: {a: {write: Order, calls: bank, publishes: sold, who: staff}}"
    )
    assert told.operations[0].access.calls == (PeerCall(peer="bank", timeout=Duration(2)),)
    assert (told.channels[0].payload, told.channels[0].kind) == (("Order", "Customer.email"), "task")


def test_rules_are_expressions_or_prose(base: str, read: Read) -> None:
    rules = read(
        base + "rules:\n  - Order.status = paid always\n  - {holds: Product.stock >= 0}\n  - {says: Be kind.}\n"
    ).rules
    assert [(rule.text, rule.prose) for rule in rules] == [
        ("Order.status = paid", False),
        ("Product.stock >= 0", False),
        ("Be kind.", True),
    ]
