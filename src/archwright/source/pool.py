"""Work spread over processes without a thread in the parent: forked workers, one pipe each, results in order.

The parent hands out one chunk at a time, so that unequal chunks balance. A worker that dies is replaced; the chunk it
held comes back as None, and the caller may split it.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

Chunk = TypeVar("Chunk")


def worker_count() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def forks() -> bool:
    """Whether workers are forked, so that they see what the parent has; beside other threads they are spawned."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def balanced(sizes: Sequence[int], count: int) -> list[list[int]]:
    """Indices of `sizes` in at most `count` chunks of about equal total, biggest items first; the same every time."""
    totals = [0] * min(count, len(sizes))
    chunks: list[list[int]] = [[] for _ in totals]
    for index in sorted(range(len(sizes)), key=lambda i: (-sizes[i], i)):
        lightest = totals.index(min(totals))
        totals[lightest] += sizes[index] + 1
        chunks[lightest].append(index)
    return chunks


def map_chunks(
    work: Callable[[Chunk], bytes], chunks: Sequence[Chunk], workers: int, *, isolated: bool = False
) -> list[bytes | None]:
    """`work` of every chunk, in the order of the chunks; None where the process that worked on it ended.

    Serial with one worker or one chunk unless `isolated`, and where processes can't be started. `work` must be importable by name (spawned workers) and
    may read anything the parent had before (forked ones).
    """
    if not chunks or (not isolated and (workers <= 1 or len(chunks) == 1)):
        return [work(chunk) for chunk in chunks]
    results: list[bytes | None] = [None] * len(chunks)
    todo = list(range(len(chunks)))[::-1]
    team = _Team(work, max(1, min(workers, len(chunks))))
    try:
        if not team.start():
            return [work(chunk) for chunk in chunks]
        while team.busy or todo:
            while todo and team.idle:
                team.give(todo.pop(), chunks)
            for index, result in team.collect():
                results[index] = result
            if todo and not team.idle and not team.busy and not team.start():
                while todo:
                    index = todo.pop()
                    results[index] = work(chunks[index])
    finally:
        team.stop()
    return results


@contextmanager
def _safe_path() -> Iterator[None]:
    """Keep interpreters that are started here from importing what lies in the working directory.

    That is often the project under review, which may have a `pickle.py` or a `socket.py` of its own.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


class _Team:
    """Worker processes and what each is doing."""

    def __init__(self, work: Callable[[Any], bytes], size: int) -> None:
        self._work = work
        self._size = size
        self._forks = forks()
        self._context: Any = multiprocessing.get_context("fork" if self._forks else "spawn")
        self._processes: dict[Connection, Any] = {}
        self.idle: list[Connection] = []
        self.busy: dict[Connection, int] = {}

    def start(self) -> bool:
        """Bring the team to its size; False if not even one worker could be started."""
        while len(self._processes) < self._size:
            ours, theirs = self._context.Pipe()
            inherited = [*self._processes, ours] if self._forks else []
            process = self._context.Process(target=_serve, args=(theirs, self._work, inherited), daemon=True)
            try:
                with _safe_path():
                    process.start()
            except (OSError, RuntimeError):
                ours.close()
                break
            finally:
                theirs.close()
            self._processes[ours] = process
            self.idle.append(ours)
        return bool(self._processes)

    def give(self, index: int, chunks: Sequence[Any]) -> None:
        link = self.idle.pop()
        try:
            link.send(chunks[index])
        except OSError:
            self._lose(link)
            return
        self.busy[link] = index

    def collect(self) -> list[tuple[int, bytes | None]]:
        """Wait for at least one worker to answer or to die."""
        answers: list[tuple[int, bytes | None]] = []
        ready: list[Any] = wait(list(self.busy))
        for link in ready:
            index = self.busy.pop(link)
            try:
                answers.append((index, link.recv_bytes()))
                self.idle.append(link)
            except (EOFError, OSError):
                answers.append((index, None))
                self._lose(link)
        return answers

    def _lose(self, link: Connection) -> None:
        link.close()
        self._processes.pop(link).join()
        self.start()

    def stop(self) -> None:
        for link, process in self._processes.items():
            link.close()
            process.terminate()
        for process in self._processes.values():
            process.join()


def _serve(link: Connection, work: Callable[[Any], bytes], inherited: list[Connection]) -> None:
    """The loop of one worker: chunks in, bytes out, until the pipe closes. No garbage collection: it ends soon.

    `inherited` are the parent's ends that a fork copies: kept open here, they would hide the end of the parent.
    """
    gc.disable()
    for copy in inherited:
        copy.close()
    try:
        while True:
            link.send_bytes(work(link.recv()))
    except (EOFError, OSError, KeyboardInterrupt):
        return
