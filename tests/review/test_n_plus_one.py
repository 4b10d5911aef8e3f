"""`query/n-plus-one` on effects made by hand: it must be a loop over rows, and the query must be about the row."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from archwright.model.base import Place
from archwright.model.effect import Context, Load, LoopContext, Read, Setting
from archwright.model.finding import Confidence, Finding, Impact
from archwright.review.engine import review
from archwright.review.rules.query.n_plus_one import NPlusOne

BUILT = Place("views.py", 4, 12)
ROWS = LoopContext(place=Place("views.py", 9, 5), over="rows", entity="Order", query=7, concerned=True)
Review = Callable[..., tuple[Finding, ...]]


def load(*loops: LoopContext, setting: Setting = Setting.REQUEST, line: int = 3, **changes: Any) -> Load:
    context = Context(loops=loops, setting=setting, calls=(Place("views.py", 10, 9),))
    given: dict[str, Any] = {"entity": "Order", "relation": "customer", "built": BUILT, "query": 7, "context": context}
    given["place"] = Place("serializers.py", line, 9)
    return Load(unit="serializers.show", **{**given, **changes})


def read(*loops: LoopContext, setting: Setting = Setting.REQUEST, **changes: Any) -> Read:
    given: dict[str, Any] = {"entity": "Line", "context": Context(loops=loops, setting=setting)}
    return Read(place=Place("views.py", 11, 9), unit="views.list", **{**given, **changes})


@pytest.fixture
def found(program: Any) -> Review:
    def run(*effects: Load | Read, operations: tuple[str, ...] = ()) -> tuple[Finding, ...]:
        reached = {"views.py:9": operations}
        return review(program(effects, {}, reached), [NPlusOne()]).findings

    return run


def test_the_trace_runs_from_the_query_to_the_access(found: Review) -> None:
    (finding,) = found(load(ROWS), operations=("GET /orders", "GET /old"))
    assert [(step.path, step.line) for step in finding.trace] == [
        ("views.py", 4),
        ("views.py", 9),
        ("views.py", 10),
        ("serializers.py", 3),
    ]
    assert finding.message == "Order.customer is fetched by one more query for each Order of the loop at views.py:9."
    assert finding.fix == "Fetch customer along with the query at views.py:4."
    assert "GET /orders and 1 other" in finding.why.replace("operations", "other")
    assert finding.confidence is Confidence.HIGH


def test_a_query_about_the_row(found: Review) -> None:
    (finding,) = found(read(ROWS))
    assert finding.message == "Line is queried once for each Order of the loop at views.py:9."
    assert "fetch Line for all of them with one query" in finding.fix


@pytest.mark.parametrize(
    "effect",
    [
        load(),
        load(LoopContext(place=ROWS.place, over="items", concerned=True)),
        load(LoopContext(place=ROWS.place, over="rows", entity="Order", query=8, concerned=True)),
        load(LoopContext(place=ROWS.place, over="rows", entity="Order", query=7, constant=True, concerned=True)),
        load(ROWS, query=None),
        load(ROWS, loaded=("customer",)),
        load(ROWS, setting=Setting.TEST),
        load(ROWS, setting=Setting.MIGRATION),
        read(msgspec.structs.replace(ROWS, concerned=False)),
        read(),
        read(LoopContext(place=ROWS.place, over="while", concerned=True)),
    ],
)
def test_silent(found: Review, effect: Load | Read) -> None:
    assert found(effect) == ()


def test_another_path_being_loaded_does_not_help(found: Review) -> None:
    assert found(load(ROWS, loaded=("lines", "customer__address")))


def test_a_call_that_asks_several_times_is_one_finding(found: Review) -> None:
    def asks(line: int, call: int) -> Read:
        context = Context(loops=(ROWS,), calls=(Place("views.py", call, 9),))
        return Read(place=Place("models.py", line, 9), unit="m.f", entity="Line", context=context)

    (finding,) = found(asks(3, 10), asks(4, 10))
    assert [(step.path, step.line) for step in finding.trace] == [
        ("views.py", 9),
        ("views.py", 10),
        ("models.py", 3),
        ("models.py", 4),
    ]
    assert len(found(asks(3, 10), asks(4, 11))) == 2


def test_nested_loops_in_a_request_are_graver(found: Review) -> None:
    outer = LoopContext(place=Place("views.py", 8, 1), over="rows", entity="Customer", query=6, concerned=True)
    assert found(load(ROWS))[0].impact is Impact.MEDIUM
    (nested,) = found(load(outer, ROWS))
    assert nested.impact is Impact.HIGH
    assert nested.why.startswith("2 nested loops")


def test_outside_of_requests_nobody_waits(found: Review) -> None:
    assert found(load(ROWS, setting=Setting.COMMAND))[0].impact is Impact.LOW
    assert found(load(ROWS, setting=Setting.UNKNOWN), operations=("GET /",))[0].impact is Impact.MEDIUM


def test_the_trace_follows_the_calls_into_the_units_that_hold_the_loops(found: Review) -> None:
    outer = LoopContext(place=Place("tasks.py", 328, 5), over="rows", entity="Document", query=1, concerned=True)
    inner = LoopContext(place=Place("backend.py", 477, 9), over="rows", entity="Note", query=2, concerned=True)
    calls = (Place("tasks.py", 329, 9), Place("backend.py", 267, 9))
    (finding,) = found(
        Load(
            place=Place("backend.py", 483, 9),
            unit="backend.build",
            entity="Note",
            relation="user",
            built=Place("backend.py", 477, 21),
            query=2,
            context=Context(loops=(outer, inner), calls=calls),
        )
    )
    assert [(step.path, step.line) for step in finding.trace] == [
        ("tasks.py", 328),
        ("tasks.py", 329),
        ("backend.py", 267),
        ("backend.py", 477),
        ("backend.py", 483),
    ]
    assert finding.trace[3].note == "the query for Note is built, without user; for each Note"


def test_a_deep_relation_is_named_by_its_owner(found: Review) -> None:
    (finding,) = found(load(ROWS, entity="Project", relation="project.owner"))
    assert finding.message.startswith("Project.owner is fetched")
    assert finding.fix == "Fetch project.owner along with the query at views.py:4."


def test_a_query_a_row_in_a_batch_job_is_often_meant(found: Review) -> None:
    for setting in (Setting.COMMAND, Setting.TASK):
        assert found(read(ROWS, setting=setting))[0].confidence is Confidence.LOW
        assert found(load(ROWS, setting=setting))[0].confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("operations", "confidence"),
    [
        (("GET /orders", "POST /orders"), Confidence.HIGH),
        (("Query.orders",), Confidence.HIGH),
        (("POST /orders",), Confidence.LOW),
        (("Mutation.orderCancel",), Confidence.LOW),
        (("message shop.close",), Confidence.LOW),
    ],
)
def test_what_changes_rows_does_the_work_of_each(
    found: Review, operations: tuple[str, ...], confidence: Confidence
) -> None:
    assert found(read(ROWS), operations=operations)[0].confidence is confidence
    assert found(load(ROWS), operations=operations)[0].confidence is confidence


def test_a_loop_that_changes_something_on_each_turn_is_of_low_confidence(found: Review) -> None:
    changing = msgspec.structs.replace(ROWS, changes=True)
    inner = LoopContext(place=Place("views.py", 10, 1), over="rows", entity="Line", query=8)
    assert found(load(changing))[0].confidence is Confidence.LOW
    assert found(read(changing, inner))[0].confidence is Confidence.LOW


def test_a_condition_between_loop_and_query_lowers_the_confidence(found: Review) -> None:
    calls = (Place("views.py", 10, 9),)
    context = Context(loops=(ROWS,), setting=Setting.REQUEST, sometimes=True)
    assert found(read(context=context))[0].confidence is Confidence.MEDIUM
    assert found(load(context=context))[0].confidence is Confidence.MEDIUM
    assert found(read(context=msgspec.structs.replace(context, calls=calls)))[0].confidence is Confidence.LOW
    assert found(load(context=msgspec.structs.replace(context, calls=calls)))[0].confidence is Confidence.MEDIUM


def test_the_parts_of_one_whole_are_few(found: Review) -> None:
    parts = LoopContext(place=ROWS.place, over="rows", entity="Order", query=7, part=True, concerned=True)
    wholes = LoopContext(place=Place("views.py", 8, 1), over="rows", entity="Customer", query=6, concerned=True)
    assert found(load(parts))[0].confidence is Confidence.LOW
    assert found(load(wholes, parts))[0].confidence is Confidence.HIGH


@pytest.mark.parametrize(("calls", "confidence"), [(0, Confidence.HIGH), (2, Confidence.MEDIUM), (3, Confidence.LOW)])
def test_what_stands_between_loop_and_query_may_decide_for_which_rows_it_runs(
    found: Review, calls: int, confidence: Confidence
) -> None:
    between = tuple(Place("views.py", 10 + each, 9) for each in range(calls))
    context = Context(loops=(ROWS,), calls=between, setting=Setting.REQUEST)
    assert found(read(context=context))[0].confidence is confidence
    assert found(load(context=context))[0].confidence is Confidence.HIGH


def test_a_recursion_may_end_after_one_level(found: Review) -> None:
    loop = LoopContext(place=Place("views.py", 11, 5), over="rows", entity="Line", query=7, concerned=True)
    context = Context(loops=(loop,), calls=(Place("views.py", 12, 9),))
    assert found(read(context=context))[0].confidence is Confidence.LOW


def test_what_is_not_known_of_the_entities_lowers_the_confidence(found: Review) -> None:
    assert found(read(ROWS, entity=None))[0].confidence is Confidence.MEDIUM


def test_a_relation_missing_from_one_query_is_one_finding(found: Review) -> None:
    (finding,) = found(load(ROWS, line=3), load(ROWS, line=30), load(ROWS, line=3))
    assert finding.line == 3
    assert (finding.trace[-1].line, finding.trace[-1].note) == (30, "here too")


def test_all_relations_that_one_query_lacks_are_one_finding(found: Review) -> None:
    effects = [load(ROWS, relation=name, line=n) for n, name in enumerate(("customer", "shop", "shop.owner"), 3)]
    (finding,) = found(*effects)
    assert finding.message.endswith("of the loop at views.py:9, and so are 2 other relations.")
    assert finding.fix == "Fetch customer and shop.owner along with the query at views.py:4."
    assert [(step.line, step.note) for step in finding.trace[-2:]] == [
        (4, "shop is fetched"),
        (5, "shop.owner is fetched"),
    ]
    assert len(found(*effects, load(ROWS, built=Place("other.py", 1)))) == 2


def test_a_search_for_one_row_is_silent(program: Any) -> None:
    code = "\n" * 8 + "    for order in orders:\n        if order.key == key:\n            return show(order)\n"
    effects = [load(ROWS, context=Context(loops=(ROWS,), calls=(Place("views.py", 11, 20),)))]
    assert review(program(effects, {"views.py": code}), [NPlusOne()]).findings == ()
    assert review(program(effects, {"views.py": code.replace("return ", "")}), [NPlusOne()]).findings


def test_a_loop_in_a_test_is_silent(found: Review) -> None:
    loop = LoopContext(
        place=Place("shop/tests/test_api.py", 9, 5), over="rows", entity="Order", query=7, concerned=True
    )
    assert found(load(loop)) == ()


def test_a_row_read_again_to_lock_it_is_of_low_confidence(found: Review) -> None:
    assert found(read(ROWS, locked=True))[0].confidence is Confidence.LOW


def test_what_a_session_looks_up_by_key_costs_one_query_for_each_distinct_row(found: Review) -> None:
    (finding,) = found(load(ROWS, by_key=True))
    assert finding.confidence is Confidence.MEDIUM
    assert "for each distinct one" in finding.message
    (of_one_row,) = found(load(ROWS, relation="orders.customer", by_key=True))
    assert of_one_row.confidence is Confidence.LOW
    (beyond,) = found(load(ROWS, entity="Customer", relation="customer.region", by_key=True))
    assert beyond.confidence is Confidence.MEDIUM


def test_a_relation_deep_in_the_work_of_each_row_is_of_low_confidence(found: Review) -> None:
    def deep(setting: Setting = Setting.UNKNOWN) -> Load:
        calls = tuple(Place("views.py", line, 9) for line in (10, 11, 12))
        return load(ROWS, context=Context(loops=(ROWS,), calls=calls, setting=setting))

    assert found(deep(), operations=("POST /orders",))[0].confidence is Confidence.LOW
    assert found(deep(), operations=("GET /orders",))[0].confidence is Confidence.HIGH
    assert found(deep(Setting.REQUEST))[0].confidence is Confidence.HIGH


def test_queries_of_one_set_of_rows_in_one_loop_are_one_finding(found: Review) -> None:
    first, second = read(ROWS, built=Place("views.py", 10, 9)), read(ROWS, built=Place("views.py", 10, 30))
    assert len(found(first, msgspec.structs.replace(second, place=Place("views.py", 14, 9)))) == 1
    assert len(found(first, msgspec.structs.replace(second, built=Place("views.py", 12, 9)))) == 2


def test_a_class_that_asks_about_each_row_of_lists_of_libraries_is_one_finding(found: Review) -> None:
    def listed(line: int, unit: str = "serializers.Show.lines") -> Read:
        loop = msgspec.structs.replace(ROWS, place=Place("views.py", line, 5))
        calls = (Place("views.py", line, 5), Place("serializers.py", 3, 5))
        context = Context(loops=(loop,), calls=calls, setting=Setting.REQUEST)
        return Read(place=Place("serializers.py", 9, 9), unit=unit, entity="Line", context=context)

    assert len(found(listed(9), listed(20))) == 1
    assert len(found(listed(9), listed(20, "serializers.Other.lines"))) == 2


def test_code_that_asks_whether_rows_came_along_is_silent(program: Any) -> None:
    asked = """def lines(order):
    if "lines" in order._prefetched_objects_cache:
        return order.lines.all()
    return order.lines.order_by("id")
"""
    effect = read(ROWS, built=Place("models.py", 4, 12))
    assert review(program([effect], {"models.py": asked}), [NPlusOne()]).findings == ()
    plain = asked.replace("_prefetched_objects_cache", "names")
    assert review(program([effect], {"models.py": plain}), [NPlusOne()]).findings
    held = "def lines(order):\n    if order.lines.all()._result_cache is not None:\n        return list(order.lines.all())\n"
    touched = load(ROWS, place=Place("models.py", 3, 12))
    assert review(program([touched], {"models.py": held}), [NPlusOne()]).findings == ()


def test_a_row_that_is_read_again_is_of_low_confidence(program: Any) -> None:
    code = "\n" * 10 + "        session.refresh(order)\n"
    (finding,) = review(program([read(ROWS)], {"views.py": code}), [NPlusOne()]).findings
    assert finding.confidence is Confidence.LOW


def test_what_a_function_asks_when_it_calls_itself_is_of_low_confidence(told: Callable[..., list[str]]) -> None:
    app = """
        from django.db import models
        from django.http import JsonResponse

        class Segment(models.Model):
            pass

        class Rule(models.Model):
            segment = models.ForeignKey(Segment, related_name="rules", on_delete=models.CASCADE)
            parent = models.ForeignKey("self", related_name="inner", on_delete=models.CASCADE)

        class Condition(models.Model):
            rule = models.ForeignKey(Rule, related_name="conditions", on_delete=models.CASCADE)

        def shown(rule):
            return {"all": [c.pk for c in rule.conditions.all()], "inner": [shown(inner) for inner in rule.inner.all()]}

        def listed(request):
            rules = Rule.objects.prefetch_related("conditions", "inner")
            return JsonResponse({"rules": [shown(rule) for rule in rules]})
        """
    urls = "from django.urls import path\nfrom app import listed\n\nurlpatterns = [path('rules/', listed)]\n"
    found = told({"app.py": app, "urls.py": urls}, "query/n-plus-one")
    assert found
    assert {line.rpartition(" ")[2] for line in found} == {"low"}
    found = told({"app.py": app.replace('"conditions", "inner"', '"inner"'), "urls.py": urls}, "query/n-plus-one")
    assert {line.rpartition(" ")[2] for line in found} >= {"high"}
