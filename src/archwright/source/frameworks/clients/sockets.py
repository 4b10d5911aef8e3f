"""Connections that are read by hand: sockets, streams of asyncio, servers of the standard library, ZeroMQ.

What is read of one is what whoever is connected wrote. Connections that stay on the machine (sockets of Unix, loopback, pipes of ZeroMQ) are
told by their address and say nothing.
"""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.source.flow.frame import Frame
from archwright.source.flow.operators import shape
from archwright.source.flow.values import NO, NONE, Origin, Val, constant
from archwright.source.frameworks.base import CallSite, Framework

RECEIVED: Final[Origin] = (("result", "bytes of a connection"), 0, None)
_SOCKET: Final = "socket.socket"
_FILE: Final = "socket.SocketIO"
_READER: Final = "asyncio.StreamReader"
_ZMQ: Final = "zmq.Socket"
_HANDLERS: Final = tuple(
    f"{module}.{name}"
    for module, names in (
        ("socketserver", ("BaseRequestHandler", "StreamRequestHandler", "DatagramRequestHandler")),
        ("http.server", ("BaseHTTPRequestHandler", "SimpleHTTPRequestHandler")),
    )
    for name in names
)
_HELD: Final = {"request": Val(("object", _SOCKET)), "rfile": Val(("object", _FILE), (RECEIVED,))}
"""What handlers of servers hold."""
_NEAR: Final = "near"
"""The item of a connection that is known to stay on the machine."""
_FAR: Final = "far"
"""The item of a connection of ZeroMQ that is known to leave it."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Sockets(Framework):
    """Bytes that are read of connections."""

    name = "sockets"
    packages = ("socket", "socketserver", "asyncio", "http", "zmq")
    bases = _HANDLERS
    aliases: ClassVar[dict[str, str]] = {"zmq.asyncio.Socket": _ZMQ, "zmq.asyncio.Context": "zmq.Context"}
    returns: ClassVar[dict[str, str]] = {
        "socket.create_server": _SOCKET,
        "zmq.Context.instance": "zmq.Context",
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls[_SOCKET] = _made
        self.calls["socket.create_connection"] = _connected
        self.calls[f"{_SOCKET}.accept"] = _accepted
        for name in ("connect", "connect_ex", "bind"):
            self.calls[f"{_SOCKET}.{name}"] = _at
        self.calls[f"{_SOCKET}.makefile"] = _file
        self.calls["asyncio.open_connection"] = _streams
        for reads in (
            f"{_SOCKET}.recv",
            *(f"{_FILE}.{name}" for name in ("read", "readline", "read1")),
            *(f"{_READER}.{name}" for name in ("read", "readexactly", "readline", "readuntil")),
        ):
            self.calls[reads] = _received
        self.calls["zmq.Context.socket"] = _zmq_made
        for name in ("bind", "connect"):
            self.calls[f"{_ZMQ}.{name}"] = _zmq_at
        self.calls[f"{_ZMQ}.recv"] = _zmq_received
        self.calls[f"{_ZMQ}.recv_multipart"] = _zmq_received
        self.calls[f"{_ZMQ}.recv_pyobj"] = _zmq_object
        for name in ("readexactly", "readuntil"):
            self.methods[name] = _by_name
        self.methods["recv"] = _of_length

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        return _HELD.get(name)


def _made(site: CallSite) -> Val:
    """`socket.socket(family, kind)`."""
    family = site.argument(0, "family")
    local = family is not None and family.type == ("external", "socket.AF_UNIX")
    return Val(("object", _SOCKET), (), NO, {_NEAR: constant(True)} if local else {})


def _connected(site: CallSite) -> Val:
    """`socket.create_connection((host, port))`."""
    return Val(("object", _SOCKET), (), NO, {_NEAR: constant(True)} if _loops_back(site.argument(0, "address")) else {})


def _at(site: CallSite) -> Val:
    """`socket.bind((host, port))`."""
    if site.receiver is not None and site.receiver.items is not None and _loops_back(site.argument(0, "address")):
        site.receiver.items[_NEAR] = constant(True)
    return NONE


def _loops_back(address: Val | None) -> bool:
    host = (address.items or {}).get(0) if address is not None else None
    return host is not None and not host.origins and host.const in _LOOPBACK


def _accepted(site: CallSite) -> Val:
    """`socket.accept()` gives a connection and who made it."""
    held = dict((site.receiver.items if site.receiver is not None else None) or {})
    return Val(("tuple",), (), NO, {0: Val(("object", _SOCKET), (), NO, held), 1: Val(None, ())})


def _file(site: CallSite) -> Val | None:
    """`socket.makefile("rb")`."""
    return Val(("object", _FILE), (RECEIVED,)) if _received(site) is not None else None


def _streams(site: CallSite) -> Val:
    """`asyncio.open_connection(host, port)` gives a reader and a writer."""
    host = site.argument(0, "host")
    near = host is not None and not host.origins and host.const in _LOOPBACK
    reader = Val(("object", _READER), (), NO, {_NEAR: constant(True)} if near else {})
    return Val(("tuple",), (), NO, {0: reader, 1: Val(("object", "asyncio.StreamWriter"))})


def _received(site: CallSite) -> Val | None:
    held = (site.receiver.items if site.receiver is not None else None) or {}
    return Val(("text",), (RECEIVED,)) if _NEAR not in held else None


def _by_name(site: CallSite) -> Val | None:
    """A method that nothing but a reader of asyncio has."""
    receiver = site.receiver
    return Val(("text",), (RECEIVED,)) if receiver is not None and receiver.type is None else None


def _of_length(site: CallSite) -> Val | None:
    """`x.recv(1024)` on something unknown: what is told how many bytes to give is a socket."""
    return _by_name(site) if len(site.args) == 1 and not site.keywords else None


def _zmq_made(site: CallSite) -> Val:
    return Val(("object", _ZMQ), (), NO, {})


def _zmq_at(site: CallSite) -> Val:
    """`socket.bind("tcp://*:5555")`."""
    address = site.argument(0, "addr")
    where = shape(address) if address is not None else ""
    held = site.receiver.items if site.receiver is not None else None
    if held is not None and where.startswith("tcp://") and where[6:].partition(":")[0] not in _LOOPBACK:
        held[_FAR] = constant(True)
    return NONE


def _zmq_far(site: CallSite) -> bool:
    return _FAR in ((site.receiver.items if site.receiver is not None else None) or {})


def _zmq_received(site: CallSite) -> Val | None:
    return Val(("text",), (RECEIVED,)) if _zmq_far(site) else None


def _zmq_object(site: CallSite) -> Val | None:
    """`socket.recv_pyobj()` unpickles what it receives."""
    if _zmq_far(site):
        site.emit("Deserialise", loader="recv_pyobj", data=Val(None, (RECEIVED,)))
    return None
