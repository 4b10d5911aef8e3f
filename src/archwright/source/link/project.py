"""All modules of a project, and the one way to ask what a dotted name stands for."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from archwright.source import facts as f
from archwright.source.link.module import UNIT_BITS, Binding, Module, bind_statements, name_key

_UNIT_MASK = (1 << UNIT_BITS) - 1


class Found(NamedTuple):
    """What a name leads to.

    kind: `module` (dotted), `class` (ClassInfo), `unit` (global unit id), `expression` ((module, scope class | None, node)),
    `annotation` ((module, scope class | None, annotation, node | None)), `external` (dotted name outside of the project).
    """

    kind: str
    value: Any


class ClassInfo:
    """A class of the project, with its bases resolved on demand."""

    __slots__ = ("_bases", "_external", "_mro", "_scope", "facts", "index", "module", "name", "project")

    def __init__(self, project: Project, module: Module, index: int) -> None:
        self.project = project
        self.module = module
        self.index = index
        self.facts = module.classes[index]
        self.name = f"{module.name}.{self.facts[1]}"
        self._bases: tuple[ClassInfo | str, ...] | None = None
        self._mro: tuple[ClassInfo, ...] | None = None
        self._external: tuple[str, ...] | None = None
        self._scope: dict[str, Binding] | None = None

    @property
    def short(self) -> str:
        """The name without its module."""
        return str(self.facts[0])

    @property
    def is_enum(self) -> bool:
        """True for an enumeration: its members are constants."""
        return any(base.startswith("enum.") or base.endswith("Choices") for base in self.external_bases())

    def bases(self) -> tuple[ClassInfo | str, ...]:
        """Each base as a class of the project or as a dotted outside name; unresolvable ones are left out."""
        if self._bases is None:
            self._bases = ()  # a class that names itself among its bases finds none
            found = []
            for node in self.facts[4]:
                if node[0] == f.NAME and node[2] == self.facts[0]:
                    base = self._taken_over()
                else:
                    base = self.project.resolve_expression(self.module, node) or self._beside(node)
                if (base is not None and base.kind == "class") or (base is not None and base.kind == "external"):
                    found.append(base.value)
            self._bases = tuple(found)
        return self._bases

    def adopt(self, base: ClassInfo) -> None:
        """Add a base that names alone don't lead to (`db.Model`, where `db` was made with a class of the project)."""
        if base is not self and self not in base.mro() and base not in self.bases():
            self._bases = (*self.bases(), base)

    def renew(self) -> None:
        """Forget the order of the ancestors, after some class adopted a base."""
        self._mro = None

    def _beside(self, node: Any) -> Found | None:
        """The class of a name that stands before this one in the same function, where only that function knows it."""
        function, _, _ = str(self.facts[1]).rpartition(".")
        wanted = f"{function}.{node[2]}" if function and node[0] == f.NAME else None
        for index in range(self.index if wanted is not None else 0):
            if self.module.classes[index][1] == wanted:
                return Found("class", self.project.class_at(self.module, index))
        return None

    def _taken_over(self) -> Found | None:
        """What the class's own name stood for before the class took it: `class Order(Order)` below an import."""
        before: list[Any] = []
        for node in self.module.units[0][7]:
            if node[0] == f.CLASS and node[2] == self.index:
                earlier: dict[str, Binding] = {}
                bind_statements(tuple(before), earlier, self.module, stars=False)
                binding = earlier.get(self.facts[0])
                return self.project.resolve_binding(self.module, None, binding) if binding is not None else None
            before.append(node)
        return None

    def mro(self) -> tuple[ClassInfo, ...]:
        """The class itself and its project ancestors, nearest first, each once (depth first, last occurrence kept)."""
        if self._mro is None:
            self._mro = (self,)
            chain: list[ClassInfo] = [self]
            for base in self.bases():
                if isinstance(base, ClassInfo):
                    chain.extend(base.mro())
            kept: list[ClassInfo] = []
            for position, info in enumerate(chain):
                if info not in chain[position + 1 :]:
                    kept.append(info)
            self._mro = tuple(kept)
        return self._mro

    def external_bases(self) -> tuple[str, ...]:
        """Dotted names of every base outside of the project, over the whole ancestry."""
        if self._external is None:
            found = [base for info in self.mro() for base in info.bases() if isinstance(base, str)]
            self._external = tuple(dict.fromkeys(found))
        return self._external

    def scope(self) -> dict[str, Binding]:
        """What the class body binds."""
        if self._scope is None:
            self._scope = {}
            bind_statements(self.facts[7], self._scope, self.module, stars=False)
        return self._scope

    def lookup(self, name: str) -> tuple[ClassInfo, Binding] | None:
        """The binding of a class attribute and the class in whose body it stands."""
        for info in self.mro():
            binding = info.scope().get(name)
            if binding is not None:
                return info, binding
        return None

    def method(self, name: str) -> int | None:
        """The global id of the unit that `name` calls on an instance, or None."""
        hit = self.lookup(name)
        if hit is not None and hit[1].kind == "unit":
            return hit[0].module.index << UNIT_BITS | int(hit[1].value)
        return None

    def inner(self, name: str) -> ClassInfo | None:
        """A class defined in the body of this class or of an ancestor (`class Meta`)."""
        hit = self.lookup(name)
        if hit is not None and hit[1].kind == "class":
            return self.project.class_at(hit[0].module, hit[1].value)
        return None


class Project:
    """The linked project."""

    def __init__(self, modules: Iterable[Module], aliases: dict[str, str] | None = None) -> None:
        self.modules: list[Module] = list(modules)
        self.by_name: dict[str, Module] = {}
        for module in self.modules:
            self.by_name.setdefault(module.name, module)
        self.packages: set[str] = {
            ".".join(parts[:end])
            for name, module in self.by_name.items()
            if not module.language
            for parts in [name.split(".")]
            for end in range(1, len(parts))
        }
        self.aliases = aliases or {}
        self._classes: dict[tuple[int, int], ClassInfo] = {}
        self._implied: dict[str, Module] = {}
        self.implied: dict[str, int] = {}
        """Units that no file spells out, by their dotted names."""
        self._resolving: set[tuple[int, str]] = set()
        self._following: set[tuple[int, int]] = set()
        self._entering: set[tuple[int, int, str]] = set()
        self._resolved: dict[tuple[int, str], tuple[Found | None, set[int]]] = {}
        """What names mean at the top level of modules, with the keys of those that were looked up for it."""
        self.consulted: set[int] = set()
        """Where the keys of names go that are looked up at the top level of modules: who asks puts a set of its own here."""

    # --- classes and units ---------------------------------------------------------------------------
    def class_at(self, module: Module, index: int) -> ClassInfo:
        """The class at an index of a module's facts."""
        key = (module.index, index)
        info = self._classes.get(key)
        if info is None:
            info = self._classes[key] = ClassInfo(self, module, index)
        return info

    def all_classes(self) -> Iterator[ClassInfo]:
        """Every class of the project, in file order."""
        for module in self.modules:
            for index in range(len(module.classes)):
                yield self.class_at(module, index)

    def class_named(self, dotted: str) -> ClassInfo | None:
        """The class a dotted name leads to, or None."""
        found = self.resolve_dotted(dotted)
        return found.value if found is not None and found.kind == "class" else None

    def unit(self, unit_id: int) -> tuple[Module, Any]:
        """The module and the facts of a unit."""
        module = self.modules[unit_id >> UNIT_BITS]
        return module, module.units[unit_id & _UNIT_MASK]

    def argument_name(self, unit_id: int, index: int, below: Iterable[Any] = ()) -> str:
        """The name of an argument of a unit, with the attributes taken of it: `order.customer`."""
        parameters = self.unit(unit_id)[1][4]
        name = parameters[index][0] if index < len(parameters) else ""
        return ".".join([name, *(part for part in below if isinstance(part, str))])

    def unit_name(self, unit_id: int) -> str:
        """Dotted: module, then qualified name."""
        module, unit = self.unit(unit_id)
        return f"{module.name}.{unit[1]}" if unit_id & (1 << UNIT_BITS) - 1 else module.name

    def add_unit(self, module: Module, unit: tuple[Any, ...]) -> int:
        """Add a unit that the code implies (see `Module.add_unit`) and return its global id."""
        self._implied.setdefault(module.path, module)
        added = module.index << UNIT_BITS | module.add_unit(unit)
        self.implied[self.unit_name(added)] = added
        return added

    def is_implied(self, unit_id: int) -> bool:
        """True for a unit that the file does not spell out."""
        module, unit = self.unit(unit_id)
        return module.implied.get(unit[2]) == unit_id & (1 << UNIT_BITS) - 1

    def implied_at(self, path: str, position: int) -> str | None:
        """The name of the implied unit at a packed position of a file; None where none is."""
        module = self._implied.get(path)
        index = module.implied.get(position) if module is not None else None
        return self.unit_name(module.index << UNIT_BITS | index) if module is not None and index is not None else None

    def class_of_unit(self, unit_id: int) -> ClassInfo | None:
        """The class whose body holds the unit, or None."""
        module, unit = self.unit(unit_id)
        return self.class_at(module, unit[9]) if unit[9] >= 0 else None

    # --- names ---------------------------------------------------------------------------------------
    def external(self, dotted: str) -> str:
        """The canonical name of something outside: an alias table maps re-exports to one name."""
        return self.aliases.get(dotted, dotted)

    def resolve_name(self, module: Module, name: str) -> Found | None:
        """What a name means at the top level of a module; None if nothing binds it there."""
        key = (module.index, name)
        if self._resolving:
            self.consulted.add(name_key(*key))
            return self._resolve_name(module, name, key)
        known = self._resolved.get(key)
        if known is None:
            asking, self.consulted = self.consulted, {name_key(*key)}
            known = self._resolved[key] = (self._resolve_name(module, name, key), self.consulted)
            self.consulted = asking
        self.consulted |= known[1]
        return known[0]

    def _resolve_name(self, module: Module, name: str, key: tuple[int, str]) -> Found | None:
        if key in self._resolving:
            return None
        self._resolving.add(key)
        try:
            binding = module.scope().get(name)
            if binding is not None:
                return self.resolve_binding(module, None, binding)
            for star in module.stars():
                origin = self.by_name.get(star)
                if origin is None:
                    if not self.is_ours(star):
                        continue
                    return None
                found = self.resolve_name(origin, name)
                if found is not None:
                    return found
            submodule = f"{module.name}.{name}"
            if module.is_package and (submodule in self.by_name or submodule in self.packages):
                return Found("module", submodule)
            return self._starred(module, name)
        finally:
            self._resolving.discard(key)

    def _starred(self, module: Module, name: str) -> Found | None:
        """A name that only a star import from outside can bind (`from peewee import *`); several such may each bind it."""
        stars = [star for star in module.stars() if star not in self.by_name and not self.is_ours(star)]
        if len(set(stars)) != 1 or name.startswith("_") or hasattr(builtins, name):
            return None
        return Found("external", self.external(f"{stars[0]}.{name}"))

    def resolve_binding(self, module: Module, scope: ClassInfo | None, binding: Binding) -> Found | None:
        """What a binding found in a module's or a class's scope leads to."""
        if binding.kind == "unit":
            return Found("unit", module.index << UNIT_BITS | int(binding.value))
        if binding.kind == "class":
            return Found("class", self.class_at(module, binding.value))
        if binding.kind == "module":
            return self.resolve_dotted(binding.value)
        if binding.kind == "import":
            origin, name = binding.value
            return self.resolve_member(origin, name)
        if binding.kind == "annotation":
            return Found("annotation", (module, scope, *binding.value))
        return Found("expression", (module, scope, binding.value))

    def resolve_member(self, origin: str, name: str) -> Found | None:
        """What `from origin import name` gives."""
        module = self.by_name.get(origin)
        if module is not None:
            found = self.resolve_name(module, name)
            if found is not None:
                return found
        dotted = f"{origin}.{name}" if origin else name
        if dotted in self.by_name or dotted in self.packages:
            return Found("module", dotted)
        return None if module is not None and not module.stars() else self._outside(dotted)

    def resolve_dotted(self, dotted: str) -> Found | None:
        """What a dotted name leads to: a module, something in one, or something outside of the project."""
        if dotted in self.by_name or dotted in self.packages:
            return Found("module", dotted)
        parts = dotted.split(".")
        for end in range(len(parts) - 1, 0, -1):
            prefix = ".".join(parts[:end])
            if prefix in self.by_name:
                found = self.resolve_member(prefix, parts[end])
                for part in parts[end + 1 :]:
                    found = self.member(found, part) if found is not None else None
                return found
        return self._outside(dotted)

    def member(self, found: Found, name: str) -> Found | None:
        """What `found.name` leads to, as far as names alone tell."""
        if found.kind == "module":
            return self.resolve_member(found.value, name)
        if found.kind == "class":
            hit = found.value.lookup(name)
            return self.resolve_binding(hit[0].module, hit[0], hit[1]) if hit is not None else None
        if found.kind == "external":
            return Found("external", self.external(f"{found.value}.{name}"))
        if found.kind == "expression":
            module, _, node = found.value
            key = (module.index, node[1], name)
            if key in self._entering:  # a name that leads back to itself: `a = b`, `b = a`
                return None
            self._entering.add(key)
            try:
                inner = self.resolve_expression(module, node)
                return self.member(inner, name) if inner is not None else None
            finally:
                self._entering.discard(key)
        return None

    def resolve_expression(self, module: Module, node: tuple[Any, ...]) -> Found | None:
        """What a name, dotted name or subscripted name (`Generic[T]`) leads to; None for anything else."""
        kind = node[0]
        if kind == f.NAME:
            found = self.resolve_name(module, node[2])
            if found is not None and found.kind == "expression":
                target_module, _, target = found.value
                if target is not node and target[0] in (f.NAME, f.ATTR, f.SUBSCRIPT):
                    return self._followed(target_module, target) or found
            return found
        if kind == f.ATTR:
            base = self.resolve_expression(module, node[2])
            return self.member(base, node[3]) if base is not None else None
        if kind == f.SUBSCRIPT:
            return self.resolve_expression(module, node[2])
        if kind == f.CONST and isinstance(node[2], str):
            return self.resolve_text(module, node[2])
        return None

    def _followed(self, module: Module, target: tuple[Any, ...]) -> Found | None:
        """What the value of a name leads to; None where it leads back to the name: `found = found["x"]`."""
        key = (module.index, target[1])
        if key in self._following:
            return None
        self._following.add(key)
        try:
            return self.resolve_expression(module, target)
        finally:
            self._following.discard(key)

    def resolve_text(self, module: Module, text: str) -> Found | None:
        """What a name written in quotes means in a module (a forward reference)."""
        if not all(part.isidentifier() for part in text.split(".")):
            return None
        head, _, rest = text.partition(".")
        found = self.resolve_name(module, head)
        for part in rest.split(".") if rest else ():
            found = self.member(found, part) if found is not None else None
        return found

    def is_ours(self, dotted: str) -> bool:
        """True where the first part of the name is a package or module of the project."""
        head = dotted.partition(".")[0]
        return head in self.by_name or head in self.packages

    def _outside(self, dotted: str) -> Found | None:
        return None if self.is_ours(dotted) else Found("external", self.external(dotted))
