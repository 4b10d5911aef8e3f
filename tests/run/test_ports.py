import socket

import pytest

from archwright.run.errors import PortTaken
from archwright.run.ports import LOOPBACK, claim_port, free_port, is_free


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port()
    assert is_free(port)
    with socket.create_server((LOOPBACK, port)):
        assert not is_free(port)


def test_a_taken_port_is_replaced_or_refused() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        taken = server.getsockname()[1]
        other = claim_port(taken)
        assert other != taken
        assert is_free(other)
        with pytest.raises(PortTaken, match=f"port {taken} is in use") as caught:
            claim_port(taken, strict=True)
        assert "another port" in caught.value.advice


def test_a_port_nobody_uses_is_kept() -> None:
    port = free_port()
    assert claim_port(port) == port
