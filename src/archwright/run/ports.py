"""Ports on this machine's loopback address."""

import errno
import socket

from .errors import PortTaken

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on now (the system's choice, so rarely given twice in a row)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def claim_port(wanted: int, *, strict: bool = False) -> int:
    """`wanted` if nobody listens there, else a free port; with `strict` a taken port raises PortTaken."""
    if is_free(wanted):
        return wanted
    if strict:
        raise PortTaken(wanted)
    return free_port()


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now; waiting remains of closed connections don't count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as problem:
            if problem.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True
