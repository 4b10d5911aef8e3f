"""What can go wrong when something is run on this machine.

RunError                 .advice says how to mend it
├── CommandNotFound      the program can't be started
├── ProcessEnded         it ended before it was ready, or badly  .code .log
├── NotReady             it runs, but gave no sign of life     .seconds .log
├── PortTaken            somebody else listens there             .port
└── DatabaseUnavailable  no PostgreSQL can be reached or started
"""

from pathlib import Path


class RunError(Exception):
    """Something could not be run; `str()` says what, `advice` how to mend it."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class CommandNotFound(RunError):
    """The program named by a command can't be started."""


class ProcessEnded(RunError):
    """A process ended before it was ready to serve, or without success."""

    def __init__(self, name: str, code: int, log: Path, tail: str) -> None:
        super().__init__(f"{name} ended with code {code}{_quoted(tail)}", f"The whole log: {log}")
        self.code = code
        self.log = log


class NotReady(RunError):
    """A process runs but did not become ready in time."""

    def __init__(self, name: str, seconds: float, log: Path, tail: str) -> None:
        super().__init__(f"{name} was not ready after {seconds:g} s{_quoted(tail)}", f"The whole log: {log}")
        self.seconds = seconds
        self.log = log


class PortTaken(RunError):
    """Another program listens on the port that was asked for."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is in use by another program", "Stop that program or name another port.")
        self.port = port


class DatabaseUnavailable(RunError):
    """No PostgreSQL can be reached or started."""


def _quoted(tail: str) -> str:
    return "; it said:\n" + "\n".join(f"  | {line}" for line in tail.splitlines()) if tail else ""
