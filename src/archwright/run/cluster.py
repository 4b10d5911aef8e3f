"""Making, starting, sharing and recovering a PostgreSQL data folder (see postgres.py for what the folder looks like)."""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from . import wire
from .account import account_for
from .binaries import Binaries, find_binaries
from .errors import DatabaseUnavailable, RunError
from .process import Account, run, start
from .server import SOCKET_NAME, SUPERUSER, Postgres
from .wait import wait_until

_WAIT_SECONDS = 60.0
_LONGEST_SOCKET = 103  # bytes: macOS; Linux has room for 107
# SIGINT: break connections off and write everything out; SIGQUIT: end at once, recover at the next start
_STOP = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
_SETTINGS = ("listen_addresses=", "unix_socket_permissions=0700", "timezone=UTC", "log_timezone=UTC")
_FORGETFUL = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


def serve(data: Path, *, durable: bool, remove: Path | None = None) -> Postgres:
    """A server on `data`: started here, or found running; see `open_postgres`.

    Args:
        data: absolute path of the data folder.
        durable: False for data that need not survive a crash of the machine.
        remove: a directory above `data` to delete when the server has ended, however it ends.

    """
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        server = None
        while server is None:  # a server found running may end before we have asked it anything
            with _lock(data) as lock:
                server = _running(data) if lock is None else _start(data, lock, durable=durable, remove=remove)
    except OSError as problem:
        raise DatabaseUnavailable(
            f"no database can be kept in {data}: {problem}",
            "Name another folder, run as the user it belongs to, or give the URL of a server.",
        ) from problem
    except DatabaseUnavailable:
        raise
    except RunError as problem:
        raise DatabaseUnavailable(f"PostgreSQL could not be started: {problem}", problem.advice) from problem
    return server


@contextmanager
def _lock(data: Path) -> Iterator[int | None]:
    """A file descriptor that holds the folder's lock, or None when whoever holds it has a server that answers.

    The lock is held by the program that started the server, its guard and the server itself. If the program was killed, the
    other two are about to end: so a server is only shared while its program lives, which holds the log's lock as well.
    """
    descriptor = os.open(data.with_name(data.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not wait_until(lambda: _locked(descriptor) or (_kept(data) and _answers(data)), seconds=_WAIT_SECONDS):
            raise DatabaseUnavailable(
                f"another program keeps {data} and neither serves nor ends", f"Its log: {_log(data)}"
            )
        yield descriptor if _locked(descriptor) else None
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _kept(data: Path) -> bool:
    """Whether the program that started the server on `data` lives."""
    try:
        with _log(data).open("rb") as log:
            fcntl.flock(log, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _start(data: Path, lock: int, *, durable: bool, remove: Path | None) -> Postgres:
    # A server that nobody of ours looks after: its keeper was killed (then it is about to end), or it was started by hand
    if not wait_until(lambda: _postmaster(data) is None, seconds=5.0):
        server = _running(data)
        if server is None:
            raise DatabaseUnavailable(
                f"process {_postmaster(data)} seems to be a PostgreSQL on {data}, but does not answer",
                f"Stop it; if it is something else, delete {data / 'postmaster.pid'}.",
            )
        return server
    binaries = find_binaries(_made_by(data))
    with _socket_directory(data) as sockets:
        account = account_for(data, [data.parent, sockets.parent, binaries.directory / "postgres"])
        if account and sockets != data:
            os.chown(sockets, account.uid, account.gid)
        _log(data).unlink(missing_ok=True)
        if not (data / "PG_VERSION").exists():
            _make(data, binaries, account, durable=durable)
        (data / "postmaster.pid").unlink(missing_ok=True)  # a stale one bars the start if its number is in use again
        settings = [*_SETTINGS, *(() if durable else _FORGETFUL)]
        options = [f"--{each}" for each in settings]
        command: list[str | Path] = [binaries.directory / "postgres", "-D", data, "-k", sockets, *options]
        with ExitStack() as stack:
            keeper = stack.enter_context(_log(data).open("ab"))
            fcntl.flock(keeper, fcntl.LOCK_EX)
            process = start(
                command,
                name="PostgreSQL",
                log=_log(data),
                cwd=Path("/"),
                env=_environment(),
                stop=_STOP,
                account=account,
                keep=[lock],
                remove=[*([] if sockets == data else [sockets]), *([remove] if remove else [])],
            )
            stack.enter_context(process)
            process.wait_ready(lambda: _answers(data), seconds=_WAIT_SECONDS)
            own = stack.pop_all()
    return Postgres(binaries.kind, binaries.version, _log(data), _url(sockets), sockets / SOCKET_NAME, own)


def _running(data: Path) -> Postgres | None:
    """The server that serves `data` already; None if it has ended or does not answer."""
    sockets = _sockets_in_use(data)
    if sockets is None:
        return None
    address = sockets / SOCKET_NAME
    try:
        [(version,)] = wire.execute(address, "SHOW server_version", user=SUPERUSER, database="postgres")
    except (OSError, wire.ServerRefused):
        return None
    return Postgres("shared", (version or "").split()[0], _log(data), _url(sockets), address)


def _make(data: Path, binaries: Binaries, account: Account | None, *, durable: bool) -> None:
    """Fill a folder beside and rename it, so that a half-made one is never taken for data."""
    if data.exists() and any(data.iterdir()):
        raise DatabaseUnavailable(f"{data} exists and is no PostgreSQL data folder", "Empty it or name another.")
    new = data.with_name(data.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if account:
        os.chown(new, account.uid, account.gid)
    # the same order of text on every machine, and the case of all letters where the version knows it by itself
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if binaries.major >= 17 else ["--locale=C"]
    command: list[str | Path] = [
        binaries.directory / "initdb",
        "-D",
        new,
        "-U",
        SUPERUSER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        *locale,
    ]
    log = _log(data)
    run([*command, *([] if durable else ["--no-sync"])], log=log, cwd=Path("/"), env=_environment(), account=account)
    log.unlink()
    if data.exists():
        data.rmdir()
    new.rename(data)


@contextmanager
def _socket_directory(data: Path) -> Iterator[Path]:
    """The data folder, or one with a short path, which goes again if the start fails (else the server's keeper's task)."""
    if _fits(data):
        yield data
        return
    for base in _short_places():
        try:
            base.mkdir(parents=True, exist_ok=True, mode=0o700)
            short = Path(tempfile.mkdtemp(prefix="pg-", dir=base))
        except OSError:
            continue
        if _fits(short):
            break
        short.rmdir()
    else:
        raise DatabaseUnavailable(f"{data} is too long a path for a socket", "Use a folder with a shorter path.")
    try:
        yield short
    except BaseException:
        shutil.rmtree(short, ignore_errors=True)
        raise


def _fits(directory: Path) -> bool:
    # PostgreSQL reads a list of socket directories: comma and quote have a meaning in it
    return len(os.fsencode(directory / SOCKET_NAME)) <= _LONGEST_SOCKET and not set(',"') & set(str(directory))


def _short_places() -> Iterator[Path]:
    with suppress(RuntimeError):  # a user without a home
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "archwright"
    yield Path(tempfile.gettempdir())


def _answers(data: Path) -> bool:
    sockets = _sockets_in_use(data)
    try:
        return sockets is not None and wire.answers(sockets / SOCKET_NAME, user=SUPERUSER, database="postgres")
    except (OSError, wire.ServerRefused):
        return False


def _sockets_in_use(data: Path) -> Path | None:
    # lines of postmaster.pid: number, data folder, start time, port, socket directory, address, memory, state
    lines = _pid_file(data)
    return Path(lines[4]) if len(lines) > 4 and lines[4] else None


def _postmaster(data: Path) -> int | None:
    """The number of the process that serves `data`, as postmaster.pid says, if that process is a PostgreSQL on it."""
    lines = _pid_file(data)
    if not lines or not lines[0].isdigit():
        return None
    number = int(lines[0])
    if "postgres" not in _command_of(number):
        return None
    try:
        return number if Path(f"/proc/{number}/cwd").samefile(data) else None
    except OSError:
        return number  # not ours to see (a container's root), or no /proc: better to wait for it than to start a second


def _command_of(number: int) -> str:
    """The program that runs under this process number; empty if none does."""
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return ""
    return subprocess.run(["ps", "-o", "comm=", "-p", str(number)], capture_output=True, text=True, check=False).stdout


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _made_by(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise DatabaseUnavailable(f"{data / 'PG_VERSION'} holds no version number", "Name another folder.") from None


def _log(data: Path) -> Path:
    return data.with_name(data.name + ".log")


def _url(sockets: Path) -> str:
    return f"postgresql://{SUPERUSER}@/postgres?host={quote(str(sockets), safe='/')}"


def _environment() -> dict[str, str]:
    """Ours, without what would change a server's or initdb's ways."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}
