"""Commands run elsewhere, or through a terminal: paramiko, Fabric, Invoke, asyncssh, pexpect."""

from __future__ import annotations

from typing import ClassVar

from archwright.model.effect import Language
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.python.processes import run_program, run_text
from archwright.source.frameworks.shared.sinks import interpret

_CONNECTION = "fabric.Connection"
_CONTEXT = "invoke.Context"


class RemoteShells(Framework):
    """What hands a text to a shell on another machine, or on this one."""

    name = "remote-shells"
    packages = ("paramiko", "fabric", "invoke", "asyncssh", "pexpect")
    aliases: ClassVar[dict[str, str]] = {
        "paramiko.client.SSHClient": "paramiko.SSHClient",
        "fabric.connection.Connection": _CONNECTION,
        "fabric2.Connection": _CONNECTION,
        "invoke.context.Context": _CONTEXT,
    }
    returns: ClassVar[dict[str, str]] = {
        "asyncssh.connect": "asyncssh.SSHClientConnection",
        "asyncssh.connect.__aenter__": "asyncssh.SSHClientConnection",
    }

    def __init__(self) -> None:
        super().__init__()
        for holder in ("paramiko.SSHClient", "paramiko.Channel"):
            self.calls[f"{holder}.exec_command"] = run_text(0, "command", "exec_command")
        self.methods["exec_command"] = _exec_command
        for holder, names in ((_CONNECTION, ("run", "sudo", "local")), (_CONTEXT, ("run", "sudo"))):
            for name in names:
                self.calls[f"{holder}.{name}"] = run_text(0, "command", f"{holder.rpartition('.')[2]}.{name}")
        for name in ("run", "sudo", "local"):
            self.calls[f"fabric.api.{name}"] = run_text(0, "command", f"fabric.api.{name}")
        self.calls["invoke.run"] = run_text(0, "command", "invoke.run")
        for name in ("run", "create_process"):
            self.calls[f"asyncssh.SSHClientConnection.{name}"] = run_text(0, "command", f"SSHClientConnection.{name}")
        for name in ("spawn", "run", "spawnu", "runu"):
            self.calls[f"pexpect.{name}"] = run_program(0, "command", f"pexpect.{name}")


def _exec_command(site: CallSite) -> Val | None:
    """`x.exec_command(text)` on something unknown: no other library's method is called so."""
    interpret(site, Language.SHELL, site.argument(0, "command"), api="exec_command")
    return None
