"""gRPC: the methods of a stub are calls to the target of its channel."""

from __future__ import annotations

from typing import Any, ClassVar

from archwright.source.flow.operators import shape
from archwright.source.flow.values import NO, UNKNOWN, Val, constant
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.peers import ANSWER, call_peer, limit

CHANNEL = "grpc.Channel"
_KINDS = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")
_CALL = "grpc.MultiCallable"


class Grpc(Framework):
    """grpcio: generated stubs make one callable for each method of the service."""

    name = "grpc"
    packages = ("grpc",)
    aliases: ClassVar[dict[str, str]] = {"grpc.aio.Channel": CHANNEL}

    def __init__(self) -> None:
        super().__init__()
        for module in ("grpc", "grpc.aio"):
            for name in ("insecure_channel", "secure_channel"):
                self.calls[f"{module}.{name}"] = _channel
        self.calls["grpc.intercept_channel"] = _same
        for kind in _KINDS:
            self.calls[f"{CHANNEL}.{kind}"] = _method
        for name in ("__call__", "future", "with_call"):
            self.calls[f"{_CALL}.{name}"] = _called


def _channel(site: CallSite) -> Val:
    target = site.argument(0, "target")
    items: dict[Any, Val] = {"target": target} if target is not None else {}
    return Val(("object", CHANNEL), (), NO, items)


def _same(site: CallSite) -> Val:
    return site.args[0] if site.args else UNKNOWN


def _method(site: CallSite) -> Val:
    held = (site.receiver.items if site.receiver is not None else None) or {}
    return Val(("object", _CALL), (), NO, {"target": held.get("target", UNKNOWN)})


def _called(site: CallSite) -> Val:
    held = (site.receiver.items if site.receiver is not None else None) or {}
    target = held.get("target", UNKNOWN)
    peer = constant(f"grpc://{target.const}") if isinstance(target.const, str) else target
    if not isinstance(target.const, str) and target.text is not None:
        peer = Val(("text",), target.origins, NO, None, f"grpc://{shape(target)}")
    given = site.keywords.get("timeout")
    call_peer(site, peer, "", limit(given) if given is not None else None)
    return Val(None, (ANSWER,))
