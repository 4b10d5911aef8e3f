"""A PostgreSQL server to work with: given by URL, else run by us on a data folder with the programs of this machine.

A server of ours listens on a Unix socket only, in a directory that only its owner can enter, and trusts whoever can
open it. Beside the data folder `postgres` lie `postgres.log` (of the last start) and `postgres.lock`, which is locked
as long as the server or whoever starts it lives. Everything is in `data_dir`'s parent, except a socket directory
in the user's cache where the path is too long for a socket; it goes when the server ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit, urlunsplit

from . import wire
from .cluster import serve
from .errors import DatabaseUnavailable
from .server import SUPERUSER, Postgres

__all__ = ["Postgres", "open_postgres", "temporary_postgres"]


def open_postgres(data_dir: Path, url: str | None = None) -> Postgres:
    """The server at `url` if given; else one of our own on `data_dir`, which is created at the first start.

    Where another program of ours already serves `data_dir`, that server is used (`owned` is False).

    Raises:
        DatabaseUnavailable: the message says why, its advice what to do.

    """
    if url is not None:
        return _given(url)
    return serve(data_dir.absolute(), durable=True)


@contextmanager
def temporary_postgres() -> Iterator[Postgres]:
    """An empty server for tests and measurements; its data, not safe against power loss, is deleted at the end."""
    home = Path(mkdtemp(prefix="archwright-"))
    home.chmod(0o711)  # as root the server is another user, who has to pass
    with serve(home / "postgres", durable=False, remove=home) as server:
        yield server


def _given(url: str) -> Postgres:
    parts = urlsplit(url)
    example = "A URL looks like postgresql://user:password@host:5432/database."
    try:
        port = parts.port or 5432
    except ValueError:
        raise DatabaseUnavailable(f"the database URL has no proper port: {_without_password(url)}", example) from None
    if parts.scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise DatabaseUnavailable(f"{_without_password(url)} is no PostgreSQL URL", example)
    host = parts.hostname or "localhost"
    try:
        wire.answers((host, port), user=parts.username or SUPERUSER, database=parts.path.strip("/") or SUPERUSER)
    except OSError as problem:
        raise DatabaseUnavailable(
            f"no PostgreSQL answers at {host}:{port}: {problem}", "Start it, or give no URL to use an embedded one."
        ) from None
    except wire.ServerRefused as refusal:
        raise DatabaseUnavailable(f"PostgreSQL at {host}:{port} refuses: {refusal}", "Check the URL.") from None
    return Postgres("url", "", None, url)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.split(':')[0]}:***@{host}" if ":" in user else parts.netloc))
