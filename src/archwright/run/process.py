"""Child processes that never outlive us.

Each command is started through a small guard script (_guard.py) in a session of its own: Ctrl-C in a terminal reaches
only us, we decide the order in which things stop. If we end in whatever way, even by `kill -9`, the guard stops
the command.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from .errors import CommandNotFound, NotReady, ProcessEnded
from .wait import wait_until

_GUARD = Path(__file__).with_name("_guard.py")
_TAIL_LINES = 20

#: How an ordinary server is stopped: asked politely, and after 8 seconds no more.
POLITELY: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 8.0),)


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine that a command runs as; `reach` keeps root's right to pass closed directories."""

    name: str
    uid: int
    gid: int
    reach: bool = False


class Process:
    """A running command. Leaving the `with` block, or `stop()`, ends it and everything in its process group."""

    def __init__(self, name: str, pid: int, log: Path, guard: "subprocess.Popen[bytes]") -> None:
        self.name = name
        self.pid = pid
        self.log = log
        self._guard = guard

    @property
    def running(self) -> bool:
        """Whether the command (or the guard that is just cleaning up after it) is still there."""
        return self._guard.poll() is None

    def wait(self, seconds: float | None = None) -> int:
        """The exit code, 128 + n after signal n; raises subprocess.TimeoutExpired when `seconds` pass first."""
        return self._guard.wait(seconds)

    def stop(self) -> int:
        """Stop the command, wait until it is gone and return its exit code; harmless when it has ended already."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        return self._guard.wait()

    def log_tail(self, lines: int = _TAIL_LINES) -> str:
        """The last lines the command wrote, whatever bytes they are."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def wait_ready(self, ready: Callable[[], bool], *, seconds: float = 30.0) -> Self:
        """Wait until `ready()`; if the command ends first or time runs out, stop it and raise with the end of its log.

        Raises:
            ProcessEnded, NotReady

        """
        if not wait_until(lambda: ready() or not self.running, seconds=seconds):
            self.stop()
            raise NotReady(self.name, seconds, self.log, self.log_tail())
        if not self.running:
            raise ProcessEnded(self.name, self.stop(), self.log, self.log_tail())
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    name: str | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stop: Sequence[tuple[signal.Signals, float]] = POLITELY,
    account: Account | None = None,
    keep: Sequence[int] = (),
    remove: Sequence[Path] = (),
) -> Process:
    """Start `command` with its output appended to the file `log`.

    Args:
        command: the program, then its arguments; never a line for a shell.
        log: file for what the command writes; its directory must exist.
        name: how messages call it; the program's name if not given.
        cwd: directory to run in; ours if not given.
        env: the whole environment; ours if not given.
        stop: signals to stop it with, each with the seconds to wait after it; SIGKILL follows the last.
        account: run as this user (only root can).
        keep: file descriptors that stay open as long as the command runs, such as a locked file.
        remove: directories to delete once the command has ended.

    Raises:
        CommandNotFound: the program does not exist or can't be executed.

    """
    title = name or Path(command[0]).name
    report_read, report_write = os.pipe()
    words = [str(part) for part in command]
    spec = {
        "command": words,
        "cwd": str(cwd) if cwd else None,
        "stop": [[int(number), seconds] for number, seconds in stop],
        "report": report_write,
        "account": [account.uid, account.gid] if account else None,
        "reach": bool(account and account.reach),
        "remove": [str(directory) for directory in remove],
    }
    try:
        with log.open("ab") as output:
            guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_GUARD), json.dumps(spec)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                pass_fds=(report_write, *keep),
                start_new_session=True,
            )
    except BaseException:
        os.close(report_read)
        raise
    finally:
        os.close(report_write)
    with os.fdopen(report_read, "rb") as report:
        lines = report.read().decode().splitlines()
    process = Process(title, _pid(lines), log, guard)
    failures = [line[1:] for line in lines if line.startswith("E")]
    if failures or not process.pid:
        process.stop()
        why = failures[0] if failures else process.log_tail() or "no reason given"
        raise CommandNotFound(f"{title} can't be started: {why}", f"The command was: {words[0]}")
    return process


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    name: str | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    seconds: float = 120.0,
) -> None:
    """Run `command` to its end; the arguments are those of `start`.

    Raises:
        CommandNotFound
        ProcessEnded: its exit code is not 0.
        NotReady: it takes longer than `seconds`, and was stopped.

    """
    with start(command, log=log, name=name, cwd=cwd, env=env, account=account) as process:
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.stop()
            raise NotReady(process.name, seconds, log, process.log_tail()) from None
    if code != 0:
        raise ProcessEnded(process.name, code, log, process.log_tail())


def _pid(lines: list[str]) -> int:
    return next((int(line[1:]) for line in lines if line.startswith("P")), 0)
