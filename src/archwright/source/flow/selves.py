"""What methods assign to `self`: the attributes of instances, whoever asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archwright.source import facts as f
from archwright.source.flow.values import NO, UNKNOWN_ORIGIN, Val, join
from archwright.source.link.project import ClassInfo
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine


_INIT = "__init__"


class SelfAttributes:
    """Values by class and attribute, from the methods that assign them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._values: dict[tuple[str, str], Val] = {}
        self._assigners: dict[str, dict[str, list[int]]] = {}
        self._by_parent: set[tuple[str, str]] = set()

    def forget(self) -> None:
        """Drop the values; which methods assign what stays known."""
        self._values.clear()
        self._by_parent.clear()

    def record(self, info: ClassInfo, name: str, value: Val) -> None:
        """Remember what a method assigns to `self.name`; what depends on its arguments becomes unknown."""
        if any(origin[0][0] == "parameter" for origin in value.origins):
            kept = tuple(origin for origin in value.origins if origin[0][0] != "parameter")
            value = Val(value.type, (*kept, UNKNOWN_ORIGIN), NO, None)
        key = (info.name, name)
        mine = self._values.get(key)
        self._values[key] = join(mine, value) if mine is not None else value

    def record_by_parent(self, info: ClassInfo, name: str, value: Val) -> None:
        """Remember what a parent's `__init__` assigns for an heir that calls it: what it does for others says nothing here."""
        self.record(info, name, value)
        self._by_parent.add((info.name, name))

    def assigned(self, info: ClassInfo, name: str) -> Val | None:
        """What the methods of a class assign to `self.name`, over its ancestry; None if none does."""
        found: Val | None = None
        for each in info.mro():
            assigners = self._assigners.get(each.name)
            if assigners is None:
                assigners = self._assigners[each.name] = self._find_assigners(each)
            for unit in (*assigners.get(name, ()), *assigners.get(_INIT, ())):
                self._engine.summary(unit, (), 8)
            value = self._values.get((each.name, name))
            if value is not None:
                found = value if found is None else join(found, value)
            if (each.name, name) in self._by_parent:
                break
        return found

    def _find_assigners(self, info: ClassInfo) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for unit in self._engine.units_of_class(info):
            facts = self._engine.project.unit(unit)[1]
            if facts[0] == _INIT and any(_calls_parent(node) for node in body_of(facts)):
                found.setdefault(_INIT, []).append(unit)
            if facts[4]:
                for name in sorted(_assigned(body_of(facts), facts[4][0][0])):
                    found.setdefault(name, []).append(unit)
        return found


def _calls_parent(node: Any) -> bool:
    """True for the statement `super().__init__(...)`."""
    call = node[2] if node[0] == f.EXPR else None
    return bool(call is not None and call[0] == f.CALL and call[2][0] == f.ATTR and call[2][3] == _INIT)


def _assigned(body: Any, self_name: str) -> set[str]:
    """The attributes of `self` that statements assign."""
    names: set[str] = set()
    for node in body:
        kind = node[0]
        if kind in (f.ASSIGN, f.ANNASSIGN, f.AUGASSIGN):
            targets = node[2] if kind == f.ASSIGN else (node[2],)
            for target in targets:
                for part in target[2] if target[0] in (f.TUPLE, f.LIST) else (target,):
                    if part[0] == f.ATTR and part[2][0] == f.NAME and part[2][2] == self_name:
                        names.add(part[3])
        elif kind == f.IF:
            names |= _assigned(node[3], self_name) | _assigned(node[4], self_name)
        elif kind == f.FOR:
            names |= _assigned(node[4], self_name)
        elif kind in (f.WHILE, f.WITH):
            names |= _assigned(node[3], self_name)
        elif kind == f.TRY:
            names |= _assigned(node[2], self_name) | _assigned(node[4], self_name) | _assigned(node[5], self_name)
            for handler in node[3]:
                names |= _assigned(handler[3], self_name)
    return names
