"""Runs a command and measures wall time, processor time and peak memory of its whole process tree (Linux only).

Not a script; `speed.py` imports it. The command gets a session of its own. Processor time is what the kernel charged to
it and to the children it waited for. Memory is the sum over the session's processes of their proportional set sizes
(Pss of /proc/PID/smaps_rollup: private pages whole, a shared page divided by the number of its users), so that forked
workers are not counted several times, as they would be in a sum of resident sizes; the peak is the largest sum seen.
Sampling costs the measured processes a little time, therefore it happens in runs of its own, whose times do not count.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_EVERY = 0.02
"""Seconds between two looks at the memory."""

SESSION_FIELD = 3
"""Position of the session id among the fields of /proc/PID/stat that follow the command's name: state, ppid, pgrp, session."""


class CommandError(Exception):
    """The command ran out of time or ended with an unexpected exit code."""


@dataclass(frozen=True)
class Measured:
    """One run of a command."""

    seconds: float
    cpu_seconds: float
    """User and system time of the whole tree."""
    peak_bytes: int | None
    """None where memory was not sampled."""
    exit_code: int


def session_processes(session: int) -> list[int]:
    """Ids of the live processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # ended since the listing
        if int(stat.rpartition(")")[2].split()[SESSION_FIELD]) == session:
            found.append(int(entry.name))
    return found


def proportional_bytes(process: int) -> int:
    """Proportional set size of one process; 0 where it has just ended."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class PeakSampler(threading.Thread):
    """Watches the memory of a session until told to stop."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session = session
        self.peak = 0
        self.stopped = threading.Event()

    def run(self) -> None:
        while True:
            now = sum(proportional_bytes(process) for process in session_processes(self.session))
            self.peak = max(self.peak, now)
            if self.stopped.wait(SAMPLE_EVERY):
                return


def kill_session(session: int) -> None:
    """End what is left of a session that this module started."""
    for process in session_processes(session):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue


def run_measured(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], output: Path, timeout: float, memory: bool
) -> Measured:
    """Run `command` with standard output in the file `output`; raises CommandError after `timeout` seconds."""
    with output.open("wb") as stdout:
        started = time.perf_counter()
        process = subprocess.Popen(
            list(command), cwd=cwd, env=dict(environment), stdout=stdout, stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        sampler = PeakSampler(process.pid) if memory else None
        if sampler is not None:
            sampler.start()
        out_of_time = threading.Event()

        def end() -> None:
            out_of_time.set()
            kill_session(process.pid)

        alarm = threading.Timer(timeout, end)
        alarm.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
        finally:
            alarm.cancel()
            if sampler is not None:
                sampler.stopped.set()
                sampler.join()
            kill_session(process.pid)
        process.returncode = os.waitstatus_to_exitcode(status)  # reaped above, so Popen must not wait for it again
    if out_of_time.is_set():
        raise CommandError(f"no answer within {timeout:g} s")
    peak = sampler.peak if sampler is not None else None
    return Measured(seconds, usage.ru_utime + usage.ru_stime, peak, process.returncode)
