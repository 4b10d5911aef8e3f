"""Queueing formulas against published and independently computed values."""

from __future__ import annotations

import pytest

from archwright.design.queueing import erlang_c, hottest_share, servers_needed, ttl_hit_ratio


def test_erlang_c_of_a_known_case() -> None:
    # 400 arrivals/s, 20 ms each, 10 servers: Gross & Harris, M/M/c
    assert erlang_c(8.0, 10) == pytest.approx(0.40918015, rel=1e-6)


def test_pool_of_a_known_case() -> None:
    # 400/s holding 25 ms: 16 connections let 5.7 % wait, 17 let 3.1 %
    assert servers_needed(10.0) == 17
    assert erlang_c(10.0, 17) == pytest.approx(0.03087611, rel=1e-6)
    assert erlang_c(10.0, 16) == pytest.approx(0.05734033, rel=1e-6)


def test_one_server_waits_as_often_as_it_is_busy() -> None:
    assert erlang_c(0.3, 1) == pytest.approx(0.3)
    assert erlang_c(1.2, 1) == 1.0
    assert erlang_c(0.0, 3) == 0.0


def test_hits_of_one_object() -> None:
    # one object, 2/s, 3 s: of 1 + 6 requests one misses
    assert ttl_hit_ratio(2.0, 3.0, 1, 0.0) == pytest.approx(6 / 7)


def test_bands_agree_with_the_plain_sum() -> None:
    objects, zipf, rate, life = 20_000, 0.9, 50.0, 30.0
    weights = [rank**-zipf for rank in range(1, objects + 1)]
    total = sum(weights)
    exact = sum(w / total * (rate * w / total * life) / (1 + rate * w / total * life) for w in weights)
    assert ttl_hit_ratio(rate, life, objects, zipf) == pytest.approx(exact, rel=0.01)
    assert hottest_share(objects, zipf) == pytest.approx(1 / total, rel=0.01)
