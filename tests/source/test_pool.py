from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from archwright.source.pool import balanced, map_chunks


def shout(chunk: str) -> bytes:
    if chunk == "die":
        os._exit(1)
    return f"{chunk}!".encode()


def own_process(_: int) -> bytes:
    return str(os.getpid()).encode()


def test_results_come_in_the_order_of_the_chunks() -> None:
    chunks = [str(index) for index in range(50)]
    expected: list[bytes | None] = [f"{index}!".encode() for index in range(50)]
    for workers in (1, 2, 5):
        assert map_chunks(shout, chunks, workers) == expected
    assert map_chunks(shout, [], 4) == []


def test_a_worker_that_dies_costs_only_its_chunk() -> None:
    assert map_chunks(shout, ["a", "die", "b", "die", "c"], 2) == [b"a!", None, b"b!", None, b"c!"]
    assert map_chunks(shout, ["die"], 1, isolated=True) == [None]


def test_one_chunk_stays_in_this_process_unless_isolated() -> None:
    here = str(os.getpid()).encode()
    assert map_chunks(own_process, [1], 4) == [here]
    assert map_chunks(own_process, [1], 4, isolated=True) != [here]


@pytest.fixture
def thread() -> Iterator[None]:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    yield
    done.set()
    other.join()


def test_a_parent_with_threads_does_not_fork(thread: None) -> None:
    assert map_chunks(len_of, ["a", "bb", "ccc"], 2) == [b"1", b"2", b"3"]


def len_of(chunk: str) -> bytes:
    return str(len(chunk)).encode()


def test_chunks_are_balanced_and_the_same_every_time() -> None:
    sizes = [100, 1, 1, 50, 50, 7, 30, 20]
    chunks = balanced(sizes, 3)
    assert chunks == balanced(sizes, 3)
    assert sorted(index for chunk in chunks for index in chunk) == list(range(8))
    totals = [sum(sizes[index] for index in chunk) for chunk in chunks]
    assert max(totals) - min(totals) <= 30
    assert balanced([], 16) == []
