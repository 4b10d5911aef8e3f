"""As much of PostgreSQL's wire protocol as needed to ask a server whether it is ready and to create a database.

Protocol 3.0, https://www.postgresql.org/docs/current/protocol-flow.html. No password exchange: our own servers trust
whoever can open their socket, which lies in a directory that only the owner can enter.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROTOCOL_3_0 = 196608
_SECONDS = 5.0

Address = Path | tuple[str, int]


class ServerRefused(Exception):
    """The server answered with an error; `code` is its SQLSTATE, such as 57P03 (starting up or shutting down)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def answers(address: Address, *, user: str, database: str) -> bool:
    """Whether a PostgreSQL server at this socket or (host, port) takes connections now.

    A request for a password counts as yes. Raises OSError if nobody listens there or it is no PostgreSQL,
    ServerRefused if the server says no for a reason other than being about to start or stop.
    """
    try:
        with _connected(address, user, database):
            return True
    except ServerRefused as refusal:
        if refusal.code == "57P03":
            return False
        raise


def execute(address: Address, sql: str, *, user: str, database: str) -> list[tuple[str | None, ...]]:
    """Run one statement and return its rows as text; raises OSError or ServerRefused."""
    with _connected(address, user, database) as (stream, authenticated):
        if not authenticated:
            raise ServerRefused("28000", "the server asks for a password")
        _drain_until_ready(stream)
        stream.sendall(_message(b"Q", sql.encode() + b"\0"))
        return _drain_until_ready(stream)


@contextmanager
def _connected(address: Address, user: str, database: str) -> Iterator[tuple[socket.socket, bool]]:
    """A connection after the server's first answer, and whether it let us in without a password."""
    if isinstance(address, Path):
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stream.settimeout(_SECONDS)
        target: str | tuple[str, int] = str(address)
    else:
        stream = socket.create_connection(address, timeout=_SECONDS)
        target = ""
    with stream:
        if target:
            stream.connect(target)
        fields = f"user\0{user}\0database\0{database}\0\0".encode()
        stream.sendall(_message(b"", struct.pack("!i", _PROTOCOL_3_0) + fields))
        kind, body = _receive(stream)
        if kind == b"E":
            raise _refusal(body)
        if kind != b"R":
            raise OSError("the program that listens there is no PostgreSQL server")
        yield stream, struct.unpack("!i", body[:4])[0] == 0
        stream.sendall(_message(b"X", b""))


def _drain_until_ready(stream: socket.socket) -> list[tuple[str | None, ...]]:
    rows: list[tuple[str | None, ...]] = []
    refusal: ServerRefused | None = None
    while True:
        kind, body = _receive(stream)
        if kind == b"D":
            rows.append(_row(body))
        elif kind == b"E":
            refusal = _refusal(body)
        elif kind == b"Z":
            if refusal:
                raise refusal
            return rows


def _row(body: bytes) -> tuple[str | None, ...]:
    values: list[str | None] = []
    place = 2
    for _ in range(struct.unpack("!h", body[:2])[0]):
        length = struct.unpack("!i", body[place : place + 4])[0]
        place += 4
        values.append(None if length < 0 else body[place : place + length].decode())
        place += max(length, 0)
    return tuple(values)


def _refusal(body: bytes) -> ServerRefused:
    fields = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
    return ServerRefused(fields.get(b"C", ""), fields.get(b"M", "refused without a reason"))


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _receive(stream: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(stream, 5)
    length = struct.unpack("!i", head[1:])[0]
    if not 4 <= length < 1 << 24:
        raise OSError("the program that listens there is no PostgreSQL server")
    return head[:1], _exactly(stream, length - 4)


def _exactly(stream: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise ConnectionResetError("the server closed the connection")
        data += more
    return data
