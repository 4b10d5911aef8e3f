"""Runs one command for a parent process and never outlives that parent. Started as a script, imports nothing of ours.

The parent holds the write end of the pipe that is this script's standard input and never writes to it. When the pipe
closes, because the parent wants to stop the command, ends, crashes or is killed with signal 9, the command's process
group gets the stop signals in their order. So there is one way to stop, and every use of it tests the worst case.
The other direction: the command is told by the kernel (Linux) should this script itself be killed.

The only argument is JSON:
    command   list of text, the program first
    cwd       directory to run in, or null
    stop      list of [signal number, seconds to wait after it]; signal 9 follows
    report    file descriptor for one line, "P<pid>", then "E<text>" if the program could not be started
    account   [uid, gid] to become before the start, or null
    reach     true: keep root's right to pass directories closed to the account (see account.py)
    remove    directories to delete after the command has ended
"""

import ctypes
import json
import os
import select
import shutil
import signal
import sys
import time
from contextlib import suppress
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_CAPABILITY_VERSION_3 = 0x20080522
_WAKING = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> int:
    """Run the command until it ends or the parent lets go; the exit code is the command's."""
    spec = json.loads(sys.argv[1])
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    for number in _WAKING:
        signal.signal(number, lambda *_: None)

    child = _start(spec)
    status = _until_parent_lets_go(child, wake_read)
    for number, seconds in spec["stop"] if status is None else ():
        _signal_group(child, number)
        status = _until_ended(child, seconds, wake_read)
        if status is not None:
            break
    _signal_group(child, signal.SIGKILL)  # what does not listen, and what the command itself left behind
    if status is None:
        _, status = os.waitpid(child, 0)
    for directory in spec["remove"]:
        shutil.rmtree(directory, ignore_errors=True)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _start(spec: dict[str, Any]) -> int:
    os.set_inheritable(spec["report"], False)
    guard = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            _become_command(spec, guard)
        except OSError as problem:
            os.write(spec["report"], f"E{problem.strerror or problem}\n".encode())
        finally:
            os._exit(127)
    os.write(spec["report"], f"P{child}\n".encode())
    os.close(spec["report"])
    return child


def _become_command(spec: dict[str, Any], guard: int) -> None:
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (*_WAKING, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if spec["cwd"]:
        os.chdir(spec["cwd"])
    if spec["account"]:
        _become_account(*spec["account"], reach=spec["reach"])
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, spec["stop"][0][0], 0, 0, 0)  # after the change of account, which clears it
        if os.getppid() != guard:
            os._exit(127)
    os.execvp(spec["command"][0], spec["command"])


def _become_account(uid: int, gid: int, *, reach: bool) -> None:
    if reach:
        _libc().prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if reach:
        _keep_one_capability()


def _keep_one_capability() -> None:
    """Keep only the right to pass closed directories; containers often lack the narrower one of the two."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    for capability in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
        bit = 1 << capability
        # effective, permitted, inheritable for capabilities 0-31, then the same for 32-63
        if _libc().capset(header, (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)) == 0:
            _libc().prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)
            return


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _until_parent_lets_go(child: int, wake_read: int) -> int | None:
    """The status of the child when it ended by itself; None when the pipe closed or a signal asks to stop."""
    while (status := _status(child)) is None:
        ready, _, _ = select.select([0, wake_read], [], [])
        if 0 in ready and not os.read(0, 1):
            return None
        if wake_read in ready and any(number != signal.SIGCHLD for number in os.read(wake_read, 64)):
            return None
    return status


def _until_ended(child: int, seconds: float, wake_read: int) -> int | None:
    deadline = time.monotonic() + seconds
    while (status := _status(child)) is None:
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        if select.select([wake_read], [], [], left)[0]:
            os.read(wake_read, 64)
    return status


def _status(child: int) -> int | None:
    ended, status = os.waitpid(child, os.WNOHANG)
    return status if ended else None


def _signal_group(child: int, number: int) -> None:
    # the group is gone, or only its ended leader is left (macOS then answers EPERM)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, number)


if __name__ == "__main__":
    sys.exit(main())
