import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from archwright.run.errors import CommandNotFound, NotReady, ProcessEnded
from archwright.run.process import Process, run, start
from archwright.run.wait import wait_until

_STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.05; done"
_FAMILY = "sleep 600 & echo $!; wait"


def _alive(pid: int) -> bool:
    if Path("/proc/self").exists():
        # A process can end between opening its file and reading it: reading then fails, and that is an answer too.
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _gone(*pids: int) -> bool:
    return wait_until(lambda: not any(_alive(pid) for pid in pids), seconds=20)


def _first_line(process: Process) -> str:
    process.wait_ready(lambda: process.log_tail() != "", seconds=20)
    return process.log_tail().splitlines()[0]


def test_output_and_exit_code_come_back(tmp_path: Path) -> None:
    with start(["sh", "-c", "echo out; echo err >&2; exit 3"], log=tmp_path / "log") as process:
        assert process.wait(20) == 3
    assert sorted(process.log_tail().split()) == ["err", "out"]


def test_the_environment_and_directory_are_those_given(tmp_path: Path) -> None:
    run(
        ["sh", "-c", 'pwd; echo "$GREETING"'],
        log=tmp_path / "log",
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "GREETING": "hello"},
    )
    assert (tmp_path / "log").read_text().splitlines() == [str(tmp_path.resolve()), "hello"]


def test_stop_ends_the_whole_family(tmp_path: Path) -> None:
    with start(["sh", "-c", _FAMILY], log=tmp_path / "log") as process:
        grandchild = int(_first_line(process))
        assert _alive(process.pid)
        assert _alive(grandchild)
    assert not process.running
    assert _gone(process.pid, grandchild)


def test_what_a_command_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    with start(["sh", "-c", "sleep 600 & echo $!"], log=tmp_path / "log") as process:
        assert process.wait(20) == 0
        assert _gone(int(process.log_tail()))


def test_who_does_not_listen_is_killed(tmp_path: Path) -> None:
    with start(["sh", "-c", _STUBBORN], log=tmp_path / "log", stop=[(signal.SIGTERM, 0.1)]) as process:
        assert _first_line(process) == "up"
        assert process.stop() == 128 + signal.SIGKILL
    assert _gone(process.pid)


def test_an_exception_in_the_block_stops_the_command(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), start(["sleep", "600"], log=tmp_path / "log") as process:
        raise KeyboardInterrupt
    assert _gone(process.pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_nothing_outlives_a_killed_parent(tmp_path: Path, number: signal.Signals) -> None:
    script = (
        "import sys; from pathlib import Path; from archwright.run.process import start\n"
        f"process = start(['sh', '-c', {_FAMILY!r}], log=Path({str(tmp_path / 'log')!r}))\n"
        "process.wait_ready(lambda: process.log_tail() != '')\n"
        "print(process.pid, process.log_tail(), flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child, grandchild = map(int, parent.stdout.readline().split())
        assert _alive(child)
        assert _alive(grandchild)
        parent.send_signal(number)
    assert _gone(child, grandchild)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")
def test_the_command_ends_with_a_killed_guard(tmp_path: Path) -> None:
    with start(["sleep", "600"], log=tmp_path / "log") as process:
        guard = int(Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        os.kill(guard, signal.SIGKILL)
        assert _gone(process.pid)


def test_a_command_that_ends_before_it_is_ready_says_what_it_said(tmp_path: Path) -> None:
    process = start(["sh", "-c", "echo no such table; exit 4"], log=tmp_path / "log", name="the service")
    with pytest.raises(ProcessEnded, match=r"the service ended with code 4; it said:\n.*no such table") as caught:
        process.wait_ready(lambda: False, seconds=20)
    assert caught.value.code == 4
    assert str(tmp_path / "log") in caught.value.advice


def test_a_command_that_never_gets_ready_is_stopped(tmp_path: Path) -> None:
    process = start(["sleep", "600"], log=tmp_path / "log")
    with pytest.raises(NotReady, match=r"sleep was not ready after 0\.1 s"):
        process.wait_ready(lambda: False, seconds=0.1)
    assert _gone(process.pid)


@pytest.mark.parametrize("command", ["no-such-program-anywhere", "/", "/dev/null"])
def test_a_program_that_cannot_start_is_named(tmp_path: Path, command: str) -> None:
    with pytest.raises(CommandNotFound) as caught:
        start([command], log=tmp_path / "log")
    assert command in caught.value.advice


def test_directories_to_remove_go_with_the_command(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    (scratch / "deep").mkdir(parents=True)
    with start(["sleep", "600"], log=tmp_path / "log", remove=[scratch]):
        assert scratch.exists()
    assert not scratch.exists()


def test_run_reports_failure_and_slowness(tmp_path: Path) -> None:
    with pytest.raises(ProcessEnded):
        run(["false"], log=tmp_path / "log")
    with pytest.raises(NotReady):
        run(["sleep", "600"], log=tmp_path / "log", seconds=0.1)
