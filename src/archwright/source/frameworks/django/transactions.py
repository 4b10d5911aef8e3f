"""Django's transactions: `atomic` as block and decorator, `on_commit`, requests that are atomic, and the manual calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from archwright.model.operation import Http
from archwright.source import facts as f
from archwright.source.flow import calls, transactions
from archwright.source.flow.transactions import BEFORE, OFF, ON, UNCLEAR, Scope
from archwright.source.flow.values import NO, NONE, UNKNOWN, Val
from archwright.source.frameworks.base import CallSite, Entry, Framework, Handler
from archwright.source.link.project import Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_HOME = "django.db.transaction"
_ATOMIC = f"{_HOME}.Atomic"
_SETTING = "ATOMIC_REQUESTS"


class DjangoTransactions(Framework):
    """`django.db.transaction`, and what runs callables in other threads."""

    name = "django_transactions"
    packages = ("django",)
    scopes: ClassVar[dict[str, Scope]] = {
        _ATOMIC: Scope(ON, BEFORE),
        f"{_HOME}.atomic": Scope(ON, BEFORE),
        f"{_HOME}.non_atomic_requests": Scope(OFF, BEFORE, begins=False),
    }

    def __init__(self) -> None:
        super().__init__()
        self._requests = OFF
        self.calls.update(
            {
                f"{_HOME}.atomic": _atomic,
                f"{_HOME}.on_commit": _on_commit,
                f"{_HOME}.commit": _ending("Commit"),
                f"{_HOME}.rollback": _ending("Rollback"),
                f"{_HOME}.set_autocommit": _set_autocommit,
                f"{_HOME}.savepoint": _savepoint,
                f"{_HOME}.savepoint_commit": _silent,
                f"{_HOME}.savepoint_rollback": _rolled_back,
                f"{_HOME}.set_rollback": _rolled_back,
                "asgiref.sync.sync_to_async": _same_function,
                "asgiref.sync.async_to_sync": _same_function,
                "channels.db.database_sync_to_async": _same_function,
            }
        )

    def prepare(self, project: Project, engine: Engine) -> None:
        self._requests = _atomic_requests(project)

    def surrounds(self, engine: Engine, entry: Entry) -> str:
        http = entry.operation is not None and isinstance(entry.operation.trigger, Http)
        return self._requests if http else ""


def _atomic(call: CallSite) -> Val:
    """`atomic(using=None, savepoint=True, durable=False)`; called on a function it is that function, in a transaction."""
    savepoint = call.argument(1, "savepoint")
    return Val(("object", _ATOMIC), (), NO, {"savepoint": savepoint} if savepoint is not None else None)


def _on_commit(call: CallSite) -> Val:
    """`on_commit(function)`: it runs after the commit, or at once where no transaction is open."""
    function = call.argument(0, "func")
    if function is not None:
        calls.call_later(call.frame, function, [], call.position, "commit")
    return NONE


def _ending(effect: str) -> Handler:
    def handler(call: CallSite) -> Val:
        transactions.end(call.frame, call.position, effect)
        return NONE

    return handler


def _set_autocommit(call: CallSite) -> Val:
    """`set_autocommit(False)`: from here on a transaction is open until `commit` or `rollback`."""
    value = call.argument(0, "autocommit")
    if value is not None and value.const is False:
        transactions.begin(call.frame, call.position)
    else:
        transactions.set_state(call.frame, OFF if value is not None and value.const is True else UNCLEAR)
    return NONE


def _savepoint(call: CallSite) -> Val:
    call.emit("TransactionBegin", savepoint=True)
    return UNKNOWN


def _rolled_back(call: CallSite) -> Val:
    """To a savepoint, or with the block around: the transaction stays open."""
    call.emit("Rollback")
    return NONE


def _silent(call: CallSite) -> Val:
    return NONE


def _same_function(call: CallSite) -> Val:
    """`sync_to_async(function)` is the function, to be awaited."""
    return call.args[0] if call.args and call.args[0].type is not None else UNKNOWN


def _atomic_requests(project: Project) -> str:
    """Whether requests run in a transaction, as the settings say; `unknown` where they say different things, or none that can be read."""
    said: set[str] = set()
    for module in project.modules:
        if "setting" in module.name or "conf" in module.name:
            _collect(module.units[0][7], said)
    if not said:
        return OFF
    return said.pop() if len(said) == 1 else UNCLEAR


def _collect(body: Any, said: set[str]) -> None:
    """What `"ATOMIC_REQUESTS": value` in a dict and `...["ATOMIC_REQUESTS"] = value` say in statements."""
    todo: list[Any] = [body]
    while todo:
        node = todo.pop()
        if len(node) == 2 and isinstance(node[0], tuple) and isinstance(node[1], tuple) and _is_setting(node[0]):
            said.add(_meant(node[1]))
        elif node and node[0] == f.ASSIGN and any(map(_is_item, node[2])):
            said.add(_meant(node[3]))
        todo.extend(part for part in node if isinstance(part, tuple))


def _is_setting(node: Any) -> bool:
    return len(node) == 3 and node[0] == f.CONST and node[2] == _SETTING


def _is_item(target: Any) -> bool:
    return target[0] == f.SUBSCRIPT and _is_setting(target[3])


def _meant(node: Any) -> str:
    if node[0] == f.CONST and isinstance(node[2], bool):
        return ON if node[2] else OFF
    return UNCLEAR
