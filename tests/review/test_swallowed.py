"""`error/swallowed` on effects made by hand: only a loss that matters, and only where nobody meant it."""

from collections.abc import Callable
from typing import Any

import pytest

from archwright.model.base import Place
from archwright.model.effect import Context, LoopContext, Setting, Swallow
from archwright.model.finding import Confidence, Finding, Impact
from archwright.review.engine import review
from archwright.review.rules.error.swallowed import SwallowedError

CODE = "def pay():\n    try:\n        save()\n    except Exception:\n        pass\n"
Review = Callable[..., tuple[Finding, ...]]


@pytest.fixture
def found(program: Any) -> Review:
    def run(code: str = CODE, **changes: Any) -> tuple[Finding, ...]:
        given: dict[str, Any] = {
            "place": Place("shop/pay.py", 4, 5),
            "unit": "shop.pay.pay",
            "types": ("Exception",),
            "protects": ("call", "write"),
            "handler": "pass",
        }
        effect = Swallow(**{**given, **changes})
        return review(program([effect], {effect.place.path: code}), [SwallowedError()]).findings

    return run


def test_a_write_is_lost(found: Review) -> None:
    (finding,) = found()
    assert (
        finding.message == "A write to the database may fail here unnoticed: every Exception is caught and passed over."
    )
    assert (finding.impact, finding.confidence, finding.line) == (Impact.MEDIUM, Confidence.HIGH, 4)


@pytest.mark.parametrize("types", [("BaseException",), ("builtins.Exception",), ("ValueError", "Exception")])
def test_broad_handlers(found: Review, types: tuple[str, ...]) -> None:
    assert found(types=types)


@pytest.mark.parametrize(
    "types", [("ValueError",), ("KeyError", "TypeError"), ("Order.DoesNotExist",), ("ImportError",), ("?",), ()]
)
def test_expected_errors_are_silent(found: Review, types: tuple[str, ...]) -> None:
    assert found(types=types) == ()


@pytest.mark.parametrize("protects", [(), ("cache",)])
def test_nothing_that_matters_is_lost(found: Review, protects: tuple[str, ...]) -> None:
    assert found(protects=protects) == ()


@pytest.mark.parametrize(
    "name",
    [
        "__del__",
        "__aexit__",
        "close",
        "shutdown_pool",
        "_cleanup",
        "track_event",
        "safe_str",
        "wait_for_db",
        "log_error",
    ],
)
def test_clean_up_and_best_effort_are_silent(found: Review, name: str) -> None:
    assert found(unit=f"shop.pay.Client.{name}") == ()


@pytest.mark.parametrize(
    "path", ["tests/test_pay.py", "shop/tests/pay.py", "scripts/load.py", "shop/migrations/0001_x.py", "conftest.py"]
)
def test_what_stands_beside_the_service_is_silent(found: Review, path: str) -> None:
    assert found(place=Place(path, 4, 5)) == ()


@pytest.mark.parametrize("setting", [Setting.TEST, Setting.MIGRATION])
def test_tests_and_migrations_are_silent(found: Review, setting: Setting) -> None:
    assert found(context=Context(setting=setting)) == ()


@pytest.mark.parametrize(
    ("code", "confidence"),
    [
        (CODE.replace("pass", "pass  # the mirror may be down, it catches up"), Confidence.LOW),
        (CODE.replace("        pass", "        # best effort only\n        pass"), Confidence.LOW),
        (CODE.replace("    try", "    # Best-effort: the mirror\n    # catches up later.\n    try"), Confidence.LOW),
        (CODE.replace("    try", "    # keep what we have if the mirror fails\n    try"), Confidence.LOW),
        (CODE.replace("    try", "    # save it in the mirror\n    try"), Confidence.HIGH),
        (CODE.replace("Exception:", "Exception:  # noqa: BLE001"), Confidence.HIGH),
        (CODE.replace("Exception:", "Exception:  # pylint: disable=broad-except"), Confidence.HIGH),
        (CODE.replace("pass", "pass  # TODO handle it some day"), Confidence.HIGH),
        (CODE.replace("pass", "pass  # hm"), Confidence.HIGH),
    ],
)
def test_a_comment_that_explains_lowers_the_confidence(found: Review, code: str, confidence: Confidence) -> None:
    line = code.split("\n").index(next(text for text in code.split("\n") if "except Exception:" in text)) + 1
    assert found(code, place=Place("shop/pay.py", line, 5))[0].confidence is confidence


def test_a_default_may_be_the_contract(found: Review) -> None:
    assert found(handler="return a default")[0].confidence is Confidence.LOW


def test_a_default_in_place_of_the_result_is_often_looked_at_later(found: Review) -> None:
    assert found(handler="assign a default")[0].confidence is Confidence.LOW


def test_of_a_call_into_a_library_only_the_pattern_is_known(found: Review) -> None:
    (finding,) = found(protects=("call",))
    assert (finding.impact, finding.confidence) == (Impact.LOW, Confidence.LOW)


def test_a_default_for_the_result_of_a_call_is_silent(found: Review) -> None:
    assert found(protects=("call",), handler="return a default") == ()


def test_the_top_level_of_a_module_is_silent(found: Review) -> None:
    assert found(place=Place("shop/__init__.py", 4, 1), unit="shop") == ()


BODY = "async def run():\n    try:\n        {}\n    except Exception:\n        pass\n"


@pytest.mark.parametrize(
    "body",
    ["file.close()", "await websocket.close()", "self.pool[0].shutdown(wait=True)", "if f:\n            f.seek(0)"],
)
def test_a_body_that_only_takes_something_down_is_silent(found: Review, body: str) -> None:
    code = BODY.format(body)
    line = code.split("\n").index("    except Exception:") + 1
    assert found(code, place=Place("shop/pay.py", line, 5), protects=("call", "file")) == ()
    assert found(code, place=Place("shop/pay.py", line, 5), protects=("http",))


@pytest.mark.parametrize(
    ("body", "silent"),
    [
        ("await close_session(session, wait=False)", True),
        ("self._disconnect_all()", True),
        ("close_order(order)\n        send()", False),
    ],
)
def test_a_function_that_takes_something_down_may_ask_others_for_it(found: Review, body: str, silent: bool) -> None:
    code = BODY.format(body)
    line = code.split("\n").index("    except Exception:") + 1
    assert (found(code, place=Place("shop/pay.py", line, 5), protects=("http",)) == ()) is silent


@pytest.mark.parametrize(
    "block",
    [
        "    while not ready:\n",
        "    try:\n        pay()\n    finally:\n",
        "    try:\n        pay()\n    except ValueError:\n",
    ],
)
def test_retries_and_second_errors_are_often_meant(found: Review, block: str) -> None:
    code = "def run():\n" + block + "        try:\n            save()\n        except Exception:\n            pass\n"
    line = code.split("\n").index("        except Exception:") + 1
    assert found(code, place=Place("shop/pay.py", line, 9))[0].confidence is Confidence.LOW


def test_a_loop_of_attempts_goes_on(found: Review) -> None:
    code = "def run():\n    for attempt in range(3):\n        try:\n            save()\n        except Exception:\n            continue\n"
    loop = LoopContext(place=Place("shop/pay.py", 2, 5), over="items")
    given = {"place": Place("shop/pay.py", 5, 9), "context": Context(loops=(loop,)), "handler": "continue"}
    assert found(code, **given)[0].confidence is Confidence.LOW
    assert found(code.replace("attempt in range(3)", "order in orders"), **given)[0].confidence is Confidence.HIGH


def test_reads_weigh_less_than_writes(found: Review) -> None:
    assert (found(protects=("read",))[0].impact, found(protects=("read",))[0].confidence) == (
        Impact.LOW,
        Confidence.LOW,
    )
    assert found(protects=("http", "read"))[0].impact is Impact.MEDIUM


def test_no_answer_to_a_question_is_an_answer(found: Review) -> None:
    asked = {"unit": "shop.pay.Client.is_reachable", "handler": "return a default"}
    assert found(protects=("http",), **asked) == ()
    assert found(protects=("http", "write"), **asked)
    assert found(protects=("http",), unit="shop.pay.Client.charge", handler="return a default")


@pytest.mark.parametrize(
    ("body", "silent"),
    [
        ("import analytics\n        analytics.track(sys.argv)", True),
        ("await self.metrics.increment(1)", True),
        ("metrics.increment(save())\n        save()", False),
        ("import analytics", False),
    ],
)
def test_a_body_that_only_tells_somebody_is_silent(found: Review, body: str, silent: bool) -> None:
    code = BODY.format(body)
    line = code.split("\n").index("    except Exception:") + 1
    assert (found(code, place=Place("shop/pay.py", line, 5), protects=("call", "sql")) == ()) is silent


@pytest.mark.parametrize("lost", ["sql", "action", "read", "file", "call"])
def test_what_may_be_lost_without_harm_is_of_low_confidence(found: Review, lost: str) -> None:
    assert found(protects=(lost,))[0].confidence is Confidence.LOW


@pytest.mark.parametrize("block", ["except ValueError:", "finally:"])
def test_suppress_in_a_handler_must_not_hide_the_first_error(found: Review, block: str) -> None:
    code = f"def pay():\n    try:\n        send()\n    {block}\n        with suppress(Exception):\n            save()\n"
    effect = {"place": Place("shop/pay.py", 5, 9), "handler": "suppress"}
    assert found(code, **effect)[0].confidence is Confidence.LOW
    assert found("\n\n\n\n" + code[code.index("        with") :], **effect)[0].confidence is Confidence.HIGH


@pytest.mark.parametrize(
    ("answer", "confidence"), [("return save()", Confidence.LOW), ("return None", Confidence.HIGH)]
)
def test_what_stands_behind_the_handler_takes_the_place_of_the_result(
    found: Review, answer: str, confidence: Confidence
) -> None:
    code = f"def pay():\n    try:\n        {answer}\n    except Exception:\n        pass\n    return 0\n"
    assert found(code)[0].confidence is confidence


def test_what_a_worker_does_at_its_end_is_silent(found: Review) -> None:
    assert found(unit="shop.worker.Worker.stop") == ()
    assert found(unit="shop.worker.stop_orders")
