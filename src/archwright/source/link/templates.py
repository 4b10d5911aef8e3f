"""The templates of a project: by what name each is known, what it inherits, and which names of the context it needs.

A template that extends others is rendered in pieces: the body of the last one it extends, and each block by whoever sets it
last. They all get the same context. Only a block inside a loop (or where names are bound) is called where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from archwright.source import facts as f
from archwright.source.link.module import UNIT_BITS, Module

_DIRECTORIES = frozenset({"templates", "jinja2"})
_MAX_CHAIN = 12
MARK = "%block "
"""Before a block's name: the parameter that holds the unit to call in the place of a block that stands in a loop."""


class Plan(NamedTuple):
    """How a template is rendered: the units that run with its context, and those that stand in for blocks inside of loops."""

    units: tuple[int, ...]
    blocks: tuple[tuple[str, int], ...]


class Templates:
    """The templates of one language."""

    def __init__(self, modules: Iterable[Module], language: str) -> None:
        self._modules = [module for module in modules if module.language == language]
        self._by_name: dict[str, list[Module]] = {}
        self._by_index = {module.index: module for module in self._modules}
        self._plans: dict[int, Plan] = {}
        self._needs: dict[int, frozenset[str]] = {}
        for module in self._modules:
            parts = module.path.split("/")
            for end in range(1, len(parts)):
                self._by_name.setdefault("/".join(parts[end:]), []).append(module)
            self._by_name.setdefault(module.path, []).append(module)
        for module in self._modules:
            self._extend(module)

    def find(self, name: str, near: str) -> Module | None:
        """The template that a name means to a file at the path `near`; None if there is none, or several as likely."""
        name = name.strip("/")
        found = self._by_name.get(name, [])
        rooted = [module for module in found if self._is_root(module.path[: -len(name)].rstrip("/"))]
        found = rooted or found
        if len(found) < 2:
            return found[0] if found else None
        ranked = sorted(found, key=lambda module: (-_common(module.path, near), module.path))
        best, second = ranked[0], ranked[1]
        return best if _common(best.path, near) > _common(second.path, near) else None

    @staticmethod
    def _is_root(directory: str) -> bool:
        return directory.rpartition("/")[2] in _DIRECTORIES

    # --- inheritance -------------------------------------------------------------------------------------
    def plan(self, module: Module) -> Plan:
        """How a template is rendered."""
        known = self._plans.get(module.index)
        if known is None:
            known = self._plans[module.index] = self._planned(module)
        return known

    def _planned(self, module: Module) -> Plan:
        chain = [module]
        while len(chain) < _MAX_CHAIN:
            name = chain[-1].facts[4][0]
            above = self.find(name, chain[-1].path) if name else None
            if above is None or above in chain:
                break
            chain.append(above)
        last: dict[str, list[tuple[Module, tuple[Any, ...]]]] = {}
        for each in chain:
            for block in each.facts[4][1]:
                last.setdefault(block[0], []).append((each, block))
        units: dict[int, None] = {_unit(chain[-1], 0): None}
        inner: dict[str, int] = {}
        todo = [(chain[-1], 0)]
        while todo:
            around, index = todo.pop()
            for name, _, place, is_inner, _ in around.facts[4][1]:
                if place != index:
                    continue
                for holder, block in last[name]:
                    if is_inner:
                        inner.setdefault(name, _unit(holder, block[1]))
                    else:
                        units[_unit(holder, block[1])] = None
                    todo.append((holder, block[1]))
                    if not block[4]:
                        break  # it does not call what it stands in the place of
        if (
            chain[-1].facts[4][0] is not None
        ):  # what it extends is not among the templates read: its blocks are all there is
            for name, blocks in last.items():
                holder, block = blocks[0]
                if name not in inner:
                    units[_unit(holder, block[1])] = None
        return Plan(tuple(units), tuple(sorted(inner.items())))

    # --- the names a template needs ------------------------------------------------------------------------
    def _extend(self, module: Module) -> None:
        """Let each unit take what it hands on: to the templates it includes, and to its blocks."""
        units = list(module.units)
        for index, unit in enumerate(units):
            if index and not unit[1].startswith("block "):
                continue  # a macro sees the names around it
            own = {parameter[0] for parameter in unit[4]}
            missing = sorted(self._needed(_unit(module, index)) - own)
            if missing:
                more = tuple((name, f.PARAM_KEYWORD_ONLY, None, None) for name in missing)
                units[index] = (*unit[:4], (*unit[4], *more), *unit[5:])
        module.relink(tuple(units))

    def _needed(self, unit: int) -> frozenset[str]:
        known = self._needs.get(unit)
        if known is not None:
            return known
        module = self._by_index[unit >> UNIT_BITS]
        index = unit & (1 << UNIT_BITS) - 1
        self._needs[unit] = needs = frozenset(parameter[0] for parameter in module.units[index][4])
        links = module.facts[4]
        for name, block, around, inner, _ in links[1]:
            if around == index and inner:
                needs |= self._needed(_unit(module, block)) | {f"{MARK}{name}"}
        for user, name in links[2]:
            used = self.find(name, module.path) if user == index else None
            if used is not None:
                for each in self.plan(used).units:
                    needs |= self._needed(each)
        self._needs[unit] = needs
        return needs


def _unit(module: Module, index: int) -> int:
    return module.index << UNIT_BITS | int(index)


def _common(left: str, right: str) -> int:
    """How many directories two paths share from the top."""
    shared = 0
    for mine, theirs in zip(left.split("/")[:-1], right.split("/")[:-1], strict=False):
        if mine != theirs:
            break
        shared += 1
    return shared
