"""Which user PostgreSQL runs as: itself refuses to be started by root.

As an ordinary user it runs as that user. As root it runs as an account that exists already (the owner of the data, else
`postgres`, else `nobody`); none is created. Where that account may not pass a directory on the way to the data or to
the programs (root's home, often), the server keeps root's right to pass directories instead of our opening
them to everybody: nothing outside the data folder changes its permissions.
"""

import os
import pwd
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from .errors import DatabaseUnavailable
from .process import Account

_CANDIDATES = ("postgres", "nobody")


def account_for(data: Path, needed: Iterable[Path]) -> Account | None:
    """The account to run a server on `data` as, or None to stay who we are.

    Args:
        data: the server's data folder, whether it exists or not.
        needed: directories and programs that the account must be able to read.

    Raises:
        DatabaseUnavailable: we have no account, or are root and no other account can serve.

    """
    if os.geteuid() != 0:
        _check_named(os.geteuid())
        return None
    entry = _entry(data)
    barred = [path for path in needed if not _can_reach(path, entry.pw_uid, entry.pw_gid)]
    if barred and sys.platform != "linux":
        raise DatabaseUnavailable(
            f"PostgreSQL does not run as root, and the account {entry.pw_name!r} may not read {barred[0]}",
            "Run as an ordinary user, or give the URL of a server.",
        )
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, reach=bool(barred))


def _check_named(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise DatabaseUnavailable(
            f"PostgreSQL needs a user with a name, and user number {uid} has no account on this machine",
            "Run as a user of the machine (a container: one that its /etc/passwd lists), or give the URL of a server.",
        ) from None


def _entry(data: Path) -> pwd.struct_passwd:
    if data.exists() and (owner := data.stat().st_uid) != 0:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            raise DatabaseUnavailable(
                f"{data} belongs to user number {owner}, who has no account on this machine",
                "Run as the user who owns the folder, or move it away to begin with an empty database.",
            ) from None
    for name in _CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseUnavailable(
        "PostgreSQL does not run as root, and this machine has no account 'postgres' or 'nobody' to run it as",
        "Run as an ordinary user, or give the URL of a server.",
    )


def _can_reach(path: Path, uid: int, gid: int) -> bool:
    """Whether the mode bits let the account read `path` (without its further groups) and pass every directory above."""
    resolved = path.resolve()
    return all(_allows(place, uid, gid, stat.S_IXOTH) for place in resolved.parents) and _allows(
        resolved, uid, gid, stat.S_IROTH | stat.S_IXOTH
    )


def _allows(path: Path, uid: int, gid: int, bits: int) -> bool:
    status = path.stat()
    shift = 6 if status.st_uid == uid else 3 if status.st_gid == gid else 0
    return (status.st_mode >> shift) & bits == bits
